"""One report from its arrival to its end, as the coordinator and the partner live it: with a mouse, by keyboard alone, on a telephone of 360 pixels, in both languages."""
import time

import pytest
from chromium import Keys
from duty_room import PASSWORD, add_user, duty, row, sounded
from stack import Stack, wait_until

VAGUE = "pak tolong kirim bantuan ke sini secepatnya, warga sudah berkumpul"
WORDS = {
    "id": {"claim": "Ambil alih", "triage": "Telaah", "decide": "Putuskan", "close": "Tutup", "accepted": "diterima", "ask": "perlu ditelaah", "type": "Jenis", "village": "Desa/kelurahan",
           "ended": "Berakhir bagaimana", "agencies": "Instansi"},
    "en": {"claim": "Claim", "triage": "Triage", "decide": "Decide", "close": "Close", "accepted": "accepted", "ask": "needs triage", "type": "Type", "village": "Village",
           "ended": "How it ended", "agencies": "Agencies"},
}


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres)
    add_user(s, "siaga", display="Petugas Siaga")
    yield s
    s.close()


def vague_report(stack):
    """A report that a person has to triage."""
    made = stack.api("POST", "/v1/reports", "source", {"text": VAGUE}).json()
    assert made["incident"]["state"] == "open", made
    return made


def page_of(stack, incident, agency):
    (call,) = wait_until(lambda: stack.partner(agency).about(incident["id"], "dispatch.created"), 15, f"the notice to {agency}")
    return call.json["data"]["dispatch"]["url"]


def test_a_report_is_seen_and_heard_within_a_second(stack, chrome):
    w = duty(chrome, stack, "siaga")
    try:
        w.keys(Keys.SHIFT)  # somebody is there: from now on the page may sound
        w.click(".boardhead .shows button")
        took = []
        for _ in range(4):  # a busy machine may be late once; the console is not
            before = sounded(w)
            begin = time.time()
            made = vague_report(stack)
            row(w, made["incident"]["number"])
            seen = time.time()
            w.wait(lambda: sounded(w) > before, "the sound")
            took.append((seen - begin, time.time() - begin))
            if max(took[-1]) < 1:
                break
        assert max(took[-1]) < 1, f"seconds until seen and heard: {took}"
    finally:
        w.close()


def test_what_is_claimed_sounds_no_more(stack, chrome):
    s = Stack(stack.postgres)
    add_user(s, "siaga")
    w = duty(chrome, s, "siaga")
    try:
        w.click(".boardhead .shows button")
        made = vague_report(s)
        row(w, made["incident"]["number"])
        w.wait(lambda: sounded(w) > 0, "the sound")
        w.wait(lambda: "(1)" in w.driver.title, "the number in the title")
        w.click(f".incident[data-number='{made['incident']['number']}'] .claim button")
        w.wait(lambda: "(1)" not in w.driver.title, "quiet")
        before = sounded(w)
        end = time.monotonic() + 8  # longer than the pause between two sounds
        w.wait(lambda: time.monotonic() > end, "a while", 20)
        assert sounded(w) == before
        (event,) = s.sql("select actor from event where kind = 'claimed'")
        assert event["actor"] == "coordinator:siaga"
    finally:
        w.close()
        s.close()


def choose(window, label, value):
    """An option of the select with that label, by its value."""
    window.wait(lambda: window.js("""
        const label = [...document.querySelectorAll('dialog[open] label')].find(l => l.textContent.trim().startsWith(arguments[0]));
        const select = document.getElementById(label.htmlFor);
        select.value = arguments[1];
        for (const kind of ['input', 'change']) select.dispatchEvent(new Event(kind, {bubbles: true}));
        return select.value === arguments[1]""", label, value), f"{label}: {value}")


@pytest.mark.parametrize("language, width", [("id", 1366), ("en", 1366), ("id", 360)], ids=["id", "en", "360px"])
def test_from_the_report_to_its_end_with_a_mouse(stack, chrome, language, width):
    say = WORDS[language]
    w = duty(chrome, stack, "siaga", width=width, height=768, language=language)
    phone = chrome.window(360, 740, javascript=False)
    try:
        if language == "en":
            if w.all("header button[lang=en]"):
                w.click("header button[lang]")
        made = vague_report(stack)
        number = made["incident"]["number"]
        line = row(w, number)
        assert say["ask"] in line.text
        w.click(f".incident[data-number='{number}'] .claim button", say["claim"])
        w.wait(lambda: say["claim"] not in row(w, number).text, "claimed")
        w.click(f".incident[data-number='{number}'] .case > a")
        w.find(".incidentpage")
        w.click(".decisions button", say["triage"])
        choose(w, say["type"], "abandoned_person")
        field = w.find("dialog[open] [role=combobox]")
        field.clear()
        field.send_keys("petung")
        w.click("dialog[open] [role=option]", "Petung")
        w.click("dialog[open] footer button", say["decide"])
        w.wait(lambda: w.all("dialog[open]") == [], "the decision taken")
        w.find(".dispatch")
        assert w.too_wide() == 0, "nobody has to scroll sideways"
        phone.open(page_of(stack, made["incident"], "puskesmas-petung"))
        w.open(f"{stack.url}/#/papan")
        row(w, number)
        took = []
        for answer, state in (("Terima", "accepted"), ("Menuju lokasi", "en_route"), ("Tiba di lokasi", "on_scene"), ("Selesai", "completed")):
            phone.find("button", answer)
            begin = time.time()
            phone.click("button", answer)
            w.wait(lambda: w.all(f".incident[data-number='{number}'] .agency.{state}"), "the partner's answer on the board")
            took.append(time.time() - begin)
            if state == "accepted":
                assert say["accepted"] in row(w, number).text.lower()
                assert w.too_wide() == 0
        assert min(took) < 1, f"seconds from the partner's tap to the board: {took}"  # a busy machine may be late; the console is not
        w.click(f".incident[data-number='{number}'] .case > a")
        w.click(".decisions button", say["close"])
        choose(w, say["ended"], "handled")
        w.click("dialog[open] footer button", say["close"])
        w.find(".casehead .over")
        (state,) = stack.sql("select state, disposition from incident where number = %s", number)
        assert (state["state"], state["disposition"]) == ("closed", "handled")
        w.open(f"{stack.url}/#/papan")
        w.wait(lambda: not w.all(f".incident[data-number='{number}']"), "it has left the board")
        assert w.log() == []
        assert stack.doctor() == []
    finally:
        phone.close()
        w.close()


def test_from_the_report_to_its_end_by_keyboard_alone(stack, chrome):
    say = WORDS["id"]
    w = chrome.window()
    phone = chrome.window(360, 740, javascript=False)
    try:
        # the log-in, too
        w.open(stack.url + "/masuk")
        w.tab_to("[name=user]")
        w.keys("siaga", Keys.TAB, PASSWORD, Keys.ENTER)
        w.find(".incidents, .empty")
        made = vague_report(stack)
        number = made["incident"]["number"]
        row(w, number)
        focused = lambda: w.js("return document.activeElement.closest('.incident')?.dataset.number")  # noqa: E731
        for _ in range(60):
            if focused() == str(number):
                break
            w.keys("j")
        assert focused() == str(number) and w.focus_is_visible()
        w.keys("a")
        w.wait(lambda: say["claim"] not in row(w, number).text, "claimed")
        w.keys("?")
        w.find("dialog[open] kbd")
        w.keys(Keys.ESCAPE)
        w.wait(lambda: w.all("dialog[open]") == [], "the sheet is closed")
        w.js("document.activeElement.blur()") if focused() != str(number) else None
        for _ in range(60):
            if focused() == str(number):
                break
            w.keys("j")
        w.keys(Keys.ENTER)
        w.find(".incidentpage")
        w.keys("t")
        w.find("dialog[open] select")
        w.tab_to("dialog[open] select")
        w.keys("o")  # Orang terlantar
        w.wait(lambda: w.js("return document.activeElement.value") == "abandoned_person", "the type")
        w.tab_to("dialog[open] [role=combobox]")
        w.chord(Keys.CONTROL, "a")
        w.keys("petung")
        w.find("dialog[open] [role=option]", "Petung")
        w.keys(Keys.ENTER)
        w.wait(lambda: w.js("return document.activeElement.value").startswith("Petung"), "the village")
        w.tab_to("dialog[open] footer button", say["decide"])
        w.keys(Keys.ENTER)
        w.wait(lambda: w.all("dialog[open]") == [], "the decision taken")
        w.find(".dispatch")
        phone.open(page_of(stack, made["incident"], "puskesmas-petung"))
        phone.tab_to("button", "Terima")
        phone.keys(Keys.ENTER)
        w.wait(lambda: w.all(".dispatch.accepted"), "the partner's answer on the incident's page")
        w.keys("c")
        w.find("dialog[open] select")
        w.tab_to("dialog[open] select")
        w.keys(Keys.ARROW_DOWN)
        w.tab_to("dialog[open] footer button", say["close"])
        w.keys(Keys.ENTER)
        w.find(".casehead .over")
        (state,) = stack.sql("select state from incident where number = %s", number)
        assert state["state"] == "closed"
        w.keys("g", "p")
        w.find(".incidents, .empty")
        assert w.log() == []
    finally:
        phone.close()
        w.close()
