"""The console's own modules, run by Node without a browser: times of the district, countdowns by the server's clock, words for everything that the API says."""
import json
import random
import re
import shutil
import subprocess

import pytest

import openapi
import stack as harness

CONSOLE = harness.ROOT / "daemon" / "console"
API = openapi.Description()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A copy that Node takes for modules."""
    to = tmp_path_factory.mktemp("modules") / "console"
    shutil.copytree(CONSOLE, to, ignore=shutil.ignore_patterns("node_modules", "package*.json"))
    (to / "package.json").write_text('{"type":"module"}')
    return to


@pytest.fixture(scope="module")
def node(folder):
    def run(text, zone="America/New_York"):
        """What the module `text` gives to tell(); in a zone that has nothing to do with the district."""
        (folder / "try.js").write_text("const told = [];\nconst tell = (x) => told.push(x);\n" + text + "\nconsole.log(JSON.stringify(told));\n")
        done = subprocess.run(["node", "try.js"], cwd=folder, env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": zone}, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)

    return run


def test_clock_times_are_those_of_the_policy_s_zone_wherever_the_browser_is(node):
    text = """import { clock, clockSeconds, day, isoDay, dayStart, moment, setOffset, zoneName } from './i18n.js';
        const at = '2026-11-21T19:12:07.5Z';
        tell([clock(at), clockSeconds(at), day(at), isoDay(at), zoneName(), moment(at, Date.parse('2026-11-22T20:00:00Z')), moment(at, Date.parse(at)), dayStart('2026-11-22')]);
        setOffset(420); tell([clock(at), day(at), zoneName()]); tell([clock(null), moment(undefined, 0)]);"""
    for zone in ("America/New_York", "Pacific/Auckland"):
        assert node(text, zone) == [["03:12", "03:12:07", "Minggu, 22 Nov", "2026-11-22", "WITA", "22 Nov 03:12", "03:12", 1795276800000],
                                    ["02:12", "Minggu, 22 Nov", "WIB"], ["", ""]]


def test_countdowns_never_show_time_that_is_not_there(node):
    got = node("""import { countdown } from './i18n.js';
        for (const left of [61000, 60001, 60000, 1000, 1, 0, -1, -999, -1000, -61000, 3600000, -3661000, 47 * 3600000, 3 * 86400000, -3 * 86400000]) tell(countdown(left));""")
    assert got == ["01:01", "01:01", "01:00", "00:01", "00:01", "00:00", "+00:00", "+00:00", "+00:01", "+01:01", "1:00:00", "+1:01:01", "47:00:00", "3 hari", "+3 hari"]


def test_the_server_s_clock_is_learned_and_a_worse_word_does_not_change_it(node):
    got = node("""import { clockWas, serverNow } from './time.js';
        const off = () => Math.round((serverNow() - Date.now()) / 100);
        const now = Date.now();
        clockWas(now + 3600000, now - 2000, now + 2000); tell(off());          /* an hour, within two seconds */
        clockWas(now + 3600500, now - 20, now + 20); tell(off());              /* better */
        clockWas(now + 3601500, now - 1500, now + 1500, 1000); tell(off());    /* a header of whole seconds: worse */
        clockWas(NaN, now, now); tell(off());
        clockWas(now + 60000, now - 500, now + 500); tell(off());              /* this computer's clock was set: even a worse word is taken */""")
    assert got == [36000, 36005, 36005, 36005, 600]


def test_what_runs_out_first_is_what_was_promised_first(node):
    got = node("""import { readyToClose, watched } from './watched.js';
        const d = (state, more) => ({ state, agency: 'a', agency_name: 'Polsek', accept_by: null, arrive_by: null, deadline: null, ...more });
        const row = (deadline, ...dispatches) => ({ state: 'triaged', opened_at: '2026-01-01T00:00:00Z', deadline, dispatches });
        tell(watched({ ...row(null), state: 'handed_over' }));
        /* the ladder climbs at 03:10, but the answer was promised for 03:00 */
        tell(watched(row(null, d('seen', { accept_by: '2026-01-01T03:00:00Z', deadline: { clock: 'accept', due_at: '2026-01-01T03:10:00Z' } }))));
        tell(watched(row(null, d('accepted', { arrive_by: '2026-01-01T04:00:00Z', deadline: { clock: 'arrive', due_at: '2026-01-01T04:00:00Z' } }), d('declined', { accept_by: '2026-01-01T01:00:00Z' }))));
        tell(watched(row({ clock: 'triage', due_at: '2026-01-01T02:59:00.5Z' }, d('notified', { accept_by: '2026-01-01T02:59:00.75Z', deadline: { clock: 'accept', due_at: '2026-01-01T02:59:00.75Z' } }))));
        /* all have declined: that nobody has it is worse than the next rung's moment */
        tell(watched(row(null, d('declined', { declined_at: '2026-01-01T02:00:00Z', deadline: { clock: 'replace', due_at: '2026-01-01T05:00:00Z' } }), d('cancelled', { cancelled_at: '2026-01-01T01:00:00Z' }))));
        tell(watched(row(null)));
        tell([readyToClose(row(null, d('completed'), d('cancelled'))), readyToClose(row(null, d('declined'))), readyToClose(row(null, d('completed'), d('seen')))]);""")
    assert got == [None, {"due": "2026-01-01T03:00:00Z", "what": "jawaban Polsek"}, {"due": "2026-01-01T04:00:00Z", "what": "tiba di lokasi Polsek"},
                   {"due": "2026-01-01T02:59:00.5Z", "what": "telaah"}, {"due": "2026-01-01T02:00:00Z", "what": "tidak ada yang menangani"},
                   {"due": "2026-01-01T00:00:00Z", "what": "tidak ada yang menangani"}, [True, False, False]]


def test_what_calls_for_a_person_is_what_is_new_or_overdue_and_nobody_has(node):
    got = node("""import { attention, calls } from './alarm.js';
        const now = Date.parse('2026-01-01T03:00:00Z');
        const row = (more) => ({ state: 'triaged', claimed: null, breached: false, opened_at: '2026-01-01T02:50:00Z', ...more });
        const old = { opened_at: '2026-01-01T02:44:00Z' }, mine = { claimed: { by: 'coordinator:ani' } };
        const all = [{}, old, { ...old, state: 'open' }, { breached: true }, { ...old, breached: true }, mine, { ...mine, breached: true }].map(row);
        tell(all.map((r) => calls(r, now))); tell(attention(all, now).length);""")
    assert got == [["fresh", None, "fresh", "breached", "breached", None, None], 4]


@pytest.fixture(scope="module")
def steps(stack):
    """What the daemon's tables say: (object, state) -> events that change something."""
    fits = {}
    for s in json.loads(stack.ctl("states", "--json").stdout):
        if s["effects"] != "repeats":
            fits.setdefault((s["object"], s["state"]), set()).add(s["event"])
    return fits


def test_only_answers_and_decisions_that_fit_are_offered_and_every_answer_that_does(node, steps):
    answers, decisions = node("""globalThis.addEventListener = () => {};
        const { answersTo } = await import('./forms.js');
        const { fitting } = await import('./screens/incident.js');
        const { dispatchState, incidentState } = await import('./words.js');
        tell(Object.fromEntries(dispatchState.keys.map((s) => [s, answersTo(s)])));
        tell(Object.fromEntries(incidentState.keys.map((s) => [s, fitting({ state: s, reports: [1, 2] }).map(([event]) => event)])));""")
    said = {"accept", "decline", "en_route", "on_scene", "complete"}
    for state, offered in answers.items():
        assert set(offered) == steps.get(("dispatch", state), set()) & said, state
    for state, offered in decisions.items():
        assert offered and set(offered) <= steps[("incident", state)], state


# ---- the store of what is open ----

STORE = """
    globalThis.document = { addEventListener() {}, querySelector: () => null, documentElement: { dataset: {} } };
    globalThis.addEventListener = () => {};
    globalThis.location = { hash: '', went: [], reloaded: 0, assign(to) { this.went.push(to); }, reload() { this.reloaded += 1; } };
    const lines = [], asked = [];
    globalThis.EventSource = class { constructor(url) { this.url = url; this.on = {}; lines.push(this); } addEventListener(k, fn) { this.on[k] = fn; } close() {} };
    const say = (kind, data) => lines.at(-1).on[kind]({ data: JSON.stringify(data), lastEventId: '' });
    const answers = {};
    globalThis.fetch = (path) => { asked.push(path); return new Promise((done) => { (answers[path] ??= []).push((body, status = 200) => done(new Response(JSON.stringify(body), { status }))); }); };
    const waits = [];
    const soon = setTimeout;
    globalThis.setTimeout = (fn, ms) => { waits.push(fn); return waits.length; };
    globalThis.setInterval = () => 0;
    const settle = () => new Promise((done) => soon(done, 5));
    const { setMe } = await import('./me.js');
    setMe({ user: 'ani' });
    const { board, start } = await import('./live.js');
    const row = (id, number, state = 'triaged') => ({ id, state, opened_at: '2026-01-01T00:00:00Z', last_event: { number } });
    const shown = () => board().rows.map((r) => [r.id, r.last_event.number]);
    const event = (r) => say('incident', { event: { number: r.last_event.number }, incident: r });
    const answer = (...incidents) => answers['/v1/board'].shift()({ now: '2026-01-01T03:00:00Z', cursor: 'c', incidents });
    start();
"""


def test_what_ended_while_the_board_was_on_its_way_does_not_come_back(node):
    got = node(STORE + """
        event(row('a', 2, 'closed')); event(row('b', 1)); event(row('c', 5));
        answer(row('a', 1), row('c', 4), row('d', 1)); await settle();
        tell(shown());
        event(row('a', 1)); await settle(); tell(shown().length);
        event(row('a', 3)); await settle(); tell(shown().length);   /* opened again */""")
    assert got == [[["b", 1], ["c", 5], ["d", 1]], 3, 4]


def test_what_a_later_board_does_not_know_has_ended(node):
    got = node(STORE + """
        answer(row('a', 1), row('b', 1)); await settle(); tell(shown().length);
        say('reset', {}); event(row('c', 1)); answer(row('b', 1)); await settle(); tell(shown());
        say('reset', {}); event(row('c', 3)); answer(row('b', 1)); await settle(); tell(shown());   /* it had ended, and was opened again */""")
    assert got == [2, [["b", 1], ["c", 1]], [["b", 1], ["c", 3]]]


def test_a_session_that_ended_while_nobody_answered_leads_to_the_log_in_all_the_same(node):
    got = node(STORE + """
        const fail = async () => { lines.at(-1).onerror(); await settle(); waits.splice(0).forEach((fn) => fn()); await settle(); };
        for (let i = 0; i < 3; i++) await fail();
        tell([...location.went]);
        for (const a of answers['/v1/session'].splice(0)) a({ title: 'unauthenticated' }, 401);
        await settle(); tell(location.went.length);""")
    assert got == [[], 1]
    late = node(STORE + """
        const fail = async () => { lines.at(-1).onerror(); await settle(); waits.splice(0).forEach((fn) => fn()); await settle(); };
        await fail(); await fail();
        for (const a of answers['/v1/session'].splice(0)) a({ title: 'away' }, 503); /* not known yet */
        await settle(); await fail();
        for (const a of answers['/v1/session'].splice(0)) a({ title: 'unauthenticated' }, 401);
        await settle(); tell(location.went.length);""")
    assert late == [1]


def test_a_page_that_another_person_has_taken_over_begins_anew_and_the_same_person_goes_on(node):
    text = STORE + """
        const { api } = await import('./api.js');
        lines.at(-1).onerror(); waits.splice(0).forEach((fn) => fn());
        say('hello', { now: '2026-01-01T03:00:00Z', resumed: true }); await settle();
        answers['/v1/session'].shift()({ user: '%s', csrf: 'new' }); await settle();
        tell(location.reloaded);"""
    assert node(text % "budi") == [1]
    assert node(text % "ani") == [0]


def enum(*path):
    node = API.doc["components"]["schemas"]
    for part in path:
        node = API.follow(node[part])
    return [v for v in node["enum"] if v is not None]


def test_every_word_of_the_api_has_its_words_on_the_screens(node):
    tables = {
        "type": enum("IncidentType"),
        "urgency": enum("Urgency"),
        "eventKind": enum("Event", "properties", "kind"),
        "noticeKind": enum("NoticeKind"),
        "channel": enum("Channel"),
        "delivery": enum("Delivery"),
        "flag": enum("Triage", "properties", "flags", "items"),
        "incidentState": enum("IncidentState"),
        "dispatchState": enum("DispatchState"),
    }
    keys = node("import * as w from './words.js';\n" + "\n".join(f"tell(w.{name}.keys);" for name in tables))
    for (name, wanted), there in zip(tables.items(), keys):
        assert set(wanted) - set(there) == set(), name


def test_no_word_of_the_api_is_shown_raw(node):
    same = node("""import * as w from './words.js';
        for (const [name, table] of Object.entries(w)) {
            if (Array.isArray(table.keys)) tell([name, table.keys, table.keys.map((k) => table(k))]);
        }""")
    for name, names, texts in same:
        assert all(t and t != k for k, t in zip(names, texts)), (name, [k for k, t in zip(names, texts) if not t or t == k])


def test_the_words_that_decided_are_found_in_the_text(node):
    got = node("""import { Marked } from './marked.js';
        const marks = (text, ...reasons) => Marked({ text, triage: { reasons } }).props.children.flat().filter((c) => c && c.type === 'mark').map((c) => [c.props.class, c.props.children]);
        tell(marks('Kakek tidur di emperan; kakeknya tidak', "'kakek' elder, 'tidur' sleep -> abandoned_person", "'tidur' x -> high", "words 'emperan' named Pasar"));
        tell(marks('tak ada', "'hilang' x -> high"));
        tell(marks('Ibu é tidur', "'tidur' x -> abandoned_person"));
        tell(marks('tidur di', "'\\u0301' x -> high", "'ti\\u0301dur' x -> high"));""")
    assert got == [[["type", "Kakek"], ["type", "tidur"], ["place", "emperan"]], [], [["type", "tidur"]], [["urgency", "tidur"]]]


def test_the_rooms_have_words_for_what_the_api_names(node):
    shifts = API.doc["paths"]["/v1/shifts"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["shifts"]["items"]["properties"]
    wanted = {"alarm": enum("Alarm", "properties", "kind"), "gateway": enum("Gateway", "properties", "state"), "mark": enum("SenderMark", "properties", "mark"),
              "span": shifts["source"]["enum"], "measure": ["processing", "acceptance", "turnout", "travel", "response"], "breach": ["triage", "accept", "arrive", "complete"]}
    got = node("import { termsOf } from './screens/terms.js';\n" + "\n".join(f"tell(termsOf('{name}'));" for name in wanted))
    for (name, names), there in zip(wanted.items(), got):
        assert set(names) - {k for k, _ in there} == set(), name
        assert all(text and text != key for key, text in there), name


def test_a_difference_is_the_shortest_and_gives_both_texts_back(node):
    rng = random.Random(7)
    texts = [["\n".join(rng.choice("abc") for _ in range(rng.randrange(9))) for _ in range(2)] for _ in range(1500)]
    long = "\n".join(f"line {i}" for i in range(4000))
    texts += [[long, long.replace("line 17\n", "line 17\nnew\n")], [long, "\n".join(f"other {i}" for i in range(4000))]]
    found = node("import { diffLines } from './screens/diff.js';\nfor (const [a, b] of " + json.dumps(texts)
                 + ") tell(diffLines(a, b).map((l) => [l.sign, l.text, l.old, l.new]));")
    for (a, b), lines in zip(texts, found):
        assert "\n".join(text for sign, text, _, _ in lines if sign != "+") == a
        assert "\n".join(text for sign, text, _, _ in lines if sign != "-") == b
        assert [old for _, _, old, _ in lines if old] == list(range(1, a.count("\n") + 2))
        assert [new for _, _, _, new in lines if new] == list(range(1, b.count("\n") + 2))
        if len(a) < 1000:
            one, other = a.split("\n"), b.split("\n")
            most = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
            for i, x in enumerate(one):
                for j, y in enumerate(other):
                    most[i + 1][j + 1] = most[i][j] + 1 if x == y else max(most[i][j + 1], most[i + 1][j])
            assert sum(sign == " " for sign, _, _, _ in lines) == most[-1][-1], (a, b)


# ---- what the daemon says in English ----

SOURCES = [*(harness.ROOT / "daemon").rglob("*.c"), *(harness.ROOT / "protocol").glob("*.c")]
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def calls(names, *files):
    """The arguments, as text, of each call of these C functions."""
    for file in files or SOURCES:
        text = file.read_text()
        for m in re.finditer(rf"\b(?:{names})\(", text):
            depth, end = 1, m.end()
            while depth > 0:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            yield text[m.end():end - 1]


def written(arguments):
    """The string literal that the arguments end with, before the values for it; parts of one are joined."""
    return json.loads('"' + "".join(LITERAL.findall(re.match(r'[^"]*((?:"(?:[^"\\]|\\.)*"\s*)+)', arguments, re.S).group(1))) + '"')


def test_every_problem_has_its_words_in_both_languages(node):
    types = {t for a in calls("http_reply_fault|problem_init") for t in LITERAL.findall(a.split(",")[2])}
    types |= {t for file in SOURCES for t in re.findall(r'"((?:invalid|malformed|wrong)-[a-z]+)"', file.read_text())}
    types |= set(re.findall(r"sigap\.example/problems/([a-z-]+)", (harness.ROOT / "protocol" / "openapi.yaml").read_text()))
    assert {"state-conflict", "invalid-event", "name-taken", "wrong-password", "unavailable"} <= types, "they are found"
    (keys,) = node("import * as w from './words.js'; tell(w.problem.keys);")
    assert types - set(keys) == set()
    known, unknown = node("""globalThis.document = { documentElement: {} }; globalThis.addEventListener = () => {};
        const { faultText } = await import('./ui.js'), { ApiError } = await import('./api.js'), { setLang } = await import('./i18n.js');
        const ask = (type, status) => ['id', 'en'].map((l) => { setLang(l); return faultText(new ApiError(status, { type, title: 'raw', detail: 'raw' })); });
        tell(%s.map((type) => ask('https://sigap.example/problems/' + type, 418)));
        tell([418, 500, 413].map((status) => ask('about:blank', status)));""" % json.dumps(sorted(types)))
    assert all(i != e and "raw" not in i + e and "418" not in i + e for i, e in known), known
    assert all(i != e and "raw" not in i + e for i, e in unknown), unknown


CORE, FLOW, PROTOCOL = harness.ROOT / "daemon" / "core", harness.ROOT / "daemon" / "flow", harness.ROOT / "protocol"
# What stands in a format, where a region's code or 3 will not do.
FILLED = {
    "different type: %s and %s": [("unclaimed_body", "other_social")],
    "%s%s%s%s%d of %d content words, %s apart": [("same ", "village", " and type, ", "", 3, 9, "4 min"), ("same ", "district", ", ", "", 3, 9, "2 h"),
                                                 ("same ", "", "", "type, ", 3, 9, "4 min"), ("", "", "", "", 3, 9, "4 min")],
    "same sender %s ago, %s words": [("4 min", "same"), ("2 h", "nearly the same")],
    "place below threshold: regency level told%s": [("",), (", reporter asked",)],
    "rule %zu: no %s serves %s": [(1, "police", "64.09")],
    "%s: no incident": [("not_a_report",)],
    "%.66s -> %.24s": [("'kakek' elder, 'tidur' sleep", "abandoned_person"), ("'sekarat' dying", "critical")],
    "'%.20s' %.20s (learned) -> %.24s": [("kakek", "elder", "abandoned_person")],
    "source stated %s %.40s": [("type", "unclaimed_body"), ("urgency", "high"), ("village", "64.09.01.1003")],
    "%.*s": [],  # the place's, below
    "step %d (%s%s%s): %s; ": [],  # the obstacles, below
}


def filled(form):
    """Examples of what the daemon writes by a printf format."""
    if form in FILLED:
        return [re.sub(r"%[^a-z]*(?:zu|[sdf])", lambda m, of=iter(values): str(next(of)), form) for values in FILLED[form]]
    return [re.sub(r"%[^a-z]*(?:zu|[sdf])", lambda m: {"s": "64.09.01", "f": "2.5"}.get(m[0][-1], "3"), form)]


IN_ENGLISH = r"\b(the|is|of|and|not|must|unknown|may|only|found|allowed|characters|whole|number|needed|twice|named?|stands?|missing|list|expected|at most|closing|reached)\b"
# Only programs hear of these: whole files of sigapctl, and members that no form of the console has.
FOR_PROGRAMS = {"%s", "must be a list", "agencies[%zu].slug: \"%s\" is also the slug of agencies[%zu]", "line %d, column %d (%s): %s", "goes with remove only", "goes without remove only", "#/%.40s",
                "must be the id of a report (a UUID)", "must be %s", "/%s", "/%s%s"}
WITH_WORDS = {"expected %s, found '%c'": "'}'", "expected %s, found the byte 0x%02X": "the byte 0xFF", "expected %s, found the end of the text": None}


def faults_of_people():
    """Examples of every fault of a policy, a directory entry, a roster's change or a sender's mark, by the formats in the sources."""
    policy = [CORE / f"policy_{name}.c" for name in ("read", "alarms", "duplicates")]
    texts = [a.split(",", n)[n] for files, n in ((policy[:1], 1), (policy[1:], 2), ([CORE / "directory_read.c"], 2)) for a in calls("fault", *files) if a.count(",") >= n]
    texts += [f'"{t}"' for t in LITERAL.findall(" ".join(re.findall(r'(?:return|NULL :) ("must[^;]*);', policy[2].read_text())))]
    texts += [a.split(",", 2)[2] for a in calls("refuse", PROTOCOL / "json_guard.c") if a.count(",") >= 2] + [a.split(",", 2)[2] for a in calls("snprintf", PROTOCOL / "json.c") if "fault->detail" in a]
    texts += [a.split(",", 1)[1] for name in ("members", "person_request", "roster_request", "mark_request", "policy_request") for a in calls("member_fault", PROTOCOL / f"{name}.c") if '"' in a]
    web = [harness.ROOT / "daemon" / "web" / f"{name}.c" for name in ("entry", "people", "roster_change", "senders", "policies")]
    texts += [a.split(",", 2)[2] for a in calls("problem_error", *web, FLOW / "shifts.c", PROTOCOL / "person_request.c", PROTOCOL / "roster_request.c") if a.count(",") >= 2]
    forms = {written(t) for t in texts if '"' in t} - FOR_PROGRAMS | {re.search(r'POLICY_DURATION_FAULT "((?:[^"\\]|\\.)*)"', (CORE / "policy_alarms.h").read_text())[1].replace('\\"', '"')}
    for whats in (LITERAL.findall(a)[0] for a in calls("expected", PROTOCOL / "json_guard.c") if '"' in a):
        for form in forms & set(WITH_WORDS):
            yield form.replace("%s", whats, 1).replace("'%c'", "'}'").replace("0x%02X", "0xFF")
    for form in sorted(forms - set(WITH_WORDS)):
        yield re.sub(r"%[^a-zA-Z]*(?:zu|[sdfguX])", lambda m: "64.09.01" if m[0][-1] == "s" else "3", form).replace("%%", "%")


def test_every_fault_that_people_can_make_is_said_in_indonesian(node):
    texts = list(faults_of_people())
    assert len(texts) > 90 and any("GSM-7" in t for t in texts) and any("control character 0x" in t for t in texts) and any("nothing to swap" in t for t in texts), "they are found"
    texts += ["/types/abandoned_person/rules/0: must be an object", "line 3, column 9: this string has no closing quote", "must be \"webhook\" or \"sms\"",
              "unclaimed_body (high, normal), 64.09.01.1003 Petung: no agency with a contact is reached", "other_social (critical), 64.09.01.1003 Petung: nobody with a phone is planned, and no ladder names one", "shackled_patient (high), 64.09 Penajam Paser Utara: no agency with a contact is reached",
              "ladder health, rung 2: agency:rsud has no contact", "ladder health, rung 2: agency:rsud is retired", "alarm shift_gap: person:budi has no phone", "alarm shift_gap: person:budi is not in the directory",
              "regency 64.09: no village is loaded, so nothing could be checked"]
    (got, same) = node("""import { said } from './said.js'; import { setLang } from './i18n.js';
        globalThis.document = { documentElement: {} };
        const texts = %s; tell(texts.map(said)); setLang('en'); tell(texts.map(said));""" % json.dumps(texts))
    english = re.compile(IN_ENGLISH)
    # what stands in quotes is written in the policy itself
    assert [(t, g) for t, g in zip(texts, got) if g == t or english.search(re.sub(r'"[^"]*"', "", g))] == []
    assert same == texts


def test_an_incident_that_waited_on_disk_says_so(node):
    (waited, others) = node("""globalThis.document = { documentElement: {} }; globalThis.addEventListener = () => {};
        const { eventLine } = await import('./timeline.js');
        const line = (more) => eventLine({ kind: 'opened', data: { dispatches: [{ agency: 'polsek', why: '' }], ...more } }, (slug) => slug);
        tell(line({ spooled_at: '2026-11-23T04:05:06.000Z' })); tell(line({}));""")
    assert "Ditugaskan: polsek" in waited and re.search(r"diterima \d\d[:.]05[:.]06, basis data sedang mati", waited), waited
    assert "basis data" not in others


def test_every_reason_that_the_daemon_gives_is_said_in_indonesian(node):
    forms = [written(a) for a in [*calls("say", CORE / "duplicate.c"), *calls("plan_add_reason", *CORE.glob("plan*.c"))] if '"' in a]
    forms += [written(a) for a in calls("snprintf", CORE / "triage.c") if a.startswith("reason, REASON_MAX")]
    forms += [written(a.split(",", 2)[2]) for a in calls("order_reply_invalid", *FLOW.glob("*.c")) if '"' in a.split(",", 2)[2]]
    texts = [text for form in forms for text in filled(form)]
    gazetteer = (CORE / "gazetteer_read.c").read_text()
    hows = set(re.findall(r'"(named|short for|[a-z]+ like|[a-z ]+ as)"', gazetteer))
    texts += [f"words 'petung' {how} Petung" for how in hows]
    ladder = (CORE / "ladder.c").read_text()
    obstacles = LITERAL.findall(re.search(r"\n\tswitch \(r->target\)(.*?)\n}", ladder, re.S)[1])
    texts += [f"step {i} (duty): {why}" for i, why in enumerate(o for o in obstacles if o != "rung target out of range")]
    ends = re.findall(r'= \{"([^"]+)", "', (FLOW / "climb.c").read_text())
    texts += [f"rung duty after {end}" + ("" if end in ("awaits triage", "handed over, follow-up is due") else " Polsek Penajam") for end in ends]
    texts += ["rule 1 of abandoned_person (high): police serving 64.09.03", "chosen by a coordinator",
              '"accept" does not fit: the dispatch is completed at version 4; possible now: nothing', '"close" does not fit: the incident is merged at version 9; possible now: split']
    assert len(hows) == 4 and len(obstacles) >= 6 and len(ends) == 8 and len(texts) > 60, "they are found"
    (got, same) = node("""import { said } from './said.js'; import { setLang } from './i18n.js';
        globalThis.document = { documentElement: {} };
        const texts = %s; tell(texts.map(said)); setLang('en'); tell(texts.map(said));""" % json.dumps(texts))
    english = re.compile(r"\b(the|is|of|and|not|same|different|words|after|with|rung|step|none|already|reach(ed)?|abandoned_person|unclaimed_body|police)\b")
    assert [(t, g) for t, g in zip(texts, got) if g == t or english.search(g)] == []
    assert same == texts
