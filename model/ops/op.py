"""What an op is: one line of the forward pass together with its hand-written backward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from model.ops.sources import Source


@dataclass(frozen=True)
class Remark:
    """Something worth knowing, and what it rests on."""

    text: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Backward:
    """The rule for one input: what the op adds to this input's gradient.

    `rule(g, y, *inputs)` takes the gradient of the loss with respect to the op's output, the output, and all
    inputs; it returns a tensor of this input's shape. `cell` is the same rule for one cell, as an equation
    (`model/equations`) between cells of the operands, where `dx` is the gradient of the operand `x`.
    """

    rule: Callable[..., Tensor]
    code: str
    latex: str
    cell: str
    textbook_code: str | None = None  # The line as texts have it, where ours differs,
    why: str | None = None  # and why it does; or what is worth knowing of this rule.
    sources: tuple[Source, ...] = ()
    before_batch_norm: Remark | None = None  # What else is so of it where batch norm follows on the op's output.


@dataclass(frozen=True)
class Op:
    """One line of the forward pass: `forward(*inputs)`, and how it is written, drawn and differentiated.

    `signature` gives the dimensions of inputs and output, `B I, I O, O -> B O`: a letter is one size everywhere,
    `1` is broadcast, `T*E` is a product, nothing at all is a scalar. `code` is a template over operand names
    (`{y} = {x} @ {W}`, the output is always `y`), so that it can be written with any tensors' names. `meanings` says
    what an operand is, where it is a parameter or an index. `cell` says how one cell of the output comes about, and
    `where` what it and the backward rules abbreviate, both as equations.
    """

    title: str
    inputs: tuple[str, ...]
    signature: str
    forward: Callable[..., Tensor]
    code: str
    latex: str
    cell: str
    backward: Mapping[str, Backward]
    why: str  # It is there, or what it does to values and gradients.
    sources: tuple[Source, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)
    where: tuple[str, ...] = ()

    @property
    def input_shapes(self) -> tuple[str, ...]:
        """The dimensions of each input, in order: `("B I", "I O", "O")`."""
        return tuple(shape.strip() for shape in self.signature.split("->")[0].split(","))

    @property
    def output_shape(self) -> str:
        """The output's dimensions: `B O`; empty for a scalar."""
        return self.signature.split("->")[1].strip()
