"""Promise: who listens hears of every change of every incident in the area within a second, whichever daemon made it; whoever was away hears the rest when back, without a gap;
and nobody who is slow, gone or no longer allowed holds anybody up."""
import contextlib
import datetime
import json
import threading
import time

import openapi
import psycopg2
import pytest
from listener import Listener
from stack import Stack, wait_until
from test_login import add_user, login

API = openapi.Description()
ROW = {"$ref": "#/components/schemas/BoardRow"}


def board(stack, daemon=0):
    return stack.api("GET", "/v1/board", daemon=daemon).json()


def note(stack, made, daemon=0, text="Keluarga sudah dihubungi"):
    r = stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "note", "note": text}, daemon=daemon)
    assert r.status_code == 200, r.text
    return r.json()


def history(stack):
    """What every listener should know in the end."""
    return {(str(e["incident_id"]), e["number"]) for e in stack.sql("select incident_id, number from event")}


@contextlib.contextmanager
def listening(stack, **how):
    with Listener(stack, **how) as l:
        wait_until(lambda: l.hello is not None, 5, "hello")
        yield l


@pytest.fixture
def own(postgres):
    """A stack for a test that ends daemons."""
    s = Stack(postgres)
    yield s
    s.close()


def test_whatever_happens_is_told_within_a_second_with_the_row(stack):
    with listening(stack) as l:
        assert l.hello["resumed"] is False and "text/event-stream" in l.head and "X-Accel-Buffering: no" in l.head and "no-store" in l.head
        begun = time.time()
        made = stack.report()
        id = made["incident"]["id"]
        (first,) = [wait_until(lambda: l.incidents(id), 2, "the report")[0]]
        assert l.of("incident")[0]["at"] - begun < 1
        assert first["event"]["kind"] == "opened" and first["event"]["number"] == 1
        police = next(d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam")
        for number, event in enumerate(("seen", "accept", "en_route"), 2):
            begun = time.time()
            assert stack.answer(police, event).status_code == 200
            wait_until(lambda: (id, number) in l.keys(id), 1, event)
            told = next(d for d in l.incidents(id) if d["event"]["number"] == number)
            assert told["event"]["kind"] == event and told["event"]["actor"] == "coordinator:coordinator"
            assert next(d for d in told["incident"]["dispatches"] if d["id"] == police)["state"] in ("seen", "accepted", "en_route")
        stack.api("POST", f"/v1/incidents/{id}/events", json={"event": "cancel", "reason": "Salah alamat"})
        wait_until(lambda: [d for d in l.incidents(id) if d["incident"]["state"] == "cancelled"], 1, "the end")
        for told in l.incidents():
            assert API.faults(ROW, told["incident"], API.closed) == [] and set(told["event"]) == {"number", "kind", "actor", "at"}


def test_the_row_is_that_of_the_board(stack):
    with listening(stack) as l:
        made = stack.report(urgency="high")
        id = made["incident"]["id"]
        wait_until(lambda: all(d["delivered_at"] for d in (l.incidents(id) or [{"incident": {"dispatches": [{"delivered_at": None}]}}])[-1]["incident"]["dispatches"]),
                   5, "every agency's server has it, which no event tells")
        shown = next(i for i in board(stack)["incidents"] if i["id"] == id)
        assert l.incidents(id)[-1]["incident"] == shown


def test_a_suggested_duplicate_shows_though_it_is_no_event(stack):
    text = "ditemukan mayat tanpa identitas di bengkel las pak joko, pakai jaket kulit hitam"
    with listening(stack) as l:
        one, two = (stack.report(kind="unclaimed_body", text=text)["incident"]["id"] for _ in range(2))
        for id in (one, two):
            wait_until(lambda: [d for d in l.incidents(id) if d["incident"]["suggestions"] == 1], 5, "the suggestion")


def test_nothing_is_told_twice_in_one_stream_but_what_changed_beside_the_events(stack):
    with listening(stack) as l:
        made = stack.report()
        id = made["incident"]["id"]
        wait_until(lambda: l.incidents(id) and all(d["delivered_at"] for d in l.incidents(id)[-1]["incident"]["dispatches"]), 10, "delivered, as the row tells")
        before = len(l.incidents())
        for _ in range(5):
            note(stack, made)
        wait_until(lambda: len(l.keys(id)) == 6, 5, "six events")
        told = len(l.messages)
        wait_until(lambda: len(l.of("tick")) > 1 and l.messages[-1]["event"] == "tick" and len(l.messages) > told, 11, "a tick, after many looks")
        assert len(l.incidents()) == before + 5


def test_a_tick_comes_every_few_seconds_and_moves_the_cursor(stack):
    with listening(stack) as l:
        wait_until(lambda: len(l.of("tick")) >= 2, 21, "two ticks")
        one, two = l.of("tick")[:2]
        assert two["at"] - one["at"] < 10 and one["id"] < two["id"] and "database" not in one["data"]
        now = datetime.datetime.fromisoformat(two["data"]["now"].replace("Z", "+00:00")).timestamp()
        assert abs(now - two["at"]) < 5


def test_who_comes_back_hears_what_was_missed(stack):
    with listening(stack) as l:
        made = stack.report()
        wait_until(lambda: l.incidents(made["incident"]["id"]), 2, "the report")
        cursor = l.last_id
    for _ in range(3):
        note(stack, made)
    missed = stack.report(village="64.09.04.2001")
    for how in ({"cursor": cursor}, {"query": f"?cursor={cursor}"}):
        with listening(stack, **how) as l:
            assert l.hello["resumed"] is True
            wait_until(lambda: len(l.keys(made["incident"]["id"])) == 4 and l.keys(missed["incident"]["id"]), 2, "what was missed")
            assert not l.of("reset")


def test_the_board_and_the_stream_leave_no_gap(stack):
    shown = board(stack)
    made = stack.report()
    with listening(stack, cursor=shown["cursor"]) as l:
        wait_until(lambda: l.incidents(made["incident"]["id"]), 2, "what came between")


@pytest.mark.parametrize("cursor", ["x", "-1", "0" * 16, "7" + "f" * 15, "000644267E3BA780", "0" * 15, "%00"])
def test_a_cursor_that_is_none_or_too_old_resets(stack, cursor):
    with listening(stack, cursor=cursor) as l:
        assert l.hello["resumed"] is False
        wait_until(lambda: l.of("reset"), 2, "reset")
        assert [m["event"] for m in l.messages][:2] == ["hello", "reset"]
        made = stack.report()
        wait_until(lambda: l.incidents(made["incident"]["id"]), 2, "the stream goes on")


def test_more_than_can_be_told_piece_by_piece_resets(stack):
    cursor = board(stack)["cursor"]
    stack.sql("""with n as (select gen_random_uuid() as i, g from generate_series(1, 400) g), made as (
            insert into incident (id, number, state, version, head, type, urgency, region, summary)
            select i, 800000 + g, 'closed', 1, '', 'other_social', 'normal', '64.09.01.1003', '' from n)
        insert into event (incident_id, number, at, actor, kind, data, hash) select i, 1, now(), 'test', 'opened', '{}', '' from n""")
    with listening(stack, cursor=cursor) as l:
        wait_until(lambda: l.of("reset"), 5, "reset")
        assert len(l.incidents()) == 0


EVENTS = "insert into event (incident_id, number, at, actor, kind, data, hash) select %s, g, now() - %s * interval '1 s', 'test', 'note', '{}', '' from generate_series(1000, %s) g"


def test_more_than_a_board_at_once_resets_instead_of_being_cut_off(stack):
    made = stack.report(text="panjang " * 200)
    cursor = board(stack)["cursor"]
    with listening(stack) as l:
        stack.sql("update incident set summary = repeat('x', 20000) where id = %s", made["incident"]["id"])
        stack.sql(EVENTS, made["incident"]["id"], 0, 1500)
        wait_until(lambda: l.of("reset"), 5, "reset")
        with listening(stack, cursor=cursor) as back:
            wait_until(lambda: back.of("reset"), 5, "reset")
            assert not back.keys() and [m["event"] for m in back.messages][0] == "hello"
            note(stack, stack.report())
            for one in (l, back):
                wait_until(lambda: [d for d in one.incidents() if d["event"]["kind"] == "note" and d["event"]["number"] == 2], 3, "the stream goes on")


def test_who_comes_back_to_more_than_can_be_read_resets_nobody_else(stack):
    made = stack.report()
    stack.sql(EVENTS, made["incident"]["id"], 1800, 51500)
    with listening(stack) as l:
        before = f"{int((time.time() - 2400) * 1000000):016x}"
        with listening(stack, cursor=before) as back:
            wait_until(lambda: back.of("reset"), 20, "reset")
            note(stack, made)
            for one in (l, back):
                wait_until(lambda: (made["incident"]["id"], 2) in one.keys(), 5, "the stream goes on")
        assert not l.of("reset")


def test_a_scope_hears_of_its_own_area_only(stack):
    stack.add_token("penajam-live", "coordinator", scope="64.09.01")
    stack.rules_changed()
    with listening(stack, token="penajam-live") as l, listening(stack) as all:
        mine, other, wide = (stack.report(village=v)["incident"]["id"] for v in ("64.09.01.1003", "64.09.04.2001", "64.09"))
        wait_until(lambda: all.keys(mine) and all.keys(other) and all.keys(wide), 2, "all of them")
        wait_until(lambda: l.keys(mine) and l.keys(wide), 2, "its own and what concerns all")
        stack.api("POST", f"/v1/incidents/{mine}/events", json={"event": "triage", "place": {"village_code": "64.09.04.2001"}})
        wait_until(lambda: (mine, 2) in all.keys(), 2, "it moved away")
        wait_until(lambda: l.of("reset"), 2, "its board shows what is not there any more")
        assert not l.keys(other) and (mine, 2) not in l.keys()


def test_who_may_not_listen(stack):
    for token, status in ((None, 401), ("source", 403), ("polsek-penajam", 403)):
        assert stack.api("GET", "/v1/stream", token).status_code == status
    head = stack.api("HEAD", "/v1/stream")
    assert head.status_code == 200 and head.headers["Content-Type"] == "text/event-stream"


def test_a_token_that_is_revoked_or_expired_ends_its_stream_within_a_minute(stack):
    for name in ("revoked", "expires", "narrowed", "stays"):
        stack.add_token(name, "coordinator")
    stack.sql("update token set expires_at = now() + interval '6 s' where name = 'expires'")
    stack.rules_changed()
    with contextlib.ExitStack() as all:
        *gone, stays = [all.enter_context(listening(stack, token=name)) for name in ("revoked", "expires", "narrowed", "stays")]
        stack.sql("update token set revoked_at = now() where name = 'revoked'")
        stack.sql("update token set scope = '64.09.01' where name = 'narrowed'")
        wait_until(lambda: [l.ended for l in gone] == [True] * 3, 60, "their end")
        made = stack.report()
        wait_until(lambda: stays.incidents(made["incident"]["id"]), 2, "the other one goes on")


def test_a_session_that_has_ended_ends_its_stream_within_a_minute(own):
    add_user(own, "ani")
    one, two = login(own, "ani"), login(own, "ani")
    with listening(own, token=None, headers={"Cookie": one.cookie}) as ended, listening(own, token=None, headers={"Cookie": two.cookie}) as stays:
        made = own.report()
        for l in (ended, stays):
            wait_until(lambda: l.incidents(made["incident"]["id"]), 2, "a session hears like a token")
        assert one.post("/v1/session/end").status_code == 204
        wait_until(lambda: ended.ended, 60, "the stream's end")
        note(own, made)
        wait_until(lambda: len(stays.keys()) == 2, 2, "the other one goes on")


def test_another_daemons_commits_are_told_within_a_second(own):
    other = own.start_another()
    with listening(own) as l:
        begun = time.time()
        made = own.report(daemon=other)
        wait_until(lambda: l.incidents(made["incident"]["id"]), 1.5, "the other daemon's report")
        assert l.of("incident")[0]["at"] - begun < 1
        note(own, made, daemon=other)
        wait_until(lambda: len(l.keys(made["incident"]["id"])) == 2, 1, "its note")


class Writers:
    """Several at once write as fast as they are answered, through whichever daemon lives."""

    def __init__(self, stack, daemons, n=4):
        self.stack, self.daemons, self.stopping = stack, daemons, threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(i,), daemon=True) for i in range(n)]
        for t in self.threads:
            t.start()

    def write(self, i):
        while not self.stopping.is_set():
            with contextlib.suppress(Exception):  # a daemon that is killed
                daemon = self.daemons[i % len(self.daemons)]
                r = self.stack.post_report(village="64.09.01.1003", daemon=daemon)
                for _ in range(25 if r.status_code == 201 else 0):  # many events of few incidents: else who comes back is told to load the board
                    note(self.stack, r.json(), daemon=daemon)

    def stop(self):
        self.stopping.set()
        for t in self.threads:
            t.join(30)


def test_kill_9_and_restarts_leave_no_gap_while_several_write(own):
    other = own.start_another()
    writers = Writers(own, [0, other])
    told, cursor = set(), board(own)["cursor"]
    before = history(own)
    try:
        for how in ("kill", "stop", "leave", "kill"):
            l = Listener(own, cursor=cursor)
            wait_until(lambda: len(l.keys() - told) > 20, 20, "some of it")
            if how == "kill":
                own.kill()
                own.start()
            elif how == "stop":
                own.restart()
            l.close()
            told |= l.keys()
            cursor = l.last_id
            assert not l.of("reset")
    finally:
        writers.stop()
    with listening(own, cursor=cursor) as l:
        assert l.hello["resumed"]
        wait_until(lambda: history(own) <= before | told | l.keys(), 10, "every event that was ever written")


def test_a_transaction_that_commits_late_is_told(own):
    """Its events bear the time of its beginning, and others have been told meanwhile."""
    with listening(own) as l:
        made = own.report()
        wait_until(lambda: l.incidents(made["incident"]["id"]), 2, "the report")
        late = own.report(village="64.09.04.2001")["incident"]["id"]
        wait_until(lambda: l.keys(late), 2, "the other report")
        with contextlib.closing(psycopg2.connect(own.postgres.dsn(own.database))) as c:
            cursor = c.cursor()
            cursor.execute("insert into event (incident_id, number, at, actor, kind, data, hash) values (%s, 2, now(), 'late', 'note', '{}', '')", (late,))
            begun = time.monotonic()
            while time.monotonic() - begun < 6:
                count = len(l.keys(made["incident"]["id"]))
                note(own, made)
                wait_until(lambda: len(l.keys(made["incident"]["id"])) > count, 2, "a note meanwhile")
            c.commit()
        wait_until(lambda: (late, 2) in l.keys(), 3, "what was committed late")
    own.sql("delete from event where actor = 'late'")


def test_a_slow_consumer_is_cut_and_goes_on_without_a_gap(own):
    made = own.report()
    cursor = board(own)["cursor"]
    slow = Listener(own, cursor=cursor, reads=False, buffer=4096)
    with listening(own, cursor=cursor) as l:
        wait_until(lambda: own.metric("sigap_http_streams") == 2, 5, "two streams")
        while own.metric("sigap_http_streams_cut_total") == 0:
            for _ in range(20):
                note(own, made, text="x" * 1500)
            assert len(l.keys()) < 3000
        wait_until(lambda: own.metric("sigap_http_streams") == 1, 5, "one stream")
        slow.go_on()
        wait_until(lambda: slow.ended, 10, "the cut")
        wait_until(lambda: history(own) <= l.keys(), 5, "the other one has everything")
        assert not slow.keys() >= history(own)
        with listening(own, cursor=slow.last_id) as again:
            assert again.hello["resumed"]
            wait_until(lambda: history(own) <= slow.keys() | again.keys(), 10, "all of it")
        slow.close()


def test_the_database_away_is_said_and_nothing_is_missed(own):
    made = own.report()
    with listening(own) as l:
        own.postgres.stop()
        wait_until(lambda: [m for m in l.of("tick") if m["data"].get("database") == "away"], 12, "a tick that says it")
        with listening(own, cursor=l.last_id) as late:
            assert late.hello["database"] == "away"
            own.postgres.start()
            own.connect()
            wait_until(lambda: own.is_ready(), 20, "ready again")
            note(own, made)
            for one in (l, late):
                wait_until(lambda: (made["incident"]["id"], 2) in one.keys(), 5, "what happened afterwards")
                wait_until(lambda: "database" not in one.of("tick")[-1]["data"], 12, "all is well again")


def test_who_joins_while_the_database_is_away_hears_what_happens_from_then_on(own):
    made = own.report()
    own.postgres.stop()
    wait_until(lambda: not own.is_ready() or own.metric("sigap_database_up") == 0, 10, "it is away")
    with listening(own) as l:
        assert l.hello["database"] == "away"
        own.pause()
        own.postgres.start()
        own.connect()
        own.sql("insert into event (incident_id, number, at, actor, kind, data, hash) values (%s, 2, now(), 'elsewhere', 'note', '{}', '')", made["incident"]["id"])
        own.go_on()
        wait_until(lambda: (made["incident"]["id"], 2) in l.keys(), 10, "what was written before the first look")


def test_sigterm_ends_streams_in_order(own):
    listeners = [Listener(own) for _ in range(5)]
    wait_until(lambda: all(l.hello for l in listeners), 5, "hello")
    begun = time.monotonic()
    own.stop()
    assert time.monotonic() - begun < 4, "it did not wait for its listeners"
    wait_until(lambda: all(l.ended for l in listeners), 5, "their end")
    own.start()
    for l in listeners:
        l.close()


def test_two_hundred_listen_at_once_and_the_next_is_told_to_come_later(own):
    with contextlib.ExitStack() as all:
        listeners = [all.enter_context(Listener(own)) for _ in range(200)]
        wait_until(lambda: all_greeted(listeners), 15, "hello")
        refused = own.api("GET", "/v1/stream")
        assert refused.status_code == 503 and int(refused.headers["Retry-After"]) > 0
        begun = time.time()
        made = own.report()
        wait_until(lambda: all_know(listeners, made), 5, "the report, everywhere")
        slowest = max(next(m for m in l.of("incident"))["at"] for l in listeners)
        print(f"200 listeners: the last one knew after {slowest - begun:.3f} s")
        assert slowest - begun < 2
        assert own.metric("sigap_http_streams") == 200
    wait_until(lambda: own.metric("sigap_http_streams") == 0, 10, "nobody listens")


def all_greeted(listeners):
    return all(l.hello for l in listeners)


def all_know(listeners, made):
    return all(l.incidents(made["incident"]["id"]) for l in listeners)


def test_while_nobody_listens_the_database_is_not_asked(own):
    def asked():
        """When the last look was."""
        return own.value("select max(query_start) from pg_stat_activity where query like '-- What happened lately%%' or query like '-- The rows of the board%%'")

    with listening(own):
        begun = wait_until(asked, 2, "a look")
        wait_until(lambda: asked() > begun, 2, "another one")

    def quiet():
        last, made = asked(), own.report()
        for _ in range(5):
            note(own, made)
        return asked() == last

    wait_until(lambda: own.metric("sigap_http_streams") == 0, 5, "nobody listens")
    wait_until(quiet, 5, "no look any more, whatever is committed")
