"""Promise: the directory is changed over the API by the same checks as on the command line, by one admin after the other; nothing is deleted, no secret is shown,
whoever would no longer be reached is named before, and every change is kept with who made it."""
import concurrent.futures
import datetime
import json

import pytest

import stack as harness
from stack import Stack, wait_until

SECRET = "whsec_c2FtcGxlLXNlY3JldC1vZi10aGUtdGVzdHMtLS0tLS0="
OTHER_SECRET = "whsec_YW5vdGhlci1zZWNyZXQtb2YtdGhlLXRlc3RzLS0tLS0="


def entry(s, slug, token="admin"):
    r = s.api("GET", f"/v1/agencies/{slug}", token)
    assert r.status_code == 200, r.text
    return r.json()


def put(s, slug, body, token="admin", daemon=0):
    return s.api("PUT", f"/v1/agencies/{slug}", token, body, daemon=daemon)


def retire(s, what, slug, token="admin", **body):
    return s.api("POST", f"/v1/{what}/{slug}/retire", token, body)


def as_put(shown):
    """What was shown, as agencies.json says it: secrets are not known."""
    contacts = [{"channel": "webhook", "url": c["address"], "allow_private": c["allow_private"]} if c["channel"] == "webhook"
                else {"channel": "sms", "phone": c["address"]} for c in shown["contacts"]]
    return {"slug": shown["slug"], "name": shown["name"], "kind": shown["kind"], "jurisdiction": shown["jurisdiction"], "contacts": contacts,
            "version": shown["version"]}


def new(n, **more):
    return {"name": f"Relawan {n}", "kind": "other", "jurisdiction": ["64.09.01"], "contacts": [{"channel": "sms", "phone": "0812-3333-0001"}], **more}


def changes(s, what, slug):
    return s.api("GET", f"/v1/{what}/{slug}/changes", "auditor").json()


def test_a_new_agency_is_there_with_the_next_report(stack):
    r = put(stack, "relawan-a", new("A", kind="shelter", contacts=[{"channel": "webhook", "url": "https://relawan.example/in", "secret": SECRET}]))
    assert r.status_code == 200, r.text
    (contact,) = r.json()["contacts"]
    assert (r.json()["version"], r.json()["retired"], contact["has_secret"], contact["address"]) == (1, False, True, "https://relawan.example/in")
    assert "whsec" not in r.text and "whsec" not in stack.api("GET", "/v1/agencies", "admin").text
    assert stack.value("select secret from contact where agency = 'relawan-a'") == SECRET
    assert put(stack, "relawan-a", new("A")).status_code == 409, "without a version it is meant to be new"


def test_a_change_is_in_force_when_it_is_answered(stack):
    """The daemon's own log says by what it decides."""
    def in_force():
        return f"version={stack.value('select value from setting where name = %s', 'rules_version')}" in stack.log.read_text()

    for n in range(5):
        seen = put(stack, "posko", new(f"B {n}", version=n)).json()
        assert seen["version"] == n + 1 and in_force()
    assert put_person(stack, "fitri", name="Fitri", role="officer", scope="64.09").status_code == 200 and in_force()
    for what, slug in (("agencies", "posko"), ("people", "fitri")):
        assert retire(stack, what, slug).status_code == 200 and in_force()


def test_contacts_are_kept_added_and_retired_and_a_secret_stays(stack):
    police = entry(stack, "polsek-penajam")
    url = police["contacts"][0]["address"]
    body = as_put(police)
    body["contacts"] = [{"channel": "sms", "phone": "081233330002"}, *body["contacts"]]
    first = put(stack, "polsek-penajam", body)
    assert first.status_code == 200, first.text
    assert [c["address"] for c in first.json()["contacts"]] == ["+6281233330002", url]
    assert first.json()["contacts"][1]["id"] == police["contacts"][0]["id"] and first.json()["version"] == police["version"] + 1
    assert stack.value("select secret from contact where agency = 'polsek-penajam' and channel = 'webhook'") == SECRET
    # and back: the telephone is retired, not deleted, and the webhook still works
    body = as_put(first.json())
    body["contacts"] = body["contacts"][1:]
    assert put(stack, "polsek-penajam", body).status_code == 200
    assert stack.value("select count(*) from contact where agency = 'polsek-penajam' and retired_at is not null") == 1
    made = stack.report()
    wait_until(lambda: stack.partner("polsek-penajam").about(made["incident"]["id"]), 10, "the police's notice")
    # named again it is the same contact
    again = put(stack, "polsek-penajam", {**as_put(entry(stack, "polsek-penajam")), "contacts": as_put(first.json())["contacts"]})
    assert [c["id"] for c in again.json()["contacts"]] == [c["id"] for c in first.json()["contacts"]]


def test_a_new_address_can_take_over_the_secret_of_the_old_one(stack):
    made = put(stack, "relawan-b", new("B", contacts=[{"channel": "webhook", "url": "https://b.example/old", "secret": OTHER_SECRET}])).json()
    moved = {**as_put(made), "contacts": [{"id": made["contacts"][0]["id"], "channel": "webhook", "url": "https://b.example/new"}]}
    r = put(stack, "relawan-b", moved)
    assert r.status_code == 200, r.text
    assert stack.sql("select address, secret from contact where agency = 'relawan-b' and retired_at is null") == [
        {"address": "https://b.example/new", "secret": OTHER_SECRET}]
    stranger = entry(stack, "polsek-penajam")["contacts"]
    foreign = {**as_put(r.json()), "contacts": [{"id": next(c["id"] for c in stranger if c["channel"] == "webhook"), "channel": "webhook",
                                                 "url": "https://b.example/other"}]}
    assert put(stack, "relawan-b", foreign).json()["errors"][0]["pointer"] == "#/contacts/0/secret", "another agency's secret is not to be had"


@pytest.mark.parametrize("change, pointers", [
    ({"kind": "fire"}, ["#/kind"]),
    ({"name": ""}, ["#/name"]),
    ({"jurisdiction": ["64.9"]}, ["#/jurisdiction"]),
    ({"contacts": [{"channel": "sms", "phone": "081233330002"}, {"channel": "sms", "phone": "12"}]}, ["#/contacts/1/phone"]),
    ({"contacts": [{"channel": "webhook", "url": "https://x.example/in"}]}, ["#/contacts/0/secret"]),
    ({"contacts": [{"channel": "webhook", "url": "ftp://x.example/in", "secret": "x"}]}, ["#/contacts/0/url", "#/contacts/0/secret"]),
    ({"contacts": [{"channel": "webhook", "url": "http://x.example/in", "secret": SECRET}]}, ["#/contacts/0/url"]),
    ({"contacts": [{"channel": "webhook", "url": "https://192.168.1.9:8443/in", "secret": SECRET}]}, ["#/contacts/0/url"]),
    ({"contacts": [{"channel": "fax", "phone": "081233330002"}]}, ["#/contacts/0/channel"]),
    ({"contacts": [{"channel": "sms", "phone": "081233330002", "id": "x", "fax": 1}]}, ["#/contacts/0"]),
    ({"slug": "lain"}, ["#/slug"]),
    ({"version": "1"}, ["#/version"]),
    ({"force": 1}, ["#/force"]),
    ({"retired": True}, [""]),
    ({"a\nb": 1}, [""]),
    ({"jurisdiction": ["64.09.01"] * 1999}, ["#/jurisdiction"] * 32),
])
def test_each_fault_is_named_by_its_pointer_and_nothing_changes(stack, change, pointers):
    before = stack.value("select count(*) from directory_change")
    r = put(stack, "relawan-c", {**new("C"), **change})
    assert r.status_code == 422, r.text
    assert [e["pointer"] for e in r.json()["errors"]] == pointers, r.text
    assert stack.value("select count(*) from directory_change") == before
    assert stack.api("GET", "/v1/agencies/relawan-c", "admin").status_code == 404


def test_of_two_admins_at_once_one_wins_and_the_other_sees_what_is_there_now(postgres):
    """Over two daemons: one alone has its statements one after the other anyway."""
    s = Stack(postgres)
    try:
        other = s.start_another()
        put(s, "relawan-d", new("D"))
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            for n in range(8):
                seen = entry(s, "relawan-d")
                bodies = [{**as_put(seen), "name": f"{n} {who}", "contacts": [{"channel": "sms", "phone": f"0812333301{n}{who}"}]} for who in range(4)]
                answers = list(pool.map(lambda who: put(s, "relawan-d", bodies[who], daemon=(0, other)[who % 2]), range(4)))
                assert sorted(a.status_code for a in answers) == [200, 409, 409, 409], [a.text for a in answers]
                won = next(a.json() for a in answers if a.status_code == 200)
                assert {json.dumps(a.json()["current"]) for a in answers if a.status_code == 409} == {json.dumps(won)}
                assert len(won["contacts"]) == 1, "nobody else's contact came in between"
        assert len(changes(s, "agencies", "relawan-d")) == 9
    finally:
        s.close()


def test_an_import_makes_what_was_seen_before_old(stack, tmp_path):
    seen = put(stack, "relawan-e", new("E")).json()
    for contacts in ([{"channel": "sms", "phone": "081233330009"}], []):
        file = tmp_path / "agencies.json"
        file.write_text(json.dumps({"agencies": [{"slug": "relawan-e", **new("E"), "contacts": contacts}]}))
        stack.ctl("agencies", "import", file, "--merge")
    assert put(stack, "relawan-e", as_put(seen)).status_code == 409
    first, *_ = changes(stack, "agencies", "relawan-e")
    assert first["action"] == "import" and first["actor"].startswith("sigapctl:")
    assert {c["address"] for c in first["after"]["contacts"]} - {c["address"] for c in first["before"]["contacts"]} == {"+6281233330009"}
    assert len(changes(stack, "agencies", "relawan-e")) == 2, "the second import was of nothing new"


def test_whoever_would_not_be_reached_any_more_is_named_first(stack):
    police = [entry(stack, slug) for slug in ("polsek-penajam", "polres-ppu")]
    assert retire(stack, "agencies", police[0]["slug"]).status_code == 200, "the wider one is there"
    try:
        held = stack.api("POST", "/v1/policy/check", json={"text": stack.api("GET", "/v1/policy").json()["text"]}).json()
        assert held["hole_count"] == 0
        for slug in ("puskesmas-petung", "rsud-rapb", "bpbd-ppu", "kelurahan-petung", "dinsos-trc"):
            assert retire(stack, "agencies", slug, force=True).status_code == 200
        r = retire(stack, "agencies", "polres-ppu")
        assert r.status_code == 422 and r.json()["type"].endswith("/policy-holes") and r.json()["hole_count"] >= 1
        assert "no agency with a contact is reached" in json.dumps(r.json()["holes"])
        assert not entry(stack, "polres-ppu")["retired"]
        mute = put(stack, "polres-ppu", {**as_put(entry(stack, "polres-ppu")), "contacts": []})
        assert mute.status_code == 422 and mute.json()["holes"] == r.json()["holes"]
        # what mends is taken, also while other holes stay
        assert put(stack, "bpbd-ppu", as_put(entry(stack, "bpbd-ppu"))).status_code == 200
        assert retire(stack, "agencies", "polres-ppu", force=True).status_code == 200
    finally:
        for shown in stack.api("GET", "/v1/agencies?all=1", "admin").json():
            if shown["retired"]:
                assert put(stack, shown["slug"], as_put(shown)).status_code == 200


def test_a_retired_agency_is_listed_on_request_and_comes_back_by_being_put(stack):
    put(stack, "relawan-f", new("F"))
    gone = retire(stack, "agencies", "relawan-f", version=1)
    assert gone.status_code == 200 and gone.json()["retired"] and gone.json()["version"] == 2
    assert "relawan-f" not in [a["slug"] for a in stack.api("GET", "/v1/agencies").json()]
    assert "relawan-f" in [a["slug"] for a in stack.api("GET", "/v1/agencies?all=1").json()]
    assert retire(stack, "agencies", "relawan-f").status_code == 409
    assert retire(stack, "agencies", "nobody").status_code == 404
    back = put(stack, "relawan-f", as_put(gone.json()))
    assert back.status_code == 200 and not back.json()["retired"] and len(back.json()["contacts"]) == 1
    assert [(c["action"], c["actor"]) for c in changes(stack, "agencies", "relawan-f")] == [
        ("put", "admin:admin"), ("retire", "admin:admin"), ("put", "admin:admin")]
    assert changes(stack, "agencies", "relawan-f")[-1]["before"] is None


def test_history_holds_neither_secrets_nor_telephones_of_people(stack):
    put(stack, "relawan-g", new("G", contacts=[{"channel": "webhook", "url": "https://g.example/in", "secret": SECRET}]))
    stack.api("PUT", "/v1/people/gita", "admin", {"name": "Gita", "role": "officer", "scope": "64.09", "phone": "081277770001"})
    text = stack.value("select string_agg(coalesce(before::text, '') || coalesce(after::text, ''), '') from directory_change")
    assert SECRET not in text and "81277770001" not in text
    assert changes(stack, "people", "gita")[0]["after"]["phone_changed"] is True
    assert SECRET not in stack.log.read_text() and "81277770001" not in stack.log.read_text()


def test_the_daemon_can_not_change_history(stack):
    import psycopg2

    connection = psycopg2.connect(stack.postgres.dsn(stack.database, "sigap_daemon"))
    for statement in ("update directory_change set actor = 'x'", "delete from directory_change", "delete from agency", "delete from policy", "update policy set text = ''"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege), connection.cursor() as c:
            c.execute(statement)
        connection.rollback()
    connection.close()


# ---- people -----------------------------------------------------------------------------------------------------------------


def put_person(s, who, token="admin", **body):
    return s.api("PUT", f"/v1/people/{who}", token, {"name": who.title(), "role": "officer", "scope": "64.09", **body})


def test_a_person_keeps_the_telephone_that_is_not_spoken_of(stack):
    made = put_person(stack, "hana", phone="0812-7777-0002")
    assert made.status_code == 200, made.text
    assert made.json()["phone"] == "+6281277770002" and made.json()["version"] == 1
    kept = put_person(stack, "hana", version=1, role="coordinator")
    assert (kept.json()["phone"], kept.json()["role"], kept.json()["version"]) == ("+6281277770002", "coordinator", 2)
    without = put_person(stack, "hana", version=2, phone=None)
    assert without.json()["phone"] is None and not without.json()["reachable"]
    late = put_person(stack, "hana", version=2, phone="081277770003")
    assert late.status_code == 409 and late.json()["current"]["version"] == 3
    assert "phone" not in stack.api("GET", "/v1/people").json()[0]


def test_reading_a_telephone_is_logged(stack):
    put_person(stack, "ida", phone="081277770004")
    stack.api("GET", "/v1/people/ida", "coordinator")
    assert stack.sql("select actor from access_log where object = 'person:ida' order by at desc limit 1") == [{"actor": "coordinator:coordinator"}]
    assert stack.api("GET", "/v1/people/ida", "auditor").status_code == 403


def test_the_only_human_cannot_leave_unnoticed(postgres):
    s = Stack(postgres)
    try:
        r = retire(s, "people", "budi")
        assert r.status_code == 422 and "nobody with a phone is planned" in json.dumps(r.json()["holes"])
        mute = put_person(s, "budi", version=1, phone=None, role="coordinator")
        assert mute.status_code == 422, mute.text
        assert put_person(s, "sari", phone="081277770005").status_code == 200
        unplanned = retire(s, "people", "budi")
        assert unplanned.status_code == 422 and unplanned.json()["holes"] == r.json()["holes"], "nobody has a shift yet who could be told"
        begin = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3)
        times = {"from": begin.isoformat(), "until": (begin + datetime.timedelta(hours=8)).isoformat()}
        planned = s.api("POST", "/v1/shifts", "coordinator", {"person": "sari", "role": "officer", **times})
        assert planned.status_code == 201, planned.text
        assert retire(s, "people", "budi").status_code == 200, "somebody else is there, at once"
        again = retire(s, "people", "budi")
        assert again.status_code == 409 and again.json()["current"]["retired"]
        assert retire(s, "people", "nobody").status_code == 404
        assert [p["slug"] for p in s.api("GET", "/v1/people").json()] == ["sari"]
        assert [p["slug"] for p in s.api("GET", "/v1/people?all=1").json()] == ["budi", "sari"]
        assert [c["action"] for c in changes(s, "people", "budi")] == ["retire", "put"]
    finally:
        s.close()


@pytest.mark.parametrize("change, pointer", [
    ({"name": ""}, "#/name"), ({"name": "a\nb"}, "#/name"), ({"role": "boss"}, "#/role"), ({"scope": "64.9"}, "#/scope"), ({"scope": None}, "#/scope"),
    ({"phone": "12"}, "#/phone"), ({"slug": "lain"}, "#/slug"), ({"version": -1}, "#/version"), ({"boss": 1}, "#/boss"),
])
def test_a_person_with_a_fault_is_refused_with_its_pointer(stack, change, pointer):
    r = put_person(stack, "joko", **change)
    assert r.status_code == 422 and [e["pointer"] for e in r.json()["errors"]] == [pointer], r.text
    assert stack.api("GET", "/v1/people/joko", "admin").status_code == 404


def test_only_an_admin_changes_the_directory(stack):
    before = stack.value("select count(*) from directory_change")
    for token in ("coordinator", "auditor", "source", "polsek-penajam"):
        for r in (put(stack, "relawan-x", new("X"), token), retire(stack, "agencies", "polres-ppu", token), put_person(stack, "x", token),
                  retire(stack, "people", "budi", token)):
            assert r.status_code == 403
    assert stack.value("select count(*) from directory_change") == before
    assert put(stack, "Relawan_X", new("X")).json()["errors"][0]["pointer"] == "#/slug"


def test_while_the_database_is_away_a_change_is_refused_for_now():
    server = harness.Postgres()  # its own: it is stopped
    s = None
    try:
        s = Stack(server)
        text, contact = s.api("GET", "/v1/policy").json()["text"], entry(s, "polres-ppu")["contacts"][0]["id"]
        calls = [("PUT", "/v1/agencies/polres-ppu", new("A")), ("POST", "/v1/agencies/polres-ppu/retire", {}),
                 ("PUT", "/v1/people/budi", {"name": "Budi", "role": "coordinator", "scope": ""}), ("POST", "/v1/people/budi/retire", {}),
                 ("PUT", "/v1/policy", {"text": text, "base_version": 1}), ("POST", "/v1/policy/check", {"text": text}),
                 ("POST", f"/v1/contacts/{contact}/test", {}), ("GET", "/v1/agencies/polres-ppu", None), ("GET", "/v1/roster", None),
                 ("POST", "/v1/shifts", {"person": "budi", "from": "2099-01-01T00:00:00Z", "until": "2099-01-02T00:00:00Z"})]
        s.connection.close()
        server.stop()
        wait_until(lambda: s.metric("sigap_database_up") == 0, 20, "the outage is seen")
        for method, path, body in calls:
            r = s.api(method, path, "admin", body)
            assert r.status_code == 503 and r.headers["Retry-After"], (path, r.status_code, r.text)
        server.start()
        s.connect()
        wait_until(s.is_ready, 30, "ready again")
        assert s.value("select count(*) from directory_change where actor = 'admin:admin'") == 0
        assert s.api("POST", "/v1/policy/check", "admin", {"text": text}).json()["valid"]
    finally:
        if s is not None:
            s.close()
        server.close()
