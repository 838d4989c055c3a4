"""Promises of the log-in: nobody in without the right password and code, nobody guesses, a session ends when it should, and only our own pages act with it."""
import base64
import concurrent.futures
import hashlib
import hmac
import re
import struct
import subprocess
import time

import pytest
import requests

import stack as harness
from stack import Stack, wait_until

PASSWORD = "kucing-hitam-42-payung"


def add_user(stack, name, role="coordinator", *more, password=PASSWORD):
    """sigapctl user add, the password on its standard input."""
    done = subprocess.run([harness.BUILD / "sigapctl", "user", "add", "--name", name, "--role", role, "--keep", *more],
                          env={"SIGAP_DATABASE": stack.postgres.dsn(stack.database), "PATH": "/usr/bin:/bin"},
                          input=password + "\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stdout == "", done.stderr
    return name


def cookie_of(response):
    """The value of the session's cookie in a Set-Cookie, whose flags must be right."""
    (line,) = [v for k, v in response.raw.headers.items() if k == "Set-Cookie"]
    value, *flags = line.split("; ")
    assert flags == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], line
    assert re.fullmatch(r"__Host-sigap=[A-Za-z0-9_-]{43}", value), line
    return value


class Session:
    """Somebody's browser, as far as the server sees it."""

    def __init__(self, stack, cookie, csrf, daemon=0):
        self.stack, self.cookie, self.csrf, self.daemon = stack, cookie, csrf, daemon

    def call(self, method, path, csrf=True, daemon=None, headers=None, **more):
        own = {"Cookie": self.cookie, **({"X-Sigap-Csrf": self.csrf} if csrf and method != "GET" else {})}
        return requests.request(method, self.stack.daemons[self.daemon if daemon is None else daemon].url + path, timeout=10,
                                headers={**own, **(headers or {})}, allow_redirects=False, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, json=None, **more):
        return self.call("POST", path, json=json, **more)


def try_login(stack, user, password=PASSWORD, code=None, daemon=0, headers=None):
    body = {"user": user, "password": password, **({"code": code} if code else {})}
    return requests.post(stack.daemons[daemon].url + "/v1/session", json=body, timeout=20, headers=headers)


def login(stack, user, password=PASSWORD, code=None, daemon=0):
    r = try_login(stack, user, password, code, daemon)
    assert r.status_code == 200, (r.status_code, r.text)
    return Session(stack, cookie_of(r), r.json()["csrf"], daemon)


def totp(secret, at=None, step=0):
    """RFC 6238, written from the RFC."""
    key = base64.b32decode(secret)
    mac = hmac.new(key, struct.pack(">Q", int(time.time() if at is None else at) // 30 + step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"


# ---- in and out ---------------------------------------------------------------------------------------------------------


def test_a_log_in_gives_a_session_that_works_like_a_token(stack):
    add_user(stack, "ani", "coordinator", "--scope", "64.09", "--display", "Ani Rahma")
    r = try_login(stack, " Ani ")
    ani = Session(stack, cookie_of(r), r.json()["csrf"])
    assert r.json() == ani.get("/v1/session").json()
    who = r.json()
    assert (who["user"], who["name"], who["role"], who["scope"], who["agency"], who["totp"]) == ("ani", "Ani Rahma", "coordinator", "64.09", None, False)
    made = stack.report()
    assert ani.get(f"/v1/incidents/{made['incident']['id']}").status_code == 200
    assert ani.post(f"/v1/incidents/{made['incident']['id']}/events", {"event": "note", "note": "Sudah dihubungi"}).status_code == 200
    events = stack.incident(made["incident"]["id"])["events"]
    assert events[-1]["actor"] == "coordinator:ani"
    ended = ani.post("/v1/session/end")
    assert ended.status_code == 204 and "__Host-sigap=; " in ended.headers["Set-Cookie"] and "Max-Age=0" in ended.headers["Set-Cookie"]
    assert ani.get("/v1/session").status_code == 401, "at once"


def test_wrong_is_wrong_whatever_was_wrong(stack):
    add_user(stack, "budi", "admin")
    answers = [try_login(stack, "budi", "salah-salah-salah-1"), try_login(stack, "tidakada", PASSWORD)]
    assert [a.status_code for a in answers] == [401, 401]
    assert len({a.text for a in answers}) == 1 and "Set-Cookie" not in answers[0].headers
    login(stack, "budi")
    log = stack.log.read_text()
    assert "login.wrong user=budi" in log and "tidakada" not in log and PASSWORD not in log and "salah-salah" not in log


def test_the_page_works_without_javascript(stack):
    add_user(stack, "citra", "coordinator")
    add_user(stack, "petugas", "agency", "--agency", "polsek-penajam")

    def post(**form):
        return requests.post(stack.url + "/masuk", data=form, timeout=20, allow_redirects=False)

    page = requests.get(stack.url + "/masuk?next=/v1/incidents%3Fstate%3Dopen", timeout=10)
    assert page.status_code == 200 and 'name="next" value="/v1/incidents?state=open"' in page.text
    assert "<script" not in page.text and "style=" not in page.text and "<style" not in page.text
    csp = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in csp and "frame-ancestors 'none'" in csp and "form-action 'self'" in csp and "unsafe" not in csp
    assert page.headers["X-Content-Type-Options"] == "nosniff" and page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    inside = post(user="citra", password=PASSWORD, next="/v1/incidents?state=open")
    assert (inside.status_code, inside.headers["Location"]) == (303, "/v1/incidents?state=open")
    cookie_of(inside)
    assert post(user="citra", password=PASSWORD).headers["Location"] == "/"
    assert post(user="petugas", password=PASSWORD).headers["Location"] == "/tugas"
    for elsewhere in ("https://jahat.example/", "//jahat.example", "/\\jahat.example", "/a\r\nSet-Cookie: x=1", "masuk", "/masuk", "/keluar", "javascript:1"):
        assert post(user="citra", password=PASSWORD, next=elsewhere).headers["Location"] == "/", elsewhere
    wrong = post(user='<b>"citra', password="salah", next="/x")
    assert wrong.status_code == 401 and "tidak cocok" in wrong.text and "&lt;b&gt;&quot;citra" in wrong.text and "salah" not in wrong.text
    assert 'name="next" value="/x"' in wrong.text


def test_leaving_by_the_form_ends_the_session(stack):
    add_user(stack, "dewi", "coordinator")
    dewi = login(stack, "dewi")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert dewi.call("POST", "/keluar", csrf=False, data="csrf=wrong", headers=form).status_code == 403
    left = dewi.call("POST", "/keluar", csrf=False, data="csrf=" + dewi.csrf, headers=form)
    assert (left.status_code, left.headers["Location"]) == (303, "/masuk")
    assert dewi.get("/v1/session").status_code == 401
    again = dewi.call("POST", "/keluar", csrf=False, data="csrf=" + dewi.csrf, headers=form)
    assert (again.status_code, again.headers["Location"]) == (303, "/masuk"), "who has left already is sent to the same page"
