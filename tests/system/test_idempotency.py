"""A report sent again is the same report: whoever sends it twice, at once or after a crash, gets the same answer and makes nothing new."""
import collections
import random
import threading
import time

import pytest
import requests

import stack as harness
from stack import wait_until

REPORTS, CLIENTS = 1000, 32
TYPES = ("abandoned_person", "unclaimed_body", "shackled_patient", "other_social")


@pytest.fixture(scope="module")
def stack(postgres):
    """Nothing is sent: this is about taking in."""
    s = harness.Stack(postgres, conf={"delivery": {"hold": "yes"}})
    s.add_token("other-source", "source")
    s.rules_changed()
    yield s
    s.close()


def counts(stack):
    tables = ("inbound", "report", "reporter", "incident", "dispatch", "event", "notice", "deadline")
    return stack.sql("select " + ", ".join(f"(select count(*) from {t}) as {t}" for t in tables))[0]


def body_of(i):
    return {"type": TYPES[i % 4], "urgency": "critical" if i % 3 == 0 else "normal", "text": f"Laporan uji ke-{i}, é",
            "place": {"village_code": "64.09.01.1003"}, "reporter": {"phone": f"0812{i:08d}"}}


def work_off(stack, jobs, workers):
    """Threads that take (number, key, body, token) from one list, in its order. number -> [(began, ended, Response)]"""
    lock, answers, faults = threading.Lock(), collections.defaultdict(list), []
    waiting, start = iter(jobs), threading.Barrier(workers)

    def work():
        try:
            with requests.Session() as session:
                start.wait()
                while True:
                    with lock:
                        job = next(waiting, None)
                    if job is None:
                        return
                    number, key, body, token = job
                    began = time.monotonic()
                    r = session.post(stack.url + "/v1/reports", json=body, timeout=60,
                                     headers={"Authorization": "Bearer " + stack.tokens[token], "Idempotency-Key": key})
                    with lock:
                        answers[number].append((began, time.monotonic(), r))
        except Exception as e:  # shown by the test's own thread
            faults.append(e)
            start.abort()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert faults == []
    return answers


def race_of(stack, requests_):
    """All (key, body, token) at the same moment; their Responses."""
    answers = work_off(stack, [(0, *r) for r in requests_], len(requests_))
    return [r for _, _, r in answers[0]]


def test_a_thousand_reports_sent_twice_at_once_are_a_thousand_incidents(stack):
    before = counts(stack)
    repeated, taken = stack.metric("sigap_reports_repeated_total"), stack.metric('sigap_reports_total{source="http"}')
    # the first half: both copies one behind the other, so that two clients have them at once; the second half: anywhere
    numbers = [i for i in range(REPORTS // 2) for _ in range(2)]
    rest = [i for i in range(REPORTS // 2, REPORTS) for _ in range(2)]
    random.Random(6).shuffle(rest)
    answers = work_off(stack, [(i, f"kunci-{i}", body_of(i), "source") for i in numbers + rest], CLIENTS)

    assert len(answers) == REPORTS and all(len(copies) == 2 for copies in answers.values())
    assert {r.status_code for copies in answers.values() for _, _, r in copies} == {201}
    racing = sum(max(a[0], b[0]) < min(a[1], b[1]) for a, b in answers.values())
    assert racing > REPORTS / 10, "the copies were to be under way at the same time"
    for (_, _, one), (_, _, other) in answers.values():
        assert one.content == other.content
        assert one.headers["Location"] == other.headers["Location"] == "/v1/reports/" + one.json()["id"]
    incidents = {copies[0][2].json()["incident"]["id"] for copies in answers.values()}
    dispatches = [d["id"] for copies in answers.values() for d in copies[0][2].json()["dispatches"]]
    numbers = {copies[0][2].json()["number"] for copies in answers.values()}
    assert len(incidents) == len(numbers) == REPORTS
    assert len(dispatches) == len(set(dispatches)) > REPORTS

    now = counts(stack)
    made = {name: now[name] - before[name] for name in now}
    assert made["inbound"] == made["report"] == made["reporter"] == made["incident"] == made["event"] == REPORTS
    assert made["dispatch"] == len(dispatches)
    assert {str(r["id"]) for r in stack.sql("select id from incident")} >= incidents
    for i, copies in answers.items():  # each answer is about the report that was asked about
        assert copies[0][2].json()["triage"]["type"] == TYPES[i % 4]
    texts = [r["text"] for r in stack.sql("select text from report where text like 'Laporan uji ke-%'")]
    assert sorted(texts) == sorted(body_of(i)["text"] for i in range(REPORTS))
    assert stack.metric("sigap_reports_repeated_total") - repeated == REPORTS
    assert stack.metric('sigap_reports_total{source="http"}') - taken == REPORTS
    assert stack.doctor() == []


def test_many_copies_at_one_moment_are_one_report(stack):
    for round_ in range(10):
        before = counts(stack)["incident"]
        answers = race_of(stack, [(f"putaran-{round_}", body_of(round_), "source")] * 16)
        assert [r.status_code for r in answers] == [201] * 16
        assert len({r.content for r in answers}) == 1
        assert counts(stack)["incident"] == before + 1


def check_reused(r):
    assert r.status_code == 422 and r.headers["Content-Type"] == "application/problem+json"
    assert r.json()["type"].endswith("/key-reused"), r.text


def test_the_same_key_with_another_body_is_refused(stack):
    first = stack.post_report(key="badan", text="Ada kakek terlantar")
    assert first.status_code == 201
    before = counts(stack)
    check_reused(stack.post_report(key="badan", text="Ada nenek terlantar"))
    check_reused(stack.post_report(key="badan", text="Ada kakek terlantar", urgency="high"))
    # what counts are the bytes, not what they mean
    check_reused(stack.api("POST", "/v1/reports", "source", data=b" " + first.request.body, headers={"Idempotency-Key": "badan"}))
    assert counts(stack) == before
    again = stack.post_report(key="badan", text="Ada kakek terlantar")
    assert again.status_code == 201 and again.content == first.content


def test_of_two_bodies_racing_under_one_key_one_is_taken(stack):
    for round_ in range(10):
        before = counts(stack)["incident"]
        answers = race_of(stack, [(f"dua-{round_}", body_of(i % 2), "source") for i in range(12)])
        taken = [r for r in answers if r.status_code == 201]
        assert len(taken) == 6 and len({r.content for r in taken}) == 1 and len({r.request.body for r in taken}) == 1
        for r in answers:
            if r.status_code != 201:
                check_reused(r)
        assert counts(stack)["incident"] == before + 1


def test_the_same_key_from_another_source_is_another_report(stack):
    mine = stack.report(key="sama")
    theirs = stack.report(key="sama", token="other-source")
    assert mine["id"] != theirs["id"] and mine["incident"]["id"] != theirs["incident"]["id"]
    assert stack.report(key="sama") == mine and stack.report(key="sama", token="other-source") == theirs
    # not even by its body does one source learn of another's key
    assert stack.post_report(key="sama", token="coordinator", urgency="critical").status_code == 201


def test_a_key_in_quotes_is_the_key(stack):
    assert stack.report(key='"kutip"') == stack.report(key="kutip")


def test_an_external_id_is_a_key_when_there_is_no_other(stack):
    first = stack.report(external_id="luar-1")
    assert stack.report(external_id="luar-1") == first
    assert stack.report(external_id="luar-2")["id"] != first["id"]
    assert stack.report(external_id="luar-1", key="kepala-1")["id"] != first["id"], "the header stands above it"


def test_without_a_key_each_is_a_report_of_its_own(stack):
    assert stack.report()["id"] != stack.report()["id"]


def test_a_refused_report_leaves_its_key_free(stack):
    assert stack.post_report(key="bebas", kind="banjir").status_code == 422
    assert stack.post_report(key="bebas", village="64.09.01.9999").status_code == 422
    assert stack.report(key="bebas")["number"] > 0


def test_what_is_no_report_is_answered_the_same_again(stack):
    first = stack.post_report(key="bukan", kind="not_a_report", text="Terima kasih")
    again = stack.post_report(key="bukan", kind="not_a_report", text="Terima kasih")
    assert first.json()["incident"] is None and again.content == first.content and again.status_code == 201


def test_the_answer_stays_the_first_one_whatever_has_happened_since(stack):
    first = stack.post_report(key="lama", urgency="critical")
    made = first.json()
    stack.answer(made["dispatches"][0]["id"], "accept")
    stack.answer(made["dispatches"][1]["id"], "decline", reason="Tidak ada petugas")
    events = f"/v1/incidents/{made['incident']['id']}/events"
    assert stack.api("POST", events, json={"event": "dispatch", "agency": "bpbd-ppu"}).status_code == 200
    assert stack.api("POST", events, json={"event": "triage", "type": "unclaimed_body"}).status_code == 200
    assert stack.api("POST", events, json={"event": "close", "disposition": "handled"}).status_code == 200
    assert stack.post_report(key="lama", urgency="critical").content == first.content


def test_a_key_survives_a_restart_and_a_crash(stack):
    first = stack.post_report(key="tahan", text="Ada kakek terlantar, é \U0001f600")
    before = counts(stack)
    stack.restart()
    assert stack.post_report(key="tahan", text="Ada kakek terlantar, é \U0001f600").content == first.content
    check_reused(stack.post_report(key="tahan", text="lain"))
    stack.kill()
    stack.start()
    assert stack.post_report(key="tahan", text="Ada kakek terlantar, é \U0001f600").content == first.content
    assert counts(stack) == before


@pytest.mark.parametrize("point, kept", [("intake.planned", 0), ("intake.committed", 1), ("intake.answering", 1)])
def test_a_report_whose_answer_was_lost_is_sent_again_without_harm(stack, point, kept):
    """The source hears nothing, for the daemon dies; it sends the same again and all is well."""
    before = counts(stack)["incident"]
    stack.stop()
    stack.start(kill_at=point)
    with pytest.raises(requests.ConnectionError):
        stack.post_report(key="hilang-" + point, urgency="critical")
    stack.wait_killed()
    stack.start()
    assert counts(stack)["incident"] == before + kept
    made = stack.report(key="hilang-" + point, urgency="critical")
    assert stack.report(key="hilang-" + point, urgency="critical") == made
    assert counts(stack)["incident"] == before + 1
    assert str(stack.value("select id from incident order by id desc limit 1")) == made["incident"]["id"]
    wait_until(lambda: stack.doctor() == [], 5, "all promises hold")
