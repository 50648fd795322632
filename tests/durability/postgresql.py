"""A PostgreSQL server of the tests' own; `python -m tests.durability.postgresql --install` gets the package."""

import argparse
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from tests.durability.databases import check_rows

PACKAGE = "postgresql"
SECONDS_TO_START = 30
USER = "postgres"  # PostgreSQL does not run as root; Debian's package makes this user.


class PostgresqlDatabase:
    """One database of a server that listens on a socket in `folder` only."""

    def __init__(self, folder: Path) -> None:
        """Make an empty one."""
        self._folder = folder
        self._name = name = f"sessions-{secrets.token_hex(4)}"
        with psycopg.connect(f"host={folder} user={USER} dbname=postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        self.url = f"postgresql://{USER}@/{name}?host={folder}"

    def url_by(self, port: int) -> str:
        """The same database by another way: something on this machine that passes all on to the socket."""
        return f"postgresql://{USER}@127.0.0.1:{port}/{self._name}"

    def is_begun(self) -> bool:
        return self._users() > 0

    def check(self) -> None:
        """Check all rows, once what is left of the killed server's transaction is taken back."""
        deadline = time.monotonic() + SECONDS_TO_START
        while self._users():
            assert time.monotonic() < deadline, "the killed server's connection is still open"
        engine = sa.create_engine(self.url.replace("postgresql:", "postgresql+psycopg:", 1))
        with engine.connect() as connection:
            check_rows(connection)
        engine.dispose()

    def _users(self) -> int:
        """How many connections it has."""
        with psycopg.connect(f"host={self._folder} user={USER} dbname=postgres", autocommit=True) as connection:
            found = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [self._name])
            row = found.fetchone()
        assert row is not None
        return int(row[0])


class PostgresqlServer:
    """One that listens on a socket in `folder` only, where its data are, too."""

    def __init__(self, programs: Path, folder: Path) -> None:
        """Make its data; `folder` is there, and its own."""
        self.folder = folder
        self._programs = programs
        self._user = USER if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(folder, self._user)
        self._data, self._log = folder / "data", folder / "log.txt"
        options = ["--username", USER, "--auth", "trust", "--no-sync"]
        _run(programs / "initdb", "--pgdata", self._data, *options, user=self._user)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["-c", "listen_addresses=", "-c", "fsync=off"]
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self.folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self._user,
            )
        _wait_until_ready(self._process, self.folder, self._log)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: by SIGINT whatever its clients are doing, by SIGQUIT without its last words, too."""
        self._process.send_signal(how)
        self._process.wait(SECONDS_TO_START)


@contextmanager
def running_postgresql(programs: Path) -> Iterator[PostgresqlServer]:
    """A new server; it ends, and all it holds is gone, with the context."""
    # Not pytest's own folder: that one is closed to other users, and too deep for a socket's name.
    with tempfile.TemporaryDirectory(prefix="gradient-flow-postgresql-", ignore_cleanup_errors=True) as name:
        server = PostgresqlServer(programs, Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)  # At once: nobody wants its data any more.


def find_postgresql() -> Path | None:
    """The folder of `postgres` and `initdb`: Debian keeps them off the path, by version."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("postgres")
    candidates = [*reversed(debian), *([Path(found).resolve().parent] if found else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def _wait_until_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(f"host={folder} user={USER} dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()}")


def _run(*command: str | Path, user: str | None) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, user=user, cwd="/")


def install_postgresql() -> None:
    """Install Debian's package, where that can be done without asking anybody; apt-get says itself what it lacks."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run([apt, "update", "--quiet"], env=environment, stdin=subprocess.DEVNULL, check=False)
    command = [apt, "install", "--quiet", "--yes", "--no-install-recommends", PACKAGE]
    subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help=f"install Debian's {PACKAGE} if none is found")
    arguments = parser.parse_args()
    if arguments.install and find_postgresql() is None:
        install_postgresql()
    programs = find_postgresql()
    if programs is None:
        sys.exit(f"No PostgreSQL for the durability tests: install it (Debian: apt-get install {PACKAGE})")
    print(f"Durability tests use {programs}")


if __name__ == "__main__":
    main()
