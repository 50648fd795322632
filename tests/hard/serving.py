"""A server in a process of its own, as its users start it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.serving import ROOT

SECONDS_TO_END = 10


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[str]"
    url: str


@contextmanager
def started(database: str) -> Iterator[Server]:
    """One that ends with the context, in time, whatever its clients do."""
    command = [sys.executable, "-m", "server", "--port", "0", "--database", database]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found is not None
            yield Server(process, found[0])
            process.terminate()
            process.wait(timeout=SECONDS_TO_END)
        finally:
            process.kill()
