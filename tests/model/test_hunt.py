"""A hidden trap is the same for all who have its seed; an answer is right where it names that trap's op and kind."""

import pytest

from model.arming import Armed, InvalidTraps, replaced_by
from model.config import Config
from model.dataset import Dataset
from model.hunt import DIFFICULTIES, HINTS, MOST_POINTS, Hunt, Judgement, candidates, hints, hunt_called, judge
from model.network import Network
from model.training import Run
from model.trap import MISTAKES
from model.traps import TRAPS
from tests.model.networks import config_of, network_of

HIDDEN = {name: trap for name, trap in TRAPS.items() if trap.difficulty}
SQUARE = network_of(config_of("atomic", "hidden", (32, 32)))  # Where traps that need two sizes to agree have a place.


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_hidden_if_it_can_be_found(name: str) -> None:
    trap = TRAPS[name]
    can_be_found = bool(trap.bugs) and not trap.harmless and not trap.is_caught
    assert (trap.difficulty in DIFFICULTIES) == (trap.mistake in MISTAKES) == can_be_found


def test_every_kind_of_mistake_is_made_by_some_trap() -> None:
    assert {trap.mistake for trap in HIDDEN.values()} == set(MISTAKES)


@pytest.mark.parametrize("difficulty", DIFFICULTIES)
def test_each_trap_of_a_difficulty_is_hidden_by_some_seed(difficulty: int) -> None:
    fitting = candidates(difficulty, SQUARE)
    assert {Hunt(difficulty, seed).trap(SQUARE) for seed in range(200)} == set(fitting)
    assert len(fitting) >= 3
    assert {HIDDEN[name].difficulty for name in fitting} == {difficulty}


def test_a_hidden_trap_computes_what_the_trap_itself_does(names: Dataset) -> None:
    hunt = Hunt(2, 7)
    run, open_run = Run(Config(), names), Run(Config(), names)
    run.set_traps([Armed(hunt.name)])
    open_run.set_traps([Armed(str(hunt.trap(run.network)))])
    run.advance(3)
    open_run.advance(3)
    assert run.state().to_bytes() == open_run.state().to_bytes()
    assert run.traps == (Armed(hunt.name),)


@pytest.mark.parametrize("name", ["hidden-1-0", "hidden-2-17", "hidden-3-999999999"])
def test_a_name_tells_difficulty_and_seed(name: str) -> None:
    hunt = hunt_called(name)
    assert hunt is not None
    assert hunt.name == name


@pytest.mark.parametrize(
    "name", ["hidden-0-1", "hidden-4-1", "hidden-1-", "hidden-1-01", "hidden-1--1", "hidden-1-1000000000"]
)
def test_other_names_are_no_hunts(name: str) -> None:
    assert hunt_called(name) is None
    with pytest.raises(InvalidTraps, match=f"there is no trap '{name}'.*hidden-<difficulty>-<seed>"):
        replaced_by([Armed(name)], network_of(Config()))


def test_a_hidden_trap_stands_alone_so_that_no_refusal_gives_it_away() -> None:
    with pytest.raises(InvalidTraps, match="hidden-1-5 is hidden, and armed alone"):
        replaced_by([Armed("gain_forgotten"), Armed("hidden-1-5")], network_of(Config()))
    with pytest.raises(InvalidTraps, match="hidden-1-5 takes no threshold"):
        replaced_by([Armed("hidden-1-5", 3.0)], network_of(Config()))


def test_a_network_without_a_place_for_any_says_so() -> None:
    plain = network_of(config_of("fused", "none", (6,)))
    with pytest.raises(InvalidTraps, match="a place for no trap of difficulty 2; try another difficulty"):
        replaced_by([Armed("hidden-2-1")], plain)


@pytest.mark.parametrize("name", HIDDEN)
def test_hints_go_from_where_to_what_and_do_not_give_the_title_away(name: str) -> None:
    told = hints(HIDDEN[name], SQUARE)
    assert len(told) == HINTS
    assert MISTAKES[HIDDEN[name].mistake] in told[-1]
    assert not any(HIDDEN[name].title in hint for hint in told)


@pytest.mark.parametrize("name", HIDDEN)
def test_an_answer_is_right_where_it_names_one_of_the_ops_and_the_kind(name: str) -> None:
    network: Network = SQUARE if HIDDEN[name].places(SQUARE) else network_of(config_of("atomic", "hidden", (32,)))
    trap = HIDDEN[name]
    for place in trap.places(network):
        assert judge(trap, network, place.call.output, trap.mistake) == Judgement(op=True, mistake=True)
    ops = {place.call.output for place in trap.places(network)}
    other = next(call.output for call in network.calls if call.output not in ops)
    assert judge(trap, network, other, trap.mistake) == Judgement(op=False, mistake=True)
    wrong = next(mistake for mistake in MISTAKES if mistake != trap.mistake)
    assert judge(trap, network, other, wrong) == Judgement(op=False, mistake=False)


def test_points_are_fewer_with_each_hint_and_one_for_half_an_answer() -> None:
    assert [Judgement(op=True, mistake=True).points(hints) for hints in range(HINTS + 1)] == [MOST_POINTS, 3, 2, 1]
    assert Judgement(op=True, mistake=False).points(0) == 1
    assert Judgement(op=False, mistake=True).points(3) == 1
    assert Judgement(op=False, mistake=False).points(0) == 0
