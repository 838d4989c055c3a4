"""Promise: a long SMS that comes in parts is one report, whatever order they come in, whoever dies in between; what never comes whole goes on as far as it came."""
import time
import uuid

import pytest
from stack import Stack, wait_until

FIRST, SECOND = "Lapor, ada ibu dengan gangguan jiwa dikurung di kamar belakang, ", "desa Gunung Mulia RT 2"
SOON = 30


@pytest.fixture
def sigap(postgres):
    s = Stack(postgres)
    yield s
    s.close()


def part(sigap, sender, number, total, text, ref=7, id=None, **more):
    """One part, as Kannel brings it with sms-combine-concatenated-mo = false (%u)."""
    r = sigap.send_sms(sender, text, id=id, udh=f"%05%00%03%{ref:02X}%{total:02X}%{number:02X}", **more)
    assert (r.status_code, r.text) == (200, ""), (r.status_code, r.text)


def texts(sigap, sender):
    return [row["text"] for row in sigap.sql("select r.text from reporter p join report r on r.id = p.report_id where p.phone = %s order by r.number", sender)]


def waiting(sigap):
    return sigap.value("select count(*) from inbound_part")


def expect(sigap, sender, *expected):
    wait_until(lambda: len(texts(sigap, sender)) >= len(expected), SOON, f"{len(expected)} reports of {sender}")
    assert texts(sigap, sender) == list(expected)


def test_parts_in_any_order_are_one_report_and_wait_no_longer(sigap):
    part(sigap, "+6281250000101", 2, 2, SECOND)
    assert waiting(sigap) == 1 and not texts(sigap, "+6281250000101")
    part(sigap, "+6281250000101", 1, 2, FIRST)
    expect(sigap, "+6281250000101", FIRST + SECOND)
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    (row,) = sigap.sql("select type from report")
    assert row["type"] == "shackled_patient"
    assert sigap.value("select count(*) from inbound") == 3, "each part as received, and the whole that names them"
    assert sigap.metric('sigap_long_messages_total{parts="all"}') == 1


def test_parts_of_several_senders_and_references_do_not_mix(sigap):
    one, other = "+6281250000102", "+6281250000103"
    part(sigap, one, 1, 2, "satu A ", ref=1)
    part(sigap, other, 1, 2, "satu B ", ref=1)
    part(sigap, one, 1, 2, "satu C ", ref=2)
    part(sigap, one, 2, 2, "dua C", ref=2)
    part(sigap, other, 2, 2, "dua B", ref=1)
    part(sigap, one, 2, 2, "dua A", ref=1)
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    assert sorted(texts(sigap, one)) == ["satu A dua A", "satu C dua C"]
    assert texts(sigap, other) == ["satu B dua B"]


def test_a_part_that_comes_again_under_its_id_changes_nothing(sigap):
    sender, ids = "+6281250000104", [str(uuid.uuid4()) for _ in range(2)]
    part(sigap, sender, 1, 2, FIRST, id=ids[0])
    part(sigap, sender, 1, 2, FIRST, id=ids[0])
    assert waiting(sigap) == 1
    part(sigap, sender, 2, 2, SECOND, id=ids[1])
    expect(sigap, sender, FIRST + SECOND)
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    part(sigap, sender, 1, 2, FIRST, id=ids[0])  # its gateway had no answer
    part(sigap, sender, 2, 2, SECOND, id=ids[1])
    assert waiting(sigap) == 0 and texts(sigap, sender) == [FIRST + SECOND]


def test_a_reference_that_the_telephone_uses_again_is_another_message(sigap):
    sender = "+6281250000105"
    part(sigap, sender, 1, 2, "yang lama ")  # its second part is lost
    sigap.sql("update inbound_part set received_at = now() - interval '10 minutes', reported_at = now() - interval '10 minutes'")
    part(sigap, sender, 1, 2, FIRST)
    part(sigap, sender, 2, 2, SECOND)
    expect(sigap, sender, FIRST + SECOND)
    wait_until(lambda: waiting(sigap) == 1, SOON, "the old part waits on")


def test_what_never_comes_whole_goes_on_with_a_mark_after_half_an_hour(sigap):
    sender = "+6281250000106"
    part(sigap, sender, 2, 3, "dikurung di kamar belakang, desa Gunung Mulia ")
    sigap.sql("update inbound_part set received_at = now() - interval '29 minutes', reported_at = now() - interval '29 minutes'")
    sigap.restart()
    assert waiting(sigap) == 1 and not texts(sigap, sender)
    sigap.sql("update inbound_part set received_at = now() - interval '31 minutes'")
    sigap.restart()
    expect(sigap, sender, "[...]dikurung di kamar belakang, desa Gunung Mulia [...]")
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    assert sigap.metric('sigap_long_messages_total{parts="missing"}') == 1


def test_a_daemon_that_dies_between_the_parts_has_lost_nothing(sigap):
    sender = "+6281250000107"
    part(sigap, sender, 1, 3, FIRST)
    sigap.kill()
    sigap.start()
    part(sigap, sender, 3, 3, ", tolong segera")
    sigap.kill()
    sigap.start()
    part(sigap, sender, 2, 3, SECOND)
    expect(sigap, sender, FIRST + SECOND + ", tolong segera")


@pytest.mark.parametrize("point", ["parts.kept", "intake.planned", "intake.committed", "parts.joined"])
def test_a_daemon_that_dies_over_the_last_part_leaves_one_report_to_whoever_comes(sigap, point):
    sender, id = "+6281250000108", str(uuid.uuid4())
    part(sigap, sender, 1, 2, FIRST)
    sigap.stop()
    sigap.start(kill_at=point)
    try:
        part(sigap, sender, 2, 2, SECOND, id=id)
        answered = True
    except Exception:  # it died before it answered
        answered = False
    sigap.wait_killed()
    assert answered or waiting(sigap) == 2, "not answered, and yet gone"
    sigap.start()
    if not answered:
        part(sigap, sender, 2, 2, SECOND, id=id)  # as Kannel does
    expect(sigap, sender, FIRST + SECOND)
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    assert texts(sigap, sender) == [FIRST + SECOND]
    assert sigap.doctor() == []


def test_two_daemons_that_take_a_part_each_make_one_report(sigap):
    """Whoever keeps the last part joins them, whichever daemon has taken the others; a daemon that died over it is stood in for."""
    other = sigap.start_another()
    sender = "+6281250000109"
    part(sigap, sender, 1, 2, FIRST)
    sigap.daemons.reverse()  # the other one takes calls now
    try:
        part(sigap, sender, 2, 2, SECOND)
        expect(sigap, sender, FIRST + SECOND)
    finally:
        sigap.daemons.reverse()
    assert other == 1
    began = time.monotonic()
    wait_until(lambda: waiting(sigap) == 0, SOON, "no part waits")
    assert texts(sigap, sender) == [FIRST + SECOND], time.monotonic() - began
