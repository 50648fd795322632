"""A page whose server goes away says so, and stands right again soon after it is back, without being loaded anew."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.serving import ROOT, wait_until_healthy

SECONDS_TO_STAND_AGAIN = 2.0

Start = Callable[[], tuple[subprocess.Popen[bytes], str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server, at each call on the same port and the same database."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "server", "--port", str(port), "--database", f"sqlite:///{tmp_path / 'db'}"]
    with ExitStack() as stack:

        def started() -> tuple[subprocess.Popen[bytes], str]:
            log = tmp_path / "log.txt"
            with log.open("wb") as output:
                process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process, wait_until_healthy(process, log)

        yield started


def test_a_page_stands_again_without_being_loaded_anew(page: Page, complaints: list[str], start: Start) -> None:
    process, url = start()
    page.goto(f"{url}/?panels=loss,forces")
    page.evaluate("window.isTheSame = true")
    page.click('[data-action="step"]')
    expect(page.locator("#position-step")).to_have_text("1")

    process.terminate()
    process.wait()
    expect(page.locator("session-bar .connection")).to_contain_text(re.compile("lost|reconnect", re.IGNORECASE))

    _, url = start()
    back_at = time.monotonic()
    session = httpx2.get(f"{url}/api/sessions").json()[0]["id"]
    httpx2.post(f"{url}/api/sessions/{session}/advance", json={"unit": "step", "count": 4}).raise_for_status()
    expect(page.locator("#position-step")).to_have_text("5", timeout=30_000)
    assert time.monotonic() - back_at < SECONDS_TO_STAND_AGAIN
    assert page.evaluate("window.isTheSame")
    complaints.clear()  # Of the browser, about a server that was not there
