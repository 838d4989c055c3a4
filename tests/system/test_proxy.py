"""Promises behind a proxy that does TLS, a real nginx with the operator's file: the session's cookie works there, the browser's own address is the one that counts, the live
stream is not held back, and nginx writes down no secret."""
import json
import threading

import pytest
import requests

from nginx import CONF, site_behind_nginx
from stack import ROOT, wait_until
from test_login import PASSWORD, add_user, cookie_of, device_of, until_throttled


@pytest.fixture(scope="module")
def site(postgres):
    with site_behind_nginx(postgres) as s:
        yield s


class Browser(requests.Session):
    """Keeps cookies as a browser does: those that are Secure go to https only."""

    def __init__(self, site, address="198.51.100.1"):
        super().__init__()
        self.proxy = site.proxy
        self.headers["X-Test-Client"] = address

    def request(self, method, path, **more):
        return super().request(method, self.proxy.url + path, **{**more, "timeout": 20, "allow_redirects": False, "verify": str(self.proxy.certificate)})

    def log_in(self, name, password=PASSWORD, **more):
        return self.post("/v1/session", json={"user": name, "password": password}, **more)


def test_who_comes_by_http_is_sent_to_https(site):
    r = requests.get(f"http://127.0.0.1:{site.proxy.plain_port}/masuk?next=/x", timeout=10, allow_redirects=False)
    assert (r.status_code, r.headers["Location"]) == (301, "https://127.0.0.1/masuk?next=/x")


def test_a_log_in_over_https_keeps_its_cookie_and_works(site):
    add_user(site, "ani")
    ani = Browser(site)
    page = ani.get("/masuk")
    assert page.status_code == 200 and page.headers["Strict-Transport-Security"] == "max-age=31536000"
    # as browsers send a form: from the page's own origin, by the name that they know the server by
    inside = ani.post("/masuk", data={"user": "ani", "password": PASSWORD, "next": "/#/papan"}, headers={"Origin": site.proxy.url})
    assert (inside.status_code, inside.headers["Location"]) == (303, "/#/papan")
    cookie_of(inside)
    device_of(inside)
    assert {(c.name, c.secure, c.domain_specified, c.path) for c in ani.cookies} == {("__Host-sigap", True, False, "/"), ("__Host-sigap-device", True, False, "/")}
    csrf = ani.get("/v1/session").json()["csrf"]
    note = {"json": {"text": "Tidak ada"}, "headers": {"X-Sigap-Csrf": csrf, "Origin": site.proxy.url}}
    assert ani.post("/v1/handover-notes", **note).status_code == 201
    note["headers"]["Origin"] = "https://jahat.example"
    assert ani.post("/v1/handover-notes", **note).status_code == 403
    left = ani.post("/keluar", data={"csrf": csrf})
    assert (left.status_code, left.headers["Location"]) == (303, "/masuk") and "__Host-sigap" not in ani.cookies


def test_log_ins_are_counted_by_the_browsers_own_address(site):
    add_user(site, "budi")

    def guess(i, address, **more):
        return Browser(site, address).log_in(f"orang{i}", "tebakan-tebakan", **more)

    assert len(until_throttled(lambda i: guess(i, "198.51.100.7", headers={"X-Forwarded-For": f"203.0.113.{i}"}), 40)) >= 22, "whatever it says itself"
    assert guess(50, "198.51.100.8").status_code == 401
    assert Browser(site, "2001:db8::7").log_in("budi").status_code == 200
    log = site.log.read_text()
    assert 'user=budi peer="2001:db8::7"' in log and 'peer="198.51.100.7"' in log and "203.0.113." not in log


def test_the_stream_passes_at_once(site):
    add_user(site, "citra")
    citra = Browser(site)
    csrf = citra.log_in("citra").json()["csrf"]
    made = site.report()
    events = []

    def listen(stream):
        with stream:
            for line in stream.iter_lines(chunk_size=1):
                if line.startswith(b"data: "):
                    events.append(json.loads(line[6:]))

    stream = citra.get("/v1/stream", stream=True)
    assert stream.status_code == 200 and stream.headers["Content-Type"] == "text/event-stream"
    threading.Thread(target=listen, args=[stream], daemon=True).start()
    wait_until(lambda: events, 4, "hello")
    claimed = citra.post(f"/v1/incidents/{made['incident']['id']}/events", json={"event": "claim"}, headers={"X-Sigap-Csrf": csrf})
    assert claimed.status_code == 200
    wait_until(lambda: [e for e in events if "event" in e and e["event"]["kind"] == "claimed"], 4, "the claim, before anything could fill a buffer")


def test_what_the_daemon_refuses_it_says_itself(site):
    large = requests.post(site.proxy.url + "/v1/reports", data=b"x" * 1100 * 1024, verify=site.proxy.certificate, timeout=20,
                          headers={"Authorization": f"Bearer {site.tokens['source']}", "Content-Type": "application/json"})
    assert (large.status_code, large.headers["Content-Type"]) == (413, "application/problem+json")
    assert requests.get(site.proxy.url + "/v1/incidents?text=a%2Fb%20c", verify=site.proxy.certificate, timeout=20).status_code == 401


def test_nginx_writes_down_no_secret(site):
    """Neither of calls that went well nor of those that found no daemon."""
    path = "/v1/gateways/kannel/inbound?token=rahasia-sekali&from=%2B6281350000001&text=tolong"
    assert requests.get(site.proxy.url + path, verify=site.proxy.certificate, timeout=20).status_code == 403
    site.stop()
    assert requests.get(site.proxy.url + path, verify=site.proxy.certificate, timeout=20).status_code == 502
    site.start()
    assert Browser(site).get("/healthz").status_code == 200
    logs = site.proxy.logs()
    assert "rahasia" not in logs and "6281350000001" not in logs and "/v1/" not in logs


def test_the_readmes_lead_to_the_file_that_is_tested():
    for readme in ("README.md", "config/README.md", "systemd/README.md"):
        assert str(CONF.relative_to(ROOT)).removeprefix("config/") in (ROOT / readme).read_text(), readme
