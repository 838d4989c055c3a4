"""Promises of the log-in: nobody in without the right password and code, nobody guesses, a session ends when it should, and only our own pages act with it."""
import base64
import concurrent.futures
import hashlib
import hmac
import itertools
import math
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
    (line,) = [v for k, v in response.raw.headers.items() if k == "Set-Cookie" and v.startswith("__Host-sigap=")]
    value, *flags = line.split("; ")
    assert flags == ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"], line
    assert re.fullmatch(r"__Host-sigap=[A-Za-z0-9_-]{43}", value), line
    return value


def device_of(response):
    """The cookie by which this browser is known from now on, whose flags must be right."""
    (line,) = [v for k, v in response.raw.headers.items() if k == "Set-Cookie" and v.startswith("__Host-sigap-device=")]
    value, *flags = line.split("; ")
    assert flags == ["Path=/", "Max-Age=31536000", "Secure", "HttpOnly", "SameSite=Strict"], line
    assert re.fullmatch(r"__Host-sigap-device=[A-Za-z0-9_-]{43}(\.[A-Za-z0-9_-]{43}){0,7}", value), line
    return value


def marks_of(cookie):
    return cookie.split("=", 1)[1].split(".")


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


def until_throttled(attempt, most=16):
    """The answers of attempts, one after the other, up to the first 429: how many that are depends on how slow this machine is."""
    answers = []
    while len(answers) < most and (not answers or answers[-1].status_code != 429):
        answers.append(attempt(len(answers)))
    assert answers[-1].status_code == 429, [a.status_code for a in answers]
    return answers


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
    assert page.headers["Referrer-Policy"] == "same-origin" and page.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in page.headers, "it is reached by http"
    inside = post(user="citra", password=PASSWORD, next="/v1/incidents?state=open")
    assert (inside.status_code, inside.headers["Location"]) == (303, "/v1/incidents?state=open")
    cookie_of(inside)
    assert post(user="citra", password=PASSWORD).headers["Location"] == "/"
    assert post(user="petugas", password=PASSWORD).headers["Location"] == "/tugas"
    for elsewhere in ("https://jahat.example/", "//jahat.example", "/\\jahat.example", "/a\r\nSet-Cookie: x=1", "masuk", "/masuk", "/keluar", "javascript:1"):
        assert post(user="citra", password=PASSWORD, next=elsewhere).headers["Location"] == "/", elsewhere
    wrong = post(user='<b>"citra', password="salah", next="/x?a=1&b=2")
    assert wrong.status_code == 401 and "tidak cocok" in wrong.text and "&lt;b&gt;&quot;citra" in wrong.text and "salah" not in wrong.text
    assert 'name="next" value="/x?a=1&amp;b=2"' in wrong.text and 'href="/masuk?lang=en&amp;next=%2Fx%3Fa%3D1%26b%3D2"' in wrong.text
    english = requests.get(stack.url + "/masuk?lang=en&next=/x", timeout=10)
    assert "Password" in english.text and 'name="next" value="/x"' in english.text and "Kata sandi" not in english.text


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


# ---- guessing -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proxied(postgres):
    """Behind a proxy that does https and tells the browser's address; sessions end idle after 8 seconds."""
    s = Stack(postgres, conf={"daemon": {"trusted_proxy": "127.0.0.1", "public_url": "https://sigap.contoh"}, "console": {"session_idle_s": 8}})
    yield s
    s.close()


def test_who_guesses_a_users_password_waits_and_is_told_how_long(stack):
    add_user(stack, "eka")
    add_user(stack, "fajar")
    *wrong, locked = until_throttled(lambda i: try_login(stack, "EKA " if i % 2 else "eka", f"tebakan-nomor-{i}"))
    assert len(wrong) >= 6 and {r.status_code for r in wrong} == {401}, "who mistypes is not punished"
    assert 1 <= int(locked.headers["Retry-After"]) <= 2 ** (len(wrong) - 6) and "Set-Cookie" not in locked.headers
    assert login(stack, "fajar"), "others do not wait"
    wait_until(lambda: try_login(stack, "eka", "tebakan-lain-lagi").status_code == 401, 60, "the wait to end")
    page = until_throttled(lambda i: requests.post(stack.url + "/masuk", data={"user": "eka", "password": "tebakan"}, timeout=20))[-1]
    assert "detik" in page.text and int(page.headers["Retry-After"]) >= 1
    assert try_login(stack, "eka").status_code == 429, "the right password does not open it either"
    before = stack.metric('sigap_logins_total{result="throttled"}')
    assert before >= 3 and stack.metric('sigap_logins_total{result="wrong"}') >= 6
    wait_until(lambda: try_login(stack, "eka").status_code == 200, 60, "the wait to end")
    assert [try_login(stack, "eka", f"lagi-tebakan-{i}").status_code for i in range(6)] == [401] * 6, "a log-in has reset the count"


def test_many_guesses_at_once_are_not_one(stack):
    add_user(stack, "gita")
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(lambda i: try_login(stack, "gita", f"tebakan-nomor-{i}").status_code, range(24)))
    waits_over = int(math.log2(time.monotonic() - begin + 1))
    assert set(answers) <= {401, 429} and answers.count(401) <= 6 + waits_over + 1, answers
    wait_until(lambda: try_login(stack, "gita").status_code == 200, 60, "the wait to end")


def test_an_unknown_user_is_throttled_like_any_other(stack):
    answers = until_throttled(lambda i: try_login(stack, "hantu", f"tebakan-nomor-{i}"))
    assert len(answers) >= 7


def test_who_tries_many_users_from_one_address_waits_too(proxied):
    def guess(i, address):
        return try_login(proxied, f"orang{i}", "tebakan-tebakan", headers={"X-Forwarded-For": f"10.9.9.9, {address}"})

    assert len(until_throttled(lambda i: guess(i, "198.51.100.7"), 40)) >= 22
    assert guess(50, "198.51.100.8").status_code == 401, "another address, whatever the client itself said before it"


def lock(attempt):
    """Strangers guess, as fast as they are let, until they must wait for more than five seconds."""
    end = time.monotonic() + 90
    for i in itertools.count():
        r = attempt(i)
        wait = int(r.headers.get("Retry-After", 0))
        assert r.status_code in (401, 429) and time.monotonic() < end
        if wait > 5:
            return
        time.sleep(wait)  # as they are told


def test_strangers_who_guess_do_not_lock_out_who_has_logged_in_from_this_browser(proxied):
    second = proxied.start_another()
    add_user(proxied, "bagus")
    add_user(proxied, "cahya")
    first = try_login(proxied, "bagus")
    shared = device_of(try_login(proxied, "cahya", headers={"Cookie": device_of(first)}))
    assert len(marks_of(shared)) == 2 and marks_of(shared)[1:] == marks_of(device_of(first)), "several people share a browser"
    lock(lambda i: try_login(proxied, "bagus", f"tebakan-nomor-{i}"))
    assert try_login(proxied, "bagus").status_code == 429, "a browser that nobody knows waits with the strangers"
    inside = try_login(proxied, "bagus", headers={"Cookie": "lain=1; " + shared})
    assert inside.status_code == 200
    assert set(marks_of(device_of(inside))) == set(marks_of(shared)), "its mark stays: a log-in makes no second count"
    assert try_login(proxied, "bagus").status_code == 429, "his log-in gives the strangers no new tries"
    assert marks_of(device_of(try_login(proxied, "bagus", daemon=second, headers={"Cookie": shared})))[0] == marks_of(device_of(first))[0], "every daemon knows it"
    session = Session(proxied, cookie_of(inside), inside.json()["csrf"])
    assert session.post("/v1/session/password", {"old": PASSWORD, "new": "perahu-kertas-di-hulu-7"}).status_code == 204, "nor do they keep him from another password"


def test_strangers_behind_the_same_address_do_not_either(proxied):
    add_user(proxied, "damar")
    here = {"X-Forwarded-For": "198.51.100.77"}
    known = device_of(try_login(proxied, "damar", headers=here))
    lock(lambda i: try_login(proxied, f"siapa{i}", "tebakan-tebakan", headers=here))
    assert try_login(proxied, "damar", headers=here).status_code == 429
    assert try_login(proxied, "damar", headers={**here, "Cookie": known}).status_code == 200


def test_who_guesses_with_a_known_browser_waits_alone(proxied):
    add_user(proxied, "elang")
    known = device_of(try_login(proxied, "elang"))
    lock(lambda i: try_login(proxied, "elang", f"tebakan-nomor-{i}", headers={"Cookie": known}))
    assert try_login(proxied, "elang", headers={"Cookie": known}).status_code == 429, "the right password does not open it either"
    assert try_login(proxied, "elang").status_code == 200, "others are not made to wait by it"


def test_only_a_mark_of_this_account_and_password_counts(proxied):
    for name in ("galih", "hana"):
        add_user(proxied, name)
    old = device_of(try_login(proxied, "galih"))
    new = proxied.ctl("user", "password", "galih", "--generate").stdout.strip()
    (mark,) = marks_of(device_of(try_login(proxied, "galih", new)))
    others = device_of(try_login(proxied, "hana"))
    changed = ("A" if mark[0] != "A" else "B") + mark[1:]
    lock(lambda i: try_login(proxied, "galih", f"tebakan-nomor-{i}"))
    for cookie in (old, others, *("__Host-sigap-device=" + v for v in (changed, mark[:-1], mark + "A", mark + "x" + mark, "", ".", "A" * 43, "'" * 43, "." + mark))):
        assert try_login(proxied, "galih", new, headers={"Cookie": cookie}).status_code == 429, cookie
    full = "__Host-sigap-device=" + ".".join(["A" * 43] * 3 + [mark] + ["B" * 43] * 6)
    inside = try_login(proxied, "galih", new, headers={"Cookie": full})
    assert inside.status_code == 200 and marks_of(device_of(inside))[0] == mark and len(marks_of(device_of(inside))) == 8, "those who came last"
    assert requests.get(proxied.url + "/v1/session", headers={"Cookie": "__Host-sigap=" + mark}, timeout=10).status_code == 401, "a mark opens nothing"
    assert mark not in proxied.log.read_text()


def test_the_loop_goes_on_while_passwords_are_hashed_and_too_many_are_told_to_come_again(stack):
    def unknown(i):
        r = try_login(stack, f"banyak{i}", "tebakan-tebakan")
        return r.status_code, r.headers.get("Retry-After")

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        running = [pool.submit(unknown, i) for i in range(40)]
        slowest = 0
        while not all(f.done() for f in running):
            begin = time.monotonic()
            assert requests.get(stack.url + "/healthz", timeout=10).status_code == 200
            slowest = max(slowest, time.monotonic() - begin)
        answers = {f.result() for f in running}
    assert answers <= {(401, None), (429, "2")} and (401, None) in answers and (429, "2") in answers, answers
    assert slowest < 1.5


def test_an_unknown_user_costs_the_same_time(stack):
    add_user(stack, "hadi")

    def times(user):
        begin = time.monotonic()
        assert try_login(stack, user, "tebakan-tebakan").status_code == 401
        return time.monotonic() - begin

    known, unknown = [sorted(times(user) for _ in range(5))[1] for user in ("hadi", "tanpanama")]
    assert unknown > 0.3 * known and known > 0.3 * unknown, (known, unknown)


# ---- sessions end ---------------------------------------------------------------------------------------------------------


def test_an_idle_session_ends_and_a_used_one_does_not(proxied):
    add_user(proxied, "indah")
    used, idle = login(proxied, "indah"), login(proxied, "indah")
    begin = time.monotonic()
    while time.monotonic() - begin < 10:
        assert used.get("/v1/session").status_code == 200
        time.sleep(0.2)  # the pace of use, not a wait for something
    assert idle.get("/v1/session").status_code == 401
    assert used.get("/v1/session").status_code == 200


def test_a_session_ends_after_its_whole_time_however_much_it_is_used(proxied):
    add_user(proxied, "joko")
    joko = login(proxied, "joko")
    assert joko.get("/v1/session").status_code == 200
    proxied.sql("update session set expires_at = now() + interval '3 seconds'")
    wait_until(lambda: joko.get("/v1/session").status_code == 401, 10, "its end")
    login(proxied, "joko")
    assert proxied.value("select count(*) from session where expires_at <= now()") == 0, "what is over is deleted at the next log-in"


def test_logging_in_again_ends_the_session_before_and_takes_no_planted_one(stack):
    add_user(stack, "kartika")
    first = login(stack, "kartika")
    r = requests.post(stack.url + "/v1/session", json={"user": "kartika", "password": PASSWORD}, headers={"Cookie": first.cookie}, timeout=20)
    assert r.status_code == 200 and cookie_of(r) != first.cookie
    assert first.get("/v1/session").status_code == 401
    planted = "__Host-sigap=" + "A" * 43
    r = requests.post(stack.url + "/v1/session", json={"user": "kartika", "password": PASSWORD}, headers={"Cookie": planted}, timeout=20)
    assert r.status_code == 200 and cookie_of(r) != planted
    for cookie in (planted, "__Host-sigap=", "__Host-sigap=x", "__Host-sigap=" + "A" * 44, "sigap=" + first.cookie[13:], "__Host-sigap=' or 1=1 --"):
        assert requests.get(stack.url + "/v1/session", headers={"Cookie": cookie}, timeout=10).status_code == 401, cookie


def test_what_is_kept_of_a_session_does_not_open_it(stack):
    add_user(stack, "lestari")
    one = login(stack, "lestari")
    value = one.cookie.split("=", 1)[1]
    hash = hashlib.sha256(value.encode()).digest()
    assert stack.value("select count(*) from session where hash = %s", hash) == 1
    kept = base64.urlsafe_b64encode(hash).decode().rstrip("=")
    assert requests.get(stack.url + "/v1/session", headers={"Cookie": "__Host-sigap=" + kept}, timeout=10).status_code == 401
    assert stack.value("select password_hash from account where name = 'lestari'").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert value not in stack.log.read_text() and one.csrf not in stack.log.read_text()


def test_a_retired_user_is_out_within_half_a_minute_and_a_new_password_ends_all_sessions(stack):
    add_user(stack, "maya")
    maya, other = login(stack, "maya"), login(stack, "maya")
    assert maya.get("/v1/session").status_code == other.get("/v1/session").status_code == 200
    new = "perahu-kertas-di-hulu-7"
    assert maya.post("/v1/session/password", {"old": PASSWORD, "new": new}).status_code == 204
    assert other.get("/v1/session").status_code == 401, "the others, at once"
    assert maya.get("/v1/session").status_code == 200, "but not one's own"
    assert try_login(stack, "maya").status_code == 401
    login(stack, "maya", new)
    stack.ctl("user", "retire", "maya")
    assert try_login(stack, "maya", new).status_code == 401
    wait_until(lambda: maya.get("/v1/session").status_code == 401, 32, "the end of what this daemon remembers")
    done = stack.ctl("user", "list", "--json")
    assert "maya" not in done.stdout
    refused = subprocess.run([harness.BUILD / "sigapctl", "user", "add", "--name", "maya", "--role", "admin", "--generate"],
                             env={"SIGAP_DATABASE": stack.postgres.dsn(stack.database)}, capture_output=True, text=True, timeout=60)
    assert refused.returncode == 1 and "retired" in refused.stderr, "the history still names her"


def test_whose_account_or_agency_is_retired_is_out_however_it_came_about(proxied):
    add_user(proxied, "wayan", "agency", "--agency", "polsek-penajam")
    for gone, back in (("update agency set retired_at = now() where slug = 'polsek-penajam'", "update agency set retired_at = null where slug = 'polsek-penajam'"),
                       ("update account set retired_at = now() where name = 'wayan'", "update account set retired_at = null where name = 'wayan'")):
        wayan = login(proxied, "wayan")
        proxied.sql(gone)
        wait_until(lambda: wayan.get("/v1/session").status_code == 401, 10, "the end of what is remembered")
        assert try_login(proxied, "wayan").json()["type"].endswith("/wrong-login")
        proxied.sql(back)
    login(proxied, "wayan")


def test_what_is_asked_while_a_session_ends_keeps_it_from_nothing(stack):
    add_user(stack, "yusuf")
    yusuf = login(stack, "yusuf")
    stack.sql("create function slowly() returns trigger language plpgsql as 'begin perform pg_sleep(1); return old; end'")
    stack.sql("create trigger slowly before delete on session for each row execute function slowly()")
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            ending = pool.submit(yusuf.post, "/v1/session/end")
            while not ending.done():
                assert yusuf.get("/v1/session").status_code in (200, 401)
            assert ending.result().status_code == 204
        assert yusuf.get("/v1/session").status_code == 401, "at once"
    finally:
        stack.sql("drop function slowly cascade")


@pytest.fixture
def alone():
    """On a server of its own, which may stop."""
    server = harness.Postgres()
    s = Stack(server)
    yield s
    s.close()
    server.close()


def test_the_database_away_is_said_and_sends_nobody_to_the_log_in_page(alone):
    stack = alone
    add_user(stack, "zainal")
    unknown = {"Cookie": "__Host-sigap=" + "C" * 43}  # not remembered: the database must be asked
    stack.postgres.stop()
    try:
        wait_until(lambda: requests.get(stack.url + "/v1/session", headers=unknown, timeout=10).status_code == 503, 10, "503, not 401")
        page = requests.get(stack.url + "/tugas", headers=unknown, timeout=10, allow_redirects=False)
        assert page.status_code == 503 and int(page.headers["Retry-After"]) > 0
        for _ in range(8):
            assert try_login(stack, "zainal").status_code == 503, "that it is away is not counted as a failure of his"
        form = requests.post(stack.url + "/masuk", data={"user": "zainal", "password": PASSWORD}, timeout=20)
        assert form.status_code == 503 and "terganggu" in form.text and PASSWORD not in form.text
    finally:
        stack.postgres.start()
        stack.connect()
        wait_until(lambda: stack.is_ready(), 20, "ready again")
    login(stack, "zainal")


def test_several_daemons_share_sessions_and_hear_of_their_end(proxied):
    second = proxied.start_another()
    add_user(proxied, "nina")
    nina = login(proxied, "nina")
    assert nina.get("/v1/session", daemon=second).json()["user"] == "nina"
    assert nina.post("/v1/session/end", daemon=second).status_code == 204
    assert nina.get("/v1/session", daemon=second).status_code == 401, "there at once"
    wait_until(lambda: nina.get("/v1/session").status_code == 401, 30, "the other daemon hears of it")
    code = totp_on(proxied, "nina")
    first = try_login(proxied, "nina", code=code)
    assert (first.status_code, try_login(proxied, "nina", code=code, daemon=second).status_code) == (200, 401), "a code counts once on all daemons together"


# ---- one-time codes ---------------------------------------------------------------------------------------------------------


def totp_on(stack, user):
    """Turns them on; a code that was not used yet."""
    session = login(stack, user)
    offered = session.post("/v1/session/totp", {}).json()
    secret = offered["secret"]
    assert offered["uri"].startswith("otpauth://totp/Sigap:") and f"secret={secret}&issuer=Sigap" in offered["uri"]
    assert session.post("/v1/session/totp", {"code": totp(secret, step=-1)}).status_code == 204
    assert session.get("/v1/session").json()["totp"] is True
    return totp(secret)


def test_a_one_time_code_is_needed_and_counts_once(stack):
    add_user(stack, "oki")
    elsewhere = login(stack, "oki")
    code = totp_on(stack, "oki")
    assert elsewhere.get("/v1/session").status_code == 401, "other sessions had shown no code"
    missing = try_login(stack, "oki")
    assert missing.status_code == 401 and missing.json()["type"].endswith("/code-needed")
    page = requests.post(stack.url + "/masuk", data={"user": "oki", "password": PASSWORD}, timeout=20)
    assert page.status_code == 401 and "kode sekali pakai" in page.text
    assert try_login(stack, "oki", "salah-salah-salah", code=code).json()["type"].endswith("/wrong-login"), "the code alone opens nothing, nor tells"
    assert try_login(stack, "oki", code="000000").status_code == 401
    oki = login(stack, "oki", code=code[:3] + " " + code[3:])
    assert try_login(stack, "oki", code=code, headers={"Cookie": oki.cookie}).status_code == 401, "used"
    assert oki.get("/v1/session").status_code == 200, "a log-in that failed ends nothing"
    other = Session(stack, "__Host-sigap=" + "B" * 43, "")
    stack.sql("insert into session (hash, account, expires_at) select %s, id, now() + interval '1 hour' from account where name = 'oki'", hashlib.sha256(b"B" * 43).digest())
    assert other.get("/v1/session").status_code == 200
    assert oki.post("/v1/session/totp", {}).status_code == 409
    assert oki.post("/v1/session/totp", {"remove": True, "password": "salah-salah-salah"}).json()["errors"][0]["pointer"] == "#/password"
    assert oki.post("/v1/session/totp", {"remove": True, "password": PASSWORD}).status_code == 204
    assert oki.get("/v1/session").json()["totp"] is False
    assert other.get("/v1/session").status_code == 401, "a change of the account ends its other sessions"
    login(stack, "oki")


def test_a_lost_telephone_is_helped_by_the_operator(stack):
    add_user(stack, "putri")
    totp_on(stack, "putri")
    stack.ctl("user", "totp-off", "putri")
    login(stack, "putri")


# ---- our own pages ------------------------------------------------------------------------------------------------------------


def test_with_the_cookie_only_our_own_pages_change_something(stack):
    add_user(stack, "qori")
    qori = login(stack, "qori")
    note = ("/v1/handover-notes", {"text": "Tidak ada"})
    assert qori.post(*note, csrf=False).json()["type"].endswith("/cross-site")
    own = {"X-Sigap-Csrf": qori.csrf}
    host = f"127.0.0.1:{stack.port}"
    for headers in ({"X-Sigap-Csrf": "x" * 43}, {"X-Sigap-Csrf": ""}, {**own, "Sec-Fetch-Site": "cross-site"}, {**own, "Sec-Fetch-Site": "same-site"},
                    {**own, "Origin": "https://jahat.example"}, {**own, "Origin": "null"}, {**own, "Origin": f"http://{host}.jahat.example"},
                    {**own, "Origin": f"http://{host}", "Sec-Fetch-Site": "cross-site"}):
        assert qori.post(*note, csrf=False, headers=headers).status_code == 403, headers
    for headers in (own, {**own, "Origin": stack.url}, {**own, "Sec-Fetch-Site": "same-origin"}, {**own, "Origin": "http://sigap.contoh", "Host": "sigap.contoh"}):
        assert qori.post(*note, csrf=False, headers=headers).status_code == 201, headers
    other = login(stack, "qori")
    assert qori.post(*note, csrf=False, headers={"X-Sigap-Csrf": other.csrf}).status_code == 403, "another session's"
    assert stack.api("POST", note[0], json=note[1], headers={"Origin": "https://jahat.example"}).status_code == 201, "a token is no cookie: nobody sends it unasked"
    both = {"Authorization": "Bearer sgp_wrong"}
    assert qori.get("/v1/session", headers=both).status_code == 401, "a token that is shown is the one that counts"


def test_behind_a_proxy_the_public_address_is_our_own(proxied):
    add_user(proxied, "vina")
    vina = login(proxied, "vina")
    for origin, status in (("https://sigap.contoh", 201), ("https://SIGAP.contoh", 201), ("https://sigap.contoh.jahat.example", 403), ("http://sigap.contoh", 403)):
        assert vina.post("/v1/handover-notes", {"text": "Tidak ada"}, headers={"Origin": origin}).status_code == status, origin
    assert requests.get(proxied.url + "/masuk", timeout=10).headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_password_is_changed_by_who_knows_it_and_to_a_good_one(stack):
    add_user(stack, "tono")
    made = stack.ctl("user", "password", "tono", "--generate").stdout.strip()
    tono = login(stack, "tono", made)
    assert tono.get("/v1/session").json()["must_change"] is True
    for new in ("pendek", "tono-tono-12345", "aaaaaaaaaaaaaaaa", made):
        refused = tono.post("/v1/session/password", {"old": made, "new": new})
        assert refused.status_code == 422 and [e["pointer"] for e in refused.json()["errors"]] == ["#/new"], new
    wrong = until_throttled(lambda i: tono.post("/v1/session/password", {"old": f"tebakan-nomor-{i}", "new": PASSWORD}))
    assert len(wrong) > 5 and int(wrong[-1].headers["Retry-After"]) >= 1
    assert {(r.status_code, r.json()["errors"][0]["pointer"]) for r in wrong[:-1]} == {(422, "#/old")}
    wait_until(lambda: tono.post("/v1/session/password", {"old": made, "new": PASSWORD}).status_code == 204, 60, "the wait to end")
    assert tono.get("/v1/session").json()["must_change"] is False
    login(stack, "tono")


def test_logging_in_from_another_site_is_refused(stack):
    add_user(stack, "rina")
    for headers in ({"Origin": "https://jahat.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert try_login(stack, "rina", headers=headers).status_code == 403
        assert requests.post(stack.url + "/masuk", data={"user": "rina", "password": PASSWORD}, headers=headers, timeout=10).status_code == 403


def test_the_password_stands_in_no_log_no_argument_and_no_answer(stack):
    add_user(stack, "sinta")
    session = login(stack, "sinta")
    short = session.post("/v1/session/password", {"old": PASSWORD, "new": "singkat-sekali-rahasia\u0001"})
    assert short.status_code == 422 and "singkat" not in short.text
    made = stack.ctl("user", "password", "sinta", "--generate").stdout.strip()
    assert re.fullmatch(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", made)
    assert login(stack, "sinta", made).get("/v1/session").json()["must_change"] is True
    page = requests.post(stack.url + "/masuk", data={"user": "sinta", "password": made, "next": "/#/papan"}, timeout=20, allow_redirects=False)
    assert page.headers["Location"] == "/#/akun", "whose password somebody else has chosen is led to where he chooses his own"
    log = stack.log.read_text()
    assert PASSWORD not in log and made not in log


def test_users_are_refused_that_make_no_sense(stack):
    env = {"SIGAP_DATABASE": stack.postgres.dsn(stack.database)}
    for args, word in ((("--name", "Ani Rahma", "--role", "admin"), "lower case"), (("--name", "x", "--role", "agency"), "--agency"),
                       (("--name", "x", "--role", "admin", "--agency", "polsek-penajam"), "--agency"),
                       (("--name", "x", "--role", "agency", "--agency", "tidak-ada"), "directory"), (("--name", "x", "--role", "source"), "one of"),
                       (("--name", "x", "--role", "admin", "--person", "tidak-ada"), "roster"), (("--name", "x", "--role", "admin", "--scope", "6"), "area code")):
        done = subprocess.run([harness.BUILD / "sigapctl", "user", "add", *args], env=env, input=PASSWORD + "\n", capture_output=True, text=True, timeout=60)
        assert done.returncode in (1, 2) and word in done.stderr, done.stderr
    weak = subprocess.run([harness.BUILD / "sigapctl", "user", "add", "--name", "x", "--role", "admin"], env=env, input="pendek\n", capture_output=True, text=True, timeout=60)
    assert weak.returncode == 1 and "12 characters" in weak.stderr
    assert stack.sql("select 1 from account where name = 'x'") == []
