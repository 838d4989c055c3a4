"""Promise: an SMS becomes a dispatch, and everybody hears of it. Through a real Kannel, in and out, with the operator's own configuration
(config/gateways/kannel.conf) and the sample of Penajam Paser Utara."""
import base64
import csv
import json
import re

import pytest

import node
from kannel import CONF, Kannel
from stack import ROOT, Stack, wait_until

LABANGKA = "64.09.03.2002"
CHAINED = "ada org dirantai di gudang blkg rumah, ds Labangka RT 4"
SOON = 30  # seconds: a busy machine, not a measure of speed
with open(ROOT / "config/replies/replies.tsv", encoding="utf-8") as replies_file:
    REPLIES = {row["key"]: row["text"] for row in csv.DictReader(replies_file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def sample_of_babulu():
    """config/agencies.json: those of the district Babulu and of the whole regency, their webhooks at partners of the test."""
    agencies = json.loads((ROOT / "config" / "agencies.json").read_text())["agencies"]
    chosen = [a for a in agencies if any(code == "64.09" or code.startswith("64.09.03") for code in a["jurisdiction"])]
    for a in chosen:
        a["contacts"] = [{k: v for k, v in c.items() if k not in ("url", "allow_private")} for c in a["contacts"]]
    return chosen


AGENCIES = {a["slug"]: a for a in sample_of_babulu()}


def contact(slug, channel):
    return next(c for c in AGENCIES[slug]["contacts"] if c["channel"] == channel)


def phone_of(slug):
    return contact(slug, "sms")["phone"]


@pytest.fixture(scope="module")
def sigap(postgres):
    s = Stack(postgres, agencies=list(AGENCIES.values()), started=False)
    yield s
    s.close()


@pytest.fixture(scope="module")
def kannel(sigap):
    k = Kannel(sigap)
    sigap.start()
    yield k
    k.close()


def reports_of(sigap, phone):
    return sigap.sql("select r.*, i.number as incident from reporter p join report r on r.id = p.report_id "
                     "left join incident i on i.id = r.incident_id where p.phone = %s order by r.number", phone)


def report_of(sigap, phone):
    """The one report of that number, once it is there."""
    (report,) = wait_until(lambda: reports_of(sigap, phone), SOON, f"the report of {phone}")
    return report


def dispatch_of(sigap, incident, slug):
    (row,) = sigap.sql("select * from dispatch where incident_id = %s and agency = %s", incident, slug)
    return row


def dispatch_in(sigap, incident, slug, state):
    """The agency's dispatch, once it is in that state."""
    return wait_until(lambda: [d for d in [dispatch_of(sigap, incident, slug)] if d["state"] == state], SOON, f"{slug} {state}")[0]


@pytest.fixture(scope="module")
def chained(sigap, kannel):
    """A report of a person in chains, sent from a citizen's telephone."""
    kannel.sms("+6281250000001", CHAINED)
    return report_of(sigap, "+6281250000001")


# ---- a citizen's SMS ----------------------------------------------------------------------------------------------------


def test_an_sms_becomes_an_incident_of_its_type_at_its_village(sigap, chained):
    (incident,) = sigap.sql("select * from incident where id = %s", chained["incident_id"])
    assert (incident["type"], incident["region"], incident["state"]) == ("shackled_patient", LABANGKA, "triaged")
    assert (chained["text"], chained["source"]) == (CHAINED, "sms:kannel")
    assert {d["agency"] for d in sigap.sql("select agency from dispatch where incident_id = %s", incident["id"])} == {
        "puskesmas-babulu", "desa-labangka"}


def verify(calls):
    """What the reference library of Standard Webhooks says to each (secret, headers, body): True, or its words of refusal."""
    asked = [{"secret": secret, "headers": headers, "body": base64.b64encode(body).decode()} for secret, headers, body in calls]
    return node.answers("verify.mjs", asked)


def test_puskesmas_and_village_office_get_webhooks_that_the_reference_library_accepts(sigap, chained):
    calls = []
    for slug in ("puskesmas-babulu", "desa-labangka"):
        (call,) = wait_until(lambda: sigap.partner(slug).about(str(chained["incident_id"])), SOON, f"the webhook of {slug}")
        secret = contact(slug, "webhook")["secret"]
        other = contact("polres-ppu", "webhook")["secret"]
        calls += [(secret, call.headers, call.body), (secret, call.headers, call.body + b" "), (other, call.headers, call.body)]
        told = call.json["data"]
        assert (call.type, told["incident"]["type"], told["incident"]["place"]["village_code"]) == (
            "dispatch.created", "shackled_patient", LABANGKA)
        assert told["dispatch"]["id"] == str(dispatch_of(sigap, chained["incident_id"], slug)["id"])
    refused = "No matching signature found"
    assert verify(calls) == [True, refused, refused] * 2


def test_puskesmas_and_village_office_get_an_sms_through_the_same_kannel(kannel, chained):
    for slug in ("puskesmas-babulu", "desa-labangka"):
        (text,) = wait_until(lambda: kannel.to(phone_of(slug)), SOON, f"the SMS of {slug}")
        assert text.startswith(f"[DINSOS PPU] {chained['number']} Pasien dipasung") and "Labangka" in text
        assert f"TERIMA {chained['number']} / TOLAK {chained['number']}" in text
        assert "gudang" not in text and "dirantai" not in text, "the citizen's words are not for an SMS"


def test_the_citizen_gets_a_receipt_with_the_number_and_nobodys_name(kannel, chained):
    (text,) = wait_until(lambda: kannel.to("+6281250000001"), SOON, "the receipt")
    assert text == REPLIES["pasung_advice"].replace("{no}", str(chained["number"]))
    assert {m["from"] for m in kannel.sent} == {"2345"}


def test_delivery_reports_come_back_and_are_recorded(sigap, kannel, chained):
    for phone in ("+6281250000001", phone_of("puskesmas-babulu"), phone_of("desa-labangka")):
        def recorded():
            return {row["state"] for row in sigap.sql("select r.state from delivery_report r join notice n on n.id = r.notice_id "
                                                      "where n.channel = 'sms' and n.address = %s", phone)}
        wait_until(lambda: {"sent", "delivered"} <= recorded(), SOON, f"the delivery reports of {phone}")
    assert sigap.metric('sigap_attempts_total{outcome="retry"}') == 0


def test_an_sms_in_ucs2_with_an_emoji_comes_through_intact(sigap, kannel):
    text = "😢 tolong, ada kakek terlantar di pasar Babulu Darat – lemas sekali 🙏🏽"
    kannel.sms("+6281250000002", text)
    report = report_of(sigap, "+6281250000002")
    assert (report["text"], report["type"]) == (text, "abandoned_person")


def test_a_long_sms_in_parts_is_one_report(sigap, kannel):
    first = "Lapor, ada ibu dengan gangguan jiwa dikurung keluarganya di kamar belakang, "
    kannel.sms_in_parts("+6281250000003", first, "desa Gunung Mulia RT 2")
    report = report_of(sigap, "+6281250000003")
    assert (report["text"], report["type"]) == (first + "desa Gunung Mulia RT 2", "shackled_patient")


def test_a_report_without_a_place_is_asked_for_it(sigap, kannel):
    kannel.sms("+6281250000004", "tolong ada orang gila dipasung keluarganya")
    report = report_of(sigap, "+6281250000004")
    (text,) = wait_until(lambda: kannel.to("+6281250000004"), SOON, "the question")
    assert text == REPLIES["ask_place"].replace("{no}", str(report["number"]))


# ---- a partner's SMS ----------------------------------------------------------------------------------------------------


def wait_recorded(kannel, phone, number, status):
    text = REPLIES["partner_recorded"].replace("{no}", str(number)).replace("{status}", status)
    wait_until(lambda: kannel.to(phone).count(text) == 1, SOON, f"to {phone}: {text}")


def test_terima_accepts_the_dispatch(sigap, kannel, chained):
    phone, number = phone_of("puskesmas-babulu"), chained["number"]
    wait_until(lambda: kannel.to(phone), SOON, "the request")
    kannel.sms(phone, f"TERIMA {number}")
    dispatch_in(sigap, chained["incident_id"], "puskesmas-babulu", "accepted")
    wait_recorded(kannel, phone, number, "diterima")
    assert not reports_of(sigap, phone), "an answer is no report"
    assert dispatch_of(sigap, chained["incident_id"], "desa-labangka")["state"] == "notified", "nobody answers for another"


def test_tolak_declines_with_the_reason(sigap, kannel, chained):
    phone, number = phone_of("desa-labangka"), chained["number"]
    wait_until(lambda: kannel.to(phone), SOON, "the request")
    kannel.sms(phone, f"TOLAK {number} petugas kosong")
    assert dispatch_in(sigap, chained["incident_id"], "desa-labangka", "declined")["reason"] == "petugas kosong"
    (event,) = sigap.sql("select actor, data from event where incident_id = %s and kind = 'decline'", chained["incident_id"])
    assert event["actor"] == "agency:desa-labangka via sms"
    wait_recorded(kannel, phone, number, "ditolak")


def test_a_plain_answer_without_the_number_works_when_only_one_dispatch_is_open(sigap, kannel):
    kannel.sms("+6281250000005", "ada anak dipasung di desa Sumber Sari RT 3, tolong")
    report = report_of(sigap, "+6281250000005")
    phone = phone_of("desa-sumber-sari")
    wait_until(lambda: kannel.to(phone), SOON, "the request")
    kannel.sms(phone, "siap, otw")
    answered = dispatch_in(sigap, report["incident_id"], "desa-sumber-sari", "en_route")
    assert answered["en_route_at"] is not None
    wait_recorded(kannel, phone, report["number"], "menuju lokasi")


# ---- when things break --------------------------------------------------------------------------------------------------


def test_an_sms_that_comes_while_sigapd_is_down_becomes_a_report_when_it_is_back(sigap, kannel):
    sigap.stop()
    kannel.sms("+6281250000006", "ada orang tua dirantai di desa Rintik")
    wait_until(lambda: re.search("Couldn't fetch .*/inbound", kannel.log("smsbox")), SOON, "Kannel cannot reach sigapd")
    sigap.start()
    assert report_of(sigap, "+6281250000006")["type"] == "shackled_patient"


def test_an_sms_that_kannel_offers_again_is_one_report(sigap, kannel):
    """sigapd dies when the report is on disk and Kannel has no answer yet: the second offer, with the same id, makes nothing new."""
    phone = "+6281250000007"
    sigap.stop()
    sigap.start(kill_at="gateway.kept")
    kannel.sms(phone, "ada pemuda dipasung di kandang, desa Sri Raharja RT 6")
    sigap.wait_killed()
    assert len(reports_of(sigap, phone)) == 1
    sigap.start()
    wait_until(lambda: sigap.metric("sigap_reports_repeated_total") == 1, SOON, "the second offer")
    (report,) = reports_of(sigap, phone)
    assert sigap.value("select count(*) from inbound where gateway = 'kannel' and id = %s", report["id"]) == 1
    (text,) = wait_until(lambda: kannel.to(phone), SOON, "the receipt")
    assert text == REPLIES["pasung_advice"].replace("{no}", str(report["number"]))


# ---- the operator's file ------------------------------------------------------------------------------------------------


def test_the_examples_of_other_lines_in_the_operators_file_are_valid(sigap, kannel):
    """Kannel ends at a setting that it does not know."""
    text, lines = re.subn(r"(?m)^#(group = smsc|[a-z-]+ = .*)$", r"\1", CONF.read_text())
    assert lines >= 15 and text.count("\ngroup = smsc\n") == 3
    other = Kannel(sigap, started=False, template=text)
    try:
        other.start()
        assert {line.findtext("id") for line in other.status().iter("smsc")} == {"utama", "modem1", "operator1", "warga"}
    finally:
        other.close()


def test_at_the_end_every_promise_holds_and_kannel_kept_no_word_of_it(sigap, kannel):
    wait_until(lambda: sigap.value("select count(*) from outbox") == 0, SOON, "an empty outbox")
    assert sigap.doctor() == []
    logged = kannel.log("bearerbox") + kannel.log("smsbox")
    assert "Couldn't fetch" in logged, "sigapd was away in these tests, and that is logged"
    assert "WARNING" not in logged, logged
    assert not re.search(r"62812500000|dirantai|dipasung|kakek|desa", logged), logged
