"""Two coordinators act on one incident at once: one wins, the other is told what changed, and nothing that was typed is lost."""
import pytest
from chromium import Keys
from duty_room import add_user, duty, row
from line import Line
from stack import Stack


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres)
    add_user(s, "ani", display="Ani")
    add_user(s, "budi", display="Budi")
    yield s
    s.close()


@pytest.fixture
def both(stack, chrome):
    made = stack.report(text="ada bapak tua terlantar di pasar petung", urgency="high")
    windows = [duty(chrome, stack, who, f"kejadian/{made['incident']['number']}", ".incidentpage") for who in ("ani", "budi")]
    yield made["incident"], *windows
    for w in windows:
        w.close()


def events(stack, incident, kind):
    return stack.sql("select actor, data from event where incident_id = %s and kind = %s order by number", incident["id"], kind)


def test_the_second_is_told_what_changed_and_keeps_what_was_typed(stack, both):
    incident, ani, budi = both
    ani.click(".decisions button", "Batalkan")
    budi.click(".decisions button", "Catatan")
    ani.find("dialog[open] textarea").send_keys("warga salah lihat, orangnya sudah pulang")
    budi.find("dialog[open] textarea").send_keys("keluarga sudah dihubungi")
    budi.click("dialog[open] footer button", "Simpan")
    budi.wait(lambda: budi.all("dialog[open]") == [], "the note is kept")
    ani.click("dialog[open] footer button", "Batalkan dan hentikan")
    ani.wait_text("Sementara itu ada perubahan")
    told = ani.find("dialog[open] .notice").text
    assert "Catatan" in told and "keluarga sudah dihubungi" in told and "budi" in told
    assert ani.find("dialog[open] textarea").get_attribute("value") == "warga salah lihat, orangnya sudah pulang"
    assert events(stack, incident, "cancel") == [], "nothing was done behind anybody's back"
    ani.click("dialog[open] footer button", "Kirim tetap")
    ani.find(".casehead .over")
    budi.find(".casehead .over")  # the other one sees it without asking
    (cancel,) = events(stack, incident, "cancel")
    assert cancel["actor"] == "coordinator:ani"
    assert len(events(stack, incident, "note")) == 1


def test_of_two_who_end_it_one_wins_and_the_other_reads_that_it_has_ended(stack, both):
    incident, ani, budi = both
    for w in (ani, budi):
        w.click(".decisions button", "Batalkan")
        w.find("dialog[open] textarea").send_keys(f"laporan keliru menurut {w is ani and 'Ani' or 'Budi'}")
    ani.click("dialog[open] footer button", "Batalkan dan hentikan")
    ani.find(".casehead .over")
    budi.click("dialog[open] footer button", "Batalkan dan hentikan")
    budi.wait_text("Sementara itu ada perubahan")
    assert budi.find("dialog[open] textarea").get_attribute("value") == "laporan keliru menurut Budi"
    assert len(events(stack, incident, "cancel")) == 1
    assert stack.doctor() == []


def test_who_claims_second_is_told_who_has_it(stack, chrome):
    made = stack.report(text="ada ibu tua terlantar di terminal petung", urgency="high")
    number = made["incident"]["number"]
    line = Line(stack.port)
    ani, budi = duty(chrome, stack, "ani"), duty(chrome, stack, "budi", line=line)
    try:
        for w in (ani, budi):
            row(w, number)
        line.cut()  # of what the other one does nothing is heard
        ani.click(f".incident[data-number='{number}'] .claim button")
        ani.wait(lambda: events(stack, made["incident"], "claimed"), "claimed")
        budi.click(f".incident[data-number='{number}'] .claim button")
        line.mend()
        budi.wait(lambda: budi.all(f".incident[data-number='{number}'] .claim .by", "ani"), "who has it", 60)
        assert [e["actor"] for e in events(stack, made["incident"], "claimed")] == ["coordinator:ani"]
    finally:
        ani.close()
        budi.close()
        line.close()


def test_nobody_takes_an_incident_from_a_colleague_without_being_asked(stack, both):
    incident, ani, budi = both
    claims = lambda: [e["actor"] for e in events(stack, incident, "claimed")]  # noqa: E731
    ani.keys("a")
    budi.find(".casehead .claim b", "ani")
    budi.keys("a")
    asked = budi.find("dialog[open] h2")
    assert "Sudah dipegang ani" in asked.text and claims() == ["coordinator:ani"]
    budi.keys(Keys.ESCAPE)
    budi.wait(lambda: budi.all("dialog[open]") == [], "the question is gone")
    budi.open(f"{stack.url}/#/papan")
    row(budi, incident["number"]).find_element("css selector", "a").send_keys("a")  # from the board, too
    budi.find("dialog[open] h2", "Sudah dipegang ani")
    assert claims() == ["coordinator:ani"]
    budi.click("dialog[open] footer button", "Ambil alih")
    ani.find(".casehead .claim b", "budi")
    assert claims() == ["coordinator:ani", "coordinator:budi"]


def test_what_is_mine_already_is_not_claimed_again(stack, both):
    incident, ani, _ = both
    ani.keys("a")
    ani.find(".casehead .claim b", "ani")
    ani.keys("a")
    ani.wait_text("sudah Anda pegang")
    assert len(events(stack, incident, "claimed")) == 1
