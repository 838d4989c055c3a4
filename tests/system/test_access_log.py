"""Promise: who has read what a citizen wrote, and who has seen a reporter's name and number and why, stands in the access log."""
import pytest


def read(stack, path, token):
    before = stack.value("select count(*) from access_log")
    answer = stack.api("GET", path, token)
    rows = stack.sql("select actor, object from access_log order by at offset %s", before)
    return answer, [(row["actor"], row["object"]) for row in rows]


@pytest.fixture(scope="module")
def made(stack):
    return stack.report(text="seorang bapak terlantar di pasar")


@pytest.mark.parametrize("kind", ["incident", "report"])
def test_reading_what_a_citizen_wrote_is_logged_with_who_read_it(stack, made, kind):
    object_id = made["incident"]["id"] if kind == "incident" else made["id"]
    answer, logged = read(stack, f"/v1/{kind}s/{object_id}", "coordinator")
    assert answer.status_code == 200
    assert logged == [("coordinator:coordinator", f"{kind}:{object_id}")]


def test_an_incident_read_by_its_number_is_logged_by_its_id(stack, made):
    answer, logged = read(stack, f"/v1/incidents/{made['incident']['number']}", "auditor")
    assert answer.status_code == 200
    assert logged == [("auditor:auditor", f"incident:{made['incident']['id']}")]


def test_lists_show_no_words_of_citizens_and_log_nothing(stack, made):
    answer, logged = read(stack, "/v1/incidents?state=open", "coordinator")
    assert made["incident"]["id"] in answer.text and "bapak" not in answer.text
    assert logged == []


def test_who_is_refused_has_seen_nothing_and_is_not_logged(stack, made):
    stack.add_token("jauh", "coordinator", scope="64.02")
    stack.add_token("lain", "source")
    stack.rules_changed()
    told = stack.report(text="seorang ibu terlantar di jalan", reporter={"phone": "0813-5555-0077"})
    for path, token in ((f"/v1/incidents/{made['incident']['id']}", "jauh"), (f"/v1/incidents/{made['incident']['number']}", "jauh"), (f"/v1/reports/{made['id']}", "jauh"),
                        (f"/v1/reports/{made['id']}", "lain")):
        answer, logged = read(stack, path, token)
        assert (answer.status_code, logged) == (404, []), path
    answer, logged = read(stack, "/v1/senders/%2B6281355550077", "jauh")
    assert answer.json()["reports"] == [] and logged == []
    for token in ("coordinator", "source"):
        answer, logged = read(stack, f"/v1/reports/{told['id']}", token)
        assert answer.status_code == 200 and len(logged) == 1


# ---- the reporter, for a reason ---------------------------------------------------------------------------------------------

REASON = "Menelepon pelapor: alamat tidak jelas"


@pytest.fixture(scope="module")
def told(stack):
    made = stack.report(village="64.09.03.2002", text="seorang ibu terlantar", reporter={"phone": "0813-5555-0001", "name": "Warga Contoh"})
    stack.add_token("penajam", "coordinator", scope="64.09.01")
    stack.add_token("babulu", "coordinator", scope="64.09.03")
    stack.add_token("pengawas", "auditor", scope="64.09.03")
    stack.add_token("pengawas-penajam", "auditor", scope="64.09.01")
    stack.rules_changed()
    return made


def seen(stack, made):
    return stack.sql("select actor, reason from access_log where object = %s order by id", "reporter:" + made["id"])


def open_reporter(stack, made, token="coordinator", reason=REASON):
    return stack.api("POST", f"/v1/reports/{made['id']}/reporter", token, {"reason": reason})


def test_a_reporter_is_shown_for_a_reason_and_both_are_logged(stack, told):
    before = seen(stack, told)
    assert open_reporter(stack, told, "babulu").json() == {"phone": "+6281355550001", "name": "Warga Contoh"}
    assert seen(stack, told)[len(before):] == [{"actor": "coordinator:babulu", "reason": REASON}]


def test_an_anonymous_reporter_has_nothing_to_show_and_the_question_is_logged(stack):
    made = stack.report(text="orang terlantar")
    assert open_reporter(stack, made).json() == {"phone": None, "name": None}
    assert len(seen(stack, made)) == 1


@pytest.mark.parametrize("token, reason, status", [("babulu", "ingin", 422), ("babulu", "x" * 301, 422), ("penajam", REASON, 404), ("auditor", REASON, 403)])
def test_without_a_reason_or_the_right_area_nothing_is_shown(stack, told, token, reason, status):
    before = seen(stack, told)
    answer = open_reporter(stack, told, token, reason)
    assert answer.status_code == status and "0001" not in answer.text and "Warga" not in answer.text
    assert seen(stack, told) == before


def test_nothing_is_shown_when_it_cannot_be_logged(stack, told):
    stack.sql("alter table access_log add constraint full_disk check (actor <> 'coordinator:coordinator') not valid")
    try:
        answer = open_reporter(stack, told)
        assert answer.status_code == 503 and "0001" not in answer.text and "Warga" not in answer.text
    finally:
        stack.sql("alter table access_log drop constraint full_disk")
    assert open_reporter(stack, told).status_code == 200


def test_neither_the_reporter_nor_the_reason_is_in_the_daemons_log(stack, told):
    open_reporter(stack, told)
    log = stack.log.read_text()
    assert "81355550001" not in log and "Warga Contoh" not in log and "alamat tidak jelas" not in log


def test_the_log_is_listed_newest_first_page_by_page_within_the_scope(stack, told):
    for _ in range(3):
        open_reporter(stack, told)
    object_is = f"object=reporter:{told['id']}"
    listed = stack.api("GET", f"/v1/access-log?{object_is}", "pengawas").json()
    assert [e["id"] for e in listed] == sorted((e["id"] for e in listed), reverse=True) and len(listed) == len(seen(stack, told)) >= 3
    assert {e["incident"]["number"] for e in listed} == {told["incident"]["number"]} and listed[0]["reason"] == REASON
    assert stack.api("GET", f"/v1/access-log?{object_is}&after={listed[0]['id']}", "admin").json() == listed[1:]
    assert stack.api("GET", f"/v1/access-log?{object_is}", "pengawas-penajam").json() == []
    stack.api("GET", "/v1/senders", "coordinator")
    assert stack.api("GET", "/v1/access-log", "auditor").json()[0]["object"] == "senders"
    assert "senders" not in stack.api("GET", "/v1/access-log", "pengawas").text
    stack.sql("insert into access_log (actor, object) select 'auditor:x', 'senders' from generate_series(1, 300)")
    first = stack.api("GET", "/v1/access-log?object=senders", "auditor").json()
    second = stack.api("GET", f"/v1/access-log?object=senders&after={first[-1]['id']}", "auditor").json()
    assert len(first) == 200 and len(second) > 100 and second[0]["id"] < first[-1]["id"]
