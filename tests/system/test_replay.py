"""Promise: a day of 10,000 messages, as mixed as they come, loses nothing, and every event is one incident.

The day: real chat, fraud and promotion (tests/data/real_sms_negatives_dev.jsonl), the hand-written negatives, and events: each a hand-written report about a place
of its own, told by a sender of his own. Of all messages 5 % are repetitions: the gateway's (the same id), the sender's (another id), and another sender's words. They come
through Kannel's door as fast as it goes, in an order that a fixed seed gives, so the whole day lies within minutes: harder than a day, in which less happens at once."""
import collections
import concurrent.futures
import csv
import http.client
import json
import random
import time
import urllib.parse

import pytest
from stack import ROOT, Stack, wait_until

MESSAGES, REPEATED, EVENTS, CLIENTS = 10_000, 500, 1_200, 12
MAIN = ("abandoned_person", "unclaimed_body", "shackled_patient")
Message = collections.namedtuple("Message", "id sender text event kind")


def lines(name):
    return [json.loads(line) for line in (ROOT / "tests/data" / name).read_text().splitlines()]


def villages():
    with open(ROOT / "config/regions/kaltim.csv", newline="") as f:
        return [row[1] for row in csv.reader(f) if len(row) > 1 and row[0].startswith("64.09.") and row[0].count(".") == 3]


def day(r):
    """The messages of the day, in the order in which they come."""
    written = lines("sms_dev.jsonl")
    places = villages()
    reports = [w for w in written if w["type"] in MAIN and w["village_as_written"] and w["village_as_written"] in w["text"]]
    chat = lines("real_sms_negatives_dev.jsonl") + [w for w in written if w["type"] in ("not_a_report", "status_query")]
    told = r.sample([(w, p) for w in reports for p in places], EVENTS)
    phones = iter(f"+62813{n:08d}" for n in r.sample(range(10**8), 2 * MESSAGES))
    first = [Message(f"event-{n}", next(phones), w["text"].replace(w["village_as_written"], place), n, "told first")
             for n, (w, place) in enumerate(told)]
    again = []
    for n, m in enumerate(r.sample(first, REPEATED)):
        kind = ("repeated by the gateway", "repeated by the sender", "told by another sender")[n % 3]
        id, sender = {0: (m.id, m.sender), 1: (m.id + "-again", m.sender), 2: (m.id + "-other", next(phones))}[n % 3]
        again.append(Message(id, sender, m.text, m.event, kind))
    rest = [Message(f"chat-{n}", next(phones), r.choice(chat)["text"], None, "no report")
            for n in range(MESSAGES - len(first) - len(again))]
    mixed = first + rest
    r.shuffle(mixed)
    at = {m.event: n for n, m in enumerate(mixed) if m.event is not None}
    ordered = [(n, m) for n, m in enumerate(mixed)] + [(r.uniform(at[m.event], len(mixed)), m) for m in again]
    return [m for _, m in sorted(ordered, key=lambda x: x[0])]


def deliver(stack, messages):
    """By several connections, each in its own order; every one is answered 200, after as many offers as it takes."""
    def client(mine):
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=30)
        for m in mine:
            query = urllib.parse.urlencode({"token": stack.gateway_token, "id": m.id, "from": m.sender, "to": "2345", "ts": 1, "smsc": "FAKE",
                                            "coding": "0", "charset": "UTF-8", "text": m.text})
            for _ in range(20):
                connection.request("GET", "/v1/gateways/kannel/inbound?" + query)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    break
            assert answer.status == 200, answer.status
        connection.close()

    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(client, [messages[n::CLIENTS] for n in range(CLIENTS)]))


@pytest.fixture(scope="module")
def replayed(postgres):
    s = Stack(postgres, conf={"delivery": {"hold": "yes"}})
    messages = day(random.Random(20261122))
    begin = time.monotonic()
    deliver(s, messages)
    seconds = time.monotonic() - begin
    yield s, messages, seconds
    s.close()


def facts(stack, messages):
    rows = stack.sql("select b.external_id, r.incident_id, r.relation from inbound b left join report r on r.id = b.id where b.gateway = 'kannel'")
    incident = {r["external_id"]: r["incident_id"] for r in rows}
    of_event, events_in = collections.defaultdict(set), collections.defaultdict(set)
    for m in messages:
        if m.event is not None and incident[m.id] is not None:
            of_event[m.event].add(incident[m.id])
            events_in[incident[m.id]].add(m.event)
    chat_in = {incident[m.id] for m in messages if m.event is None} - {None}
    return incident, of_event, events_in, chat_in


def test_nothing_is_lost_and_every_event_is_one_incident(replayed):
    s, messages, seconds = replayed
    assert len(messages) == MESSAGES
    incident, of_event, events_in, chat_in = facts(s, messages)
    kinds = collections.Counter(m.kind for m in messages)
    kept = s.value("select count(*) from report")
    repeats = s.value("select count(*) from inbound_repeat")
    assert kept == len({m.id for m in messages}) and kept + repeats == MESSAGES, "each is a report or a repeat"
    assert s.doctor() == []

    split = {e for e, of in of_event.items() if len(of) > 1}
    unheard = EVENTS - len(of_event)
    joined = {i for i, of in events_in.items() if len(of) > 1}
    others = [m for m in messages if m.kind == "told by another sender" and m.event in of_event]
    first = {m.event: incident[m.id] for m in messages if m.kind == "told first"}
    attached = sum(incident[m.id] is not None and incident[m.id] == first[m.event] for m in others)
    own = [m for m in others if incident[m.id] is not None and incident[m.id] != first[m.event]]
    pairs = {frozenset((r["incident_id"], r["other_id"])) for r in wait_until(
        lambda: s.sql("select incident_id, other_id from duplicate_suggestion"), 10, "suggestions")}
    suggested = sum(frozenset((incident[m.id], first[m.event])) in pairs or any(incident[m.id] in p for p in pairs) for m in own)
    again = [m for m in messages if m.kind == "repeated by the sender" and first[m.event] is not None]
    same = sum(incident[m.id] == first[m.event] for m in again)

    table = [("messages", MESSAGES), *sorted(kinds.items()), ("report rows", kept), ("repeats noted", repeats), ("incidents", s.value("select count(*) from incident")),
             ("events that the triage took for no report", unheard), ("events in one incident", len(of_event) - len(split)),
             ("events in several incidents", len(split)), ("incidents with several events", len(joined)),
             ("sender's repetitions attached", f"{same} of {len(again)}"), ("other senders' words attached", f"{attached} of {len(others)}"),
             ("other senders' words suggested", f"{suggested} of {len(own)}"), ("pairs suggested", len(pairs)),
             ("incidents of chat that a person looks at", len(chat_in)), ("seconds", f"{seconds:.1f}"), ("messages per second", f"{MESSAGES / seconds:.0f}")]
    print("\n" + "\n".join(f"| {what} | {n} |" for what, n in table))

    assert same == len(again), "what the same sender says again in the same words is the same event"
    assert len(joined) <= 2, [sorted(events_in[i]) for i in joined]
    assert split <= {m.event for m in own}, "only another sender's words may open a second incident"
    assert suggested >= 0.95 * len(own), "and then a person is asked"
    assert unheard <= 0.06 * EVENTS
    assert seconds < 60
