"""Pages without a browser, in a process of their own, so that reading frames takes no time from the server's.

`python -m benchmarks.watchers ADDRESS COUNT` reads the views from its input's first line. For each further line it
prints how many frames a page has had on average, and when the input ends it ends.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from websockets.asyncio.client import connect

from benchmarks.views import Views
from tests.serving import ROOT

FRAMES_A_SECOND = 60


@contextmanager
def watching(url: str, session: str, views: Views, count: int) -> Iterator[Callable[[], float]]:
    """So many pages watch a session, and all have a frame by now; tells how many frames a page has had."""
    address = f"{url.replace('http', 'ws', 1)}/api/sessions/{session}/stream"
    command = [sys.executable, "-m", "benchmarks.watchers", address, str(count)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:  # Closes the input in the end, and waits.
        requests, answers = process.stdin, process.stdout
        assert requests is not None
        assert answers is not None

        def frames() -> float:
            requests.write("\n")
            requests.flush()
            return float(answers.readline())

        requests.write(f"{json.dumps(views)}\n")
        frames()
        yield frames


class Page:
    """One page's stream."""

    def __init__(self) -> None:
        self.frames = 0
        self.has_begun = asyncio.Event()

    async def watch(self, address: str, views: Views) -> None:
        """Be ready again as soon as a frame has come, but not more often than a display shows one."""
        async with connect(address, max_size=None, compression=None) as socket:
            await socket.send(json.dumps({"type": "show", "views": views}))
            while True:
                begin = time.monotonic()
                await socket.send(json.dumps({"type": "ready"}))
                await socket.recv()
                self.frames += 1
                self.has_begun.set()
                await asyncio.sleep(max(0.0, begin + 1 / FRAMES_A_SECOND - time.monotonic()))


async def serve(address: str, count: int) -> None:
    """Watch, and answer until the input ends."""
    views: Views = json.loads(sys.stdin.readline())
    pages = [Page() for _ in range(count)]
    tasks = [asyncio.create_task(page.watch(address, views)) for page in pages]
    for page in pages:
        await page.has_begun.wait()
    while await asyncio.to_thread(sys.stdin.readline):
        print(sum(page.frames for page in pages) / count, flush=True)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
