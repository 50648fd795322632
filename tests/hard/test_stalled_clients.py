"""Clients that never read: let go in time, held up nobody, and cost little while they are there."""

import contextlib
import time

import httpx2
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.hard.options import SCALE
from tests.hard.processes import IS_TOLD, descriptors, descriptors_at_rest, resident
from tests.server.slow_page import read_nothing

CLIENTS = 20
SECONDS_TO_LET_GO = 15
SECONDS_WATCHED = 4.0 if SCALE >= 1 else 1.0
KIB = 1024


def frames_of(page: ClientConnection, seconds: float) -> tuple[int, int]:
    """How many frames come in so long, and how long one is."""
    end, count, size = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        page.send('{"type": "ready"}')
        size = len(page.recv())
        count += 1
    return count, size


@pytest.mark.skipif(not IS_TOLD, reason="descriptors are counted as Linux tells them")
def test_clients_that_never_read_are_let_go_and_hold_up_nobody(server: tuple[int, str]) -> None:
    pid, url = server
    config = {"model": {"hidden_sizes": [256], "embedding_size": 32}}
    session = f"{url}api/sessions/{httpx2.post(f'{url}api/sessions', json=config).raise_for_status().json()['id']}"
    views = [{"id": "W1", "tensor": "W1", "as": "values", "max_cells": 100_000}]
    httpx2.post(f"{session}/run", json={"steps_per_second": 100}).raise_for_status()
    with connect(f"{session}/stream".replace("http", "ws"), max_size=None) as page:
        page.send('{"type": "show", "views": [{"id": "W1", "tensor": "W1", "as": "values", "max_cells": 100000}]}')
        frames_of(page, 1)
        before, size = frames_of(page, SECONDS_WATCHED)
        held, opened = resident(pid), descriptors(pid)
        with contextlib.ExitStack() as stack:
            for _ in range(CLIENTS):
                stack.enter_context(read_nothing(f"{session}/stream", views))
            since = time.monotonic()
            during, _ = frames_of(page, SECONDS_WATCHED)
            taken = (resident(pid) - held) / CLIENTS
            print(f"{before} frames before, {during} beside {CLIENTS} that do not read, {taken / KIB:,.0f} KiB each")
            while descriptors(pid) > opened:
                frames_of(page, 0.2)
                assert time.monotonic() - since < SECONDS_TO_LET_GO
        if SCALE >= 1:  # What is counted in seconds is so when there is nothing else to do.
            assert during >= 0.95 * before
        assert taken <= 1.5 * size + 256 * KIB


@pytest.mark.skipif(not IS_TOLD, reason="descriptors are counted as Linux tells them")
def test_clients_that_have_gone_without_a_word_are_let_go_although_nothing_is_sent_to_them(
    server: tuple[int, str],
) -> None:
    pid, url = server
    session = f"{url}api/sessions/{httpx2.post(f'{url}api/sessions', json={}).raise_for_status().json()['id']}"
    httpx2.get(session).raise_for_status()
    opened = descriptors_at_rest(pid)
    with contextlib.ExitStack() as stack:
        for _ in range(CLIENTS):
            stack.enter_context(read_nothing(f"{session}/stream", []))
        since = time.monotonic()
        assert descriptors(pid) >= opened + CLIENTS
        while descriptors(pid) > opened:
            time.sleep(0.1)
            assert time.monotonic() - since < SECONDS_TO_LET_GO
        print(f"{CLIENTS} silent clients let go after {time.monotonic() - since:.1f} s")
