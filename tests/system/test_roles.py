"""Promise: everybody does what his role allows in his own area, and of what lies outside it he learns nothing.

Walks every operation of protocol/openapi.yaml with every kind of caller, by token and by session, against real objects of two districts: Penajam (64.09.01) and Sepaku
(64.09.04). A new operation fails here until CALLS says how it is called."""
import contextlib
import json
import re

import pytest
import requests

import openapi
from stack import AGENCIES, Answer, Stack, agency, wait_until
from test_login import add_user, login

API = openapi.Description()
OPERATIONS = [(method, path) for method, path, _ in API.operations()]
UNSAFE = [(m, p) for m, p in OPERATIONS if m != "GET" and API.who_may(m, p).session]
NOBODY = "01a20131-2444-71ce-8a1f-8ba375bacac0"  # an id that nothing has
NUMBERS_FROM = 73519001  # report numbers that stand nowhere by chance

# How each operation is called. {…} of the path are filled with what one of the two districts has; body: JSON; form: a form; queries: variants of the query; told:
# the answer is the same for what lies outside as for what does not exist, and no 404; once: it would end the caller's session, so each call has one of its own.
CALLS = {
    "POST /v1/reports": lambda a: {"body": {"type": "abandoned_person", "place": {"village_code": a.village}}},
    "GET /v1/reports/{id}": lambda a: {"id": a.report},
    "POST /v1/reports/{id}/reporter": lambda a: {"id": a.report, "body": {"reason": "uji coba peran dan wilayah"}},
    "GET /v1/gateways/{name}/inbound": lambda a: {},
    "POST /v1/gateways/{name}/inbound": lambda a: {"form": {"text": "halo"}},
    "GET /v1/gateways/{name}/status": lambda a: {},
    "POST /v1/gateways/{name}/status": lambda a: {"form": {"ref": a.notice}},
    "GET /v1/outbox": lambda a: {"queries": ("", "?state=waiting")},
    "POST /v1/outbox/{notice}/replay": lambda a: {"id": a.notice},
    "GET /v1/duplicates": lambda a: {"queries": ("", "?state=all")},
    "GET /v1/numbers": lambda a: {"queries": ("", "?by=region", "?by=agency&format=csv", f"?region={a.code}&by=day")},
    "GET /v1/alarms": lambda a: {"queries": ("", "?state=all")},
    "GET /v1/gateways": lambda a: {},
    "GET /v1/access-log": lambda a: {"queries": ("", f"?object=report:{a.report}")},
    "GET /v1/senders": lambda a: {"queries": ("", "?mark=prank")},
    "GET /v1/senders/{address}": lambda a: {"address": a.phone, "told": True},
    "POST /v1/senders/{address}/marks": lambda a: {"address": a.phone, "body": {"mark": "automatic", "reason": "uji coba"}},
    "POST /v1/senders/{address}/marks/{id}/retire": lambda a: {"address": a.phone, "id": a.mark},
    "GET /v1/dispatches": lambda a: {"queries": ("", f"?agency={a.agency}", "?state=cancelled")},
    "GET /v1/dispatches/{id}": lambda a: {"id": a.dispatch},
    "POST /v1/dispatches/{id}/events": lambda a: {"id": a.dispatch, "body": {"event": "seen"}},
    "GET /d/{token}": lambda a: {"token": a.ended_link},
    "POST /d/{token}": lambda a: {"token": a.ended_link, "form": {"event": "accept"}},
    "GET /tugas": lambda a: {},
    "GET /masuk": lambda a: {},
    "POST /masuk": lambda a: {"form": {"user": ""}},
    "POST /keluar": lambda a: {"form": {"x": "y"}, "once": True},
    "POST /v1/session": lambda a: {"body": {}},
    "GET /v1/session": lambda a: {},
    "POST /v1/session/end": lambda a: {"once": True},
    "POST /v1/session/password": lambda a: {"body": {"old": "bukan-yang-benar", "new": "pendek"}},
    "POST /v1/session/totp": lambda a: {"body": {}},
    "GET /v1/board": lambda a: {},
    "GET /v1/stream": lambda a: {"queries": ("", f"?cursor={a.cursor}")},
    "GET /v1/incidents": lambda a: {"queries": ("", f"?region={a.code}", "?state=cancelled")},
    "GET /v1/incidents/{id}": lambda a: {"id": a.incident},
    "POST /v1/incidents/{id}/events": lambda a: {"id": a.incident, "body": {"event": "note", "note": "uji coba"}},
    "GET /v1/handover": lambda a: {},
    "GET /v1/agencies": lambda a: {},
    "GET /v1/agencies/{slug}": lambda a: {"slug": a.agency, "told": True},
    "PUT /v1/agencies/{slug}": lambda a: {"slug": a.agency, "body": {}},
    "POST /v1/agencies/{slug}/retire": lambda a: {"slug": "tidak-ada", "body": {}},
    "GET /v1/agencies/{slug}/changes": lambda a: {"slug": a.agency, "told": True},
    "POST /v1/contacts/{id}/test": lambda a: {"id": a.contact, "told": True},
    "GET /v1/notices/{id}": lambda a: {"id": a.notice},
    "GET /v1/people": lambda a: {},
    "GET /v1/people/{slug}": lambda a: {"slug": "budi", "told": True},
    "PUT /v1/people/{slug}": lambda a: {"slug": "budi", "body": {}},
    "POST /v1/people/{slug}/retire": lambda a: {"slug": "tidak-ada", "body": {}},
    "GET /v1/people/{slug}/changes": lambda a: {"slug": "budi", "told": True},
    "GET /v1/regions": lambda a: {"queries": (f"?under={a.code}", "?q=sepaku")},
    "GET /v1/shifts": lambda a: {},
    "POST /v1/shifts": lambda a: {"body": {}},
    "POST /v1/shifts/{id}/retire": lambda a: {"id": NOBODY, "body": {}},
    "POST /v1/shifts/overrides/{id}/retire": lambda a: {"id": NOBODY, "body": {}},
    "POST /v1/rotations": lambda a: {"body": {}},
    "POST /v1/rotations/{slug}/retire": lambda a: {"slug": "tidak-ada", "body": {}},
    "GET /v1/roster": lambda a: {},
    "POST /v1/shifts/accept": lambda a: {"body": {}},
    "POST /v1/shifts/overrides": lambda a: {"body": {}},
    "POST /v1/shifts/swaps": lambda a: {"body": {}},
    "GET /v1/handover-notes": lambda a: {},
    "POST /v1/handover-notes": lambda a: {"body": {"text": "uji coba"}},
    "GET /v1/policy": lambda a: {},
    "PUT /v1/policy": lambda a: {"body": {}},
    "GET /v1/policy/versions": lambda a: {},
    "GET /v1/policy/versions/{version}": lambda a: {"version": "1", "told": True},
    "POST /v1/policy/check": lambda a: {"body": {}},
    "POST /v1/policy/dry-run": lambda a: {"body": {"type": "abandoned_person", "place": {"village_code": a.village}}},
    "GET /v1/console": lambda a: {},
    "GET /": lambda a: {},
    "GET /favicon.ico": lambda a: {},
    "GET /console/{file}": lambda a: {"file": "api.js"},
    "GET /console/screens/{file}": lambda a: {"file": "board.js"},
    "GET /console/vendor/{file}": lambda a: {"file": "preact.js"},
    "GET /v1/openapi.json": lambda a: {},
    "GET /healthz": lambda a: {},
    "GET /readyz": lambda a: {},
    "GET /metrics": lambda a: {},
    "GET /lapor": lambda a: {},
    "POST /lapor": lambda a: {"form": {"x": "y"}},
    "GET /lapor/{receipt}": lambda a: {"receipt": "x" * 32},
}


class Area:
    """One district and what is known of it."""

    def __init__(self, name, code, village, police, phone):
        self.name, self.code, self.village, self.agency, self.phone = name, code, village, police, phone
        self.words = {what: f"{name}-{what}-{code.replace('.', '')}" for what in ("teks", "tempat", "nama", "catatan", "alasan", "obrolan")}
        self.cursor = None

    def report_in(self, stack, **more):
        w = self.words
        return stack.report(token="pelapor", place={"village_code": self.village, "text": w["tempat"]}, text=w["teks"],
                            reporter={"phone": self.phone, "name": w["nama"]}, **more)

    def fill(self, stack):
        """Makes one of everything: an open incident with a refused notice, an ended one with its link, a marked sender, notes."""
        partner = stack.partner(self.agency)
        ended = self.report_in(stack, kind="shackled_patient")
        call = wait_until(lambda: next((c for p in stack.partners.values() for c in p.about(ended["incident"]["id"])), None), 10, "a link")
        self.ended_link = call.json["data"]["dispatch"]["url"].rsplit("/", 1)[1]
        assert stack.api("POST", f"/v1/incidents/{ended['incident']['id']}/events", json={"event": "cancel", "reason": self.words["alasan"]}).ok
        partner.default = Answer(410)
        made = self.report_in(stack)
        self.report, self.incident, self.number = made["id"], made["incident"]["id"], made["incident"]["number"]
        self.dispatch = next(d["id"] for d in made["dispatches"] if d["agency"] == self.agency)
        self.others = [d["id"] for d in made["dispatches"] if d["agency"] != self.agency]
        dead = wait_until(lambda: stack.sql("select n.id from dead_notice x join notice n on n.id = x.notice_id where n.incident_id = %s", self.incident), 10,
                          "the refused notice")
        self.notice = dead[0]["id"]
        self.contact = stack.value("select id from contact where agency = %s", self.agency)
        assert stack.api("POST", f"/v1/incidents/{self.incident}/events", json={"event": "note", "note": self.words["catatan"]}).ok
        mark = stack.api("POST", f"/v1/senders/{self.phone}/marks", json={"mark": "prank", "reason": self.words["alasan"]})
        self.mark = mark.json()["id"]
        chat = stack.report(token="pelapor", kind="not_a_report", text=self.words["obrolan"], place={"village_code": self.village},
                            reporter={"phone": self.phone, "name": self.words["nama"]})
        assert chat["incident"] is None
        self.chat = chat["id"]
        ids = {chat["id"], str(chat["number"]), ended["id"], ended["incident"]["id"], str(ended["number"]), *(d["id"] for d in ended["dispatches"])}
        notices = {n["id"] for n in stack.sql("select id from notice where incident_id = %s", self.incident)}
        self.secrets = {self.report, self.incident, str(self.number), self.dispatch, *self.others, *notices, self.mark, self.phone, self.ended_link, *ids,
                        *self.words.values()}

    def touched(self, stack):
        """What people have done here: calls from outside must not add to it. What the machine does meanwhile (it retries, it climbs) does not count."""
        return stack.sql("""select (select count(*) from event where incident_id = %s and actor like '%%:%%') as events,
            (select count(*) from access_log where object = 'reporter:' || %s) as disclosed,
            (select count(*) from sender_mark where address = %s) as marks, (select count(*) from sender_mark where address = %s and retired_at is null) as active""",
                         self.incident, self.report, self.phone, self.phone)


class Caller:
    """role None: nobody. area: the district that limits what is seen, or None; for an agency its own district."""

    def __init__(self, stack, name, role, token=None, session=None, area=None):
        self.stack, self.name, self.role, self.token, self.user, self.area = stack, name, role, token, session, area
        self.session = login(stack, session) if session else None

    def headers(self, csrf=True):
        if self.session is not None:
            return {"Cookie": self.session.cookie, **({"X-Sigap-Csrf": self.session.csrf} if csrf else {})}
        return {"Authorization": "Bearer " + self.stack.tokens[self.token]} if self.token else {}

    def call(self, method, url, how, csrf=True, headers=None):
        """(status, text, headers); of a stream what comes at once."""
        r = requests.request(method, self.stack.url + url, json=how.get("body"), data=how.get("form"), stream=True, allow_redirects=False,
                             headers={**self.headers(csrf), **(headers or {})}, timeout=10)
        if not r.headers.get("Content-Type", "").startswith("text/event-stream"):
            if how.get("once") and self.session is not None and r.status_code != 403:
                self.session = login(self.stack, self.user)
            return r.status_code, r.content.decode(errors="replace"), r.headers
        text = b""
        with contextlib.suppress(requests.RequestException), contextlib.closing(r):
            r.raw._fp.fp.raw._sock.settimeout(0.4)  # what the server had at hand
            for piece in r.iter_content(chunk_size=None):
                text += piece
                if b"event: tick" in text:
                    break
        return r.status_code, text.decode(), r.headers

    def may(self, who):
        return self.role in (who.session if self.session is not None else who.bearer)


@pytest.fixture(scope="module")
def world(postgres):
    extra = [agency("polsek-sepaku", "police", "64.09.04"), agency("kelurahan-sepaku", "village_office", "64.09.04.1005")]
    s = Stack(postgres, agencies=[*AGENCIES, *extra], started=False)
    s.sql(f"alter sequence report_number restart {NUMBERS_FROM}")
    s.add_token("pelapor", "source")
    s.add_token("district", "coordinator", scope="64.09.01")
    s.add_token("regency", "coordinator", scope="64.09")
    s.start()
    penajam = Area("penajam", "64.09.01", "64.09.01.1003", "polsek-penajam", "+6281350010001")
    sepaku = Area("sepaku", "64.09.04", "64.09.04.1005", "polsek-sepaku", "+6281350040004")
    for a in (penajam, sepaku):
        a.fill(s)
    # a machine's guess across the border, and where the live stream went on from before all this
    s.sql("insert into duplicate_suggestion (incident_id, other_id, report_id, score, reasons) values (%s, %s, %s, 0.9, '[\"uji\"]'), (%s, %s, %s, 0.9, '[\"uji\"]')",
          penajam.incident, sepaku.incident, penajam.report, sepaku.incident, penajam.incident, sepaku.report)
    penajam.cursor = sepaku.cursor = "0" * 16
    add_user(s, "kecamatan", "coordinator", "--scope", "64.09.01")
    add_user(s, "kabupaten", "coordinator", "--scope", "64.09")
    add_user(s, "pengelola", "admin")
    add_user(s, "pemeriksa", "auditor")
    add_user(s, "polsek", "agency", "--agency", "polsek-penajam")
    add_user(s, "polsek-lain", "agency", "--agency", "polsek-sepaku")
    s.callers = [
        Caller(s, "nobody", None),
        Caller(s, "source", "source", "source"),
        Caller(s, "agency", "agency", "polsek-penajam", area=penajam),
        Caller(s, "agency by session", "agency", session="polsek", area=penajam),
        Caller(s, "the other district's agency", "agency", "polsek-sepaku", area=sepaku),
        Caller(s, "the other district's agency by session", "agency", session="polsek-lain", area=sepaku),
        Caller(s, "district", "coordinator", "district", area=penajam),
        Caller(s, "district by session", "coordinator", session="kecamatan", area=penajam),
        Caller(s, "regency", "coordinator", "regency"),
        Caller(s, "regency by session", "coordinator", session="kabupaten"),
        Caller(s, "admin", "admin", "admin"),
        Caller(s, "admin by session", "admin", session="pengelola"),
        Caller(s, "auditor", "auditor", "auditor"),
        Caller(s, "auditor by session", "auditor", session="pemeriksa"),
    ]
    s.areas = (penajam, sepaku)
    s.seen_by_regency = set()
    yield s
    s.close()


def how_to_call(method, path, area):
    """(the URLs, how) of an operation against what that district has."""
    assert f"{method} {path}" in CALLS, f"{method} {path} is new: say in CALLS how it is called, so that its roles and areas are checked"
    how = CALLS[f"{method} {path}"](area)
    url = re.sub(r"\{(\w+)\}", lambda m: "kannel" if m[1] == "name" else how["id"] if m[1] == "notice" else how[m[1]], path)
    return [url + query for query in how.get("queries", ("",))], how


def forbidden_words(caller, areas):
    """What this caller must never read: all of the other district; an agency also what is not its own, and who reported; a stranger everything."""
    if caller.role in ("admin", "auditor") or caller.name.startswith("regency"):
        return set()
    words = set()
    for a in areas:
        if a is not caller.area:
            words |= a.secrets
        elif caller.role == "agency":
            words |= {a.phone, a.words["nama"], a.words["teks"], a.words["catatan"], a.mark, *a.others}
    return words


def words_in(words, text, said):
    """Those that the answer holds, and the caller had not said himself."""
    return {w for w in words if w not in said and re.search(rf"(?<![0-9a-f]){re.escape(w)}(?![0-9])", text)}


def check_role(who, caller, method, path, status, text, headers):
    if who.is_open:
        assert status not in (401, 403), (caller.name, status, text[:300])
    elif who.gateway:
        assert status == 403
    elif caller.role is None:
        if who.page:
            assert status == 303 and headers["Location"].startswith("/masuk")
        else:
            assert status == 401, (caller.name, status, text[:300])
    elif caller.may(who):
        assert status not in (401, 403), (caller.name, status, text[:300])
    elif who.page and caller.session is not None:
        assert (status == 303 and headers["Location"] in ("/", "/tugas")) or status == 403, (caller.name, status)
    else:
        assert status == 403, (caller.name, status, text[:300])


@pytest.mark.parametrize("method, path", OPERATIONS)
def test_everybody_does_what_his_role_allows_and_learns_nothing_from_elsewhere(world, method, path):
    who = API.who_may(method, path)
    for caller in world.callers:
        for area in world.areas:
            outside = caller.area is not None and area is not caller.area
            before = area.touched(world) if outside else None
            urls, how = how_to_call(method, path, area)
            for url in urls:
                status, text, headers = caller.call(method, url, how)
                said = url + json.dumps(how.get("body") or how.get("form") or "")
                if not outside:
                    check_role(who, caller, method, path, status, text, headers)
                leaked = words_in(forbidden_words(caller, world.areas), text, said)
                assert not leaked, (caller.name, url, leaked, text[:500])
                if outside and {"id", "address", "token"} & set(how) and not how.get("told"):
                    assert status not in range(200, 300), (caller.name, url, status)
                if caller.name == "regency" and status == 200:
                    world.seen_by_regency |= words_in(set().union(*(a.secrets for a in world.areas)), text, "")
            if outside:
                assert area.touched(world) == before, (caller.name, method, path)


def test_the_words_looked_for_are_those_that_answers_hold(world):
    """Runs after the walk: who may see both districts has read nearly all of them, so that finding none means something."""
    for a in world.areas:
        missing = a.secrets - world.seen_by_regency - {a.ended_link}
        assert len(missing) <= len(a.secrets) / 4 and not missing & {a.report, a.incident, str(a.number), a.dispatch, a.notice, a.mark, a.phone, a.words["teks"],
                                                                     a.words["catatan"], a.words["tempat"], a.words["alasan"]}, missing


def test_a_report_without_an_incident_belongs_to_the_village_that_it_names(world):
    penajam, sepaku = world.areas
    for caller in (c for c in world.callers if c.role == "coordinator"):
        for area in world.areas:
            mine = caller.area in (None, area)
            status, text, _ = caller.call("GET", f"/v1/reports/{area.chat}", {})
            assert (status == 200) == mine and (area.words["obrolan"] in text) == mine, (caller.name, area.name, status)
            status, text, _ = caller.call("POST", f"/v1/reports/{area.chat}/reporter", {"body": {"reason": "uji coba peran dan wilayah"}})
            assert (status == 200) == mine and (area.phone in text) == mine, (caller.name, area.name, status)


@pytest.mark.parametrize("method, path", UNSAFE)
def test_no_unsafe_call_by_cookie_passes_without_csrf_or_from_another_site(world, method, path):
    who = API.who_may(method, path)
    (url, *_), how = how_to_call(method, path, world.areas[0])
    for caller in world.callers:
        if caller.session is None:
            continue
        for csrf, headers in ((False, {}), (False, {"X-Sigap-Csrf": "x" * 43}), (True, {"Origin": "https://jahat.example"}), (True, {"Sec-Fetch-Site": "cross-site"})):
            status, text, _ = caller.call(method, url, how, csrf=csrf, headers=headers)
            assert status == 403 and json.loads(text)["type"].endswith("/cross-site"), (caller.name, headers, status, who.session)
        assert caller.session.get("/v1/session").status_code == 200, "nor has it ended the session"


def test_an_ended_link_shows_nothing_to_anybody(world):
    for area in world.areas:
        for method, form in (("GET", None), ("POST", {"event": "accept"})):
            for caller in world.callers:
                status, text, _ = caller.call(method, f"/d/{area.ended_link}", {"form": form})
                assert status == 404 and not words_in(area.secrets, text, area.ended_link), (caller.name, text)
