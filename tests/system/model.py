"""The response machine once more, in Python: what a history of events means for an incident, its dispatches and their clocks.

Written from the words of the design, not from the daemon's tables: test_model.py compares both, and folds what the real daemon
wrote. A Fold takes the events of one incident in order. What does not fit is a Fault that names the event.
"""
import dataclasses
import datetime
import hashlib
import json
import struct
import uuid


class Fault(AssertionError):
    """The history, or what the daemon made of it, is not what the model says."""


def table(text):
    """{state: {event: (next state, repeats)}} from lines "state: event>next event>next"; "event=" is welcome and changes nothing."""
    rows = {}
    for line in text.strip().splitlines():
        state, _, steps = line.partition(":")
        row = rows[state.strip()] = {}
        for step in steps.split():
            event, arrow, next_state = step.partition(">")
            row[event.rstrip("=")] = (next_state, False) if arrow else (state.strip(), True)
    return rows


# An agency answers; a clock is silent, lapses or expires; the coordinator cancels. Who sets out or arrives without a word has accepted.
DISPATCH = table("""
notified:  seen>seen accept>accepted decline>declined en_route>en_route on_scene>on_scene cancel>cancelled silence>notified expire>expired
seen:      seen= accept>accepted decline>declined en_route>en_route on_scene>on_scene cancel>cancelled silence>seen expire>expired
accepted:  seen= accept= decline>declined en_route>en_route on_scene>on_scene complete>completed cancel>cancelled silence>accepted lapse>notified
declined:  decline= silence>declined
en_route:  seen= accept= en_route= decline>declined on_scene>on_scene complete>completed cancel>cancelled silence>en_route
on_scene:  seen= accept= on_scene= complete>completed cancel>cancelled silence>on_scene
completed: complete=
cancelled: cancel=
expired:   accept>accepted decline>declined en_route>en_route on_scene>on_scene cancel>cancelled expire=
""")

_GOES_ON = "note>{0} absorb>{0} release>{0} detach>{0} not_duplicate>{0}"
_ENDS = "cancel>cancelled false_report>closed close>closed merge>merged"
INCIDENT = table("\n".join([
    "open: triage>triaged dispatch>open engage>open hand_over>handed_over withdraw>cancelled silence>open " + _GOES_ON.format("open") + " claim>open " + _ENDS,
    "triaged: triage>triaged dispatch>triaged engage>in_progress hand_over>handed_over withdraw>cancelled silence>triaged "
    + _GOES_ON.format("triaged") + " claim>triaged " + _ENDS,
    "in_progress: triage>in_progress dispatch>in_progress engage>in_progress hand_over>handed_over withdraw>in_progress silence>in_progress "
    + _GOES_ON.format("in_progress") + " claim>in_progress " + _ENDS,
    "handed_over: triage>in_progress dispatch>in_progress engage>handed_over hand_over>handed_over withdraw>handed_over silence>handed_over "
    + _GOES_ON.format("handed_over") + " claim>handed_over " + _ENDS,
    "closed: reopen>open " + _GOES_ON.format("closed"),
    "cancelled: reopen>open " + _GOES_ON.format("cancelled"),
    "merged: note>merged release>merged split>open",
]))

ANSWERS = ("seen", "accept", "decline", "en_route", "on_scene", "complete")
VOIDING = ("accept", "decline", "en_route", "on_scene", "complete", "cancel", "expire")  # after these nobody is asked or reminded any more
UNANSWERED = ("notified", "seen", "expired")
OPEN = ("notified", "seen", "accepted", "en_route", "on_scene")
ENDED = ("closed", "cancelled", "merged")
STAMP = {"seen": "seen_at", "decline": "declined_at", "en_route": "en_route_at", "on_scene": "on_scene_at",
         "complete": "completed_at", "cancel": "cancelled_at", "expire": "expired_at"}


@dataclasses.dataclass(frozen=True)
class Armed:
    """A clock that runs. due None: the policy of that moment says it, and the history does not."""

    clock: str
    step: int
    due: object
    since: int = 0  # number of the event that armed it, where the time does not tell

    def fits(self, row):
        return row is not None and (self.clock, self.step) == (row.clock, row.step) and self.due in (None, row.due)


@dataclasses.dataclass
class Dispatch:
    id: str
    agency: str
    made: int
    state: str = "notified"
    version: int = 1
    stamps: dict = dataclasses.field(default_factory=dict)
    facts: dict = dataclasses.field(default_factory=dict)  # ladders, accept_s ... as stored: the events do not repeat them


def seconds(n):
    return datetime.timedelta(seconds=n)


class Fold:
    def __init__(self, incident, facts, unreachable=()):
        """unreachable: agencies that need not be told again. facts: {dispatch: {"agency", "ladders", "accept_s", "arrive_s", "complete_s"}}, which never change."""
        self.id, self.facts, self.unreachable = incident, facts, unreachable
        self.state, self.version = None, 0
        self.dispatches, self.armed = {}, {}
        self.course = {0: None}  # version -> state of the incident
        self.history = {}  # (dispatch, version) -> (state, number of the event)
        self.changes = []  # (event, subject, armed before, armed after)
        self.silenced = []  # (event, subject, Armed that ran out)
        self.answered = {}  # dispatch -> moments after which its older notices are void
        self.made_by = {}  # number -> (dispatch, kind)
        self.stands_for = {}  # dispatch -> the one for whose silence or refusal it was made
        self.stood_down = []  # (dispatch, agency, when)
        self.disposition, self.merged_into = None, None

    # -- one event

    def apply(self, event):
        before = dict(self.armed)
        self.check(event["number"] == self.version + 1, event, f"follows number {self.version}")
        kind, data = event["kind"], event["data"]
        if kind == "opened":
            self.opened(event, data)
        elif kind in ANSWERS or kind in ("lapse", "expire"):
            self.answer(event, kind, data)
        elif kind == "escalated":
            self.escalated(event, data)
        elif kind == "report_attached" and "plan" not in data:
            self.check(data["from"] == data["to"] == self.state, event, f"belongs to an incident that is {self.state}")
        else:  # a report that knew more was a triage by the machine
            self.decided(event, {"report_attached": "triage", "claimed": "claim"}.get(kind, kind), data)
        self.version = event["number"]
        self.course[self.version] = self.state
        for subject in {*before, *self.armed}:
            if before.get(subject) != self.armed.get(subject):
                self.changes.append((event, subject, before.get(subject), self.armed.get(subject)))

    @staticmethod
    def check(fact, event, what):
        if not fact:
            raise Fault(f"event {event['number']} ({event['kind']}) {what}: {json.dumps(event['data'])}")

    def put(self, event, d, state):
        d.state = state
        d.version += 1
        self.history[d.id, d.version] = (state, event["number"])

    def add(self, event, id, agency):
        self.check(id in self.facts, event, f"made a dispatch {id} that is not there")
        facts = self.facts[id]
        self.check(facts["agency"] == agency, event, f"names {agency} for {facts['agency']}")
        working = [d.agency for d in self.dispatches.values() if d.state != "cancelled"]
        self.check(agency not in working, event, f"dispatches {agency} twice")
        d = self.dispatches[id] = Dispatch(id, agency, event["number"], facts=facts)
        d.stamps = {"notified_at": event["at"], "accept_by": event["at"] + seconds(facts["accept_s"])}
        self.history[id, 1] = ("notified", event["number"])
        self.armed[id] = Armed("accept", 0, d.stamps["accept_by"])

    def opened(self, event, data):
        self.check(event["number"] == 1, event, "is not the first")
        self.check(data["state"] in ("open", "triaged"), event, "opens in a strange state")
        self.state = data["state"]
        for d in data["dispatches"]:
            self.add(event, d["id"], d["agency"])
        if self.state == "open":
            self.armed[self.id] = Armed("triage", 0, None, event["number"])

    # -- what an agency, or its silence, says

    def answer(self, event, kind, data):
        self.check(data["dispatch"] in self.dispatches, event, "is about a dispatch that is not there")
        d = self.dispatches[data["dispatch"]]
        self.check(data["from"] == d.state, event, f"follows {d.state}")
        next_state, repeats = DISPATCH[d.state].get(kind, (None, False))
        self.check(next_state is not None and not repeats, event, f"changes nothing in {d.state}")
        self.check(data["to"] == next_state, event, f"should lead to {next_state}")
        self.check(self.state not in ENDED, event, f"comes when the incident is {self.state}")
        was, at = d.state, event["at"]
        if kind in ("lapse", "expire"):
            self.given_up(event, d, data)
        self.put(event, d, next_state)
        self.made_by[event["number"]] = (d.id, kind)
        self.stamp(d, kind, at, data)
        if kind in VOIDING:
            self.answered.setdefault(d.id, []).append(at)
            d.stamps["answered_at"] = at
        self.rearm(d, kind, was, at)
        if kind in ("accept", "en_route", "on_scene") and was in UNANSWERED:
            self.state = INCIDENT[self.state]["engage"][0]
            self.relieve(event, d)

    def stamp(self, d, kind, at, data):
        if kind in STAMP:
            d.stamps[STAMP[kind]] = at
        if kind in ("accept", "en_route", "on_scene"):
            d.stamps.setdefault("accepted_at", at)
        if kind == "lapse":
            for stamp in ("accepted_at", "arrive_by", "eta"):
                d.stamps.pop(stamp, None)  # asked again
        for said in ("eta", "reason") if kind in ANSWERS else ():
            if said in data:
                d.stamps[said] = data[said]

    def rearm(self, d, kind, was, at):
        """Only an answer stops a clock; the state that it leads to says which one runs next."""
        def run(clock, column, s):
            self.armed[d.id] = Armed(clock, 0, at + seconds(s))
            if column is not None:
                d.stamps[column] = at + seconds(s)

        if kind in ("accept", "en_route") and was in UNANSWERED:
            run("arrive", "arrive_by", d.facts["arrive_s"])
        elif kind == "on_scene":
            run("complete", "complete_by", d.facts["complete_s"])
        elif kind == "decline" and was != "expired":
            run("replace", None, 0)
        elif kind == "lapse":
            run("accept", "accept_by", d.facts["accept_s"])
        elif kind in ("complete", "expire"):
            self.armed.pop(d.id, None)

    def relieve(self, event, d):
        """Who was asked for the same task and has not answered stands down; who declined needs no replacement any more."""
        family = [x for x in self.dispatches.values() if x is not d and self.root(x.id) == self.root(d.id)]
        relieved = [x for x in family if x.state in ("notified", "seen")]
        self.check({x.id for x in relieved} == set(event["data"].get("relieved", [])), event, f"should relieve {[x.agency for x in relieved]}")
        for x in relieved:
            self.stand_down(event, x, "taken by another agency")
        for x in family:
            if x.state == "declined":
                self.armed.pop(x.id, None)

    def root(self, dispatch):
        return self.stands_for.get(dispatch, dispatch)

    def stand_down(self, event, d, reason):
        self.put(event, d, "cancelled")
        d.stamps |= {"cancelled_at": event["at"], "answered_at": event["at"], "reason": reason}
        self.answered.setdefault(d.id, []).append(event["at"])
        self.stood_down.append((d.id, d.agency, event["at"]))
        self.armed.pop(d.id, None)

    # -- what the clock says

    def run_out(self, event, data):
        """The clock that an event of the daemon's own is about."""
        subject = data.get("dispatch", self.id)
        armed = self.armed.get(subject)
        self.check(armed is not None, event, "tells of a clock that does not run")
        self.check(armed.clock == data["clock"], event, f"tells of another clock than {armed.clock}")
        self.silenced.append((event, subject, armed))
        return subject, armed

    def given_up(self, event, d, data):
        """An answer expires, or the waiting for one, when the ladder has ended."""
        _, armed = self.run_out(event, data)
        self.check(armed.clock == {"lapse": "arrive", "expire": "accept"}[event["kind"]], event, f"does not follow from {armed.clock}")
        self.check(self.walk(d, armed, data)[2], event, "comes while there are rungs left")

    def escalated(self, event, data):
        subject, armed = self.run_out(event, data)
        if subject == self.id:
            self.check(data["step"] >= armed.step, event, f"fires a rung again: {armed.step} is next")
            self.armed[self.id] = Armed(armed.clock, data.get("next_step", data["step"] + 1), None, event["number"])
        else:
            self.climb(event, data, armed, self.dispatches[subject])

    def walk(self, d, armed, data):
        """The rungs that act: (indices, those that were skipped before and beside them, has the ladder ended)."""
        ladder = d.facts["ladders"]["accept" if armed.clock in ("accept", "replace") else "late"]
        skipped, i = [], armed.step
        while i < len(ladder):
            group = [i]
            while ladder[group[-1]].get("with_next"):
                group.append(group[-1] + 1)
            acting = [k for k in group if not self.is_empty(ladder[k], armed.clock, f"step {k} (again): " in data.get("skipped", ""), d)]
            skipped += [k for k in group if k not in acting]
            if acting:
                return acting, skipped, False
            i = group[-1] + 1
        return [], skipped, True

    def is_empty(self, rung, clock, said, d):
        """Somebody is on duty in this world and all people can be reached; agencies that were deaf need not be told again."""
        if rung["to"] == "again":
            return clock == "replace" or said and d.agency in self.unreachable
        if rung["to"] in ("up", "agency"):
            return rung["slug"] is None or rung["slug"] in [x.agency for x in self.dispatches.values()]
        return False

    def climb(self, event, data, armed, d):
        ladder = d.facts["ladders"]["accept" if armed.clock in ("accept", "replace") else "late"]
        acting, skipped, ended = self.walk(d, armed, data)
        self.check(not (ended and armed.clock == "arrive" and d.state == "accepted"), event, "should be a lapse")
        self.check((data["step"], data["repeat"]) == (len(ladder) if ended else acting[0], ended), event, f"should be {acting} of {len(ladder)} rungs, {armed.step} is next")
        did = [r["rung"] for r in data.get("rungs", [data])]
        self.check(did == ([ladder[k]["to"] for k in acting] or ["duty"]), event, f"should act on {acting}")
        for k in skipped:
            self.check(f"step {k} (" in data.get("skipped", "") or len(data.get("skipped", "")) > 200, event, f"does not say that it skips step {k}")
        wanted = [ladder[k]["slug"] for k in acting if ladder[k]["to"] in ("up", "agency")]
        made = data.get("new_dispatches") or ([{"dispatch": data["new_dispatch"], "agency": data["new_agency"]}] if "new_dispatch" in data else [])
        self.check([m["agency"] for m in made] == list(dict.fromkeys(wanted)), event, f"should dispatch {wanted}")
        for m in made:
            self.stands_for[m["dispatch"]] = self.root(d.id)
            self.add(event, m["dispatch"], m["agency"])
        if armed.clock == "replace" and (made or ended):
            del self.armed[d.id]  # its task has gone over, or there is nobody: it rests
            return
        next_step = len(ladder) if ended else acting[-1] + 1
        while not ended and ladder[next_step - 1].get("with_next"):
            next_step += 1  # of a group, the last one's wait counts
        wait = 0 if armed.clock == "replace" else d.facts["ladders"]["repeat_s"] if ended else ladder[next_step - 1]["wait_s"]
        self.armed[d.id] = Armed(armed.clock, next_step, event["at"] + seconds(wait))

    # -- what a coordinator says

    def decided(self, event, kind, data):
        self.check(self.state in INCIDENT and kind in INCIDENT[self.state], event, f"means nothing in {self.state}")
        self.check(data["from"] == self.state, event, f"follows {self.state}")
        next_state = INCIDENT[self.state][kind][0]
        plan = data.get("plan", {})
        unsure = kind == "triage" and plan.get("state") == "open"
        if unsure and data["to"] == "open" and self.state in ("open", "triaged"):
            next_state = "open"  # the triage did not make it sure enough
        self.check(data["to"] == next_state, event, f"should lead to {next_state}")
        was, self.state = self.state, next_state
        if kind in ("triage", "hand_over") or next_state in ENDED:
            self.armed.pop(self.id, None)
        if unsure and next_state == "open" or kind in ("reopen", "split"):
            self.armed[self.id] = Armed("triage", 0, None, event["number"])
        if kind == "hand_over":
            self.armed[self.id] = Armed("follow_up", 0, None, event["number"])
        if kind == "dispatch" and was == "handed_over":
            self.armed.pop(self.id, None)
        for d in plan.get("dispatches", []):
            self.add(event, d["id"], d["agency"])
        if was != next_state:
            self.disposition = data.get("disposition")
        self.merged_into = data["into_id"] if kind == "merge" else None if kind == "split" else self.merged_into
        if next_state in ENDED and was not in ENDED:
            self.end(event, kind, data)

    def end(self, event, kind, data):
        """Nobody is wanted any more: everybody who was asked is told, every clock stops."""
        self.armed.clear()
        reason = data.get("reason") or {"false_report": "false report", "merge": f"merged into incident {data.get('into')}"}.get(kind, "incident closed")
        asked = [d for d in self.dispatches.values() if DISPATCH[d.state].get("cancel", (None, True))[1] is False]
        self.check({d.id for d in asked} == set(data.get("cancelled", [])), event, f"should cancel {[d.agency for d in asked]}")
        for d in asked:
            self.stand_down(event, d, reason)


# ---- the chain of hashes ----------------------------------------------------------------------------------------------------

_EPOCH = datetime.datetime(2000, 1, 1, tzinfo=datetime.timezone.utc)


def event_hash(before, incident, event):
    """SHA-256 as 0001_initial.sql describes it. event["text"]: the data as stored."""
    us = (event["at"] - _EPOCH) // datetime.timedelta(microseconds=1)
    words = "\x1f".join((event["actor"], event["kind"], event["text"]))
    return hashlib.sha256(before + uuid.UUID(incident).bytes + struct.pack(">iq", event["number"], us) + words.encode()).digest()
