"""Several daemons on one database, no leader: what one dies of, the others finish. Leases of the dead are taken over at once, those of the
merely paused end by time; every deadline fires once in effect, every notice leaves at least once under one id.

How lateness is measured: a rung is due when its clock, as the database has it, runs out (the dispatch's notified_at plus its time to accept;
after a rung, that rung's event plus its pause), and it fired when the transaction of its event began. The test always leaves one daemon
alive and ready, so "a live daemon could" is: at once. What a rung may be late is therefore one look at the database by a survivor
(poll_ms, 1.2 s: until then nobody can know of the death) and the work itself; 2 s are promised.
"""
import concurrent.futures
import random
import re
import threading
import time

import pytest
import requests
from stack import DUTY_PHONE, POLICY_FAST, Answer, Hang, Stack, agency, wait_until

ACCEPT_S, AGAIN_S = 4, 4
LATE_AT_MOST_S = 2
INCIDENTS, DAEMONS = 2000, 3


def policy(folder):
    """The policy of seconds: an answer within 4 s, a reminder, 4 s later the officer on duty; then nothing for an hour."""
    text = POLICY_FAST.read_text()
    text = re.sub(r'"accept_within": \{[^}]*\}', f'"accept_within": "{ACCEPT_S}s"', text)
    text = re.sub(r'("standard": \{\s*"rungs": )\[[^\]]*\](,\s*"repeat": )"3s"',
                  rf'\1[{{ "to": "again", "wait": "{AGAIN_S}s" }}, {{ "to": "duty", "wait": "1h" }}]\2"1h"', text)
    path = folder / "policy.jsonc"
    path.write_text(text)
    return path


@pytest.fixture
def world(postgres, tmp_path):
    s = Stack(postgres, agencies=[agency("polsek-penajam", "police", "64.09.01")], policy=policy(tmp_path))
    for _ in range(DAEMONS - 1):
        s.start_another()
    yield s
    s.close()


class Deaths(threading.Thread):
    """kill -9 of one daemon after the other, as chance has it, each back after a while; one at least is alive and ready all the time."""

    def __init__(self, stack, seed):
        super().__init__(daemon=True)
        self.stack, self.chance = stack, random.Random(seed)
        self.over, self.count, self.failure = threading.Event(), 0, None

    def run(self):
        try:
            while not self.over.wait(self.chance.uniform(0.2, 0.8)):
                victim = self.chance.randrange(DAEMONS)
                self.stack.kill(victim)
                self.count += 1
                if self.chance.random() < 0.4:  # a second one goes as well
                    self.over.wait(self.chance.uniform(0, 1))
                    other = (victim + 1) % DAEMONS
                    self.stack.kill(other)
                    self.count += 1
                    self.over.wait(self.chance.uniform(0.2, 2))
                    self.stack.start(daemon=other)
                else:
                    self.over.wait(self.chance.uniform(0.2, 2))
                self.stack.start(daemon=victim)
        except BaseException as e:
            self.failure = e

    def end(self):
        self.over.set()
        self.join(60)
        assert self.failure is None, self.failure


def post(stack, n, chance):
    """A report to any daemon; who gets no answer asks another one under the same key."""
    body = {"type": "abandoned_person", "urgency": "normal", "place": {"village_code": "64.09.01.1003"}}
    headers = {"Authorization": "Bearer " + stack.tokens["source"], "Idempotency-Key": f"report-{n}"}
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            r = requests.post(stack.daemons[chance.randrange(DAEMONS)].url + "/v1/reports", json=body, headers=headers, timeout=10)
        except requests.RequestException:
            continue
        if r.status_code == 201:
            return r.json()
        assert r.status_code == 503, r.text
    raise AssertionError(f"report {n} was never taken")


def lateness(stack):
    """For each rung that fired, seconds from when it was due to its event."""
    return [row["late"] for row in stack.sql(
        """select extract(epoch from e.at - coalesce(before.at + %s * interval '1 s', d.notified_at + d.accept_s * interval '1 s'))::float8 as late
        from event e
        join dispatch d on d.id = (e.data ->> 'dispatch')::uuid
        left join event before on before.incident_id = e.incident_id and before.kind = 'escalated'
            and before.data ->> 'dispatch' = e.data ->> 'dispatch' and before.number < e.number
        where e.kind = 'escalated' order by 1""", AGAIN_S)]


def test_three_daemons_lose_nothing_and_do_nothing_twice_while_they_are_killed(world):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    deaths = Deaths(world, seed)
    deaths.start()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda n: post(world, n, random.Random(seed + n)), range(INCIDENTS)))
    rungs = "select count(*) from event where kind = 'escalated'"
    wait_until(lambda: world.value(rungs) >= 2 * INCIDENTS, 45, "every ladder climbs twice")
    deaths.end()
    assert deaths.count >= 5
    assert [d for d in world.daemons if "daemons.took_over" in d.log.read_text()], "nobody was ever taken over from"

    # every report has its dispatch, told to its source whichever daemon answered
    assert world.value("select count(*) from report") == world.value("select count(*) from incident") == INCIDENTS
    assert {d["id"] for m in made for d in m["dispatches"]} == {str(r["id"]) for r in world.sql("select id from dispatch")}
    assert world.value("select count(*) from dispatch") == INCIDENTS
    # each rung of each dispatch fired exactly once, not early, not late
    assert world.sql("select data ->> 'dispatch', data ->> 'clock', data ->> 'step' from event where kind = 'escalated' "
                     "group by 1, 2, 3 having count(*) > 1") == []
    assert world.value(rungs) == 2 * INCIDENTS
    late = lateness(world)
    print(f"deaths {deaths.count}, lateness p50 {late[len(late) // 2]:.3f} s, p99 {late[len(late) * 99 // 100]:.3f} s, max {late[-1]:.3f} s")
    assert late[0] >= 0, "a rung fired early"
    assert late[-1] <= LATE_AT_MOST_S

    # every notice arrived, under its id: what arrived more than once is the same notice
    wait_until(lambda: world.value("select count(*) from outbox") == 0, 45, "an empty outbox")
    got = [c.id for c in world.partner("polsek-penajam").calls]
    told = [re.search(r"[?&]ref=([0-9a-f-]{36})", m["dlr-url"]).group(1) for m in world.sms.to(DUTY_PHONE)]
    notices = {str(r["id"]) for r in world.sql("select id from notice")}
    assert set(got) | set(told) == notices and len(notices) == 3 * INCIDENTS
    bodies = {}
    for call in world.partner("polsek-penajam").calls:
        assert bodies.setdefault(call.id, call.json["data"]["notice"]) == call.id
    print(f"notices {len(notices)}, arrived {len(got) + len(told)} times")
    assert world.sql("select * from dead_notice") == []
    assert world.doctor() == []
    world.ctl("doctor")
    world.ctl("audit", "verify")


def leases(stack, daemon):
    """Notices leased by the daemon with that registration."""
    return stack.value("select count(*) from outbox where owner = %s and due_at > now()", daemon)


def owners(stack):
    return [str(r["owner"]) for r in stack.sql("select owner from daemon order by started_at")]


@pytest.fixture
def two(postgres):
    """Two daemons; what hangs at a partner is given up after 4 s, leases last much longer."""
    s = Stack(postgres, conf={"delivery": {"total_ms": 4000, "lease_s": 60, "slots_per_contact": 2}})
    s.start_another()
    yield s
    s.close()


def hanging(stack):
    """Three reports taken by the first daemon; their notices to the police are in its hands, leased. Owner and notices."""
    police = stack.partner("polsek-penajam")
    first = owners(stack)[0]
    police.will(Hang(), Hang())
    made = [stack.report() for _ in range(3)]
    wait_until(lambda: len(police.calls) == 2 and leases(stack, first) == 3, 5, "three leases")
    return first, {str(r["id"]) for m in made for r in stack.sql(
        "select n.id from notice n join dispatch d on d.id = n.dispatch_id where n.incident_id = %s and d.agency = 'polsek-penajam'",
        m["incident"]["id"])}


def test_the_leases_of_a_dead_daemon_are_taken_over_at_once(two):
    police = two.partner("polsek-penajam")
    first, notices = hanging(two)
    two.sql("update deadline set owner = %s, due_at = now() + interval '20 s', set_for = now()", first)
    two.kill(0)
    dead = time.time()
    wait_until(lambda: {c.id for c in police.calls if c.at > dead} >= notices, 5, "the other daemon sends what the dead one had leased")
    assert max(c.at for c in police.calls if c.id in notices) - dead < 3
    # its deadlines came due as well and have fired: each dispatch was overdue
    wait_until(lambda: two.value("select count(distinct data ->> 'dispatch') from event where kind = 'escalated'") == 6, 5, "its deadlines fire")
    wait_until(lambda: owners(two) != [] and first not in owners(two), 5, "its registration is gone")
    assert two.metric("sigap_daemons_taken_over_total", daemon=1) == 1
    assert "daemons.took_over daemons=1" in two.daemons[1].log.read_text()
    # it comes back and is one of them again
    two.start()
    wait_until(lambda: first in owners(two), 5, "it is registered again")
    assert "daemons.took_over" not in two.log.read_text()


def test_nobody_takes_over_from_a_daemon_that_is_only_paused(two):
    first, _ = hanging(two)
    two.pause()
    looks = two.metric("sigap_daemons_taken_over_total", daemon=1)
    time_at = time.monotonic()
    wait_until(lambda: time.monotonic() - time_at > 3.5, 10, "three looks of the other daemon")
    assert looks == two.metric("sigap_daemons_taken_over_total", daemon=1) == 0
    assert leases(two, first) == 3 and first in owners(two)
    two.go_on()


def test_nobody_takes_over_from_a_daemon_that_ends_in_order(two):
    first, second = owners(two)
    two.stop()
    assert owners(two) == [second]
    assert two.metric("sigap_daemons_taken_over_total", daemon=1) == 0


def test_a_daemon_whose_lock_is_held_by_its_old_session_works_and_takes_it_when_it_can(postgres):
    s = Stack(postgres)
    try:
        (mine,) = s.sql("select owner, lock_key from daemon")
        s.stop()
        held = "select count(*) from pg_locks where locktype = 'advisory' and objid::bigint = %s & 4294967295 and pid <> pg_backend_pid()"
        s.sql("select pg_advisory_lock(%s)", mine["lock_key"])
        s.start()
        s.report()
        wait_until(lambda: "daemons.lock_is_held" in s.log.read_text(), 5, "it says so")
        assert s.value(held, mine["lock_key"]) == 0
        s.sql("select pg_advisory_unlock(%s)", mine["lock_key"])
        wait_until(lambda: s.value(held, mine["lock_key"]) == 1, 5, "it holds its lock")
        assert s.log.read_text().count("daemons.lock_is_held") == 1
    finally:
        s.close()


def test_what_was_answered_elsewhere_while_a_claim_was_under_way_does_not_leave(two):
    """The claim of a retry takes a second and a half; it began before the answer, so what it brings says nothing of it."""
    police = two.partner("polsek-penajam")
    police.default = Answer(500)
    two.sql("create function linger() returns trigger language plpgsql as 'begin if new.attempt > old.attempt then perform pg_sleep(1.5); end if; return new; end'")
    try:
        made = two.report()
        dispatch = next(d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam")
        notice = two.value("select id from notice where dispatch_id = %s", dispatch)
        wait_until(lambda: police.about(made["incident"]["id"]), 10, "a first attempt")
        two.sql(f"create trigger linger before update on outbox for each row when (new.notice_id = '{notice}') execute function linger()")
        wait_until(lambda: two.sql("select 1 from pg_stat_activity where wait_event = 'PgSleep' and datname = current_database()"), 20, "a claim under way")
        sent = len(police.about(made["incident"]["id"]))
        two.sql("update dispatch set state = 'accepted', accepted_at = clock_timestamp(), answered_at = clock_timestamp() where id = %s", dispatch)
        wait_until(lambda: two.sql("select 1 from attempt where notice_id = %s and outcome = 'void'", notice), 20, "the notice is void")
        assert len(police.about(made["incident"]["id"])) == sent
    finally:
        two.sql("drop function linger cascade")
        police.default = Answer(200)


def test_a_daemon_whose_session_was_closed_while_it_was_paused_drops_what_it_held(two):
    police = two.partner("polsek-penajam")
    first, notices = hanging(two)
    two.pause()
    paused = time.time()
    two.sql("select pg_terminate_backend(l.pid) from pg_locks l join daemon d on d.owner = %s "
            "and l.objid::bigint = d.lock_key & 4294967295 where l.locktype = 'advisory'", first)
    wait_until(lambda: {c.id for c in police.calls if c.at > paused} == notices, 5, "the other daemon sends what it had leased")
    wait_until(lambda: first not in owners(two), 5, "its registration is gone")
    sent = len(police.calls)
    two.go_on()
    wait_until(lambda: "daemons.was_taken_over" in two.log.read_text() and first in owners(two), 10, "it registers again")
    wait_until(lambda: two.is_ready(), 10, "ready")
    assert "what=daemons.was_taken_over dropped=3" in two.log.read_text()  # two under way and one that waited
    new = two.report()["incident"]["id"]
    wait_until(lambda: police.about(new), 10, "the new notice leaves, when what hung has been given up")
    assert len(police.calls) == sent + 1
    assert two.value("select count(*) from attempt a join notice n on n.id = a.notice_id where n.kind = 'dispatch.created' and n.incident_id <> %s "
                     "and a.outcome = 'ok'", new) == 6, "nothing was lost"
