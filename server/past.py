"""What a session takes over when it begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from model.checkpoints import Checkpoint
from model.config import Config
from model.timeline import Divergence
from server.log import Command
from server.recorded import Key
from server.schemas.sessions import DivergenceInfo, ParentInfo


@dataclass(frozen=True)
class Identity:
    """What a session is, wherever it stands."""

    id: str
    name: str
    config: Config
    parent: ParentInfo | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Past:
    """A session's own past, kept by the store or in a file, or that of the session it branches from."""

    commands: Sequence[Command] = ()
    checkpoints: Sequence[Checkpoint] = ()
    metrics: Mapping[Key, bytes] = field(default_factory=dict)
    last_step: int = 0
    step: int = 0
    op: int | None = None  # None: all of the step is known.
    stopped: str | None = None
    divergence: DivergenceInfo | None = None
    verify: bool = False  # Whether it is checked, and a replay compared with it, since it came from outside.


def ended_while_running(step: int) -> str:
    """Why a session stands still that was running when its server ended."""
    return (
        f"The server ended while this session was running: it stands at step {step:,}, the last one that was saved. "
        "Run goes on from there."
    )


def describe_divergence(divergence: Divergence) -> DivergenceInfo:
    """Both digests, and a sentence that names what can make the difference."""
    expected, found = divergence.expected, divergence.found
    return DivergenceInfo(
        step=divergence.step,
        expected=expected.digest,
        found=found.digest,
        text=(
            f"The replay of step {divergence.step:,} came out different: {found.digest[:12]} with torch {found.torch} "
            f"on {found.cpu}, where the checkpoint has {expected.digest[:12]}, made with torch {expected.torch} on "
            f"{expected.cpu}. The checkpoint's state was kept."
        ),
    )
