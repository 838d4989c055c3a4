"""Promise: the daemon takes reports as soon as the database can be reached, however its connections come and go."""
import contextlib
import pathlib
import shutil
import socket
import tempfile
import threading

import pytest
from stack import Stack, wait_until

CONNECTIONS = 6


class Door:
    """Stands before a PostgreSQL and lets everybody in but the first who comes: he hears nothing until hang_up()."""

    def __init__(self, postgres):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-door-"))
        self.behind = str(postgres.folder / ".s.PGSQL.5432")
        self.kept, self.sockets = None, []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.folder / ".s.PGSQL.5432"))
        self.listening.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                self.sockets.append(client)
                if self.kept is None:
                    self.kept = client
                    continue
                server = socket.socket(socket.AF_UNIX)
                self.sockets.append(server)
                server.connect(self.behind)
                for a, b in ((client, server), (server, client)):
                    threading.Thread(target=self.carry, args=(a, b), daemon=True).start()

    @staticmethod
    def carry(a, b):
        with contextlib.suppress(OSError):
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_RDWR)

    def hang_up(self):
        self.kept.shutdown(socket.SHUT_RDWR)

    def close(self):
        for one in [self.listening, *self.sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        shutil.rmtree(self.folder)


@pytest.fixture
def door(postgres):
    door = Door(postgres)
    yield door
    door.close()


def test_a_connection_that_fails_before_it_was_ever_there_is_not_missed_for_ever(postgres, door):
    s = Stack(postgres, started=False)
    try:
        s.write_conf({"daemon": {"database": f"host={door.folder} dbname={s.database} user=sigap_daemon"}})
        s.start(ready=False)
        wait_until(lambda: s.log.read_text().count("what=pg.up") == CONNECTIONS - 1, 20, "all connections but one")
        door.hang_up()
        wait_until(s.is_ready, 15, "reports are taken")
    finally:
        s.close()
