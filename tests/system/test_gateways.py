"""Promise: whatever gateway a citizen writes through, the report is on disk before the gateway hears "ok" in its own words, the receipt goes back through it, and what becomes of
the receipt is recorded. What is forged is refused and leaves no trace; what comes twice is one; what cannot be read is kept.

Each gateway is a small stand-in of tests/system/fakes, which signs and answers as the vendor does."""
import contextlib
import csv
import json
import time

import pytest
import requests
from fakes import ALL, Generic, Infobip, Jasmin, SmsGate, Telegram, Twilio, Vonage, WhatsApp
from stack import AGENCIES, ROOT, Stack, agency, wait_until

TEXT = "ada orang terlantar di depan pasar kelurahan Petung, lemas, mohon dibantu 🙏"
SOON = 30
OFFICE_PHONE = "+6281270000025"
PEOPLE = [{"slug": "budi", "name": "Budi", "phone": "+6281200000001", "role": "coordinator", "scope": "64.09", "on_duty": True}]
with open(ROOT / "config/replies/replies.tsv", encoding="utf-8") as replies_file:
    REPLIES = {row["key"]: row["text"] for row in csv.DictReader(replies_file, delimiter="\t", quoting=csv.QUOTE_NONE)}

# what the vendor waits for (FORMATS of each): status and body of a call that was taken
ACCEPTED = {"generic": (200, "diterima"), "infobip": (200, ""), "jasmin": (200, "ACK/Jasmin"), "rapidpro": (200, "Accepted"), "smsgate": (200, ""),
            "telegram": (200, ""), "twilio": (200, None), "vonage": (200, ""), "whatsapp": (200, "")}
# in the vendor's words: sent, delivered, failed
STATES = {"generic": ("sent", "delivered", "failed"), "infobip": ("pending", "delivered", "undeliverable"), "jasmin": ("ACCEPTD", "DELIVRD", "UNDELIV"),
          "smsgate": ("sent", "delivered", "failed"), "twilio": ("sent", "delivered", "undelivered"), "vonage": ("accepted", "delivered", "failed"),
          "whatsapp": ("sent", "delivered", "failed")}
SIGNING = (Generic, Infobip, SmsGate, Telegram, Twilio, Vonage, WhatsApp)
BATCHING = (Generic, Infobip, WhatsApp)
REPORTING = tuple(kind for kind in ALL if kind.kind in STATES)
KNOWN_BY_ITS_OWN_ID = (Infobip, Jasmin, Twilio, Vonage, WhatsApp)


def kinds(*chosen):
    return pytest.mark.parametrize("gateway", chosen, ids=lambda kind: kind.kind, indirect=True)


class World:
    def __init__(self, stack, fake):
        self.stack, self.fake = stack, fake
        self.handles = isinstance(fake, Telegram)
        self.people = 0

    def sender(self):
        """A new person: a telephone, or a chat that looks like one."""
        self.people += 1
        return f"628125000{self.people:04}" if self.handles else f"+628125000{self.people:04}"

    def address(self, sender):
        return f"{self.fake.name}:{sender}" if self.handles else sender

    def taken(self, r):
        status, body = ACCEPTED[self.fake.kind]
        assert r.status_code == status and body in (None, r.text), (r.status_code, r.text)

    def reports(self, sender):
        return self.stack.sql("select r.*, p.phone, p.name from reporter p join report r on r.id = p.report_id where p.phone = %s order by r.number",
                              self.address(sender))

    def everything(self):
        return {table: self.stack.value(f"select count(*) from {table}")
                for table in ("inbound", "inbound_part", "report", "incident", "notice", "delivery_report", "inbound_repeat")}

    def count(self, what):
        return self.stack.metric(f'sigap_gateway_{what}_total{{gateway="{self.fake.name}"}}')

    def receipt(self, sender):
        (sent,) = wait_until(lambda: self.fake.to(sender), SOON, f"the receipt to {sender}")
        return sent

    def recorded(self, sender):
        return self.stack.sql("select d.state, d.part, d.parts from delivery_report d join notice n on n.id = d.notice_id "
                              "where n.address = %s and n.kind = 'receipt' order by d.at", self.address(sender))


worlds = {}


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    faults = []
    for world in worlds.values():
        try:
            world.stack.close()
        except AssertionError as e:
            faults.append(e)
        world.fake.close()
    worlds.clear()
    assert not faults, faults


@pytest.fixture
def gateway(postgres, request):
    """One sigap for each kind, with that gateway alone."""
    kind = request.param
    if kind not in worlds:
        fake = kind()
        agencies = [a for a in AGENCIES if a["slug"] != "kelurahan-petung"]
        agencies.append(agency("kelurahan-petung", "village_office", "64.09.01.1003", [{"channel": "webhook"}, {"channel": "sms", "phone": OFFICE_PHONE}]))
        stack = Stack(postgres, agencies=agencies, people=PEOPLE, started=False)
        stack.write_conf({"gateway kannel": None, f"gateway {fake.name}": fake.settings(stack.folder)})
        fake.base = stack.url
        worlds[kind] = World(stack, fake)
        stack.start()
    return worlds[kind]


# ---- a citizen's message --------------------------------------------------------------------------------------------------


@kinds(*ALL)
def test_a_message_becomes_a_report_and_its_receipt_goes_back_through_the_same_gateway(gateway):
    sender = gateway.sender()
    gateway.taken(gateway.fake.bring(sender, TEXT))
    (report,) = gateway.reports(sender)
    assert (report["text"], report["type"], report["source"]) == (TEXT, "abandoned_person", f"sms:{gateway.fake.name}")
    (incident,) = gateway.stack.sql("select * from incident where id = %s", report["incident_id"])
    assert incident["region"] == "64.09.01.1003"
    sent = gateway.receipt(sender)
    assert str(report["number"]) in sent["text"]
    (notice,) = gateway.stack.sql("select * from notice where kind = 'receipt' and address = %s", gateway.address(sender))
    assert (notice["via"], notice["body"]) == (gateway.fake.name, sent["text"])
    raw = bytes(gateway.stack.value("select raw from inbound where id = %s", report["id"]))
    assert gateway.fake.token.encode() not in raw and b"terlantar" in raw or isinstance(gateway.fake, Jasmin)


@kinds(*ALL)
def test_the_same_message_twice_is_one_report(gateway):
    sender = gateway.sender()
    id = 987654321 if isinstance(gateway.fake, Telegram) else "pesan-yang-sama-1"
    for _ in range(3):
        gateway.taken(gateway.fake.bring(sender, TEXT + " dua kali", id=id))
    assert len(gateway.reports(sender)) == 1
    assert len(gateway.stack.sql("select * from notice where kind = 'receipt' and address = %s", gateway.address(sender))) == 1


@kinds(WhatsApp, Telegram)
def test_a_position_and_a_name_go_into_the_report(gateway):
    sender = gateway.sender()
    gateway.taken(gateway.fake.bring_location(sender, -1.2654, 116.7123))
    (report,) = gateway.reports(sender)
    assert (round(report["lat"], 4), round(report["lon"], 4)) == (-1.2654, 116.7123)
    other = gateway.sender()
    gateway.taken(gateway.fake.bring(other, TEXT))
    assert gateway.reports(other)[0]["name"] == "Warga"


@kinds(Telegram)
def test_a_chat_is_no_telephone_even_if_it_looks_like_one(gateway):
    """The number of a chat may be that of a partner's telephone: it is not he."""
    chat = OFFICE_PHONE.lstrip("+")
    gateway.taken(gateway.fake.bring(chat, "TERIMA"))
    assert len(gateway.reports(chat)) == 1, "it is a citizen's"


@kinds(Generic, Vonage)
def test_when_a_gateway_was_last_heard_of_stands_on_metrics(gateway):
    before, heard = gateway.count("messages"), 'sigap_gateway_last_heard_timestamp_seconds{gateway="%s"}' % gateway.fake.name
    began = time.time()
    gateway.taken(gateway.fake.bring(gateway.sender(), TEXT))
    assert gateway.count("messages") == before + 1
    assert began - 1 < gateway.stack.metric(heard) < time.time() + 1


# ---- forged ------------------------------------------------------------------------------------------------------------------


@kinds(*SIGNING)
def test_a_forged_call_is_refused_and_nothing_of_it_is_kept(gateway):
    before, refused = gateway.everything(), gateway.count("calls_forged")
    for how in ({"forged": True}, {"signed": False}):
        r = gateway.fake.bring(gateway.sender(), TEXT + " palsu", **how)
        assert r.status_code == 403 and r.headers["Content-Type"] == "application/problem+json", (how, r.status_code, r.text)
    assert gateway.everything() == before
    assert gateway.count("calls_forged") == refused + 2
    assert "palsu" not in gateway.stack.log.read_text()


@kinds(*ALL)
def test_a_call_without_the_gateways_token_is_refused(gateway):
    before = gateway.everything()
    token, gateway.fake.token = gateway.fake.token, "lain"
    try:
        assert gateway.fake.bring(gateway.sender(), TEXT).status_code == 403
    finally:
        gateway.fake.token = token
    assert gateway.everything() == before


@kinds(WhatsApp)
def test_a_challenge_is_answered_and_nothing_is_kept(gateway):
    before = gateway.everything()
    r = gateway.fake.verify(challenge="1158201444")
    assert (r.status_code, r.text) == (200, "1158201444")
    assert gateway.fake.verify(token="salah").status_code == 403
    assert gateway.everything() == before


# ---- many at once -----------------------------------------------------------------------------------------------------------


@kinds(*BATCHING)
def test_a_batch_is_taken_whole_message_by_message(gateway):
    pairs = [(gateway.sender(), f"{TEXT} nomor {i}") for i in range(40)]
    gateway.taken(gateway.fake.batch(pairs))
    for sender, text in pairs:
        (report,) = gateway.reports(sender)
        assert report["text"] == text
    raw = json.loads(bytes(gateway.stack.value("select raw from inbound where id = %s", report["id"])))
    assert (raw["at"], raw["text"]) == (39, text)
    whole = bytes(gateway.stack.value("select raw from inbound where external_id = %s", raw["call"]))
    assert whole.count(b"terlantar") >= 40


@kinds(Generic)
def test_a_batch_of_a_thousand_of_one_sender_keeps_its_order(gateway):
    sender = gateway.sender()
    gateway.taken(gateway.fake.batch([(sender, f"pesan {i}") for i in range(1000)]))
    assert [r["text"] for r in gateway.reports(sender)] == [f"pesan {i}" for i in range(1000)]


@kinds(Generic)
def test_an_answer_in_the_same_call_as_its_report_finds_it(gateway):
    """What one sender writes is worked on one after the other, though many messages of a call are under way at once."""
    senders = [gateway.sender() for _ in range(6)]
    said = ["tolong ada orang gila dipasung keluarganya", "kelurahan Petung"]
    gateway.taken(gateway.fake.batch([(sender, text) for sender in senders for text in said]))
    for sender in senders:
        first, second = gateway.reports(sender)
        assert (first["asks"], second["answers"]) == ("place", first["id"])


@kinds(Generic)
def test_a_batch_that_cannot_be_kept_whole_is_asked_for_again(gateway):
    """The database refuses one of many: the gateway hears 503, brings all again, and every message is there once."""
    pairs = [(gateway.sender(), f"{TEXT} ulang {i}") for i in range(30)]
    calls = [gateway.fake.message(s, t) for s, t in pairs]
    gateway.stack.sql("create function refuse() returns trigger language plpgsql as $$ begin "
                      "if new.external_id = '" + calls[17]["id"] + "' then raise exception 'no'; end if; return new; end $$")
    gateway.stack.sql("create trigger refuse before insert on inbound for each row execute function refuse()")
    try:
        assert gateway.fake.notify("inbound", {"data": {"messages": calls}}).status_code == 503
    finally:
        gateway.stack.sql("drop trigger refuse on inbound")
        gateway.stack.sql("drop function refuse()")
    assert gateway.reports(pairs[17][0]) == []
    gateway.taken(gateway.fake.notify("inbound", {"data": {"messages": calls}}))
    for sender, text in pairs:
        (report,) = gateway.reports(sender)
        assert report["text"] == text


# ---- what cannot be read ------------------------------------------------------------------------------------------------------


def unreadable(fake):
    """A call that is the vendor's, and says nothing that can be understood."""
    if isinstance(fake, (SmsGate, WhatsApp, Telegram)):
        how = {"door": "inbound", "body": b'{"this is": no JSON'}
        return fake.event(None, None, **how) if isinstance(fake, SmsGate) else fake.notify(**how)
    if isinstance(fake, (Generic, Infobip)):
        return fake.notify("inbound", b'{"this is": no JSON')
    if isinstance(fake, Twilio):
        return fake.call(fake.url_of("inbound"), {"AccountSid": fake.account, "Surprise": "1"})
    if isinstance(fake, Vonage):
        return fake.call(fake.url_of("inbound"), {"surprise": "1", "text": ""})
    return requests.post(fake.url_of("inbound"), data={"surprise": "1"}, timeout=10)


@kinds(*ALL)
def test_what_cannot_be_read_is_kept_as_it_came_and_answered_as_the_gateway_needs(gateway):
    before = gateway.everything()
    gateway.taken(unreadable(gateway.fake))
    gateway.taken(unreadable(gateway.fake))
    after = gateway.everything()
    assert after["report"] == before["report"]
    kept = gateway.stack.sql("select raw from inbound where external_id like 'sha256:%' order by received_at desc limit 1")
    assert after["inbound"] in (before["inbound"] + 1, before["inbound"] + 2) and kept, "a signature may change with every call"
    assert gateway.fake.token.encode() not in bytes(kept[0]["raw"])


# ---- what became of the receipt -----------------------------------------------------------------------------------------------


@kinds(*REPORTING)
def test_delivery_reports_are_recorded_out_of_order_and_twice(gateway):
    sender, fake = gateway.sender(), gateway.fake
    gateway.taken(fake.bring(sender, TEXT))
    sent = gateway.receipt(sender)
    first, second, _ = STATES[fake.kind]
    for state in (second, first, second):
        gateway.taken(fake.report(sent, state))
    assert [d["state"] for d in gateway.recorded(sender)] == [
        "delivered", "queued" if isinstance(fake, Infobip) else "sent", "delivered"]
    state = gateway.stack.value("select notice_delivery(id) from notice where kind = 'receipt' and address = %s", sender)
    assert state == "delivered", "whatever came last"


@kinds(*REPORTING)
def test_a_failure_is_recorded_with_the_gateways_words(gateway):
    sender, fake = gateway.sender(), gateway.fake
    gateway.taken(fake.bring(sender, TEXT))
    sent = gateway.receipt(sender)
    gateway.taken(fake.report(sent, STATES[fake.kind][2]))
    assert [d["state"] for d in gateway.recorded(sender)] == ["failed"]


@kinds(*[kind for kind in REPORTING if kind in SIGNING])
def test_a_forged_delivery_report_is_refused(gateway):
    sender, fake = gateway.sender(), gateway.fake
    gateway.taken(fake.bring(sender, TEXT))
    sent = gateway.receipt(sender)
    assert fake.report(sent, STATES[fake.kind][1], forged=True).status_code == 403
    assert gateway.recorded(sender) == []


@kinds(*REPORTING)
def test_a_report_about_nothing_of_ours_is_answered_and_counted(gateway):
    before, counted = gateway.everything(), gateway.count("delivery_reports_unknown")
    stray = {"id": "01a20131-9bec-766e-ad6b-b02528c426f8", "ref": "01a20131-9bec-766e-ad6b-b02528c426f8", "to": "+6281250009999", "callback": None}
    gateway.taken(gateway.fake.report(stray, STATES[gateway.fake.kind][1]))
    assert gateway.everything() == before
    assert gateway.count("delivery_reports_unknown") == counted + 1


@kinds(SmsGate)
def test_a_message_of_several_parts_is_reported_part_by_part(gateway):
    sender, fake = gateway.sender(), gateway.fake
    gateway.taken(fake.bring(sender, TEXT))
    sent = gateway.receipt(sender)
    gateway.taken(fake.report(sent, "sent", parts=2))
    gateway.taken(fake.report(sent, "delivered", id="bagian-1"))
    gateway.taken(fake.report(sent, "delivered", id="bagian-2"))
    gateway.taken(fake.report(sent, "delivered", id="bagian-2"))
    rows = gateway.recorded(sender)
    assert rows[0]["parts"] == 2 and rows[0]["state"] == "sent"
    assert len({d["part"] for d in rows if d["state"] == "delivered"}) == 2 and len(rows) == 4
    assert gateway.stack.value("select notice_delivery(id) from notice where kind = 'receipt' and address = %s", sender) == "delivered"


# ---- parts, partners --------------------------------------------------------------------------------------------------------


@kinds(Vonage)
def test_parts_of_a_long_message_are_one_report(gateway):
    sender = gateway.sender()
    gateway.taken(gateway.fake.bring(sender, "kelurahan Petung 🙏", part=(17, 2, 2)))
    gateway.taken(gateway.fake.bring(sender, "ada orang terlantar di depan pasar ", part=(17, 1, 2)))
    wait_until(lambda: gateway.reports(sender), SOON, "the report")
    assert [r["text"] for r in gateway.reports(sender)] == ["ada orang terlantar di depan pasar kelurahan Petung 🙏"]


@kinds(*[kind for kind in ALL if kind is not Telegram])
def test_a_partner_answers_through_any_gateway(gateway):
    sender = gateway.sender()
    gateway.taken(gateway.fake.bring(sender, TEXT))
    (report,) = gateway.reports(sender)
    number = gateway.stack.value("select number from incident where id = %s", report["incident_id"])
    gateway.taken(gateway.fake.bring(OFFICE_PHONE, f"TERIMA {number}"))
    (dispatch,) = gateway.stack.sql("select * from dispatch where incident_id = %s and agency = 'kelurahan-petung'", report["incident_id"])
    assert dispatch["state"] == "accepted"
    told = REPLIES["partner_recorded"].replace("{no}", str(number)).replace("{status}", "diterima")
    wait_until(lambda: told in [m["text"] for m in gateway.fake.to(OFFICE_PHONE)], SOON, told)
    assert gateway.stack.value("select via from notice where body = %s", told) == gateway.fake.name


def test_with_several_gateways_everybody_is_answered_through_his_own(postgres):
    fakes = [Generic(), WhatsApp(), Vonage(), Telegram()]
    stack = Stack(postgres, people=PEOPLE, started=False)
    try:
        stack.write_conf({f"gateway {fake.name}": fake.settings(stack.folder) for fake in fakes})
        stack.start()
        for n, fake in enumerate(fakes):
            fake.base, world = stack.url, World(stack, fake)
            sender = f"{'' if world.handles else '+'}62812600000{n}"
            world.taken(fake.bring(sender, f"{TEXT} lewat {fake.name}"))
            assert len(world.reports(sender)) == 1
            world.receipt(sender)
        stack.send_sms("+628126000099", TEXT)
        wait_until(lambda: stack.sms.to("+628126000099"), SOON, "the receipt through Kannel")
        for n, fake in enumerate(fakes):
            assert {m["to"] for m in fake.sent} == {f"{'' if fake.kind == 'telegram' else '+'}62812600000{n}"}
        stack.close()
    except BaseException:
        stack.discard()  # a daemon that never got ready, too
        raise
    finally:
        for fake in fakes:
            fake.close()


@kinds(*ALL)
def test_while_the_database_is_away_the_gateway_is_told_to_come_again(gateway):
    sender = gateway.sender()
    gateway.stack.postgres.stop()
    try:
        r = gateway.fake.bring(sender, TEXT + " nanti")
        assert r.status_code == 503 and "Retry-After" in r.headers
    finally:
        gateway.stack.postgres.start()
    for world in worlds.values():  # they share the server
        with contextlib.suppress(Exception):
            world.stack.connection.close()
        world.stack.connect()
        wait_until(world.stack.is_ready, 30, "the database is back")
    gateway.taken(gateway.fake.bring(sender, TEXT + " nanti"))
    assert len(gateway.reports(sender)) == 1


@kinds(*ALL)
def test_at_the_end_every_promise_holds_and_no_word_stands_in_the_log(gateway):
    waiting = "select n.kind, n.address, a.outcome, a.detail from outbox o join notice n on n.id = o.notice_id left join attempt a on a.notice_id = n.id"
    try:
        wait_until(lambda: gateway.stack.value("select count(*) from outbox") == 0, SOON, "an empty outbox")
    except AssertionError:
        raise AssertionError(gateway.stack.sql(waiting)) from None
    assert gateway.stack.doctor() == []
    log = gateway.stack.log.read_text()
    assert not any(word in log for word in ("terlantar", "62812500", gateway.fake.token, gateway.fake.secret, gateway.fake.password))
