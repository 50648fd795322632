"""Stores that fail while pupils come and go: nothing acknowledged is lost, and the server goes on."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.durability.postgresql import PostgresqlDatabase, find_postgresql, running_postgresql
from tests.hard.processes import IS_TOLD
from tests.soak.faults import postgresql_faults, sqlite_faults
from tests.soak.options import SECONDS, report_in
from tests.soak.report import write_report
from tests.soak.soak import Subject, soak_all

LONGEST = 3 * SECONDS + 120  # With what is compared afterwards, on a machine that has much else to do


@pytest.mark.timeout(LONGEST)
@pytest.mark.skipif(not IS_TOLD, reason="memory and descriptors are read as Linux tells them")
def test_nothing_acknowledged_is_lost_while_stores_fail_and_pupils_come_and_go(tmp_path: Path) -> None:
    orders = {name: tmp_path / name / "order.txt" for name in ("SQLite", "PostgreSQL")}
    for order in orders.values():
        order.parent.mkdir()
    file, order = tmp_path / "sessions.sqlite3", orders["SQLite"]
    subjects = [Subject("SQLite", f"sqlite:///{file}", sqlite_faults(file, order), order)]
    words = []
    with ExitStack() as stack:
        programs = find_postgresql()
        if programs is None:
            words.append("PostgreSQL is not installed: its restart was not tried.")
        else:
            postgresql = stack.enter_context(running_postgresql(programs))
            url = PostgresqlDatabase(postgresql.folder).url
            subjects.append(Subject("PostgreSQL", url, postgresql_faults(postgresql), orders["PostgreSQL"]))
        seen = asyncio.run(soak_all(subjects, SECONDS))
    words.append(f"{SECONDS / 60:.1f} minutes. Everything that was acknowledged was there afterwards, bit for bit.")
    report = report_in(tmp_path)
    write_report(seen, words, report)
    print(*words, f"The report is {report}", sep="\n")
    for subject, found in zip(subjects, seen, strict=True):
        unfelt = [name for name in subject.faults if not found.met(name)]
        assert not unfelt, f"nobody met these faults: {unfelt}"
        assert found.left["closed"] + found.left["vanished"] + found.left["left unread"] > 0
