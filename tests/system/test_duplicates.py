"""Promise: one real event is one incident, however often and by whomever it is told; and nobody is lost because he was taken for known.

Copies of one SMS, repetitions at once and over days, other senders' words for the same event, two daemons that do not know of each other's last second,
incidents that end meanwhile. Everything that was taken for the same can be taken apart again."""
import concurrent.futures
import datetime
import re
import uuid

import pytest
import requests
from stack import Stack, wait_until

CITIZEN = "+62812500002%02d"
CHAINED = "ada org dirantai di gudang blkg rumah, ds Labangka RT 4"
FLOATING = "ada mayat laki2 mengapung di bawah jembatan dekat pelabuhan speed kelurahan petung, pakai kaos biru"
FLOATING_TOO = "mayat lelaki ngambang di jembatan pelabuhan speed petung, kaos biru, mohon polisi"
HOUR = datetime.timedelta(hours=1)
HELD = {"delivery": {"hold": "yes"}}


@pytest.fixture(scope="module")
def town(postgres):
    s = Stack(postgres)
    yield s
    assert s.doctor() == []
    s.close()


def told(stack, phone, text, id=None, **more):
    r = stack.send_sms(phone, text, id or str(uuid.uuid4()), **more)
    assert r.status_code == 200, (r.status_code, r.text)


def incidents_of(stack, phone):
    return stack.sql("select distinct i.* from incident i join report r on r.incident_id = i.id join reporter p on p.report_id = r.id "
                     "where p.phone = %s order by i.number", phone)


def the_incident(stack, phone):
    (only,) = incidents_of(stack, phone)
    return only


def events(stack, incident, kind):
    return [e["data"] for e in stack.sql("select data from event where incident_id = %s and kind = %s order by number", incident, kind)]


def time_passes(stack, by):
    """As if everything so far had happened that much earlier. sigapd does not run."""
    for table, column in (("report", "received_at"), ("incident", "opened_at"), ("inbound", "received_at")):
        stack.sql(f"update {table} set {column} = {column} - %s", by)


def suggestions(stack, one, other):
    return stack.sql("select * from duplicate_suggestion where incident_id in (%s, %s) and other_id in (%s, %s)", one, other, one, other)


# ---- copies -------------------------------------------------------------------------------------------------------------


def test_500_copies_of_one_sms_under_two_ids_over_48_hours_are_one_incident_with_a_counter(postgres):
    s = Stack(postgres, conf=HELD)
    try:
        ids = [str(uuid.uuid4()), str(uuid.uuid4())]
        for day in range(3):
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                copies = 167 if day < 2 else 166
                list(pool.map(lambda n: told(s, CITIZEN % 1, CHAINED, ids[n % 2]), range(copies)))
            if day < 2:
                s.kill()
                time_passes(s, 24 * HOUR)
                s.start()
        found = the_incident(s, CITIZEN % 1)
        assert found["report_count"] == 2, "each id once"
        assert s.value("select count(*) from inbound") == 2
        assert s.value("select count(*) from inbound_repeat") == 498
        assert s.value("select count(*) from report where incident_id = %s", found["id"]) == 2
        (attached,) = events(s, found["id"], "report_attached")
        assert attached["relation"] == "duplicate" and attached["score"] == 1 and attached["from"] == attached["to"]
        assert attached["reasons"][0].startswith("same sender 0 min ago, same words"), attached
        assert s.doctor() == []
    finally:
        s.close()


def test_200_copies_at_once_under_different_ids_are_one_incident(town):
    phone = CITIZEN % 2
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        list(pool.map(lambda n: told(town, phone, FLOATING), range(200)))
    found = the_incident(town, phone)
    assert found["report_count"] == 200 and found["version"] == 200
    relations = town.sql("select relation, count(*) as n from report where incident_id = %s group by 1 order by 1", found["id"])
    assert {r["relation"]: r["n"] for r in relations} == {"opens": 1, "duplicate": 199}
    # its agencies hear of it at 1, 2, 5, 10, 20, 50, 100; the reporter as often as anybody in an hour
    agencies = town.value("select count(*) from dispatch where incident_id = %s", found["id"])
    updates = town.sql("select body, channel from notice where incident_id = %s and kind = 'incident.updated' order by id", found["id"])
    contacts = town.value("select count(*) from notice where incident_id = %s and kind = 'dispatch.created'", found["id"])
    assert agencies > 1 and len(updates) == 7 * contacts
    assert 1 <= town.value("select count(*) from notice where kind = 'receipt' and address = %s", phone) <= 4
    (last,) = [u for u in updates if u["channel"] == "webhook" and '"more_reports":100' in u["body"]][-1:]
    assert '"type":"incident.updated"' in last["body"]


def test_agencies_hear_by_sms_how_many_more_reports_there_are(town):
    office, phone = "+6281270000077", CITIZEN % 3
    town.add_contact("polsek-penajam", 9, {"channel": "sms", "phone": office})
    town.rules_changed()
    for _ in range(2):
        told(town, phone, "ada mayat tergantung di kebun karet kelurahan Gunung Seteleng RT 9")
    number = the_incident(town, phone)["number"]
    town_text = wait_until(lambda: [m["text"] for m in town.sms.to(office) if "laporan lagi" in m["text"]], 10, "the SMS")
    assert f"{number}: 1 laporan lagi" in town_text[0]


def test_whoever_tells_what_is_known_hears_its_number(town):
    first, second = CITIZEN % 4, CITIZEN % 39
    for phone in (first, second):
        told(town, phone, "ditemukan mayat tanpa identitas di bengkel las pak joko desa Sumber Sari, pakai jaket kulit hitam")
    number = the_incident(town, first)["number"]
    assert the_incident(town, second)["number"] == number
    wait_until(lambda: any(f"digabung ke nomor {number}" in m["text"] for m in town.sms.to(second)), 10, "the receipt")


# ---- another sender -----------------------------------------------------------------------------------------------------


def test_another_senders_words_for_the_same_event_are_attached_with_reasons(town):
    one, other = CITIZEN % 5, CITIZEN % 6
    told(town, one, "Ditemukan jenazah tanpa identitas di kebun sawit pak Rahman desa Girimukti RT 5")
    told(town, other, "ada mayat tanpa identitas di kebun sawit milik pak rahman, girimukti rt 05")
    found = the_incident(town, one)
    assert found["id"] == the_incident(town, other)["id"] and found["report_count"] == 2
    (attached,) = events(town, found["id"], "report_attached")
    assert 0.8 <= attached["score"] < 1
    assert any("same village and type, 5 of 6 content words" in r for r in attached["reasons"]), attached
    assert "same RT: 05" in attached["reasons"]
    shown = town.incident(found["id"])
    assert len(shown["reports"]) == 2 and shown["report_count"] == 2


def test_what_may_be_another_event_is_an_incident_of_its_own_and_suggested(town):
    one, other = CITIZEN % 7, CITIZEN % 8
    told(town, one, "kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 13")
    told(town, other, "kakek dipasung di gudang belakang rumah keluarganya desa labangka RT 17")
    older, newer = the_incident(town, one), the_incident(town, other)
    assert older["id"] != newer["id"]
    assert town.value("select count(*) from dispatch where incident_id = %s", newer["id"]) > 0, "it is dispatched all the same"
    (row,) = wait_until(lambda: suggestions(town, older["id"], newer["id"]), 10, "the suggestion")
    assert (row["incident_id"], row["other_id"]) == (newer["id"], older["id"]) and 0.55 <= row["score"] < 0.8
    assert "different RT: 13 and 17" in row["reasons"], row["reasons"]


def test_a_report_with_a_key_of_its_own_is_suggested_never_attached(town):
    made = [town.report(text="perempuan linglung di terminal kelurahan Waru, tidak tahu alamat, baju hijau", village=None) for _ in range(2)]
    assert made[0]["incident"]["id"] != made[1]["incident"]["id"]
    wait_until(lambda: suggestions(town, made[0]["incident"]["id"], made[1]["incident"]["id"]), 10, "the suggestion")


def test_a_policy_may_attach_what_comes_by_http(postgres, tmp_path):
    from stack import POLICY
    policy = tmp_path / "policy.jsonc"
    policy.write_text(POLICY.read_text().replace('"http": "suggest"', '"http": "attach"'))
    s = Stack(postgres, policy=policy)
    try:
        told_twice = dict(text=FLOATING, village=None, kind=None, reporter={"phone": "+6281250009901"})
        one, other = s.report(**told_twice), s.report(**told_twice)
        assert one["incident"]["id"] == other["incident"]["id"] and one["id"] != other["id"] and one["number"] < other["number"]
        assert other.keys() == one.keys() and len(other["dispatches"]) == len(one["dispatches"])
        # what was typed on the citizens' page names a telephone that may be anybody's: taken out again, nobody is texted there
        page = requests.get(s.url + "/lapor", timeout=5).text
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)) | {"text": FLOATING, "phone": "+6281250009902"}
        assert requests.post(s.url + "/lapor", data=form, timeout=10).status_code in (200, 201)
        number = s.value("select r.number from report r join reporter p on p.report_id = r.id where p.phone = '+6281250009902' and r.incident_id = %s", one["incident"]["id"])
        decide(s, one["incident"]["id"], "detach", report=number)
        wait_until(lambda: s.value("select count(*) from outbox") == 0, 10, "all notices out")
        assert s.value("select count(*) from notice where address = '+6281250009902'") == 0
    finally:
        s.close()


# ---- people decide ------------------------------------------------------------------------------------------------------


def decide(stack, about, event, status=200, **more):
    r = stack.api("POST", f"/v1/incidents/{about}/events", json={"event": event, **more})
    assert r.status_code == status, (r.status_code, r.text)
    return r.json()


def open_pairs(stack, state="open"):
    return [{d["incident"]["number"], d["other"]["number"]} for d in stack.api("GET", f"/v1/duplicates?state={state}").json()]


def two_alike(stack, n, place):
    """Two incidents that are suggested as one event."""
    for phone, rt in ((CITIZEN % n, 21), (CITIZEN % (n + 1), 22)):
        told(stack, phone, f"kakek dipasung di gudang belakang rumah keluarganya desa {place} RT {rt}")
    older, newer = the_incident(stack, CITIZEN % n), the_incident(stack, CITIZEN % (n + 1))
    wait_until(lambda: suggestions(stack, older["id"], newer["id"]), 10, "the suggestion")
    return older, newer


def test_suggestions_are_listed_and_stand_with_both_incidents(town):
    older, newer = two_alike(town, 30, "sebakung jaya")
    assert {older["number"], newer["number"]} in open_pairs(town)
    for one, other in ((older, newer), (newer, older)):
        (shown,) = town.incident(one["id"])["duplicates"]
        assert shown["incident"] == {"id": other["id"], "number": other["number"]} and shown["decision"] is None
        assert "different RT: 21 and 22" in shown["reasons"]
    assert "different RT: 21 and 22" in town.ctl("duplicates").stdout
    assert town.api("GET", "/v1/duplicates?state=some").status_code == 400
    assert town.api("GET", "/v1/duplicates", token="polsek-penajam").status_code == 403


def test_a_person_decides_that_it_is_another_event(town):
    older, newer = two_alike(town, 32, "rintik")
    decide(town, newer["id"], "not_duplicate", incident=older["number"], reason="Dua orang")
    (row,) = suggestions(town, older["id"], newer["id"])
    assert row["decision"] == "different" and row["decided_by"].startswith("coordinator:") and row["decided_at"]
    assert {older["number"], newer["number"]} not in open_pairs(town)
    assert {older["number"], newer["number"]} in open_pairs(town, "all")
    (told_of,) = events(town, newer["id"], "not_duplicate")
    assert told_of["incident"] == older["number"] and told_of["reason"] == "Dua orang"
    decide(town, newer["id"], "not_duplicate", 422, incident=newer["number"])
    decide(town, newer["id"], "not_duplicate", 422, incident=99999999)


def test_a_merge_decides_that_it_is_the_same_and_a_split_that_it_is_not(town):
    older, newer = two_alike(town, 34, "babulu laut")
    decide(town, newer["id"], "merge", into=older["number"])
    assert suggestions(town, older["id"], newer["id"])[0]["decision"] == "same"
    decide(town, newer["id"], "split")
    assert suggestions(town, older["id"], newer["id"])[0]["decision"] == "different"


def test_a_report_taken_out_opens_an_incident_of_its_own_and_can_be_merged_back(town):
    one, other = CITIZEN % 36, CITIZEN % 37
    text = "ada mayat tanpa identitas di kebun sawit milik pak slamet, desa {} rt 05"
    told(town, one, text.format("Sukaraja"))
    told(town, other, text.format("suka raja") + ", baju batik")
    first = the_incident(town, one)
    assert first["report_count"] == 2
    opener, added = sorted(town.incident(first["id"])["reports"], key=lambda r: r["number"])
    assert [opener["relation"], added["relation"]] == ["opens", "duplicate"]
    decide(town, first["id"], "detach", 422, report=opener["number"])
    decide(town, first["id"], "detach", 422, report=99999999)
    now = decide(town, first["id"], "detach", report=added["id"], reason="Orang lain")
    assert now["opened"]["number"] == added["number"] and now["dispatches"], now
    opened = town.incident(now["opened"]["id"])
    assert opened["state"] == "triaged" and opened["type"] == "unclaimed_body" and opened["report_count"] == 1
    assert [r["id"] for r in opened["reports"]] == [added["id"]] and opened["reports"][0]["relation"] == "opens"
    assert opened["events"][0]["data"]["out_of"] == first["number"]
    assert town.incident(first["id"])["report_count"] == 1
    (detached,) = events(town, first["id"], "detach")
    assert detached["report"] == added["id"] and detached["opened_id"] == opened["id"]
    police = wait_until(lambda: [d for d in opened["dispatches"] if d["agency"] == "polsek-sepaku" or "pol" in d["agency"]], 5, "police")
    assert police and town.sql("select 1 from notice where incident_id = %s and kind = 'dispatch.created'", opened["id"])
    # what its sender writes again belongs to it now
    told(town, other, text.format("suka raja") + ", baju batik")
    assert town.incident(opened["id"])["report_count"] == 2 and town.incident(first["id"])["report_count"] == 1
    decide(town, opened["id"], "merge", into=first["number"])
    assert town.incident(opened["id"])["state"] == "merged"
    told(town, other, text.format("suka raja") + ", baju batik")
    assert town.incident(first["id"])["report_count"] == 2, "attached to the one that goes on"
    assert town.doctor() == []


def test_of_two_who_take_the_same_report_out_one_does(town):
    phone = CITIZEN % 38
    for _ in range(2):
        told(town, phone, "nenek terlantar di pos ronda kelurahan Mentawir, lapar, tidak bisa jalan")
    found = the_incident(town, phone)
    added = town.value("select number from report where incident_id = %s and relation = 'duplicate'", found["id"])
    post = lambda _: town.api("POST", f"/v1/incidents/{found['id']}/events", json={"event": "detach", "report": added}).status_code  # noqa: E731
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(post, range(8))) == [200] + [422] * 7
    assert len(incidents_of(town, phone)) == 2 and town.doctor() == []


# ---- what a repetition brings -------------------------------------------------------------------------------------------


def test_a_repetition_that_knows_the_village_places_the_incident_and_calls_who_is_near(town):
    phone = CITIZEN % 9
    text = "ada kakek terlantar lemas kelaparan di pos kamling sebelah warung bakso, tidak punya keluarga, sudah tiga hari"
    told(town, phone, text)
    before = the_incident(town, phone)
    assert before["region"] == "64.09" and before["state"] == "open"
    told(town, phone, text + " desa babulu darat")
    after = the_incident(town, phone)
    assert after["report_count"] == 2 and after["region"] == "64.09.03.2001" and after["state"] == "triaged", after
    (attached,) = events(town, after["id"], "report_attached")
    assert attached["village_code"] == "64.09.03.2001" and attached["from"] == "open" and attached["to"] == "triaged"
    assert attached["plan"]["region"] == "64.09.03.2001", "planned again, for the village"
    assert town.sql("select 1 from deadline where subject = %s", after["id"]) == [], "nobody need triage it any more"
    assert town.doctor() == []


# ---- the incident ends meanwhile ------------------------------------------------------------------------------------------


def close(stack, incident):
    r = stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "close", "disposition": "handled"})
    assert r.status_code == 200, r.text


def test_what_repeats_an_incident_that_has_ended_is_a_new_one_and_suggested(town):
    phone = CITIZEN % 10
    text = "orang terlantar tidur di emperan ruko kelurahan sepaku, luka di kaki"
    told(town, phone, text)
    first = the_incident(town, phone)
    close(town, first["id"])
    told(town, phone, text)
    old, new = incidents_of(town, phone)
    assert old["id"] == first["id"] and old["report_count"] == 1 and new["state"] != "closed"
    wait_until(lambda: suggestions(town, old["id"], new["id"]), 10, "the suggestion")


def test_repetitions_racing_with_a_close_are_attached_before_it_or_new_after_it(town):
    phone = CITIZEN % 11
    text = "nenek linglung di halte kelurahan penajam, tidak tahu rumah, bawa bungkusan hitam"
    told(town, phone, text)
    first = the_incident(town, phone)
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        waiting = [pool.submit(told, town, phone, text) for _ in range(20)]
        waiting.append(pool.submit(close, town, first["id"]))
        waiting += [pool.submit(told, town, phone, text) for _ in range(20)]
        for w in waiting:
            w.result()
    found = incidents_of(town, phone)
    assert len(found) <= 2 and sum(i["report_count"] for i in found) == 41
    assert found[0]["state"] == "closed" and events(town, first["id"], "close")
    (kinds,) = town.sql("select array_agg(kind order by number) as all from event where incident_id = %s", first["id"])
    assert "report_attached" not in kinds["all"][kinds["all"].index("close"):]


# ---- two daemons ----------------------------------------------------------------------------------------------------------


def test_what_another_daemon_took_in_is_known_here_soon_and_what_crossed_is_suggested(postgres):
    s = Stack(postgres)
    try:
        other = s.start_another()
        told(s, CITIZEN % 20, FLOATING)
        first = the_incident(s, CITIZEN % 20)

        def attached_by_the_other():
            told_there(s, other, CITIZEN % 20, FLOATING)
            return s.value("select report_count from incident where id = %s", first["id"]) > 1

        wait_until(attached_by_the_other, 15, "the other daemon knows of it")
        strays = [i for i in incidents_of(s, CITIZEN % 20) if i["id"] != first["id"]]
        for i in strays:
            wait_until(lambda i=i: suggestions(s, first["id"], i["id"]), 10, "what crossed is suggested")
        assert s.doctor() == []
    finally:
        s.close()


def told_there(stack, daemon, phone, text):
    import requests
    query = {"token": stack.gateway_token, "id": str(uuid.uuid4()), "from": phone, "to": "2345", "ts": 1, "smsc": "FAKE", "coding": "0",
             "charset": "UTF-8", "text": text}
    assert requests.get(stack.daemons[daemon].url + "/v1/gateways/kannel/inbound", params=query, timeout=10).status_code == 200


def test_repetitions_through_two_daemons_at_once_lose_nothing(postgres):
    s = Stack(postgres)
    try:
        other = s.start_another()
        told(s, CITIZEN % 21, CHAINED)
        first = the_incident(s, CITIZEN % 21)
        s.restart()  # both know it now
        wait_until(lambda: s.is_ready(), 10, "ready")
        s.kill(other)
        s.start(daemon=other)
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda n: told_there(s, n % 2 * other, CITIZEN % 21, CHAINED), range(60)))
        assert the_incident(s, CITIZEN % 21)["report_count"] == 61
        assert s.value("select version from incident where id = %s", first["id"]) == 61
        assert s.doctor() == []
    finally:
        s.close()
