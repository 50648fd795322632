from functools import partial

from server.turns import Turns


def ask(turns: Turns, begun: list[str], *names: str) -> None:
    for name in names:
        turns.ask(partial(begun.append, name))


def test_as_many_have_a_turn_as_there_is_room_for() -> None:
    turns, begun = Turns(2), list[str]()
    ask(turns, begun, "a", "b", "c")
    assert begun == ["a", "b"]


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    turns, begun = Turns(1), list[str]()
    ask(turns, begun, "a", "b", "c")
    for _ in range(3):
        turns.give_back()
        ask(turns, begun, "again")
    assert begun == ["a", "b", "c", "again"]


def test_a_turn_given_back_is_there_for_whoever_comes() -> None:
    turns, begun = Turns(1), list[str]()
    ask(turns, begun, "a")
    turns.give_back()
    ask(turns, begun, "b", "c")
    assert begun == ["a", "b"]
