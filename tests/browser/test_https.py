"""Behind a real proxy that does TLS a browser keeps the cookies, which it takes from https only, and the board lives."""
import pytest
from nginx import site_behind_nginx
from test_login import PASSWORD, add_user


@pytest.fixture(scope="module")
def site(postgres):
    with site_behind_nginx(postgres) as s:
        yield s


def test_a_browser_logs_in_and_sees_a_report_come(site, window):
    def is_on_the_board(made):
        return lambda: window.js(f"return document.querySelector('.incident[data-number=\"{made['incident']['number']}\"]') !== null")

    add_user(site, "ani", "coordinator", "--scope", "64.09")
    first = site.report()
    window.cdp("Security.setIgnoreCertificateErrors", ignore=True)
    window.log_in(site.proxy.url, "ani", PASSWORD)
    cookies = {c["name"]: c for c in window.cdp("Network.getAllCookies")["cookies"]}
    assert set(cookies) == {"__Host-sigap", "__Host-sigap-device"}
    assert all(c["secure"] and c["httpOnly"] and c["path"] == "/" and c["domain"] == "127.0.0.1" for c in cookies.values())
    assert (cookies["__Host-sigap"]["session"], cookies["__Host-sigap-device"]["session"]) == (True, False)
    assert window.js("return performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    window.wait(is_on_the_board(first), "the board")
    window.wait(is_on_the_board(site.report()), "what came by the stream")
