"""Promise: the daemon takes reports as soon as the database can be reached, however its connections come and go; what people ask for takes nothing of that away."""
import concurrent.futures
import contextlib
import itertools
import pathlib
import shutil
import socket
import tempfile
import threading

import listener
import openapi
import pytest
from stack import Stack, wait_until

CONNECTIONS = 6


class Door:
    """Stands before a PostgreSQL. Those who come as one of the numbers `kept` (from 1) hear nothing until open() sends them away; then everybody is let in."""

    def __init__(self, postgres):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-door-"))
        self.behind = str(postgres.folder / ".s.PGSQL.5432")
        self.kept, self.waiting, self.sockets = [], [], []
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.folder / ".s.PGSQL.5432"))
        self.listening.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            for number in itertools.count(1):
                client, _ = self.listening.accept()
                self.sockets.append(client)
                if number in self.kept:
                    self.waiting.append(client)
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

    def open(self):
        self.kept = []
        for one in self.waiting:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        for one in [self.listening, *self.sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        shutil.rmtree(self.folder)


@pytest.fixture
def behind(postgres):
    """A sigap that is not started, behind its .door."""
    s = Stack(postgres, started=False)
    s.door = Door(postgres)
    s.write_conf({"daemon": {"database": f"host={s.door.folder} dbname={s.database} user=sigap_daemon"}})
    yield s
    s.door.open()
    s.close()
    s.door.close()


@pytest.fixture
def own(postgres):
    """A sigap of the test's own, on whose database it may change functions."""
    s = Stack(postgres)
    yield s
    s.close()


def count(stack, words):
    return stack.log.read_text().count(words)


def test_a_connection_that_fails_before_it_was_ever_there_is_not_missed_for_ever(behind):
    behind.door.kept = [1]
    behind.start(ready=False)
    wait_until(lambda: count(behind, "what=pg.up") == CONNECTIONS - 1, 20, "all connections but one")
    behind.door.open()
    wait_until(behind.is_ready, 15, "reports are taken")


@contextlib.contextmanager
def endless_asking(stack):
    """The list of what was given up comes to no end, for somebody who asks for it: the answer to come."""
    stack.report()
    stack.sql("insert into dead_notice (notice_id, reason) select id, '' from notice limit 1")
    stack.sql("""create or replace function notice_delivery(notice uuid) returns text language sql volatile as $$
                     select case when current_query() like '%given_up_at%' then pg_sleep(3600)::text end $$""")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        asked = pool.submit(stack.api, "GET", "/v1/outbox?state=dead", timeout=60)
        wait_until(lambda: stack.sql("select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"), 10, "a long answer")
        yield asked


def test_what_somebody_asks_for_is_ended_when_it_takes_too_long_and_nothing_else_suffers(own):
    with endless_asking(own) as asked:
        while not asked.done():
            assert own.is_ready()
            own.report()
        answer = asked.result()
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0 and "took the database more than" in answer.json()["detail"]
    assert openapi.Description().check_answer("GET", "/v1/outbox", answer) == "503"
    assert own.is_ready() and count(own, "what=pg.down") == 0, "the connection lives on"
    assert own.api("GET", "/v1/alarms").status_code == 200


def end_sessions(stack, which, most=CONNECTIONS):
    assert stack.sql(f"""select pg_terminate_backend(pid) from pg_stat_activity
                         where usename = 'sigap_daemon' and datname = current_database() and {which} limit {most}""")


def test_connections_that_people_ask_over_break_and_the_database_is_not_away(own):
    with endless_asking(own) as asked:
        end_sessions(own, "query like '%From now on the server ends every statement%'")  # whom nobody has asked yet
        end_sessions(own, "wait_event = 'PgSleep'")
        assert asked.result().status_code == 503
    for label in ("read", "slow", "live"):
        wait_until(lambda: count(own, f"what=pg.up label={label}") == 2, 15, f"{label} again")
    with listener.Listener(own) as listening:
        made = own.report()["incident"]["id"]
        wait_until(lambda: listening.incidents(made), 5, "the stream goes on")
    for path in ("/v1/numbers", f"/v1/incidents/{made}"):
        assert own.api("GET", path).status_code == 200
    assert own.is_ready() and count(own, "what=app.database_down") == 0


def test_reports_are_taken_although_the_connection_that_people_ask_over_cannot_be_had(behind):
    behind.start()
    with endless_asking(behind) as asked:
        behind.door.kept = [CONNECTIONS + 1, *range(CONNECTIONS + 3, 100)]
        end_sessions(behind, "wait_event = 'PgSleep'")
        assert asked.result().status_code == 503
    wait_until(lambda: behind.door.waiting, 5, "its next attempt")
    end_sessions(behind, "query like '%Commits the plans of many reports%'", most=1)
    wait_until(lambda: count(behind, "what=app.database_up") == 2, 15, "the database again")
    wait_until(behind.is_ready, 10, "reports are taken")
    made = behind.report()["incident"]["id"]
    police = behind.partner("polsek-penajam")
    wait_until(lambda: police.about(made), 5, "the police's notice")
    refused = behind.api("GET", f"/v1/incidents/{made}")
    assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
    behind.door.open()
    wait_until(lambda: behind.api("GET", f"/v1/incidents/{made}").status_code == 200, 15, "an answer")
    assert count(behind, "what=app.database_up") == 2
