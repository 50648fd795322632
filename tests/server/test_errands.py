import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from server.errands import Between, Errands
from server.errors import Unavailable
from server.priority import NICENESS

SECONDS = 20


@pytest.fixture
def errands() -> Iterator[Errands]:
    errands = Errands()
    yield errands
    errands.close()


async def test_a_quick_one_does_not_wait_for_the_end_of_a_slow_one(errands: Errands) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_: Between) -> str:
        begun.set()
        assert may_end.wait(SECONDS)
        return "slow"

    under_way = asyncio.ensure_future(errands.run(slow, slow=True))
    assert await asyncio.to_thread(begun.wait, SECONDS)
    assert await errands.run(lambda _: "quick", slow=False) == "quick"
    assert not under_way.done()
    may_end.set()
    assert await under_way == "slow"


async def test_what_is_under_way_is_broken_off_between_two_pieces_when_the_server_ends(errands: Errands) -> None:
    begun = threading.Event()

    def endless(between: Between) -> None:
        while True:
            begun.set()
            between()

    under_way = asyncio.ensure_future(errands.run(endless, slow=False))
    assert await asyncio.to_thread(begun.wait, SECONDS)
    await asyncio.to_thread(errands.close)
    with pytest.raises(Unavailable, match="the server is ending"):
        await under_way


async def test_what_goes_wrong_in_one_is_its_callers(errands: Errands) -> None:
    def wrong(_: Between) -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        await errands.run(wrong, slow=True)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of threads")
async def test_slow_ones_yield_to_who_answers(errands: Errands) -> None:
    def niceness(_: Between) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    quick = await errands.run(niceness, slow=False)
    assert await errands.run(niceness, slow=True) == min(quick + NICENESS, 19)
