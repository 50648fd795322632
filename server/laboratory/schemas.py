"""What REST tells of traps."""

from typing import Any

from pydantic import Field

from server.schemas import SourceInfo, Wire


class TrapPlace(Wire):
    """Where a trap changes a rule in one network."""

    name: str = Field(description="A contribution (dbndiff.bndiff2), or a tensor of the forward pass (logit_maxes).")
    tensor: str = Field(description="The tensor whose gradient, or which itself, is computed otherwise.")
    layer: int | None = Field(description="The hidden layer; null: none of them.")
    right: str = Field(description="The PyTorch line as the op table has it.")
    wrong: str = Field(description="The line that the trap puts in its place.")


class TwinInfo(Wire):
    """One of two sessions that differ in the trap alone."""

    config: dict[str, dict[str, Any]] = Field(description="The config of the new session; the rest is default.")
    armed: bool = Field(description="Whether the trap is to be armed in it.")


class TrapInfo(Wire):
    """One entry of the table of traps, as far as it concerns one session."""

    name: str = Field(description="The entry's name.")
    title: str = Field(description="What is done wrong.")
    chapter: str = Field(description="What kind of mistake it is.")
    why: str = Field(description="Why it is wrong.")
    symptom: str = Field(description="How to see it.")
    fix: str = Field(description="What to do about it.")
    sources: list[SourceInfo] = Field(description="What that rests on.")
    harmless: bool = Field(description="Whether all gradients come out right all the same, but for rounding.")
    hidden_while: str = Field(description="When verification passes though the rule is wrong; empty: never.")
    threshold: float | None = Field(description="The default of the number that it takes; null: it takes none.")
    places: list[TrapPlace] = Field(description="Where it sits in this session's network, in forward order.")
    missing: str | None = Field(description="Why it cannot be armed in it; null: it can.")
    twins: list[TwinInfo] = Field(
        description="Two new sessions that show it side by side: as it should be, or seems to be, and as it is. "
        "Empty where it can nowhere be armed."
    )
