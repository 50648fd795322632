"""A class: a hundred pages on thirty sessions of one server, that are stepped, run and paused all the while.

In full the sessions are old ones, so that all that is kept of a session only up to a bound, as checkpoints and metrics
are, is at its bound: what grows then is a leak.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field

import httpx2
import numpy as np
import pytest
from websockets.asyncio.client import connect

from tests.hard.options import SCALE, scaled
from tests.hard.processes import IS_TOLD, resident

PAGES, SESSIONS = 100, 30
SECONDS = scaled(600, least=4)
WARMING_UP = SECONDS / 5
FRAMES_PER_SECOND = 10
SLOWEST = 0.25  # Seconds until a command is answered, of all but the slowest twentieth
MB_PER_MINUTE = 1.0
OLD = 1_100_000  # Steps: a million are recorded one by one.
AT_ONCE = 100_000
VIEWS = [
    {"id": "forces", "tensor": "dlogits", "as": "values", "max_cells": 10_000},
    {"id": "h", "tensor": "h", "as": "histogram", "bins": 50},
    {"id": "logits", "tensor": "logits", "as": "summary"},
]
COMMANDS = [
    ("pause", {}),
    ("advance", {"unit": "op", "count": -1}),
    ("advance", {"unit": "step", "count": 1}),
    ("run", {"steps_per_second": 100}),
]


@dataclass
class Seen:
    """What came of it."""

    delays: list[float] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    frames: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)  # Seconds, and MB

    @property
    def p95(self) -> float:
        return float(np.quantile(self.delays, 0.95))

    @property
    def mb_per_minute(self) -> float:
        """The slope of the memory, once it has warmed up."""
        seconds, mb = np.array([each for each in self.memory if each[0] > WARMING_UP]).T
        return float(60 * np.polyfit(seconds, mb, 1)[0])


async def look_on(session: str, seen: Seen, until: float) -> None:
    async with connect(f"ws{session[4:]}/stream", max_size=None) as page:
        await page.send(json.dumps({"type": "show", "views": VIEWS}))
        while time.monotonic() < until:
            await page.send('{"type": "ready"}')
            try:
                async with asyncio.timeout(max(0.1, until - time.monotonic())):
                    await page.recv()
            except TimeoutError:  # Nothing changes where it stands still.
                return
            seen.frames += 1
            await asyncio.sleep(1 / FRAMES_PER_SECOND)


async def command(client: httpx2.AsyncClient, session: str, seen: Seen, until: float, seed: int) -> None:
    chance = random.Random(seed)
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        action, body = chance.choice(COMMANDS)
        begun_at = time.monotonic()
        answer = await client.post(f"{session}/{action}", json=body)
        seen.delays.append(time.monotonic() - begun_at)
        if answer.status_code not in (200, 202, 409):  # While it runs it cannot be stepped.
            seen.refusals.append(f"{action}: {answer.status_code} {answer.text}")


async def watch_memory(pid: int, seen: Seen, until: float) -> None:
    begun_at = time.monotonic()
    while time.monotonic() < until:
        seen.memory.append((time.monotonic() - begun_at, resident(pid) / 1e6))
        await asyncio.sleep(SECONDS / 200)


async def train_one(client: httpx2.AsyncClient, url: str, steps: int) -> bytes:
    """A session that was trained for so long, as a file."""
    made = (await client.post(f"{url}api/sessions", json={})).raise_for_status()
    session = f"{url}api/sessions/{made.json()['id']}"
    for count in [AT_ONCE] * (steps // AT_ONCE):
        (await client.post(f"{session}/advance", json={"count": count})).raise_for_status()
    exported = (await client.get(f"{session}/export")).raise_for_status().content
    (await client.delete(session)).raise_for_status()
    return exported


async def lesson(pid: int, url: str, seconds: float, *, steps: int = 0, largest: bool = False) -> Seen:
    """So many seconds of it, with sessions that were trained for so many steps before.

    With one session more, as large as is allowed, that trains as fast as it can, if that is wanted.
    """
    seen = Seen()
    # A connection that has rested for five seconds is closed by the server, perhaps just when it is used again.
    limits = httpx2.Limits(max_connections=200, keepalive_expiry=2)
    async with httpx2.AsyncClient(timeout=60, limits=limits) as client:
        file = await train_one(client, url, steps)
        zipped = {"content-type": "application/zip"}
        made = [await client.post(f"{url}api/sessions/import", content=file, headers=zipped) for _ in range(SESSIONS)]
        sessions = [f"{url}api/sessions/{answer.raise_for_status().json()['id']}" for answer in made]
        big = None
        if largest:
            config = {"model": {"hidden_sizes": [1024] * 16}, "training": {"batch_size": 256}}
            big = (await client.post(f"{url}api/sessions", json=config)).raise_for_status().json()["id"]
            (await client.post(f"{url}api/sessions/{big}/run", json={})).raise_for_status()
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(look_on(sessions[page % SESSIONS], seen, until) for page in range(PAGES)),
            *(command(client, session, seen, until, seed) for seed, session in enumerate(sessions)),
            watch_memory(pid, seen, until),
        )
        if big is not None:
            (await client.delete(f"{url}api/sessions/{big}")).raise_for_status()
        for session in sessions:
            await client.delete(session)
    return seen


@pytest.mark.timeout(2400)
@pytest.mark.skipif(not IS_TOLD, reason="memory is read as Linux tells it")
def test_a_hundred_pages_are_answered_in_time_and_one_large_session_does_not_hold_them_up(
    server: tuple[int, str],
) -> None:
    pid, url = server
    usual = asyncio.run(lesson(pid, url, SECONDS, steps=OLD if SCALE >= 1 else 0))
    assert usual.refusals == []
    assert usual.frames > 0
    if SCALE < 1:  # What takes seconds is measured when there is nothing else to do, and for long.
        return
    beside = asyncio.run(lesson(pid, url, SECONDS / 5, largest=True))
    print(
        f"{len(usual.delays):,} commands, p95 {1000 * usual.p95:.0f} ms; {usual.frames / SECONDS:.0f} frames a second; "
        f"{usual.mb_per_minute:+.2f} MB a minute; beside a session of the largest size p95 {1000 * beside.p95:.0f} ms"
    )
    assert beside.refusals == []
    assert usual.p95 <= SLOWEST
    assert beside.p95 <= 2 * usual.p95
    assert usual.mb_per_minute < MB_PER_MINUTE
