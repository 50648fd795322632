import itertools

import pytest

from model.clock import Position, Unit, moved

FORWARD_OPS, OPS = 20, 50


def at(step: int, op: int) -> Position:
    return Position(step, op, OPS)


@pytest.mark.parametrize(
    ("here", "unit", "count", "there"),
    [
        (at(0, 50), "op", 1, at(1, 0)),
        (at(1, 0), "op", 20, at(1, 20)),
        (at(1, 3), "op", -3, at(1, 0)),
        (at(1, 0), "op", -1, at(0, 50)),
        (at(0, 50), "op", 51 * 3, at(3, 50)),
        (at(0, 50), "pass", 1, at(1, 20)),
        (at(1, 20), "pass", 1, at(1, 50)),
        (at(1, 7), "pass", 1, at(1, 20)),
        (at(1, 33), "pass", -1, at(1, 20)),
        (at(1, 20), "pass", -1, at(1, 0)),
        (at(1, 50), "pass", -2, at(1, 0)),
        (at(1, 7), "pass", -1, at(1, 0)),
        (at(1, 0), "pass", -1, at(0, 50)),
        (at(1, 0), "pass", -4, at(-1, 50)),
        (at(0, 50), "step", 1, at(1, 50)),
        (at(4, 7), "step", 1, at(4, 50)),
        (at(4, 7), "step", -1, at(3, 50)),
        (at(4, 50), "step", 7, at(11, 50)),
    ],
)
def test_moving_ends_at_the_next_stop_of_its_unit(here: Position, unit: Unit, count: int, there: Position) -> None:
    assert moved(here, FORWARD_OPS, unit, count) == there


@pytest.mark.parametrize("unit", ["op", "pass", "step"])
def test_moving_by_none_stays(unit: Unit) -> None:
    assert moved(at(3, 7), FORWARD_OPS, unit, 0) == at(3, 7)


@pytest.mark.parametrize(("unit", "start"), [("op", at(9, 13)), ("step", at(9, 50))])
def test_going_back_undoes_going_on(unit: Unit, start: Position) -> None:
    for count in range(1, 200):
        there = moved(start, FORWARD_OPS, unit, count)
        assert moved(there, FORWARD_OPS, unit, -count) == start


@pytest.mark.parametrize("unit", ["op", "pass", "step"])
def test_many_units_lead_where_as_many_single_ones_do(unit: Unit) -> None:
    one_by_one = itertools.accumulate(range(150), lambda here, _: moved(here, FORWARD_OPS, unit, 1), initial=at(2, 11))
    for count, there in enumerate(one_by_one):
        assert moved(at(2, 11), FORWARD_OPS, unit, count) == there
