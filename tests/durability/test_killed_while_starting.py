"""The first start on an empty database: it migrates, adds the names, and makes a session."""

import itertools
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.database import Database as Opened
from server.settings import Settings
from tests.durability.conftest import NewDatabase
from tests.durability.options import KILLS, SECONDS_OF_A_KILL, SEED
from tests.durability.server_process import ServerProcess
from tests.serving import ROOT

STATEMENTS = 20  # What it takes to open a database for the first time, at most
STRIDE = 1 if KILLS >= 100 else 5  # It is killed after every statement, or after every fifth.
SECONDS_OF_FIRST_START = 0.6  # From the database's first use until the server answers


@pytest.mark.timeout(STATEMENTS * SECONDS_OF_A_KILL)
def test_a_migration_that_is_killed_after_any_statement_is_made_anew(new_database: NewDatabase) -> None:
    for number in itertools.count(Random(SEED).randint(1, STRIDE), STRIDE):
        database = new_database()
        doomed = [sys.executable, "-m", "tests.durability.doomed", database.url, str(number)]
        was_killed = subprocess.run(doomed, cwd=ROOT, check=False).returncode == -signal.SIGKILL
        database.check()
        Opened(database.url).close()
        database.check()
        if not was_killed:
            assert number > STATEMENTS // 2
            return


@pytest.mark.timeout(KILLS * SECONDS_OF_A_KILL)
def test_a_first_start_that_is_killed_is_made_anew(new_database: NewDatabase, tmp_path: Path) -> None:
    print(f"seed {SEED}")
    random = Random(SEED)
    for _ in range(max(KILLS // 20, 1)):
        database = new_database()
        server = ServerProcess(database.url, tmp_path / "log.txt")
        while not database.is_begun():
            time.sleep(0.002)
        server.kill_after(random.uniform(0, SECONDS_OF_FIRST_START)).join()
        server.kill()
        database.check()
        with TestClient(create_app(Settings(database=database.url))) as client:
            assert [session["name"] for session in client.get("/api/sessions").json()] == ["my first run"]
            assert [dataset["id"] for dataset in client.get("/api/datasets").json()] == ["names"]
