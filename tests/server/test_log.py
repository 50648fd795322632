import random
from typing import Any, get_args

import pytest
import safetensors.torch
import torch

from model.arming import Armed
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.outliers import Outliers
from model.update import Clipping
from server.log import VALUE, Command, changes_in_effect, command_of, describe, edit_of, edits_of
from server.schemas.commands import CommandInfo, CommandKind
from server.schemas.training import TrainingChange

ODD = torch.tensor([[-0.0, 1e-45, 3.4e38], [0.1, -1.5, 2**-149]])
EDITS: dict[str, tuple[Edit, CommandKind, str]] = {
    "a parameter": (SetParameter(7, "W1", ODD), "set_parameter", "W1 was set by hand"),
    "a transposed parameter": (SetParameter(7, "W2", ODD.T), "set_parameter", "W2 was set by hand"),
    "a learning rate": (SetLearningRate(0, 0.05), "set_learning_rate", "learning rate 0.05"),
    "a rate of zero": (SetLearningRate(2**53, 0.0), "set_learning_rate", "learning rate 0"),
    "an unround rate": (SetLearningRate(1, 0.1 + 0.2), "set_learning_rate", "learning rate 0.3"),
    "clipping by norm": (SetClipping(3, Clipping("norm", 1.0)), "set_clipping", "clipping by norm, 1"),
    "clipping by value": (SetClipping(3, Clipping("value", 0.25)), "set_clipping", "clipping by value, 0.25"),
    "no clipping": (SetClipping(3, None), "set_clipping", "no clipping"),
    "two traps": (
        SetTraps(3, (Armed("gain_forgotten"), Armed("loss_clipping", 2.5))),
        "set_traps",
        "traps: gain_forgotten, loss_clipping",
    ),
    "no traps": (SetTraps(3, ()), "set_traps", "no traps"),
    "outliers": (SetOutliers(3, Outliers(4, seed=7)), "set_outliers", "outliers: 4, seed 7"),
    "no outliers": (SetOutliers(3, None), "set_outliers", "no outliers"),
}
edits = pytest.mark.parametrize(("edit", "kind", "text"), EDITS.values(), ids=EDITS)


def same(one: Edit, other: Edit) -> bool:
    if isinstance(one, SetParameter) and isinstance(other, SetParameter):
        bits = [edit.value.contiguous().view(torch.int32) for edit in (one, other)]
        return (one.step, one.name) == (other.step, other.name) and torch.equal(*bits)
    return one == other


@edits
def test_an_edit_comes_back_from_its_command_bit_for_bit(edit: Edit, kind: CommandKind, text: str) -> None:
    command = command_of(edit, 5, 11)
    assert (command.number, command.kind, command.step, command.op) == (5, kind, edit.step, 11)
    assert same(edit_of(command), edit)


@edits
def test_a_change_is_described_in_words(edit: Edit, kind: CommandKind, text: str) -> None:
    described = describe(command_of(edit, 5, 11))
    assert described.model_dump() == {"number": 5, "kind": kind, "step": edit.step, "text": text}


@edits
def test_what_is_told_of_a_command_has_all_but_a_parameters_values_and_who_knows_it_by_which_key(
    edit: Edit, kind: CommandKind, text: str
) -> None:
    command = command_of(edit, 5, 11)
    info = command.info()
    assert info.model_dump() == {name: value for name, value in vars(command).items() if name not in ("tensor", "key")}
    assert CommandInfo.model_validate_json(info.model_dump_json()) == info


def test_every_kind_that_sets_something_has_an_edit_and_no_other_has() -> None:
    assert {kind for _, kind, _ in EDITS.values()} == {
        kind for kind in get_args(CommandKind) if kind.startswith("set_")
    }
    for kind in get_args(CommandKind):
        if not kind.startswith("set_"):
            with pytest.raises(ValueError, match=f"command 1 is {kind}, which changes nothing"):
                edit_of(Command(1, kind, 0, 0))


CHANGES: dict[str, tuple[dict[str, Any], list[Edit]]] = {
    "nothing": ({}, []),
    "a rate": ({"learning_rate": 0.5}, [SetLearningRate(4, 0.5)]),
    "clipping": ({"clipping": {"by": "norm", "threshold": 2.0}}, [SetClipping(4, Clipping("norm", 2.0))]),
    "no clipping": ({"clipping": None}, [SetClipping(4, None)]),
    "both": ({"learning_rate": 0.0, "clipping": None}, [SetLearningRate(4, 0.0), SetClipping(4, None)]),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_change_of_training_makes_an_edit_of_each_field_that_it_has(
    change: dict[str, Any], expected: list[Edit]
) -> None:
    assert edits_of(TrainingChange.model_validate(change), 4) == expected


def tensor(value: torch.Tensor, name: str = VALUE) -> bytes:
    return safetensors.torch.save({name: value})


NO_EDITS: dict[str, Command] = {
    "a parameter without values": Command(1, "set_parameter", 0, 0, {"name": "W1"}),
    "a parameter without name": Command(1, "set_parameter", 0, 0, {}, tensor(ODD)),
    "values of another name": Command(1, "set_parameter", 0, 0, {"name": "W1"}, tensor(ODD, "other")),
    "whole numbers": Command(1, "set_parameter", 0, 0, {"name": "W1"}, tensor(torch.ones(3, dtype=torch.int64))),
    "double precision": Command(1, "set_parameter", 0, 0, {"name": "W1"}, tensor(ODD.double())),
    "no rate": Command(1, "set_learning_rate", 0, 0, {}),
    "null for a rate": Command(1, "set_learning_rate", 0, 0, {"value": None}),
    "a rate that is no number": Command(1, "set_learning_rate", 0, 0, {"value": "nan"}),
    "an infinite rate": Command(1, "set_learning_rate", 0, 0, {"value": float("inf")}),
    "a negative rate": Command(1, "set_learning_rate", 0, 0, {"value": -0.1}),
    "no clipping at all": Command(1, "set_clipping", 0, 0, {}),
    "clipping by something else": Command(1, "set_clipping", 0, 0, {"clipping": {"by": "sum", "threshold": 1}}),
    "clipping to nothing": Command(1, "set_clipping", 0, 0, {"clipping": {"by": "norm", "threshold": 0}}),
    "no traps at all": Command(1, "set_traps", 0, 0, {}),
    "traps by name alone": Command(1, "set_traps", 0, 0, {"traps": ["gain_forgotten"]}),
    "a trap of nothing": Command(1, "set_traps", 0, 0, {"traps": [{"name": "loss_clipping", "threshold": 0}]}),
    "no outliers at all": Command(1, "set_outliers", 0, 0, {}),
    "fewer outliers than one": Command(1, "set_outliers", 0, 0, {"outliers": {"count": 0}}),
    "clipping with more": Command(1, "set_clipping", 0, 0, {"clipping": {"by": "norm", "threshold": 1, "x": 1}}),
}


@pytest.mark.parametrize("command", NO_EDITS.values(), ids=NO_EDITS)
def test_what_no_change_can_be_is_refused(command: Command) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        edit_of(command)


def test_values_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(safetensors.SafetensorError):
        edit_of(Command(1, "set_parameter", 0, 0, {"name": "W1"}, b"no tensor"))


def test_changes_are_in_effect_until_they_are_discarded() -> None:
    rng = random.Random(1)
    kinds = get_args(CommandKind)
    discarded = 0
    for _ in range(300):
        log = [Command(number, rng.choice(kinds), rng.randrange(12), 0) for number in range(1, 1 + rng.randrange(12))]
        expected = [
            command.number
            for command in log
            if command.kind.startswith("set_")
            and not any(
                later.kind == "discard" and later.number > command.number and later.step < command.step for later in log
            )
        ]
        assert [change.number for change in changes_in_effect(log)] == expected
        discarded += sum(command.kind.startswith("set_") for command in log) - len(expected)
    assert discarded > 50


def test_a_change_at_the_step_to_which_is_discarded_stays() -> None:
    log = [Command(1, "set_learning_rate", 5, 0, {"value": 0.1}), Command(2, "discard", 5, 0)]
    assert changes_in_effect(log) == log[:1]
