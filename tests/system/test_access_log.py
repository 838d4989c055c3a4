"""Promise: who has read what a citizen wrote stands in the access log."""
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
