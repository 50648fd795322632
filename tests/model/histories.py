"""Histories of a small run, and the plain replay of one: what a timeline must come to."""

from collections.abc import Iterable
from typing import Any

from model.arming import Armed
from model.config import Config
from model.dataset import Dataset, parse_words
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.outliers import Outliers
from model.training import Run
from model.update import Clipping

WORDS = parse_words(b"anna\nbob\ncara\ndan\neve\nfay\ngus\nhal\nida\njo\n", "ten words")

Standing = tuple[bytes, tuple[object, ...], Clipping | None, tuple[Armed, ...], Outliers | None]


def tiny(engine: str, **model: Any) -> Config:
    return Config.model_validate(
        {
            "data": {"context_length": 2},
            "model": {"embedding_size": 2, "hidden_sizes": [3], "granularity": "fused", **model},
            "training": {
                "batch_size": 4,
                "engine": engine,
                "learning_rate": [{"from_step": 0, "value": 0.3}, {"from_step": 9, "value": 0.2}],
            },
        }
    )


def plain_run(config: Config, edits: Iterable[Edit], step: int, dataset: Dataset = WORDS) -> Run:
    """A run that was advanced to a step from its beginning, with these edits made on the way."""
    run = Run(config, dataset)
    go_on_plainly(run, edits, step)
    return run


def go_on_plainly(run: Run, edits: Iterable[Edit], step: int) -> None:
    """Advance to a step, with these edits made on the way: those that are not made yet, up to that step's."""
    for edit in edits:
        if edit.step > step:
            break
        run.advance(edit.step - run.step)
        match edit:
            case SetParameter():
                run.set_parameter(edit.name, edit.value)
            case SetLearningRate():
                run.set_learning_rate(edit.value)
            case SetClipping():
                run.clipping = edit.clipping
            case SetTraps():
                run.set_traps(edit.traps)
            case SetOutliers():
                run.set_outliers(edit.outliers)
    run.advance(step - run.step)


def standing(run: Run) -> Standing:
    """All that a run's numbers from here on depend on: its state, schedule, clipping, traps and outliers."""
    return run.state().to_bytes(), run.schedule, run.clipping, run.traps, run.outliers
