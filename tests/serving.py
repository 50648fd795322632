"""The real server in a process of its own, on a free port of 127.0.0.1, ended by its own process id."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[1]
SECONDS_TO_START = 40


@contextmanager
def running_server(log: Path | None = None, database: str = "sqlite://") -> Iterator[str]:
    """The address of a server that answers, such as http://127.0.0.1:43210. What it prints goes to `log`.

    Unless a database is named, it keeps nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = log or Path(folder) / "log.txt"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "server", "--port", "0", "--database", database],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield wait_until_healthy(process, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_healthy(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        url = next((word for word in log.read_text().split() if word.startswith("http://")), None)
        try:
            if url is not None and httpx2.get(f"{url}api/health").is_success:
                return url.rstrip("/")
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    state = "did not answer" if process.poll() is None else f"ended with exit code {process.returncode}"
    raise RuntimeError(f"The server {state}:\n{log.read_text()}")
