"""The triage desk by keyboard: one key for each decision; nothing that arrives meanwhile, and no key that is held down, decides about another incident than the one that is looked at."""
import pytest
from chromium import Keys
from duty_room import add_user, duty
from selenium.webdriver.support.ui import Select
from stack import Stack, wait_until

VAGUE = "pak tolong kirim bantuan ke sini secepatnya, warga sudah berkumpul"


@pytest.fixture
def stack(postgres):
    """Each test begins with an empty desk."""
    s = Stack(postgres)
    add_user(s, "siaga")
    yield s
    s.close()


@pytest.fixture
def desk(chrome, stack):
    windows = []

    def opened(hash="telaah", ready=".deskcase"):
        windows.append(duty(chrome, stack, "siaga", hash, ready))
        return windows[-1]
    yield opened
    for w in windows:
        w.close()


def vague(stack, urgency="normal", **more):
    """What a person has to decide. -> its incident"""
    made = stack.report(kind=None, urgency=urgency, village=None, text=VAGUE, **more)["incident"]
    assert made["state"] == "open", made
    return made


def nowhere(stack, **more):
    """As if the machine were sure of all but of the place. -> its incident"""
    made = vague(stack, **more)
    stack.sql("update incident set type = 'abandoned_person' where id = %s", made["id"])
    return made


def state(stack, incident):
    return stack.sql("select state, type, urgency, region, disposition from incident where id = %s", incident["id"])[0]


def events(stack, incident, kind):
    return stack.sql("select actor, data from event where incident_id = %s and kind = %s order by number", incident["id"], kind)


def looked_at(w):
    """The number of the incident on the desk."""
    return int(w.find(".deskcase h1 .number").text.lstrip("#"))


def redirect(w, agency):
    w.keys("d")
    w.wait(lambda: w.all(f"dialog[open] option[value={agency}]"), "the agency on the list")
    Select(w.find("dialog[open] select")).select_by_value(agency)
    w.click("dialog[open] footer button", "Tugaskan")


def alike(stack):
    """Two incidents that may be one event."""
    text = "ditemukan mayat tanpa identitas di bengkel las pak joko, pakai jaket kulit hitam"
    one, two = (stack.report(kind="unclaimed_body", text=text)["incident"] for _ in range(2))
    wait_until(lambda: stack.sql("select from duplicate_suggestion where incident_id = %s", two["id"]), 10, "the suggestion")
    return one, two


def test_a_case_is_decided_by_keys_alone(stack, desk):
    incident = vague(stack)
    w = desk()
    w.keys("2", "8", "v")
    w.keys("petung")
    w.find(".deskcase [role=option]", "Petung")
    w.keys(Keys.ENTER)
    w.wait(lambda: w.js("return document.activeElement === document.body"), "the keys are the desk's again")
    assert state(stack, incident)["state"] == "open", "choosing a village decides nothing"
    w.keys(Keys.ENTER)
    w.find(".queue .empty")
    now = state(stack, incident)
    assert (now["state"], now["type"], now["urgency"], now["region"]) == ("triaged", "unclaimed_body", "high", "64.09.01.1003")
    (decided,) = events(stack, incident, "triage")
    assert decided["actor"] == "coordinator:siaga" and w.log() == []


def type_over(w, css, text):
    """Types over what stands in a field, as somebody who has changed his mind does."""
    w.js("document.querySelector(arguments[0]).focus(); document.activeElement.select()", css)
    w.keys(text)


def region_of(stack, name):
    return stack.value("select code from region where name = %s and length(code) = 13", name)


def test_what_is_typed_over_a_chosen_village_is_not_sent_as_the_old_one(stack, desk):
    incident = vague(stack)
    w = desk()
    w.keys("1", "v")
    w.keys("petung")
    w.find(".deskcase [role=option]", "Petung")
    w.keys(Keys.ENTER)
    w.wait(lambda: w.js("return document.activeElement === document.body"), "the keys are the desk's again")
    type_over(w, ".deskcase .village input", "Labangka")
    w.find(".deskcase [role=option]", "Labangka")
    w.keys(Keys.TAB)
    w.find(".deskcase .village .fault", "pilih dari daftar")
    assert w.js("return document.querySelector('.deskcase .village input').value") == "Labangka", "what was typed stays"
    assert w.axe() == []
    w.js("document.activeElement.blur()")
    w.keys(Keys.ENTER)
    w.wait(lambda: w.js("return document.activeElement.closest('.village') !== null"), "the field that lacks something")
    assert state(stack, incident)["state"] == "open"
    w.find(".deskcase [role=option]", "Labangka")
    w.keys(Keys.ENTER)
    w.wait(lambda: w.js("return document.activeElement === document.body"), "it is chosen")
    assert w.all(".deskcase .village .fault") == []
    w.keys(Keys.ENTER)
    w.find(".queue .empty")
    assert state(stack, incident)["region"] == region_of(stack, "Labangka")


def test_a_village_that_was_only_typed_is_not_sent_from_a_dialog_either(stack, desk):
    incident = stack.report(text="ada bapak tua terlantar di pasar")["incident"]
    w = desk(f"kejadian/{incident['number']}", ".incidentpage")
    w.keys("t")
    w.find("dialog[open] .village input")
    type_over(w, "dialog[open] .village input", "labangka")
    w.find("dialog[open] [role=option]", "Labangka")
    w.keys(Keys.TAB)
    w.find("dialog[open] .village .fault", "pilih dari daftar")
    assert not w.find("dialog[open] footer button", "Putuskan").is_enabled()
    w.js("document.querySelector('dialog[open] .village input').focus()")
    w.find("dialog[open] [role=option]", "Labangka")
    w.keys(Keys.ENTER)
    w.wait(lambda: w.find("dialog[open] footer button", "Putuskan").is_enabled(), "a village is chosen")
    w.click("dialog[open] footer button", "Putuskan")
    w.wait(lambda: state(stack, incident)["region"] == region_of(stack, "Labangka"), "the village that was chosen")


def test_enter_never_picks_from_the_list_of_an_earlier_text(desk, stack):
    incident = stack.report(kind=None, urgency="normal", village=None, text="pak tolong kirim bantuan ke petung secepatnya, warga sudah berkumpul")["incident"]
    w = desk(f"telaah/{incident['number']}")
    w.js("""const ask = fetch; window.slow = new Promise((go) => (window.goOn = go));
            window.fetch = async (path, ...how) => { if (String(path).startsWith('/v1/regions')) await slow; return ask(path, ...how); };""")
    w.keys("1", "v")
    w.find(".deskcase [role=option]", "Petung")  # what the machine proposes, before anything is typed
    type_over(w, ".deskcase .village input", "labangka" + Keys.ENTER)
    w.js("goOn()")
    w.find(".deskcase [role=option]", "Labangka")
    assert w.js("return document.querySelector('.deskcase .village input').value") == "labangka"
    w.keys(Keys.ENTER)
    w.wait(lambda: w.js("return document.querySelector('.deskcase .village input').value") == "Labangka", "the one that was typed")
    assert state(stack, incident)["state"] == "open", "choosing a village decides nothing"


def test_what_is_more_urgent_and_comes_later_does_not_take_the_place_of_what_is_looked_at(stack, desk):
    incident = vague(stack)
    w = desk()
    w.keys("1")
    later = vague(stack, urgency="critical")
    w.wait(lambda: w.find(".queue ol li").text.count(f"#{later['number']}"), "the new one is the first of the queue")
    assert looked_at(w) == incident["number"]
    w.keys(Keys.ENTER)
    w.wait(lambda: looked_at(w) == later["number"], "the next one")
    assert state(stack, incident)["type"] == "abandoned_person"
    assert state(stack, later)["state"] == "open" and events(stack, later, "triage") == []


def test_an_open_dialog_is_about_the_incident_for_which_it_was_opened(stack, desk):
    incident = vague(stack)
    w = desk()
    w.keys("f")
    w.find("dialog[open] textarea").send_keys("Babinsa memeriksa pukul 10: tidak ada orang")
    later = vague(stack, urgency="critical")
    w.wait(lambda: f"#{later['number']}" in w.js("return document.querySelector('.queue ol li').textContent"), "the new one in the queue")
    w.js("location.hash = arguments[0]", f"#/telaah/{later['number']}")
    w.wait(lambda: w.js("return document.querySelector('.deskcase h1 .number')?.textContent") == f"#{later['number']}", "the other one behind the dialog")
    assert f"#{incident['number']}" in w.find("dialog[open] h2").text
    w.click("dialog[open] footer button", "Nyatakan palsu")
    w.wait(lambda: state(stack, incident)["disposition"] == "false_report", "it was declared")
    assert state(stack, later)["state"] == "open" and events(stack, later, "false_report") == []


def test_a_key_that_is_held_down_decides_once(stack, desk):
    made = [nowhere(stack, external_id=f"held-{i}") for i in range(3)]
    w = desk()
    assert w.find(".pick[aria-checked=true]", "Orang terlantar")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    first = looked_at(w)
    w.cdp("Input.dispatchKeyEvent", type="keyDown", **enter)
    w.wait(lambda: looked_at(w) != first, "the next one")
    for _ in range(20):
        w.cdp("Input.dispatchKeyEvent", type="keyDown", autoRepeat=True, **enter)
    w.cdp("Input.dispatchKeyEvent", type="keyUp", **enter)
    w.keys("n")  # what comes after all of them has been heard
    w.find("dialog[open] textarea")
    assert [len(events(stack, i, "triage")) for i in sorted(made, key=lambda i: i["number"] != first)] == [1, 0, 0]


def test_what_is_false_and_what_goes_to_another_agency_is_one_key_and_a_reason(stack, desk):
    incident = nowhere(stack)
    w = desk()
    redirect(w, "polsek-penajam")
    w.wait(lambda: [d["agency"] for d in stack.sql("select agency from dispatch where incident_id = %s", incident["id"])].count("polsek-penajam") == 1, "the agency is told")
    w.wait(lambda: w.all("dialog[open]") == [], "the dialog is closed")
    w.keys("f")
    w.find("dialog[open] textarea").send_keys("Babinsa memeriksa pukul 10: tidak ada orang")
    w.click("dialog[open] footer button", "Nyatakan palsu")
    w.find(".queue .empty")
    assert state(stack, incident)["disposition"] == "false_report"


@pytest.mark.parametrize("key", ["m", "b"], ids=["the same", "different"])
def test_a_likely_pair_stands_side_by_side_and_one_key_decides(stack, desk, key):
    older, newer = alike(stack)
    w = desk("telaah", ".queue")
    w.keys("p")
    w.find(".split .told")
    w.wait(lambda: len(w.all(".split .told")) == 2, "both texts")
    assert f"#{older['number']}" in w.all(".split section")[0].text and "berjalan terus" in w.all(".split section")[0].text
    w.keys(key)
    w.wait_text("Tidak ada dugaan yang menunggu")
    (pair,) = stack.sql("select decision, decided_by from duplicate_suggestion")
    assert (pair["decision"], pair["decided_by"]) == ("same" if key == "m" else "different", "coordinator:siaga")
    assert state(stack, newer)["state"] == ("merged" if key == "m" else "triaged") and state(stack, older)["state"] == "triaged"


@pytest.mark.parametrize("from_form", [False, True], ids=["pair", "form"])
def test_before_work_goes_into_what_has_ended_it_is_said_and_asked(stack, desk, from_form):
    older, newer = alike(stack)
    assert stack.api("POST", f"/v1/incidents/{older['id']}/events", json={"event": "close", "disposition": "handled"}).status_code == 200
    w = desk(f"kejadian/{newer['number']}" if from_form else "telaah/ganda", ".incidentpage" if from_form else ".split .told")

    def merge():
        w.keys("m")
        if from_form:
            w.find("dialog[open] [type=number]").clear()
            w.find("dialog[open] [type=number]").send_keys(str(older["number"]))
            w.click("dialog[open] footer button", "Gabung")
        return w.find("dialog[open] h2", "sudah berakhir")

    if not from_form:
        w.wait(lambda: "sudah berakhir" in w.all(".split section")[0].text, "that the older one has ended")
        assert "berjalan terus" not in w.find(".desk").text and w.axe() == []
    merge()
    said = w.find("dialog[open] .body", "tidak ada lagi yang menangani").text
    assert f"#{older['number']}" in said and "Polsek Penajam" in said
    w.keys(Keys.ESCAPE)
    w.wait(lambda: w.all("dialog[open] h2", "sudah berakhir") == [], "the question is gone")
    if from_form:
        w.keys(Keys.ESCAPE)
        w.wait(lambda: w.all("dialog[open]") == [], "the form, too")
    assert state(stack, newer)["state"] == "triaged" and events(stack, newer, "merge") == []
    merge()
    w.click("dialog[open] footer button", "Gabungkan tetap")
    w.wait(lambda: state(stack, newer)["state"] == "merged", "whoever means it is not kept from it")
    assert events(stack, newer, "merge")[0]["actor"] == "coordinator:siaga"


def test_a_pair_says_so_when_the_older_one_ends_while_it_is_looked_at(stack, desk):
    older, newer = alike(stack)
    w = desk("telaah/ganda", ".split .told")
    w.wait(lambda: "berjalan terus" in w.all(".split section")[0].text, "the older one goes on")
    assert stack.api("POST", f"/v1/incidents/{older['id']}/events", json={"event": "close", "disposition": "handled"}).status_code == 200
    w.wait(lambda: "sudah berakhir" in w.all(".split section")[0].text, "that it has ended")
    assert "berjalan terus" not in w.find(".desk").text


def test_as_long_a_reason_as_the_field_takes_opens_who_told_it(stack, desk):
    made = stack.report(text="ada bapak tua terlantar di pasar", reporter={"phone": "+6281250000123", "name": "Warga"})
    w = desk(f"kejadian/{made['incident']['number']}", ".incidentpage")
    w.click(".report button", "Pelapor")
    w.find("dialog[open] input").send_keys("Perlu menanyakan tempatnya. " * 20)
    w.click("dialog[open] footer button", "Buka")
    w.find("dialog[open] .figures", "+6281250000123")


def test_the_words_that_decided_are_marked_and_the_machine_says_how_sure_it_was(stack, desk):
    stack.report(kind=None, village=None, urgency="normal", text="ada kakek tidur di emperan, tidak tahu siapa keluarganya")
    (incident,) = stack.sql("select id, number, state from incident")
    w = desk(f"telaah/{incident['number']}")
    assert "kakek" in [m.text.lower() for m in w.all(".told mark.type")]
    assert "%" in w.find(".machine").text
    w.click(".desktexts summary", "alasan mesin")
    why = w.find(".desktexts details").text
    assert "“kakek”" in why and "→ Orang terlantar" in why and "->" not in why


def test_a_refusal_says_what_to_do_in_the_language_of_the_screen(stack, desk):
    vague(stack)
    w = desk()
    redirect(w, "polsek-penajam")
    refused = w.find("dialog[open] .notice.bad").text
    assert "telaah dulu kejadiannya" in refused and "triage" not in refused
