"""What delivery reports together say is said twice, in C (daemon/core/delivery.c) for whoever decides and in SQL (notice_delivery) for whoever reads: both say the same, and
neither cares for the order."""
import random
import subprocess
import uuid

import pytest
from stack import BUILD, Stack

SEED, NOTICES = 20261122, 3000
STATES = ["queued", "sent", "delivered", "failed"]


@pytest.fixture(scope="module")
def world(postgres):
    s = Stack(postgres, started=False)
    yield s
    s.close()


def draw(r):
    """(parts that we sent or 0, [(state, part, parts)])"""
    total = r.randrange(1, 5)
    reports = [(r.choice(STATES), r.randrange(0, total + 1), r.choice([0, total, total, r.randrange(1, 5)])) for _ in range(r.randrange(0, 9))]
    if r.random() < 0.3:
        reports += [("delivered", part, total) for part in range(1, total + 1)]
    return r.choice([0, total, total]), reports


def in_c(cases):
    lines = "".join(" ".join([str(sent), *(f"{s}:{p}:{n}" for s, p, n in reports)]) + "\n" for sent, reports in cases)
    said = subprocess.run([BUILD / "delivery_now"], input=lines, check=True, capture_output=True, text=True).stdout.split()
    return [None if word == "none" else word for word in said]


def in_sql(stack, cases):
    ids = [str(uuid.uuid4()) for _ in cases]
    attempts = [(i, sent or None) for i, (sent, _) in zip(ids, cases)]
    reports = [(i, *report) for i, (_, list_) in zip(ids, cases) for report in list_]
    stack.sql("insert into attempt (notice_id, number, outcome, status, detail, ms, parts) select n::uuid, 1, 'ok', 200, '', 1, p from unnest(%s::text[], %s::int[]) as x(n, p)",
              [a[0] for a in attempts], [a[1] for a in attempts])
    stack.sql("insert into delivery_report (notice_id, state, detail, part, parts) select n::uuid, s, '', nullif(p, 0), nullif(t, 0) "
              "from unnest(%s::text[], %s::text[], %s::int[], %s::int[]) as x(n, s, p, t)", *[[r[k] for r in reports] for k in range(4)])
    return [row["said"] for row in stack.sql("select notice_delivery(n::uuid) as said from unnest(%s::text[]) with ordinality as x(n, o) order by o", ids)]


def test_c_and_sql_say_the_same_in_any_order(world):
    r = random.Random(SEED)
    cases = [draw(r) for _ in range(NOTICES)]
    shuffled = [(sent, r.sample(reports * 2, len(reports) * 2)) for sent, reports in cases]
    said = in_c(cases)
    for case, one, two, three in zip(cases, said, in_c(shuffled), in_sql(world, cases)):
        assert one == two == three, case
    assert all(said.count(state) > 50 for state in [None, *STATES]), {s: said.count(s) for s in [None, *STATES]}
