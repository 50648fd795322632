from collections.abc import Callable

import pytest

from server.turns import Turns


@pytest.fixture
def begun() -> list[str]:
    return []


def beginning(begun: list[str], name: str) -> Callable[[], bool]:
    def begin() -> bool:
        begun.append(name)
        return True

    return begin


def ask(turns: Turns, begun: list[str], names: str) -> None:
    for name in names:
        turns.ask(beginning(begun, name))


def test_as_many_have_a_turn_as_there_is_room_for(begun: list[str]) -> None:
    ask(Turns(2), begun, "abc")
    assert begun == ["a", "b"]


def test_turns_come_in_the_order_in_which_they_were_asked_for(begun: list[str]) -> None:
    turns = Turns(1)
    ask(turns, begun, "abc")
    for again in "def":
        turns.give_back()
        ask(turns, begun, again)
    assert begun == ["a", "b", "c", "d"]


def test_a_turn_given_back_is_there_for_whoever_comes(begun: list[str]) -> None:
    turns = Turns(1)
    ask(turns, begun, "a")
    turns.give_back()
    ask(turns, begun, "bc")
    assert begun == ["a", "b"]


def test_a_turn_that_is_not_wanted_any_more_goes_to_the_next_however_many_went(begun: list[str]) -> None:
    turns = Turns(1)
    ask(turns, begun, "a")
    for _ in range(5000):
        turns.ask(lambda: False)
    ask(turns, begun, "bc")
    turns.give_back()
    assert begun == ["a", "b"]
