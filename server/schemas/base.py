"""What all that is sent has in common."""

import math
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _finite_or_none(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


# JSON has no NaN and no infinity: they are null.
Number = Annotated[float | None, BeforeValidator(_finite_or_none)]


class Wire(BaseModel):
    """A value that is sent: immutable, made from an object's attributes where its fields are the same."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Problem(Wire):
    """Why a request was not carried out."""

    detail: str = Field(description="What is wrong, what was expected, and what to do.")


class Health(Wire):
    """The server is up."""

    status: Literal["ok"] = Field("ok", description="Always ok.")
    version: str = Field(description="Version of Gradient Flow.")
