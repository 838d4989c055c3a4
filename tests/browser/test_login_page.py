"""Logging in with a browser: without JavaScript, on a telephone of 360 pixels, by keyboard; the browser keeps the cookie, other sites cannot use it; nothing serious for axe-core."""
import http.server
import threading

import pytest
from test_login import PASSWORD, add_user


@pytest.fixture(scope="module")
def users(stack):
    add_user(stack, "ani", "coordinator", "--scope", "64.09")
    add_user(stack, "petugas", "agency", "--agency", "polsek-penajam")
    return stack


@pytest.fixture
def phone(chrome):
    w = chrome.window(360, 740, javascript=False)
    yield w
    w.close()


def test_an_agencys_person_logs_in_and_out_on_a_telephone_without_javascript(users, phone):
    phone.open(users.url + "/tugas")
    assert phone.url.startswith(users.url + "/masuk?next=%2Ftugas"), "who is not logged in is asked to"
    assert phone.too_wide() == 0
    phone.find("[name=user]").send_keys("Petugas")
    phone.find("[name=password]").send_keys("salah-salah-salah")
    phone.click("button")
    phone.wait_text("tidak cocok")
    assert phone.find("[name=user]").get_attribute("value") == "Petugas" and phone.find("[name=password]").get_attribute("value") == ""
    phone.find("[name=password]").send_keys(PASSWORD)
    phone.click("button")
    phone.wait(lambda: phone.url == users.url + "/tugas", "the page that was asked for")
    (cookie,) = [c for c in phone.cdp("Network.getAllCookies")["cookies"] if c["name"] == "__Host-sigap"]
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Lax" and cookie["session"] and cookie["path"] == "/"
    phone.open(users.url + "/tugas")
    assert phone.url == users.url + "/tugas", "and stays logged in"


def test_the_keyboard_alone_logs_in(users, window):
    window.open(users.url + "/masuk")
    assert window.driver.switch_to.active_element.get_attribute("name") == "user", "the first field has the focus"
    window.keys("ani")
    window.tab_to("[name=password]")
    assert window.focus_is_visible()
    window.keys(PASSWORD + "\n")
    window.wait(lambda: "/masuk" not in window.url, "the console")
    assert window.js("return fetch('/v1/session').then(r => r.json()).then(s => s.user)") == "ani"
    assert window.js("return document.cookie") == "", "no script reads it"


def test_another_sites_page_can_neither_act_nor_read_with_the_cookie(users, window):
    window.log_in(users.url, "ani", PASSWORD)
    count = users.value("select count(*) from handover_note")
    page = f"""<!doctype html><title>x</title><form id=f method=post enctype="text/plain" action="{users.url}/v1/handover-notes">
        <input name='{{"text":"disusupkan","x":"' value='"}}'></form>
        <script>window.read = fetch("{users.url}/v1/session", {{credentials: "include"}}).then(r => r.text(), () => "refused")</script>""".encode()

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        window.open(f"http://127.0.0.1:{server.server_port}/")
        assert window.js("return window.read") == "refused"
        window.js("document.getElementById('f').submit()")
        window.wait_text("cross-site")
        assert users.value("select count(*) from handover_note") == count
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("scale", [1, 2], ids=["100%", "200%"])
def test_axe_finds_nothing_serious(users, chrome, dark, scale):
    w = chrome.window(720, 900, dark=dark, scale=scale)
    try:
        w.open(users.url + "/masuk?next=/tugas")
        assert w.axe() == [] and w.too_wide() == 0 and w.log() == []
        w.find("[name=user]").send_keys("ani")
        w.find("[name=password]").send_keys("salah-salah-salah")
        w.click("button")
        w.wait_text("tidak cocok")
        assert w.axe() == [] and w.too_wide() == 0
    finally:
        w.close()
