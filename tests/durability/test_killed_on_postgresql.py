from pathlib import Path

import pytest

from tests.durability.killing import kill_and_inspect
from tests.durability.options import KILLS_OF_A_LIFE, KILLS_ON_POSTGRESQL, SECONDS_OF_A_KILL, lives
from tests.durability.postgresql import PostgresqlDatabase


@pytest.mark.timeout(KILLS_OF_A_LIFE * SECONDS_OF_A_KILL)
@pytest.mark.parametrize(("kills", "seed"), lives(KILLS_ON_POSTGRESQL))
def test_what_was_acknowledged_outlives_the_server(kills: int, seed: int, postgresql: Path, tmp_path: Path) -> None:
    print(f"seed {seed}: {kill_and_inspect(PostgresqlDatabase(postgresql), kills, seed, tmp_path)}")
