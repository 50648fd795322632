"""The pending update of a session as it goes over the wire."""

from model.preview import preview_update
from model.update import Clipping
from server.errors import Conflict, Invalid
from server.schemas.update import ExampleChange, LossChange, PendingUpdate, ProbabilityChange
from server.snapshot import Snapshot


def describe_update(snapshot: Snapshot, example: int | None) -> PendingUpdate:
    """What this step's update does to its own minibatch, and to one example of it.

    Raises Conflict before all gradients are known, Invalid where the minibatch has no such example.
    """
    position, training = snapshot.info.position, snapshot.info.training
    batch = snapshot.moment.network.dimensions["B"]
    if example is not None and example >= batch:
        raise Invalid(f"example: the minibatch has examples 0 to {batch - 1}, got {example}")
    if position.op < position.ops:
        raise Conflict(
            f"an update takes all gradients: not all are known at op {position.op} of {position.ops}, they will be at "
            f"op {position.ops}"
        )
    wanted = training.clipping
    clipping = None if wanted is None else Clipping(wanted.by, wanted.threshold)
    preview = preview_update(snapshot.moment.tape, training.learning_rate, clipping)
    return PendingUpdate(
        position=position,
        learning_rate=training.learning_rate,
        gradient_norm=preview.gradient_norm,
        kept_share=preview.kept_share,
        loss=LossChange(before=preview.loss_before, after=preview.loss_after, predicted=preview.loss_predicted),
        improved=int((preview.losses_after < preview.losses_before).sum()),
        example=None
        if example is None
        else ExampleChange(
            index=example,
            loss_before=preview.losses_before[example].item(),
            loss_after=preview.losses_after[example].item(),
            probabilities=ProbabilityChange(
                before=preview.probabilities_before[example].tolist(),
                after=preview.probabilities_after[example].tolist(),
            ),
        ),
    )
