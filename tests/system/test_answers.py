"""One history: whoever answers at the same moment, all see one serial order; the loser is told the state; what was written stays."""
import contextlib
import json
import random
import subprocess
import threading

import psycopg2
import psycopg2.errors
import pytest
import requests

import openapi
import stack as harness
from stack import wait_until

API = openapi.Description()
CLIENTS = 8
OPEN = ("notified", "seen", "accepted", "en_route", "on_scene")
ENDS = ("closed", "cancelled")
# the state an answer leads to, whatever the state before
LEADS_TO = {"seen": "seen", "accept": "accepted", "decline": "declined", "en_route": "en_route", "on_scene": "on_scene",
            "complete": "completed"}


def together(works):
    """Runs the functions at the same moment in a thread each; their results."""
    start, results, faults = threading.Barrier(len(works)), [None] * len(works), []

    def run(i):
        try:
            start.wait(10)
            results[i] = works[i]()
        except Exception as e:  # shown by the test's own thread
            faults.append(e)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(works))]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert faults == []
    return results


def fold(events):
    """What the events of an incident say: (states of dispatches, their versions, every (dispatch, version) -> state, state of the
    incident, states it had by number). Written from the description of the API, not from the daemon's tables."""
    states, versions, history, incident, course = {}, {}, {}, None, {}

    def put(dispatch, state):
        states[dispatch] = state
        versions[dispatch] = versions.get(dispatch, 0) + 1
        history[dispatch, versions[dispatch]] = state

    for e in events:
        data = e["data"]
        if e["kind"] == "opened":
            incident = data["state"]
            for d in data["dispatches"]:
                put(d["id"], "notified")
        elif e["kind"] in LEADS_TO:
            assert states[data["dispatch"]] == data["from"], f"event {e['number']} follows a state that was not"
            assert data["to"] == LEADS_TO[e["kind"]]
            put(data["dispatch"], data["to"])
            for d in data.get("relieved", []):
                put(d, "cancelled")
            if incident == "triaged" and data["to"] in ("accepted", "en_route", "on_scene"):
                incident = "in_progress"
        elif e["kind"] == "escalated":
            if "new_dispatch" in data:
                put(data["new_dispatch"], "notified")
        else:
            assert data["from"] == incident, f"event {e['number']} follows a state that was not"
            incident = data["to"]
            for d in data.get("plan", {}).get("dispatches", []):
                put(d["id"], "notified")
            if incident in ("closed", "cancelled", "merged"):
                for d in [d for d, s in states.items() if s in OPEN]:
                    put(d, "cancelled")
        course[e["number"]] = incident
    return states, versions, history, incident, course


def check_history(stack, incident):
    """Events 1, 2, 3 … and their fold is what the rows say. Read in one statement: the clock may be writing."""
    (row,) = stack.sql(
        "select state, version, "
        "(select json_agg(e order by e.number) from (select number, kind, data from event where incident_id = i.id) e) as events, "
        "(select json_agg(d) from (select id, state, version from dispatch where incident_id = i.id) d) as dispatches "
        "from incident i where id = %s", incident)
    events = row["events"]
    assert [e["number"] for e in events] == list(range(1, len(events) + 1))
    states, versions, history, state, course = fold(events)
    assert {d["id"]: d["state"] for d in row["dispatches"]} == states
    assert {d["id"]: d["version"] for d in row["dispatches"]} == versions
    assert (row["state"], row["version"]) == (state, len(events))
    assert stack.sql("select * from audit_fault") == []
    return events, history, course


def check_dispatch_answer(r, history, course):
    """An answer tells a state that was true: 200 the one it made or found, 409 the one that it lost to."""
    API.check_answer("POST", "/v1/dispatches/{id}/events", r)
    now = r.json() if r.status_code == 200 else r.json()["current"]
    assert history[now["id"], now["version"]] == now["state"], now
    assert course[now["incident"]["version"]] == now["incident"]["state"], now
    return now["id"], now["version"]


# ---- races ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_racing_answers_end_in_one_serial_history(stack, seed):
    made = stack.report(urgency="critical")
    incident, agencies = made["incident"]["id"], {d["id"]: d["agency"] for d in made["dispatches"]}
    assert len(agencies) >= 3

    def client(n):
        rng, answers = random.Random(seed * 100 + n), []
        known = {d: 1 for d in agencies}
        with requests.Session() as session:

            def post(path, token, body):
                return session.post(stack.url + path, json=body, timeout=30, headers={"Authorization": "Bearer " + stack.tokens[token]})

            for step in range(30):
                if n == 0 and step % 5 == 4:  # the coordinator does other things meanwhile
                    body = rng.choice([{"event": "note", "note": "Catatan"}, {"event": "dispatch", "agency": "bpbd-ppu"},
                                       {"event": "triage", "urgency": "high"}])
                    answers.append((None, body, post(f"/v1/incidents/{incident}/events", "coordinator", body)))
                    continue
                dispatch = rng.choice(list(agencies))
                # now and then from the start again: declined and completed ones take nothing more
                event = rng.choice(["seen", "accept", "accept", "en_route", "on_scene", "decline" if step > 20 else "seen",
                                    "complete" if step > 15 else "seen"])
                body = {"event": event} | ({"reason": "Tidak ada petugas"} if event == "decline" else {})
                if rng.random() < 0.4:
                    body["version"] = known[dispatch]
                r = post(f"/v1/dispatches/{dispatch}/events", rng.choice([agencies[dispatch], "coordinator"]), body)
                now = r.json() if r.status_code == 200 else r.json().get("current", {})
                known[dispatch] = now.get("version", 1)
                answers.append((dispatch, body, r))
        return answers

    answers = [a for some in together([lambda n=n: client(n) for n in range(CLIENTS)]) for a in some]
    soon = "select 1 from deadline where clock = 'replace' and due_at < now() + interval '1 minute'"
    wait_until(lambda: stack.sql(soon) == [], 10, "the replacement of those who declined")
    events, history, course = check_history(stack, incident)

    won, lost = set(), 0
    for dispatch, body, r in answers:
        if dispatch is None:
            assert r.status_code in (200, 422), r.text  # the agency has been told already
            continue
        assert r.status_code in (200, 409), (body, r.text)
        assert check_dispatch_answer(r, history, course)[0] == dispatch
        if r.status_code == 200:
            now = r.json()
            won.add((dispatch, now["version"]))
            # it is what was asked for, or further on: seen and accept are welcome when more than that is known
            assert now["state"] == LEADS_TO[body["event"]] or body["event"] in ("seen", "accept")
        else:
            lost += 1
            now = r.json()["current"]
            assert now["version"] != body.get("version", now["version"]) or now["state"] != LEADS_TO[body["event"]]
    assert lost > 10, "nobody lost: this was no race"
    # every event about an answer was somebody's 200, and nobody was told of an event that is not there
    written, version = set(), dict.fromkeys(agencies, 1)
    for e in events:
        if e["kind"] in LEADS_TO:
            version[e["data"]["dispatch"]] += 1
            written.add((e["data"]["dispatch"], version[e["data"]["dispatch"]]))
    assert written <= won and won - written <= {(d, 1) for d in agencies}
    assert stack.doctor() == []


def test_of_eight_answers_to_one_version_one_wins(stack):
    bodies = [{"event": "accept"}, {"event": "decline", "reason": "Tidak ada petugas"}, {"event": "en_route"}, {"event": "on_scene"}] * 2
    winners = set()
    for _ in range(8):
        made = stack.report()
        dispatch = made["dispatches"][0]["id"]
        answers = together([lambda b=b: stack.answer(dispatch, version=1, **b) for b in bodies])
        assert sorted(r.status_code for r in answers) == [200] + [409] * 7
        events, history, course = check_history(stack, made["incident"]["id"])
        (won,) = [(b, r) for b, r in zip(bodies, answers) if r.status_code == 200]
        winners.add(won[0]["event"])
        for r in answers:
            assert check_dispatch_answer(r, history, course)[0] == dispatch
            assert (r.json() if r.status_code == 200 else r.json()["current"])["version"] == 2
        assert history[dispatch, 2] == LEADS_TO[won[0]["event"]]
        assert [e["kind"] for e in events if e["kind"] in LEADS_TO] == [won[0]["event"]]
    assert len(winners) > 1, "always the same one: this was no race"


def test_the_same_answer_from_eight_at_once_is_one_event(stack):
    """A retried answer is welcome and changes nothing, also while the first is still under way."""
    made = stack.report()
    dispatch = made["dispatches"][0]["id"]
    answers = together([lambda: stack.answer(dispatch, "accept", token="polsek-penajam")] * CLIENTS)
    assert [r.status_code for r in answers] == [200] * CLIENTS
    assert {(r.json()["state"], r.json()["version"]) for r in answers} == {("accepted", 2)}
    events, _, _ = check_history(stack, made["incident"]["id"])
    assert [e["kind"] for e in events] == ["opened", "accept"]


def test_a_stand_down_racing_with_answers_is_before_or_after_each(stack):
    for round_ in range(5):
        made = stack.report(urgency="critical")
        incident, dispatches = made["incident"]["id"], [d["id"] for d in made["dispatches"]]
        works = [lambda d=d, e=e: stack.answer(d, e) for d in dispatches for e in ("accept", "on_scene")]
        works.append(lambda: stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "cancel", "reason": "Salah alamat"}))
        answers = together(works)
        events, history, course = check_history(stack, incident)
        assert answers[-1].status_code == 200
        for r in answers[:-1]:
            assert r.status_code in (200, 409)
            check_dispatch_answer(r, history, course)
        cancelled = next(e["number"] for e in events if e["kind"] == "cancel")
        assert not [e for e in events if e["number"] > cancelled and e["kind"] in LEADS_TO], "nothing is answered after the end"
        assert {r["state"] for r in stack.sql("select state from dispatch where incident_id = %s", incident)} == {"cancelled"}
        late = stack.answer(dispatches[0], "accept")
        assert late.status_code == 409 and late.json()["current"]["state"] == "cancelled"
    assert stack.doctor() == []


def test_of_two_coordinators_with_one_version_one_decides(stack):
    made = stack.report()
    path = f"/v1/incidents/{made['incident']['id']}/events"
    bodies = [{"event": "close", "disposition": "handled"}, {"event": "cancel", "reason": "Palsu"}, {"event": "note", "note": "x"},
              {"event": "triage", "urgency": "high"}] * 2
    tokens = ["coordinator", "admin"] * 4
    answers = together([lambda b=b, t=t: stack.api("POST", path, t, {**b, "version": 1}) for b, t in zip(bodies, tokens)])
    assert sorted(r.status_code for r in answers) == [200] + [409] * 7
    _, _, course = check_history(stack, made["incident"]["id"])
    for r in answers:
        API.check_answer("POST", "/v1/incidents/{id}/events", r)
        now = r.json() if r.status_code == 200 else r.json()["current"]
        assert now["version"] == 2 and course[2] == now["state"]


def test_an_answer_that_does_not_fit_is_told_what_would(stack):
    made = stack.report()
    dispatch = made["dispatches"][0]["id"]
    assert stack.answer(dispatch, "on_scene").status_code == 200
    r = stack.answer(dispatch, "en_route")
    assert r.status_code == 409
    assert "on_scene at version 2" in r.json()["detail"] and "possible now: complete" in r.json()["detail"]
    assert stack.answer(dispatch, "complete").status_code == 200
    assert stack.answer(dispatch, "accept").status_code == 409
    assert stack.answer(dispatch, "complete").json()["version"] == 3
    check_history(stack, made["incident"]["id"])


def test_only_an_answer_stops_the_clock(stack):
    made = stack.report()
    dispatch = made["dispatches"][0]["id"]

    def clock():
        return stack.sql("select clock, step, set_for from deadline where subject = %s", dispatch)

    armed = clock()
    assert armed[0]["clock"] == "accept"
    delivered = "select 1 from attempt a join notice n on n.id = a.notice_id where n.dispatch_id = %s and a.outcome = 'ok'"
    wait_until(lambda: stack.sql(delivered, dispatch), 10, "the notice's delivery")
    link = stack.partner("polsek-penajam").about(made["incident"]["id"])[0].json["data"]["dispatch"]["url"]
    assert requests.get(link, timeout=10).status_code == 200
    assert stack.value("select state from dispatch where id = %s", dispatch) == "seen"
    assert clock() == armed, "sent, delivered and seen are recorded, no more"
    stack.answer(dispatch, "accept")
    assert clock()[0]["clock"] == "arrive"


# ---- what was written stays ---------------------------------------------------------------------------------------------------

CHANGED, MISSING = "content or hash was changed", "an event is missing before this one"
NOT_THE_END = "the incident does not end with this event"


def audit(stack):
    """(exit status, faults as (incident, event, words)) of sigapctl audit verify; what it must agree with is the view."""
    environment = {"PATH": "/usr/bin:/bin", "SIGAP_DATABASE": stack.postgres.dsn(stack.database)}
    command = [harness.BUILD / "sigapctl", "audit", "verify", "--json"]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode in (0, 1) and not harness.SANITIZER.search(run.stderr), run.stderr
    view = [(r["incident"], r["event"], r["fault"]) for r in stack.sql("select incident, event, fault from audit_fault order by 1, 2")]
    said = json.loads(run.stdout)
    rows = said if isinstance(said, list) else said.get("faults", said.get("rows"))
    assert [(r["incident"], r["event"], r["fault"]) for r in rows] == view
    assert (run.returncode == 1) == bool(view)
    return view


@contextlib.contextmanager
def tampered(stack, statement, *args):
    """As the owner of the database, who may; afterwards all is as it was."""
    with contextlib.closing(psycopg2.connect(stack.postgres.dsn(stack.database))) as c:
        c.autocommit = True
        with c.cursor() as cursor:
            for table in ("event", "incident"):
                cursor.execute(f"create table kept_{table} as select * from {table}")
            try:
                cursor.execute(statement, args)
                assert cursor.rowcount > 0, "nothing was changed"
                yield
            finally:
                cursor.execute("delete from event")
                for column in ("version", "head"):
                    cursor.execute(f"update incident i set {column} = k.{column} from kept_incident k where k.id = i.id")
                cursor.execute("insert into event select * from kept_event")
                for table in ("event", "incident"):
                    cursor.execute(f"drop table kept_{table}")


@pytest.fixture(scope="module")
def story(stack):
    """The number and id of an incident of seven events."""
    made = stack.report(text="Ada kakek terlantar di Petung")
    dispatch, path = made["dispatches"][0]["id"], f"/v1/incidents/{made['incident']['id']}/events"
    for event in ("seen", "accept", "on_scene", "complete"):
        assert stack.answer(dispatch, event).status_code == 200
    assert stack.api("POST", path, json={"event": "note", "note": "Diantar ke rumah singgah"}).status_code == 200
    assert stack.api("POST", path, json={"event": "close", "disposition": "handled"}).status_code == 200
    return made["number"], made["incident"]["id"]


def test_an_untouched_history_is_whole(stack, story):
    assert stack.value("select count(*) from event") >= 7
    assert audit(stack) == []


def one_byte_changed(text):
    """The JSON text with one letter inside a string turned into another."""
    at = text.rindex('"') - 1
    assert text[at].isalnum()
    return text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1:]


@pytest.mark.parametrize("number", [1, 2, 4, 6, 7])
def test_one_changed_byte_of_an_event_is_named(stack, story, number):
    data = stack.value("select data::text from event where incident_id = %s and number = %s", story[1], number)
    changed = one_byte_changed(data)
    assert sum(a != b for a, b in zip(data, changed)) == 1 and len(data) == len(changed)
    with tampered(stack, "update event set data = %s::json where incident_id = %s and number = %s", changed, story[1], number):
        assert stack.value("select data::text from event where incident_id = %s and number = %s", story[1], number) == changed
        assert audit(stack) == [(story[0], number, CHANGED)]
    assert audit(stack) == []


FORGED = [  # what, statement with the incident's id, (event, words) that are named
    ("who", "update event set actor = 'agency:polres-ppu' where incident_id = %s and number = 3", [(3, CHANGED)]),
    ("when", "update event set at = at - interval '1 microsecond' where incident_id = %s and number = 3", [(3, CHANGED)]),
    ("what", "update event set kind = 'decline' where incident_id = %s and number = 3", [(3, CHANGED)]),
    ("a blank in the data", "update event set data = (data::text || ' ')::json where incident_id = %s and number = 3", [(3, CHANGED)]),
    ("the last event is gone", "delete from event where incident_id = %s and number = 7", [(6, NOT_THE_END)]),
    ("an event between is gone", "delete from event where incident_id = %s and number = 4", [(5, MISSING)]),
    ("the first event is gone", "delete from event where incident_id = %s and number = 1", [(2, MISSING)]),
    ("all events are gone", "delete from event where incident_id = %s", [(0, "the incident has no events")]),
    ("an event's hash", "update event set hash = sha256(hash) where incident_id = %s and number = 3", [(3, CHANGED), (4, CHANGED)]),
    ("a forged event with a hash of its own is not what the next one follows",
     "update event e set actor = 'x', hash = event_hash((select hash from event where incident_id = e.incident_id and number = 2), "
     "incident_id, number, at, 'x', kind, data) where incident_id = %s and number = 3", [(4, CHANGED)]),
    ("an event more",
     "insert into event select incident_id, 8, at, actor, kind, data, event_hash(hash, incident_id, 8, at, actor, kind, data) "
     "from event where incident_id = %s and number = 7", [(8, NOT_THE_END)]),
    ("the incident's own head", "update incident set head = sha256(head) where id = %s", [(7, NOT_THE_END)]),
]


@pytest.mark.parametrize("what, statement, named", FORGED, ids=[f[0] for f in FORGED])
def test_a_forged_history_is_named(stack, story, what, statement, named):
    with tampered(stack, statement, story[1]):
        assert audit(stack) == [(story[0], *n) for n in named]


def test_the_daemon_itself_may_not_change_history(stack, story):
    with contextlib.closing(psycopg2.connect(stack.postgres.dsn(stack.database, "sigap_daemon"))) as c:
        c.autocommit = True
        for table in ("event", "report", "inbound", "notice", "attempt", "reporter", "delivery_report", "access_log"):
            with c.cursor() as cursor:
                cursor.execute("select column_name from information_schema.columns where table_name = %s", (table,))
                # which incident a report is counted to may change; that it did is history of the incidents
                moves = {"incident_id", "relation"} if table == "report" else set()
                columns = [row[0] for row in cursor.fetchall() if row[0] not in moves]
                # an identity cannot be set by anybody, which is said before the rights are looked at
                refused = (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.GeneratedAlways) if table == "access_log" else psycopg2.errors.InsufficientPrivilege
                assert columns, "it may read and append"
                cursor.execute(f"grant update, delete on {table} to sigap_daemon")  # a warning, and no effect
                for statement in [f"update {table} set {column} = {column}" for column in columns] + [
                        f"delete from {table}", f"truncate {table}", f"truncate {table} cascade", f"drop table {table}",
                        f"alter table {table} disable trigger all", f"alter table {table} owner to sigap_daemon",
                        f"create rule r as on insert to {table} do instead nothing"]:
                    with pytest.raises(refused):
                        cursor.execute(statement)
        with c.cursor() as cursor:
            for statement in ("delete from incident", "delete from dispatch", "truncate incident cascade",
                              "update token set role = 'admin'", "update policy set text = ''",
                              "create or replace function event_hash"
                              "(before bytea, incident uuid, number int, at timestamptz, actor text, kind text, data json) "
                              "returns bytea language sql return before", "set role postgres", "create table public.x (a int)"):
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(statement)
    assert audit(stack) == []
