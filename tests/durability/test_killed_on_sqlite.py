from pathlib import Path

import pytest

from tests.durability.databases import SqliteFile
from tests.durability.killing import kill_and_inspect
from tests.durability.options import KILLS, KILLS_OF_A_LIFE, SECONDS_OF_A_KILL, lives


@pytest.mark.timeout(KILLS_OF_A_LIFE * SECONDS_OF_A_KILL)
@pytest.mark.parametrize(("kills", "seed"), lives(KILLS))
def test_what_was_acknowledged_outlives_the_server(kills: int, seed: int, tmp_path: Path) -> None:
    print(f"seed {seed}: {kill_and_inspect(SqliteFile(tmp_path / 'sessions.sqlite3'), kills, seed, tmp_path)}")
