"""A soak: servers with pupils who come and go, while their stores fail in turn; afterwards nothing may be lost."""

import asyncio
import itertools
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.durability.kinds import WORDS, kinds
from tests.serving import ROOT, wait_until_healthy
from tests.soak.faults import Fault, hold
from tests.soak.ledger import Account
from tests.soak.pupils import Clock, command, count_steps, look_on
from tests.soak.seen import Seen

SECONDS_TO_END = 10
SECONDS_TO_RECOVER = 60
SESSIONS = 8
PAGES = 12


@dataclass(frozen=True)
class Subject:
    """A kind of store, and what happens to it."""

    name: str
    database: str
    faults: Mapping[str, Fault]
    order: (
        Path  # Where its server is told what goes wrong; in a folder of its own, where it also says what it has to say
    )


class Server:
    """Its process."""

    def __init__(self, subject: Subject, number: int) -> None:
        self.log = subject.order.parent / f"server-{number}.txt"
        subject.order.write_text("")
        command = [sys.executable, "-m", "tests.soak.faulty_server", str(subject.order)]
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [*command, "--port", "0", "--database", subject.database],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.pid = self._process.pid
        self.url = wait_until_healthy(self._process, self.log)

    def end(self) -> float:
        """By SIGTERM; how many seconds that took. Raises subprocess.TimeoutExpired."""
        begun_at = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(SECONDS_TO_END)
        return time.monotonic() - begun_at

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@asynccontextmanager
async def _running(subject: Subject, number: int) -> AsyncIterator[Server]:
    server = await asyncio.to_thread(Server, subject, number)
    try:
        yield server
    finally:
        server.kill()
    said = server.log.read_text()
    assert "Traceback" not in said, said


async def soak(subject: Subject, seconds: float) -> Seen:
    """So many seconds of it. Raises AssertionError where something that was acknowledged is lost."""
    seen = Seen(subject.name)
    async with _running(subject, 1) as server:
        limits = httpx2.Limits(keepalive_expiry=2)
        async with httpx2.AsyncClient(base_url=server.url, limits=limits, timeout=SECONDS_TO_RECOVER) as client:
            accounts = await _open_accounts(client)
            clock = Clock(seconds)
            async with asyncio.TaskGroup() as tasks:
                for seed, account in enumerate(accounts):
                    tasks.create_task(command(client, account, seen, clock, seed))
                for seed, account in zip(range(PAGES), itertools.cycle(accounts), strict=False):
                    tasks.create_task(look_on(server.url, account, seen, clock, seed))
                tasks.create_task(count_steps(client, seen, server.pid, clock))
                tasks.create_task(_go_wrong(subject.faults, seen, clock, seconds))
            await _until_all_is_saved(client)
        took = await asyncio.to_thread(server.end)
        print(f"{subject.name}: {seen.acknowledged.total():,} acknowledged; ended in {took:.1f} s")
    async with _running(subject, 2) as server:
        with httpx2.Client(base_url=server.url, timeout=SECONDS_TO_RECOVER) as again:
            for account in accounts:
                await asyncio.to_thread(account.check, again)
    return seen


async def _open_accounts(client: httpx2.AsyncClient) -> list[Account]:
    headers = {"content-type": "text/plain"}
    words = (await client.post("/api/datasets", content=WORDS, headers=headers)).raise_for_status().json()
    accounts = []
    for kind in itertools.islice(itertools.cycle(kinds(words["id"])), SESSIONS):
        made = await client.post("/api/sessions", json=kind.config.model_dump(mode="json"))
        accounts.append(Account(made.raise_for_status().json()["id"], kind))
    return accounts


async def _go_wrong(faults: Mapping[str, Fault], seen: Seen, clock: Clock, seconds: float) -> None:
    """One fault after the other, each as long as the rest after it."""
    rounds = max(1, round(seconds / (120 * len(faults))))
    each = seconds / (2 * rounds * len(faults) + 1)
    for name, fault in [*faults.items()] * rounds:
        await asyncio.sleep(each)
        begin = clock.now
        await asyncio.to_thread(hold, fault, each)
        seen.faults.append((name, begin, clock.now))


async def _until_all_is_saved(client: httpx2.AsyncClient) -> None:
    deadline = time.monotonic() + SECONDS_TO_RECOVER
    while unsaved := [each["unsaved"] for each in (await client.get("/api/sessions")).json() if each["unsaved"]]:
        assert time.monotonic() < deadline, f"it is not saved although the store is there again: {unsaved[0]}"
        await asyncio.sleep(0.1)


async def soak_all(subjects: Sequence[Subject], seconds: float) -> list[Seen]:
    """All of them side by side."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(soak(subject, seconds)) for subject in subjects]
    return [task.result() for task in running]
