"""`unshare --map-root-user --net python -m tests.hard.cut_network`: a server and its clients in a network of their own.

Prints how long after a cut of that network the last of the clients is let go, in seconds.
"""

import contextlib
import subprocess
import time

import httpx2
from websockets.sync.client import connect

from tests.hard.processes import descriptors, descriptors_at_rest
from tests.hard.serving import started

CLIENTS = 20
SECONDS_TO_LET_GO = 15


def set_network(state: str) -> None:
    subprocess.run(["ip", "link", "set", "lo", state], check=True)


def main() -> None:
    """Half of the clients watch a session that trains, half one that stands still. Fails where one is not let go."""
    set_network("up")
    with started("sqlite://") as server, contextlib.ExitStack() as stack:
        ids = [httpx2.post(f"{server.url}api/sessions", json={}).raise_for_status().json()["id"] for _ in range(2)]
        httpx2.post(f"{server.url}api/sessions/{ids[0]}/run", json={"steps_per_second": 100}).raise_for_status()
        opened = descriptors_at_rest(server.process.pid)
        for number in range(CLIENTS):
            url = f"ws{server.url[4:]}api/sessions/{ids[number % 2]}/stream"
            page = stack.enter_context(connect(url, ping_interval=None, close_timeout=0))
            page.send('{"type": "show", "views": [{"id": "h", "tensor": "h", "as": "values"}]}')
            page.send('{"type": "ready"}')
            page.recv()
            page.send('{"type": "ready"}')
        assert descriptors(server.process.pid) >= opened + CLIENTS
        set_network("down")
        since = time.monotonic()
        while descriptors(server.process.pid) > opened:
            assert time.monotonic() - since < SECONDS_TO_LET_GO, "clients that cannot be reached are still held"
            time.sleep(0.1)
        print(f"{time.monotonic() - since:.1f}")
        set_network("up")


if __name__ == "__main__":
    main()
