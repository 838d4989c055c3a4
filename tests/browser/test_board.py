"""The board under somebody's hands: rows stay where they are, filters stay in the address, a wrong clock does no harm, all pages of a browser share one line."""
import time

import pytest
import requests
from chromium import Keys
from duty_room import PASSWORD, add_user, duty, row, sounded
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.support.ui import Select
from stack import Stack

HOUR = 3600
# Everything that tells the time tells it an hour late; workers tell their own.
WRONG_CLOCK = """(() => {
    const Real = Date, off = -3600000;
    class Wrong extends Real { constructor(...a) { a.length ? super(...a) : super(Real.now() + off); } static now() { return Real.now() + off; } }
    globalThis.Date = Wrong;
})();"""


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres)
    add_user(s, "siaga")
    add_user(s, "aud", "auditor")
    add_user(s, "kecamatan", scope="64.09.01")
    for i, (village, urgency) in enumerate((("64.09.01.1003", "high"), ("64.09.03.2002", "high"), ("64.09.01.1003", "normal"), ("64.09.03.2002", "normal"))):
        s.report(text=f"ada orang terlantar nomor {i} di depan warung", village=village, urgency=urgency, external_id=f"board-{i}")
    yield s
    s.close()


@pytest.fixture
def board(stack, chrome):
    w = duty(chrome, stack, "siaga", ready=".incident")
    yield w
    w.close()


def order(w):
    return w.js("return [...document.querySelectorAll('.incident')].map(e => Number(e.dataset.number))")


def move_over(w, css):
    ActionChains(w.driver).move_to_element(w.find(css)).move_by_offset(2, 2).perform()


def critical(stack, name):
    """What runs out before everything else that is there."""
    return stack.report(text=f"ada mayat di pantai, baju {name}", kind="unclaimed_body", village="64.09.02.2001", urgency="critical", external_id=f"critical-{name}")["incident"]["number"]


def test_rows_do_not_move_under_a_hand_until_somebody_sorts(stack, board):
    before = order(board)
    move_over(board, f".incident[data-number='{before[-1]}'] .place")
    number = critical(stack, "merah")
    row(board, number)
    assert order(board) == [*before, number], "the new one came behind those that are there"
    board.find(".resort", "1 baru")
    board.keys("s")
    board.wait(lambda: order(board)[0] == number, "what runs out next comes first")
    board.wait_text("Urutan diperbarui")
    assert board.all(".resort") == []


def test_when_the_hand_is_elsewhere_the_order_is_right_at_once(stack, board):
    move_over(board, ".brand")
    number = critical(stack, "biru")
    row(board, number)
    assert number in order(board)[:2]


def test_the_focus_stays_on_its_incident_when_rows_are_sorted(stack, board):
    move_over(board, ".brand")
    board.keys("j", "j", "j")
    focused = lambda: board.js("return document.activeElement.closest('.incident')?.dataset.number")  # noqa: E731
    chosen = focused()
    assert chosen is not None
    row(board, critical(stack, "hijau"))
    board.keys("s")
    board.wait_text("Urutan diperbarui")
    assert focused() == chosen


def test_a_row_that_left_the_filter_under_a_hand_is_not_called_ended(stack, board):
    number = critical(stack, "putih")
    board.open(f"{stack.url}/#/papan?show=unclaimed")
    board.click(f".incident[data-number='{number}'] .claim button")
    board.wait(lambda: "siaga" in row(board, number).text, "who has it now")
    left = row(board, number)
    assert "tidak lagi dalam saringan" in left.text and "Selesai" not in left.text
    board.find(".resort")
    assert board.axe() == [], "dimmed, but to be read"
    stack.api("POST", f"/v1/incidents/{number}/events", json={"event": "close", "disposition": "handled"})
    board.wait(lambda: "Selesai" in row(board, number).text, "that it has ended, now that it has")
    assert "tidak lagi dalam saringan" not in row(board, number).text
    board.keys("s")
    board.wait(lambda: number not in order(board), "it is gone")


def test_filters_stand_in_the_address_and_survive_a_reload(stack, board):
    everything = order(board)
    board.keys("/")
    board.keys("labangka", Keys.ESCAPE)
    board.wait(lambda: 0 < len(order(board)) < len(everything), "fewer rows")
    some = order(board)
    assert "q=labangka" in board.url
    board.driver.refresh()
    board.wait(lambda: sorted(order(board)) == sorted(some), "the same rows")
    board.click(".shows button", "Lewat batas")
    board.wait_text("Tidak ada kejadian yang cocok")
    board.click(".clear", "Hapus saringan")
    board.click(".shows button", "Semua")
    board.wait(lambda: len(order(board)) >= len(everything), "all of them")


@pytest.mark.parametrize("label, name, value, fits", [
    ("Kegawatan", "urgency", "high", lambda r: r["urgency"] == "high"),
    ("Jenis", "type", "abandoned_person", lambda r: r["type"] == "abandoned_person"),
    ("Wilayah", "region", "64.09.03", lambda r: r["region"].startswith("64.09.03.")),
    ("Instansi", "agency", "puskesmas-petung", lambda r: any(d["agency"] == "puskesmas-petung" for d in r["dispatches"]))])
def test_each_filter_shows_what_it_names_and_nothing_else(stack, board, label, name, value, fits):
    row(board, stack.report(kind="unclaimed_body", text="ditemukan mayat di dermaga", external_id="another-type")["incident"]["number"])
    rows = stack.api("GET", "/v1/board").json()["incidents"]
    wanted = sorted(r["number"] for r in rows if fits(r))
    assert 0 < len(wanted) < len(rows)
    select = board.wait(lambda: board.js("return [...document.querySelectorAll('.filters label')].find(l => l.textContent === arguments[0])?.control", label), label)
    Select(select).select_by_value(value)
    board.wait(lambda: sorted(order(board)) == wanted, f"the rows of {value}")
    assert f"{name}={value}" in board.url


def test_a_filter_that_nothing_fits_any_more_says_what_it_is(board, stack):
    board.open(f"{stack.url}/#/papan?agency=rumah-singgah-lama")
    board.driver.refresh()
    board.wait_text("Tidak ada kejadian yang cocok")
    assert [s.get_attribute("value") for s in board.all(".filters .set select")] == ["rumah-singgah-lama"]


def test_an_address_that_cannot_be_read_shows_the_board(board, stack):
    board.open(f"{stack.url}/#/%")
    board.driver.refresh()
    board.find(".incident")
    board.js("location.hash = '#/akun'")
    board.find("main h1", "Akun")
    board.js("location.hash = '#/kejadian/%E0'")
    board.find(".incident")


def test_countdowns_are_right_on_a_computer_whose_clock_is_an_hour_late(stack, chrome):
    w = chrome.window()
    try:
        w.cdp("Page.addScriptToEvaluateOnNewDocument", source=WRONG_CLOCK)
        w.log_in(stack.url, "siaga", PASSWORD)
        w.find(".incident")
        assert abs(w.js("return Date.now()") / 1000 + HOUR - time.time()) < 60
        number = order(w)[0]
        (due,) = stack.sql("select extract(epoch from min(l.set_for))::float8 as at from deadline l join dispatch d on d.id = l.subject join incident i on i.id = d.incident_id where i.number = %s", number)

        def left():
            text = w.js("return document.querySelector(arguments[0]).textContent", f".incident[data-number='{number}'] .countdown time").lstrip("+")
            parts = [int(p) for p in text.split(":")]
            return sum(p * 60 ** i for i, p in enumerate(reversed(parts)))

        w.wait(lambda: abs(left() - (due["at"] - time.time())) < 4, "the time that is left")
    finally:
        w.close()


def test_all_pages_of_a_browser_share_one_line(stack, board):
    def streams():
        (line,) = [x for x in requests.get(stack.url + "/metrics", timeout=10).text.splitlines() if x.startswith("sigap_http_streams ")]
        return float(line.split()[1])

    board.wait(lambda: streams() >= 1, "a line")
    one = streams()
    board.driver.switch_to.new_window("tab")
    board.open(stack.url + "/#/papan")
    board.find(".incident")
    number = critical(stack, "kuning")
    row(board, number)
    assert streams() == one
    board.driver.close()
    board.driver.switch_to.window(board.driver.window_handles[0])
    row(board, number)


def test_what_nobody_has_claimed_is_heard_from_the_first_key_and_not_when_muted(stack, board):
    row(board, critical(stack, "biru"))
    assert board.js("return [ear.states(), ear.tones, ear.most]") == [[], 0, 0], "a browser would not let it"
    assert "belum aktif" in board.find("header .sound").text
    board.keys(Keys.SHIFT)
    board.wait(lambda: board.js("return ear.most") > 0.2, "the sound itself, not only the wish for it")
    assert board.js("return ear.states()") == ["running"]
    board.keys("M")
    board.wait(lambda: board.js("return performance.now() - ear.last > 1000"), "silence after the last tone")
    board.js("ear.most = 0")
    row(board, critical(stack, "nila"))
    assert board.js("return ear.most") == 0
    board.keys("M")
    board.wait(lambda: board.js("return ear.most") > 0.2, "the sound again")


def test_muted_is_quiet_and_says_so(stack, board):
    board.keys(Keys.SHIFT)
    board.wait(lambda: sounded(board) > 0, "the sound of what nobody has claimed")
    board.keys("M")
    board.find(".sound.warn", "Suara mati")
    before = sounded(board)
    row(board, critical(stack, "ungu"))
    assert sounded(board) == before
    board.keys("M")
    board.wait(lambda: sounded(board) > before, "the sound again")


def test_muted_in_one_page_is_quiet_in_the_other_one(stack, board):
    board.keys(Keys.SHIFT)
    board.wait(lambda: sounded(board) > 0, "the sound of what nobody has claimed")
    sounding = board.driver.current_window_handle
    board.driver.switch_to.new_window("tab")
    board.open(stack.url + "/#/papan")
    board.find(".incident")
    board.keys("M")
    board.find(".sound.warn", "Suara mati")
    board.driver.close()
    board.driver.switch_to.window(sounding)
    board.find(".sound.warn", "Suara mati")
    before = sounded(board)
    row(board, critical(stack, "jingga"))
    assert sounded(board) == before
    board.keys("M")


def test_who_logs_in_beside_another_person_sees_only_what_is_his(stack, board):
    first = board.driver.current_window_handle
    board.driver.switch_to.new_window("tab")
    board.log_in(stack.url, "kecamatan", PASSWORD)
    board.find(".incident")
    elsewhere = stack.report(text="ada orang terlantar di dermaga babulu", village="64.09.03.2002", external_id="elsewhere")["incident"]["number"]
    here = stack.report(text="ada orang terlantar di dermaga petung", village="64.09.01.1003", external_id="here")["incident"]["number"]
    row(board, here)
    assert elsewhere not in order(board)
    board.driver.switch_to.window(first)
    row(board, elsewhere)


def test_what_is_said_is_seen_before_an_open_dialog_and_after_it(board):
    board.keys("?")
    board.find("dialog[open]")
    board.js("import('/console/ui.js').then((ui) => ui.announce('Uji pemberitahuan'))")
    seen = """
        const toast = document.getElementById('announce'), r = toast?.getBoundingClientRect();
        return toast?.textContent === 'Uji pemberitahuan' && document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2) === toast"""
    board.wait(lambda: board.js(seen), "the words before the dialog")
    assert board.js("return document.getElementById('announce').closest('dialog') !== null"), "what stands beside an open dialog is not read aloud"
    board.keys(Keys.ESCAPE)
    board.wait(lambda: board.all("dialog[open]") == [], "the dialog is closed")
    assert board.js(seen)


def test_a_dialog_does_not_stay_open_over_another_incident(stack, board):
    one, other = order(board)[:2]
    board.open(f"{stack.url}/#/kejadian/{one}")
    board.find(".incidentpage h1", f"#{one}")
    board.keys("n")
    board.find("dialog[open] textarea")
    board.js("location.hash = arguments[0]", f"#/kejadian/{other}")
    board.find(".incidentpage h1", f"#{other}")
    assert board.all("dialog[open]") == []


def test_the_sheet_names_the_keys_of_the_screen_and_those_of_everywhere(stack, board):
    claims = lambda: len(stack.sql("select from event where kind = 'claimed'"))  # noqa: E731
    before = claims()
    board.keys("?")
    said = board.find("dialog[open]").text
    for words in ("Papan", "Kejadian berikutnya", "Ambil alih", "Cari", "Urutkan sekarang", "Di mana saja", "Suara mati / hidup", "Keluar dari isian", "Serah terima", "Sistem"):
        assert words in said, words
    board.keys("a", Keys.ESCAPE)
    board.wait(lambda: board.all("dialog[open]") == [], "the sheet is closed")
    row(board, stack.report(text="ada orang terlantar sesudah daftar tombol", external_id="after-the-sheet")["incident"]["number"])
    assert claims() == before, "no key goes through an open dialog"


def test_whoever_only_looks_is_offered_no_decision(stack, chrome):
    w = duty(chrome, stack, "aud", ready=".incident")
    try:
        assert w.all(".claim button") == []
        w.keys("a", "?")
        assert "Ambil alih" not in w.find("dialog[open]").text
        w.keys(Keys.ESCAPE)
        assert w.js("return document.getElementById('announce')") is None, "nothing was asked for and refused"
        number = order(w)[0]
        w.open(f"{stack.url}/#/kejadian/{number}")
        w.find(".incidentpage .timeline")
        assert w.all(".decisions") == [] and w.all(".phone") == [] and w.all(".report button") == []
    finally:
        w.close()
