"""`python -m tests.soak.faulty_server ORDER …`: the server, with a store that fails as the file ORDER says.

What it holds is a name of `BY_STATEMENTS`, or nothing. It is read whenever the server takes its connection.
"""

import contextlib
import runpy
import sqlite3
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.soak.faults import BY_STATEMENTS


def main() -> None:
    order = Path(sys.argv.pop(1))
    holding = ""

    def obey(connection: Any, *_: Any) -> None:
        nonlocal holding
        wanted = order.read_text()
        if wanted == holding:
            return
        ends = BY_STATEMENTS[holding][1] if holding else []
        begins = BY_STATEMENTS[wanted][0] if wanted else []
        for statement in (*ends, *begins):
            with contextlib.suppress(sqlite3.OperationalError):  # The disk is full by now.
                connection.execute(statement)
        holding = wanted

    sa.event.listen(sa.pool.Pool, "checkout", obey)
    runpy.run_module("server", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
