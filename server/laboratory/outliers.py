"""Outliers, planted or on trial, as they go over the wire."""

from collections.abc import Sequence
from dataclasses import dataclass

from model.arming import InvalidTraps
from model.config import Config
from model.dataset import Dataset
from model.network import Network
from model.outlier_losses import Beginning, follow_outliers, treatments
from model.outliers import InvalidOutliers, Outlier, Outliers
from model.training import Run
from server.errands import Between
from server.errors import Invalid
from server.laboratory.schemas import OutlierCurves, OutlierInfo, OutlierTrial, OutlierTrialWanted

MOST_CELLS = 1_000_000_000  # Numbers that a trial may compute in each run: some ten seconds by the tape.


@dataclass(frozen=True)
class TrialStart:
    """All of a session that a trial begins with; the session itself goes on."""

    config: Config
    dataset: Dataset
    beginning: Beginning

    @classmethod
    def of(cls, run: Run) -> "TrialStart":
        """From where a run stands."""
        return cls(run.config, run.dataset, Beginning(run.state(), run.schedule))


def planted_now(run: Run) -> list[OutlierInfo]:
    """The outliers of a run, and in which row of the minibatch each stands, if it does."""
    rows = {example: row for row, example in enumerate(run.minibatch)}
    return _describe(run.planted, run.dataset, rows)


def check_trial(network: Network, wanted: OutlierTrialWanted) -> None:
    """Raise Invalid where it would take too long."""
    most = MOST_CELLS // network.cells
    if wanted.steps > most:
        raise Invalid(
            f"steps: a step of this session computes {network.cells:,} numbers, so that a trial may have at most "
            f"{most:,} steps, got {wanted.steps:,}; take a smaller network for it"
        )


def run_trial(start: TrialStart, wanted: OutlierTrialWanted, between: Between, *, has_kernel: bool) -> OutlierTrial:
    """Train copies of the session, each in its way, and follow the outliers' losses. Raises Invalid.

    `between` is called between any two pieces of work.
    """
    training = start.config.training.model_copy(update={"engine": "auto" if has_kernel else "tape"})
    run = Run(start.config.model_copy(update={"training": training}), start.dataset)
    outliers = Outliers(wanted.count, wanted.seed)
    curves = []
    try:
        compared = treatments(wanted.loss_threshold, wanted.norm_threshold, wanted.value_threshold)
        for name, treatment in compared.items():
            planted, found = follow_outliers(run, start.beginning, outliers, treatment, wanted.steps, between)
            curves.append(OutlierCurves(treatment=name, steps=list(found.steps), losses=found.losses.tolist()))
    except (InvalidOutliers, InvalidTraps) as error:
        raise Invalid(str(error)) from None
    return OutlierTrial(
        outliers=_describe(planted, start.dataset, {}),
        draws=wanted.steps * training.batch_size / len(run.splits["train"]),
        curves=curves,
    )


def _describe(planted: Sequence[Outlier], dataset: Dataset, rows: dict[int, int]) -> list[OutlierInfo]:
    return [
        OutlierInfo(
            example=outlier.example,
            context="".join(dataset.characters[number] for number in outlier.context),
            right=dataset.characters[outlier.right],
            planted=dataset.characters[outlier.planted],
            row=rows.get(outlier.example),
        )
        for outlier in planted
    ]
