from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hard.serving import started


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The process id of a server that keeps its sessions in a file, and its URL."""
    with started(f"sqlite:///{tmp_path / 'sessions'}") as server:
        yield server.process.pid, server.url
