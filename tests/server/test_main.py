"""The command itself: real processes, each ended by its own id."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import httpx2
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

import server
from server.__main__ import page_url
from server.settings import Settings
from tests.server.slow_page import read_nothing

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "server"]

Start = Callable[..., tuple[subprocess.Popen[str], str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server on a free port; gives the process and the URL that it printed."""
    with ExitStack() as stack:

        def started(*options: str, **environment: str) -> tuple[subprocess.Popen[str], str]:
            process = subprocess.Popen(
                [*COMMAND, *(options or ("--port", "0"))],
                cwd=ROOT,
                env={"PATH": "", **environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)  # Comes before the process is waited for.
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found is not None
            return process, found[0]

        yield started


def run(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], cwd=ROOT, env={"PATH": "", **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:8000/"), ("::1", "http://[::1]:8000/"), ("me", "http://me:8000/")]
)
def test_the_url_is_one_that_a_browser_takes(host: str, url: str) -> None:
    assert page_url(host, 8000) == url


def test_it_prints_its_url_serves_there_and_ends_on_sigterm(start: Start) -> None:
    process, url = start("--port", "0")
    assert httpx2.get(f"{url}api/health").json() == {"status": "ok", "version": server.__version__}
    process.send_signal(signal.SIGTERM)
    output, complaints = process.communicate(timeout=20)
    assert (output, complaints) == ("", "")
    assert process.returncode in (0, -signal.SIGTERM)


def test_it_ends_while_training_and_streaming_to_a_page(start: Start) -> None:
    process, url = start("--port", "0")
    session = f"{url}api/sessions/{httpx2.get(f'{url}api/sessions').json()[0]['id']}"
    httpx2.post(f"{session}/run")
    with connect(f"{session}/stream".replace("http", "ws")) as page:
        page.send('{"type": "ready"}')
        page.recv()
        process.terminate()
        process.wait(timeout=20)


def test_a_port_in_use_is_one_line_and_exit_code_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in ended.stderr
    assert "--port" in ended.stderr


def test_beyond_this_machine_it_starts_only_where_its_addresses_are_named() -> None:
    ended = run("--host", "0.0.0.0", "--port", "0")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1
    assert "say under which addresses the page is opened, such as --origins http://" in ended.stderr


def test_beyond_this_machine_it_prints_a_link_for_who_presents_and_one_for_who_watches() -> None:
    command = [*COMMAND, "--host", "0.0.0.0", "--port", "0", "--origins", "http://lab.example.org:8000"]
    with subprocess.Popen(command, cwd=ROOT, env={"PATH": ""}, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        process.terminate()
    found = [re.search(r"http://lab\.example\.org:8000/\?token=(\S{43})", line) for line in lines]
    tokens = {each[1] for each in found if each}
    assert len(tokens) == 2
    assert lines[1].startswith("To watch, and change nothing: ")


def test_a_token_that_is_set_is_wanted_on_this_machine_too(start: Start) -> None:
    token = "some-token-of-some-length"
    process, url = start("--port", "0", GRADIENT_FLOW_TOKEN=token)
    base = url.split("?")[0]
    assert httpx2.get(f"{base}api/sessions").status_code == 401
    assert httpx2.get(f"{base}api/sessions", headers={"Authorization": f"Bearer {token}"}).is_success
    with httpx2.Client() as page:
        opened = page.get(f"{base}?token={token}")
        assert opened.is_success
        assert token not in opened.text
        assert page.get(f"{base}api/sessions").is_success
    process.terminate()
    output, complaints = process.communicate(timeout=20)
    assert token not in output + complaints


@pytest.mark.parametrize("host", ["evil.com", "localhost:99999"])
def test_the_server_that_is_started_is_guarded(start: Start, host: str) -> None:
    _, url = start("--port", "0")
    refused = httpx2.get(f"{url}api/sessions", headers={"Host": host})
    assert refused.status_code == 403
    assert "it is under: http://127.0.0.1:" in refused.json()["detail"]
    assert refused.headers["x-content-type-options"] == "nosniff"
    session = f"{url}api/sessions/{httpx2.get(f'{url}api/sessions').json()[0]['id']}"
    with pytest.raises(InvalidStatus), connect(f"{session}/stream".replace("http", "ws"), origin=Origin("null")):
        pass


def test_a_setting_out_of_range_is_one_line_and_exit_code_1() -> None:
    ended = run("--port", "65536")
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "port: Input should be less than or equal to 65535" in ended.stderr


def test_settings_are_read_from_the_environment(start: Start) -> None:
    _, url = start("--host", "127.0.0.1", GRADIENT_FLOW_PORT="0", GRADIENT_FLOW_MAX_BODY_BYTES="1000")
    answer = httpx2.post(f"{url}api/datasets", content="a\n" * 501, headers={"content-type": "text/plain"})
    assert answer.status_code == 413


def test_what_is_wrong_with_the_command_is_said_before_torch_is_loaded() -> None:
    asked = "import sys, server.__main__; print('torch' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", asked], cwd=ROOT, text=True) == "False\n"


def test_help_lists_every_setting() -> None:
    shown = run("--help").stdout
    assert [name for name in Settings.model_fields if f"--{name.replace('_', '-')}" not in shown] == []


def test_a_message_too_large_ends_its_stream_alone(start: Start) -> None:
    _, url = start("--port", "0", "--max-message-bytes", "1024")
    session = f"{url}api/sessions/{httpx2.get(f'{url}api/sessions').json()[0]['id']}"
    with connect(f"{session}/stream".replace("http", "ws")) as page:
        page.send("x" * 2000)
        with pytest.raises(ConnectionClosedError) as closed:
            page.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert httpx2.get(session).is_success


def test_a_page_that_never_reads_does_not_hold_up_training(start: Start) -> None:
    _, url = start("--port", "0")
    config = {"model": {"hidden_sizes": [1024], "embedding_size": 64}}
    session = f"{url}api/sessions/{httpx2.post(f'{url}api/sessions', json=config).json()['id']}"
    views = [{"id": str(number), "tensor": "W1", "as": "values", "max_cells": 4_000_000} for number in range(50)]
    with read_nothing(f"{session}/stream", views):  # A frame of 40 MB: more than any buffer between here and there.
        httpx2.post(f"{session}/run")
        step = httpx2.get(session).json()["position"]["step"]
        while httpx2.get(session).json()["position"]["step"] < step + 10:
            assert httpx2.get(f"{url}api/health").is_success
    assert np.isfinite(httpx2.post(f"{session}/pause").json()["loss"])


def heaps_of_threads(pid: int) -> int:
    """How many heaps there are beside the first: glibc reserves 64 MB for each, and opens them from below."""
    rows = [line.split() for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    spans = [([int(edge, 16) for edge in row[0].split("-")], row[1]) for row in rows if len(row) == 5]
    return sum(
        (open_as, closed_as) == ("rw-p", "---p") and end == begin and last - first == 2**26
        for ((first, end), open_as), ((begin, last), closed_as) in pairwise(spans)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="memory is told as Linux tells it")
def test_all_threads_share_one_heap_since_those_of_their_own_only_grow(start: Start) -> None:
    process, url = start()
    for _ in range(6):
        session = httpx2.post(f"{url}api/sessions", json={}).raise_for_status().json()["id"]
        httpx2.post(f"{url}api/sessions/{session}/advance", json={"count": 300}).raise_for_status()
    assert heaps_of_threads(process.pid) == 0
