"""The pending update."""

from pydantic import Field

from server.schemas.base import Number, Wire
from server.schemas.sessions import PositionInfo


class LossChange(Wire):
    """The minibatch's loss, and what the pending update makes of it."""

    before: Number = Field(description="With the parameters as they are.")
    after: Number = Field(description="With the parameters as the update makes them, on the same minibatch.")
    predicted: Number = Field(
        description="After it, to first order: before - learning rate · Σ g · u, where u is the gradient as the update "
        "uses it; without clipping the sum is the squared norm of g."
    )


class ProbabilityChange(Wire):
    """What the network gives each character, in the order of the vocabulary."""

    before: list[Number] = Field(description="With the parameters as they are.")
    after: list[Number] = Field(description="With the parameters as the update makes them.")


class ExampleChange(Wire):
    """One example of the minibatch before and after the update."""

    index: int = Field(description="Its row in the minibatch, from 0.")
    loss_before: Number = Field(description="-log of the target's probability, in nats.")
    loss_after: Number = Field(description="The same after the update.")
    probabilities: ProbabilityChange = Field(description="Softmax of its logits.")


class PendingUpdate(Wire):
    """What this step's update does to its own minibatch. It is only tried: the session stays as it is."""

    position: PositionInfo = Field(description="Where it is pending: all gradients known, update not applied.")
    learning_rate: float = Field(description="The learning rate of this step's update.")
    gradient_norm: Number = Field(description="Norm of all parameters' gradients together, before clipping.")
    kept_share: Number = Field(description="Of that norm, what clipping leaves of it; null: nothing is clipped.")
    loss: LossChange = Field(description="The minibatch's loss.")
    improved: int = Field(description="How many of the minibatch's examples have a smaller loss after it.")
    example: ExampleChange | None = Field(description="The example that was asked for; null: none was.")
