"""The rooms of the console beside the board: roster, directory, policy, numbers, system, hand-over and account, each doing what it is for, against the real daemon."""
import base64
import datetime
import hashlib
import hmac
import json
import re
import struct
import time

import pytest
from chromium import Keys
from duty_room import PASSWORD, add_user
from selenium.webdriver.support.ui import Select
from stack import PEOPLE, POLICY, Answer, Stack, agency, wait_until

ANI = "+6281270000077"
WITA = datetime.timezone(datetime.timedelta(hours=8))
NOW = datetime.datetime.now(WITA).replace(second=0, microsecond=0)
AGENCIES = [
    agency("polsek-penajam", "police", "64.09.01", [{"channel": "webhook"}, {"channel": "sms", "phone": "+6281250000001"}]),
    agency("polres-ppu", "police", "64.09"),
    agency("kelurahan-petung", "village_office", "64.09.01.1003"),
    agency("puskesmas-petung", "health_facility", "64.09.01.1003"),
    agency("rsud-rapb", "health_facility", "64.09"),
    agency("bpbd-ppu", "disaster_agency", "64.09"),
    agency("dinsos-trc", "social_office", "64.09"),
]


@pytest.fixture(scope="module")
def stack(postgres):
    """Budi is on duty without an end but for one hour tomorrow; Ani takes turns, too; Eko has no telephone."""
    s = Stack(postgres, agencies=AGENCIES, people=[*PEOPLE, {"slug": "ani", "name": "Ani", "phone": ANI, "role": "coordinator", "scope": "64.09"},
                                                  {"slug": "eko", "name": "Eko", "phone": None, "role": "coordinator", "scope": "64.09"}])
    add_user(s, "admin", "admin", "")
    add_user(s, "ani", "coordinator", "64.09", "Ani")
    add_user(s, "periksa", "auditor", "")
    yield s
    s.close()


def window(chrome, stack, user, hash, **how):
    w = chrome.window(**how)
    w.log_in(stack.url, user, PASSWORD)
    w.open(f"{stack.url}/#/{hash}")
    w.find("main h1")
    w.log()
    return w


@pytest.fixture
def admin(chrome, stack):
    windows = []

    def opened(hash, user="admin", **how):
        windows.append(window(chrome, stack, user, hash, **how))
        return windows[-1]
    yield opened
    for w in windows:
        w.close()


def choose(w, css, value):
    """Chooses an option by its value, as a person would by its words."""
    Select(w.find(css)).select_by_value(value)


def labelled(w, label, within=""):
    """The control that stands under a label."""
    return w.wait(lambda: w.js(
        "const l = [...document.querySelectorAll(arguments[1] + ' label')].find(l => l.textContent.trim().startsWith(arguments[0]));"
        "return l && document.getElementById(l.htmlFor)", label, within), f"a control called {label}")


def write(w, label, text, within=""):
    field = labelled(w, label, within)
    field.clear()
    field.send_keys(text)
    return field


def test_an_auditor_sees_every_room_and_is_refused_nothing_that_it_asks(stack, admin):
    w = admin("jadwal", "periksa")
    for hash, there in (("jadwal", ".onduty"), ("serah-terima", ".sheetgrid"), ("angka", ".totals"), ("direktori", ".entry .contacts"), ("direktori?bagian=petugas", "main table"),
                        ("kebijakan", ".code .row"), ("kebijakan/riwayat", ".code .row"), ("sistem", ".health"), ("sistem/kirim", "main h2"), ("sistem/pengirim", "main h2"), ("akun", ".facts")):
        w.open(f"{stack.url}/#/{hash}")
        w.find(there)
        w.wait(lambda: "Memuat" not in w.text, f"all of {hash}")
        assert w.all(".notice.bad") == [] and w.log() == [], hash


# ---- roster ----


def test_a_gap_is_red_in_words_and_filled_by_keyboard_alone(stack, admin):
    begin = NOW.replace(hour=10, minute=0) + datetime.timedelta(days=1)
    made = stack.api("POST", "/v1/shifts/overrides", "admin", {"role": "coordinator", "from": begin.isoformat(), "until": (begin + datetime.timedelta(hours=3)).isoformat(), "instead_of": "budi"})
    assert made.status_code == 201, made.text
    wait_until(lambda: stack.api("GET", "/v1/shifts", "admin").json()["gaps"], 10, "the gap")
    w = admin("jadwal", "ani")
    gap = w.find(".week .gap")
    assert "KOSONG" in gap.text and "3 j" in gap.text
    w.tab_to(".week .gap")
    assert w.focus_is_visible()
    w.keys(Keys.ENTER)
    w.find("dialog")
    w.tab_to("dialog select")
    w.keys("Ani")
    w.tab_to("dialog footer button", "Simpan")
    w.keys(Keys.ENTER)
    w.wait(lambda: not w.all("dialog") and not w.all(".week .gap"), "the gap is filled")
    w.wait(lambda: any(begin.strftime("%H") in bar.text for bar in w.all(".week .shift.override")), "Ani's shift in the week")
    (span,) = [s for s in stack.api("GET", "/v1/shifts", "admin").json()["shifts"] if s["person"] == "ani" and s["source"] == "override"]
    assert datetime.datetime.fromisoformat(span["from"]) == begin
    assert w.log() == []


def test_a_shift_is_accepted_for_its_person(stack, admin):
    begin = NOW + datetime.timedelta(hours=1)
    stack.ctl("roster", "shift", "add", "--person", "ani", "--role", "officer", "--from", begin.isoformat(), "--until", (begin + datetime.timedelta(hours=2)).isoformat())
    wait_until(lambda: any(s["role"] == "officer" for s in stack.api("GET", "/v1/shifts", "admin").json()["shifts"]), 10, "the shift")
    w = admin("jadwal", "ani")
    w.wait(lambda: [li for li in w.all(".needs li") if "Ani" in li.text and "menyanggupi" in li.text], "that it needs an answer")
    (line,) = [li for li in w.all(".needs li") if "Ani" in li.text and "menyanggupi" in li.text]
    line.find_element("css selector", "button").click()
    w.click("dialog footer button", "Sanggupi")
    w.wait(lambda: not [li for li in w.all(".needs li") if "Ani" in li.text and "menyanggupi" in li.text], "that it is accepted")
    (span,) = [s for s in stack.api("GET", "/v1/shifts", "admin").json()["shifts"] if s["role"] == "officer"]
    assert span["accepted_at"] is not None


def test_a_shift_is_dragged_to_whoever_takes_it_over(stack, admin):
    drag = """
        const [from, to] = arguments, data = new DataTransfer();
        const send = (on, kind) => on.dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
        send(from, 'dragstart'); send(to, 'dragover'); send(to, 'drop');"""
    begin = NOW + datetime.timedelta(days=2)
    stack.ctl("roster", "shift", "add", "--person", "ani", "--role", "officer", "--from", begin.isoformat(), "--until", (begin + datetime.timedelta(hours=2)).isoformat())
    w = admin("jadwal", "ani")
    named = lambda name: w.js("return [...document.querySelectorAll('.week-row[data-row]')].find(r => r.querySelector('.name strong')?.textContent === arguments[0])", name)  # noqa: E731
    w.wait(lambda: named("Budi") and named("Ani"), "both rows")
    w.js(drag, named("Budi").find_element("css selector", ".shift"), named("Ani").find_element("css selector", ".track"))
    w.find("dialog[open]", "Petugas pengganti")
    assert labelled(w, "Yang bertugas", "dialog").get_attribute("value") == "ani"
    assert labelled(w, "Menggantikan", "dialog").get_attribute("value") == "budi"
    w.keys(Keys.ESCAPE)
    w.wait(lambda: not w.all("dialog"), "nothing was done")
    assert w.all(".shift[draggable=true]") != []
    w = admin("jadwal", "periksa")
    w.find(".shift[draggable]")
    assert w.all(".shift[draggable=true]") == [], "who only looks moves nothing"


def test_the_roster_tells_a_fault_at_its_field_and_a_telephone_shows_a_list(stack, admin):
    w = admin("jadwal", "ani", width=360, height=740)
    w.find(".agenda")
    assert w.all(".week") == [] and w.too_wide() == 0
    w.click(".pagehead button", "Pengganti")
    choose(w, "dialog select", "ani")
    past = (NOW - datetime.timedelta(days=2)).strftime("%Y-%m-%d")
    for field in w.all("dialog input[type=date]"):
        w.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", field, past)
    until = w.all("dialog .moment input.figures")[1]
    until.clear()
    until.send_keys("09:00")
    w.click("dialog footer button", "Simpan")
    fault = w.find("dialog .field .fault")
    assert "yang akan datang" in fault.text
    assert w.all("dialog [aria-invalid=true]"), "the field says that it is wrong"


def test_a_rotation_is_added_and_taken_back(stack, admin):
    begin = NOW + datetime.timedelta(days=3)
    w = admin("jadwal", "ani")
    w.click(".pagehead label", "Susunan")
    w.click("button", "+ Giliran")
    write(w, "Nama pendek", "malam", "dialog")
    for slug in ("eko", "ani"):
        Select(labelled(w, "Tambah petugas", "dialog")).select_by_value(slug)
        w.wait(lambda: slug.title() in w.find(".turns").text, slug)
    day = labelled(w, "Giliran pertama", "dialog")
    w.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", day, begin.strftime("%Y-%m-%d"))
    hour = w.find("dialog .moment input.figures")
    hour.clear()
    hour.send_keys("1900")
    w.click("dialog footer button", "Tambah")
    w.wait(lambda: not w.all("dialog"), "that it was taken")
    (rotation,) = [r for r in stack.api("GET", "/v1/roster", "admin").json()["rotations"] if r["slug"] == "malam"]
    assert rotation["people"] == ["eko", "ani"] and rotation["shift_s"] == 12 * 3600
    assert datetime.datetime.fromisoformat(rotation["from"]).astimezone(WITA).strftime("%Y-%m-%d %H:%M") == begin.strftime("%Y-%m-%d 19:00")
    w.click(".pagehead label", "Minggu")
    w.find(".week .shift.bad", "tanpa HP")
    w.click(".pagehead label", "Susunan")
    assert "Eko → Ani" in w.find("tbody tr", "malam").text
    w.find("tbody tr", "malam").find_element("css selector", "button").click()
    w.click("dialog footer button", "Cabut")
    w.wait(lambda: not w.all("tbody tr", "malam"), "that it has ended")


# ---- directory ----


def test_an_agency_is_changed_and_its_faults_stand_at_their_fields(stack, admin):
    w = admin("direktori/polsek-penajam")
    w.click(".entry button", "Ubah")
    write(w, "Nomor HP", "bukan nomor", "dialog")
    w.click("dialog footer button", "Simpan")
    w.wait(lambda: "bukan nomor telepon" in w.find("dialog .field .fault").text, "the server's fault")
    assert labelled(w, "Nomor HP", "dialog").get_attribute("aria-invalid") == "true"
    write(w, "Nomor HP", "+6281250000009", "dialog")
    w.click("dialog footer button", "Simpan")
    w.wait(lambda: not w.all("dialog") and "+6281250000009" in w.find(".contacts").text, "the new number")
    w.wait(lambda: "+ +6281250000009" in w.find(".changes").text, "the change in words")
    (entry,) = [a for a in stack.api("GET", "/v1/agencies", "admin").json() if a["slug"] == "polsek-penajam"]
    assert [c["address"] for c in entry["contacts"]][1] == "+6281250000009"
    assert entry["contacts"][0]["has_secret"], "the secret was not lost"


def test_two_admins_at_once_and_the_second_is_told_what_changed(stack, admin):
    w = admin("direktori/rsud-rapb")
    w.click(".entry button", "Ubah")
    write(w, "Nama", "RSUD Milik Kami", "dialog")
    now = stack.api("GET", "/v1/agencies/rsud-rapb", "admin").json()
    other = stack.api("PUT", "/v1/agencies/rsud-rapb", "admin", {"name": "RSUD Ratu Aji", "kind": now["kind"], "jurisdiction": now["jurisdiction"], "version": now["version"],
                                                                "contacts": [{"channel": "webhook", "url": c["address"], "id": c["id"], "allow_private": True} for c in now["contacts"]]})
    assert other.status_code == 200, other.text
    w.click("dialog footer button", "Simpan")
    w.wait(lambda: "RSUD Ratu Aji" in w.find("dialog .notice").text, "what the other one changed")
    assert labelled(w, "Nama", "dialog").get_attribute("value") == "RSUD Milik Kami", "what was typed is kept"
    assert stack.api("GET", "/v1/agencies/rsud-rapb", "admin").json()["name"] == "RSUD Ratu Aji"


def test_who_closes_after_being_told_of_another_change_begins_from_the_new_one(stack, admin):
    w = admin("direktori/bpbd-ppu")
    now = stack.api("GET", "/v1/agencies/bpbd-ppu", "admin").json()
    entry = {"kind": now["kind"], "jurisdiction": now["jurisdiction"], "contacts": [{"channel": "webhook", "url": c["address"], "id": c["id"], "allow_private": True} for c in now["contacts"]]}
    assert stack.api("PUT", "/v1/agencies/bpbd-ppu", "admin", {**entry, "name": "BPBD Satu", "version": now["version"]}).status_code == 200
    w.click(".entry button", "Ubah")
    write(w, "Nama", "BPBD Dua", "dialog")
    w.click("dialog footer button", "Simpan")
    w.find("dialog .notice", "Tutup, lalu ubah lagi")
    w.click("dialog footer button", "Batal")
    w.find("#agency-name", "BPBD Satu")
    w.click(".entry button", "Ubah")
    assert labelled(w, "Nama", "dialog").get_attribute("value") == "BPBD Satu"
    write(w, "Nama", "BPBD Dua", "dialog")
    w.click("dialog footer button", "Simpan")
    w.find("#agency-name", "BPBD Dua")
    assert stack.api("GET", "/v1/agencies/bpbd-ppu", "admin").json()["name"] == "BPBD Dua"


@pytest.mark.parametrize("button", ["Ubah", "Hentikan"])
def test_so_does_who_changes_or_retires_a_person(stack, admin, button):
    slug = f"fajar-{button.lower()}"
    person = {"role": "officer", "scope": "64.09"}
    assert stack.api("PUT", f"/v1/people/{slug}", "admin", {**person, "name": f"{slug} satu", "version": 0}).status_code in (200, 201)
    w = admin("direktori?bagian=petugas")
    w.find("tbody tr", f"{slug} satu")
    (now,) = [p for p in stack.api("GET", "/v1/people", "admin").json() if p["slug"] == slug]
    assert stack.api("PUT", f"/v1/people/{slug}", "admin", {**person, "name": f"{slug} dua", "version": now["version"]}).status_code == 200

    def press():
        (line,) = [i for i, r in enumerate(w.all("tbody tr")) if slug in r.text]
        w.click(f"tbody tr:nth-child({line + 1}) button", button)
        w.click("dialog footer button.primary, dialog footer button.danger")

    press()
    w.find("dialog .notice", "Orang lain mengubahnya")
    w.click("dialog footer button", "Batal")
    w.find("tbody tr", f"{slug} dua")
    press()
    w.wait(lambda: not w.all("dialog"), "that it was taken")


def test_whoever_may_not_change_the_directory_is_not_offered_to(stack, admin):
    w = admin("direktori/polsek-penajam", "ani")
    w.find(".entry .contacts")
    assert w.all("button", "Ubah") == [] and w.all("button", "Instansi baru") == []
    assert w.all(".contacts button", "Uji"), "but may try a contact"
    w = admin("direktori/polsek-penajam", "periksa")
    w.find(".entry .contacts")
    assert w.all(".contacts button") == []


def test_the_search_finds_an_agency_by_its_area(stack, admin):
    w = admin("direktori")
    w.find(".list li")
    w.keys("/")
    w.keys("petung")
    w.wait(lambda: {li.text.split("\n")[0] for li in w.all(".list li")} == {"Kelurahan Petung", "Puskesmas Petung"}, "only those of Petung")


def test_a_contact_is_tried_and_its_answer_arrives_while_one_looks(stack, admin):
    w = admin("direktori/polsek-penajam", "ani")
    phone = re.search(r"\+62\d+", w.find(".contacts li", "SMS").text)[0]
    w.find(".contacts li", "SMS").find_element("css selector", "button").click()
    w.click("dialog footer button", "Kirim pesan uji")
    w.wait(lambda: "Percobaan 1: diterima" in w.find(".progress").text and "Menunggu jawaban" in w.find(".progress").text, "that it was taken")
    assert stack.sms.to(phone)
    stack.send_sms(phone, "OK")
    w.wait(lambda: "Dijawab" in w.find(".progress").text and "OK" in w.find(".progress q").text, "the answer")


# ---- policy ----


def draft(w, change):
    """Changes the draft's text by a function."""
    area = w.find(".editor textarea")
    w.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", area, change(area.get_attribute("value")))


def test_a_policy_is_checked_compared_tried_applied_and_put_back(stack, admin):
    w = admin("kebijakan")
    before = stack.api("GET", "/v1/policy", "admin").json()
    w.find(".code .row")
    w.click("button", "Buat rancangan")
    line = before["text"].split("\n").index(next(x for x in before["text"].split("\n") if '"expire_after"' in x)) + 1
    draft(w, lambda text: text.replace('"expire_after": "3d"', '"expire_after": "tiga hari"'))
    w.click(".faults .jump", f"baris {line}")
    assert "tiga hari" in w.js("const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionEnd)")
    assert w.find("header ~ .bar button, .bar button.primary", "Berlakukan").get_attribute("disabled"), "with a fault it cannot be applied"
    draft(w, lambda text: text.replace('"expire_after": "tiga hari"', '"expire_after": "4d"'))
    w.wait(lambda: "Tidak ada kesalahan" in w.find(".side").text, "no faults")
    w.click(".side label", "Perubahan")
    w.wait(lambda: [r.text.strip() for r in w.all(".diff .add")] and '"4d"' in w.find(".diff .add").text and '"3d"' in w.find(".diff .del").text, "the change")
    w.click(".side label", "Uji")
    Select(labelled(w, "Jenis", ".side")).select_by_value("abandoned_person")
    w.click(".side button", "Uji")
    w.wait(lambda: "memutuskan sama" in w.find(".plans").text, "both decide the same")
    w.click(".bar button", "Berlakukan")
    if w.all("dialog input[type=checkbox]"):
        w.click("dialog input[type=checkbox]")
    w.click("dialog footer button", "Berlakukan")
    w.wait(lambda: f"Versi {before['version'] + 1} " in w.find(".pagehead").text, "the new version")
    assert '"expire_after": "4d"' in stack.api("GET", "/v1/policy", "admin").json()["text"]
    w.click(".pagehead label", "Riwayat")
    w.click(".list a", f"Versi {before['version']}")
    w.click("button", "Kembalikan")
    w.wait(lambda: "Tidak ada kesalahan" in w.find(".side").text, "the old text is checked, too")
    w.click(".bar button", "Berlakukan")
    if w.all("dialog input[type=checkbox]"):
        w.click("dialog input[type=checkbox]")
    w.click("dialog footer button", "Berlakukan")
    w.wait(lambda: f"Versi {before['version'] + 2} " in w.find(".pagehead").text, "the version put back")
    assert stack.api("GET", "/v1/policy", "admin").json()["text"] == before["text"] == POLICY.read_text()


def test_a_draft_outlives_another_ones_version(stack, admin):
    w = admin("kebijakan/rancangan")
    w.click("button", "Mulai dari yang berlaku")
    draft(w, lambda text: text.replace('"attempt_limit": "3d"', '"attempt_limit": "2d"'))
    w.wait(lambda: "Tidak ada kesalahan" in w.find(".side").text, "no faults")
    now = stack.api("GET", "/v1/policy", "admin").json()
    w.click(".bar button", "Berlakukan")
    w.find("dialog")
    other = stack.api("PUT", "/v1/policy", "admin", {"text": now["text"].replace('"sms_per_number_hour": 4', '"sms_per_number_hour": 5'), "base_version": now["version"], "force": True})
    assert other.status_code == 200, other.text
    if w.all("dialog input[type=checkbox]"):
        w.click("dialog input[type=checkbox]")
    w.click("dialog footer button", "Berlakukan")
    w.click("dialog button", "Bandingkan")
    w.wait(lambda: f"versi {now['version'] + 1}" in w.find("main .notice").text, "what is in force now")
    w.wait(lambda: "sms_per_number_hour" in w.find(".diff").text and '"2d"' in w.find(".diff").text, "both changes in the comparison")
    assert '"attempt_limit": "2d"' in w.find(".editor textarea").get_attribute("value"), "the draft is kept"


# ---- numbers ----


def test_every_figure_is_the_one_that_the_server_has(stack, admin):
    for kind in ("abandoned_person", "shackled_patient"):
        made = stack.report(text="uji angka", kind=kind)
        for dispatch in made["dispatches"]:
            for event in ("accept", "en_route", "on_scene"):
                stack.answer(dispatch["id"], event)
    w = admin("angka?rentang=hari&menurut=agency")
    w.find(".groups tbody tr")
    today = datetime.datetime.now(WITA).date()
    answer = stack.api("GET", f"/v1/numbers?from={today}&until={today + datetime.timedelta(days=1)}&by=agency", "admin").json()

    def figures(css):
        return [float(x) for x in w.js("return [...document.querySelectorAll(arguments[0] + ' .time')].map(e => e.dataset.seconds)", css)]

    for g in answer["groups"]:
        wanted = [m[p] for name in ("processing", "acceptance", "turnout", "travel", "response") for m in [g["measures"][name]] for p in ("p50", "p90") if m[p] is not None]
        assert figures(f".groups tr[data-group='{g['key']}']") == pytest.approx(wanted), g["key"]
    assert w.find(".totals").text.count(str(answer["total"]["incidents"])) >= 1
    csv = w.js("return fetch(document.querySelector('a[download]').href).then(r => r.text())")
    assert csv.splitlines()[0].startswith("by,key,label") and len(csv.splitlines()) == 1 + 5 * (1 + len(answer["groups"]))
    assert len(w.all(".chart svg")) == 2 and w.log() == []


def test_who_asks_for_too_much_is_told_what_to_do(admin):
    """The answer as it is when the count was ended; tests/system/test_numbers.py brings it about."""
    w = admin("angka?rentang=hari")
    w.find(".totals")
    w.js("""const ask = window.fetch;
            window.fetch = (path, ...how) => (path.startsWith('/v1/numbers') ? Promise.resolve(Response.json({ type: 'https://sigap.example/problems/too-much', title: 'Gateway Timeout' }, { status: 504 })) : ask(path, ...how));""")
    w.click(".choices label", "30 hari")
    w.wait_text("Pilih periode yang lebih pendek")


# ---- system ----


def test_what_was_given_up_is_tried_again_from_the_screen_that_says_why(stack, admin):
    village = stack.partner("kelurahan-petung")
    village.default = Answer(410)
    lost = stack.report(text="uji gagal kirim")
    wait_until(lambda: stack.api("GET", "/v1/outbox?state=dead", "admin").json(), 20, "a dead notice")
    w = admin("sistem/kirim", "ani")
    row = w.find("tbody tr", "kelurahan-petung")
    assert "410" in row.text and f"#{lost['incident']['number']}" in w.text
    village.default = Answer(200)
    w.click("button", "Pilih semua")
    w.click("button", "yang dipilih")
    w.wait_text("Semua pemberitahuan terkirim")
    wait_until(lambda: not stack.api("GET", "/v1/outbox?state=dead", "admin").json(), 10, "none is dead")


def test_a_sender_is_blocked_and_let_in_again(stack, admin):
    w = admin("sistem/pengirim", "ani")
    write(w, "Buka sebuah nomor", "0812 5000 0123")
    w.keys(Keys.ENTER)
    w.find("h2", "+6281250000123")
    w.click("button", "Tandai")
    write(w, "Alasan", "Laporan palsu berulang", "dialog")
    w.click("dialog footer button", "Tandai")
    w.wait(lambda: "Diblokir" in w.find("tbody").text, "the mark")
    assert stack.api("GET", "/v1/senders/+6281250000123", "admin").json()["marks"][0]["mark"] == "blocked"
    w.click("td button", "Cabut")
    w.click("dialog footer button", "Cabut")
    w.wait(lambda: "dicabut" in w.find("tbody").text, "that it ended")


def marking(admin, phone):
    """The form that marks a sender, with 11 November of the next year, 19:00, as its end. -> window, the field of the day"""
    w = admin(f"sistem/pengirim/{phone}", "ani")
    w.click("button", "Tandai")
    write(w, "Alasan", "uji coba saja", "dialog")
    day = labelled(w, "Sampai", "dialog")
    w.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", day, f"{NOW.year + 1}-11-11")
    hour = w.find("dialog .moment input.figures")
    w.wait(lambda: hour.get_attribute("value") == "00:00", "an hour to begin with")
    w.js("arguments[0].select()", hour)
    hour.send_keys("1900", Keys.TAB)
    w.wait(lambda: hour.get_attribute("value") == "19:00", "the hour")
    return w, day


def ends(stack, phone):
    return [m["ends_at"] for m in stack.api("GET", f"/v1/senders/{phone}", "admin").json()["marks"]]


def test_a_moment_that_may_be_empty_can_be_emptied_again(stack, admin):
    w, day = marking(admin, "+6281250000777")
    w.js("arguments[0].value = ''; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))", day)
    w.wait(lambda: [i.get_attribute("value") for i in w.all("dialog .moment input")] == ["", ""], "nothing stands there")
    w.click("dialog footer button", "Tandai")
    w.wait(lambda: not w.all("dialog"), "that it was taken")
    assert ends(stack, "+6281250000777") == [None]


def test_a_day_that_is_typed_anew_keeps_its_hour_and_an_hour_that_was_wiped_out_comes_back(stack, admin):
    w, day = marking(admin, "+6281250000778")
    day.send_keys(Keys.BACKSPACE)
    assert w.js("return arguments[0].validity.badInput", day), "half a day"
    day.send_keys("11")
    hour = w.find("dialog .moment input.figures")
    w.js("arguments[0].select()", hour)
    hour.send_keys(Keys.BACKSPACE, Keys.TAB)
    w.wait(lambda: hour.get_attribute("value") == "19:00", "what is sent is what is shown")
    w.click("dialog footer button", "Tandai")
    w.wait(lambda: not w.all("dialog"), "that it was taken")
    (end,) = ends(stack, "+6281250000778")
    assert datetime.datetime.fromisoformat(end).astimezone(WITA).strftime("%m-%d %H:%M") == "11-11 19:00"


def test_who_looked_is_shown_to_who_may_know(stack, admin):
    w = admin("sistem/akses", "periksa")
    w.wait(lambda: "+6281250000123" in w.find("main table").text and "ani" in w.find("main table").text, "Ani's look at a sender")
    w = admin("sistem", "ani")
    assert w.all(".pagehead label", "Catatan akses") == []


# ---- hand-over ----


def test_the_sheet_is_one_printed_page_with_the_notes(stack, admin):
    number = stack.report(text="uji serah terima")["incident"]["number"]
    w = admin("serah-terima", "ani")
    write(w, "Catatan untuk piket berikutnya", "Menunggu ambulans RSUD untuk kejadian di Petung.")
    w.js("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true}))")
    w.wait(lambda: "Menunggu ambulans RSUD" in w.find(".notes").text, "the note")
    assert "Budi" in w.find(".sheetgrid").text
    assert f"#{number}" in w.find("main table").text
    pdf = base64.b64decode(w.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1


# ---- account ----


def totp(secret, at):
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    n = struct.unpack(">I", digest[digest[-1] & 15:][:4])[0] & 0x7FFFFFFF
    return f"{n % 1000000:06d}"


def test_password_and_codes_are_changed_by_their_owner(stack, admin):
    add_user(stack, "dewi", "coordinator", "64.09", "Dewi")
    w = admin("akun", "dewi")
    assert "Dewi" in w.find("main h2").text and "Koordinator" in w.text
    write(w, "Kata sandi sekarang", "salah-sama-sekali-1")
    write(w, "Kata sandi baru", "perahu-kertas-di-hulu-7")
    write(w, "Sekali lagi", "perahu-kertas-di-hulu-7")
    w.click("button", "Ganti kata sandi")
    w.wait_text("Bukan kata sandi Anda")
    assert "#/akun" in w.url, "a wrong password does not log out"
    write(w, "Kata sandi sekarang", PASSWORD)
    w.click("button", "Ganti kata sandi")
    w.wait_text("Kata sandi diganti")
    w.click("button", "Aktifkan")
    secret = w.find("[data-secret]").get_attribute("data-secret")
    assert f"secret={secret}" in w.find(".uri").text
    write(w, "Kode", totp(secret, time.time()))
    w.click("form button", "Aktifkan")
    w.wait_text("Kode sekali pakai aktif")
    assert w.find("main").text.count("aktif") >= 1
    w.click("button", "Keluar")
    w.wait(lambda: "/masuk" in w.url, "the log-in page")
    w.open(stack.url + "/#/akun")
    w.wait(lambda: "/masuk" in w.url, "that the session has ended")


def test_language_and_sound_are_kept(stack, admin):
    w = admin("akun", "ani")
    w.click("label", "English")
    w.wait_text("User name")
    w.click("label", "off")
    w.driver.refresh()
    w.wait_text("User name")
    assert json.loads(w.js("return JSON.stringify([localStorage.getItem('sigap.lang'), localStorage.getItem('sigap.muted')])")) == ["en", "yes"]
