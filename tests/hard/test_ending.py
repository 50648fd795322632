"""The server's end by SIGTERM, whatever its clients do: in time, and with all that it acknowledged."""

import contextlib
import signal
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.hard.serving import started
from tests.server.slow_page import read_nothing

CLIENTS = 10
SECONDS_TO_END = 10
VIEWS = [{"id": "W1", "tensor": "W1", "as": "values", "max_cells": 100_000}]


def made(url: str) -> str:
    config = {"model": {"hidden_sizes": [256], "embedding_size": 32}}
    return f"{url}api/sessions/{httpx2.post(f'{url}api/sessions', json=config).raise_for_status().json()['id']}"


@pytest.mark.parametrize("steps_per_second", [None, 100.0], ids=["as fast as it can", "at a rate"])
def test_it_ends_in_time_while_sessions_train_and_clients_never_read(
    steps_per_second: float | None, tmp_path: Path
) -> None:
    database = f"sqlite:///{tmp_path / 'sessions'}"
    with contextlib.ExitStack() as stack, started(database) as server:
        training, standing = made(server.url), made(server.url)
        httpx2.post(f"{training}/run", json={"steps_per_second": steps_per_second}).raise_for_status()
        for _ in range(CLIENTS):
            stack.enter_context(read_nothing(f"{training}/stream", VIEWS))
        acknowledged = httpx2.post(f"{standing}/advance", json={"count": 7}).raise_for_status().json()
        seen = httpx2.get(training).raise_for_status().json()
        server.process.terminate()
        begun_at = time.monotonic()
        assert server.process.wait(SECONDS_TO_END) == -signal.SIGTERM  # Which uvicorn raises again at last.
        print(f"ended in {time.monotonic() - begun_at:.1f} s")
    with started(database) as server:
        again = {info["id"]: info for info in httpx2.get(f"{server.url}api/sessions").raise_for_status().json()}
        assert again[standing.rsplit("/")[-1]]["position"] == acknowledged["position"]
        trained = again[seen["id"]]
        assert trained["last_step"] >= seen["last_step"]
        assert not trained["running"]
        assert "The server ended" in trained["stopped"]


def test_it_ends_in_time_while_requests_are_under_way_that_take_long(tmp_path: Path) -> None:
    largest = {"model": {"hidden_sizes": [1024] * 16}, "training": {"batch_size": 256}}
    tape: dict[str, Any] = {"training": {"engine": "tape"}}
    with (
        httpx2.Client(timeout=60) as client,
        ThreadPoolExecutor(3) as threads,
        started(f"sqlite:///{tmp_path / 'sessions'}") as server,
    ):

        def begun(config: dict[str, Any], action: str, body: dict[str, Any]) -> "tuple[str, Future[httpx2.Response]]":
            session = f"{server.url}api/sessions"
            session += f"/{client.post(session, json=config).raise_for_status().json()['id']}"
            return session, threads.submit(client.post, f"{session}/{action}", json=body)

        asked = [
            begun(largest, "evaluate", {}),
            begun(tape, "outliers/trial", {"steps": 10_000}),
            begun(tape, "advance", {"count": 1_000_000}),
        ]
        moving = asked[-1][0]
        while not client.get(moving).raise_for_status().json()["position"]["step"]:  # Which was asked for last
            time.sleep(0.05)
        assert not any(answer.done() for _, answer in asked)
        server.process.terminate()
        begun_at = time.monotonic()
        assert server.process.wait(SECONDS_TO_END) == -signal.SIGTERM
        print(f"ended in {time.monotonic() - begun_at:.1f} s")
        for _, answer in asked:
            assert (answer.result().status_code, answer.result().json()["detail"][:16]) == (503, "the server ended")
