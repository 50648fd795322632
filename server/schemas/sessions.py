"""Sessions, and where they stand."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from model.config import Config, Section
from server.schemas.base import Number, Wire
from server.schemas.training import TrainingInfo


class PositionInfo(Wire):
    """Where a session stands in time."""

    step: int = Field(description="Updates applied so far: parameters and minibatch are this step's.")
    op: int = Field(description="How much of this step is computed: forward ops, then backward contributions.")
    ops: int = Field(description="How much there is to compute; there, all gradients are known.")


class EngineInfo(Wire):
    """What runs a session's steps."""

    name: Literal["tape", "kernel"] = Field(description="The tape, op by op, or the compiled kernel.")
    waiting: bool = Field(description="Whether it is to move but waits for the kernel, which is being loaded.")


class ParentInfo(Wire):
    """Where a session branched off."""

    id: str = Field(description="The session it shares its past with, which may have been deleted since.")
    step: int = Field(description="The last step they share.")


class DivergenceInfo(Wire):
    """A replay that came out different from what a checkpoint holds; the checkpoint's state was kept."""

    step: int = Field(description="The checkpoint's step.")
    expected: str = Field(description="SHA-256 of the checkpoint's state.")
    found: str = Field(description="SHA-256 of the state that the replay came to.")
    text: str = Field(description="All of it in a sentence.")


class SessionInfo(Wire):
    """One session."""

    id: str = Field(description="What routes name it by.")
    name: str = Field(description="What people call it.")
    config: Config = Field(description="The config it was made from, defaults filled in.")
    parent: ParentInfo | None = Field(None, description="Where it branched off; null: it began by itself.")
    position: PositionInfo = Field(description="Where it stands.")
    last_step: int = Field(0, description="The furthest step it has come to: any up to it can be visited again.")
    unsaved: str | None = Field(None, description="Why the newest of it could not be saved; null: it is, or soon.")
    divergence: DivergenceInfo | None = Field(None, description="A replay that came out different; null: none did.")
    running: bool = Field(description="Whether it is training by itself.")
    stopped: str | None = Field(description="Why its last run stopped by itself; null where it did not.")
    loss: Number = Field(description="The minibatch's loss; null before the forward pass is through, or not finite.")
    parameters: int = Field(description="How many numbers are trained.")
    created_at: datetime = Field(description="When it was made.")
    training: TrainingInfo = Field(description="What its updates use at this step.")
    engine: EngineInfo = Field(description="What runs all of its steps.")


class Progress(Wire):
    """Where a session stands after it moved."""

    position: PositionInfo = Field(description="Where it stands.")
    loss: Number = Field(description="The minibatch's loss; null before the forward pass is through, or not finite.")


class Renaming(Section):
    """What is to be changed of a session itself."""

    name: str = Field(min_length=1, max_length=200, description="What people call it.")
