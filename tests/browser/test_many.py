"""500 open incidents: the board stays smooth, and right after the daemon was away and after a minute without a network."""
import concurrent.futures
import time

import pytest
from duty_room import add_user, duty
from line import Line
from stack import Stack, wait_until

INCIDENTS = 500
UPDATE_MS = 50  # a page that is busy for longer than that in one go feels stuck


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres)
    add_user(s, "siaga")

    def one(i):
        village = f"64.09.01.{1001 + i % 8}" if i % 3 else "64.09.03.2002"
        return s.report(text=f"ada orang terlantar nomor {i} di depan warung", village=village, urgency=("normal", "high", "critical")[i % 3], external_id=f"many-{i}")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        made = list(pool.map(one, range(INCIDENTS)))
    s.made = made
    yield s
    s.close()


@pytest.fixture(scope="module")
def line(stack):
    one = Line(stack.port)
    yield one
    one.close()


@pytest.fixture(scope="module")
def window(stack, chrome, line):
    w = duty(chrome, stack, "siaga", ready=".incident", line=line)
    w.wait(lambda: w.js("return document.querySelectorAll('.incident').length") >= INCIDENTS, "all rows", 60)
    yield w
    w.close()


def shown(w):
    return set(w.js("return [...document.querySelectorAll('.incident:not(.ended)')].map(e => Number(e.dataset.number))"))


def open_numbers(stack):
    return {r["number"] for r in stack.sql("select number from incident where state not in ('closed', 'cancelled', 'merged')")}


def test_no_update_keeps_the_page_busy_for_50_ms(stack, window):
    """Long tasks are what the browser itself counts as busy for more than 50 ms. The processor of the test is shared: what counts is the time that the
    page's own script needs, best of several updates."""
    window.js("""
        window.tasks = [];
        new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration))).observe({type: 'longtask', buffered: false});""")
    quiet = []
    for i in range(6):
        window.js("window.tasks.length = 0")
        number = stack.made[i]["incident"]["number"]
        incident = stack.made[i]["incident"]["id"]
        assert stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "claim"}).status_code == 200
        window.wait(lambda: window.all(f".incident[data-number='{number}'] .claim .by"), "the claim on the board")
        end = time.monotonic() + 2.5  # two turns of all countdowns
        window.wait(lambda: time.monotonic() > end, "countdowns", 10)
        quiet.append(window.js("return window.tasks"))
    assert [] in quiet, f"every update kept the page busy for longer than {UPDATE_MS} ms: {quiet}"


def test_countdowns_show_the_time_that_is_left(stack, window):
    number = stack.made[10]["incident"]["number"]
    due = stack.value("select extract(epoch from min(l.set_for))::float8 as due from deadline l join dispatch d on d.id = l.subject join incident i on i.id = d.incident_id "
                      "where i.number = %s", number)
    offset = stack.value("select extract(epoch from clock_timestamp())::float8 as now") - time.time()
    text = window.js("return document.querySelector(arguments[0]).textContent", f".incident[data-number='{number}'] .countdown time")
    parts = [int(p) for p in text.strip().lstrip("+").split(":")]
    left = sum(p * 60 ** i for i, p in enumerate(reversed(parts))) * (-1 if text.strip().startswith("+") else 1)
    assert abs(left - (due - time.time() - offset)) < 4, text


def test_after_a_restart_of_the_daemon_the_board_is_right_by_itself(stack, window):
    stack.kill()
    window.wait(lambda: window.all(".line.bad"), "the board says that the line is down", 30)
    stack.start()
    for i in (20, 21):
        assert stack.api("POST", f"/v1/incidents/{stack.made[i]['incident']['id']}/events", json={"event": "cancel", "reason": "laporan keliru"}).status_code == 200
    fresh = stack.report(text="ada orang terlantar baru di depan warung", village="64.09.01.1003", external_id="many-fresh")
    window.wait(lambda: not window.all(".line.bad"), "the line is there again", 60)
    window.wait(lambda: shown(window) == open_numbers(stack), "the board equals the database", 30)
    assert fresh["incident"]["number"] in shown(window)


def test_after_a_minute_without_a_network_the_board_says_how_old_it_is_and_catches_up(stack, window, line):
    line.cut()
    cut = time.monotonic()
    window.wait(lambda: window.all(".line.bad"), "the board says that the line is down", 40)
    for i in (30, 31):
        assert stack.api("POST", f"/v1/incidents/{stack.made[i]['incident']['id']}/events", json={"event": "cancel", "reason": "laporan keliru"}).status_code == 200
    fresh = stack.report(text="ada orang terlantar lagi di depan toko", village="64.09.01.1003", external_id="many-later")
    assert stack.api("POST", f"/v1/incidents/{stack.made[32]['incident']['id']}/events", json={"event": "claim"}).status_code == 200
    wait_until(lambda: time.monotonic() - cut > 60, 70, "a minute")
    old = window.find(".line.bad").text
    assert fresh["incident"]["number"] not in shown(window)
    line.mend()
    window.wait(lambda: not window.all(".line.bad"), "the line is there again", 60)
    window.wait(lambda: shown(window) == open_numbers(stack), "the board equals the database", 30)
    window.wait(lambda: window.all(f".incident[data-number='{stack.made[32]['incident']['number']}'] .claim .by"), "what changed meanwhile")
    assert any(c.isdigit() for c in old), f"it says how old: {old}"
