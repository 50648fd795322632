"""Sessions on one server: what watching costs one that trains, and how many share the machine."""

import statistics
import time
from contextlib import nullcontext

import httpx2

from benchmarks.report import Figure, Measured
from benchmarks.timing import timed
from benchmarks.views import dashboard_views
from benchmarks.watchers import FRAMES_A_SECOND, watching
from tests.serving import running_server

ROUNDS = 3
SECONDS = 3.0
WARM_UP_SECONDS = 1.0  # Until bursts have the right size
PAGES = (0, 1, 20)
TOGETHER = (1, 2, 4, 8, 16, 32)
TRIES = 20
FAIR_SECONDS = 10.0


class Server:
    """A server's sessions over REST."""

    def __init__(self, url: str, rest: httpx2.Client, count: int) -> None:
        """Have `count` sessions with the default config; all stand still."""
        self.url, self.rest = url, rest
        self.ids = [self._post("")["id"] for _ in range(count)]
        for session in self.ids:
            self.run(session)
        time.sleep(WARM_UP_SECONDS * 3)  # The kernel is loaded by then.
        for session in self.ids:
            self.pause(session)

    def run(self, session: str) -> None:
        """Train, as fast as it goes."""
        self._post(f"/{session}/run")

    def pause(self, session: str) -> None:
        """Stand still; returns once it does."""
        self._post(f"/{session}/pause")

    def steps(self) -> dict[str, int]:
        """Where every session stands."""
        infos = self.rest.get("/api/sessions").raise_for_status().json()
        return {info["id"]: info["position"]["step"] for info in infos}

    def rates(self, seconds: float = SECONDS) -> dict[str, float]:
        """Every session's steps a second from now on."""
        begin, before = time.monotonic(), self.steps()
        time.sleep(seconds)
        after, elapsed = self.steps(), time.monotonic() - begin
        return {session: (after[session] - before[session]) / elapsed for session in self.ids}

    def _post(self, path: str) -> dict[str, str]:
        answer: dict[str, str] = self.rest.post(f"/api/sessions{path}", json={}).raise_for_status().json()
        return answer


def measure() -> Measured:
    """Pages that watch one session, then sessions that train at once."""
    views = dashboard_views()
    with running_server() as url, httpx2.Client(base_url=url, timeout=30) as rest:
        server = Server(url, rest, max(TOGETHER))
        return Measured([*watched(server, views), *together(server), *all_at_once(server)])


def watched(server: Server, views: list[dict[str, object]]) -> list[Figure]:
    """The step rate with watching pages as a share of that with none."""
    session = server.ids[0]
    server.run(session)
    rates: dict[int, list[float]] = {count: [] for count in PAGES}
    frames: dict[int, list[float]] = {count: [] for count in PAGES}
    for _ in range(ROUNDS):
        for count in PAGES:
            pages = watching(server.url, session, views, count) if count else nullcontext(lambda: 0.0)
            with pages as had:
                time.sleep(WARM_UP_SECONDS)
                before = had()
                rates[count].append(server.rates()[session])
                frames[count].append((had() - before) / SECONDS)
    server.pause(session)
    alone = statistics.median(rates[0])
    return [
        Figure(
            f"steps with {count} {'page' if count == 1 else 'pages'} watching",
            statistics.median(some / none for some, none in zip(rates[count], rates[0], strict=True)),
            "of those without",
            f"{alone:,.0f} steps/s without; a page has {statistics.median(frames[count]):.0f} frames/s of "
            f"{FRAMES_A_SECOND} at most, and its process takes processor time, too",
            "≥ 0.7" if count == 1 else None,
        )
        for count in PAGES
        if count
    ]


def together(server: Server) -> list[Figure]:
    """All sessions' steps together, as a multiple of those of a session that trains alone."""
    totals: dict[int, list[float]] = {count: [] for count in TOGETHER}
    for _ in range(ROUNDS):
        for count in TOGETHER:
            for session in server.ids[:count]:
                server.run(session)
            time.sleep(WARM_UP_SECONDS)
            totals[count].append(sum(server.rates().values()))
            for session in server.ids[:count]:
                server.pause(session)
    return [
        Figure(
            f"steps of {count} sessions together",
            statistics.median(many / one for many, one in zip(totals[count], totals[1], strict=True)),
            "of those of one",
            f"{statistics.median(totals[count]):,.0f} steps/s",
            "≥ 1.6" if count == 2 else None,
        )
        for count in TOGETHER
        if count > 1
    ]


def all_at_once(server: Server) -> list[Figure]:
    """With every session training: what each gets, and how soon one stands still that is told to."""
    for session in server.ids:
        server.run(session)
    time.sleep(WARM_UP_SECONDS)
    rates = server.rates(FAIR_SECONDS).values()
    taken = []
    for session in server.ids[:TRIES]:
        taken.append(1e3 * timed(server.pause, session)[0])
        server.run(session)
    for session in server.ids:
        server.pause(session)
    count = f"{len(server.ids)} sessions training"
    note = f"median {statistics.median(rates):,.0f} steps/s each"
    return [
        Figure(f"slowest against fastest of {count}", min(rates) / max(rates), "of its steps", note),
        Figure(f"until a pause is answered, {count}", statistics.median(taken), "ms", f"{len(taken)} tries", "< 50"),
        Figure(f"until a pause is answered, {count}, longest", max(taken), "ms", f"{len(taken)} tries", "< 50"),
    ]
