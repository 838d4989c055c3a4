"""Promise: what a citizen writes is read in what went before: the answer to our question moves the right people, a question about his report is answered, thanks and
machines are not. Through a real Kannel, in and out, with the sample of Penajam Paser Utara."""
import csv
import re
import threading
import uuid

import pytest

from kannel import Kannel
from stack import DUTY_PHONE, ROOT, Stack, wait_until
from test_kannel import AGENCIES

LABANGKA, BABULU_LAUT, GUNUNG_MAKMUR = "64.09.03.2002", "64.09.03.2003", "64.09.03.2005"
NO_PLACE = "ada nenek terlantar tidur di emperan toko, tidak punya keluarga"
BETWEEN = "ada nenek terlantar tidak punya keluarga di dermaga simpang"
UNSURE = "tolong pak ada orang di labangka"
SOON = 30  # seconds: a busy machine, not a measure of speed
MOST = 4  # sms_per_number_hour of the policy
with open(ROOT / "config/replies/replies.tsv", encoding="utf-8") as replies_file:
    REPLIES = {row["key"]: row["text"] for row in csv.DictReader(replies_file, delimiter="\t", quoting=csv.QUOTE_NONE)}


def text_of(key, **values):
    text = REPLIES[key]
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def shape_of(key, **values):
    """A pattern for a text of which some values are not known."""
    return re.compile(re.sub(r"\\{[a-z]+\\}", ".+", re.escape(text_of(key, **values))) + "$")


@pytest.fixture(scope="module")
def sigap(postgres):
    s = Stack(postgres, agencies=list(AGENCIES.values()), started=False)
    # one name in two villages
    for code in (LABANGKA, BABULU_LAUT):
        s.sql("insert into region_alias (code, alias, kind) values (%s, 'dermaga simpang', 'variant')", code)
    yield s
    s.close()


@pytest.fixture(scope="module")
def kannel(sigap):
    k = Kannel(sigap)
    sigap.start()
    yield k
    k.close()


class Citizen:
    """A telephone of its own for each test."""

    count = 0

    def __init__(self, sigap, kannel):
        Citizen.count += 1
        self.phone = f"+62813{Citizen.count:08d}"
        self.sigap, self.kannel, self.written = sigap, kannel, 0

    def reports(self):
        return self.sigap.sql("select r.*, i.number as incident, i.type as incident_type, i.region, i.state from reporter p join report r on r.id = p.report_id "
                              "left join incident i on i.id = r.incident_id where p.phone = %s order by r.number", self.phone)

    def write(self, text):
        """Sends it through Kannel; its report, once it is there."""
        self.written += 1
        self.kannel.sms(self.phone, text)
        return self.arrived()

    def write_directly(self, text, id=None):
        """As Kannel would hand it over, without its half second for each message."""
        self.written += 1
        assert self.sigap.send_sms(self.phone, text, id).status_code == 200
        return self.arrived()

    def arrived(self):
        return wait_until(lambda: len(self.reports()) == self.written and self.reports(), SOON, f"report {self.written} of {self.phone}")[-1]

    def read(self, count):
        """What he got, once it is that many."""
        return wait_until(lambda: len(self.kannel.to(self.phone)) >= count and self.kannel.to(self.phone), SOON, f"{count} texts to {self.phone}")

    def receipts(self):
        return [row["body"] for row in self.sigap.sql("select body from notice where kind = 'receipt' and address = %s order by created_at, id", self.phone)]

    def said_to_duty(self, number):
        return [row["body"] for row in self.sigap.sql("select body from notice where kind = 'duty' and address = %s and body like %s", DUTY_PHONE, f"%{number}%")]

    def turn(self):
        return self.reports()[-1]["triage"]["turn"]["kind"]


@pytest.fixture
def citizen(sigap, kannel):
    return Citizen(sigap, kannel)


def dispatched(sigap, incident):
    return {d["agency"] for d in sigap.sql("select agency from dispatch where incident_id = %s", incident)}


def kinds(sigap, incident):
    return [e["kind"] for e in sigap.sql("select kind from event where incident_id = %s order by number", incident)]


def clocks(sigap, incident):
    return {row["clock"] for row in sigap.sql("select l.clock from deadline l where l.subject = %s or l.subject in "
                                              "(select id from dispatch where incident_id = %s)", incident, incident)}


# ---- the place is asked for ---------------------------------------------------------------------------------------------


def asked_for_place(citizen, text=NO_PLACE, key="ask_place", **values):
    report = citizen.write(text)
    assert (report["asks"], report["relation"], report["state"]) == ("place", "opens", "open")
    assert citizen.read(1)[0] == text_of(key, no=report["number"], **values)
    return report


def answered_with(sigap, citizen, first, village):
    """The last message is the answer that put the incident there: its people are told, its clocks run."""
    last = citizen.reports()[-1]
    incident = first["incident_id"]
    assert (last["incident_id"], last["relation"], last["answers"], last["type"]) == (incident, "answer", first["id"], "followup")
    assert (last["region"], last["state"]) == (village, "triaged")
    assert kinds(sigap, incident) == ["opened", "report_attached"]
    (event,) = sigap.sql("select actor from event where incident_id = %s and kind = 'report_attached'", incident)
    assert event["actor"] == "reporter via sms:kannel"
    assert "accept" in clocks(sigap, incident) and "triage" not in clocks(sigap, incident)


VILLAGE_OFFICES = {LABANGKA: "desa-labangka", BABULU_LAUT: "desa-babulu-laut", GUNUNG_MAKMUR: "desa-gunung-makmur"}


@pytest.mark.parametrize("answer, village", [
    ("babulu laut", BABULU_LAUT),
    ("pak neneknya ada di desa Gunung Makmur RT 3 dekat masjid", GUNUNG_MAKMUR),
    ("bukan di labangka, di babulu laut", BABULU_LAUT),
])
def test_a_missing_village_is_asked_for_and_its_answer_moves_the_people_there(sigap, kannel, citizen, answer, village):
    report = asked_for_place(citizen)
    before = dispatched(sigap, report["incident_id"])
    assert VILLAGE_OFFICES[village] not in before
    citizen.write(answer)
    answered_with(sigap, citizen, report, village)
    assert dispatched(sigap, report["incident_id"]) >= before | {"polsek-babulu", VILLAGE_OFFICES[village]}
    office = VILLAGE_OFFICES[village]
    (sms,) = [c["phone"] for c in AGENCIES[office]["contacts"] if c["channel"] == "sms"]
    wait_until(lambda: [t for t in kannel.to(sms) if str(report["number"]) in t], SOON, f"{office} is told")
    assert shape_of("answer_noted", no=report["number"]).match(citizen.read(2)[1])


@pytest.mark.parametrize("answer, village", [("2", BABULU_LAUT), ("yang pertama pak", LABANGKA)])
def test_between_two_villages_the_number_decides(sigap, citizen, answer, village):
    names = [c["name"] for c in (citizen.write(BETWEEN))["triage"]["candidates"]]
    report = citizen.reports()[0]
    assert sorted(names) == ["Babulu Laut", "Labangka"]
    assert citizen.read(1)[0] == text_of("ask_place_choice", no=report["number"], a=names[0], b=names[1])
    citizen.write(answer)
    chosen = {"Labangka": LABANGKA, "Babulu Laut": BABULU_LAUT}[names[1 if answer == "2" else 0]]
    answered_with(sigap, citizen, report, chosen)
    assert VILLAGE_OFFICES[chosen] in dispatched(sigap, report["incident_id"])


def test_an_answer_that_says_no_village_is_asked_once_more_and_then_left_to_a_person(sigap, citizen):
    report = asked_for_place(citizen)
    second = citizen.write("dekat masjid pak yang ada warungnya")
    assert (second["answers"], second["asks"], second["state"]) == (report["id"], "place", "open")
    assert citizen.read(2)[1] == text_of("ask_place_again", no=report["number"])
    third = citizen.write("pokoknya dekat situ pak")
    assert (third["asks"], third["state"]) == (None, "open")
    assert citizen.read(3)[2] == text_of("followup_ok", no=report["number"])
    assert "triage" in clocks(sigap, report["incident_id"]), "a person still decides"


def test_the_second_question_can_be_answered(sigap, citizen):
    report = asked_for_place(citizen)
    second = citizen.write("dekat masjid pak yang ada warungnya")
    third = citizen.write("labangka")
    assert (third["answers"], third["region"], third["state"]) == (second["id"], LABANGKA, "triaged")
    assert "desa-labangka" in dispatched(sigap, report["incident_id"])


def test_two_numbers_at_once_are_not_mixed_up(sigap, kannel):
    one, two = Citizen(sigap, kannel), Citizen(sigap, kannel)
    first = one.write("ada kakek terlantar tidur di pasar, tidak punya keluarga")
    second = two.write("ada bocah terlantar sendirian menangis, orang tuanya tidak ada")
    assert (first["asks"], second["asks"]) == ("place", "place") and first["incident_id"] != second["incident_id"]
    two.write("labangka")
    one.write("babulu laut")
    assert (one.reports()[-1]["incident_id"], one.reports()[-1]["region"]) == (first["incident_id"], BABULU_LAUT)
    assert (two.reports()[-1]["incident_id"], two.reports()[-1]["region"]) == (second["incident_id"], LABANGKA)


def test_an_answer_after_the_coordinator_has_decided_changes_nothing_and_he_hears_of_it(sigap, citizen):
    report = asked_for_place(citizen)
    decided = sigap.api("POST", f"/v1/incidents/{report['incident_id']}/events", json={"event": "triage", "village_code": LABANGKA})
    assert decided.status_code == 200, decided.text
    told = dispatched(sigap, report["incident_id"])
    last = citizen.write("babulu laut")
    assert (last["relation"], last["region"], last["state"]) == ("answer", LABANGKA, "triaged")
    assert dispatched(sigap, report["incident_id"]) == told
    assert any("lokasi lain" in text for text in citizen.said_to_duty(report["number"]))
    assert citizen.read(2)[1] == text_of("followup_ok", no=report["number"])


# ---- the type is asked for ----------------------------------------------------------------------------------------------


def test_what_happened_is_asked_for_and_its_answer_moves_the_people(sigap, citizen):
    report = citizen.write(UNSURE)
    assert (report["asks"], report["incident_type"], report["state"]) == ("type", "unsure", "open")
    assert citizen.read(1)[0] == text_of("ask_type", no=report["number"])
    last = citizen.write("orangnya dirantai keluarganya di gudang")
    assert (last["incident_id"], last["relation"], last["incident_type"], last["region"], last["state"]) == (
        report["incident_id"], "answer", "shackled_patient", LABANGKA, "triaged")
    assert dispatched(sigap, report["incident_id"]) >= {"puskesmas-babulu", "desa-labangka"}
    assert citizen.read(2)[1] == text_of("pasung_advice", no=report["number"])


# ---- what is no answer --------------------------------------------------------------------------------------------------


def test_a_status_question_is_answered_to_the_reporters_own_number_only(sigap, kannel, citizen):
    report = citizen.write("ada nenek terlantar tidak punya keluarga, desa Labangka RT 4, lapar")
    citizen.read(1)
    dispatch = sigap.sql("select id from dispatch where incident_id = %s and agency = 'desa-labangka'", report["incident_id"])[0]["id"]
    for event, words in (("accept", "state_in_progress"), ("en_route", "state_en_route")):
        assert sigap.answer(dispatch, event).status_code == 200
        count = len(citizen.receipts())
        last = citizen.write(f"bagaimana laporan {report['number']} pak? {event}" if event == "accept" else f"status laporan {report['number']}")
        assert (last["incident_id"], last["type"]) == (None, "status_query")
        answer = citizen.read(count + 1)[-1]
        assert shape_of("status_open", no=report["number"], status=REPLIES[words]).match(answer), answer
        assert "Labangka" not in answer and "desa" not in answer
    stranger = Citizen(sigap, kannel)
    stranger.write(f"status laporan {report['number']}")
    assert stranger.read(1) == [REPLIES["status_other_phone"]]
    other = Citizen(sigap, kannel)
    other.write("status laporan 987654")
    assert other.read(1) == stranger.read(1), "whether it exists is not told"


def test_thanks_are_kept_and_not_answered(sigap, citizen):
    report = asked_for_place(citizen)
    citizen.write("babulu laut")
    replies = len(citizen.receipts())
    last = citizen.write("terima kasih banyak pak")
    assert (last["incident_id"], citizen.turn()) == (None, "thanks")
    assert len(citizen.receipts()) == replies
    assert kinds(sigap, report["incident_id"]) == ["opened", "report_attached"]


def test_more_about_a_report_becomes_part_of_it(sigap, citizen):
    report = citizen.write("ada bapak tua terlantar tidak punya keluarga di desa Rintik")
    last = citizen.write(f"laporan {report['number']}: orangnya pindah ke depan pasar")
    assert (last["incident_id"], last["relation"]) == (report["incident_id"], "followup")
    assert citizen.read(2)[1] == text_of("followup_ok", no=report["number"])


def test_a_withdrawal_is_offered_to_the_coordinator_and_closes_nothing(sigap, citizen):
    report = citizen.write("ada ibu tua terlantar tidak punya keluarga di desa Sumber Sari")
    last = citizen.write("batal pak, orangnya sudah pulang")
    assert (last["incident_id"], last["relation"], last["state"]) == (report["incident_id"], "followup", "triaged")
    assert any("menarik laporan" in text for text in citizen.said_to_duty(report["number"]))
    assert citizen.read(2)[1] == text_of("withdraw_noted", no=report["number"])
    assert sigap.sql("select count(*) as n from dispatch where incident_id = %s and state = 'notified'", report["incident_id"])[0]["n"] > 0


def test_an_emergency_for_others_is_told_at_once_whom_to_call(sigap, citizen):
    report = citizen.write("tolong ada kebakaran rumah di gunung makmur api besar")
    assert citizen.read(1) == [text_of("emergency_fire", no=report["number"])]
    assert citizen.said_to_duty(report["number"])


# ---- senders -------------------------------------------------------------------------------------------------------------


def test_what_a_blocked_sender_writes_is_kept_and_shown_but_moves_nobody(sigap, citizen):
    citizen.write_directly("halo dinsos")
    replies = len(citizen.receipts())
    blocked = sigap.api("POST", f"/v1/senders/{citizen.phone}/marks", json={"mark": "blocked", "reason": "Prank berulang"})
    assert blocked.status_code == 201, blocked.text
    report = citizen.write("ada nenek terlantar tidak punya keluarga di desa Labangka")
    assert (report["incident_id"], citizen.turn()) == (None, "blocked")
    assert not citizen.said_to_duty(report["number"])
    critical = citizen.write("tolong ada bayi dibuang di semak labangka masih hidup berdarah")
    assert (critical["incident_id"], critical["urgency"]) == (None, "critical")
    assert citizen.said_to_duty(critical["number"]) == [text_of("duty_blocked", no=critical["number"])]
    assert len(citizen.receipts()) == replies
    seen = sigap.api("GET", f"/v1/senders/{citizen.phone}").json()
    assert [r["number"] for r in seen["reports"]][:2] == [critical["number"], report["number"]]
    assert seen["reports"][1]["text"] == report["text"]
    (logged,) = sigap.sql("select actor from access_log where object = %s and reason is null", f"sender:{citizen.phone}")
    assert logged["actor"] == "coordinator:coordinator"
    retired = sigap.api("POST", f"/v1/senders/{citizen.phone}/marks/{blocked.json()['id']}/retire")
    assert retired.status_code == 200
    assert citizen.write("ada kakek terlantar tidak punya keluarga di desa Gunung Mulia")["incident_id"] is not None
    (mark,) = sigap.api("GET", f"/v1/senders/{citizen.phone}").json()["marks"]
    assert mark["retired_at"] is not None and mark["retired_by"] == "coordinator:coordinator"


def test_sigapctl_blocks_shows_and_unblocks(sigap, citizen):
    citizen.write_directly("halo dinsos")
    sigap.ctl("senders", "block", "0" + citizen.phone[3:], "--reason", "Prank berulang")
    assert citizen.phone in sigap.ctl("senders", "list").stdout
    citizen.write_directly("halo lagi dinsos")
    assert citizen.turn() == "blocked"
    shown = sigap.ctl("senders", "show", citizen.phone).stdout
    assert "halo lagi dinsos" in shown and "Prank berulang" in shown
    sigap.ctl("senders", "unblock", citizen.phone)
    assert citizen.phone not in sigap.ctl("senders", "list").stdout
    assert "Prank berulang" in sigap.ctl("senders", "show", citizen.phone).stdout, "history"
    citizen.write_directly("halo sekali lagi dinsos")
    assert citizen.turn() == "nothing"


def test_a_block_ends_by_itself(sigap, citizen):
    sigap.sql("insert into sender_mark (address, mark, reason, made_by, ends_at) values (%s, 'blocked', 'Prank', 'test', now() - interval '1 s')", citizen.phone)
    citizen.write_directly("halo dinsos")
    assert citizen.turn() == "nothing"


def test_a_report_that_proved_false_is_evidence_against_whoever_made_it(sigap, citizen):
    report = citizen.write("ada pemuda terlantar tidak punya keluarga di desa Rawa Mulia")
    proved = sigap.api("POST", f"/v1/incidents/{report['incident_id']}/events",
                       json={"event": "false_report", "evidence": "Polsek memeriksa lokasi dua kali"})
    assert proved.status_code == 200, proved.text
    (mark,) = sigap.api("GET", f"/v1/senders/{citizen.phone}").json()["marks"]
    assert (mark["mark"], mark["reason"], mark["report"]) == ("prank", "Polsek memeriksa lokasi dua kali", str(report["id"]))
    again = citizen.write("ada ibu hamil terlantar tidak punya keluarga di desa Labangka Barat")
    assert again["incident_id"] is not None, "evidence, nothing more"


# ---- machines ------------------------------------------------------------------------------------------------------------


def test_a_robot_that_answers_everything_is_not_answered_for_ever(sigap, citizen):
    """It sends back whatever it gets, with a word of its own in front, so that no two are alike; and what people's telephones say."""
    citizen.write("halo dinsos")
    answered = 0
    for turn in range(3 * MOST):
        got = citizen.receipts()
        text = f"[{turn}] {got[answered]}" if answered < len(got) else f"maaf {turn} saya sedang rapat nanti saya hubungi"
        answered = min(answered + 1, len(got))
        citizen.write_directly(text)
    assert len(citizen.receipts()) == 1, citizen.receipts()


def test_nobody_gets_more_than_so_many_replies_an_hour(sigap, citizen):
    for turn in range(3 * MOST):
        citizen.write_directly(f"promo ke {turn}: pinjaman cair hari ini bunga rendah")
    assert len(citizen.receipts()) == MOST


def test_the_same_text_again_gets_no_second_reply(sigap, citizen):
    for _ in range(3):
        citizen.write_directly("apa kabar dinsos")
    assert len(citizen.receipts()) == 1


def test_texts_of_one_number_that_come_at_once_get_no_more_replies_than_allowed(sigap, citizen):
    threads = [threading.Thread(target=sigap.send_sms, args=(citizen.phone, f"promo {n} pinjaman cair cepat")) for n in range(3 * MOST)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    citizen.written = 3 * MOST
    citizen.arrived()
    assert len(citizen.receipts()) == MOST


# ---- kill -9 -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("point", ["conversation.decided", "conversation.attach", "attach.decided", "attach.written", "conversation.attached"])
def test_an_answer_that_the_gateway_brings_again_after_a_crash_counts_once(sigap, citizen, point):
    report = asked_for_place(citizen)
    key = str(uuid.uuid4())
    sigap.stop()
    sigap.start(kill_at=point)
    with pytest.raises(Exception):
        sigap.send_sms(citizen.phone, "babulu laut", key)
    sigap.wait_killed()
    sigap.start()
    citizen.write_directly("babulu laut", key)
    answered_with(sigap, citizen, report, BABULU_LAUT)
    assert len(citizen.receipts()) == 2
    assert sigap.sql("select count(*) as n from dispatch where incident_id = %s and agency = 'desa-babulu-laut'", report["incident_id"])[0]["n"] == 1


def test_at_the_end_every_promise_holds(sigap, kannel):
    wait_until(lambda: sigap.value("select count(*) from outbox") == 0, SOON, "an empty outbox")
    assert sigap.doctor() == []
    assert not re.search(r"62813|terlantar|dirantai|babulu laut", sigap.log.read_text(), re.I)
