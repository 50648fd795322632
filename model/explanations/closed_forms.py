"""Gradients that come out simple once a chain of ops is multiplied out on paper.

A network that goes step by step keeps the chain; the fused op that stands for the same chain has the simple rule. What
the rule needs is the chain's own tensors, or follows from them.
"""

from dataclasses import dataclass

from model.equations import Equation, read_equation
from model.equations.scope import Scope
from model.explanations.calls import array_of
from model.network import BatchNorm, Network
from model.ops import OPS, Op
from model.tape import Tape


@dataclass(frozen=True)
class ClosedForm:
    """A fused op's rule for one input, with the tensors of the chain that it stands for."""

    op: Op
    operand: str
    tensors: tuple[tuple[str, str], ...]  # From operands, and what the rule abbreviates, to tensors

    @property
    def equation(self) -> Equation:
        return read_equation(self.op.backward[self.operand].cell)

    def scope(self, tape: Tape) -> Scope:
        tensors = dict(self.tensors)
        arrays = {operand: array_of(tape, tensor) for operand, tensor in self.tensors}
        where = {equation.left.name: equation for equation in map(read_equation, self.op.where)}
        return Scope(arrays, tensors, {"B": len(tape.values["Yb"])}, where)


def of_batch_norm(network: Network, norm: BatchNorm) -> ClosedForm:
    """Batch norm's rule for its input, where it goes step by step or is one op."""
    tensors = {"x": norm.input, "gain": norm.gain, "bias": norm.bias, "y": norm.output, "dy": f"d{norm.output}"}
    if norm.normalized is not None:
        inverse = next(call.output for call in network.calls if call.inputs == (norm.variance,))
        tensors |= {"mean": norm.mean, "variance": norm.variance, "bnvar_inv": inverse, "bnraw": norm.normalized}
    return ClosedForm(OPS["batch_norm"], "x", tuple(tensors.items()))


def closed_forms(network: Network) -> dict[str, ClosedForm]:
    """The gradients of this network that have one, beside the sum by which they are computed."""
    forms = {
        f"d{norm.input}": of_batch_norm(network, norm) for norm in network.batch_norms if norm.normalized is not None
    }
    if any(call.output == "probs" for call in network.calls):
        tensors = (("logits", "logits"), ("Y", "Yb"), ("probs", "probs"))
        forms["dlogits"] = ClosedForm(OPS["cross_entropy"], "logits", tensors)
    return forms
