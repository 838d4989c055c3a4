"""A session that ends while somebody writes: the page and the text stay, the log-in is a tab beside it, and the work goes on where it was."""
import pytest
from chromium import Keys
from duty_room import PASSWORD, add_user, duty
from stack import Stack

AWHILE = 60  # the stream asks every 20 s whether its listener may still listen


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres)
    add_user(s, "siaga")
    add_user(s, "rini")
    s.made = s.report(text="ada bapak tua terlantar di pasar petung")["incident"]
    yield s
    s.close()


def end_elsewhere(w):
    """As somebody who logs out in another page of this browser; then a list here reads itself again."""
    w.js("""const { csrf } = await fetch('/v1/session').then((r) => r.json());
            await fetch('/v1/session/end', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Sigap-Csrf': csrf }, body: '{}' });
            const { api } = await import('/console/api.js');
            await api.get('/v1/handover').catch(() => {});""")


def log_in_beside(w, user):
    """Through the bar's link, in the tab that it opens; then back. The tab that was opened stays."""
    writing = w.driver.current_window_handle
    w.click("dialog[open] .line.bad a" if w.all("dialog[open]") else ".line.bad a", "Masuk lagi")
    (beside,) = w.wait(lambda: [h for h in w.driver.window_handles if h != writing], "the tab of the log-in")
    w.driver.switch_to.window(beside)
    for name, value in (("user", user), ("password", PASSWORD)):
        w.find(f"[name={name}]").send_keys(value)
    w.click("form button")
    w.wait(lambda: "/masuk" not in w.url, "the log-in")
    w.driver.switch_to.window(writing)


def test_what_is_being_written_outlives_the_session_and_is_sent_after_the_next_log_in(stack, at):
    text = "Babinsa memeriksa pukul 10: tidak ada orang di lokasi"
    w = at(f"kejadian/{stack.made['number']}", ".casehead")
    w.keys("n")
    w.find("dialog[open] textarea").send_keys(text)
    assert stack.sql("delete from session returning 1")
    w.find("dialog[open] .line.bad", "Sesi berakhir", AWHILE)
    assert w.find("dialog[open] textarea").get_attribute("value") == text and "/masuk" not in w.url
    assert w.axe() == [] and w.too_wide() == 0
    w.click("dialog[open] footer button", "Simpan")
    w.find("dialog[open] .notice.bad", "masuk lagi")
    log_in_beside(w, "siaga")
    w.wait(lambda: w.all(".line.bad") == [], "that the session is there again")
    assert w.find("dialog[open] textarea").get_attribute("value") == text
    w.click("dialog[open] footer button", "Simpan")
    w.wait(lambda: w.all("dialog[open]") == [], "it was taken")
    (note,) = stack.sql("select actor, data from event where incident_id = %s and kind = 'note'", stack.made["id"])
    assert note["actor"] == "coordinator:siaga" and note["data"]["note"] == text
    w.wait(lambda: text in w.find(".timeline").text, "the live screen goes on, too")


def test_a_text_without_a_dialog_stays_and_when_it_is_given_up_the_log_in_comes(stack, at):
    w = at("serah-terima", ".note-form textarea")
    field = w.find(".note-form textarea")
    field.send_keys("Menunggu ambulans RSUD")
    end_elsewhere(w)
    w.find(".line.bad", "Sesi berakhir")
    assert field.get_attribute("value") == "Menunggu ambulans RSUD"
    w.js("document.querySelector('.note-form textarea').select()")
    w.keys(Keys.DELETE)
    w.wait(lambda: "/masuk" in w.url, "the log-in")


def test_another_person_who_logs_in_finds_nothing_of_the_one_before(stack, at):
    w = at("serah-terima", ".note-form textarea")
    w.find(".note-form textarea").send_keys("Menunggu ambulans RSUD")
    end_elsewhere(w)
    w.find(".line.bad", "Sesi berakhir")
    log_in_beside(w, "rini")
    w.wait(lambda: w.find(".who").text == "Rini" and w.find(".note-form textarea").get_attribute("value") == "", "Rini's page")
