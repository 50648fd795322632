"""What can be read of a session: all of one moment, by any thread, while training goes on."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from torch import Tensor

from model.moment import Moment
from model.verification import autograd_gradients, kernel_differences, verify
from server.errors import Conflict, NotFound
from server.matrices import Array
from server.recorded import Recorded
from server.schemas.sessions import SessionInfo
from server.schemas.tensors import TensorInfo, Verification, VerificationRow
from server.views import NormsInfo, View, ViewInfo


@dataclass(frozen=True)
class Snapshot:
    """A session as it stood at one version."""

    info: SessionInfo
    version: int
    moment: Moment
    last_change: int  # Number of the newest change or discard; 0 before the first
    known_until: int  # The last step of which metrics are known
    steps_per_second: float | None
    recorded: Recorded
    discards: int  # How often what came later was thrown away
    kernel: Future[None]
    # For all pages that show the same
    drawn: dict[View, tuple[ViewInfo | NormsInfo, Array | None]] = field(default_factory=dict)

    def tensors(self) -> list[TensorInfo]:
        """All tensors, known or not, but contributions and paths, which are parts of a gradient."""
        return [
            TensorInfo(
                name=spec.name,
                shape=list(spec.shape),
                dtype="int64" if spec.role == "batch" else "float32",
                role=spec.role,
                known=spec.known_at <= self.moment.position.op,
                known_at=spec.known_at,
            )
            for spec in self.moment.network.tensors.values()
            if spec.role not in ("contribution", "path")
        ]

    def tensor(self, name: str) -> Tensor:
        """A tensor at this position. Raises NotFound for an unknown name, Conflict where it is not known yet."""
        spec = self.moment.network.tensors.get(name)
        if spec is None:
            raise NotFound(f"there is no tensor {name!r}; GET …/tensors lists them all")
        tensor = self.moment.tensor(name)
        if tensor is None:
            op, ops = self.moment.position.op, self.moment.position.ops
            raise Conflict(f"{name} is not known at op {op} of {ops}: it will be at op {spec.known_at}")
        return tensor

    def autograd_gradient(self, name: str) -> Tensor:
        """What autograd gives for a gradient of this step.

        Raises NotFound for what is no gradient, Conflict where ours is not known yet.
        """
        network = self.moment.network
        if name not in network.gradients:
            raise NotFound(f"there is no gradient {name!r}; GET …/verification lists them all")
        self.tensor(name)
        return autograd_gradients(network, self.moment.inputs, self.moment.tape.replaced)[name]

    def verification(self) -> Verification:
        """Every gradient against autograd, and where there is a kernel its gradient of every parameter against ours.

        Waits for the kernel where it is still being loaded.
        """
        differences = {} if self.kernel.exception() else kernel_differences(self.moment.tape)
        rows = [
            VerificationRow(
                name=agreement.name,
                exact=agreement.exact,
                approximate=agreement.approximate,
                maxdiff=agreement.maxdiff,
                largest=agreement.largest,
                kernel_maxdiff=differences.get(agreement.name),
            )
            for agreement in verify(self.moment.tape)
        ]
        return Verification(position=self.info.position, rows=rows)
