import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import ROOT


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The process id of a server that keeps its sessions in a file, and its URL."""
    command = [sys.executable, "-m", "server", "--port", "0", "--database", f"sqlite:///{tmp_path / 'sessions'}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+/", process.stdout.readline())
        assert found is not None
        yield process.pid, found[0]
        process.terminate()
        process.wait(timeout=10)  # In time, whatever its clients do.
