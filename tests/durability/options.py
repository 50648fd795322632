"""How often a server is killed: a few times with all other tests, some hundred times by `make test-durability`."""

import os
import secrets

KILLS = int(os.environ.get("DURABILITY_KILLS", "3"))  # On SQLite
SEED = int(os.environ.get("DURABILITY_SEED", secrets.randbelow(2**32)))
KILLS_ON_POSTGRESQL = max(KILLS // 4, 1)
KILLS_OF_A_LIFE = 10
SECONDS_OF_A_KILL = 60  # At most, on a machine that has much else to do


def lives(kills: int) -> list[tuple[int, int]]:
    """Lives of sessions that are killed so often in all: how often each, and its seed."""
    full, rest = divmod(kills, KILLS_OF_A_LIFE)
    parts = [KILLS_OF_A_LIFE] * full + [rest] * (rest > 0)
    return [(part, SEED + number) for number, part in enumerate(parts)]
