"""A moment on another day says which day: on the board, with an incident's agencies, and on the sheet that is printed for the next shift."""
import datetime

import pytest
from duty_room import add_user, duty, row
from stack import Stack

WITA = datetime.timezone(datetime.timedelta(hours=8))
MONTHS = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()


@pytest.fixture(scope="module")
def stack(postgres):
    """One incident: what it waits for lies three days ahead, one agency is to come in two, another has looked two days ago."""
    s = Stack(postgres)
    add_user(s, "siaga")
    made = s.report(text="ada bapak tua terlantar di pasar petung")
    s.incident_number = made["incident"]["number"]
    first, second = (d["id"] for d in made["dispatches"][:2])
    s.sql("update deadline set due_at = now() + interval '3 days', set_for = now() + interval '3 days'")
    s.answer(first, "accept", eta=20)
    s.sql("update dispatch set eta = now() + interval '2 days' where id = %s", first)
    s.sql("update deadline set due_at = now() + interval '3 days', set_for = now() + interval '3 days' where subject = %s", first)
    s.sql("update dispatch set state = 'seen', seen_at = now() - interval '2 days' where id = %s", second)
    s.sql("update dispatch set accept_by = now() + interval '3 days', arrive_by = now() + interval '3 days'")
    yield s
    s.close()


def day(n):
    """The day n days from now as the screens write it: "26 Nov"."""
    d = datetime.datetime.now(WITA) + datetime.timedelta(days=n)
    return f"{d.day} {MONTHS[d.month - 1]}"


def test_the_board_says_on_which_day_something_is_due_was_done_and_who_comes_when(stack, at):
    w = at("papan", ".incident")
    told = row(w, stack.incident_number).text
    assert day(3) in w.find(".incident .next").text
    assert f"tiba ~{day(2)}" in told and day(-2) in told
    assert day(3) in w.find(".incident .countdown[role=timer]").get_attribute("aria-label")
    w.click(".claim button")
    w.wait(lambda: "sejak" in w.find(".claim").text, "who has it")
    assert day(0) not in w.find(".claim").text, "today needs no name"


def test_an_incident_says_on_which_day_its_agencies_are_due(stack, at):
    w = at(f"kejadian/{stack.incident_number}", ".dispatches")
    assert day(3) in w.find(".dispatch .left").text
    assert f"tiba ~{day(2)}" in w.find(".dispatches").text and day(-2) in w.find(".dispatches").text


def test_the_printed_sheet_says_on_which_day_something_is_due(stack, at):
    w = at("serah-terima", ".handover table")
    assert w.js("return document.querySelector('.handover td .printonly').textContent").startswith(day(3))
    assert day(2) in w.find(".handover table .sent").text
