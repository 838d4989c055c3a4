"""The partner's page in a browser, without JavaScript, on a telephone of 360 pixels: read, answered, finished; both languages; nothing serious for axe-core."""
import re

import pytest
from stack import wait_until


def link_of(stack, made, agency="puskesmas-petung"):
    """The address that the agency's notice carries."""
    (dispatch,) = [d for d in made["dispatches"] if d["agency"] == agency]
    (call,) = wait_until(lambda: stack.partner(agency).about(made["incident"]["id"], "dispatch.created"), 10, "the notice")
    assert call.json["data"]["dispatch"]["id"] == dispatch["id"]
    return call.json["data"]["dispatch"]["url"], dispatch["id"]


@pytest.fixture
def phone(chrome):
    w = chrome.window(360, 740, javascript=False)
    yield w
    w.close()


@pytest.fixture(scope="module")
def made(stack):
    """One report; nobody has answered."""
    return stack.report(text="ada bapak tua terlantar di depan pasar petung, lemas", urgency="high")


def test_it_says_what_where_how_urgent_and_what_is_asked(stack, made, phone):
    url, _ = link_of(stack, made)
    phone.open(url)
    for words in ("orang terlantar", "Tinggi", "Petung", "Terima", "Tolak"):
        phone.wait_text(words)
    assert phone.too_wide() == 0
    assert re.search(r"\d\d[.:]\d\d", phone.text), "until when an answer is asked for"


def test_every_answer_is_one_tap_and_the_dispatch_follows(stack, phone):
    made = stack.report(text="ada nenek terlantar di halte petung", urgency="high")
    url, dispatch = link_of(stack, made)
    state = lambda: stack.sql("select state from dispatch where id = %s", dispatch)[0]["state"]  # noqa: E731
    phone.open(url)
    phone.wait(lambda: state() == "seen", "seen")
    for button, then in (("Terima", "accepted"), ("Menuju lokasi", "en_route"), ("Tiba di lokasi", "on_scene"), ("Selesai", "completed")):
        phone.click("button", button)
        phone.wait(lambda: state() == then, then)
        assert phone.all("button", button) == [], f"{button} is not asked for again"
        assert phone.too_wide() == 0
    assert stack.doctor() == []


def test_a_decline_asks_for_its_reason_and_nothing_is_lost(stack, phone):
    made = stack.report(text="ada nenek terlantar di terminal petung", urgency="high")
    url, dispatch = link_of(stack, made)
    phone.open(url)
    field = phone.find("input[name=reason]:not([type=radio]), textarea[name=reason], input[name=reason_text], textarea[name=reason_text]")
    field.send_keys("ambulans sedang dipakai")
    phone.click("button", "Tolak")
    phone.wait(lambda: stack.sql("select state from dispatch where id = %s", dispatch)[0]["state"] == "declined", "declined")
    (row,) = stack.sql("select reason from dispatch where id = %s", dispatch)
    assert "ambulans sedang dipakai" in row["reason"]


def test_the_keyboard_alone_accepts(stack, phone):
    made = stack.report(text="ada kakek terlantar di mushola petung", urgency="high")
    url, dispatch = link_of(stack, made)
    phone.open(url)
    phone.tab_to("button", "Terima")
    assert phone.focus_is_visible()
    phone.keys("\n")
    phone.wait(lambda: stack.sql("select state from dispatch where id = %s", dispatch)[0]["state"] == "accepted", "accepted")


def test_it_is_small(stack, made, chrome):
    w = chrome.window(360, 740)
    try:
        w.open(link_of(stack, made)[0])
        assert 0 < w.bytes < 30 * 1024, "the page with all that it loads"
    finally:
        w.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("scale", [1, 2], ids=["100%", "200%"])
def test_axe_finds_nothing_serious(stack, made, chrome, dark, scale):
    w = chrome.window(720, 900, dark=dark, scale=scale)
    try:
        w.open(link_of(stack, made)[0])
        assert w.axe() == []
        assert w.too_wide() == 0
        assert w.log() == []
    finally:
        w.close()


def test_a_link_whose_dispatch_has_ended_shows_nothing_of_it(stack, phone):
    made = stack.report(text="ada bayi terlantar di depan puskesmas petung", urgency="high")
    url, _ = link_of(stack, made)
    assert stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "cancel", "reason": "laporan keliru"}).status_code == 200
    phone.open(url)
    phone.wait(lambda: "berakhir" in phone.text.lower() or "tidak berlaku" in phone.text.lower(), "the words that it is over")
    for words in ("petung", "terlantar", str(made["incident"]["number"])):
        assert words not in phone.text.lower()
    assert phone.all("button") == [] or all("terima" not in b.text.lower() for b in phone.all("button"))
