"""What an op is: one line of the forward pass together with its hand-written backward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Backward:
    """The rule for one input: what the op adds to this input's gradient.

    `rule(g, y, *inputs)` takes the gradient of the loss with respect to the op's output, the output, and all
    inputs; it returns a tensor of this input's shape.
    """

    rule: Callable[..., Tensor]
    code: str
    latex: str
    textbook_code: str | None = None  # The line as texts have it, where ours differs,
    why: str | None = None  # and why it does; or what is worth knowing of this rule.


@dataclass(frozen=True)
class Op:
    """One line of the forward pass: `forward(*inputs)`, and how it is written, drawn and differentiated.

    `signature` gives the dimensions of inputs and output, `B I, I O, O -> B O`: a letter is one size everywhere,
    `1` is broadcast, `T*E` is a product, nothing at all is a scalar. `code` is a template over operand names
    (`{y} = {x} @ {W}`, the output is always `y`), so that it can be written with any tensors' names.
    """

    title: str
    inputs: tuple[str, ...]
    signature: str
    forward: Callable[..., Tensor]
    code: str
    latex: str
    backward: Mapping[str, Backward]
    why: str | None = None

    @property
    def input_shapes(self) -> tuple[str, ...]:
        """The dimensions of each input, in order: `("B I", "I O", "O")`."""
        return tuple(shape.strip() for shape in self.signature.split("->")[0].split(","))

    @property
    def output_shape(self) -> str:
        """The output's dimensions: `B O`; empty for a scalar."""
        return self.signature.split("->")[1].strip()
