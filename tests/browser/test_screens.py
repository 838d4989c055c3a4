"""Every screen: nothing serious for axe-core, in both languages, by day and by night; no sideways scrolling on a telephone or at 200 %; no fault in the page's log."""
import pytest
from chromium import Keys
from duty_room import PASSWORD, add_user
from stack import PEOPLE, Stack

SCREENS = ("papan", "telaah", "peta", "jadwal", "serah-terima", "angka", "direktori", "kebijakan", "sistem", "akun")


@pytest.fixture(scope="module")
def stack(postgres):
    """A little of everything: incidents of all kinds, a duplicate, answers, a dead notice, an alarm."""
    s = Stack(postgres, people=[*PEOPLE, {"slug": "ani", "name": "Ani", "phone": "+6281270000077", "role": "coordinator", "scope": "64.09"}])
    add_user(s, "admin", "admin", "")
    first = s.report(text="ada bapak tua terlantar di pasar petung, lemas", urgency="high", reporter={"phone": "+6281250000123", "name": "Warga"},
                     place={"village_code": "64.09.01.1003", "lat": -1.29, "lon": 116.66})
    s.number = first["incident"]["number"]
    s.answer(first["dispatches"][0]["id"], "accept", eta=20)
    s.answer(first["dispatches"][1]["id"], "decline", reason="ambulans dipakai")
    s.report(text="ada mayat di pantai nipah-nipah, baju merah", kind="unclaimed_body", urgency="critical")
    s.api("POST", "/v1/reports", "source", {"text": "pak tolong kirim bantuan ke sini secepatnya, warga sudah berkumpul"})
    closed = s.report(text="ada nenek terlantar di halte petung")
    s.api("POST", f"/v1/incidents/{closed['incident']['id']}/events", json={"event": "close", "disposition": "reunited"})
    s.api("POST", f"/v1/incidents/{s.number}/events", json={"event": "note", "note": "keluarga dicari"})
    yield s
    s.close()


@pytest.fixture(scope="module", params=[(1366, 768, 1, False, "id"), (360, 740, 1, False, "id"), (1366, 900, 2, True, "en")], ids=["desk", "phone", "200% dark en"])
def window(request, stack, chrome):
    width, height, scale, dark, language = request.param
    w = chrome.window(width, height, scale=scale, dark=dark, language=language)
    w.log_in(stack.url, "admin", PASSWORD)
    w.find("main")
    if language == "en" and w.all("header button[lang=en]"):
        w.click("header button[lang]")
    yield w
    w.close()


@pytest.mark.parametrize("screen", [*SCREENS, "kejadian"])
def test_a_screen_is_for_everybody(stack, window, screen):
    window.log()
    window.open(f"{stack.url}/#/{screen}" + (f"/{stack.number}" if screen == "kejadian" else ""))
    window.wait(lambda: window.all("main h1, main .board, main h2") and "Memuat" not in window.text and "Loading" not in window.text, "the screen")
    assert window.all(".notice.bad") == [], window.text
    assert window.axe() == []
    assert window.too_wide() == 0
    assert window.log() == []


@pytest.mark.parametrize("press", [".decisions button:first-child", ".phone .button", ".report .factline .button", "header .keys"], ids=["decision", "answer by telephone", "reporter", "keys"])
def test_a_dialog_is_for_everybody(stack, window, press):
    if press == "header .keys" and window.js("return innerWidth") < 900:
        pytest.skip("no room for keys")
    window.log()
    window.open(f"{stack.url}/#/kejadian/{stack.number}")
    window.driver.refresh()
    window.click(press)
    window.find("dialog[open]")
    assert window.axe() == []
    assert window.too_wide() == 0
    assert window.log() == []
    window.keys(Keys.ESCAPE)
    window.wait(lambda: window.all("dialog[open]") == [], "it is closed, for the next test, too")


@pytest.mark.parametrize("path", ["/masuk", "/lapor"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1366])
def test_a_page_for_everybody(stack, chrome, path, dark, width):
    w = chrome.window(width, 740, dark=dark)
    try:
        w.open(stack.url + path)
        assert w.axe() == []
        assert w.too_wide() == 0
        assert w.log() == []
    finally:
        w.close()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_keyboard_leads_to_every_screen(stack, window, screen):
    if window.js("return innerWidth") < 600:
        pytest.skip("a telephone has no keys")
    keys = {"papan": "p", "telaah": "t", "peta": "m", "jadwal": "j", "serah-terima": "s", "angka": "a", "direktori": "d", "kebijakan": "k", "sistem": "i", "akun": "u"}
    window.open(f"{stack.url}/#/{'papan' if screen != 'papan' else 'akun'}")
    window.find("main h1, main .board")
    window.js("document.activeElement.blur()")
    window.keys("g", keys[screen])
    window.wait(lambda: f"#/{screen}" in window.url, screen)
