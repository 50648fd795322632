"""The table of ops, formulas, and what they rest on."""

from pydantic import Field

from server.schemas.base import Wire


class Formula(Wire):
    """One formula, written twice."""

    latex: str = Field(description="In LaTeX.")
    mathml: str = Field(description="The same in MathML.")


class SourceInfo(Wire):
    """Where something can be read up."""

    title: str = Field(description="Its title.")
    authors: str = Field(description="Who wrote it.")
    year: int = Field(description="When it appeared.")
    url: str = Field(description="Where it is.")
    place: str = Field(description="The section that says it; empty: all of it does.")


class RemarkInfo(Wire):
    """Something worth knowing."""

    text: str = Field(description="What.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


class OpInput(Wire):
    """One operand of an op."""

    name: str = Field(description="The operand's name.")
    shape: str = Field(description='Its dimensions: "B I".')
    differentiable: bool = Field(description="Whether a gradient flows to it.")
    meaning: str | None = Field(description="What it is, where it is a parameter or an index.")


class OpOutput(Wire):
    """What an op computes."""

    name: str = Field(description="Always y.")
    shape: str = Field(description="Its dimensions; empty for a scalar.")


class OpForward(Wire):
    """An op's line of the forward pass."""

    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line.")


class OpBackward(Wire):
    """An op's backward rule for one input."""

    input: str = Field(description="The operand whose gradient it adds to.")
    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line.")
    textbook_code: str | None = Field(description="The line as texts have it, where ours differs.")
    why: str | None = Field(description="Why it differs, or what is worth knowing.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


class OpInfo(Wire):
    """One entry of the op table, in its own operand names."""

    name: str = Field(description="The entry's name.")
    title: str = Field(description="What it is.")
    inputs: list[OpInput] = Field(description="Its operands in order.")
    output: OpOutput = Field(description="What it computes.")
    forward: OpForward = Field(description="The forward pass.")
    backward: list[OpBackward] = Field(description="The backward pass, one rule per differentiable input.")
    why: str = Field(description="Why it is there, or what it does to values and gradients.")
    sources: list[SourceInfo] = Field(description="What that rests on.")
