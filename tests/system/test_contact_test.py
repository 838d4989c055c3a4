"""Promise: a contact can be tried without any incident: the test goes the ordinary way, what became of it can be read, and "OK" is taken as its answer and as nothing else."""
import base64
import hashlib
import hmac

import pytest

import stack as harness
from stack import Answer, Stack, wait_until

PHONE = "+6281299990001"
AGENCIES = [
    harness.agency("polsek-penajam", "police", "64.09.01", [{"channel": "webhook"}, {"channel": "sms", "phone": PHONE}]),
    *harness.AGENCIES[1:],
]


@pytest.fixture(scope="module")
def s(postgres):
    s = Stack(postgres, agencies=AGENCIES)
    yield s
    s.close()


def contact(s, channel, slug="polsek-penajam"):
    return next(c["id"] for c in s.api("GET", f"/v1/agencies/{slug}").json()["contacts"] if c["channel"] == channel)


def try_contact(s, id, token="coordinator"):
    # tests of the last half minute are one and the same: this one shall be another
    s.sql("update contact_test set made_at = made_at - interval '31 s'")
    r = s.api("POST", f"/v1/contacts/{id}/test", token)
    assert r.status_code == 202, r.text
    return r.json()["notice"]


def notice(s, id, token="coordinator"):
    r = s.api("GET", f"/v1/notices/{id}", token)
    assert r.status_code == 200, r.text
    return r.json()


def ended(s, id):
    return wait_until(lambda: (n := notice(s, id))["attempts"] and not n["waiting"] and n, 10, "the end of the notice")


def test_a_webhook_is_tried_with_a_signed_notice_about_no_incident(s):
    police = s.partner("polsek-penajam")
    police.forget()
    id = try_contact(s, contact(s, "webhook"))
    call = wait_until(lambda: police.calls, 10, "the test")[0]
    assert (call.type, call.json["data"], call.id) == ("contact.test", {"notice": id}, id)
    secret = s.value("select secret from contact where agency = 'polsek-penajam' and channel = 'webhook'").removeprefix("whsec_")
    mac = hmac.new(base64.b64decode(secret), f"{id}.{call.headers['webhook-timestamp']}.".encode() + call.body, hashlib.sha256).digest()
    assert call.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    seen = ended(s, id)
    assert [a["outcome"] for a in seen["attempts"]] == ["ok"]
    assert (seen["kind"], seen["agency"], seen["incident"], seen["dispatch"]) == ("contact.test", "polsek-penajam", None, None)
    assert (seen["made_by"], seen["answer"], seen["given_up_at"]) == ("coordinator:coordinator", None, None)
    assert s.doctor() == []


def test_a_test_that_fails_is_told_and_climbs_no_ladder(s):
    police = s.partner("polsek-penajam")
    police.forget()
    police.will(Answer(410))
    id = try_contact(s, contact(s, "webhook"), "admin")
    seen = ended(s, id)
    assert [a["outcome"] for a in seen["attempts"]] == ["permanent"] and seen["given_up_at"] and "410" in seen["reason"]
    assert s.doctor() == []


def test_ok_by_sms_is_the_answer_and_no_report(s):
    reports = s.value("select count(*) from report")
    id = try_contact(s, contact(s, "sms"))
    message = wait_until(lambda: s.sms.to(PHONE), 10, "the SMS")[-1]
    assert "uji kontak" in message["text"] and message["text"].endswith("Terima kasih.")
    s.delivery_report(message, 1)
    assert s.send_sms(PHONE, "Ok, siap", id="uji-1").status_code == 200
    seen = notice(s, id)
    assert seen["delivery"] == "delivered" and seen["answer"]["text"] == "Ok, siap"
    wait_until(lambda: [m for m in s.sms.to(PHONE) if "tercatat" in m["text"]], 10, "the thanks")
    # the gateway brings it again: nothing new
    at = seen["answer"]["at"]
    assert s.send_sms(PHONE, "Ok, siap", id="uji-1").status_code == 200
    assert notice(s, id)["answer"]["at"] == at
    assert s.value("select count(*) from report") == reports
    assert s.doctor() == []


def test_ok_after_a_test_accepts_no_dispatch_that_was_told_before(s):
    made = s.report(village="64.09.01.1003")
    (dispatch,) = [d for d in made["dispatches"] if d["agency"] == "polsek-penajam"]
    wait_until(lambda: [m for m in s.sms.to(PHONE) if str(made["number"]) in m["text"]], 10, "the dispatch by SMS")
    id = try_contact(s, contact(s, "sms"))
    s.send_sms(PHONE, "ok")
    assert notice(s, id)["answer"]["text"] == "ok"
    assert s.api("GET", f"/v1/dispatches/{dispatch['id']}").json()["state"] == "notified"
    # a second one is about the dispatch: the test has its answer
    s.send_sms(PHONE, "ok")
    assert s.api("GET", f"/v1/dispatches/{dispatch['id']}").json()["state"] == "accepted"
    assert s.answer(dispatch["id"], "complete").status_code in (200, 409)
    s.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "cancel", "reason": "selesai"})


def test_ok_after_a_dispatch_accepts_it_though_a_test_waits(s):
    id = try_contact(s, contact(s, "sms"))
    made = s.report(village="64.09.01.1003", kind="unclaimed_body")
    (dispatch,) = [d for d in made["dispatches"] if d["agency"] == "polsek-penajam"]
    s.send_sms(PHONE, "OK")
    assert s.api("GET", f"/v1/dispatches/{dispatch['id']}").json()["state"] == "accepted"
    assert notice(s, id)["answer"] is None
    s.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "cancel", "reason": "selesai"})


def test_an_answer_with_a_number_is_about_that_dispatch(s):
    made = s.report(village="64.09.01.1003", kind="shackled_patient", urgency="critical")
    dispatch = next((d for d in made["dispatches"] if d["agency"] == "polsek-penajam"), None)
    id = try_contact(s, contact(s, "sms"))
    s.send_sms(PHONE, f"TERIMA {made['number']}")
    assert notice(s, id)["answer"] is None
    if dispatch is not None:
        assert s.api("GET", f"/v1/dispatches/{dispatch['id']}").json()["state"] == "accepted"
    s.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "cancel", "reason": "selesai"})


def test_trying_twice_within_half_a_minute_is_trying_once(s):
    id = try_contact(s, contact(s, "sms"))
    again = s.api("POST", f"/v1/contacts/{contact(s, 'sms')}/test", "admin")
    assert again.status_code == 202 and again.json() == {"notice": id}
    assert s.value("select count(*) from notice where id = %s", id) == 1


def test_a_test_that_waited_too_long_leaves_no_more(s):
    s.partner("polsek-penajam").forget()
    police = contact(s, "webhook")
    s.stop()
    s.sql("with n as (insert into notice (id, kind, channel, contact_id, address, body, created_at) select gen_random_uuid(), 'contact.test', 'webhook', %s, address, '{}', "
          "now() - interval '16 min' from contact where id = %s returning id) insert into outbox (notice_id, priority, due_at, attempt) select id, 1, now(), 0 from n",
          police, police)
    s.start()
    (row,) = wait_until(lambda: s.sql("select a.outcome, a.detail from attempt a join notice n on n.id = a.notice_id "
                                      "where n.kind = 'contact.test' and n.created_at < now() - interval '15 min'"), 10, "its end")
    assert row == {"outcome": "void", "detail": "too late"} and s.partner("polsek-penajam").calls == []


def test_who_may_try_and_see(s):
    s.add_token("babulu", "coordinator", scope="64.09.03")
    s.add_token("penajam", "coordinator", scope="64.09.01")
    s.rules_changed()
    id = try_contact(s, contact(s, "webhook"), "penajam")
    police = contact(s, "webhook")
    for token, status in (("babulu", 404), ("auditor", 403), ("source", 403), ("polsek-penajam", 403)):
        assert s.api("POST", f"/v1/contacts/{police}/test", token).status_code == status, token
    for token, status in (("babulu", 404), ("penajam", 200), ("auditor", 200), ("source", 403)):
        assert s.api("GET", f"/v1/notices/{id}", token).status_code == status, token
    made = s.report(village="64.09.01.1003")
    about = s.incident(made["incident"]["id"])["notices"][0]["id"]
    for token, status in (("babulu", 404), ("penajam", 200), ("coordinator", 200)):
        assert s.api("GET", f"/v1/notices/{about}", token).status_code == status, token
    s.sql("update contact set retired_at = now() where id = %s", police)
    assert s.api("POST", f"/v1/contacts/{police}/test").status_code == 404
    s.sql("update contact set retired_at = null where id = %s", police)
