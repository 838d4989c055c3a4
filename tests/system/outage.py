"""What the tests of outages share: a PostgreSQL of their own that goes away, the daemon's spool, what partners heard."""
import contextlib
import sqlite3

import openapi
import pytest
import requests
import stack as harness
from stack import AGENCIES, POLICY, Stack, agency, wait_until

SPOOL = {"daemon": {"spool": "spool.db"}, "clocks": {"poll_ms": 200}}
OFFICE, CITIZEN = "+6281270000055", "+6281250000%03d"
NUMBERS = 256  # that are put aside
WITH_PHONE = [agency("kelurahan-petung", "village_office", "64.09.01.1003", [{"channel": "webhook"}, {"channel": "sms", "phone": OFFICE}]),
              *[a for a in AGENCIES if a["slug"] != "kelurahan-petung"]]
API = openapi.Description()
BODY = "ditemukan mayat tanpa identitas di pantai kelurahan Petung"


@pytest.fixture(scope="module")
def server():
    """Its own PostgreSQL: it goes away."""
    s = harness.Postgres()
    yield s
    s.close()


@pytest.fixture
def make(server):
    made = []

    def make(conf=SPOOL, **how):
        if server.process is None:
            server.start()
        made.append(Stack(server, agencies=WITH_PHONE, conf=conf, **{"policy": POLICY, **how}))
        return made[-1]

    yield make
    if server.process is None:
        server.start()
    for s in made:
        s.close()


@pytest.fixture
def world(make):
    return make()


def leave(world):
    """The database goes, when the daemon has taken its first numbers of reports; until it has seen that."""
    wait_until(lambda: world.value("select is_called from report_number"), 10, "numbers")
    world.connection.close()
    world.postgres.stop()
    wait_until(lambda: world.metric("sigap_database_up") == 0, 20, "the outage is seen")


def come_back(world):
    world.postgres.start()
    world.connect()
    wait_until(world.is_ready, 30, "ready again")
    wait_until(lambda: waiting(world) == 0, 20, "an empty spool")


def waiting(world):
    return sum(world.metric(f'sigap_spool_waiting{{kind="{kind}"}}') for kind in ("report", "message"))


def spooled(r):
    assert API.check_answer("POST", "/v1/reports", r) == "202", r.text
    assert set(r.json()) == {"id", "number", "state"}
    assert r.headers["Location"] == f"/v1/reports/{r.json()['id']}"
    return r.json()


def told(partner, number):
    return [c for c in list(partner.calls) if c.json["data"]["incident"]["number"] == number]


def attempts(world, incident):
    return {(n["agency"], n["channel"]): [a["outcome"] for a in n["attempts"]] for n in world.incident(incident)["notices"] if n["agency"]}


def statuses(partner, number):
    return [c.answer.status for c in told(partner, number)]


def start_without_database(world):
    world.start(ready=False)
    wait_until(lambda: answers_degraded(world), 20, "it takes reports")


def answers_degraded(world):
    with contextlib.suppress(requests.ConnectionError):
        r = requests.get(world.url + "/readyz", timeout=5)
        return r.status_code == 200 and r.json()["status"] == "degraded"
    return False


def spool_file(world, *statements):
    """The daemon is away: its file is ours."""
    with contextlib.closing(sqlite3.connect(world.folder / "spool.db")) as c, c:
        return [c.execute(s).fetchall() for s in statements]
