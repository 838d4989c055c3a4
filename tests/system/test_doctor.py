"""Promise: `sigapctl doctor` tells of a daemon at work and of none, of an auditor that stays away, and of a dispatch that is not what its history says."""
import json

import pytest

from stack import PEOPLE, Stack, wait_until

AT_WORK, AUDITED = "a daemon is at work", "the auditor came to its end within three minutes"
STATES, HOLES = "every dispatch is what its last event says", "the policy in force leaves no hole"


@pytest.fixture
def s(postgres):
    s = Stack(postgres)
    yield s
    s.close()


def doctor(s, *args):
    """Its exit status and its words about each promise: (result, objects)."""
    done = s.ctl("doctor", "--json", *args, status=None)
    found = {p["promise"]: ("broken" if not p["ok"] else "warning" if p["warning"] else "ok", p["objects"]) for p in json.loads(done.stdout)}
    assert done.returncode == (1 if "broken" in [result for result, _ in found.values()] else 0)
    return done.returncode, found


def test_no_daemon_at_work_is_a_warning_and_breaks_nothing(s):
    assert doctor(s)[1][AT_WORK] == ("ok", [])
    s.kill()
    wait_until(lambda: doctor(s)[1][AT_WORK][0] == "warning", 10, "the server to have noticed")
    status, found = doctor(s)
    assert (status, found[AT_WORK]) == (0, ("warning", ["none holds its lock"]))
    assert "WARN    a daemon is at work\n          none holds its lock\n" in s.ctl("doctor").stdout
    s.start()
    assert doctor(s)[1][AT_WORK] == ("ok", [])


def test_a_daemon_of_another_database_is_not_ours(s, postgres):
    other = Stack(postgres)
    try:
        s.kill()
        s.sql("delete from daemon")
        for row in other.sql("select owner, lock_key from daemon"):
            s.sql("insert into daemon (owner, lock_key) values (%s, %s)", row["owner"], row["lock_key"])
        wait_until(lambda: doctor(s)[1][AT_WORK][0] == "warning", 10, "the other's lock to count for nothing")
        s.start()
    finally:
        other.close()


def test_an_auditor_that_stays_away_is_a_broken_promise_while_a_daemon_works(s):
    wait_until(lambda: s.value("select done_at is not null from task where name = 'auditor'"), 20, "the first run")
    assert doctor(s)[1][AUDITED] == ("ok", [])
    s.sql("update task set last_at = now() + interval '1 hour', done_at = now() - interval '4 minutes' where name = 'auditor'")
    assert doctor(s)[1][AUDITED] == ("ok", []), "this daemon has just begun"
    s.sql("update daemon set started_at = now() - interval '4 minutes'")
    status, found = doctor(s)
    assert status == 1 and found[AUDITED][0] == "broken" and found[AUDITED][1][0].startswith("last at ")
    s.sql("update task set done_at = null where name = 'auditor'")
    assert doctor(s)[1][AUDITED] == ("broken", ["never"])
    s.kill()
    wait_until(lambda: doctor(s)[1][AUDITED] == ("ok", []), 10, "nobody to be at work who could")
    s.sql("update task set last_at = now() where name = 'auditor'")
    s.start()


def test_a_dispatch_that_is_not_what_its_last_event_says_is_named(s):
    made = s.report()
    dispatch = next(d["id"] for d in made["dispatches"] if d["agency"] == "polsek-penajam")
    looked, *_ = [d["id"] for d in made["dispatches"] if d["id"] != dispatch]
    other = s.report()
    quiet = other["dispatches"][0]["id"]
    assert s.answer(dispatch, "accept").status_code == 200 and s.answer(looked, "seen").status_code == 200
    assert doctor(s)[1][STATES] == ("ok", [])
    s.sql("update dispatch set state = 'on_scene' where id = %s", dispatch)
    s.sql("update dispatch set state = 'seen' where id = %s", quiet)
    number = made["incident"]["number"]
    status, found = doctor(s)
    assert status == 1 and set(found[STATES][1]) == {
        f"incident {number}, dispatch {dispatch}: it is on_scene, its last event says accepted",
        f"incident {other['incident']['number']}, dispatch {quiet}: it is seen, its last event says notified"}
    s.sql("update dispatch set state = 'notified' where id = %s", quiet)
    s.sql("update dispatch set state = 'cancelled', cancelled_at = now() where id = %s", dispatch)
    assert doctor(s)[1][STATES][1] == [f"incident {number}, dispatch {dispatch}: it is cancelled, its last event says accepted"], "no event did it"
    s.sql("update dispatch set state = 'accepted', cancelled_at = null where id = %s", dispatch)
    version = s.api("GET", f"/v1/incidents/{made['incident']['id']}", "coordinator").json()["version"]
    ended = s.api("POST", f"/v1/incidents/{made['incident']['id']}/events", "coordinator", {"event": "cancel", "version": version, "reason": "salah lapor"})
    assert ended.status_code == 200, ended.text
    assert s.sql("select state from dispatch where id = %s", dispatch) == [{"state": "cancelled"}] and doctor(s)[1][STATES] == ("ok", []), "the incident's own event did"


def test_holes_that_were_put_in_force_are_a_warning_and_new_ones_break_the_promise(s):
    phone = next(p["phone"] for p in PEOPLE if p["on_duty"])
    assert doctor(s)[1][HOLES] == ("ok", [])
    s.sql("update person set phone = null where phone = %s", phone)
    status, found = doctor(s)
    assert status == 1 and found[HOLES][0] == "broken"
    assert "abandoned_person (critical, high, normal), 64.09 Kabupaten Penajam Paser Utara: nobody with a phone is planned, and no ladder names one" in found[HOLES][1]
    s.sql("update policy set holes = %s", len(found[HOLES][1]))
    assert doctor(s)[1][HOLES] == ("warning", found[HOLES][1])
    s.sql("update policy set holes = %s", len(found[HOLES][1]) - 1)
    assert doctor(s)[1][HOLES][0] == "broken"
    s.sql("update policy set holes = null; update person set phone = %s where slug = 'budi'", phone)
    s.sql("update policy set text = '{'")
    assert doctor(s)[1]["the policy in force can be read"][0] == "broken"
