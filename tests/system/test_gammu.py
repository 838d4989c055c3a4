"""Promise: Gammu SMSD with a modem is a gateway like any other. A real gammu-smsd with its dummy telephone and its PostgreSQL tables, both ways."""
import datetime
import json

import pytest

from smsd import Smsd
from stack import Stack, wait_until

SOON = 30  # seconds: SMSD looks at its telephone every second, on a busy machine
LABANGKA = "64.09.03.2002"


def reports_of(sigap, phone):
    return sigap.sql("select r.*, i.type as incident_type, i.region from reporter p join report r on r.id = p.report_id "
                     "left join incident i on i.id = r.incident_id where p.phone = %s order by r.number", phone)


def report_of(sigap, phone):
    (report,) = wait_until(lambda: reports_of(sigap, phone), SOON, "the report")
    return report


def metric(sigap, name):
    return sigap.metric(name + '{gateway="gammu"}')


def unprocessed(smsd):
    return smsd.sql('select "ID" from inbox where not "Processed"')


@pytest.fixture(scope="module")
def sigap(postgres):
    s = Stack(postgres, started=False)
    yield s
    s.close()


@pytest.fixture(scope="module")
def smsd(sigap):
    s = Smsd(sigap)
    sigap.start()
    yield s
    s.close()


def test_a_message_in_inbox_becomes_a_report_and_its_receipt_leaves_through_the_modem(sigap, smsd):
    phone = "+6281260000001"
    smsd.receive(phone, "ada org dirantai di gudang blkg rumah, ds Labangka RT 4")
    report = report_of(sigap, phone)
    assert (report["incident_type"], report["region"]) == ("shackled_patient", LABANGKA)
    assert report["source"] == "sms:gammu"
    wait_until(lambda: not unprocessed(smsd), SOON, "every row processed")
    (receipt,) = wait_until(lambda: smsd.sent(phone), SOON, "the receipt")
    assert str(report["number"]) in receipt
    (kept,) = sigap.sql("select content_type, raw from inbound where id = %s", report["id"])
    (row,) = smsd.sql('select "ID" as id, "SMSCNumber" as smsc, extract(epoch from "ReceivingDateTime")::int8 as at from inbox where "SenderNumber" = %s', phone)
    received = datetime.datetime.fromtimestamp(row["at"] - 8 * 3600, datetime.timezone.utc)  # utc_offset_min = 480
    raw = json.loads(bytes(kept["raw"]))
    assert kept["content_type"] == "application/json"
    assert datetime.datetime.fromisoformat(raw.pop("received_at")) == received
    assert raw == {"ids": [row["id"]], "from": phone, "smsc": row["smsc"], "text": report["text"]}
    assert metric(sigap, "sigap_gateway_messages_total") >= 1
    assert metric(sigap, "sigap_gateway_last_heard_timestamp_seconds") > 0


def test_what_smsd_says_of_a_message_is_recorded_once(sigap, smsd):
    phone = "+6281260000002"
    smsd.receive(phone, "ada orang terlantar di masjid Labangka")
    report_of(sigap, phone)
    told = wait_until(lambda: sigap.sql("select d.* from delivery_report d join notice n on n.id = d.notice_id where n.address = %s", phone),
                      SOON, "the delivery report")
    assert [(d["state"], d["part"], d["parts"]) for d in told] == [("sent", 1, 1)]
    assert metric(sigap, "sigap_gateway_delivery_reports_total") >= 1
    (notice,) = sigap.sql("select id from notice where address = %s", phone)
    heard = metric(sigap, "sigap_gateway_last_heard_timestamp_seconds")
    smsd.sql('update sentitems set "Status" = \'DeliveryOK\', "DeliveryDateTime" = localtimestamp where "CreatorID" = %s', f"sigap:{notice['id']}")
    states = wait_until(lambda: [s for s in [sigap.sql("select state from delivery_report where notice_id = %s order by at", notice["id"])]
                                 if len(s) > 1], SOON, "its delivery")[0]
    assert [s["state"] for s in states] == ["sent", "delivered"]
    wait_until(lambda: metric(sigap, "sigap_gateway_last_heard_timestamp_seconds") > heard, SOON, "the gateway is heard of by its reports, too")
    # read again and again, kept once
    smsd.sql('update sentitems set "Status" = \'DeliveryOK\' where "CreatorID" = %s', f"sigap:{notice['id']}")
    other = "+6281260000003"
    smsd.receive(other, "ada orang terlantar di pasar Petung")
    wait_until(lambda: sigap.sql("select 1 from delivery_report d join notice n on n.id = d.notice_id where n.address = %s", other), SOON, "a later one")
    assert len(sigap.sql("select 1 from delivery_report where notice_id = %s", notice["id"])) == 2


def test_a_message_that_the_modem_could_not_send_is_shown_to_a_person(sigap, smsd):
    phone = "+6281260000011"
    smsd.receive(phone, "ada orang terlantar di masjid Labangka, sakit")
    report_of(sigap, phone)
    (notice,) = wait_until(lambda: sigap.sql("select id from notice where address = %s", phone), SOON, "the receipt")
    wait_until(lambda: smsd.sent(phone), SOON, "the receipt's way out")
    smsd.sql('update sentitems set "Status" = \'SendingError\', "UpdatedInDB" = localtimestamp where "CreatorID" = %s', f"sigap:{notice['id']}")
    (dead,) = wait_until(lambda: sigap.sql("select reason from dead_notice where notice_id = %s", notice["id"]), SOON, "the undeliverable notice")
    assert dead["reason"] == "the gateway took it, but it was not delivered: SendingError"


def test_the_parts_of_a_long_message_are_one_report_with_emoji_and_all(sigap, smsd):
    phone = "+6281260000004"
    text = "tolong 🚨 ada orang dirantai keluarganya di gudang belakang rumah, desa Labangka RT 4, sudah berbulan-bulan, badannya kurus sekali dan teriak tiap malam 🙏"
    assert smsd.receive(phone, text, unicode=True) > 1
    assert report_of(sigap, phone)["text"] == text
    wait_until(lambda: not unprocessed(smsd), SOON, "every part processed")
    assert len(reports_of(sigap, phone)) == 1


def test_a_message_whose_first_part_never_came_is_taken_all_the_same(sigap, smsd):
    phone = "+6281260000005"
    lost = "a " * 90
    smsd.receive(phone, lost + "ada orang dirantai di gudang, desa Labangka RT 4", drop_part=1)
    report = wait_until(lambda: reports_of(sigap, phone), 60, "the report of what did come")[0]
    assert report["text"].startswith("[...]") and "Labangka RT 4" in report["text"]


def test_a_long_notice_leaves_in_parts_that_make_the_whole_text(sigap, smsd):
    phone = "+6281260000006"
    text = "Mohon perhatian 🚨 " + "pesan panjang untuk warga " * 6
    sigap.sql("with n as (insert into notice (id, kind, channel, address, body) values (gen_random_uuid(), 'receipt', 'sms', %s, %s) returning id) "
              "insert into outbox (notice_id, priority, due_at, attempt) select id, 2, now(), 0 from n", phone, text)
    assert wait_until(lambda: [t for t in smsd.sent(phone) if len(t) == len(text)], SOON, "the whole text") == [text]
    parts = smsd.sql('select "UDH" from sentitems where "DestinationNumber" = %s order by "SequencePosition"', phone)
    assert len(parts) == 3 and [p["UDH"][-4:] for p in parts] == ["0301", "0302", "0303"]


def test_an_attempt_with_an_unknown_end_is_not_queued_twice(sigap, smsd):
    phone = "+6281260000007"
    (made,) = sigap.sql("with n as (insert into notice (id, kind, channel, address, body) values (gen_random_uuid(), 'receipt', 'sms', %s, 'Satu kali') returning id) "
                        "select id from n", phone)
    smsd.sql('insert into outbox ("DestinationNumber", "CreatorID", "TextDecoded", "DeliveryReport") values (%s, %s, %s, \'default\')',
             phone, f"sigap:{made['id']}", "Satu kali")
    sigap.sql("insert into outbox (notice_id, priority, due_at, attempt) values (%s, 2, now(), 0)", made["id"])
    wait_until(lambda: sigap.sql("select 1 from attempt where notice_id = %s and outcome = 'ok'", made["id"]), SOON, "the attempt")
    wait_until(lambda: smsd.sent(phone), SOON, "the message")
    assert smsd.sql('select count(*) as n from outbox where "CreatorID" = %s', f"sigap:{made['id']}")[0]["n"] == 0
    assert smsd.sent(phone) == ["Satu kali"]


def test_a_daemon_that_dies_between_taking_and_telling_takes_the_row_again_and_makes_one_report(sigap, smsd):
    phone = "+6281260000008"
    sigap.kill()
    smsd.receive(phone, "ada mayat tanpa keluarga di pantai desa Labangka")
    wait_until(lambda: smsd.sql('select 1 from inbox where "SenderNumber" = %s', phone), SOON, "the row")
    sigap.start(kill_at="intake.committed", ready=False)
    wait_until(lambda: sigap.process.poll() is not None, SOON, "the death at the commit")
    sigap.process = None
    assert unprocessed(smsd) and len(reports_of(sigap, phone)) == 1
    sigap.start()
    wait_until(lambda: not unprocessed(smsd), SOON, "the row taken")
    assert len(reports_of(sigap, phone)) == 1
    assert sigap.doctor() == []


def test_a_modem_that_does_not_report_is_an_alarm_until_it_does(sigap, smsd):
    silent = "select * from alarm where kind = 'gateway_silent' and key = 'gammu modem'"
    sigap.kill()
    smsd.stop()
    with_trigger_off = "set session_replication_role = replica; "  # the trigger would write the time of this change
    smsd.sql(with_trigger_off + 'update phones set "UpdatedInDB" = localtimestamp - interval \'4 minutes\'')
    sigap.start()
    (alarm,) = wait_until(lambda: sigap.sql(silent), SOON, "the alarm")
    assert alarm["detail"] == "gerbang SMS gammu: modem tidak melapor"
    sigap.kill()
    smsd.start()
    wait_until(lambda: smsd.sql('select 1 from phones where "UpdatedInDB" > localtimestamp - interval \'1 minute\''), SOON, "the modem's word")
    sigap.start()
    wait_until(lambda: not sigap.sql(silent + " and cleared_at is null"), SOON, "the alarm's end")


def test_the_script_and_the_table_tell_of_one_message(postgres):
    sigap = Stack(postgres, started=False)
    smsd = Smsd(sigap, script=True)
    try:
        sigap.start()
        phone = "+6281260000009"
        smsd.receive(phone, 'orang "dirantai" di gudang \\ desa Labangka, kata warga 100% benar')
        report = report_of(sigap, phone)
        assert report["text"] == 'orang "dirantai" di gudang \\ desa Labangka, kata warga 100% benar'
        wait_until(lambda: not unprocessed(smsd), SOON, "the row taken")
        assert len(reports_of(sigap, phone)) == 1
        assert not (smsd.folder / "receive.log").read_text()
    finally:
        smsd.close()
        sigap.close()


def test_the_script_alone_brings_messages_of_an_smsd_that_keeps_files(postgres):
    sigap = Stack(postgres, started=False)
    smsd = Smsd(sigap, script=True, database=False, service="files")
    try:
        sigap.start()
        phone = "+6281260000010"
        smsd.receive(phone, "ada orang dirantai di gudang, desa Labangka")
        report = report_of(sigap, phone)
        assert report["region"] == LABANGKA
        (raw,) = sigap.sql("select content_type from inbound where id = %s", report["id"])
        assert raw["content_type"] == "application/json"
        # nothing leaves through it
        wait_until(lambda: sigap.sql("select 1 from attempt a join notice n on n.id = a.notice_id where n.address = %s and a.detail like '%%no database%%'", phone),
                   SOON, "the receipt's attempt")
    finally:
        smsd.close()
        sigap.close()
