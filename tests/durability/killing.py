"""Kill a server again and again at random moments, and look for all that it acknowledged each time."""

import itertools
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx2

from tests.durability.belief import Belief, at
from tests.durability.commands import COMMANDS
from tests.durability.databases import Database
from tests.durability.inspection import Inspection
from tests.durability.kinds import WORDS, kinds
from tests.durability.life import Life
from tests.durability.server_process import ServerProcess

SECONDS_TO_ANSWER = 60
SECONDS_TO_LIVE = (0.3, 0.3, 1.5)  # At most; a session that runs is saved every half second.
OPTIONS = ((), ("--rest-after-seconds", "0.1"))  # So that sessions are put to rest and woken meanwhile, too.
SHARE_KILLED_AT_START = 0.15
SECONDS_TO_START = 3.0


@dataclass
class Tally:
    """What came of it."""

    kills: Counter[str] = field(default_factory=Counter)  # By the command under way
    running: int = 0  # Sessions that were running when they were killed
    acknowledged: Counter[str] = field(default_factory=Counter)
    compared: int = 0  # States

    def __str__(self) -> str:
        return (
            f"{self.kills.total()} kills {dict(self.kills.most_common())} of {self.running} running sessions, "
            f"{self.acknowledged.total()} acknowledged commands {dict(self.acknowledged.most_common())}, "
            f"{self.compared} states compared"
        )


def kill_and_inspect(database: Database, kills: int, seed: int, folder: Path) -> Tally:
    """One life on one database, through so many kills. Raises AssertionError where anything is lost or another."""
    random, tally, inspection = Random(seed), Tally(), Inspection()
    logs = (folder / f"server-{number}.txt" for number in itertools.count())
    life = None
    while True:
        with _server(database, next(logs), *random.choice(OPTIONS)) as server:
            if life is not None and random.random() < SHARE_KILLED_AT_START and tally.kills.total() < kills:
                server.kill_after(random.uniform(0, SECONDS_TO_START)).join()
                tally.kills["start"] += 1
                continue
            with httpx2.Client(base_url=server.wait_for_url(), timeout=SECONDS_TO_ANSWER) as client:
                if life is None:
                    life = _begin(random, client)
                life.client = client
                inspection.settle(life)
                inspection.compare(life)
                if tally.kills.total() == kills:
                    tally.acknowledged, tally.compared = life.acknowledged, inspection.compared
                    return tally
                killer = server.kill_after(random.uniform(0, random.choice(SECONDS_TO_LIVE)))
                _live(life)
                killer.join()
        tally.kills[life.under_way or "nothing"] += 1
        tally.running += sum(belief.running for belief in life.world.values() if not belief.deleted)


@contextmanager
def _server(database: Database, log: Path, *options: str) -> Iterator[ServerProcess]:
    """A server that is killed at the end, if it was not before; what it has left is checked then."""
    server = ServerProcess(database.url, log, *options)
    try:
        yield server
    finally:
        server.kill()
    assert server.complaints() == ""
    database.check()


def _begin(random: Random, client: httpx2.Client) -> Life:
    """The session that is there from the start, and the words for others."""
    added = client.post("/api/datasets", content=WORDS, headers={"content-type": "text/plain"})
    [info] = client.get("/api/sessions").json()
    default, *others = kinds(added.json()["id"])
    belief = Belief(info["name"], default, at(0), default.ops, at(0))
    life = Life(random, (default, *others), {info["id"]: belief}, client)
    for _ in range(3):
        life.give("create", COMMANDS["create"])
    return life


def _live(life: Life) -> None:
    """Give commands, one after the other, until the server is gone."""
    commands = list(COMMANDS.items())
    while True:
        try:
            life.give(*life.random.choice(commands))
        except httpx2.TransportError:
            return
