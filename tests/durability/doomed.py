"""`python -m tests.durability.doomed URL N`: open a database, and be killed right after the N-th statement to it.

It ends with exit code 0 where there are fewer.
"""

import itertools
import os
import signal
import sys
from typing import Any

import sqlalchemy as sa

from server.database import Database


def main() -> None:
    url, last = sys.argv[1:]
    numbers = itertools.count(1)

    def die_at_last(*_: Any) -> None:
        if next(numbers) == int(last):
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(sa.Engine, "after_cursor_execute", die_at_last)
    Database(url).close()


if __name__ == "__main__":
    main()
