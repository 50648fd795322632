"""People in front of pages: who give commands, and who look on, come, go, and vanish."""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Mapping
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.soak.ledger import Account
from tests.soak.seen import Seen

VIEWS = [
    {"id": "forces", "tensor": "dlogits", "as": "values", "max_cells": 10_000},
    {"id": "loss", "tensor": "C", "as": "summary"},
]
RATES = (0.01, 0.05, 0.1)
SECONDS_TO_ANSWER = 60


class Clock:
    """Seconds since the soak began, and how long it is to last."""

    def __init__(self, seconds: float) -> None:
        self._begun_at = time.monotonic()
        self._seconds = seconds

    @property
    def now(self) -> float:
        return time.monotonic() - self._begun_at

    @property
    def is_over(self) -> bool:
        return self.now >= self._seconds


def _choose(chance: random.Random) -> tuple[str, str, str, dict[str, Any]]:
    """A kind of command, its method, its path, and its body."""
    offered: list[tuple[str, str, str, dict[str, Any]]] = [
        ("advance", "POST", "/advance", {"unit": "step", "count": chance.randint(1, 50)}),
        ("advance", "POST", "/advance", {"unit": "op", "count": chance.randint(-30, 30)}),
        ("run", "POST", "/run", {"steps_per_second": 100.0}),
        ("pause", "POST", "/pause", {}),
        ("set_learning_rate", "PATCH", "/training?later=discard", {"learning_rate": chance.choice(RATES)}),
    ]
    return chance.choice(offered)


async def command(client: httpx2.AsyncClient, account: Account, seen: Seen, clock: Clock, seed: int) -> None:
    """Give one command after the other, and write down those that are acknowledged."""
    chance = random.Random(seed)
    while not clock.is_over:
        await asyncio.sleep(chance.uniform(0.1, 0.7))
        kind, method, path, body = _choose(chance)
        begun_at = clock.now
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        answer = await client.request(
            method, f"/api/sessions/{account.session_id}{path}", json=body, headers=headers, timeout=SECONDS_TO_ANSWER
        )
        seen.delays.append((begun_at, clock.now - begun_at))
        assert answer.status_code in (200, 202, 409, 503), f"{method} {path}: {answer.status_code} {answer.text}"
        if answer.is_success:
            seen.acknowledged[kind] += 1
            _note(account, kind, body, answer.json())
        elif answer.status_code == 503:
            seen.refused.append((begun_at, clock.now))
            account.stands_at = None


def _note(account: Account, kind: str, body: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    logged = {"value": body["learning_rate"]} if kind == "set_learning_rate" else body
    if kind != "pause":  # Nothing is logged where nothing was running.
        account.given.append((kind, logged))
    is_running = kind == "run" or answer.get("running", False)
    account.stands_at = None if is_running else answer["position"]


async def look_on(url: str, account: Account, seen: Seen, clock: Clock, seed: int) -> None:
    """Come, look at some frames, and go: with a word, without one, or leaving frames unread."""
    chance = random.Random(seed)
    while not clock.is_over:
        how = chance.choice(["closed", "vanished", "left unread"])
        try:
            async with connect(f"ws{url[4:]}/api/sessions/{account.session_id}/stream", max_size=None) as page:
                await page.send(json.dumps({"type": "show", "views": VIEWS}))
                for _ in range(chance.randint(1, 20)):
                    await page.send('{"type": "ready"}')
                    async with asyncio.timeout(2):
                        await page.recv()
                    seen.frames += 1
                    await asyncio.sleep(0.1)
                if how == "left unread":
                    await page.send('{"type": "ready"}')
                    page.transport.pause_reading()
                    await asyncio.sleep(1)
                if how != "closed":
                    page.transport.abort()
        except TimeoutError:  # The session stands still.
            how = "saw nothing new"
        except (OSError, WebSocketException):
            how += " by the server"
        seen.left[how] += 1


async def count_steps(client: httpx2.AsyncClient, seen: Seen, pid: int, clock: Clock) -> None:
    """Look every second at what the server takes and has done."""
    while not clock.is_over:
        infos = (await client.get("/api/sessions", timeout=SECONDS_TO_ANSWER)).raise_for_status().json()
        seen.steps = sum(info["last_step"] for info in infos)
        seen.sample(pid, clock.now)
        await asyncio.sleep(1)
