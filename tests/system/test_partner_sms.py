"""What comes from a partner's telephone: a person's answer has its effect and is confirmed; a machine's has none, and starts no exchange of texts without an end."""
import pytest
from stack import Stack, agency, wait_until

PHONE, SHARED = "+6281255550001", "+6281255550002"
IDLE_MOST = 6  # texts an hour to one telephone whose answers change nothing
AGENCIES = [
    agency("polsek-penajam", "police", "64.09.01", [{"channel": "sms", "phone": PHONE}]),
    agency("polres-ppu", "police", "64.09"),
    agency("kelurahan-petung", "village_office", "64.09.01.1003", [{"channel": "webhook"}, {"channel": "sms", "phone": SHARED}]),
    agency("puskesmas-petung", "health_facility", "64.09.01.1003", [{"channel": "sms", "phone": SHARED}]),
    agency("desa-labangka", "village_office", "64.09.03.2002"),
]


@pytest.fixture
def stack(postgres):
    s = Stack(postgres, agencies=AGENCIES)
    yield s
    s.close()


def open_one(stack, to=PHONE, **what):
    made = stack.report(**what)
    wait_until(lambda: [m for m in stack.sms.to(to) if str(made["number"]) in m["text"]], 10, "the notice")
    return made


def dispatch_of(stack, made, slug, row=-1):
    return [d for d in stack.incident(made["incident"]["id"])["dispatches"] if d["agency"] == slug][row]


def answer(stack, text, phone=PHONE):
    """Sends it; the number of texts that the telephone has when it was taken."""
    before = len(stack.sms.to(phone))
    assert stack.send_sms(phone, text).status_code == 200
    return before


def replied(stack, text, phone=PHONE):
    before = answer(stack, text, phone)
    return wait_until(lambda: stack.sms.to(phone)[before:], 10, "a reply")[0]["text"]


@pytest.mark.parametrize("text", ["Ok, saya sedang menyetir. Nanti saya balas", "Pesan diterima",
                                  "[DINSOS PPU] Penugasan tidak ditemukan. Mohon balas dengan nomor, contoh: TERIMA 1042. Terima kasih."],
                         ids=["away", "receipt", "our own"])
def test_a_machines_text_stops_no_clock_and_is_not_answered(stack, text):
    made = open_one(stack)
    before = answer(stack, text)
    # a person's, taken after it, is
    assert "tercatat" in replied(stack, f"OTW {made['number']}")
    assert len(stack.sms.to(PHONE)) == before + 1
    assert [e["kind"] for e in stack.incident(made["incident"]["id"])["events"] if e["data"].get("agency") == "polsek-penajam"].count("accept") == 0
    assert dispatch_of(stack, made, "polsek-penajam")["state"] == "en_route"


def test_a_telephone_that_answers_everything_is_not_answered_for_ever(stack):
    made = open_one(stack)
    assert "tercatat" in replied(stack, f"TERIMA {made['number']}")
    for _ in range(3 * IDLE_MOST):
        answer(stack, f"TERIMA {made['number']}")
    wait_until(lambda: "partner.not_answered" in stack.log.read_text(), 10, "it says so")
    # and what changes something is confirmed all the same
    wait_until(lambda: stack.value("select count(*) from outbox") == 0, 10, "all texts out")
    assert len(stack.sms.to(PHONE)) == 1 + 1 + IDLE_MOST
    assert "menuju lokasi" in replied(stack, f"OTW {made['number']}")


def test_who_repeats_his_acceptance_reads_that_it_stands_whatever_came_before(stack):
    made = open_one(stack)
    for event in ({"event": "close", "disposition": "handled"}, {"event": "reopen", "reason": "masih di sana"}, {"event": "triage", "type": "abandoned_person"}):
        done = stack.api("POST", f"/v1/incidents/{made['number']}/events", json=event)
        assert done.status_code == 200, done.text
    assert [dispatch_of(stack, made, "polsek-penajam", row)["state"] for row in (0, 1)] == ["cancelled", "notified"]
    for _ in range(2):
        assert "status diterima" in replied(stack, f"TERIMA {made['number']}")
    assert "status diterima, jawaban tidak mengubahnya" in replied(stack, f"TIBA {made['number']}") or dispatch_of(stack, made, "polsek-penajam")["state"] == "on_scene"


def test_the_history_names_the_agency_whose_task_it_is_also_where_a_telephone_has_two(stack):
    made = open_one(stack, SHARED, kind="shackled_patient")
    answers = {d["agency"] for d in stack.incident(made["incident"]["id"])["dispatches"]}
    assert {"kelurahan-petung", "puskesmas-petung"} <= answers
    for _ in range(2):
        replied(stack, f"TERIMA {made['number']}", SHARED)
    accepted = {d["id"]: d["agency"] for d in stack.incident(made["incident"]["id"])["dispatches"] if d["state"] == "accepted"}
    events = [e for e in stack.incident(made["incident"]["id"])["events"] if e["kind"] == "accept"]
    assert len(events) == 2
    for e in events:
        assert e["actor"] == f"agency:{accepted[e['data']['dispatch']]} via sms"


def told(stack, slug, made, kind="incident.updated"):
    return stack.partner(slug).about(made["incident"]["id"], kind)


def test_agencies_at_work_hear_what_a_person_finds_out(stack):
    made = open_one(stack)
    done = stack.api("POST", f"/v1/incidents/{made['number']}/events", json={"event": "triage", "urgency": "critical", "village_code": "64.09.03.2002"})
    assert done.status_code == 200, done.text
    (call,) = wait_until(lambda: told(stack, "kelurahan-petung", made), 10, "the update")
    assert (call.json["data"]["incident"]["urgency"], call.json["data"]["incident"]["place"]["village_code"]) == ("critical", "64.09.03.2002")
    (sms,) = wait_until(lambda: [m for m in stack.sms.to(PHONE) if "diperbarui" in m["text"]], 10, "the update by SMS")
    assert "Labangka" in sms["text"]
    assert wait_until(lambda: told(stack, "desa-labangka", made, "dispatch.created"), 10, "who is near is asked")
    # a triage that finds out nothing new tells nobody
    again = stack.api("POST", f"/v1/incidents/{made['number']}/events", json={"event": "triage", "urgency": "critical"})
    assert again.status_code == 200, again.text
    stack.api("POST", f"/v1/incidents/{made['number']}/events", json={"event": "close", "disposition": "handled"})
    wait_until(lambda: told(stack, "kelurahan-petung", made, "dispatch.cancelled"), 10, "the stand-down")
    assert len(told(stack, "kelurahan-petung", made)) == 1
