"""Going back in time: how long a seek takes in a long run, how much the store keeps of it, and what that costs."""

import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from benchmarks.report import Figure, Measured
from benchmarks.timing import timed
from tests.serving import running_server

STEPS = 200_000
ROUNDS = 4
SEEKS = 100
SEED = 1


def measure() -> Measured:
    """Runs of the default config, kept on disk and not kept, in turn; then seeks to random steps of the one kept."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(f"sqlite:///{folder}/sessions.sqlite3") as kept,
        opened("sqlite://") as forgotten,
    ):
        ratios, seconds = [], []
        for _ in range(ROUNDS):
            without = timed(forgotten.advance, STEPS // ROUNDS)[0]
            seconds.append(timed(kept.advance, STEPS // ROUNDS)[0])
            ratios.append(without / seconds[-1])
        draw = random.Random(SEED)
        taken = [1e3 * timed(kept.seek, draw.randrange(STEPS))[0] for _ in range(SEEKS)]
        megabytes = sum(part.stat().st_size for part in Path(folder).iterdir()) / 1e6
    note = f"{SEEKS} random steps of {STEPS:,}, over REST"
    pace = f"{STEPS / sum(seconds):,.0f} steps/s"
    return Measured(
        [
            Figure("a seek, median", statistics.median(taken), "ms", note, "≤ 300"),
            Figure("a seek, longest", max(taken), "ms", note),
            Figure("the store of a long run", megabytes, "MB", f"{STEPS:,} steps, all files", "≤ 30"),
            Figure("steps of a run kept on disk", statistics.median(ratios), "of those without", pace),
        ]
    )


class OneSession:
    """A server's first session over REST."""

    def __init__(self, rest: httpx2.Client) -> None:
        self._rest = rest
        self._path = f"/api/sessions/{rest.get('/api/sessions').raise_for_status().json()[0]['id']}"
        self.advance(1_000)  # The kernel is there then, and bursts have the right size.
        self.seek(0)

    def advance(self, count: int) -> None:
        """Train, and wait for it."""
        self._rest.post(f"{self._path}/advance", json={"count": count}).raise_for_status()

    def seek(self, step: int) -> None:
        """Go to a step, and wait for it."""
        self._rest.post(f"{self._path}/seek", json={"step": step}).raise_for_status()


@contextmanager
def opened(database: str) -> Iterator[OneSession]:
    """The first session of a server of its own."""
    with running_server(database=database) as url, httpx2.Client(base_url=url, timeout=300) as rest:
        yield OneSession(rest)
