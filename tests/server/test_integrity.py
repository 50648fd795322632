import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

from model.checkpoints import Checkpoint
from model.config import Config, DataConfig, ModelConfig, TrainingConfig
from model.gauges import EVERY, gauge_groups
from model.training import Run
from server.integrity import check_past
from server.log import VALUE, Command
from server.metrics import Recorder
from server.past import Past
from server.recorded import Key, Recorded
from tests.server.sessions import DATASET

CONFIG = Config(
    data=DataConfig(context_length=2),
    model=ModelConfig(embedding_size=2, hidden_sizes=(3,), granularity="fused"),
    training=TrainingConfig(batch_size=4, engine="tape"),
)
NETWORK = Run(CONFIG, DATASET).network
GROUPS = gauge_groups(NETWORK)
COLUMNS = {group: len(names) for group, names in GROUPS.items()}
OPS = NETWORK.ops


def check(past: Past) -> None:
    check_past(past, CONFIG, DATASET)


def setting(number: int, step: int, name: str = "b1", value: torch.Tensor | None = None) -> Command:
    tensor = safetensors.torch.save({VALUE: torch.zeros(3) if value is None else value})
    return Command(number, "set_parameter", step, OPS, {"name": name}, tensor)


def rate(number: int, step: int) -> Command:
    return Command(number, "set_learning_rate", step, OPS, {"value": 0.1})


def hint(number: int, hunt: str) -> Command:
    return Command(number, "hint", 0, 0, {"hunt": hunt})


def kept(step: int, edits: int) -> Checkpoint:
    return Checkpoint(step, edits, b"")


PAST = Past(
    commands=[rate(1, 0), setting(2, 5), Command(4, "run", 5, OPS), rate(5, 9), rate(6, 9), Command(9, "pause", 12, 0)],
    checkpoints=[kept(5, 1), kept(9, 3), kept(11, 4), kept(12, 4)],
    last_step=12,
    step=11,
    op=OPS,
)


def test_a_past_that_is_in_order_is_taken() -> None:
    check(Past())
    check(PAST)
    check(replace(PAST, op=None, step=0))


FITTING: dict[str, dict[str, Any]] = {
    "a change that was discarded": {"commands": [rate(1, 5), rate(2, 20), Command(3, "discard", 7, OPS), rate(4, 9)]},
    "a checkpoint before and after the changes of its step": {
        "commands": [rate(1, 5), rate(2, 5)],
        "checkpoints": [kept(5, 0), kept(11, 2)],
    },
    "no checkpoint at all": {"checkpoints": [], "commands": [], "step": 0},
}


@pytest.mark.parametrize("parts", FITTING.values(), ids=FITTING)
def test_what_a_session_can_come_to_is_taken(parts: dict[str, Any]) -> None:
    check(replace(PAST, **({"checkpoints": [kept(11, 2)]} | parts)))


UNFITTING: dict[str, tuple[dict[str, Any], str]] = {
    "beyond its end": ({"step": 13}, "stands at step 13, beyond its last one, 12"),
    "at an op that a step does not have": ({"op": OPS + 1}, f"has ops 0 to {OPS}"),
    "a command at such an op": ({"commands": [Command(1, "seek", 3, OPS + 1)]}, f"has ops 0 to {OPS}"),
    "a number given twice": ({"commands": [rate(1, 0), rate(1, 0)]}, "the log's numbers are not in order"),
    "numbers out of order": ({"commands": [rate(2, 0), rate(1, 0)]}, "the log's numbers are not in order"),
    "changes out of order": ({"commands": [rate(1, 5), rate(2, 4)]}, "the steps of its changes are not in order"),
    "a change beyond the end": ({"commands": [rate(1, 13)]}, "the steps of its changes are not in order"),
    "a change that is none": ({"commands": [Command(1, "set_learning_rate", 0, 0, {"value": -1})]}, "greater than"),
    "a parameter that is not there": ({"commands": [setting(1, 0, "W9")]}, "'W9', which is not a parameter"),
    "a tensor that is no parameter": ({"commands": [setting(1, 0, "h")]}, "'h', which is not a parameter"),
    "a parameter of another shape": (
        {"commands": [setting(1, 0, "b1", torch.zeros(4))]},
        r"sets b1, of shape \[3\], to something else",
    ),
    "a parameter that is not finite": (
        {"commands": [setting(1, 0, "b1", torch.tensor([0.0, torch.inf, 0.0]))]},
        "sets b1",
    ),
    "a hint of no hunt": ({"commands": [hint(1, "gain_forgotten")]}, "command 1, hint, is of no hunt"),
    "an answer that says nothing": ({"commands": [Command(1, "answer", 0, 0, {"hunt": "hidden-1-0"})]}, "op"),
    "checkpoints out of order": ({"checkpoints": [kept(11, 4), kept(5, 1)]}, "the checkpoints are not in order"),
    "a checkpoint given twice": ({"checkpoints": [kept(11, 4), kept(11, 4)]}, "the checkpoints are not in order"),
    "a checkpoint beyond the end": ({"checkpoints": [kept(11, 4), kept(13, 4)]}, "step 13 does not fit the log"),
    "a checkpoint with too few changes": ({"checkpoints": [kept(11, 3)]}, "step 11 does not fit the log"),
    "a checkpoint with too many changes": ({"checkpoints": [kept(8, 3), kept(11, 4)]}, "step 8 does not fit the log"),
    "no checkpoint where it stands": ({"checkpoints": [kept(9, 3)]}, "no checkpoint of step 11, where the session"),
}


@pytest.mark.parametrize(("parts", "reason"), UNFITTING.values(), ids=UNFITTING)
def test_what_no_session_can_come_to_is_refused(parts: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        check(replace(PAST, **({"checkpoints": [kept(11, 0)]} | parts if "commands" in parts else parts)))


def test_a_hunt_for_which_the_network_has_nothing_to_hide_is_refused() -> None:
    plain = CONFIG.model_copy(update={"model": CONFIG.model.model_copy(update={"batch_norm": "none"})})
    check_past(Past([hint(1, "hidden-1-0")]), plain, DATASET)
    with pytest.raises(ValueError, match="tells of hidden-2-0, which this network has no place for"):
        check_past(Past([hint(1, "hidden-2-0")]), plain, DATASET)


# ── Metrics ──


def blocks(recorder: str, recorded: Recorder) -> dict[Key, bytes]:
    return {(recorder, level, number): content for (level, number), content in recorded.take_changes().written.items()}


def recorded_by(recorder: str, steps: int, cut: int | None = None) -> dict[Key, bytes]:
    """The least that a recorder keeps, so that after many steps the oldest are told by coarser levels alone."""
    columns, every = (1, 1) if recorder == "loss" else (COLUMNS[recorder], EVERY)
    made = Recorder(columns, every, capacity=1)
    for first in range(0, steps, 5000):
        count = len(range(first, min(first + 5000, steps), every))
        made.record(first, np.full((count, columns), 0.5))
    if cut is not None:
        made.cut(cut)
    return blocks(recorder, made)


# Up to the first block, over its edge, to the first sums and sums of sums, and so far that the oldest are let go
STEPS = [0, 1, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 30_000, 100_000]


@pytest.mark.parametrize("recorder", ["loss", *GROUPS])
@pytest.mark.parametrize("steps", STEPS)
def test_what_a_recorder_saves_is_taken(recorder: str, steps: int) -> None:
    for cut in (None, 0, steps // 3, steps // 2 + 1, steps - 1):
        if cut is None or cut >= 0:
            check(Past(metrics=recorded_by(recorder, steps, cut), last_step=max(steps - 1, 0)))


def test_what_a_recorder_saves_after_steps_that_were_passed_over_is_taken() -> None:
    for step in (300, 70_000, 2**31, 2**48):
        made = Recorder(capacity=1)
        made.record(0, np.zeros((3, 1)))
        made.record(step, np.zeros((3, 1)))
        check(Past(metrics=blocks("loss", made), last_step=step + 2))


@pytest.mark.parametrize("recorder", ["loss", *GROUPS])
def test_metrics_of_which_a_block_is_missing_or_too_short_are_refused_unless_they_can_be_read(recorder: str) -> None:
    metrics = recorded_by(recorder, 100_000)
    assert len({level for _, level, _ in metrics}) >= 3
    assert min(number for _, level, number in metrics if level == 0) > 0
    taken = 0
    for key, content in metrics.items():
        for shorter in (
            None,
            content[:-1],
            content[:-8],
            content[: -8 * 3 * COLUMNS.get(recorder, 1)],
            b"",
            content * 2,
        ):
            wrong = {other: block for other, block in metrics.items() if other != key}
            if shorter is not None:
                wrong[key] = shorter
            if is_taken(Past(metrics=wrong, last_step=99_999)):
                read_all(recorder, wrong)
                taken += 1
    # Without the oldest or the newest few values it is what another recorder could have saved.
    assert taken <= 3


def is_taken(past: Past) -> bool:
    try:
        check(past)
    except ValueError:
        return False
    return True


def read_all(recorder: str, metrics: dict[Key, bytes]) -> None:
    recorded = Recorded(GROUPS)
    recorded.restore(metrics)
    recorded.known_until = 99_999
    for points in (1, 3, 100, 5000):
        for first in (0, 90_000, 99_990):
            recorded.buckets("loss" if recorder == "loss" else GROUPS[recorder][1], first, None, points)


@pytest.mark.parametrize(
    "key", [("loss", 0, 1), ("loss", 0, 2**60), ("loss", 1, 0), ("loss", 99, 0), ("loss", 0, -1), ("loss", -1, 0)]
)
def test_metrics_with_a_block_more_are_refused(key: Key) -> None:
    metrics = recorded_by("loss", 10)
    with pytest.raises(ValueError, match="the metrics do not fit together"):
        check(Past(metrics={**metrics, key: bytes(8)}, last_step=9))


def test_more_metrics_than_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="of 'loss' there are more values than steps"):
        check(Past(metrics=recorded_by("loss", 10), last_step=8))
    with pytest.raises(ValueError, match="of 'gauges' there are more values than steps"):
        check(Past(metrics=recorded_by("gauges", 11), last_step=9))


def test_gauges_of_another_network_are_refused() -> None:
    made = Recorder(COLUMNS["gauges"] + 1, EVERY)
    made.record(0, np.zeros((5, COLUMNS["gauges"] + 1)))
    with pytest.raises(ValueError, match="of 'gauges' block 0 has another size"):
        check(Past(metrics=blocks("gauges", made), last_step=100))


@pytest.mark.parametrize("seed", range(10))
def test_whatever_was_recorded_and_cut_is_taken(seed: int) -> None:
    rng = random.Random(seed)
    made, end = Recorder(capacity=1), 0
    for _ in range(40):
        if rng.random() < 0.3 and end:
            end = rng.choice([end - 1, rng.randrange(end), end // 16 * 16, end // 256 * 256])
            made.cut(end - 1)
        else:
            count = rng.choice([1, 16, 255, 3000])
            end += rng.choice([0, 0, 1, 5000])
            made.record(end, np.zeros((count, 1)))
            end += count
        check(Past(metrics=blocks("loss", made.copy()), last_step=max(end - 1, 0)))
