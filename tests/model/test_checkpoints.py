import hashlib
import math
import random
from fractions import Fraction
from itertools import pairwise

import pytest
import torch

from model.checkpoints import FEWEST, MOST, Checkpoint, Checkpoints, made_here


def checkpoint(step: int, size: int = 0, edits: int = 0) -> Checkpoint:
    return Checkpoint(step, edits, bytes(size), torch="", cpu="")


def of_steps(*steps: int) -> Checkpoints:
    return Checkpoints(map(checkpoint, steps))


# ── One ──


def test_its_digest_is_that_of_its_content() -> None:
    content = b"some state"
    assert Checkpoint(3, 0, content).digest == hashlib.sha256(content).hexdigest()


def test_it_says_what_it_was_made_by() -> None:
    here = Checkpoint(3, 0, b"")
    assert (here.torch, here.cpu) == made_here()
    assert here.torch == torch.__version__
    assert torch.backends.cpu.get_cpu_capability() in here.cpu
    assert Checkpoint(3, 0, b"", torch="2.0", cpu="another").torch == "2.0"


# ── Finding ──


def test_they_are_in_order_however_they_came() -> None:
    kept = of_steps(50, 10, 40, 20)
    assert kept.steps == [checkpoint.step for checkpoint in kept] == [10, 20, 40, 50]
    assert len(kept) == 4
    assert kept.newest == checkpoint(50)


def test_each_is_found_at_before_and_after_any_step() -> None:
    steps = [0, 3, 4, 9]
    kept = of_steps(*steps)
    for step in range(12):
        at, nearest, after = kept.at(step), kept.nearest(step), kept.after(step)
        assert (at and at.step) == (step if step in steps else None)
        assert (nearest and nearest.step) == max(kept for kept in steps if kept <= step)
        assert (after and after.step) == min((kept for kept in steps if kept > step), default=None)


def test_where_there_are_none_none_are_found() -> None:
    kept = Checkpoints()
    assert (kept.newest, kept.at(3), kept.nearest(3), kept.after(3)) == (None, None, None, None)
    assert of_steps(5).nearest(4) is None


def test_one_replaces_an_earlier_one_of_its_step() -> None:
    kept = of_steps(3, 5, 8)
    later = checkpoint(5, edits=2)
    kept.add(later)
    assert kept.steps == [3, 5, 8]
    assert kept.at(5) is later


def test_those_after_a_step_can_be_cut_off() -> None:
    kept = of_steps(3, 5, 8)
    kept.cut(5)
    assert kept.steps == [3, 5]
    kept.cut(4)
    assert kept.steps == [3]
    kept.cut(0)
    assert kept.steps == []


# ── How many ──


def test_no_more_are_kept_than_may_be_and_always_the_newest() -> None:
    kept = Checkpoints(most=16)
    for step in range(1, 10_001):
        kept.add(checkpoint(step))
        if step < 100 or step % 97 == 0:
            assert len(kept) == min(step, 16)
            assert kept.steps[-1] == step


def test_as_many_are_kept_as_is_said() -> None:
    kept = of_steps(*range(1, 1001))
    assert len(kept) == MOST


@pytest.mark.parametrize(("most", "regular"), [(32, True), (256, True), (256, False)])
def test_gaps_grow_with_their_distance_from_the_newest(most: int, regular: bool) -> None:
    """Of n checkpoints over s steps, the newest d apart, gaps are about log(s / d) / n of their distance."""
    kept, made, step, apart = Checkpoints(most=most), random.Random(7), 0, 1 if regular else 40
    for count in range(1, 10_001):
        step += 1 if regular else made.randint(1, apart)
        kept.add(checkpoint(step))
        if count % 999:
            continue
        share = math.log(step / apart) / most
        for older, newer in pairwise([0, *kept.steps]):
            assert newer - older <= max(2 * apart, 2 * share * (step - older))
        # Few are far back: in the older half there is but one octave of the log₂(s / d) that there are.
        far = sum(other <= step / 2 for other in kept.steps)
        assert most * math.log(2) / math.log(step) / 3 <= far <= 2 * most * math.log(2) / math.log(step / apart)


def test_that_one_goes_whose_absence_makes_the_shortest_gap_for_its_distance() -> None:
    """Done again in a few plain lines, with steps that come in any order and again."""
    made = random.Random(3)
    kept, expected, top = Checkpoints(most=12), list[int](), 0
    for _ in range(3000):
        top += made.randint(0, 30)
        step = made.choice([top, top, top, made.randint(0, top)])
        kept.add(checkpoint(step))
        expected = sorted({*expected, step})
        if len(expected) > 12:
            newest, edges = expected[-1], [0, *expected]
            gaps = [
                Fraction(edges[place + 2] - edges[place], newest - edges[place]) for place in range(len(expected) - 1)
            ]
            others = [gap for gap, old in zip(gaps, expected, strict=False) if old != step]  # The one just added stays.
            del expected[gaps.index(min(others))]
        assert kept.steps == expected


def test_the_same_checkpoints_in_the_same_order_leave_the_same() -> None:
    made = random.Random(5)
    steps = [made.randint(0, 10_000) for _ in range(2000)]
    one, other = Checkpoints(map(checkpoint, steps), most=40), Checkpoints(map(checkpoint, steps), most=40)
    assert one.steps == other.steps


def test_to_take_over_what_others_kept_loses_nothing_and_goes_on_like_them() -> None:
    before = Checkpoints(map(checkpoint, range(0, 9000, 7)), most=40)
    after = Checkpoints(before, most=40)
    assert list(after) == list(before)
    for step in range(9000, 20_000, 11):
        before.add(checkpoint(step))
        after.add(checkpoint(step))
    assert after.steps == before.steps


# ── How large ──


def size_of(kept: Checkpoints) -> int:
    return sum(len(checkpoint.content) for checkpoint in kept)


def test_together_they_take_no_more_bytes_than_they_may() -> None:
    made = random.Random(11)
    kept, most_met = Checkpoints(most_bytes=10_000), 0
    for step in range(2000):
        kept.add(checkpoint(made.choice([step, made.randint(0, step)]), size=made.randint(0, 900)))
        assert size_of(kept) <= 10_000
        assert kept.newest is not None
        most_met = max(most_met, size_of(kept))
    assert most_met > 9000
    assert len(kept) > 10


def test_a_few_are_kept_however_large_they_are() -> None:
    kept = Checkpoints(most_bytes=10)
    for step in range(1, 50):
        kept.add(checkpoint(step, size=1000))
        assert len(kept) == min(step, FEWEST)
        assert kept.newest is not None
        assert kept.newest.step == step


def test_a_larger_one_of_the_same_step_counts_by_its_own_size() -> None:
    kept = Checkpoints((checkpoint(step, size=10) for step in range(1, 11)), most_bytes=100)
    kept.add(checkpoint(4, size=10))
    assert kept.steps == list(range(1, 11))
    kept.add(checkpoint(4, size=11))
    assert len(kept) == 9
    assert size_of(kept) <= 100


def test_what_was_cut_off_makes_room() -> None:
    kept = Checkpoints((checkpoint(step, size=10) for step in range(1, 11)), most_bytes=100)
    kept.cut(3)
    for step in range(4, 11):
        kept.add(checkpoint(step, size=10))
    assert kept.steps == list(range(1, 11))


def test_the_one_just_added_stays_wherever_it_is() -> None:
    checkpoints = Checkpoints(most=20)
    for step in range(10, 2000, 10):
        checkpoints.add(Checkpoint(step, 0, b"state"))
    for step in (15, 905, 1985):
        checkpoints.add(Checkpoint(step, 0, b"state"))
        assert checkpoints.at(step) is not None
    assert checkpoints.newest == checkpoints.at(1990)
