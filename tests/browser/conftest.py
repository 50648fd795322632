"""The real server in a process of its own, and pages of a real Chromium that fail a test on any complaint."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from tests.browser.chromium import FLAGS, find_chromium
from tests.browser.dashboard import ALL_KINDS, PANELS, Dashboard, OpenDashboard
from tests.serving import running_server

LOG = pytest.StashKey[Path]()
# What people chose on the page before is forgotten once for each page; to load it again keeps what was chosen on it.
FORGET = "if (!sessionStorage.getItem('new')) { localStorage.clear(); sessionStorage.setItem('new', 'no'); }"


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a running server, such as http://127.0.0.1:43210."""
    log = request.session.stash[LOG] = tmp_path_factory.mktemp("server") / "log.txt"
    with running_server(log) as url:
        yield url


# Of the package, not of the session: while Playwright is open, its event loop runs in this thread, and other tests
# want to run theirs. One for all pages, and kept on disk: only then does the browser keep Plotly compiled, which takes
# longer than most tests.
@pytest.fixture(scope="package")
def context(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    path = find_chromium()
    assert path, "no Chromium: run python -m tests.browser.chromium"
    profile = tmp_path_factory.mktemp("profile")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=path, args=list(FLAGS), base_url=server
        )
        yield context
        context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of so far. A test that provokes a complaint checks it, and removes it from here."""
    return []


@contextmanager
def watched_page(context: BrowserContext, complaints: list[str]) -> Iterator[Page]:
    """A fresh page, whose complaints are kept."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text} ({message.location['url']})")

    def on_request_failed(request: Request) -> None:
        if request.failure == "net::ERR_ABORTED":  # Broken off because the page was left, and no complaint.
            return
        complaints.append(f"{request.method} {request.url} failed: {request.failure}")

    page = context.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.add_init_script(FORGET)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"uncaught {error}"))
    page.on("requestfailed", on_request_failed)
    yield page
    page.close()


@pytest.fixture
def page(context: BrowserContext, server: str, complaints: list[str]) -> Iterator[Page]:
    """A fresh page, where `page.goto("/")` opens the dashboard; fails the test if the browser complained."""
    before = {session["id"] for session in sessions(server)}
    with watched_page(context, complaints) as page:
        yield page
        found = list(complaints)  # closing the page breaks off what is under way, which is no complaint
    clear(server, before)
    fail_for(found)


def fail_for(complaints: list[str]) -> None:
    """Fail the test that they came in."""
    if complaints:
        pytest.fail("\n".join(["The browser complained:", *complaints]), pytrace=False)


def sessions(server: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx2.get(f"{server}/api/sessions").raise_for_status().json()
    return found


def clear(server: str, kept: set[str]) -> None:
    """What a test leaves behind would make every page after it slower, the more so where it runs."""
    for session in sessions(server):
        path = f"{server}/api/sessions/{session['id']}"
        if session["id"] not in kept:
            httpx2.delete(path).raise_for_status()
        elif session["running"]:
            httpx2.post(f"{path}/pause").raise_for_status()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the server's last words under a test that failed."""
    report = yield
    log = item.session.stash.get(LOG, None)
    if report.failed and log is not None:
        report.sections.append(("Server log", "\n".join(log.read_text().splitlines()[-50:])))
    return report


@pytest.fixture
def open_dashboard(page: Page, server: str) -> Iterator[OpenDashboard]:
    """Opens the page on a new session with the config it is given, and with these panels open."""
    with httpx2.Client(base_url=server, timeout=30) as rest:

        def opened(config: dict[str, Any], panels: str = PANELS, **choices: str) -> Dashboard:
            return Dashboard(page, rest, config, panels, **choices)

        yield opened


@pytest.fixture
def dashboard(open_dashboard: OpenDashboard) -> Dashboard:
    """The page on a session of its own, with the default config."""
    return open_dashboard({})


@pytest.fixture(scope="module")
def shared_page(context: BrowserContext, server: str) -> Iterator[tuple[Dashboard, list[str]]]:
    """One page for all tests of a module that only look at it, and what the browser complained of so far."""
    complaints: list[str] = []
    with watched_page(context, complaints) as page, httpx2.Client(base_url=server, timeout=30) as rest:
        yield Dashboard(page, rest, {}, ALL_KINDS), complaints


@pytest.fixture
def exhibit(shared_page: tuple[Dashboard, list[str]]) -> Iterator[Dashboard]:
    """The page with the default config at step 0, opened once: to be looked at and pointed at, not to be moved."""
    dashboard, complaints = shared_page
    yield dashboard
    found = list(complaints)
    complaints.clear()
    fail_for(found)
