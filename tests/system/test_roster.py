"""The duty roster: the calendar that it exports, sigapctl and the daemon name the same person at every minute, whatever was swapped, overridden or
left open. All people and times are made up; a minute is counted from the beginning of the test's own week."""
import datetime
import json
import os
import random

import icalendar
import pytest

from stack import Stack, wait_until
from test_ctl import Ctl

BEGIN = datetime.datetime(2031, 3, 3, 0, 0, tzinfo=datetime.timezone.utc)  # far from now: nothing here depends on the day of the test
MINUTES = 7 * 24 * 60
PEOPLE = ("ani", "budi", "cici", "dodo")
ROLES = ("coordinator", "officer")
WITA = datetime.timezone(datetime.timedelta(hours=8))


def at(minute):
    return BEGIN + datetime.timedelta(minutes=minute)


def text(minute, zone=datetime.timezone.utc):
    return at(minute).astimezone(zone).isoformat()


def minute_of(moment):
    return round((moment - BEGIN).total_seconds() / 60)


@pytest.fixture(scope="module")
def template(postgres):
    """A database with four people and no policy."""
    c = Ctl(postgres)
    c.run("migrate")
    for n, slug in enumerate(PEOPLE):
        c.run("roster", "person", "add", "--slug", slug, "--name", slug.title(), "--phone", f"+62811000000{n}", "--role", "coordinator",
              "--scope", "64.09")
    yield c.database
    c.close()


@pytest.fixture
def ctl(postgres, template):
    c = Ctl(postgres, template)
    yield c
    c.close()


def add_rotation(ctl, *more):
    ctl.run("roster", "rotation", "add", "piket", "--role", "coordinator", "--people", "ani,budi,cici", "--from", text(0, WITA), "--length",
            "12h", *more)


@pytest.fixture(scope="module")
def planned(postgres, template):
    """One database for all that is refused: a rotation, and nothing else that may be there."""
    c = Ctl(postgres, template)
    add_rotation(c)
    yield c
    c.close()


@pytest.fixture
def other(postgres, template):
    c = Ctl(postgres, template)
    yield c
    c.close()


# ---- what was put in, and who is then on duty at each minute ----------------------------------------------------------------


class Oracle:
    """Minute by minute, by the words of shift_override: knows nothing of spans. Puts what it is told into the database too."""

    def __init__(self, ctl):
        self.ctl, self.rotations, self.shifts, self.overrides = ctl, [], [], []

    def rotation(self, slug, role, people, begin, length, end=None):
        self.rotations.append((role, people, begin, length, end))
        self.ctl.sql("insert into rotation (slug, role, people, starts_at, shift_s, ends_at) values (%s, %s, %s, %s, %s, %s)", slug, role,
                     list(people), at(begin), length * 60, None if end is None else at(end))

    def shift(self, person, role, begin, end):
        self.shifts.append((person, role, begin, end))
        self.ctl.sql("insert into shift (person, role, starts_at, ends_at) values (%s, %s, %s, %s)", person, role, at(begin), at(end))

    def override(self, role, begin, end, person, of, swap=None):
        self.overrides.append((role, begin, end, person, of, swap is not None))
        self.ctl.sql("insert into shift_override (swap, role, starts_at, ends_at, person, instead_of, made_by, made_at) values "
                     "(%s, %s, %s, %s, %s, %s, 'test', now() + %s * interval '1 second')", swap, role, at(begin), at(end), person, of,
                     len(self.overrides))

    def on_duty(self, minute):
        seats = [(role, people[(minute - begin) // length % len(people)]) for role, people, begin, length, end in self.rotations
                 if begin <= minute and (end is None or minute < end)]
        seats += [(role, person) for person, role, begin, end in self.shifts if begin <= minute < end]
        seats = [[role, person, person] for role, person in seats]  # role, whose it is, who has it
        for role, begin, end, person, of, swap in self.overrides:
            if not begin <= minute < end:
                continue
            for seat in seats:
                if seat[0] == role and (of is None or of in seat[1:]):
                    seat[1:] = [person if swap else seat[1], person]
            if of is None:
                seats.append([role, person, person])
        return {(person, role) for role, _, person in seats if person is not None}


def each_minute(spans):
    """spans (person, role, from, until) as the set of those on duty at each minute; each only once."""
    minutes = [set() for _ in range(MINUTES)]
    for person, role, begin, end in spans:
        for m in range(max(0, minute_of(begin)), min(MINUTES, minute_of(end))):
            assert (person, role) not in minutes[m], (person, role, m)
            minutes[m].add((person, role))
    return minutes


def exported(ctl, path):
    ctl.run("roster", "export", "--from", text(0), "--until", text(MINUTES), "--out", path)
    calendar = icalendar.Calendar.from_ical(path.read_text())
    events = calendar.walk("VEVENT")
    assert not [e for e in events if e.errors] and len({str(e["UID"]) for e in events}) == len(events)
    return events


def spans_of(events):
    return [(str(e["X-SIGAP-PERSON"]), str(e["X-SIGAP-ROLE"]), e["DTSTART"].dt, e["DTEND"].dt) for e in events]


def week(ctl, status):
    rows = ctl.json("roster", "week", "--from", text(0), status=status)
    times = [(r, *(datetime.datetime.fromisoformat(r[k].replace("Z", "+00:00")) for k in ("from", "until"))) for r in rows]
    return ([(r["person"], r["role"], a, b) for r, a, b in times if r["source"] != "gap"],
            [(minute_of(a), minute_of(b)) for r, a, b in times if r["source"] == "gap"])


def gaps_of(oracle):
    gaps = []
    for m in range(MINUTES):
        if not oracle[m]:
            gaps[-1:] = [(gaps[-1][0], m + 1)] if gaps and gaps[-1][1] == m else [*gaps[-1:], (m, m + 1)]
    return gaps


def who(ctl, minute):
    """As sigapctl says; it exits with 1 when nobody is."""
    done = json.loads(ctl.run("roster", "who", "--at", text(minute), "--json", status=None).stdout)
    return sorted(p["person"] for p in done)


def a_week_with_everything(o):
    """Two rotations, single shifts, a swap, nested overrides, an override of everybody, and two gaps."""
    day = 24 * 60
    o.rotation("siang-malam", "coordinator", ("ani", "budi", "cici"), -5 * day + 137, 720)
    o.rotation("petugas", "officer", ("dodo", "ani"), day, 1440, 3 * day)
    o.shift("dodo", "officer", 4 * day, 4 * day + 90)
    o.override("coordinator", 857, 1577, "cici", "budi", swap="00000000-0000-0000-0000-000000000001")
    o.override("coordinator", 1577, 2297, "budi", "cici", swap="00000000-0000-0000-0000-000000000001")
    o.override("coordinator", 3 * day, 5 * day, "dodo", "ani")
    o.override("coordinator", 4 * day, 4 * day + 300, None, "ani")
    o.override("coordinator", 4 * day + 17, 4 * day + 400, None, "budi")
    o.override("coordinator", 4 * day + 30, 4 * day + 410, None, "cici")
    o.override("coordinator", 6 * day - 1, 6 * day + 1, "ani", None)


def random_week(o, pick):
    for n in range(pick.randrange(1, 4)):
        begin = pick.randrange(-MINUTES, MINUTES)
        o.rotation(f"r{n}", pick.choice(ROLES), [pick.choice(PEOPLE) for _ in range(pick.randrange(1, 4))], begin, pick.randrange(60, 2000),
                   pick.choice([None, begin + pick.randrange(1, 2 * MINUTES)]))
    for _ in range(pick.randrange(6)):
        begin = pick.randrange(-500, MINUTES)
        o.shift(pick.choice(PEOPLE), pick.choice(ROLES), begin, begin + pick.randrange(1, 3000))
    for n in range(pick.randrange(12)):
        begin = pick.randrange(-500, MINUTES)
        person, of = pick.choice([*pick.sample(PEOPLE, 2)]), None
        if pick.random() < 0.8:
            of = pick.choice([p for p in PEOPLE if p != person])
            person = None if pick.random() < 0.2 else person
        swap = f"00000000-0000-0000-0000-{n:012}" if person and of and pick.random() < 0.3 else None
        o.override(pick.choice(ROLES), begin, begin + pick.randrange(1, 4000), person, of, swap)


@pytest.mark.parametrize("kind", ["everything", "random"])
def test_the_calendar_names_the_same_person_at_every_minute_as_sigapctl_and_an_oracle(ctl, other, tmp_path, kind):
    o, seed = Oracle(ctl), int(os.environ.get("SEED") or random.randrange(2**32))
    print("SEED", seed)
    pick = random.Random(seed)
    a_week_with_everything(o) if kind == "everything" else random_week(o, pick)
    expected = [o.on_duty(m) for m in range(MINUTES)]
    events = exported(ctl, tmp_path / "duty.ics")
    assert each_minute(spans_of(events)) == expected
    gaps = gaps_of(expected)
    spans, told = week(ctl, 1 if gaps else 0)
    assert each_minute(spans) == expected and told == gaps
    if kind == "everything":
        assert len(gaps) == 1
    changes = [m for m in range(1, MINUTES) if expected[m] != expected[m - 1]]
    for m in {0, MINUTES - 1, *(c - back for c in pick.sample(changes, min(8, len(changes))) for back in (0, 1))}:
        assert who(ctl, m) == sorted({person for person, _ in expected[m]}), m
    # read by another office: the same duty from single shifts alone
    other.run("roster", "import", tmp_path / "duty.ics")
    assert each_minute(week(other, 1 if gaps else 0)[0]) == expected
    assert each_minute(spans_of(exported(other, tmp_path / "again.ics"))) == expected


def test_the_calendar_is_what_rfc_5545_asks_for_and_a_shift_keeps_its_uid(ctl, tmp_path):
    Oracle(ctl).rotation("piket", "coordinator", ("ani", "budi"), 0, 720)
    calendar = icalendar.Calendar.from_ical(ctl.run("roster", "export", "--from", text(30), "--until", text(800)).stdout)
    assert (str(calendar["VERSION"]), str(calendar["X-WR-TIMEZONE"])) == ("2.0", "Asia/Makassar") and calendar["PRODID"] and calendar["X-WR-CALNAME"]
    first, second = calendar.walk("VEVENT")
    assert (first["DTSTART"].dt, first["DTEND"].dt, first["SUMMARY"]) == (at(0), at(720), "Piket koordinator: Ani")  # whole, not cut
    assert (second["DTSTART"].dt, second["DTEND"].dt, second["SUMMARY"]) == (at(720), at(1440), "Piket koordinator: Budi")
    assert first["CATEGORIES"].cats == ["coordinator"] and first["DTSTAMP"].dt and "ATTENDEE" not in first
    later = icalendar.Calendar.from_ical(ctl.run("roster", "export", "--from", text(100), "--until", text(200)).stdout).walk("VEVENT")
    assert [str(e["UID"]) for e in later] == [str(first["UID"])]


# ---- the operator's changes -----------------------------------------------------------------------------------------------------


def test_a_swap_gives_each_the_others_whole_shift(ctl):
    add_rotation(ctl)
    swap = ctl.run("roster", "swap", "ani", text(100), "cici", text(1500)).stdout.strip()
    assert [who(ctl, m) for m in (0, 719, 720, 1440, 2159, 2160)] == [["cici"], ["cici"], ["budi"], ["ani"], ["ani"], ["ani"]]
    assert ctl.sql("select role, starts_at, ends_at, person, instead_of from shift_override where swap = %s order by starts_at", swap) == [
        {"role": "coordinator", "starts_at": at(0), "ends_at": at(720), "person": "cici", "instead_of": "ani"},
        {"role": "coordinator", "starts_at": at(1440), "ends_at": at(2160), "person": "ani", "instead_of": "cici"}]
    half = ctl.one("select id from shift_override where person = 'ani'")
    ctl.run("roster", "override", "remove", half)
    assert [who(ctl, m) for m in (0, 1440)] == [["ani"], ["cici"]], "one half taken back is the whole swap taken back"


def test_a_swap_counts_what_overrides_made_of_the_shift(ctl):
    add_rotation(ctl)
    ctl.run("roster", "override", "add", "--role", "coordinator", "--from", text(600), "--until", text(2000), "--person", "dodo", "--instead-of",
            "ani", "--reason", "cuti")
    ctl.run("roster", "swap", "ani", text(100), "budi", text(800))  # only what is left of Ani's shift
    assert [who(ctl, m) for m in (0, 599, 600, 719, 720, 1439, 1440)] == [
        ["budi"], ["budi"], ["dodo"], ["dodo"], ["ani"], ["ani"], ["cici"]]


@pytest.mark.parametrize("swap, status, words", [
    (("ani", 800, "budi", 800), 1, "ani is not on duty at 2031-03-03T13:20:00+00:00 (2031-03-03 21:20 WITA): nothing was changed"),
    (("ani", 10, "budi", 10), 1, "budi is not on duty"),
    (("ani", 10, "eko", 800), 1, "eko is not on the roster"),
    (("ani", 10, "ani", 3000), 2, "must be two people"),
    (("ani", 10, "dodo", 100), 1, "ani and dodo are on duty as coordinator at the same time"),
])
def test_a_swap_that_cannot_be_is_refused_with_words_and_changes_nothing(ctl, swap, status, words):
    add_rotation(ctl)
    Oracle(ctl).shift("dodo", "coordinator", 60, 200)
    one, first, two, second = swap
    assert words in ctl.run("roster", "swap", one, text(first), two, text(second), status=status).stderr
    assert ctl.one("select count(*) from shift_override") == 0


def test_the_week_shows_the_gap_in_local_time_and_says_so_with_its_exit_status(ctl):
    add_rotation(ctl)
    assert "gap" not in ctl.run("roster", "week", "--from", text(0)).stdout
    ctl.run("roster", "override", "add", "--role", "coordinator", "--from", text(800), "--until", text(860), "--instead-of", "budi")
    lines = ctl.run("roster", "week", "--from", text(0), status=1).stdout.splitlines()
    (gap,) = [line for line in lines if line.endswith("  gap")]
    assert gap.split("  ")[-3:] == ["2031-03-03 21:20 WITA", "2031-03-03 22:20 WITA", "gap"]
    assert lines[-1] == "gap: nobody with a telephone is on duty for any area"
    ctl.run("roster", "week", "--from", text(0), "--region", "64.01", status=1)  # nobody's scope
    ctl.run("roster", "week", "--from", text(860), "--region", "64.09.01.1003")


def test_what_was_taken_away_still_says_who_was_on_duty_then(ctl):
    ctl.run("roster", "rotation", "add", "lama", "--role", "coordinator", "--people", "ani", "--from", "2020-01-01T00:00:00Z", "--length", "1d")
    assert ctl.json("roster", "who")[0]["person"] == "ani"
    ctl.run("roster", "rotation", "remove", "lama")
    ctl.run("roster", "who", status=1)
    assert ctl.json("roster", "who", "--at", "2020-06-01T00:00:00Z")[0]["person"] == "ani"
    assert "there is no rotation lama" in ctl.run("roster", "rotation", "remove", "lama", status=1).stderr
    assert ctl.run("roster", "rotation", "list").stdout == "no rotations\n"


def test_a_shift_that_has_begun_ends_when_it_is_removed_and_one_ahead_goes(ctl):
    ctl.run("roster", "shift", "add", "--person", "ani", "--from", "2020-01-01T00:00:00Z", "--until", text(0))
    begun = ctl.json("roster", "shift", "list")[0]["id"]
    ahead = ctl.run("roster", "shift", "add", "--person", "budi", "--from", text(0), "--until", text(60)).stdout.strip()
    for shift in (begun, ahead):
        ctl.run("roster", "shift", "remove", shift)
        assert f"there is no shift {shift} that has not ended" in ctl.run("roster", "shift", "remove", shift, status=1).stderr
    assert ctl.json("roster", "who", "--at", "2020-06-01T00:00:00Z")[0]["person"] == "ani"
    ctl.run("roster", "who", status=1)
    assert ctl.sql("select person, ends_at <= now() as over from shift") == [{"person": "ani", "over": True}]


def test_every_change_of_the_roster_is_kept_with_who_made_it(ctl):
    add_rotation(ctl)
    ctl.run("roster", "shift", "add", "--person", "dodo", "--from", text(0), "--until", text(60))
    ctl.run("roster", "override", "add", "--role", "coordinator", "--from", text(0), "--until", text(60), "--person", "dodo", "--reason", 'a "b" \\ {c}')
    ctl.run("roster", "swap", "budi", text(800), "cici", text(1500))
    made = ctl.sql("select split_part(object, ':', 1) as kind, action, before, after, actor from directory_change where object not like 'person:%' order by at, object")
    assert [(c["kind"], c["action"]) for c in made] == [("rotation", "put"), ("shift", "put")] + [("override", "put")] * 3
    assert all(c["actor"].startswith("sigapctl:") and c["before"] is None for c in made)
    assert made[0]["after"]["people"] == ["ani", "budi", "cici"] and made[1]["after"]["person"] == "dodo"
    assert made[2]["after"]["reason"] == 'a "b" \\ {c}' and made[3]["after"]["swap"] == made[4]["after"]["swap"] is not None
    ctl.sql("delete from directory_change")
    ctl.run("roster", "override", "remove", made[3]["after"]["swap"])
    ctl.run("roster", "shift", "remove", made[1]["after"]["id"])
    ctl.run("roster", "rotation", "remove", "piket")
    gone = ctl.sql("select split_part(object, ':', 1) as kind, action, before, after, actor from directory_change order by at, object")
    assert [(c["kind"], c["action"], c["after"]) for c in gone] == [
        ("override", "retire", None), ("override", "retire", None), ("shift", "retire", None), ("rotation", "retire", None)]
    assert all(c["actor"].startswith("sigapctl:") and c["before"] for c in gone)


def test_who_stands_in_for_somebody_who_left_stays_on_duty(ctl):
    add_rotation(ctl)
    ctl.run("roster", "override", "add", "--role", "coordinator", "--from", text(0), "--until", text(5000), "--person", "dodo", "--instead-of", "budi")
    ctl.run("roster", "person", "retire", "budi")
    assert [who(ctl, m) for m in (0, 720, 1440)] == [["ani"], ["dodo"], ["cici"]]
    ctl.run("roster", "person", "retire", "ani")
    assert who(ctl, 0) == []


@pytest.mark.parametrize("args, status, words", [
    (["rotation", "add", "Piket", "--role", "officer", "--people", "ani", "--from", text(0), "--length", "12h"], 2, "SLUG may have only"),
    (["rotation", "add", "p", "--role", "boss", "--people", "ani", "--from", text(0), "--length", "12h"], 2, "--role must be one of"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani,,budi", "--from", text(0), "--length", "12h"], 2, "--people must be"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani,eko", "--from", text(0), "--length", "12h"], 1, "eko is not on the roster"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani", "--from", text(0), "--length", "30m"], 2, "--length must be a time from 1h to 31d"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani", "--from", text(0), "--length", "32d"], 2, "--length must be"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani", "--from", text(0), "--length", "12"], 2, "--length must be"),
    (["rotation", "add", "p", "--role", "officer", "--people", "ani", "--from", text(9), "--until", text(9), "--length", "1d"], 2, "--until must be later"),
    (["rotation", "add", "piket", "--role", "officer", "--people", "ani", "--from", text(0), "--length", "12h"], 1, "there is a rotation piket"),
    (["override", "add", "--role", "officer", "--from", text(0), "--until", text(9)], 2, "Give --person, --instead-of or both"),
    (["override", "add", "--role", "officer", "--from", text(0), "--until", text(9), "--person", "eko"], 1, "eko is not on the roster"),
    (["override", "add", "--role", "officer", "--from", text(0), "--until", text(9), "--person", "ani", "--instead-of", "ani"], 2, "two people"),
    (["override", "remove", "x"], 2, "ID must be one of"),
    (["swap", "ani", text(0), "budi"], 2, "TIME_B is missing"),
    (["swap", "ani", "noon", "budi", text(0)], 2, "noon is no time"),
    (["swap", "ani", text(0), "budi", text(9), "now"], 2, "one word too many"),
    (["note", "add", " "], 2, "TEXT must be"),
])
def test_a_wrong_change_is_refused_with_words(planned, args, status, words):
    assert words in planned.run("roster", *args, status=status).stderr
    assert planned.one("select (select count(*) from rotation) + (select count(*) from shift_override) + (select count(*) from handover_note)") == 1


def test_an_override_of_somebody_without_a_shift_is_mentioned(ctl):
    add_rotation(ctl)
    span = ["--role", "coordinator", "--from", text(0), "--until", text(700)]
    assert "budi has no shift as coordinator in that time so far" in ctl.run("roster", "override", "add", *span, "--instead-of", "budi").stderr
    assert ctl.run("roster", "override", "add", *span, "--instead-of", "ani").stderr == ""
    assert ctl.run("roster", "override", "add", *span, "--person", "ani").stderr == ""
    assert len(ctl.json("roster", "override", "list")) == 3


def test_a_note_is_there_for_the_next_shift_with_its_author(ctl):
    ctl.run("roster", "note", "add", "Pasien di RSUD, keluarga belum ditemukan")
    ctl.run("roster", "note", "add", "kedua")
    notes = ctl.json("roster", "note", "list")
    assert [n["text"] for n in notes] == ["kedua", "Pasien di RSUD, keluarga belum ditemukan"] and notes[0]["actor"].startswith("sigapctl:")
    assert " WITA " in ctl.run("roster", "note", "list").stdout


# ---- calendars of others ----------------------------------------------------------------------------------------------------------


def calendar(tmp_path, *events, end="END:VCALENDAR\r\n"):
    path = tmp_path / "in.ics"
    body = "".join("BEGIN:VEVENT\r\n" + "".join(line + "\r\n" for line in e) + "END:VEVENT\r\n" for e in events)
    path.write_bytes(("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + body + end).encode())
    return path


def event(*more, uid="a", summary="Piket ani", start="DTSTART:20310303T120000Z", end="DTEND:20310304T000000Z"):
    return [line for line in (f"UID:{uid}" if uid else "", f"SUMMARY:{summary}", start, end, *more) if line]


def shifts(ctl):
    return [(s["person"], s["role"], minute_of(s["starts_at"]), minute_of(s["ends_at"])) for s in ctl.sql("select * from shift order by starts_at, person")]


@pytest.mark.parametrize("given, expected", [
    (event(), [("ani", "coordinator", 720, 1440)]),
    (event(start="DTSTART;TZID=Asia/Makassar:20310303T200000", end="DURATION:PT12H"), [("ani", "coordinator", 720, 1440)]),
    (event(start="DTSTART;TZID=Asia/Jakarta:20310303T190000", end="DTEND;TZID=Asia/Jayapura:20310304T090000"), [("ani", "coordinator", 720, 1440)]),
    (event(start="DTSTART:20310303T200000", end="DTEND:20310304T080000"), [("ani", "coordinator", 720, 1440)]),
    (event(summary="PIKET PETUGAS: Budi"), [("budi", "officer", 720, 1440)]),
    (event("CATEGORIES:dodo", summary="Jaga malam"), [("dodo", "coordinator", 720, 1440)]),
    (event("CATEGORIES:kantor,officer"), [("ani", "officer", 720, 1440)]),
    (event("X-SIGAP-PERSON:cici", "X-SIGAP-ROLE:officer"), [("cici", "officer", 720, 1440)]),
    (event("RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3"), [("ani", "coordinator", m, m + 720) for m in (720, 3600, 6480)]),
    (event("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3"), [("ani", "coordinator", m, m + 720) for m in (720, 3600, 10800)]),
    # until is given in UTC, the days are those of the event's zone; Wednesday is left out
    (event("RRULE:FREQ=WEEKLY;BYDAY=TU,WE,TH;UNTIL=20310305T220000Z", "EXDATE;TZID=Asia/Makassar:20310305T060000",
           start="DTSTART;TZID=Asia/Makassar:20310304T060000", end="DTEND;TZID=Asia/Makassar:20310304T180000"),
     [("ani", "coordinator", 1320, 2040), ("ani", "coordinator", 4200, 4920)]),
    (event("STATUS:CANCELLED"), []),
    (event("DESCRIPTION:", "LOCATION:", "CATEGORIES:", "X-TAMBAHAN:"), [("ani", "coordinator", 720, 1440)]),
])
def test_an_event_becomes_the_shift_that_it_says_and_a_second_time_changes_nothing(ctl, tmp_path, given, expected):
    path = calendar(tmp_path, given)
    done = ctl.run("roster", "import", path)
    assert shifts(ctl) == expected
    assert ("times without a zone were taken as WITA" in done.stderr) == (given[2] == "DTSTART:20310303T200000")
    before = ctl.sql("select * from shift order by id")
    assert ctl.json("roster", "import", path) == {"added": 0, "changed": 0, "removed": 0, "unchanged": len(expected), "begun": 0}
    assert ctl.sql("select * from shift order by id") == before


def test_what_changed_in_the_calendar_changes_and_no_other_shift(ctl, tmp_path):
    Oracle(ctl).shift("dodo", "officer", 0, 60)
    ctl.run("roster", "import", calendar(tmp_path, event("RRULE:FREQ=DAILY;COUNT=3"), event(uid="b", summary="budi"), event(uid="c", summary="cici")))
    assert ctl.json("roster", "import", calendar(
        tmp_path, event("RRULE:FREQ=DAILY;COUNT=2", summary="dodo"), event(uid="b", summary="budi", start="DTSTART:20310303T130000Z"),
        event("STATUS:CANCELLED", uid="c", summary="cici"))) == {"added": 1, "changed": 2, "removed": 3, "unchanged": 0, "begun": 0}
    assert shifts(ctl) == [("dodo", "officer", 0, 60), ("dodo", "coordinator", 720, 1440), ("budi", "coordinator", 780, 1440),
                           ("dodo", "coordinator", 2160, 2880)]


def test_a_calendar_changes_nothing_that_has_begun_and_what_it_changes_is_kept(ctl, tmp_path):
    def days(n, *more, **how):
        """An event a day, since yesterday: one is over or under way, one is under way or ahead, the rest are ahead."""
        begin = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(hours=36)
        return event(*more, f"RRULE:FREQ=DAILY;COUNT={n}", start=f"DTSTART:{begin:%Y%m%dT%H%M%SZ}", end="DURATION:PT20H", **how)

    first = days(4)
    done = ctl.json("roster", "import", calendar(tmp_path, first))
    assert done == {"added": 3, "changed": 0, "removed": 0, "unchanged": 0, "begun": 1}  # what has ended is not added
    ctl.sql("insert into shift (uid, person, role, starts_at, ends_at) select uid, 'cici', role, starts_at - interval '1 day', ends_at - interval '1 day' "
            "from shift where starts_at < now()")
    before = ctl.sql("select * from shift where starts_at <= now() order by starts_at")
    assert [s["person"] for s in before] == ["cici", "ani"]
    assert len(ctl.sql("select 1 from directory_change where object like 'shift:%' and action = 'import' and before is null")) == 3
    second = [line.replace("Piket ani", "Piket budi").replace("COUNT=4", "COUNT=3") for line in first]
    done = ctl.run("roster", "import", calendar(tmp_path, second), "--json")
    assert json.loads(done.stdout) == {"added": 0, "changed": 1, "removed": 1, "unchanged": 0, "begun": 2}
    assert "2 shifts have begun" in done.stderr
    assert ctl.sql("select * from shift where starts_at <= now() order by starts_at") == before
    assert [s["person"] for s in ctl.sql("select person from shift where starts_at > now()")] == ["budi"]
    ctl.run("roster", "import", calendar(tmp_path, event("STATUS:CANCELLED", start=first[2])))
    assert ctl.sql("select * from shift order by starts_at") == before
    kept = ctl.sql("select action, before->>'person' as was, after->>'person' as is, actor from directory_change where object like 'shift:%' and before is not null order by at, action")
    assert [(c["action"], c["was"], c["is"]) for c in kept] == [("import", "ani", "budi"), ("retire", "ani", None), ("retire", "budi", None)]
    assert all(c["actor"].startswith("sigapctl:") for c in kept)


@pytest.mark.parametrize("given, words", [
    (event(summary="Piket Eko"), 'SUMMARY "Piket Eko" names nobody of the roster'),
    (event(summary="Piket ani-budi"), "names nobody"),
    (event(summary="Ani dan Budi"), "names budi and ani; a shift is one person's"),
    (event("X-SIGAP-PERSON:eko"), "X-SIGAP-PERSON eko is not on the roster"),
    (event("X-SIGAP-ROLE:boss"), "X-SIGAP-ROLE boss is no role; it is coordinator or officer"),
    (event(start="DTSTART;TZID=Europe/Berlin:20310303T120000"), "DTSTART has the zone Europe/Berlin; known are UTC and Asia/Makassar"),
    (event(start="DTSTART;VALUE=DATE:20310303", end=""), "DTSTART says no time of day"),
    (event(start="DTSTART:yesterday"), "DTSTART"),
    (event(start=""), "has no DTSTART"),
    (event("RRULE:"), "No value for RRULE"),
    (event(end=""), "has no end; give DTEND or DURATION"),
    (event(end="DTEND:20310303T120000Z"), "ends before it begins"),
    (event("RRULE:FREQ=DAILY"), "RRULE has no end; give it COUNT or UNTIL"),
    (event("RRULE:FREQ=MONTHLY;COUNT=2"), "RRULE must have FREQ=DAILY or FREQ=WEEKLY"),
    (event("RRULE:FREQ=DAILY;COUNT=1001"), "RRULE gives more than 1000 shifts"),
    (event("RECURRENCE-ID:20310303T120000Z"), "RECURRENCE-ID"),
    (event("RDATE:20310305T120000Z"), "RDATE is not taken"),
    (event(uid=""), "has no UID"),
    (event(uid="first"), "line 4 has the same UID"),
])
def test_a_fault_is_named_with_its_line_and_nothing_is_imported(planned, tmp_path, given, words):
    path = calendar(tmp_path, event(uid="first"), given)
    done = planned.run("roster", "import", path, status=1)
    (line,) = [line for line in done.stderr.splitlines() if words in line]
    assert line.startswith(f"{path}:10: ") and "nothing was imported" in done.stderr.splitlines()[-1]
    assert shifts(planned) == []


@pytest.mark.parametrize("end", ["", "BEGIN:VEVENT\r\nUID:cut\r\nSUMM", "END:VEVENT\r\n"])
def test_a_calendar_that_was_cut_short_is_refused_whole(planned, tmp_path, end):
    assert "in.ics:" in planned.run("roster", "import", calendar(tmp_path, event(), end=end), status=1).stderr
    assert shifts(planned) == []


def test_an_empty_property_of_ours_is_refused(planned, tmp_path):
    assert "in.ics:9: X-SIGAP-PERSON: has no value" in planned.run("roster", "import", calendar(tmp_path, event("X-SIGAP-PERSON:")), status=1).stderr
    assert shifts(planned) == []


def test_a_byte_order_mark_before_a_calendar_says_nothing(ctl, tmp_path):
    path = calendar(tmp_path, event())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    ctl.run("roster", "import", path)
    assert shifts(ctl) == [("ani", "coordinator", 720, 1440)]


def test_what_is_no_calendar_is_refused(planned, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("ani,2031-03-03\n")
    assert "is no iCalendar file" in planned.run("roster", "import", path, status=1).stderr


# ---- the daemon -------------------------------------------------------------------------------------------------------------------


def test_a_running_daemon_tells_the_one_whom_an_override_put_on_duty(postgres):
    phones = {"budi": "+6281200000001", "cici": "+6281200000002"}
    people = [{"slug": s, "name": s.title(), "phone": p, "role": "coordinator", "scope": "64.09"} for s, p in phones.items()]
    s = Stack(postgres, people=people)
    try:
        now = datetime.datetime.now(datetime.timezone.utc)
        hour = datetime.timedelta(hours=1)
        span = ["--from", (now - hour).isoformat(timespec="seconds"), "--until", (now + hour).isoformat(timespec="seconds")]
        s.ctl("roster", "rotation", "add", "piket", "--role", "coordinator", "--people", "budi", "--length", "7d", "--from", span[1])
        s.rules_changed()

        def told_of_a_report_without_a_type():
            before = len(s.sms.messages)
            made = s.api("POST", "/v1/reports", token="source", json={"text": "tolong pak ada yang aneh di sini"},
                         headers={"Idempotency-Key": os.urandom(8).hex()})
            assert made.status_code == 201, made.text
            return wait_until(lambda: [m["to"] for m in s.sms.messages[before:]], 10, "the coordinator's text")

        assert told_of_a_report_without_a_type() == [phones["budi"]]
        override = s.ctl("roster", "override", "add", "--role", "coordinator", *span, "--person", "cici", "--instead-of", "budi").stdout.strip()
        s.rules_changed()
        assert told_of_a_report_without_a_type() == [phones["cici"]]
        s.ctl("roster", "override", "remove", override)
        s.rules_changed()
        assert told_of_a_report_without_a_type() == [phones["budi"]]
    finally:
        s.close()
