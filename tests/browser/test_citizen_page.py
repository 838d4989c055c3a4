"""The citizen's page and an agency's list in a browser: reported on a telephone of 360 pixels without JavaScript, the place of the telephone with it, nothing serious for axe-core."""
import pytest
import requests


@pytest.fixture
def phone(chrome):
    w = chrome.window(360, 740, javascript=False)
    yield w
    w.close()


def test_a_report_is_made_and_followed_without_javascript(stack, phone):
    phone.open(stack.url + "/lapor")
    assert phone.too_wide() == 0
    assert phone.all("button", "Sertakan lokasi") == [], "what needs a script is not shown"
    phone.find("#text").send_keys("Ada kakek terlantar di depan pasar, lemas")
    phone.find("#area").send_keys("Petung")
    phone.click("button", "Kirim laporan")
    phone.wait_text("Laporan Anda tersimpan")
    assert phone.too_wide() == 0
    assert stack.sql("select region from incident")[-1]["region"] == "64.09.01.1003"
    phone.click("a", "Lihat perkembangan")
    phone.wait_text("Instansi sudah diberi tahu")
    assert phone.too_wide() == 0
    phone.click("a", "English")
    phone.wait_text("Agencies have been told")


def test_the_telephone_may_say_where_it_is(stack, chrome):
    w = chrome.window(360, 740)
    try:
        w.cdp("Browser.grantPermissions", origin=stack.url, permissions=["geolocation"])
        w.cdp("Emulation.setGeolocationOverride", latitude=-1.345678, longitude=116.712345, accuracy=10)
        w.open(stack.url + "/lapor")
        w.find("#text").send_keys("Ada nenek terlantar")
        w.click("button", "Sertakan lokasi")
        w.wait_text("Lokasi disertakan")
        w.click("button", "Kirim laporan")
        w.wait_text("Laporan Anda tersimpan")
        (row,) = stack.sql("select lat, lon from report order by number desc limit 1")
        assert (row["lat"], row["lon"]) == (-1.345678, 116.712345)
        assert w.log() == []
    finally:
        w.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width, scale", [(360, 1), (720, 2)], ids=["360px", "200%"])
def test_axe_finds_nothing_serious(stack, chrome, dark, width, scale):
    kept = requests.post(stack.url + "/lapor", data={"text": "kebakaran di petung", "key": "axe"}, timeout=10)
    pages = ["/lapor", "/lapor?lang=en", kept.headers.get("Location", "/lapor/1"), "/lapor/1042-K7QX2", "/d/x", "/masuk"]
    w = chrome.window(width, 900, dark=dark, scale=scale)
    try:
        for page in pages:
            w.open(stack.url + page)
            assert (page, w.axe(), w.too_wide()) == (page, [], 0)
        w.open(stack.url + "/lapor?lang=id")
        w.js("document.querySelector('form').noValidate = true; document.querySelector('#phone').value = 'x'")
        w.click("button", "Kirim laporan")
        w.wait_text("Mohon tulis apa yang terjadi")
        assert (w.axe(), w.too_wide()) == ([], 0)
        assert w.bytes < 30 * 1024
    finally:
        w.close()


def test_an_agencys_list_leads_to_each_task_and_out_again(stack, chrome):
    made = stack.report(urgency="high")
    password = stack.ctl("user", "add", "--name", "petugas", "--role", "agency", "--agency", "polsek-penajam", "--generate").stdout.split()[-1]
    w = chrome.window(360, 740)
    try:
        w.log_in(stack.url, "petugas", password)
        w.open(stack.url + "/tugas")
        assert (w.axe(), w.too_wide()) == ([], 0)
        w.click("a.task", f"Penugasan {made['number']}")
        w.wait_text("Menunggu jawaban Anda")
        w.click("button", "Terima")
        w.wait_text("Jawaban Anda tersimpan")
        w.click("a", "Daftar tugas")
        w.wait_text("Tiba sebelum")
        w.click("button", "Keluar")
        w.wait(lambda: "/masuk" in w.url, "logged out")
    finally:
        w.close()


def test_the_page_is_small_with_all_that_it_loads(stack, chrome):
    w = chrome.window(360, 740)
    try:
        w.open(stack.url + "/lapor")
        assert 0 < w.bytes < 30 * 1024
    finally:
        w.close()
