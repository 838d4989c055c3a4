"""The duty roster at work: whoever begins a shift is asked before it and answers; silence, refusal, a dead telephone and a gap are alarms in time."""
import datetime
import json
import uuid

import pytest

import stack as harness
from stack import Answer, agency, wait_until

WITA = datetime.timezone(datetime.timedelta(hours=8))
KABID = "+6281200000009"
BOTH = "+6281200000020"  # a partner's telephone and a person's


def person(slug, phone, role="coordinator", **more):
    return {"slug": slug, "name": slug.title(), "phone": phone, "role": role, "scope": "64.09", **more}


NAMES = ("sari", "rina", "joko", "dewi", "agus", "lina", "hadi", "wati", "bima", "tuti")
PHONE = {name: f"+62812000001{i:02}" for i, name in enumerate(NAMES)}
PEOPLE = [person("budi", harness.DUTY_PHONE, on_duty=True), person("kabid", KABID, "officer"), person("tono", None),
          person("ganda", BOTH, "officer"), *(person(name, PHONE[name]) for name in NAMES)]
AGENCIES = [agency("polsek-penajam", "police", "64.09.01"),
            agency("kelurahan-petung", "village_office", "64.09.01.1003", [{"channel": "sms", "phone": BOTH}])]


def policy(folder, tell):
    """The sample's policy, with others told of troubles of the roster."""
    text = harness.POLICY.read_text()
    old = '"shift_gap": { "tell": ["duty"], "repeat": "1h" }'
    assert old in text
    rule = json.dumps({"tell": tell, "repeat": "1h"})
    path = folder / "policy.jsonc"
    path.write_text(text.replace(old, f'"shift_gap": {rule}, "shift_unaccepted": {rule}, "shift_unreachable": {rule}'))
    return path


@pytest.fixture(scope="module")
def roster(postgres, tmp_path_factory):
    s = harness.Stack(postgres, AGENCIES, PEOPLE, policy(tmp_path_factory.mktemp("shifts"), ["person:kabid"]),
                      conf={"clocks": {"poll_ms": 100}})
    yield s
    s.close()


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def shift(stack, who, minutes, hours=8, role="coordinator"):
    """A shift of who that begins in so many minutes; its beginning."""
    begins = now() + datetime.timedelta(minutes=minutes)
    stack.sql("insert into shift (person, role, starts_at, ends_at) values (%s, %s, %s, %s)", who, role, begins,
              begins + datetime.timedelta(hours=hours))
    return begins


def look(stack):
    """Until the roster was looked at with the rules as they are now; twice, because one look may be under way."""
    for _ in range(2):
        before = stack.metric("sigap_roster_looks_total") or 0
        stack.sql("update shift set ends_at = ends_at + interval '1 s' where person = 'budi'")
        wait_until(lambda: (stack.metric("sigap_roster_looks_total") or 0) > before, 15, "a look at the roster")


def check(stack, who):
    rows = stack.sql("select * from shift_check where person = %s", who)
    assert len(rows) <= 1
    return rows[0] if rows else None


def alarms(stack, kind, who=""):
    """Those that last."""
    return stack.sql("select * from alarm where kind = %s and starts_with(key, %s) and cleared_at is null", kind, who)


def raised(stack, kind, who=""):
    wait_until(lambda: alarms(stack, kind, who), 15, f"the alarm {kind} about {who}")
    (alarm,) = alarms(stack, kind, who)
    return alarm


def cleared(stack, kind, who=""):
    wait_until(lambda: not alarms(stack, kind, who), 15, f"the end of the alarm {kind} about {who}")


def shown(stack, who):
    """That person's shifts as the API shows them."""
    r = stack.api("GET", "/v1/shifts")
    assert r.status_code == 200, r.text
    return [s for s in r.json()["shifts"] if s["person"] == who]


def asked(stack, who):
    return [m for m in stack.sms.to(PHONE[who]) if "SIAP atau TIDAK" in m["text"]]


# ---- the question ------------------------------------------------------------------------------------------------------------


def test_whoever_begins_a_shift_is_asked_once_whoever_looks(roster):
    begins = shift(roster, "sari", 180)
    wait_until(lambda: asked(roster, "sari"), 15, "the question")
    local = begins.astimezone(WITA)
    assert f"piket koordinator mulai {local:%d-%m %H:%M} WITA" in asked(roster, "sari")[0]["text"]
    look(roster)
    roster.restart()
    look(roster)
    assert check(roster, "sari")["asks"] == 1
    assert roster.value("select count(*) from notice where address = %s", PHONE["sari"]) == 1
    assert len(asked(roster, "sari")) == 1
    (s,) = shown(roster, "sari")
    assert s["asked_at"] and s["accepted_at"] is None and s["source"] == "shift" and not s["now"]


def test_a_question_without_an_answer_is_asked_again(roster):
    begins = shift(roster, "rina", 170)
    wait_until(lambda: asked(roster, "rina"), 15, "the question")
    roster.sql("update shift_check set asked_at = asked_at - interval '9 hours', asked_last_at = asked_last_at - interval '9 hours' where person = 'rina'")
    look(roster)
    again = check(roster, "rina")["asks"]
    halfway = begins - datetime.timedelta(minutes=170 + 540) / 2
    at_night = not 6 <= halfway.astimezone(WITA).hour < 21
    assert again == (1 if at_night else 2)
    roster.sql("update shift set starts_at = starts_at - interval '1 hour' where person = 'rina'")
    roster.sql("update shift_check set starts_at = starts_at - interval '1 hour', asked_at = asked_at + interval '1 hour', asked_last_at = now() - interval '1 hour' where person = 'rina'")
    look(roster)
    assert check(roster, "rina")["asks"] == again + 1, "two hours before it begins; halfway is where it was"
    roster.sql("update shift_check set asked_last_at = now() - interval '1 hour' where person = 'rina'")
    look(roster)
    assert check(roster, "rina")["asks"] == again + 1
    roster.sql("delete from shift where person = 'rina'")


@pytest.mark.parametrize("statement, more", [("ask_shift", [0]), ("hand_over_shift", [])])
def test_of_several_daemons_that_saw_the_same_one_tells(roster, statement, more):
    """The daemon's own statements: who comes second with what he saw before has no effect."""
    text = (harness.ROOT / f"daemon/io/sql/{statement}.sql").read_text()
    begins = now() + datetime.timedelta(hours=3)
    roster.sql("begin")
    roster.sql(f"prepare {statement} as {text.rstrip()}")
    for expected in (1, 0, 0):
        values = ["twice-" + statement, "officer", begins, begins + datetime.timedelta(hours=8), str(uuid.uuid4()), "+6281200000300", "x", *more]
        assert len(roster.sql(f"execute {statement} ({', '.join(['%s'] * len(values))})", *values)) == expected
    for queue in ("notice where address = '+6281200000300'", "outbox o join notice n on n.id = o.notice_id where address = '+6281200000300'"):
        assert roster.value("select count(*) from " + queue) == 1
    roster.sql("rollback")


# ---- the answer --------------------------------------------------------------------------------------------------------------


def test_siap_accepts_the_shift(roster):
    shift(roster, "joko", 180)
    wait_until(lambda: asked(roster, "joko"), 15, "the question")
    assert roster.send_sms(PHONE["joko"], "Ok siap pak", id="siap-1").status_code == 200
    assert check(roster, "joko")["accepted_at"]
    (s,) = shown(roster, "joko")
    assert s["accepted_at"] and s["refused_at"] is None
    wait_until(lambda: [m for m in roster.sms.to(PHONE["joko"]) if "tercatat SIAP" in m["text"]], 10, "the confirmation")
    roster.send_sms(PHONE["joko"], "Ok siap pak", id="siap-1")
    look(roster)
    assert len(roster.sms.to(PHONE["joko"])) == 2
    assert roster.value("select count(*) from report") == 0


def test_a_refusal_is_an_alarm_at_once_and_over_when_somebody_stands_in(roster):
    begins = shift(roster, "dewi", 600, 4)
    wait_until(lambda: asked(roster, "dewi"), 15, "the question")
    roster.send_sms(PHONE["dewi"], "TIDAK")
    alarm = raised(roster, "shift_unaccepted", "dewi")
    assert f"{begins.astimezone(WITA):%d-%m %H:%M} WITA" in alarm["detail"] and "dewi" in alarm["detail"]
    wait_until(lambda: [m for m in roster.sms.to(KABID) if "dewi" in m["text"]], 10, "an SMS to whom the policy names")
    wait_until(lambda: [m for m in roster.sms.to(PHONE["dewi"]) if "tidak dapat piket" in m["text"]], 10, "the confirmation")
    (s,) = shown(roster, "dewi")
    assert s["refused_at"] and s["accepted_at"] is None
    made = roster.api("POST", "/v1/shifts/overrides", json={
        "role": "coordinator", "from": begins.isoformat(), "until": (begins + datetime.timedelta(hours=4)).isoformat(),
        "person": "agus", "instead_of": "dewi", "reason": "Dewi berhalangan"})
    assert made.status_code == 201, made.text
    cleared(roster, "shift_unaccepted", "dewi")
    assert shown(roster, "dewi") == []
    (s,) = shown(roster, "agus")
    assert s["source"] == "override"
    wait_until(lambda: asked(roster, "agus"), 15, "the question to the one who stands in")


def test_who_accepted_can_still_refuse_and_take_it_back(roster):
    shift(roster, "wati", 180)
    wait_until(lambda: asked(roster, "wati"), 15, "the question")
    for text, accepts in (("siap", True), ("TIDAK PIKET", False), ("siap piket", True), ("maaf berhalangan", False)):
        roster.send_sms(PHONE["wati"], text)
        row = check(roster, "wati")
        assert ((row["accepted_at"] is not None), (row["refused_at"] is not None)) == (accepts, not accepts), text
    starts = shown(roster, "wati")[0]["from"]
    assert roster.api("POST", "/v1/shifts/accept", json={"person": "wati", "starts_at": starts}).status_code == 200
    assert check(roster, "wati")["accepted_at"] and check(roster, "wati")["refused_at"] is None
    cleared(roster, "shift_unaccepted", "wati")
    roster.send_sms(PHONE["wati"], "tidak piket")
    assert check(roster, "wati")["refused_at"]
    roster.ctl("roster", "accept", "wati", starts)
    assert check(roster, "wati")["accepted_at"] and check(roster, "wati")["refused_at"] is None
    assert check(roster, "wati")["answer"].startswith("sigapctl")
    roster.ctl("roster", "accept", "wati", "2020-01-01T00:00:00Z", status=1)


def test_siap_of_a_partner_who_is_on_the_roster_too(roster):
    """An open question about a shift goes first, an incident's number says that it is about a dispatch."""
    made = roster.report()
    (dispatch,) = [d for d in made["dispatches"] if d["agency"] == "kelurahan-petung"]
    state = lambda: roster.value("select state from dispatch where id = %s", dispatch["id"])
    begins = shift(roster, "ganda", 180, role="officer")
    wait_until(lambda: check(roster, "ganda"), 15, "the question")
    roster.send_sms(BOTH, "siap", id="ganda-1")
    assert check(roster, "ganda")["accepted_at"] and state() != "accepted"
    roster.send_sms(BOTH, "siap", id="ganda-1")  # the gateway offers the same SMS again
    assert state() != "accepted"
    roster.sql("update shift_check set accepted_at = null, answer = null where person = 'ganda'")
    roster.send_sms(BOTH, f"siap {made['incident']['number']}", id="ganda-2")
    assert state() == "accepted" and check(roster, "ganda")["accepted_at"] is None
    roster.sql("update shift_check set accepted_at = now() where person = 'ganda'")
    roster.send_sms(BOTH, "tidak piket", id="ganda-3")
    assert check(roster, "ganda")["refused_at"] and state() == "accepted"
    roster.sql("delete from shift where person = 'ganda' and starts_at = %s", begins)


def test_siap_piket_without_an_open_question_is_answered(roster):
    roster.send_sms(KABID, "siap piket")
    wait_until(lambda: [m for m in roster.sms.to(KABID) if "Tidak ada piket" in m["text"]], 10, "the answer")


# ---- alarms ------------------------------------------------------------------------------------------------------------------


def test_silence_is_an_alarm_an_hour_ahead_and_over_when_the_shift_is_accepted(roster):
    begins = shift(roster, "lina", 80)
    wait_until(lambda: asked(roster, "lina"), 15, "the question")
    assert not alarms(roster, "shift_unaccepted", "lina"), "time for an answer"
    roster.sql("update shift_check set asked_at = now() - interval '20 minutes' where person = 'lina'")
    look(roster)
    alarm = raised(roster, "shift_unaccepted", "lina")
    assert alarm["raised_at"] <= begins - datetime.timedelta(minutes=60)
    wait_until(lambda: [m for m in roster.sms.to(KABID) if "lina" in m["text"]], 10, "an SMS to whom the policy names")
    r = roster.api("POST", "/v1/shifts/accept", json={"person": "lina", "starts_at": begins.isoformat()})
    assert r.status_code == 200 and r.json()["accepted_at"]
    cleared(roster, "shift_unaccepted", "lina")


def test_who_has_no_telephone_is_unreachable(roster):
    shift(roster, "tono", 80)
    alarm = raised(roster, "shift_unreachable", "tono")
    assert "tono" in alarm["detail"] and "62" not in alarm["detail"]
    assert not alarms(roster, "shift_unaccepted", "tono")
    roster.sql("delete from shift where person = 'tono'")
    cleared(roster, "shift_unreachable", "tono")


def test_a_telephone_that_nothing_reaches_is_unreachable(roster):
    roster.sms.will(Answer(400, {}, "Number(s) has/have been denied by white- and/or black-lists."))
    shift(roster, "hadi", 80)
    notice = wait_until(lambda: (check(roster, "hadi") or {}).get("notice_id"), 15, "the question")
    wait_until(lambda: roster.sql("select from dead_notice where notice_id = %s", notice), 15, "the notice given up")
    roster.sql("update shift_check set asked_at = now() - interval '20 minutes', asked_last_at = now() where person = 'hadi'")
    look(roster)
    raised(roster, "shift_unreachable", "hadi")
    assert not alarms(roster, "shift_unaccepted", "hadi")
    roster.sql("delete from dead_notice where notice_id = %s", notice)
    look(roster)
    cleared(roster, "shift_unreachable", "hadi")
    raised(roster, "shift_unaccepted", "hadi")
    roster.sql("insert into delivery_report (notice_id, state, detail) values (%s, 'failed', '')", notice)
    look(roster)
    raised(roster, "shift_unreachable", "hadi")
    roster.sql("delete from shift where person = 'hadi'")
    cleared(roster, "shift_unreachable", "hadi")


def test_a_gap_is_an_alarm_an_hour_ahead_and_over_when_it_is_closed(postgres, tmp_path):
    people = [person("budi", harness.DUTY_PHONE, on_duty=True), person("sari", PHONE["sari"]), person("kabid", KABID, "officer")]
    stack = harness.Stack(postgres, AGENCIES, people, policy(tmp_path, ["duty", "person:kabid"]), started=False)
    try:
        begins, ends = now() + datetime.timedelta(minutes=75), now() + datetime.timedelta(minutes=135)
        stack.sql("update shift set ends_at = %s", begins)
        stack.sql("insert into shift (person, role, starts_at, ends_at) values ('sari', 'coordinator', %s, %s)", ends, ends + datetime.timedelta(days=2))
        stack.start()
        alarm = raised(stack, "shift_gap")
        assert alarm["raised_at"] <= begins - datetime.timedelta(minutes=60)
        assert alarm["key"] == f"{begins:%Y-%m-%dT%H:%M:%S.000Z}"
        assert f"mulai {begins.astimezone(WITA):%d-%m %H:%M} WITA sampai {ends.astimezone(WITA):%d-%m %H:%M} WITA" in alarm["detail"]
        for phone in (KABID, harness.DUTY_PHONE):
            wait_until(lambda: [m for m in stack.sms.to(phone) if "tidak ada koordinator" in m["text"]], 10, "those whom the policy names are told")
        (gap,) = stack.api("GET", "/v1/shifts", params={"until": (begins + datetime.timedelta(days=1)).isoformat()}).json()["gaps"]
        assert datetime.datetime.fromisoformat(gap["from"]) == begins and datetime.datetime.fromisoformat(gap["until"]) == ends
        stack.sql("update shift set ends_at = now() - interval '10 seconds' where person = 'budi'")  # it has begun: the same gap
        look_at = stack.metric("sigap_roster_looks_total")
        wait_until(lambda: stack.metric("sigap_roster_looks_total") > look_at, 15, "a look")
        made = stack.api("POST", "/v1/shifts/overrides", "admin", json={
            "role": "coordinator", "person": "sari", "from": now().isoformat(), "until": ends.isoformat()})
        assert made.status_code == 201, made.text
        cleared(stack, "shift_gap")
    finally:
        stack.close()


def test_a_gap_that_lasts_is_told_once(postgres, tmp_path):
    stack = harness.Stack(postgres, AGENCIES, [person("kabid", KABID, "officer")], policy(tmp_path, ["person:kabid"]))
    try:
        first = raised(stack, "shift_gap")
        stack.restart()
        for _ in range(3):
            before = stack.metric("sigap_roster_looks_total") or 0
            stack.sql("update person set name = name || '.'")
            wait_until(lambda: (stack.metric("sigap_roster_looks_total") or 0) > before, 15, "a look")
        assert stack.value("select count(*) from alarm where kind = 'shift_gap'") == 1
        assert raised(stack, "shift_gap")["id"] == first["id"]
        wait_until(lambda: stack.sms.to(KABID), 10, "the SMS")
        assert stack.value("select count(*) from notice where address = %s", KABID) == 1
    finally:
        stack.close()


# ---- hand-over ---------------------------------------------------------------------------------------------------------------


def test_whoever_begins_is_told_once_how_things_stand(roster):
    note = roster.api("POST", "/v1/handover-notes", json={"text": "Keluarga 1042 di RSUD, hubungi 0812-5000-0001.\nAmbulans kembali jam 5"})
    assert note.status_code == 201
    assert roster.api("GET", "/v1/handover-notes").json()[0]["by"] == "coordinator:coordinator"
    open_now = roster.value("select count(*) from incident where state not in ('closed', 'cancelled', 'merged')")
    shift(roster, "bima", -1)
    (sms,) = wait_until(lambda: roster.sms.to(PHONE["bima"]), 15, "the hand-over")
    assert f"Kejadian terbuka: {open_now}." in sms["text"] and "Keluarga 1042 di RSUD" in sms["text"]
    assert "0812" not in sms["text"] and "5000" not in sms["text"], "no telephone number in an SMS"
    look(roster)
    roster.restart()
    look(roster)
    assert roster.value("select count(*) from notice where address = %s", PHONE["bima"]) == 1
    roster.sql("update shift_check set asks = 1, accepted_at = now() where person = 'bima'")
    roster.send_sms(PHONE["bima"], "maaf tidak bisa")  # of something that came up
    assert check(roster, "bima")["accepted_at"]
    roster.send_sms(PHONE["bima"], "tidak piket")
    assert check(roster, "bima")["refused_at"]
    roster.sql("delete from shift where person = 'bima'")


# ---- by API ------------------------------------------------------------------------------------------------------------------


def test_two_people_swap_their_shifts(roster):
    mine, theirs = shift(roster, "tuti", 3000), shift(roster, "rina", 4500)
    look(roster)
    swap = {"role": "coordinator", "person": "tuti", "starts_at": mine.isoformat(), "with": "rina", "with_starts_at": theirs.isoformat()}
    assert roster.api("POST", "/v1/shifts/swaps", json=swap).status_code == 201
    starts = lambda who: [(datetime.datetime.fromisoformat(s["from"]), s["source"]) for s in shown(roster, who)]
    wait_until(lambda: starts("tuti") == [(theirs, "swap")], 10, "the other's shift")
    assert starts("rina") == [(mine, "swap")]
    assert len(roster.sql("select distinct swap from shift_override where swap is not null")) == 1


@pytest.mark.parametrize("path, body, pointers", [
    ("/v1/shifts/accept", {}, ["#/person", "#/starts_at"]),
    ("/v1/shifts/accept", {"person": "sari", "starts_at": "2026-01-01T00:00:00Z"}, ["#/starts_at"]),
    ("/v1/shifts/overrides", {"role": "coordinator", "from": "2099-01-01T00:00:00Z", "until": "2099-01-02T00:00:00Z", "person": "nobody",
                              "instead_of": "noone"}, ["#/person", "#/instead_of"]),
    ("/v1/shifts/overrides", {"role": "coordinator", "from": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z", "person": "sari"}, ["#/until"]),
    ("/v1/shifts/swaps", {"role": "officer", "person": "sari", "starts_at": "2099-01-01T00:00:00Z", "with": "rina",
                          "with_starts_at": "2099-01-01T00:00:00Z"}, ["#/starts_at", "#/with_starts_at"]),
    ("/v1/handover-notes", {"text": " "}, ["#/text"]),
])
def test_what_cannot_be_is_refused_with_its_place(roster, path, body, pointers):
    r = roster.api("POST", path, json=body)
    assert r.status_code == 422
    assert [e["pointer"] for e in r.json()["errors"]] == pointers
    assert roster.api("POST", path, "auditor", json=body).status_code == 403


@pytest.mark.parametrize("query", ["from=tomorrow", "from=2020-01-01T00:00:00Z", "until=2020-01-01T00:00:00Z", "until=2099-01-01T00:00:00Z"])
def test_a_window_that_cannot_be_is_refused(roster, query):
    assert roster.api("GET", "/v1/shifts?" + query).status_code == 400
