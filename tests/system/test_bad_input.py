"""Bad input gets a clear problem document, writes nothing, and harms nobody: the next good report is taken as ever."""
import contextlib
import dataclasses
import json
import random
import re
import socket
import time

import pytest
import requests

import openapi
from stack import wait_until

API = openapi.Description()
NOBODY = "01a20131-2444-71ce-8a1f-8ba375bacac0"
VILLAGE = "64.09.01.1003"
MALFORMED, REPORT, EVENT = "malformed-json", "invalid-report", "invalid-event"
TABLES = ("inbound report reporter incident dispatch event notice attempt delivery_report access_log outbox dead_notice deadline "
          "setting secret region agency contact person shift policy token").split()


@pytest.fixture(scope="module")
def made(stack):
    """An incident to throw bad events at. All its notices have arrived: nothing moves any more."""
    made = stack.report()
    wait_until(lambda: stack.value("select count(*) from outbox") == 0, 10, "the notices' delivery")
    return made


def snapshot(stack):
    """How many rows each table has, and the versions of what may change in place."""
    counts = ", ".join(f"(select count(*) from {t}) as {t}" for t in TABLES)
    return stack.sql(f"select {counts}, (select sum(version) from incident) as versions, (select sum(version) from dispatch) as steps, "
                     "(select max(value) from setting where name = 'rules_version') as rules")


@contextlib.contextmanager
def nothing_is_written(stack, made):
    """And afterwards the same daemon takes a good report: one that is no report, for those have no notices."""
    before, process = snapshot(stack), stack.process
    yield
    assert snapshot(stack) == before
    assert stack.process is process and process.poll() is None
    good = stack.api("POST", "/v1/reports", "source", {"type": "not_a_report", "text": "Terima kasih"})
    assert good.status_code == 201, good.text


def check_problem(r, status, kind, pointers=None):
    assert r.status_code == status, (r.status_code, r.text[:500])
    assert r.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(r.content)
    assert API.faults({"$ref": "#/components/schemas/Problem"}, problem, API.closed) == []
    assert problem["type"] == ("https://sigap.example/problems/" + kind if kind else "about:blank"), problem
    assert problem["status"] == status
    if pointers is not None:
        assert [e["pointer"] for e in problem.get("errors", [])] == pointers, problem
    return problem


# ---- bodies that are no JSON ---------------------------------------------------------------------------------------------------

NO_JSON = [  # what, bytes, the pointer of the fault
    ("nothing", b"", ""),
    ("blanks", b" \n\t ", ""),
    ("a word", b"report", ""),
    ("cut off", b'{"text":"ada orang', "#/text"),
    ("cut off after the name", b'{"text"', "#/text"),
    ("no quotes", b"{text:1}", ""),
    ("single quotes", b"{'text':'x'}", ""),
    ("comma at the end", b'{"text":"x",}', ""),
    ("comment", b'{"text":"x"} // x', ""),
    ("two documents", b'{"text":"x"}{"text":"y"}', ""),
    ("NUL behind it", b'{"text":"x"}\0', ""),
    ("byte order mark", b'\xef\xbb\xbf{"text":"x"}', ""),
    ("UTF-16", '{"text":"x"}'.encode("utf-16-le"), ""),
    ("NaN", b'{"place":{"lat":NaN,"lon":1}}', "#/place/lat"),
    ("infinity by size", b'{"place":{"lat":1e999,"lon":1}}', "#/place/lat"),
    ("leading zero", b'{"place":{"lat":01,"lon":1}}', "#/place/lat"),
    ("number of 70 digits", b'{"place":{"lat":' + b"1" * 70 + b',"lon":1}}', "#/place/lat"),
    ("invalid UTF-8", b'{"text":"ada \xff orang"}', "#/text"),
    ("overlong UTF-8", b'{"text":"ada \xc0\xaf orang"}', "#/text"),
    ("surrogate in UTF-8", b'{"text":"ada \xed\xa0\x80 orang"}', "#/text"),
    ("UTF-8 cut in a character", b'{"text":"ada \xe2\x82"}', "#/text"),
    ("U+0000", b'{"text":"ada\\u0000orang"}', "#/text"),
    ("U+0000 in a name", b'{"te\\u0000xt":"ada orang"}', None),
    ("raw NUL", b'{"text":"ada\0orang"}', "#/text"),
    ("raw line feed", b'{"text":"ada\norang"}', "#/text"),
    ("lone high surrogate", b'{"text":"ada \\ud83d orang"}', "#/text"),
    ("lone low surrogate", b'{"text":"ada \\ude00 orang"}', "#/text"),
    ("surrogates in the wrong order", b'{"text":"\\ude00\\ud83d"}', "#/text"),
    ("bad escape", b'{"text":"\\x41"}', "#/text"),
    ("duplicate key", b'{"text":"a","type":"unclaimed_body","text":"b"}', "#/text"),
    ("duplicate key by escapes", b'{"text":"a","t\\u0065xt":"b"}', "#/text"),
    ("duplicate key within", b'{"place":{"lat":1,"lon":2,"lat":3}}', "#/place/lat"),
    ("nesting of 33", b"[" * 33 + b"]" * 33, None),
    ("nesting of 60000", b"[" * 60000, None),
    ("nesting of objects", b'{"a":' * 12000, None),
    ("2001 members", b"{" + b",".join(b'"m%d":1' % i for i in range(2001)) + b"}", None),
]


@pytest.mark.parametrize("what, body, pointer", NO_JSON, ids=[c[0] for c in NO_JSON])
def test_a_report_that_is_no_json_is_refused_with_the_place(stack, made, what, body, pointer):
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", data=body)
        problem = check_problem(r, 400, MALFORMED, None if pointer is None else [pointer])
        assert problem["detail"].startswith("line ") and problem["errors"][0]["detail"] in problem["detail"]


@pytest.mark.parametrize("path", ["/v1/dispatches/{}/events", "/v1/incidents/{}/events", "/v1/policy/dry-run"])
def test_an_event_that_is_no_json_is_refused_with_the_place(stack, made, path):
    id = made["dispatches"][0]["id"] if "dispatches" in path else made["incident"]["id"]
    for what, body, pointer in NO_JSON:
        if len(body) > 16384 and "events" in path:
            continue
        with nothing_is_written(stack, made):
            r = stack.api("POST", path.format(id), "coordinator", data=body)
            check_problem(r, 400, MALFORMED, None if pointer is None else [pointer])


# ---- JSON that is no report ------------------------------------------------------------------------------------------------------

T = {"type": "abandoned_person"}
NO_REPORT = [  # what, body, pointers of the faults
    ("a list", [], [""]),
    ("a string", "ada orang", [""]),
    ("null", None, [""]),
    ("empty", {}, [""]),
    ("only nulls", {"text": None, "type": None}, [""]),
    ("a blank text", {"text": " \t\n\u00a0\u200b\u3000"}, [""]),
    ("urgency alone", {"urgency": "high"}, [""]),
    ("unknown member", {**T, "prioritas": 1}, ["#/prioritas"]),
    ("misspelt member", {**T, "txt": "x"}, ["#/txt"]),
    ("member in capitals", {**T, "Text": "x"}, ["#/Text"]),
    ("unknown member within", {**T, "place": {"vilage_code": VILLAGE}}, ["#/place/vilage_code"]),
    ("member at the wrong place", {**T, "village_code": VILLAGE}, ["#/village_code"]),
    ("unknown member with / and ~", {**T, "a/b~c": 1}, ["#/a~1b~0c"]),
    ("unknown member with other letters", {**T, "é": 1}, ["#/%C3%A9"]),
    ("text: number", {"text": 5}, ["#/text"]),
    ("text: list", {"text": ["x"]}, ["#/text"]),
    ("text: object", {"text": {}}, ["#/text"]),
    ("text: true", {"text": True}, ["#/text"]),
    ("text: 4001 characters", {"text": "é" * 4001}, ["#/text"]),
    ("text: control character", {"text": "ada \x07 orang"}, ["#/text"]),
    ("text: C1 control", {"text": "ada \x85 orang"}, ["#/text"]),
    ("text: delete", {"text": "ada \x7f orang"}, ["#/text"]),
    ("type: unknown", {"type": "banjir"}, ["#/type"]),
    ("type: capitals", {"type": "ABANDONED_PERSON"}, ["#/type"]),
    ("type: unsure", {"type": "unsure"}, ["#/type"]),
    ("type: empty", {"type": ""}, ["#/type"]),
    ("type: number", {"type": 1}, ["#/type"]),
    ("urgency: unknown", {**T, "urgency": "segera"}, ["#/urgency"]),
    ("urgency: list", {**T, "urgency": ["high"]}, ["#/urgency"]),
    ("place: string", {**T, "place": "Petung"}, ["#/place"]),
    ("place: list", {**T, "place": []}, ["#/place"]),
    ("place.village_code: number", {**T, "place": {"village_code": 64.09}}, ["#/place/village_code"]),
    ("place.village_code: without dots", {**T, "place": {"village_code": "6409011003"}}, ["#/place/village_code"]),
    ("place.village_code: empty", {**T, "place": {"village_code": ""}}, ["#/place/village_code"]),
    ("place.village_code: blank in it", {**T, "place": {"village_code": "64.09.01.100 "}}, ["#/place/village_code"]),
    ("place.village_code: too long", {**T, "place": {"village_code": VILLAGE + "0"}}, ["#/place/village_code"]),
    ("place.village_code: other digits", {**T, "place": {"village_code": "６４.09"}}, ["#/place/village_code"]),
    ("place.text: 501 characters", {**T, "place": {"text": "x" * 501}}, ["#/place/text"]),
    ("place.lat: string", {**T, "place": {"lat": "-1.3", "lon": 116}}, ["#/place/lat"]),
    ("place.lat: 91", {**T, "place": {"lat": 91, "lon": 116}}, ["#/place/lat"]),
    ("place.lon: -181", {**T, "place": {"lat": 1, "lon": -181}}, ["#/place/lon"]),
    ("place.lat alone", {**T, "place": {"lat": 1}}, ["#/place/lon"]),
    ("place.lon alone", {**T, "place": {"lat": None, "lon": 1}}, ["#/place/lat"]),
    ("reporter: string", {**T, "reporter": "Budi"}, ["#/reporter"]),
    ("reporter.phone: number", {**T, "reporter": {"phone": 8123456789}}, ["#/reporter/phone"]),
    ("reporter.phone: word", {**T, "reporter": {"phone": "TELKOMSEL"}}, ["#/reporter/phone"]),
    ("reporter.phone: short code", {**T, "reporter": {"phone": "2345"}}, ["#/reporter/phone"]),
    ("reporter.phone: too long", {**T, "reporter": {"phone": "0812345678901234567890"}}, ["#/reporter/phone"]),
    ("reporter.name: 201 characters", {**T, "reporter": {"name": "x" * 201}}, ["#/reporter/name"]),
    ("reporter.anonymous: string", {**T, "reporter": {"anonymous": "true"}}, ["#/reporter/anonymous"]),
    ("reporter.anonymous: 1", {**T, "reporter": {"anonymous": 1}}, ["#/reporter/anonymous"]),
    ("occurred_at: words", {**T, "occurred_at": "kemarin"}, ["#/occurred_at"]),
    ("occurred_at: no offset", {**T, "occurred_at": "2026-11-21T18:11:12"}, ["#/occurred_at"]),
    ("occurred_at: no such day", {**T, "occurred_at": "2026-02-30T18:11:12Z"}, ["#/occurred_at"]),
    ("occurred_at: 1999", {**T, "occurred_at": "1999-12-31T23:59:59Z"}, ["#/occurred_at"]),
    ("occurred_at: number", {**T, "occurred_at": 1795316327}, ["#/occurred_at"]),
    ("external_id: blank", {**T, "external_id": "  "}, ["#/external_id"]),
    ("external_id: empty", {**T, "external_id": ""}, ["#/external_id"]),
    ("external_id: 201 characters", {**T, "external_id": "x" * 201}, ["#/external_id"]),
    ("external_id: number", {**T, "external_id": 7}, ["#/external_id"]),
    ("three faults at once", {"type": "x", "place": {"lat": 1}, "reporter": {"phone": 1}}, ["#/type", "#/reporter/phone", "#/place/lon"]),
]


@pytest.mark.parametrize("what, body, pointers", NO_REPORT, ids=[c[0] for c in NO_REPORT])
def test_json_that_is_no_report_is_refused_fault_by_fault(stack, made, what, body, pointers):
    assert not API.request_fits("POST", "/v1/reports", body), "the description would have allowed it"
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", data=json.dumps(body))
        check_problem(r, 422, REPORT, pointers)
        dry = stack.api("POST", "/v1/policy/dry-run", "coordinator", data=json.dumps(body))
        check_problem(dry, 422, REPORT, pointers)


GOOD_REPORTS = [
    {"text": "x"},
    {"text": "ada \U0001f600 é\n\t orang", "type": None, "place": None, "reporter": None},
    {"text": "é" * 4000},
    {**T, "place": {"lat": -90, "lon": 180}},
    {**T, "place": {"lat": None, "lon": None, "text": " "}},
    {**T, "place": {"village_code": "64.09"}},
    {**T, "reporter": {"phone": "+62 (0)812 3456-7890", "name": "", "anonymous": True}},
    {**T, "reporter": {"phone": " "}},
    {**T, "reporter": {"phone": "+683 4123"}},
    {**T, "occurred_at": "2026-11-21T18:11:12.123456+08:00"},
    {**T, "external_id": "é 1"},
]


def test_what_is_allowed_is_taken(stack):
    for body in GOOD_REPORTS:
        assert API.request_fits("POST", "/v1/reports", body), body
        r = stack.api("POST", "/v1/reports", "source", data=json.dumps(body))
        assert r.status_code == 201, (body, r.text)
    wait_until(lambda: stack.value("select count(*) from outbox") == 0, 10, "the notices' delivery")


def test_a_village_that_does_not_exist_is_refused(stack, made):
    for code in ("64.09.01.9999", "11.01", "99"):
        body = {**T, "place": {"village_code": code}}
        with nothing_is_written(stack, made):
            problem = check_problem(stack.api("POST", "/v1/reports", "source", body), 422, REPORT, ["#/place/village_code"])
            assert code in problem["errors"][0]["detail"]
            check_problem(stack.api("POST", "/v1/policy/dry-run", "admin", body), 422, REPORT, ["#/place/village_code"])


def test_faults_beyond_the_32nd_are_counted(stack, made):
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", {f"m{i}": i for i in range(100)})
        problem = check_problem(r, 422, REPORT)
        assert len(problem["errors"]) == 32 and problem["errors_left_out"] == 100 + 1 - 32  # text or type is missing, too


# ---- JSON that is no event -------------------------------------------------------------------------------------------------------

NO_DISPATCH_EVENT = [
    ("a list", [], [""]),
    ("empty", {}, ["#/event"]),
    ("event: null", {"event": None}, ["#/event"]),
    ("event: unknown", {"event": "terima"}, ["#/event"]),
    ("event: cancel is the coordinator's", {"event": "cancel"}, ["#/event"]),
    ("event: silence is the daemon's", {"event": "silence"}, ["#/event"]),
    ("event: number", {"event": 1}, ["#/event"]),
    ("version: 0", {"event": "accept", "version": 0}, ["#/version"]),
    ("version: string", {"event": "accept", "version": "1"}, ["#/version"]),
    ("version: 1.5", {"event": "accept", "version": 1.5}, ["#/version"]),
    ("version: too large", {"event": "accept", "version": 2147483648}, ["#/version"]),
    ("eta: 0", {"event": "accept", "eta": 0}, ["#/eta"]),
    ("eta: 1441", {"event": "accept", "eta": 1441}, ["#/eta"]),
    ("eta: 2.5", {"event": "accept", "eta": 2.5}, ["#/eta"]),
    ("eta: words", {"event": "accept", "eta": "20 menit"}, ["#/eta"]),
    ("eta: true", {"event": "accept", "eta": True}, ["#/eta"]),
    ("eta: clock time", {"event": "accept", "eta": "18:11"}, ["#/eta"]),
    ("decline without a reason", {"event": "decline"}, ["#/reason"]),
    ("decline for a blank reason", {"event": "decline", "reason": " "}, ["#/reason"]),
    ("reason: 501 characters", {"event": "decline", "reason": "x" * 501}, ["#/reason"]),
    ("note: 2001 characters", {"event": "accept", "note": "x" * 2001}, ["#/note"]),
    ("note: control character", {"event": "accept", "note": "\x01"}, ["#/note"]),
    ("unknown member", {"event": "accept", "alasan": "x"}, ["#/alasan"]),
    ("type is of incidents", {"event": "accept", "type": "unclaimed_body"}, ["#/type"]),
]
NO_INCIDENT_EVENT = [
    ("null", None, [""]),
    ("empty", {}, ["#/event"]),
    ("event: accept is the agency's", {"event": "accept"}, ["#/event"]),
    ("event: engage is the daemon's", {"event": "engage"}, ["#/event"]),
    ("triage of nothing", {"event": "triage"}, [""]),
    ("triage of a place without code", {"event": "triage", "place": {"text": "pasar"}}, [""]),
    ("triage: unknown type", {"event": "triage", "type": "banjir"}, ["#/type"]),
    ("triage: two places", {"event": "triage", "village_code": VILLAGE, "place": {"village_code": VILLAGE}}, ["#/place/village_code"]),
    ("triage: two words for it",
     {"event": "triage", "type": "unclaimed_body", "place_text": "a", "place": {"text": "b"}}, ["#/place/text"]),
    ("triage: unknown member within", {"event": "triage", "place": {"lat": 1}}, ["#/place/lat", ""]),
    ("triage: no code", {"event": "triage", "village_code": "Petung"}, ["#/village_code"]),
    ("dispatch of nobody", {"event": "dispatch"}, ["#/agency"]),
    ("dispatch: list", {"event": "dispatch", "agency": ["bpbd-ppu"]}, ["#/agency"]),
    ("dispatch: 101 characters", {"event": "dispatch", "agency": "x" * 101}, ["#/agency"]),
    ("note of nothing", {"event": "note"}, ["#/note"]),
    ("note: blank", {"event": "note", "note": "\n"}, ["#/note"]),
    ("cancel without a reason", {"event": "cancel"}, ["#/reason"]),
    ("close without a disposition", {"event": "close", "reason": "x"}, ["#/disposition"]),
    ("close: in own words", {"event": "close", "disposition": "Selesai"}, ["#/disposition"]),
    ("close: a false report is an event", {"event": "close", "disposition": "false_report"}, ["#/disposition"]),
    ("close: other without a note", {"event": "close", "disposition": "other"}, ["#/note"]),
    ("hand over to nobody", {"event": "hand_over", "note": "x"}, ["#/to"]),
    ("withdraw without a reason", {"event": "withdraw"}, ["#/reason"]),
    ("false report without evidence", {"event": "false_report", "reason": "x"}, ["#/evidence"]),
    ("false report: 9 characters", {"event": "false_report", "evidence": "x" * 9}, ["#/evidence"]),
    ("merge into nothing", {"event": "merge"}, ["#/into"]),
    ("merge: no number", {"event": "merge", "into": "kejadian 1001"}, ["#/into"]),
    ("reopen without a reason", {"event": "reopen"}, ["#/reason"]),
    ("version: -1", {"event": "note", "note": "x", "version": -1}, ["#/version"]),
    ("eta is of dispatches", {"event": "note", "note": "x", "eta": 5}, ["#/eta"]),
]


@pytest.mark.parametrize("what, body, pointers", NO_DISPATCH_EVENT, ids=[c[0] for c in NO_DISPATCH_EVENT])
def test_json_that_is_no_answer_is_refused_fault_by_fault(stack, made, what, body, pointers):
    assert not API.request_fits("POST", "/v1/dispatches/{id}/events", body)
    with nothing_is_written(stack, made):
        for token in ("coordinator", "polsek-penajam"):
            r = stack.api("POST", f"/v1/dispatches/{made['dispatches'][0]['id']}/events", token, data=json.dumps(body))
            check_problem(r, 422, EVENT, pointers)


@pytest.mark.parametrize("what, body, pointers", NO_INCIDENT_EVENT, ids=[c[0] for c in NO_INCIDENT_EVENT])
def test_json_that_is_no_decision_is_refused_fault_by_fault(stack, made, what, body, pointers):
    assert not API.request_fits("POST", "/v1/incidents/{id}/events", body)
    with nothing_is_written(stack, made):
        r = stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", data=json.dumps(body))
        check_problem(r, 422, EVENT, pointers)


def test_a_decision_about_what_does_not_exist_is_refused(stack, made):
    path = f"/v1/incidents/{made['incident']['id']}/events"
    for body, pointer in (
        ({"event": "triage", "village_code": "64.09.01.9999"}, "#/village_code"),
        ({"event": "triage", "place": {"village_code": "64.09.01.9999"}}, "#/village_code"),
        ({"event": "dispatch", "agency": "polsek-bulan"}, "#/agency"),
        ({"event": "dispatch", "agency": "polsek-penajam"}, "#/agency"),  # it has a dispatch already
    ):
        assert API.request_fits("POST", "/v1/incidents/{id}/events", body)
        with nothing_is_written(stack, made):
            check_problem(stack.api("POST", path, json=body), 422, EVENT, [pointer])


# ---- the description and the daemon agree, also on what nobody thought of ---------------------------------------------------------

# The first three of each list are good, and drawn most often.
BAD = ["", "x", 0, 1, 1.5, -1, True, [], {}, "\x01", "é\n"]
WORDS = ["x", "é\n", None, "", " ", "\x01", "\x9f", 0, True, [], {}, "x" * 501, "x" * 2001]
CODES = [VILLAGE, "64.09", None, "64.09.01", "6409", "64.9", "64.09.01.10033", *BAD]
TIMES = ["2026-11-21T18:11:12Z", "2026-11-21t18:11:12.5+08:00", None, "2026-11-21 18:11:12Z",
         "2026-13-01T00:00:00Z", "1999-01-01T00:00:00Z", *BAD]
PHONES = ["0812-3456-7890", "+62(0)81234567", "+1 202 555 0100", "62 812 3456 789", "0062.81234567", "081234", "+0812345678", "812345678",
          "0812a345678", "+62", "62", "++6281234567", "0812345678901", "08123456789012", "\u200b", "0812\u00a03456\u20117890", None, *BAD]
PLACE = {"village_code": CODES, "text": WORDS, "lat": [0, 90, None, 90.1, -91, "1", True], "lon": [0, 180, None, 181, [], "1"], "latt": [1]}
REPORT_TYPES = API.doc["components"]["schemas"]["ReportType"]["enum"]
FIELDS = {
    "/v1/policy/dry-run": {
        "text": ["ada orang", "x" * 4000, *WORDS, "x" * 4001],
        "type": [*REPORT_TYPES, None, "unsure", *BAD],
        "urgency": ["critical", "high", None, "low", *BAD],
        "place": PLACE,
        "reporter": {"phone": PHONES, "name": WORDS, "anonymous": [True, False, None, 0, "true"], "email": ["x"]},
        "occurred_at": TIMES,
        "external_id": [*WORDS, "x" * 200, "x" * 201],
        "extra": [1],
    },
    f"/v1/dispatches/{NOBODY}/events": {
        "event": ["seen", "accept", "decline", "en_route", "on_scene", "complete", "cancel", None, *BAD],
        "version": [1, 2147483647, None, 2147483648, 2.0, *BAD],
        "eta": [1440, 20.0, *TIMES, 1441],
        "reason": [*WORDS, "x" * 500],
        "note": [*WORDS, "x" * 2000],
        "agency": ["x"],
    },
    f"/v1/incidents/{NOBODY}/events": {
        "event": ["triage", "dispatch", "close", "note", "cancel", "reopen", "hand_over", "withdraw", "false_report", "merge", "split", "accept",
                  None, *BAD],
        "version": [1, 2, None, *BAD],
        "reason": WORDS,
        "note": WORDS,
        "type": ["unclaimed_body", "followup", None, "unsure", *BAD],
        "urgency": ["high", "normal", None, *BAD],
        "village_code": CODES,
        "place_text": WORDS,
        "place": {"village_code": CODES, "text": WORDS, "lat": [1]},
        "agency": [*WORDS, "x" * 100, "x" * 101],
        "disposition": ["handled", "not_found", "other", "false_report", "x", None, *BAD],
        "to": [*WORDS, "x" * 200, "x" * 201],
        "evidence": [*WORDS, "x" * 9, "x" * 10, " " * 12, "x" * 2000, "x" * 2001],
        "into": [1, 1.0, 1.5, 0, 999999999999999, 1000000000000000, "1042", "042", "+1", NOBODY, NOBODY.upper(), NOBODY[1:], None, *BAD],
        "eta": [5],
    },
}
ROUTES = {f"/v1/dispatches/{NOBODY}/events": "/v1/dispatches/{id}/events", f"/v1/incidents/{NOBODY}/events": "/v1/incidents/{id}/events"}


def draw(rng, fields, rare):
    """A body with some of the fields."""
    body = {}
    for name, values in fields.items():
        if rng.random() > (0.02 if name in rare else 0.97 if name == "event" else 0.5):
            continue
        if isinstance(values, dict):
            body[name] = draw(rng, values, rare) if rng.random() < 0.9 else rng.choice([None, "x", []])
        else:
            body[name] = rng.choice(values[:3] if rng.random() < 0.9 else values)
    return body


@pytest.mark.parametrize("path", FIELDS)
def test_the_description_and_the_daemon_agree_about_any_body(stack, made, path):
    rng, verdicts = random.Random(path), []
    rare = {"extra", "latt", "email", "eta" if "incidents" in path else "agency", "lat" if "incidents" in path else ""}
    before = snapshot(stack)
    with requests.Session() as session:
        session.headers["Authorization"] = "Bearer " + stack.tokens["coordinator"]
        for _ in range(600):
            body = draw(rng, FIELDS[path], rare)
            r = session.post(stack.url + path, json=body, timeout=10)
            assert r.status_code in (200, 404, 422), (body, r.text)
            fits = API.request_fits("POST", ROUTES.get(path, path), body)
            assert fits == (r.status_code != 422), (body, r.text)
            verdicts.append(fits)
    assert 60 < sum(verdicts) < 540, "the draw has many of both kinds"
    assert snapshot(stack) == before


# ---- sizes, keys, paths, queries ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [65537, 1_000_000, 1 << 20])
def test_a_body_that_is_too_long_is_refused(stack, made, size):
    with nothing_is_written(stack, made):
        body = b'{"text":"' + b"x" * (size - 11) + b'"}'
        assert len(body) == size
        check_problem(stack.api("POST", "/v1/reports", "source", data=body), 413, None)
        check_problem(stack.api("POST", f"/v1/dispatches/{NOBODY}/events", "coordinator", data=body), 413, None)


def test_a_body_far_too_long_is_refused_without_being_kept(stack, made):
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", data=b"x" * 10_000_000)
        assert r.status_code == 413


def test_the_largest_body_is_read(stack, made):
    body = json.dumps({**T, "external_id": "largest"}).encode()
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", data=body[:-1] + b',"x":"' + b"y" * (65536 - len(body) - 7) + b'"}')
        check_problem(r, 422, REPORT, ["#/x"])


KEYS = ["", '""', "two words", "x" * 201, '"' + "x" * 201 + '"', "sébelas".encode().decode("latin-1"), "a\tb", '"a b"']


@pytest.mark.parametrize("key", KEYS)
def test_a_key_that_is_none_is_refused(stack, made, key):
    with nothing_is_written(stack, made):
        r = stack.api("POST", "/v1/reports", "source", {"text": "ada orang"}, {"Idempotency-Key": key.encode("latin-1")})
        check_problem(r, 400, "invalid-key")


PATHS = [
    ("/v1/reports/x", 404),
    ("/v1/reports/" + NOBODY + "0", 404),
    ("/v1/reports/" + NOBODY.replace("-", ""), 404),
    ("/v1/incidents/-1", 404),
    ("/v1/incidents/1e3", 404),
    ("/v1/incidents/99999999999999999999", 404),
    ("/v1/incidents/9223372036854775807", 404),
    ("/v1/dispatches/1001", 404),
    ("/v1/reports/%00", 400),
    ("/v1/reports/a%00b", 400),
    ("/v1/reports/%0a", 400),
    ("/v1/reports/%ff", 400),
    ("/v1/reports/%zz", 400),
    ("/v1/reports/%", 400),
    ("/v1/incidents/'%3b%20drop%20table%20event", 404),
    ("/v1/reports/" + "a" * 8000, 404),
    ("/v1//reports", 404),
    ("/v1/reports/", 404),
    ("/v1/incidents?after=1&" + "&".join(f"a{i}=1" for i in range(130)), 400),
    ("/v1/outbox?state=%00", 400),
]


@pytest.mark.parametrize("path, status", PATHS)
def test_a_path_that_names_nothing_is_a_problem(stack, made, path, status):
    with nothing_is_written(stack, made):
        with socket.create_connection(("127.0.0.1", stack.port), 10) as c:
            head = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {stack.tokens['coordinator']}\r\n\r\n"
            (reply,) = exchange(c, head.encode())
        assert reply.status == status, reply
        assert reply.problem["status"] == status


@pytest.mark.parametrize("query", ["state=%ff", "state=a%00b", "region=%25", "region=64.09'--", "type=%ed%a0%80",
                                   "after=x", "after=-5", "after=99999999999999999999"])
def test_a_query_that_means_nothing_is_refused(stack, made, query):
    with nothing_is_written(stack, made):
        r = stack.api("GET", "/v1/incidents?" + query)
        assert r.status_code == 400, r.text
        API.check_answer("GET", "/v1/incidents", r)


@pytest.mark.parametrize("form", ["", "event", "event=", "event=cancel", "event=silence",
                                  "event=decline&reason=%ff", "event=decline&reason=" + "x" * 1300,
                                  "%zz=%zz", "event=accept&" * 130])
def test_a_form_that_says_nothing_is_refused(stack, made, form):
    call = wait_until(lambda: stack.partner("polsek-penajam").about(made["incident"]["id"]), 10, "the notice")[0]
    link = call.json["data"]["dispatch"]["url"]
    with nothing_is_written(stack, made):
        r = requests.post(link, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=10)
        assert r.status_code in (400, 422), (form, r.status_code, r.text)
        API.check_answer("POST", "/d/{token}", r)


TOKENS = ["", "Bearer", "Bearer ", "Bearer x", "bearer sgp_", "Basic c291cmNlOng=",
          "Bearer " + "x" * 9000, "Bearer sgp_\u00ff", "sgp_x", "Bearer a b", "Bearer {source}x", "Bearer x{source}"]


@pytest.mark.parametrize("value", TOKENS)
def test_a_token_that_is_none_opens_nothing(stack, made, value):
    with nothing_is_written(stack, made):
        head = value.replace("{source}", stack.tokens["source"]).encode("latin-1")
        r = requests.post(stack.url + "/v1/reports", json=T, headers={"Authorization": head}, timeout=10)
        check_problem(r, 401, "unauthenticated")
        assert r.headers["WWW-Authenticate"] == "Bearer"


# ---- shapes of HTTP that servers have been tricked with ----------------------------------------------------------------------------

BODY = b'{"type":"abandoned_person","place":{"village_code":"64.09.01.1003"}}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
POST = b"POST /v1/reports HTTP/1.1\r\n"
TE = b"Transfer-Encoding: chunked\r\n"


@dataclasses.dataclass
class Reply:
    status: int
    problem: dict  # None: not a problem document


def exchange(connection, sent, wait=10):
    """Sends, reads until the daemon closes, and returns its answers; fails when it does not close."""
    raw = b""
    with contextlib.suppress(ConnectionError):  # it may have closed before all was sent
        connection.sendall(sent)
    connection.settimeout(wait)
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65536):
            raw += piece
    replies = []
    while raw:
        head, _, rest = raw.partition(b"\r\n\r\n")
        length = int(re.search(rb"\r\nContent-Length: (\d+)", head)[1])
        body, raw = rest[:length], rest[length:]
        is_problem = b"\r\nContent-Type: application/problem+json" in head
        replies.append(Reply(int(head.split(b" ")[1]), json.loads(body) if is_problem else None))
    return replies


# what, the bytes ({} stands for Host, token and Content-Type), statuses that are right, whether a problem document is due: what the HTTP
# library itself refuses it answers with a page of its own
SHAPES = [
    ("two lengths that agree", POST + b"{}" + LENGTH + LENGTH + b"\r\n" + BODY, {400}, True),
    ("two lengths that differ", POST + b"{}" + LENGTH + b"Content-Length: 5\r\n\r\n" + BODY, {400}, True),
    ("the shorter length first", POST + b"{}Content-Length: 0\r\n" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("a list of lengths", POST + b"{}Content-Length: %d, %d\r\n\r\n" % (len(BODY), len(BODY)) + BODY, {400}, False),
    ("length with a sign", POST + b"{}Content-Length: +%d\r\n\r\n" % len(BODY) + BODY, {400}, True),
    ("negative length", POST + b"{}Content-Length: -1\r\n\r\n" + BODY, {400}, False),
    ("hexadecimal length", POST + b"{}Content-Length: 0x44\r\n\r\n" + BODY, {400}, False),
    ("empty length", POST + b"{}Content-Length:\r\n\r\n" + BODY, {400}, False),
    ("space before the colon", POST + b"{}Content-Length : %d\r\n\r\n" % len(BODY) + BODY, {400}, True),
    ("length and chunks", POST + b"{}" + LENGTH + TE + b"\r\n" + CHUNKS, {400}, False),
    ("length 0 and chunks", POST + b"{}Content-Length: 0\r\n" + TE + b"\r\n" + CHUNKS, {400}, False),
    ("xchunked", POST + b"{}Transfer-Encoding: xchunked\r\n\r\n" + CHUNKS, {400}, True),
    ("chunked, identity", POST + b"{}Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNKS, {400}, False),
    ("gzip, chunked", POST + b"{}Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKS, {400}, True),
    ("chunked twice", POST + b"{}" + TE + TE + b"\r\n" + CHUNKS, {400}, False),
    ("chunked behind a vertical tab", POST + b"{}Transfer-Encoding:\x0bchunked\r\n\r\n" + CHUNKS, {400}, True),
    ("chunked in HTTP/1.0", b"POST /v1/reports HTTP/1.0\r\n{}" + TE + b"\r\n" + CHUNKS, {400}, True),
    ("a chunk size that is none", POST + b"{}" + TE + b"\r\nzz\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 413}, False),
    ("a negative chunk size", POST + b"{}" + TE + b"\r\n-44\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 413}, False),
    ("a chunk of 2^64 - 1", POST + b"{}" + TE + b"\r\nffffffffffffffff\r\n" + BODY + b"\r\n0\r\n\r\n", {400, 413}, False),
    ("chunks over the bound", POST + b"{}" + TE + b"\r\n" + b"10000\r\n%s\r\n" % (b" " * 65536) * 2 + b"0\r\n\r\n", {413}, True),
    ("NUL in the path", b"POST /v1/rep\0orts HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("NUL behind the path", b"POST /v1/reports\0 HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("%00 behind the path", b"POST /v1/reports%00 HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("no Host", POST + b"{no host}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("two Hosts", POST + b"{}Host: y\r\n" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("absolute target", b"POST http://x/v1/reports HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("dots in the path", b"POST /v1/x/../reports HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("two slashes in front", b"POST //v1/reports HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("space in the path", b"POST /v1/reports x HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("HTTP/2.0", b"POST /v1/reports HTTP/2.0\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("HTTP/0.9", b"POST /v1/reports\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 60 + b"\r\n\r\n", {400}, False),
    ("noise", b"\xff\xfe\x00\x01 \r\n\r\n", {400}, False),
    ("a header of 20000 bytes", POST + b"{}X-A: " + b"a" * 20000 + b"\r\n" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("3000 headers", POST + b"{}" + b"".join(b"X-%d: a\r\n" % i for i in range(3000)) + LENGTH + b"\r\n" + BODY, {400}, False),
    ("a target of 20000 bytes", b"POST /v1/reports?" + b"a" * 20000 + b" HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("GET with a body", b"GET /v1/incidents HTTP/1.1\r\n{}" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("unknown method", b"BREW /v1/reports HTTP/1.1\r\n{}\r\n", {501}, True),
    ("a header name with a space", POST + b"{}X Y: a\r\n" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("a header without name", POST + b"{}: a\r\n" + LENGTH + b"\r\n" + BODY, {400}, True),
    ("a header without colon", POST + b"{}X\r\n" + LENGTH + b"\r\n" + BODY, {400}, False),
    ("carriage returns in a header", POST + b"{}X: a\rContent-Length: 0\r\n" + LENGTH + b"\r\n" + BODY, {400}, False),
]
WELL_FRAMED = ("%00 behind the path", "dots in the path")


@pytest.mark.parametrize("what, sent, statuses, problem", SHAPES, ids=[c[0] for c in SHAPES])
def test_a_request_that_could_be_read_in_two_ways_is_refused(stack, made, what, sent, statuses, problem):
    own = f"Authorization: Bearer {stack.tokens['source']}\r\nContent-Type: application/json\r\n".encode()
    sent = sent.replace(b"{no host}", own).replace(b"{}", b"Host: x\r\n" + own)
    with nothing_is_written(stack, made):
        with socket.create_connection(("127.0.0.1", stack.port), 10) as c:
            replies = exchange(c, sent + b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert replies[0].status in statuses, replies
        if problem:
            assert replies[0].problem["status"] == replies[0].status
        if what in WELL_FRAMED:
            assert [r.status for r in replies[1:]] == [200], "the next request begins where this one ended"
        else:
            assert replies[1:] == [], "what follows a request of doubtful length is nobody's"


def test_a_request_behind_an_empty_one_is_looked_at_as_closely(stack, made):
    own = f"Host: x\r\nAuthorization: Bearer {stack.tokens['source']}\r\n".encode()
    with nothing_is_written(stack, made):
        with socket.create_connection(("127.0.0.1", stack.port), 10) as c:
            replies = exchange(c, POST + own + b"Content-Length: 0\r\n\r\n" + POST + own + LENGTH + LENGTH + b"\r\n" + BODY)
        assert [r.problem["status"] for r in replies] == [400, 400]


def test_one_well_framed_request_after_another_is_taken(stack):
    own = f"Host: x\r\nAuthorization: Bearer {stack.tokens['source']}\r\n".encode()
    before = stack.value("select count(*) from report")
    with socket.create_connection(("127.0.0.1", stack.port), 10) as c:
        replies = exchange(c, (POST + own + LENGTH + b"\r\n" + BODY) * 3 + POST + own + TE + b"\r\n" + CHUNKS)
    assert [r.status for r in replies] == [201] * 4
    assert stack.value("select count(*) from report") == before + 4
    wait_until(lambda: stack.value("select count(*) from outbox") == 0, 10, "the notices' delivery")


def test_a_body_that_never_ends_is_not_a_report(stack, made):
    own = f"Host: x\r\nAuthorization: Bearer {stack.tokens['source']}\r\n".encode()
    cut_off = (POST + own + b"Content-Length: 1000\r\n\r\n" + BODY, POST + own + TE + b"\r\n44\r\n" + BODY + b"\r\n", POST + own, b"POST")
    with nothing_is_written(stack, made):
        for sent in cut_off:
            with socket.create_connection(("127.0.0.1", stack.port), 10) as c:
                c.sendall(sent)
                c.shutdown(socket.SHUT_WR)
                replies = exchange(c, b"")
            assert [r.status for r in replies] in ([], [400])


def test_slow_clients_are_cut_off_and_hold_nobody_up(stack, made):
    """Bytes that trickle do not keep a request alive; a length that no body could have neither."""
    own = f"Host: x\r\nAuthorization: Bearer {stack.tokens['source']}\r\n".encode()
    starts = {"headers": POST + own, "body": POST + own + LENGTH + b"\r\n", "chunks": POST + own + TE + b"\r\n44\r\n",
              "length": POST + own + b"Content-Length: 99999999999999999999\r\n\r\n"}
    drops = {"headers": b"X-A: b\r\n", "body": b"{", "chunks": b"{", "length": b"{"}
    with nothing_is_written(stack, made), contextlib.ExitStack() as open_ones:
        slow = {}
        for name, start in starts.items():
            c = slow[name] = open_ones.enter_context(socket.create_connection(("127.0.0.1", stack.port), 10))
            c.sendall(start)
            c.setblocking(False)
        begun, next_drop, longest = time.monotonic(), 0, 0

        def trickle():
            nonlocal next_drop, longest
            now = time.monotonic()
            if now >= next_drop:  # a byte or so each second
                next_drop = now + 1
                for name, c in list(slow.items()):
                    with contextlib.suppress(ConnectionError):
                        c.send(drops[name])
                asked = time.monotonic()
                assert requests.get(stack.url + "/healthz", timeout=5).status_code == 200
                longest = max(longest, time.monotonic() - asked)
            for name, c in list(slow.items()):
                try:
                    if not c.recv(65536):
                        del slow[name]
                except BlockingIOError:
                    pass
                except ConnectionError:
                    del slow[name]
            return not slow

        wait_until(trickle, 40, "the end of slow requests")
        assert time.monotonic() - begun > 5, "a slow line is no crime"
        assert longest < 2
