"""The description of the API is complete and true: routes, roles, examples, and what the running daemon and its webhooks really say."""
import base64
import hashlib
import hmac
import json
import subprocess
import uuid

import jsonschema
import pytest
import requests

import openapi
import stack as harness
from stack import Answer, wait_until
from test_login import PASSWORD, add_user, login, totp, until_throttled

API = openapi.Description()
OPERATIONS = [(method, path) for method, path, _ in API.operations()]
ROLES = ("source", "agency", "coordinator", "admin", "auditor")
TOKEN_OF = {"agency": "polsek-penajam"}  # the other roles' tokens have the name of the role
NOBODY = "01a20131-2444-71ce-8a1f-8ba375bacac0"  # an id that nothing has


def path_with(path, id=NOBODY):
    """The route with its parameters filled in."""
    for name, value in {"id": id, "notice": id, "name": "kannel", "token": "x" * 32, "receipt": "1042-K7QX2", "address": "+6281350000001", "version": "1",
                        "slug": "nobody"}.items():
        path = path.replace("{%s}" % name, value)
    return path


def media_types():
    """(what, schema, example values) of every request and answer of every operation and webhook."""
    hooks = [("webhook", name, hook["post"]) for name, hook in API.doc["webhooks"].items()]
    for method, path, operation in [*API.operations(), *hooks]:
        bodies = [("request", operation["requestBody"])] if "requestBody" in operation else []
        bodies += [(status, API.follow(r)) for status, r in operation["responses"].items()]
        for part, body in bodies:
            for media, content in body.get("content", {}).items():
                values = [e["value"] for e in content.get("examples", {}).values()]
                values += [content["example"]] if "example" in content else []
                yield f"{method} {path} {part} {media}", part, content["schema"], values


# ---- the document -------------------------------------------------------------------------------------------------------


def test_every_route_of_the_daemon_is_described_and_nothing_else():
    printed = subprocess.run([harness.BUILD / "sigapd", "--print-routes"], check=True, capture_output=True, text=True).stdout
    routes = [tuple(line.split(" ", 1)) for line in printed.splitlines()]
    assert len(routes) == len(set(routes)) > 20
    assert sorted(routes) == sorted(OPERATIONS)


def test_the_served_description_is_the_file(stack):
    served = requests.get(stack.url + "/v1/openapi.json", timeout=10)
    assert served.headers["Content-Type"] == "application/json"
    assert json.loads(served.content) == API.doc


def test_the_description_is_well_formed():
    def refs(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from refs(value)
        elif isinstance(node, list):
            for value in node:
                yield from refs(value)

    used = set(refs(API.doc))
    for ref in used:
        API.follow({"$ref": ref})
    for section, parts in API.doc["components"].items():
        if section != "securitySchemes":
            assert {f"#/components/{section}/{name}" for name in parts} - used == set(), "described, but used nowhere"
    for name, schema in API.doc["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
    for what, _, schema, _ in media_types():
        jsonschema.Draft202012Validator.check_schema(schema)
    operations = [o for _, _, o in API.operations()]
    ids = [o["operationId"] for o in operations]
    assert len(ids) == len(set(ids))
    tags = [t["name"] for t in API.doc["tags"]]
    assert {t for o in operations for t in o["tags"]} == set(tags)
    for o in operations:
        assert o["summary"] and o["x-summary-id"] and any(s.startswith("2") or s == "303" for s in o["responses"]), o["operationId"]


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_the_parameters_of_the_path_are_described(method, path):
    described = {p["name"] for p in API.parameters(method, path) if p["in"] == "path"}
    assert described == {part[1:-1] for part in path.split("/") if part.startswith("{")}
    for p in API.parameters(method, path):
        if "example" in p:
            assert API.faults(p["schema"], p["example"]) == [], p["name"]


@pytest.mark.parametrize("what, part, schema, values", media_types(), ids=lambda v: v if isinstance(v, str) else "")
def test_every_example_fits_its_schema(what, part, schema, values):
    for value in values:
        assert API.faults(schema, value) == []
    if part == "request" or part.startswith("2"):
        assert values, "a request and an answer that is hoped for have an example"


def test_an_example_that_lies_would_be_found():
    schema = {"$ref": "#/components/schemas/ReportAnswer"}
    good = API.doc["paths"]["/v1/reports"]["post"]["responses"]["201"]["content"]["application/json"]["examples"]["dispatched"]["value"]
    assert API.faults(schema, good, API.closed) == []
    for broken in (
        {**good, "number": "1001"},
        {**good, "extra": 1},
        {**good, "id": "no-uuid"},
        {k: v for k, v in good.items() if k != "triage"},
        {**good, "dispatches": [{**good["dispatches"][0], "accept_by": "yesterday"}]},
        {**good, "incident": {**good["incident"], "phone": "+62"}},
    ):
        assert API.faults(schema, broken, API.closed) != []


# ---- who may ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_the_roles_described_are_those_let_in(stack, method, path):
    may = API.who_may(method, path)
    assert may.bearer == set() or may.session == may.bearer - {"source"}, "whoever may with a token may with a session; a source has none"
    for role in ROLES:
        r = stack.api(method, path_with(path), TOKEN_OF.get(role, role), json={} if method in ("POST", "PUT") else None, stream=True)
        if may.is_open:
            assert r.status_code not in (401, 403)
        elif may.gateway:
            assert r.status_code == 403, "a bearer token opens no gateway"
        else:
            assert (r.status_code != 403) == (role in may.bearer), (role, r.status_code)
        r.close()
    nobody = requests.request(method, stack.url + path_with(path), timeout=10, allow_redirects=False)
    if may.page:
        assert (nobody.status_code, nobody.headers["Location"].split("?")[0]) == (303, "/masuk")
    else:
        assert (nobody.status_code == 401) == bool(may.bearer | may.session)


# ---- real answers -------------------------------------------------------------------------------------------------------------


class Witness:
    """Calls the daemon and holds each answer against the description; remembers what it has seen."""

    def __init__(self, stack):
        self.stack = stack
        self.seen = set()

    def call(self, method, path, expect, token="coordinator", id=NOBODY, query="", raw=None, **more):
        if raw is not None:
            more["data"] = raw
        url = path_with(path, id) + query
        r = self.stack.api(method, url, token, **more)
        assert r.status_code == expect, (method, url, r.status_code, r.text)
        self.seen.add((method, path, API.check_answer(method, path, r)))
        return r

    def get(self, path, expect=200, **more):
        return self.call("GET", path, expect, **more)

    def post(self, path, expect, json=None, **more):
        return self.call("POST", path, expect, json=json, **more)


@pytest.fixture(scope="module")
def witness(stack):
    return Witness(stack)


@pytest.fixture(scope="module")
def made(witness):
    """A report with its incident and dispatches."""
    return witness.post("/v1/reports", 201, {
        "type": "abandoned_person", "urgency": "high", "text": "Kakek tidur di emperan pasar Petung",
        "place": {"village_code": "64.09.01.1003", "text": "emperan pasar", "lat": -1.33, "lon": 116.64},
        "reporter": {"phone": "0812-0000-7777", "name": "Contoh"}, "occurred_at": "2026-11-21T18:11:12+08:00",
        "external_id": "openapi-1"}, token="source").json()


def test_answers_to_reports_are_as_described(witness, made):
    for words in ("halo selamat pagi", "tolong pak ada orang", "di desa itu ada yang dipasung keluarganya"):
        witness.post("/v1/reports", 201, {"text": words}, token="source")
    # again, from the database
    witness.post("/v1/reports", 201, {"text": "Ada nenek terlantar di Petung"}, token="source", headers={"Idempotency-Key": "o-1"})
    again = witness.post("/v1/reports", 201, {"text": "Ada nenek terlantar di Petung"}, token="source", headers={"Idempotency-Key": "o-1"})
    assert again.headers["Location"] == "/v1/reports/" + again.json()["id"]
    witness.post("/v1/reports", 422, {"text": "lain"}, token="source", headers={"Idempotency-Key": "o-1"})
    witness.post("/v1/reports", 422, {"tekst": "x"}, token="source")
    witness.post("/v1/reports", 422, {f"m{i}": 1 for i in range(50)}, token="source")  # errors_left_out
    witness.post("/v1/reports", 400, raw=b"{", token="source")
    witness.post("/v1/reports", 400, {"text": "x"}, token="source", headers={"Idempotency-Key": "two words"})
    witness.post("/v1/reports", 413, raw=b" " * 65537, token="source")
    witness.post("/v1/reports", 401, {"text": "x"}, token=None)
    witness.post("/v1/reports", 403, {"text": "x"}, token="auditor")
    witness.stack.add_token("babulu", "source", scope="64.09.03")
    witness.stack.rules_changed()
    outside = witness.post("/v1/reports", 403, {"type": "abandoned_person", "place": {"village_code": "64.09.01"}}, token="babulu")
    assert outside.json()["errors"][0]["pointer"] == "#/place/village_code"
    report = witness.get("/v1/reports/{id}", id=made["id"], token="source").json()
    assert report["incident"]["id"] == made["incident"]["id"]
    witness.get("/v1/reports/{id}", 404, id=made["id"], token="babulu")
    witness.get("/v1/reports/{id}", 404, id="x")
    witness.get("/v1/reports/{id}", 401, token=None)
    witness.get("/v1/reports/{id}", 403, token="polsek-penajam")


def test_answers_to_dispatches_are_as_described(witness, made):
    ids = {d["agency"]: d["id"] for d in made["dispatches"]}
    police, office = ids["polsek-penajam"], ids["kelurahan-petung"]
    own, events = "polsek-penajam", "/v1/dispatches/{id}/events"
    for event, more in (("seen", {}), ("accept", {"eta": 20}), ("accept", {}), ("en_route", {"note": "Dua petugas"}), ("on_scene", {})):
        witness.post(events, 200, {"event": event, **more}, id=police, token=own)
        witness.get("/v1/dispatches/{id}", id=police, token=own)
    witness.post(events, 409, {"event": "decline", "reason": "x"}, id=police, token=own)
    witness.post(events, 409, {"event": "complete", "version": 1}, id=police, token=own)
    witness.post(events, 200, {"event": "complete"}, id=police, token=own)
    witness.post(events, 200, {"event": "decline", "reason": "Tidak ada petugas"}, id=office)
    witness.get("/v1/dispatches/{id}", id=office)
    witness.post(events, 400, raw=b"[", id=police)
    witness.post(events, 401, {"event": "seen"}, id=police, token=None)
    witness.post(events, 403, {"event": "seen"}, id=police, token="source")
    witness.post(events, 404, {"event": "seen"}, id=police, token="kelurahan-petung")
    witness.post(events, 413, raw=b" " * 16385, id=police)
    witness.post(events, 422, {"event": "decline"}, id=police)
    for token, query in ((own, ""), (own, "?state=open"),
                         ("auditor", "?state=completed&agency=polsek-penajam"), ("admin", "?state=cancelled")):
        witness.get("/v1/dispatches", token=token, query=query)
    assert witness.get("/v1/dispatches", token="kelurahan-petung").json()[0]["agency"] == "kelurahan-petung"
    too_many = "?" + "&".join(f"a{i}=1" for i in range(129))
    for path in ("/v1/dispatches", "/v1/incidents", "/v1/outbox", "/v1/alarms"):
        witness.get(path, 400, query=too_many)
        witness.get(path, 401, token=None)
        witness.get(path, 403, token="source")
    witness.get("/v1/dispatches/{id}", 401, token=None)
    witness.get("/v1/dispatches/{id}", 403, token="source")
    witness.get("/v1/dispatches/{id}", 404)


def test_answers_to_the_duty_room_are_as_described(witness, made):
    incident, events = made["incident"]["id"], "/v1/incidents/{id}/events"
    witness.post(events, 200, {"event": "note", "note": "Keluarga dihubungi"}, id=incident)
    more = witness.post(events, 200, {"event": "dispatch", "agency": "rsud-rapb"}, id=str(made["number"])).json()
    assert [d["agency"] for d in more["dispatches"]] == ["rsud-rapb"]
    witness.post(events, 200, {"event": "triage", "type": "unclaimed_body", "place": {"village_code": "64.09.03.2002"}}, id=incident)
    witness.post(events, 409, {"event": "reopen", "reason": "x"}, id=incident)
    witness.get("/v1/incidents/{id}", id=incident)
    witness.get("/v1/incidents/{id}", id=str(made["number"]), token="auditor")
    witness.post(events, 200, {"event": "close", "disposition": "referred"}, id=incident)
    closed = witness.get("/v1/incidents/{id}", id=incident).json()
    assert closed["state"] == "closed" and closed["disposition"] == "referred"
    witness.post(events, 200, {"event": "reopen", "reason": "Kembali ke lokasi"}, id=incident)
    witness.post(events, 200, {"event": "cancel", "reason": "Salah alamat"}, id=incident)
    witness.post(events, 400, raw=b"nul", id=incident)
    witness.post(events, 401, {"event": "note"}, token=None)
    witness.post(events, 403, {"event": "note"}, token="auditor")
    witness.post(events, 404, {"event": "note", "note": "x"})
    witness.post(events, 404, {"event": "note", "note": "x"}, id="0")
    witness.post(events, 413, raw=b" " * 16385, id=incident)
    witness.post(events, 422, {"event": "triage"}, id=incident)
    for query in ("", "?state=open", "?state=cancelled&type=unclaimed_body&region=64.09", "?after=1002"):
        witness.get("/v1/incidents", query=query)
    for status, token in ((200, "auditor"), (401, None), (403, "source")):
        witness.get("/v1/board", status, token=token)
        witness.get("/v1/stream", status, token=token)
    for status, token in ((401, None), (403, "source"), (404, "coordinator")):
        witness.get("/v1/incidents/{id}", status, token=token)
    witness.get("/v1/incidents/{id}", 404, id="x")


def test_answers_about_senders_are_as_described(stack, witness):
    one, marks, retire = "/v1/senders/{address}", "/v1/senders/{address}/marks", "/v1/senders/{address}/marks/{id}/retire"
    stack.send_sms("+6281350000001", "Ada nenek terlantar di Petung")
    mark = {"mark": "blocked", "reason": "Prank berulang", "until": "2099-01-01T00:00:00Z"}
    made = witness.post(marks, 201, mark).json()
    assert witness.get("/v1/senders").json()[0]["id"] == made["id"]
    assert witness.get("/v1/senders", query="?mark=prank").json() == []
    sender = witness.get(one).json()
    assert sender["reports"][0]["turn"] == "report" and sender["marks"][0]["ends_at"] is not None
    witness.post(retire, 200, id=made["id"])
    witness.post(retire, 404, id=made["id"])
    witness.post(marks, 422, {**mark, "until": "2020-01-01T00:00:00Z"})
    witness.post(marks, 422, {**mark, "report": "x"})
    witness.post(marks, 422, {"mark": "blocked", "reason": "x"})
    witness.post(marks, 400, raw=b"{")
    witness.get("/v1/senders", 400, query="?mark=some")
    for path in (marks, retire):
        witness.post(path, 401, {}, token=None)
        witness.post(path, 403, {}, token="auditor")
        witness.post(path, 413, raw=b" " * 16385)
    for path in ("/v1/senders", one):
        witness.get(path, 401, token=None)
        witness.get(path, 403, token="source")
    for method, path in (("GET", one), ("POST", marks), ("POST", retire)):
        r = stack.api(method, path_with(path).replace("+6281350000001", "nobody"), "coordinator")
        assert r.status_code == 404
        witness.seen.add((method, path, API.check_answer(method, path, r)))


def test_answers_about_logging_in_are_as_described(stack, witness):
    add_user(stack, "ani", "coordinator")
    first, form = login(stack, "ani"), {"Content-Type": "application/x-www-form-urlencoded"}

    def see(method, path, expect, cookie=True, csrf=True, raw=None, json=None, token=None, headers=None):
        own = {"Authorization": "Bearer " + stack.tokens[token]} if token else {"Cookie": first.cookie} if cookie else {}
        own |= {"X-Sigap-Csrf": first.csrf} if csrf and cookie else {}
        r = requests.request(method, stack.url + path, headers={**own, **(headers or {})}, data=raw, json=json, timeout=20, allow_redirects=False)
        assert r.status_code == expect, (method, path, r.status_code, r.text)
        witness.seen.add((method, path, API.check_answer(method, path, r)))
        return r

    session, password, totp_path, end = "/v1/session", "/v1/session/password", "/v1/session/totp", "/v1/session/end"
    see("POST", session, 200, cookie=False, json={"user": "ani", "password": PASSWORD})
    see("GET", session, 200)
    see("GET", session, 401, cookie=False)
    see("GET", session, 403, token="admin")
    see("POST", session, 400, cookie=False, raw=b"{")
    see("POST", session, 403, cookie=False, json={}, headers={"Sec-Fetch-Site": "cross-site"})
    see("POST", session, 413, cookie=False, raw=b" " * 4097)
    see("POST", session, 422, cookie=False, json={"user": "ani"})
    for path, body in ((password, {"old": PASSWORD, "new": "perahu-kertas-di-hulu-7"}), (totp_path, {"remove": True, "password": PASSWORD}), (end, {})):
        see("POST", path, 401, cookie=False, json=body)
        see("POST", path, 403, csrf=False, json=body)
        see("POST", path, 413, raw=b" " * 4097)
        if path != end:
            see("POST", path, 400, raw=b"{")
    key = see("POST", totp_path, 200, json={}).json()["secret"]
    see("POST", totp_path, 422, json={"code": "12"})
    see("POST", totp_path, 204, json={"code": totp(key)})
    see("POST", totp_path, 409, json={})
    see("POST", totp_path, 204, json={"remove": True, "password": PASSWORD})
    see("POST", password, 422, json={"old": PASSWORD, "new": "pendek"})
    see("POST", password, 204, json={"old": PASSWORD, "new": "perahu-kertas-di-hulu-7"})

    def see_throttled(path, **request):
        headers = {"Cookie": first.cookie, "X-Sigap-Csrf": first.csrf} if path.startswith(session + "/") else {}
        answers = until_throttled(lambda i: requests.post(stack.url + path, headers=headers, timeout=20, allow_redirects=False, **request))
        witness.seen.add(("POST", path, API.check_answer("POST", path, answers[-1])))

    see_throttled(password, json={"old": PASSWORD, "new": "bambu-runcing-seberang-8"})
    see_throttled(totp_path, json={"remove": True, "password": PASSWORD})
    see_throttled(session, json={"user": "ani", "password": PASSWORD})
    see_throttled("/masuk", data={"user": "ani", "password": PASSWORD})
    see("POST", session, 401, cookie=False, json={"user": "tidakada", "password": PASSWORD})
    see("GET", "/masuk", 200, cookie=False)
    add_user(stack, "budi", "coordinator")
    see("POST", "/masuk", 303, cookie=False, raw={"user": "budi", "password": PASSWORD})
    see("POST", "/masuk", 401, cookie=False, raw={"user": "budi", "password": "salah"})
    see("POST", "/masuk", 422, cookie=False, raw={"user": "budi"})
    see("POST", "/masuk", 403, cookie=False, raw={"user": "budi"}, headers={"Sec-Fetch-Site": "cross-site"})
    see("POST", "/masuk", 413, cookie=False, raw=b" " * 8193)
    see("POST", "/masuk", 400, cookie=False, raw="&".join(f"a{i}=1" for i in range(129)), headers=form)
    see("POST", "/keluar", 413, raw=b" " * 8193, headers=form)
    see("POST", "/keluar", 403, csrf=False, raw="csrf=x", headers=form)
    see("POST", end, 204)
    see("POST", "/keluar", 303, raw="csrf=x", headers=form)


def test_answers_about_likely_duplicates_are_as_described(stack, witness):
    made = [stack.report(village="64.09.01.1003", kind="unclaimed_body", text="ditemukan mayat tanpa identitas di bengkel las pak joko, pakai jaket kulit hitam")
            for _ in range(2)]
    ids = {m["incident"]["id"] for m in made}
    (pair,) = wait_until(lambda: [d for d in witness.get("/v1/duplicates").json() if {d["incident"]["id"], d["other"]["id"]} == ids], 10, "the suggestion")
    assert pair["reasons"] and pair["decision"] is None
    witness.get("/v1/incidents/{id}", id=made[1]["incident"]["id"])
    witness.get("/v1/duplicates", query="?state=all")
    witness.get("/v1/duplicates", 400, query="?state=some")
    witness.get("/v1/duplicates", 401, token=None)
    witness.get("/v1/duplicates", 403, token="source")


def test_answers_about_numbers_are_as_described(witness, made):
    numbers = "/v1/numbers"
    assert witness.get(numbers, query="?by=agency").json()["groups"]
    assert witness.get(numbers, query="?by=type&format=csv", token="auditor").text.startswith("by,key,label,")
    assert witness.get(numbers, query="?from=2020-01-01&until=2020-01-02", token="admin").json()["total"]["measures"]["response"]["p50"] is None
    witness.get(numbers, 400, query="?by=hour")
    witness.get(numbers, 401, token=None)
    witness.get(numbers, 403, token="source")


def test_answers_about_the_shift_that_ends_are_as_described(stack, witness, made):
    handover = "/v1/handover"
    stack.sql("insert into alarm (kind, key, detail) values ('shift_gap', 'x', 'Besok malam tidak ada yang piket')")
    sheet = witness.get(handover).json()
    assert sheet["open"] and sheet["alarms"] and sheet["on_duty"][0]["person"] == "budi" and sheet["opened"] >= 1
    witness.get(handover, query="?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z", token="auditor")
    witness.get(handover, 400, query="?from=today")
    witness.get(handover, 401, token=None)
    witness.get(handover, 403, token="source")


def test_answers_about_how_the_gateways_are_are_as_described(witness):
    (kannel,) = witness.get("/v1/gateways").json()
    assert kannel["name"] == "kannel" and kannel["state"] in ("ok", "failing")
    witness.get("/v1/gateways", 401, token=None)
    witness.get("/v1/gateways", 403, token="source")


def test_answers_about_places_are_as_described(witness):
    regions = "/v1/regions"
    found = witness.get(regions, query="?under=64.09&q=laba", token="polsek-penajam").json()["regions"]
    assert [r["name"] for r in found] == ["Labangka", "Labangka Barat"] and found[0]["within"] == "Babulu, Penajam Paser Utara"
    assert [r["code"] for r in witness.get(regions, query="?under=64.09", token="source").json()["regions"]] == ["64.09.01", "64.09.02", "64.09.03", "64.09.04"]
    assert witness.get(regions).json()["regions"][0] == {"code": "64", "name": "Kalimantan Timur", "within": "", "level": "province"}
    for query in ("?limit=0", "?q=a&limit=51", "?under=petung", "?q=" + "x" * 101):
        witness.get(regions, 400, query=query)
    witness.get(regions, 401, token=None)


def test_answers_about_reporters_and_who_saw_them_are_as_described(witness, made):
    reporter, log, why = "/v1/reports/{id}/reporter", "/v1/access-log", {"reason": "Alamat tidak jelas"}
    assert witness.post(reporter, 200, why, id=made["id"]).json() == {"phone": "+6281200007777", "name": "Contoh"}
    witness.post(reporter, 400, raw=b"{", id=made["id"])
    witness.post(reporter, 401, why, token=None)
    witness.post(reporter, 403, why, token="auditor")
    witness.post(reporter, 404, why)
    witness.post(reporter, 413, raw=b" " * 16385)
    witness.post(reporter, 422, {"reason": "x"}, id=made["id"])
    (entry,) = witness.get(log, token="auditor", query=f"?object=reporter:{made['id']}").json()
    assert entry["reason"] == why["reason"] and entry["incident"]["id"] == made["incident"]["id"]
    witness.get(log, 400, token="admin", query="?after=x")
    witness.get(log, 401, token=None)
    witness.get(log, 403)


def test_answers_about_the_rules_are_as_described(stack, witness):
    stack.sql("insert into alarm (kind, key, detail) values ('gateway_silent', 'kannel', 'Gerbang SMS kannel tidak menjawab')")
    for path in ("/v1/agencies", "/v1/people", "/v1/shifts", "/v1/policy", "/v1/alarms"):
        assert witness.get(path).json()
        witness.get(path, 401, token=None)
        witness.get(path, 403, token="source")
    witness.get("/v1/shifts", 400, query="?from=tomorrow")
    begins = witness.get("/v1/shifts").json()["shifts"][0]["from"]
    notes = "/v1/handover-notes"
    witness.post(notes, 201, {"text": "Kejadian 1042 menunggu ambulans."})
    assert witness.get(notes).json()[0]["text"] == "Kejadian 1042 menunggu ambulans."
    witness.get(notes, 401, token=None)
    witness.get(notes, 403, token="auditor")
    days = {"ani": "2099-01-01T00:00:00Z", "uci": "2099-01-02T00:00:00Z"}
    for person, day in days.items():
        stack.sql("insert into person (slug, name, role) values (%s, %s, 'officer')", person, person)
        stack.sql("insert into shift (person, role, starts_at, ends_at) values (%s, 'officer', %s, %s::timestamptz + interval '12 hours')",
                  person, day, day)
    stack.rules_changed()
    swap = {"role": "officer", "person": "ani", "starts_at": days["ani"], "with": "uci", "with_starts_at": days["uci"]}
    span = {"role": "officer", "from": "2100-01-01T00:00:00Z", "until": "2100-01-02T00:00:00Z"}
    for path, body, status in ((notes, {"text": "Tidak ada"}, 201), ("/v1/shifts/accept", {"person": "budi", "starts_at": begins}, 200),
                               ("/v1/shifts/overrides", {**span, "person": "budi"}, 201), ("/v1/shifts/swaps", swap, 201)):
        witness.post(path, status, body)
        witness.post(path, 400, raw=b"{")
        witness.post(path, 401, {}, token=None)
        witness.post(path, 403, {}, token="auditor")
        witness.post(path, 413, raw=b" " * 16385)
        witness.post(path, 422, {})
    dry = "/v1/policy/dry-run"
    whole = witness.post(dry, 200, {"type": "shackled_patient", "urgency": "critical", "place": {"village_code": "64.09.01.1003"},
                                    "reporter": {"phone": "08120000777"}}).json()
    assert whole["plan"]["dispatches"] and whole["plan"]["deadlines"] and whole["plan"]["notices"]
    assert witness.post(dry, 200, {"text": "halo"}).json()["plan"]["incident"] is None
    assert witness.post(dry, 200, {"type": "abandoned_person"}).json()["plan"]["state"] != ""
    assert witness.post(dry, 200, {"text": "qwerty zxcvb"}).json()["plan"] is not None
    witness.post(dry, 400, raw=b"")
    witness.post(dry, 401, {}, token=None)
    witness.post(dry, 403, {}, token="source")
    witness.post(dry, 200, {"report": {"type": "abandoned_person"}, "policy": harness.POLICY.read_text()})
    witness.post(dry, 413, raw=b" " * 614401)
    witness.post(dry, 422, {"type": "abandoned_person", "place": {"village_code": "99"}})
    witness.post(dry, 422, {"report": {"type": "abandoned_person"}, "policy": "{"})


def test_answers_about_the_directory_are_as_described(witness):
    agency, person = "/v1/agencies/{slug}", "/v1/people/{slug}"
    new = {agency: {"name": "Contoh", "kind": "other", "jurisdiction": ["64.09"], "contacts": [{"channel": "sms", "phone": "081200008888"}]},
           person: {"name": "Contoh", "role": "officer", "scope": "64.09", "phone": "081200008889"}}

    def at(path, slug, method="PUT", expect=200, token="admin", **more):
        r = witness.stack.api(method, path.replace("{slug}", slug), token, **more)
        assert r.status_code == expect, (method, path, slug, r.status_code, r.text)
        witness.seen.add((method, path, API.check_answer(method, path, r)))
        return r.json()

    for path, last in ((agency, None), (person, "budi")):
        retire, changes = path + "/retire", path + "/changes"
        assert at(path, "contoh", json=new[path])["version"] == 1
        at(path, "contoh", expect=409, json=new[path])
        at(path, "contoh", expect=422, json={**new[path], "name": ""})
        at(path, "contoh", "GET")
        at(retire, "contoh", "POST", json={"version": 1})
        at(retire, "contoh", "POST", 409)
        at(retire, "contoh", "POST", 422, json={"extra": 1})
        if last is not None:
            assert at(retire, last, "POST", 422)["holes"]
        at(retire, "nobody", "POST", 404)
        assert [c["action"] for c in at(changes, "contoh", "GET")] == ["retire", "put"]
        for method, where, allowed in (("PUT", path, 65536), ("POST", retire, 16384), ("GET", path, 0), ("GET", changes, 0)):
            at(where, "contoh", method, 401, None)
            at(where, "contoh", method, 403, "source")
            if method == "GET":
                at(where, "nobody", method, 404)
            else:
                at(where, "contoh", method, 400, data=b"{")
                at(where, "contoh", method, 413, data=b" " * (allowed + 1))
    for path in ("/v1/agencies", "/v1/people"):
        assert len(witness.get(path, query="?all=1").json()) > len(witness.get(path, query="?all=0").json())
        witness.get(path, 400, query="?all=some")


def test_answers_about_the_roster_are_as_described(stack, witness):
    shifts, overrides, rotations = "/v1/shifts", "/v1/shifts/overrides", "/v1/rotations"
    span = {"from": "2101-01-01T00:00:00Z", "until": "2101-01-02T00:00:00Z"}
    shift = witness.post(shifts, 201, {**span, "person": "budi"}).json()["id"]
    override = witness.post(overrides, 201, {**span, "role": "coordinator", "person": "budi", "reason": "Sakit"}).json()["id"]
    rotation = {"slug": "nobody", "role": "officer", "people": ["budi"], "from": span["from"], "shift_s": 3600}
    witness.post(rotations, 201, rotation)
    witness.post(rotations, 409, rotation)
    assert all(witness.get("/v1/roster").json().values())
    assert witness.get(shifts, query=f"?from={span['from']}&until={span['until']}").json()["shifts"]
    for path, id in ((shifts + "/{id}/retire", shift), (overrides + "/{id}/retire", override), (rotations + "/{slug}/retire", NOBODY)):
        witness.post(path, 401, id=id, token=None)
        witness.post(path, 403, id=id, token="auditor")
        witness.post(path, 413, id=id, raw=b" " * 16385)
        witness.post(path, 200, id=id)
        witness.post(path, 404, id=id)
    for path in (shifts, rotations):
        witness.post(path, 400, raw=b"{")
        witness.post(path, 401, {}, token=None)
        witness.post(path, 403, {}, token="auditor")
        witness.post(path, 413, raw=b" " * 16385)
        witness.post(path, 422, {})
    witness.get("/v1/roster", 401, token=None)
    witness.get("/v1/roster", 403, token="source")


def test_answers_about_a_tried_contact_are_as_described(stack, witness):
    test, notice, police = "/v1/contacts/{id}/test", "/v1/notices/{id}", stack.partner("polsek-penajam")
    (contact,) = witness.stack.api("GET", "/v1/agencies/polsek-penajam").json()["contacts"]
    id = witness.post(test, 202, id=contact["id"]).json()["notice"]
    call = wait_until(lambda: [c for c in police.calls if c.type == "contact.test"], 10, "the test")[0]
    hook = API.closed["webhooks"]["test"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert API.faults(hook, call.json, API.closed) == []
    assert wait_until(lambda: witness.get(notice, id=id).json()["attempts"], 10, "its attempt")
    for path, method, status in ((test, "POST", 403), (notice, "GET", 403)):
        witness.call(method, path, 401, None)
        witness.call(method, path, status, "source")
        witness.call(method, path, 404)
    witness.post(test, 413, raw=b" " * 16385)


def test_answers_about_the_policy_are_as_described(witness):
    one, versions, version, check = "/v1/policy", "/v1/policy/versions", "/v1/policy/versions/{version}", "/v1/policy/check"
    now = witness.get(one).json()
    holed = now["text"].replace('["duty"]', '["person:tidak-ada"]', 1)
    body = {"text": holed, "base_version": now["version"]}
    assert witness.call("PUT", one, 422, "admin", json=body).json()["holes"]
    assert witness.call("PUT", one, 422, "admin", json={**body, "text": "{"}).json()["faults"]
    witness.call("PUT", one, 422, "admin", json={})
    assert witness.call("PUT", one, 200, "admin", json={**body, "force": True}).json()["version"] > now["version"]
    assert witness.call("PUT", one, 409, "admin", json={**body, "text": now["text"], "force": True}).json()["current"]["text"] == body["text"]
    assert witness.get(version).json()["version"] == 1
    witness.stack.sql("delete from policy where version = 1")
    witness.get(version, 404)
    assert witness.get(versions).json()[0]["holes"] > 0
    assert witness.post(check, 200, {"text": "{"}).json()["faults"]
    assert witness.post(check, 200, {"text": holed}).json()["holes"]
    witness.post(check, 422, {})
    for method, path, token in (("PUT", one, "coordinator"), ("POST", check, "auditor"), ("GET", versions, "source"), ("GET", version, "source")):
        witness.call(method, path, 401, None)
        witness.call(method, path, 403, token)
        if method != "GET":
            witness.call(method, path, 400, "admin", raw=b"{")
            witness.call(method, path, 413, "admin", raw=b" " * 614401)


def test_answers_about_notices_are_as_described(stack, witness):
    stack.partner("polsek-penajam").default = Answer(410)
    made = stack.report()
    dead = wait_until(lambda: witness.get("/v1/outbox", query="?state=dead").json(), 10, "a notice on the list of the dead")
    witness.get("/v1/incidents/{id}", id=made["incident"]["id"])
    stack.partner("polsek-penajam").default = Answer(503)
    replay = "/v1/outbox/{notice}/replay"
    assert witness.post(replay, 200, id=dead[0]["notice"]).json() == {"state": "waiting"}
    wait_until(lambda: witness.get("/v1/outbox", query="?state=waiting").json(), 10, "a notice that waits")
    stack.partner("polsek-penajam").default = Answer(200)  # before its breaker stays open for long
    witness.get("/v1/outbox", 400, query="?state=dying")
    stack.sql("insert into alarm (kind, key, detail) values ('clock_step', '', 'jam server meloncat 3 detik')")
    for query in ("", "?state=active", "?state=all"):
        assert witness.get("/v1/alarms", query=query).json()[0]["kind"] == "clock_step"
    witness.get("/v1/alarms", 400, query="?state=some")
    witness.post(replay, 401, token=None)
    witness.post(replay, 403, token="auditor")
    witness.post(replay, 404)
    witness.post(replay, 413, raw=b" " * 16385)


def test_answers_to_gateways_are_as_described(stack, witness):
    token = f"?token={stack.gateway_token}"
    inbound, status = "/v1/gateways/{name}/inbound", "/v1/gateways/{name}/status"
    empty = witness.get(inbound, query=token + "&id=o1&from=%2B6281200007001&text=Ada+nenek+terlantar+di+Petung", token=None)
    assert empty.content == b""
    witness.post(inbound, 200, query=token + "&id=o2", token=None, raw=b"Ada kakek terlantar di Petung",
                 headers={"X-Kannel-From": "+6281200007002", "Content-Type": "text/plain; charset=utf-8"})
    receipt = wait_until(lambda: stack.sql("select id from notice where kind = 'receipt'"), 10, "a receipt")[0]["id"]
    witness.get(status, query=f"{token}&ref={receipt}&type=8&reply=ok", token=None)
    witness.post(status, 200, query=f"{token}&ref={receipt}&type=1", token=None)
    number = stack.value("select i.number from notice n join incident i on i.id = n.incident_id where n.id = %s", receipt)
    witness.get("/v1/incidents/{id}", id=str(number))
    for path in (inbound, status):
        witness.get(path, 403, query="?token=wrong", token=None)
        witness.post(path, 403, query="?token=wrong", token=None)
        witness.post(path, 413, query=token, token=None, raw=b" " * (1024 * 1024 + 1))


def test_answers_on_the_partners_page_are_as_described(stack, witness):
    made = stack.report()
    call = wait_until(lambda: stack.partner("kelurahan-petung").about(made["incident"]["id"]), 10, "the village office's notice")[0]
    link = call.json["data"]["dispatch"]["url"].rsplit("/", 1)[1]
    path, form = "/d/{token}", {"Content-Type": "application/x-www-form-urlencoded"}

    def page(method, expect, raw=None, token=link):
        r = stack.api(method, "/d/" + token, None, data=raw, headers=form)
        assert r.status_code == expect, (raw, r.status_code, r.text)
        witness.seen.add((method, path, API.check_answer(method, path, r)))

    page("GET", 200)
    page("POST", 422, "event=decline")
    page("POST", 422, "event=accept%00x")
    page("POST", 200, "event=accept")
    page("POST", 200, "event=complete")
    page("POST", 409, "event=decline&reason=x")
    page("POST", 422, "event=cancel")
    page("POST", 400, "&".join(f"a{i}=1" for i in range(129)))
    page("POST", 413, " " * 8193)
    page("GET", 404, token="x" * 32)
    page("POST", 404, "event=seen", token="x" * 32)


def test_answers_on_the_citizens_pages_are_as_described(stack, witness):
    def see(method, path, status, raw=None, url=None):
        r = stack.api(method, url or path, None, data=raw, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert r.status_code == status, (raw, r.status_code, r.text)
        witness.seen.add((method, path, API.check_answer(method, path, r)))
        return r

    see("GET", "/lapor", 200)
    see("POST", "/lapor", 422, "key=x")
    see("POST", "/lapor", 400, "&".join(f"a{i}=1" for i in range(129)))
    see("POST", "/lapor", 413, " " * 16385)
    kept = see("POST", "/lapor", 201, "key=x&text=Ada+kakek+terlantar&area=64.09.01.1003")
    see("GET", "/lapor/{receipt}", 200, url=kept.headers["Location"])
    see("GET", "/lapor/{receipt}", 404, url=kept.headers["Location"] + "x")
    while stack.api("POST", "/lapor", None, data={"key": "x", "text": "Ada kakek terlantar", "area": "64.09.01.1003"}).status_code == 201:
        pass
    see("POST", "/lapor", 429, "key=y&text=Ada+kakek+terlantar")
    while stack.api("GET", "/lapor/1042-K7QX2", None).status_code == 404:
        pass
    see("GET", "/lapor/{receipt}", 429, url=kept.headers["Location"])


def test_an_agencys_list_is_answered_as_described(stack, witness):
    for token, status in (("polsek-penajam", 200), ("coordinator", 403), (None, 303)):
        r = stack.api("GET", "/tugas", token, allow_redirects=False)
        assert r.status_code == status
        witness.seen.add(("GET", "/tugas", API.check_answer("GET", "/tugas", r)))


def test_answers_about_the_daemon_are_as_described(stack, witness):
    for path in ("/healthz", "/readyz", "/metrics", "/v1/openapi.json"):
        witness.get(path, token=None)


def test_answers_of_the_console_are_as_described(stack, witness):
    witness.get("/v1/console")
    witness.get("/v1/console", 401, token=None)
    witness.get("/v1/console", 403, token="source")
    for path, name in (("/", ""), ("/favicon.ico", ""), ("/console/{file}", "main.js"), ("/console/screens/{file}", "board.js"), ("/console/vendor/{file}", "preact.js")):
        for headers, expect in (({}, 200), ({"If-None-Match": "*"}, 304)):
            r = stack.api("GET", path.replace("{file}", name), None, headers=headers)
            assert r.status_code == expect
            witness.seen.add(("GET", path, API.check_answer("GET", path, r)))
        if name:
            witness.get(path, 404, token=None)


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_a_request_that_is_not_framed_in_one_way_is_a_problem_everywhere(witness, method, path):
    # a bad escape in the query is the query's own affair; in the path it is nobody's
    r = witness.stack.api(method, path_with(path), "coordinator", headers={"Host": "two, hosts"})
    assert r.status_code == 400
    witness.seen.add((method, path, API.check_answer(method, path, r)))


def test_other_methods_are_answered_405_with_those_that_are_allowed(stack):
    for path in API.doc["paths"]:
        methods = {m for m, p in OPERATIONS if p == path}
        r = stack.api("DELETE", path_with(path), "admin")
        assert r.status_code == 405 and API.check_answer(*next(o for o in OPERATIONS if o[1] == path), r, may_be_default=True) == "405"
        assert set(r.headers["Allow"].split(", ")) == methods | ({"HEAD"} if "GET" in methods else set())


# What no test of this module can bring about: faults of the database (tests/system/test_operation.py sees 503, test_numbers.py 504), and
# messages under a report's key that are none, and reports while the database is away (test_spool.py).
UNSEEN = {"500", "503", "504"}


def test_every_answer_that_is_described_was_seen(witness):
    described = {(m, p, s) for m, p, o in API.operations() for s in o["responses"] if s != "default" and s not in UNSEEN}
    described -= {("POST", "/v1/reports", "409"), ("POST", "/v1/reports", "202"), ("GET", "/v1/policy", "404")}
    assert described - witness.seen == set()


# ---- webhooks ---------------------------------------------------------------------------------------------------------------


def check_webhook(call):
    hook = API.closed["webhooks"]["notice"]["post"]
    assert API.faults(hook["requestBody"]["content"]["application/json"]["schema"], call.json, API.closed) == []
    assert call.headers["content-type"] == "application/json"
    for p in hook["parameters"]:
        assert API.faults(p["schema"], call.headers[p["name"]], API.closed) == [], p["name"]
    assert call.headers["webhook-id"] == call.json["data"]["notice"]
    assert abs(int(call.headers["webhook-timestamp"]) - call.at) < 60


def test_a_webhook_is_as_described_and_signed(stack):
    for p in stack.partners.values():
        p.default = Answer(200)
        p.forget()
    made = stack.report(place={"village_code": "64.09.01.1003", "text": "emperan pasar", "lat": -1.33, "lon": 116.64})
    police, incident = stack.partner("polsek-penajam"), made["incident"]["id"]
    (created,) = wait_until(lambda: police.about(incident, "dispatch.created"), 10, "the police's notice")
    stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "cancel", "reason": "Salah alamat"})
    (cancelled,) = wait_until(lambda: police.about(incident, "dispatch.cancelled"), 10, "the stand-down")
    assert cancelled.json["data"]["dispatch"]["state"] == "cancelled"
    for call in (created, cancelled):
        check_webhook(call)
        secret = stack.value("select secret from contact where agency = 'polsek-penajam'").removeprefix("whsec_")
        signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
        mac = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
        assert call.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert created.headers["webhook-id"] != cancelled.headers["webhook-id"]
    uuid.UUID(created.json["data"]["dispatch"]["id"])


def test_webhooks_without_a_sure_place_are_as_described(stack):
    made = stack.report(village=None)
    calls = wait_until(lambda: [c for p in stack.partners.values() for c in p.about(made["incident"]["id"])], 10, "any notice")
    for call in calls:
        check_webhook(call)
    assert calls[0].json["data"]["incident"]["place"]["village_code"] is None
