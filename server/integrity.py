"""Whether a file's parts, each well-formed, can be the past of one session together."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch

from model.config import Config
from model.dataset import Dataset
from model.edits import Edit, SetOutliers, SetParameter, SetTraps
from model.gauges import EVERY, gauge_groups
from model.network import Network
from model.outliers import choose_outliers
from model.training import armed_in, network_for
from server.laboratory.hunts import Hunts
from server.log import changes_in_effect, edit_of
from server.metrics import BLOCK, FAN_OUT
from server.past import Past
from server.recorded import Key

BYTES_PER_NUMBER = 8  # float64


def check_past(past: Past, config: Config, dataset: Dataset) -> None:
    """Raise ValueError where no session of this config and these words has such a past."""
    network = network_for(config, dataset)
    if past.step > past.last_step:
        raise ValueError(f"it stands at step {past.step}, beyond its last one, {past.last_step}")
    if max([past.op or 0, *(command.op for command in past.commands)]) > network.ops:
        raise ValueError(f"a step of this session has ops 0 to {network.ops}, and no more")
    _check_rises([command.number for command in past.commands], "the log's numbers")
    edits = [edit_of(change) for change in changes_in_effect(past.commands)]
    _check_edits(edits, past.last_step, network, config)
    _check_outliers(edits, config, dataset)
    Hunts(past.commands).check(network)
    _check_checkpoints(past, [edit.step for edit in edits])
    groups = [(group, len(names), EVERY) for group, names in gauge_groups(network).items()]
    for recorder, columns, every in [("loss", 1, 1), *groups]:
        try:
            _check_metrics(past.metrics, recorder, columns, past.last_step // every + 1)
        except ValueError as error:
            raise ValueError(f"the metrics do not fit together: of {recorder!r} {error}") from None


def _check_rises(numbers: Sequence[int], what: str) -> None:
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise ValueError(f"{what} are not in order")


def _check_edits(edits: Sequence[Edit], last_step: int, network: Network, config: Config) -> None:
    steps = [edit.step for edit in edits]
    if steps != sorted(steps) or (steps and steps[-1] > last_step):
        raise ValueError("the steps of its changes are not in order")
    for edit in edits:
        if isinstance(edit, SetParameter):
            if edit.name not in network.parameters:
                raise ValueError(f"the log sets {edit.name!r}, which is not a parameter")
            shape = network.tensors[edit.name].shape
            if tuple(edit.value.shape) != shape or not torch.isfinite(edit.value).all():
                raise ValueError(f"the log sets {edit.name}, of shape {list(shape)}, to something else")
        if isinstance(edit, SetTraps):
            armed_in(config, network, edit.traps)


def _check_outliers(edits: Sequence[Edit], config: Config, dataset: Dataset) -> None:
    planted = {edit.outliers for edit in edits if isinstance(edit, SetOutliers) and edit.outliers is not None}
    if planted:
        words = dataset.split(config.data.split_seed)["train"]
        examples = dataset.examples(words, config.data.context_length)
        for outliers in planted:
            choose_outliers(examples, outliers)


def _check_checkpoints(past: Past, edited_at: Sequence[int]) -> None:
    steps = [checkpoint.step for checkpoint in past.checkpoints]
    _check_rises(steps, "the checkpoints")
    for checkpoint in past.checkpoints:
        fewest, most = bisect_left(edited_at, checkpoint.step), bisect_right(edited_at, checkpoint.step)
        if checkpoint.step > past.last_step or not fewest <= checkpoint.edits <= most:
            raise ValueError(f"the checkpoint of step {checkpoint.step} does not fit the log")
    if past.step > 0 and past.step not in steps:
        raise ValueError(f"there is no checkpoint of step {past.step}, where the session stands")


def _check_metrics(metrics: Mapping[Key, bytes], recorder: str, columns: int, most: int) -> None:
    """Raise ValueError where a recorder of so many columns, with at most so many values, cannot have saved these."""
    levels: dict[int, dict[int, int]] = {}
    for (owner, level, number), content in metrics.items():
        if owner == recorder:
            levels.setdefault(level, {})[number] = len(content)
    if not levels:
        return
    if sorted(levels) != list(range(len(levels))):
        raise ValueError("a level is missing")
    extents = [
        _extent(levels[level], BYTES_PER_NUMBER * columns * (3 if level else 1))  # Sum, least and greatest
        for level in range(len(levels))
    ]
    for (start, end), (coarser_start, coarser_end) in pairwise(extents):
        if coarser_end != end // FAN_OUT or coarser_start * FAN_OUT > start:
            raise ValueError("a level does not sum up the one below")
    coarsest_start, coarsest_end = extents[-1]
    if coarsest_start > 0 or coarsest_end >= FAN_OUT:
        raise ValueError("the coarsest level is missing")
    if extents[0][1] > most:
        raise ValueError("there are more values than steps")


def _extent(sizes: Mapping[int, int], bytes_per_bucket: int) -> tuple[int, int]:
    """From which bucket of a level up to which its blocks, of so many bytes each, reach."""
    first, last = min(sizes), max(sizes)
    full = BLOCK * bytes_per_bucket
    if first < 0 or len(sizes) != last - first + 1 or any(sizes[number] != full for number in sizes if number < last):
        raise ValueError("blocks are missing")
    if not 0 < sizes[last] <= full or sizes[last] % bytes_per_bucket:
        raise ValueError(f"block {last} has another size than blocks have")
    return first * BLOCK, last * BLOCK + sizes[last] // bytes_per_bucket
