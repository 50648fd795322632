"""A way to PostgreSQL on which the connection can be lost just before an answer comes."""

import contextlib
import socket
import threading
from pathlib import Path

NO_MORE = b"Z\x00\x00\x00\x05I"  # "Ready for query, not in a transaction": what every answer to COMMIT ends with.


class LossyProxy:
    """Passes bytes on between clients on a port of 127.0.0.1 and PostgreSQL's socket."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of PostgreSQL's socket."""
        self._socket = str(folder / ".s.PGSQL.5432")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._loses_commit = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def lose_next_commit(self) -> None:
        """The next COMMIT is carried out, and nobody hears of it."""
        self._loses_commit.set()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # It was closed.
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._socket)
                loses = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, loses), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, loses), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, loses: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while asked := client.recv(65536):
                if b"COMMIT" in asked and self._loses_commit.is_set():
                    self._loses_commit.clear()
                    loses.set()
                server.sendall(asked)
        _cut(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, loses: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while answered := server.recv(65536):
                if not loses.is_set():
                    client.sendall(answered)
                elif answered.endswith(NO_MORE):
                    break
        _cut(client, server)


def _cut(*connections: socket.socket) -> None:
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
