"""Every decision about an incident through the API, with what follows from it: who stands down, which clock runs, what a merge ties together.

One history per incident, also when two change together; whoever was told of something hears that nothing is wanted any more.
"""
import uuid

import pytest
import stack as harness
from stack import DUTY_PHONE, Stack, agency, wait_until
from test_answers import API, check_history, together

VILLAGE = "64.09.01.1003"
POLICE_PHONE = "+6281255500001"
DISPOSITIONS = ["handled", "reunited", "referred", "buried", "released", "not_found", "refused", "other"]
FOLLOW_UP_S = 7 * 86400


@pytest.fixture(scope="module")
def stack(postgres):
    """As everywhere, but the police of the district has a telephone too."""
    agencies = [a for a in harness.AGENCIES if a["slug"] != "polsek-penajam"]
    police = agency("polsek-penajam", "police", "64.09.01", [{"channel": "webhook"}, {"channel": "sms", "phone": POLICE_PHONE}])
    s = Stack(postgres, agencies=[police, *agencies])
    yield s
    assert s.doctor() == []
    s.ctl("audit", "verify")
    s.close()


def decide(stack, incident, event, status=200, token="coordinator", **more):
    """One event of an incident; its answer, which must be as described."""
    r = stack.api("POST", f"/v1/incidents/{incident}/events", token, {"event": event, **more})
    assert r.status_code == status, (event, more, r.status_code, r.text)
    API.check_answer("POST", "/v1/incidents/{id}/events", r)
    return r.json()


def shown(stack, incident):
    """GET of an incident, as described; its history must make sense."""
    r = stack.api("GET", f"/v1/incidents/{incident}")
    assert r.status_code == 200
    API.check_answer("GET", "/v1/incidents/{id}", r)
    check_history(stack, r.json()["id"])
    return r.json()


def report_shown(stack, report, token="source"):
    r = stack.api("GET", f"/v1/reports/{report}", token)
    assert r.status_code == 200
    API.check_answer("GET", "/v1/reports/{id}", r)
    return r.json()


def clock_of(stack, subject):
    (row,) = stack.sql("select clock, step, extract(epoch from set_for - now())::float as left from deadline where subject = %s",
                       subject) or [None]
    return row


def states(stack, incident):
    return {r["agency"]: r["state"] for r in stack.sql("select agency, state from dispatch where incident_id = %s", incident)}


def sms(stack, phone, number, words):
    return [m["text"] for m in stack.sms.to(phone) if f" {number}" in m["text"] and words in m["text"]]


def in_state(stack, state):
    """A new incident in that state."""
    made = stack.report(village=None) if state == "open" else stack.report()
    incident = made["incident"]["id"]
    if state in ("in_progress", "handed_over"):
        assert stack.answer(made["dispatches"][0]["id"], "accept").status_code == 200
    if state == "handed_over":
        decide(stack, incident, "hand_over", to="rumah-singgah")
    if state == "closed":
        decide(stack, incident, "close", disposition="handled")
    if state == "cancelled":
        decide(stack, incident, "cancel", reason="Salah alamat")
    if state == "merged":
        decide(stack, incident, "merge", into=stack.report()["number"])
    assert stack.value("select state from incident where id = %s", incident) == state
    return made


# ---- ends ---------------------------------------------------------------------------------------------------------------


def test_a_close_says_how_it_ended(stack):
    made = stack.report()
    incident = made["incident"]["id"]
    refused = decide(stack, incident, "close", 422)
    assert refused["errors"][0]["pointer"] == "#/disposition"
    for wrong in ("Selesai", "false_report"):
        (fault,) = decide(stack, incident, "close", 422, disposition=wrong)["errors"]
        assert fault["pointer"] == "#/disposition" and all(d in fault["detail"] for d in DISPOSITIONS)
    assert decide(stack, incident, "close", 422, disposition="other")["errors"][0]["pointer"] == "#/note"
    assert shown(stack, incident)["version"] == 1
    for disposition in DISPOSITIONS:
        decide(stack, incident, "close", disposition=disposition, note="Dibawa rombongan")
        assert shown(stack, incident)["disposition"] == disposition
        decide(stack, incident, "reopen", reason="Kembali lagi")
        assert shown(stack, incident)["disposition"] is None, "what goes on has not ended"
        assert clock_of(stack, incident)["clock"] == "triage"


def test_a_false_report_needs_evidence_and_keeps_it_from_partners(stack):
    made = stack.report()
    incident = made["incident"]["id"]
    for evidence in (None, "  ", "bohong"):
        refused = decide(stack, incident, "false_report", 422, evidence=evidence, reason="iseng")
        assert [e["pointer"] for e in refused["errors"]] == ["#/evidence"]
    evidence = "Polsek memeriksa lokasi dua kali, nomor pelapor tidak aktif"
    assert decide(stack, incident, "false_report", evidence=evidence)["state"] == "closed"
    now = shown(stack, incident)
    assert now["disposition"] == "false_report" and now["events"][-1]["data"]["evidence"] == evidence
    assert set(states(stack, incident).values()) == {"cancelled"}
    calls = wait_until(lambda: stack.partner("polsek-penajam").about(incident, "dispatch.cancelled"), 5, "the stand-down")
    assert b"Polsek memeriksa" not in calls[0].body
    assert {d["reason"] for d in now["dispatches"]} == {"false report"}


@pytest.mark.parametrize("state", ["open", "triaged", "in_progress", "handed_over", "closed", "cancelled", "merged"])
def test_a_reporter_takes_back_only_what_nobody_has_set_out_for(stack, state):
    made = in_state(stack, state)
    incident, number, before = made["incident"]["id"], made["number"], states(stack, made["incident"]["id"])
    clock = clock_of(stack, incident)
    assert decide(stack, incident, "withdraw", 422)["errors"][0]["pointer"] == "#/reason"
    if state in ("closed", "cancelled", "merged"):
        assert decide(stack, incident, "withdraw", 409, reason="Sudah pulang")["current"]["state"] == state
        return
    now = decide(stack, incident, "withdraw", reason="Sudah dijemput keluarga")
    wait_until(lambda: sms(stack, DUTY_PHONE, number, "pelapor menarik laporan"), 5, "the officer on duty is told")
    if state in ("in_progress", "handed_over"):
        assert now["state"] == state and states(stack, incident) == before
        kept = clock_of(stack, incident)
        assert (kept and kept["clock"]) == (clock and clock["clock"])
        assert sms(stack, DUTY_PHONE, number, "mohon diputuskan")
    else:
        assert now["state"] == "cancelled" and set(states(stack, incident).values()) == {"cancelled"}
        assert clock_of(stack, incident) is None
        assert len([m for m in stack.sms.to(DUTY_PHONE) if f" {number}" in m["text"] and "menarik" in m["text"]]) == 1
    shown(stack, incident)


def test_a_stand_down_reaches_everyone_who_was_told(stack):
    """All contacts of all agencies that were asked, those who never answered too, and the people who were told by SMS; not who said no."""
    made = stack.report(village=None, urgency="critical", kind="unclaimed_body")
    incident, number = made["incident"]["id"], made["number"]
    decide(stack, incident, "dispatch", agency="polsek-penajam")
    decide(stack, incident, "dispatch", agency="dinsos-trc")
    by_agency = {d["agency"]: d["id"] for d in shown(stack, incident)["dispatches"]}
    wait_until(lambda: sms(stack, DUTY_PHONE, number, "telaah") and sms(stack, POLICE_PHONE, number, "TERIMA"), 5, "the first notices")
    assert stack.answer(by_agency["rsud-rapb"], "decline", reason="Penuh").status_code == 200
    assert stack.answer(by_agency["polres-ppu"], "accept").status_code == 200
    stack.sql("update dispatch set state = 'expired', expired_at = now() where id = %s", by_agency["dinsos-trc"])
    stack.sql("delete from deadline where subject = %s", by_agency["dinsos-trc"])
    decide(stack, incident, "cancel", reason="Sudah ditangani RT")
    told = [a for a in by_agency if a != "rsud-rapb"]
    for slug in told:
        (call,) = wait_until(lambda: stack.partner(slug).about(incident, "dispatch.cancelled"), 5, f"the stand-down of {slug}")
        assert call.json["data"]["dispatch"]["state"] == "cancelled"
    wait_until(lambda: sms(stack, POLICE_PHONE, number, "tidak diperlukan lagi"), 5, "the stand-down on the police's telephone")
    (text,) = wait_until(lambda: sms(stack, DUTY_PHONE, number, "Tidak perlu tindakan lagi"), 5, "the stand-down of the person on duty")
    assert "dibatalkan" in text
    assert not stack.partner("rsud-rapb").about(incident, "dispatch.cancelled"), "who said no is not told again"
    assert states(stack, incident) == {**dict.fromkeys(told, "cancelled"), "rsud-rapb": "declined"}
    assert stack.sql("select 1 from deadline where subject = any(%s::uuid[])", [incident, *by_agency.values()]) == []


# ---- hand-over ------------------------------------------------------------------------------------------------------------


def test_who_was_handed_over_is_looked_after_again(stack):
    made = stack.report()
    incident = made["incident"]["id"]
    assert decide(stack, incident, "hand_over", 422)["errors"][0]["pointer"] == "#/to"
    assert decide(stack, incident, "hand_over", to="rumah-singgah", note="Butuh KTP")["state"] == "handed_over"
    now = shown(stack, incident)
    assert now["deadline"]["clock"] == "follow_up" and now["events"][-1]["data"]["handed_to"] == "rumah-singgah"
    assert FOLLOW_UP_S - 60 < clock_of(stack, incident)["left"] <= FOLLOW_UP_S
    assert states(stack, incident) == {d["agency"]: "notified" for d in made["dispatches"]}, "who was asked still owes an answer"
    stack.sql("update deadline set set_for = set_for - interval '3 days', due_at = due_at - interval '3 days' where subject = %s", incident)
    decide(stack, incident, "hand_over", to="Keluarga di Sepaku")
    assert FOLLOW_UP_S - 60 < clock_of(stack, incident)["left"], "the clock begins anew"
    assert decide(stack, incident, "dispatch", agency="rsud-rapb")["state"] == "in_progress"
    assert clock_of(stack, incident) is None
    decide(stack, incident, "hand_over", to="rsud-rapb")
    decide(stack, incident, "triage", urgency="high")
    assert clock_of(stack, incident) is None and shown(stack, incident)["state"] == "in_progress"


def test_an_unsure_triage_of_what_is_in_progress_leaves_no_clock_behind(stack):
    made = stack.report()
    incident = made["incident"]["id"]
    assert stack.answer(made["dispatches"][0]["id"], "accept").status_code == 200
    now = decide(stack, incident, "triage", village_code="64.09")
    assert now["state"] == "in_progress" and clock_of(stack, incident) is None
    shown(stack, incident)


# ---- two incidents that are one ---------------------------------------------------------------------------------------------


def test_a_merge_ends_the_one_and_tells_the_other(stack):
    goes_on, made = stack.report(), stack.report(village=None, text="Orang yang sama, dilaporkan tetangga")
    incident, other = made["incident"]["id"], goes_on["incident"]["id"]
    wait_until(lambda: sms(stack, DUTY_PHONE, made["number"], "telaah"), 5, "the duty's notice")
    asked = states(stack, incident)
    now = decide(stack, incident, "merge", into=goes_on["number"], reason="Orang yang sama")
    assert now["state"] == "merged" and now["merged_into"] == {"id": other, "number": goes_on["number"]}
    for slug in asked:
        wait_until(lambda: stack.partner(slug).about(incident, "dispatch.cancelled"), 5, f"the stand-down of {slug}")
    (text,) = wait_until(lambda: sms(stack, DUTY_PHONE, made["number"], "Tidak perlu"), 5, "the duty's stand-down")
    assert f"digabung ke {goes_on['number']}" in text
    source, target = shown(stack, incident), shown(stack, other)
    assert source["merged_into"] == {"id": other, "number": goes_on["number"]} and source["deadline"] is None
    assert set(states(stack, incident).values()) == {"cancelled"} and set(states(stack, other).values()) == {"notified"}
    assert target["merged"] == [{"id": incident, "number": made["number"]}] and target["merged_into"] is None
    merge, absorb = source["events"][-1], target["events"][-1]
    assert (merge["kind"], absorb["kind"], merge["at"]) == ("merge", "absorb", absorb["at"])
    assert (merge["data"]["into"], absorb["data"]["merged"]) == (goes_on["number"], made["number"])
    assert target["state"] == "triaged" and target["version"] == 2
    assert report_shown(stack, made["id"])["incident"] == report_shown(stack, goes_on["id"])["incident"]
    assert incident not in [i["id"] for i in stack.api("GET", "/v1/incidents?state=open").json()]
    assert incident in [i["id"] for i in stack.api("GET", "/v1/incidents?state=merged").json()]
    assert stack.answer(made["dispatches"][0]["id"], "accept").status_code == 409


def test_a_split_undoes_a_merge(stack):
    goes_on, made = stack.report(), stack.report()
    incident, other = made["incident"]["id"], goes_on["incident"]["id"]
    decide(stack, incident, "merge", into=other)
    now = decide(stack, incident, "split", reason="Ternyata dua orang")
    assert now["state"] == "open" and now["merged_into"] is None
    source, target = shown(stack, incident), shown(stack, other)
    assert source["deadline"]["clock"] == "triage" and target["merged"] == []
    split, release = source["events"][-1], target["events"][-1]
    assert (split["kind"], release["kind"], split["data"]["out_of"]) == ("split", "release", goes_on["number"])
    assert release["data"]["released"] == made["number"]
    assert report_shown(stack, made["id"])["incident"]["id"] == incident
    assert decide(stack, incident, "split", 409)["current"]["state"] == "open"
    again = decide(stack, incident, "triage", village_code=VILLAGE)
    assert again["state"] == "triaged" and {d["agency"] for d in again["dispatches"]} == {d["agency"] for d in made["dispatches"]}
    shown(stack, incident)


def test_what_was_merged_into_a_merged_one_leads_to_the_one_that_goes_on(stack):
    a, b, c = (stack.report() for _ in range(3))
    decide(stack, a["incident"]["id"], "merge", into=b["number"])
    decide(stack, b["incident"]["id"], "merge", into=str(c["number"]))
    for report in (a, b, c):
        assert report_shown(stack, report["id"])["incident"]["number"] == c["number"]
    decide(stack, a["incident"]["id"], "split")
    assert shown(stack, b["incident"]["id"])["state"] == "merged"
    assert report_shown(stack, a["id"])["incident"]["number"] == a["number"]


def test_what_cannot_be_merged_is_refused_with_the_reason(stack):
    made, merged, goes_on = stack.report(), stack.report(), stack.report()
    incident = made["incident"]["id"]
    decide(stack, merged["incident"]["id"], "merge", into=goes_on["number"])
    stack.add_token("far", "coordinator", None, "64.02")
    stack.add_token("here", "coordinator", None, VILLAGE)
    stack.rules_changed()
    far = stack.report(village=None)
    stack.sql("update incident set region = '64.02.01' where id = %s", far["incident"]["id"])
    cases = [
        ("coordinator", incident, "itself"),
        ("coordinator", made["number"], "itself"),
        ("coordinator", merged["number"], f"merged into incident {goes_on['number']}"),
        ("coordinator", str(uuid.uuid4()), "no incident"),
        ("coordinator", 999999, "no incident"),
        ("here", far["number"], "no incident"),
    ]
    for token, into, words in cases:
        (fault,) = decide(stack, incident, "merge", 422, token, into=into)["errors"]
        assert fault["pointer"] == "#/into" and words in fault["detail"], fault
    assert decide(stack, merged["incident"]["id"], "merge", 409, into=incident)["current"]["state"] == "merged"
    decide(stack, incident, "merge", 409, into=goes_on["number"], version=7)
    decide(stack, incident, "merge", 404, "far", into=goes_on["number"])
    assert shown(stack, incident)["version"] == 1
    stack.sql("update incident set region = '64.09' where id = %s", far["incident"]["id"])


def test_a_merge_into_what_has_ended_is_noted_there(stack):
    ended, made = in_state(stack, "closed"), stack.report()
    decide(stack, made["incident"]["id"], "merge", into=ended["number"])
    now = shown(stack, ended["incident"]["id"])
    assert now["state"] == "closed" and now["events"][-1]["kind"] == "absorb" and now["disposition"] == "handled"


def check_pairs(stack, incidents):
    """Every merge has its absorb and every split its release, at the same moment; nothing else has one."""
    rows = stack.sql("select incident_id::text as incident, number, at, kind, data from event where incident_id = any(%s::uuid[]) order by at", incidents)
    pairs = {"merge": ("absorb", "into_id", "merged_id"), "split": ("release", "out_of_id", "released_id")}
    for kind, (half, there, back) in pairs.items():
        ones = sorted((e["incident"], e["data"][there], e["at"]) for e in rows if e["kind"] == kind)
        others = sorted((e["data"][back], e["incident"], e["at"]) for e in rows if e["kind"] == half)
        assert ones == others
    for incident in incidents:
        _, _, course = check_history(stack, incident)
        state = stack.value("select state from incident where id = %s", incident)
        into = stack.value("select merged_into from incident where id = %s", incident)
        assert (into is not None) == (state == "merged")
    return rows


def test_two_that_are_merged_into_each_other_at_once_do_not_both_vanish(stack):
    for _ in range(6):
        a, b = (stack.report()["incident"]["id"] for _ in range(2))
        answers = together([lambda x=x, y=y: stack.api("POST", f"/v1/incidents/{x}/events", json={"event": "merge", "into": y})
                            for x, y in [(a, b), (b, a)] * 3])
        assert sorted(r.status_code for r in answers)[0] == 200 and {r.status_code for r in answers} <= {200, 409, 422}
        assert sorted(r["state"] for r in stack.sql("select state from incident where id = any(%s::uuid[])", [a, b])) == ["merged", "triaged"]
        check_pairs(stack, [a, b])


def test_a_merge_racing_with_changes_of_both_is_one_serial_history(stack):
    for _ in range(5):
        a, b, c = (stack.report() for _ in range(3))
        x, y, z = (r["incident"]["id"] for r in (a, b, c))

        def post(incident, **body):
            return lambda: stack.api("POST", f"/v1/incidents/{incident}/events", json=body)

        works = [post(x, event="merge", into=y), post(x, event="split"), post(x, event="note", note="a"), post(y, event="note", note="b"),
                 post(y, event="merge", into=z), post(z, event="triage", urgency="high"), post(y, event="close", disposition="handled"),
                 lambda: stack.answer(a["dispatches"][0]["id"], "accept"), lambda: stack.answer(b["dispatches"][0]["id"], "on_scene")]
        answers = together(works * 2)
        assert {r.status_code for r in answers} <= {200, 409, 422}
        assert answers[0].status_code in (200, 409, 422)
        rows = check_pairs(stack, [x, y, z])
        assert len(rows) == stack.value("select sum(version) from incident where id = any(%s::uuid[])", [x, y, z])
    assert stack.doctor() == []
    stack.ctl("audit", "verify")


def test_a_merge_that_was_killed_is_whole_or_not_there(stack):
    """kill -9 while merges are under way: the two halves of each are both there or both not."""
    made = [stack.report()["incident"]["id"] for _ in range(16)]
    pairs = list(zip(made[::2], made[1::2]))

    def merge(x, y):
        try:
            return stack.api("POST", f"/v1/incidents/{x}/events", json={"event": "merge", "into": y}).status_code
        except harness.requests.RequestException:
            return None

    def kill():
        wait_until(lambda: stack.sql("select 1 from incident where state = 'merged' and id = any(%s::uuid[])", made), 5, "the first merge")
        stack.kill()

    together([kill, *(lambda x=x, y=y: merge(x, y) for x, y in pairs)])
    stack.start()
    check_pairs(stack, made)
    assert stack.doctor() == []


# ---- who takes a task relieves the others -------------------------------------------------------------------------------------


def stand_in(stack, incident, slug, for_dispatch):
    """One more agency that is asked in the place of another."""
    (made,) = decide(stack, incident, "dispatch", agency=slug)["dispatches"]
    stack.sql("update dispatch set for_dispatch = %s where id = %s", for_dispatch, made["id"])
    return made["id"]


@pytest.mark.parametrize("first", ["the stand-in", "the one it stands in for", "the stand-in's stand-in"])
def test_who_takes_the_task_relieves_those_who_have_not_answered(stack, first):
    made = stack.report()
    incident = made["incident"]["id"]
    by_agency = {d["agency"]: d["id"] for d in made["dispatches"]}
    police = by_agency["polsek-penajam"]
    second = stand_in(stack, incident, "polres-ppu", police)
    sibling = stand_in(stack, incident, "bpbd-ppu", police)
    third = stand_in(stack, incident, "dinsos-trc", second)
    assert stack.answer(third if first != "the stand-in's stand-in" else sibling, "seen").status_code == 200
    takes = {"the stand-in": second, "the one it stands in for": police, "the stand-in's stand-in": third}[first]
    r = stack.answer(takes, "accept")
    assert r.status_code == 200
    family = {police: "polsek-penajam", second: "polres-ppu", sibling: "bpbd-ppu", third: "dinsos-trc"}
    now = {d["id"]: d for d in shown(stack, incident)["dispatches"]}
    for dispatch, slug in family.items():
        if dispatch == takes:
            assert now[dispatch]["state"] == "accepted" and clock_of(stack, dispatch)["clock"] == "arrive"
            continue
        assert (now[dispatch]["state"], now[dispatch]["reason"]) == ("cancelled", "taken by another agency")
        assert clock_of(stack, dispatch) is None
        wait_until(lambda: stack.partner(slug).about(incident, "dispatch.cancelled"), 5, f"the stand-down of {slug}")
    assert now[by_agency["kelurahan-petung"]]["state"] == "notified", "another task is still wanted"
    assert now[third]["for_dispatch"] == second and now[police]["for_dispatch"] is None
    accept = [e for e in shown(stack, incident)["events"] if e["kind"] == "accept"][-1]
    assert sorted(accept["data"]["relieved"]) == sorted(d for d in family if d != takes)
    assert not stack.partner(family[takes]).about(incident, "dispatch.cancelled")


def test_who_has_answered_is_not_relieved_and_a_refusal_needs_no_replacement_any_more(stack):
    made = stack.report()
    incident, police = made["incident"]["id"], made["dispatches"][0]["id"]
    second = stand_in(stack, incident, "polres-ppu", police)
    third = stand_in(stack, incident, "bpbd-ppu", police)
    assert stack.answer(third, "accept").status_code == 200
    assert stack.value("select state from dispatch where id = %s", second) == "cancelled"
    stack.sql("update dispatch set state = 'declined' where id = %s", police)  # its replacement is being sought
    stack.sql("insert into deadline values (%s, 'replace', 0, now() + interval '1 hour', now() + interval '1 hour') on conflict (subject) "
              "do update set clock = 'replace'", police)
    fourth = stand_in(stack, incident, "dinsos-trc", police)
    assert stack.answer(fourth, "on_scene").status_code == 200
    assert stack.value("select state from dispatch where id = %s", third) == "accepted"
    assert clock_of(stack, police) is None
    stack.sql("update dispatch set state = 'cancelled' where id = %s", police)  # as its history says


def test_of_two_who_take_one_task_at_once_one_is_relieved_or_both_have_it(stack):
    """Accepting at the same moment: whoever is first relieves the other, who then is told that it is over."""
    for _ in range(5):
        made = stack.report()
        incident, police = made["incident"]["id"], made["dispatches"][0]["id"]
        second = stand_in(stack, incident, "polres-ppu", police)
        answers = together([lambda d=d: stack.answer(d, "accept") for d in (police, second)])
        assert sorted(r.status_code for r in answers) == [200, 409]
        assert sorted(r["state"] for r in stack.sql("select state from dispatch where id = any(%s::uuid[])", [police, second])) == ["accepted", "cancelled"]
        check_history(stack, incident)


def test_an_expired_dispatch_may_still_be_answered(stack):
    made = stack.report()
    incident, police = made["incident"]["id"], made["dispatches"][0]["id"]
    stack.sql("update dispatch set state = 'expired', expired_at = now(), version = 2 where id = %s", police)
    stack.sql("delete from deadline where subject = %s", police)
    link = wait_until(lambda: stack.partner("polsek-penajam").about(incident), 5, "the notice")[0].json["data"]["dispatch"]["url"]
    page = harness.requests.get(link, timeout=10)
    assert page.status_code == 200 and "jawaban Anda masih berguna" in page.text and "Terima" in page.text
    r = stack.api("GET", f"/v1/dispatches/{police}", "polsek-penajam")
    API.check_answer("GET", "/v1/dispatches/{id}", r)
    assert r.json()["state"] == "expired" and r.json()["expired_at"] is not None
    assert stack.answer(police, "accept", token="polsek-penajam").json()["state"] == "accepted"
    assert clock_of(stack, police)["clock"] == "arrive"


# ---- delivered is a stamp -------------------------------------------------------------------------------------------------------


def test_delivered_is_when_the_server_took_it_or_the_telephone_had_it(stack):
    made = stack.report()
    police = made["dispatches"][0]["id"]

    def delivered():
        r = stack.api("GET", f"/v1/dispatches/{police}")
        API.check_answer("GET", "/v1/dispatches/{id}", r)
        at = r.json()["delivered_at"]
        (of_incident,) = [d["delivered_at"] for d in shown(stack, made["incident"]["id"])["dispatches"] if d["id"] == police]
        return at if at == of_incident else None

    at = wait_until(delivered, 5, "the delivery")
    first = "select min(a.at) from attempt a join notice n on n.id = a.notice_id where n.dispatch_id = %s and n.channel = 'webhook' and a.outcome = 'ok'"
    assert stack.value(f"select ({first}) = %s::timestamptz", police, at)
    assert shown(stack, made["incident"]["id"])["version"] == 1, "it is no event"
    only_sms = Stack(stack.postgres, agencies=[agency("polsek-penajam", "police", "64.09.01", [{"channel": "sms", "phone": POLICE_PHONE}])])
    try:
        made = only_sms.report()
        path = f"/v1/dispatches/{made['dispatches'][0]['id']}"
        wait_until(lambda: only_sms.sql("select 1 from attempt where outcome = 'ok'"), 5, "the attempt")
        assert only_sms.api("GET", path).json()["delivered_at"] is None, "handed to the gateway is not delivered"
        notice = only_sms.value("select id from notice where channel = 'sms' and kind = 'dispatch.created'")
        only_sms.sql("insert into delivery_report (notice_id, state, detail) values (%s, 'sent', '')", notice)
        assert only_sms.api("GET", path).json()["delivered_at"] is None
        only_sms.sql("insert into delivery_report (notice_id, state, detail) values (%s, 'delivered', '')", notice)
        assert only_sms.api("GET", path).json()["delivered_at"] is not None
    finally:
        only_sms.close()
