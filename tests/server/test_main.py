"""The command itself: real processes, each ended by its own id."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import numpy as np
import pytest
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

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


def test_a_setting_out_of_range_is_one_line_and_exit_code_1() -> None:
    ended = run("--port", "65536")
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "port: Input should be less than or equal to 65535" in ended.stderr


def test_settings_are_read_from_the_environment(start: Start) -> None:
    _, url = start("--host", "127.0.0.1", GRADIENT_FLOW_PORT="0", GRADIENT_FLOW_MAX_BODY_BYTES="1000")
    answer = httpx2.post(f"{url}api/datasets", content="a\n" * 501, headers={"content-type": "text/plain"})
    assert answer.status_code == 413


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
