"""Promise: the console sees how each SMS gateway is: what it took today, what it refused, whether it is left alone, when it was last heard of."""
import datetime

import pytest
from stack import Answer, Stack, wait_until


@pytest.fixture(scope="module")
def stack(postgres):
    s = Stack(postgres, gateways=("kannel", "cadangan"),
              conf={"gateway kannel": {"price": 350, "daily_cap": 100000, "reserve": 20, "per_minute": 600}})
    yield s
    s.close()


def gateways(stack, daemon=0):
    r = stack.api("GET", "/v1/gateways", daemon=daemon)
    assert r.status_code == 200, r.text
    return {g["name"]: g for g in r.json()}


def test_a_gateway_is_as_configured_in_the_order_in_which_they_are_tried(stack):
    listed = wait_until(lambda: gateways(stack) if len(gateways(stack)) == 2 else None, 10, "the daemon to have told of both")
    assert list(listed) == ["kannel", "cadangan"] and [g["position"] for g in listed.values()] == [1, 2]
    assert {k: listed["kannel"][k] for k in ("kind", "price", "daily_cap", "reserve", "per_minute")} == {
        "kind": "kannel", "price": 350, "daily_cap": 100000, "reserve": 20, "per_minute": 600}
    assert listed["cadangan"]["daily_cap"] is None and listed["cadangan"]["per_minute"] is None
    assert all(g["state"] == "ok" and g["breaker"] == "closed" and g["failing_since"] is None for g in listed.values())
    assert listed["kannel"]["last_heard_at"] is None


def test_what_it_brings_and_takes_is_counted(stack):
    before = gateways(stack)["kannel"]
    stack.send_sms("+6281300000001", "Ada kakek terlantar di Petung")
    after = wait_until(lambda: (g := gateways(stack)["kannel"])["today"]["sent"] > before["today"]["sent"] and g, 10, "the reply")
    heard = datetime.datetime.fromisoformat(after["last_heard_at"][:-1] + "+00:00")
    assert abs((datetime.datetime.now(datetime.timezone.utc) - heard).total_seconds()) < 30
    assert after["today"]["parts"] > before["today"]["parts"]
    assert after["today"]["cost"] == 350 * after["today"]["parts"] and after["today"]["failed"] == 0


def test_one_that_fails_is_left_alone_and_says_since_when(stack):
    stack.sms.default = Answer(503)
    for n in range(6):
        stack.send_sms(f"+62813000001{n:02}", f"Ada nenek terlantar di Petung RT {n}")
    wait_until(lambda: gateways(stack)["kannel"]["today"]["failed"] >= 5, 20, "five failures on record")
    failing = wait_until(lambda: (g := gateways(stack)["kannel"])["breaker"] == "open" and g, 20, "the breaker to open")
    assert failing["state"] == "failing" and failing["failing_since"] is not None
    failed = stack.value("select count(*) from attempt where gateway = 'kannel' and outcome not in ('ok', 'held', 'void')")
    assert gateways(stack)["kannel"]["today"]["failed"] >= failed
    wait_until(lambda: gateways(stack)["cadangan"]["today"]["sent"] >= 1, 10, "the other one to take over")
    assert gateways(stack)["cadangan"]["state"] == "ok"


def test_what_was_before_today_does_not_count(stack):
    wait_until(lambda: not stack.sql("select from outbox o join notice n on n.id = o.notice_id where n.channel = 'sms'"), 20, "every SMS to have left")
    sent = gateways(stack)["cadangan"]["today"]["sent"]
    stack.sql("update attempt set at = at - interval '2 days' where gateway = 'cadangan'")
    stack.sql("update gateway_day set day = day - 2 where gateway = 'cadangan'")
    assert sent >= 1 and gateways(stack)["cadangan"]["today"] == {"parts": 0, "cost": 0, "sent": 0, "failed": 0}


def test_a_daemon_that_does_not_have_it_says_nothing_of_its_breaker(stack):
    other = stack.start_another(changes={**stack.changes, "gateway cadangan": None})
    wait_until(lambda: stack.value("select position from gateway where name = 'cadangan'") == 0, 10, "the other to tell of its configuration")
    stack.sql("update gateway set position = 2 where name = 'cadangan'")  # the other's telling took it off the list
    assert gateways(stack, other)["cadangan"]["breaker"] is None and gateways(stack)["cadangan"]["breaker"] == "closed"
