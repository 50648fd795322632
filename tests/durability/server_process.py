"""The real server in a process of its own, on a database that outlives it, ended as a power cut would end it."""

import subprocess
import sys
import threading
from pathlib import Path

from tests.serving import ROOT, wait_until_healthy


class ServerProcess:
    """`python -m server` on a free port; its end, too, is by its own process id."""

    def __init__(self, database: str, log: Path, *options: str) -> None:
        """Start it, without waiting until it answers. What it says goes to `log`, a file of its own."""
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "server", "--port", "0", "--database", database, *options],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_for_url(self) -> str:
        """Its address, once it answers. Raises RuntimeError, with what it said, where it ends instead."""
        return wait_until_healthy(self._process, self._log)

    def kill_after(self, seconds: float) -> threading.Timer:
        """Kill it at that moment, from another thread, whatever it is doing then."""
        timer = threading.Timer(seconds, self._process.kill)
        timer.start()
        return timer

    def kill(self) -> None:
        """Kill it now, if it is not dead yet, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def complaints(self) -> str:
        """What it said beside its address."""
        lines = self._log.read_text().splitlines()
        return "\n".join(line for line in lines if not line.startswith("Gradient Flow is at "))
