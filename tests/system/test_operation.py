"""One person runs it: health, numbers, an orderly end, reloading, a database that goes and comes back, and a log that keeps secrets."""
import contextlib
import json
import re
import shutil
import signal
import socket
import subprocess
import threading
import uuid

import pytest
import requests

import openapi
import stack as harness
from stack import Answer, Hang, wait_until

API = openapi.Description()
BODY = b'{"type":"abandoned_person","place":{"village_code":"64.09.01.1003"}}'


@pytest.fixture(scope="module")
def own_postgres():
    """A server that a test may stop."""
    server = harness.Postgres()
    yield server
    server.close()


@pytest.fixture
def fresh(postgres):
    """Makes a Stack that the test may end as it likes."""
    made = []

    def make(**how):
        made.append(harness.Stack(how.pop("postgres", postgres), **how))
        return made[-1]

    yield make
    for s in made:
        s.close()


def logged(stack, what):
    """How often an event stands in the log."""
    return stack.log.read_text().count(f" what={what}")


def exit_status(stack, seconds):
    """Of sigapd, which must end by itself within that time."""
    status = stack.process.wait(seconds)
    stack.process = None
    stack.check_log()
    return status


class Call(threading.Thread):
    """A call under way: result() is its Response, or the exception that it ended with."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.end = work, None
        self.start()

    def run(self):
        try:
            self.end = self.work()
        except requests.RequestException as e:
            self.end = e

    def result(self, seconds=20):
        self.join(seconds)
        assert not self.is_alive(), "no answer"
        return self.end


@contextlib.contextmanager
def held_up(stack):
    """No report gets through to its commit until this ends."""
    with contextlib.closing(harness.psycopg2.connect(stack.postgres.dsn(stack.database))) as c:
        c.cursor().execute("lock table inbound in exclusive mode")
        yield lambda: stack.sql("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
        c.rollback()


# ---- health and numbers -----------------------------------------------------------------------------------------------------------


def test_health_says_alive_and_ready(stack):
    for path, status in (("/healthz", "ok"), ("/readyz", "ready")):
        r = requests.get(stack.url + path, timeout=5)
        assert r.status_code == 200 and r.json()["status"] == status
        assert r.headers["Cache-Control"] == "no-store"
        assert requests.head(stack.url + path, timeout=5).status_code == 200


def test_metrics_are_what_prometheus_reads(stack):
    r = requests.get(stack.url + "/metrics", timeout=5)
    assert r.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    check = subprocess.run(["promtool", "check", "metrics"], input=r.content, capture_output=True, timeout=30)
    assert check.returncode == 0 and check.stdout + check.stderr == b"", check.stderr.decode()
    names = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", r.text, re.M))
    assert len(names) > 15 and all(n.startswith("sigap_") for n in names)
    # promtool sees what is wrong
    broken = r.content.replace(b"# HELP sigap_dispatches_total", b"# HELP x")
    assert subprocess.run(["promtool", "check", "metrics"], input=broken, capture_output=True, timeout=30).returncode != 0


def test_metrics_count_what_happens(stack):
    delivered = 'sigap_attempts_total{outcome="ok"}'
    names = ('sigap_reports_total{source="http"}', "sigap_reports_refused_total", "sigap_reports_repeated_total", "sigap_dispatches_total",
             "sigap_answers_total", "sigap_answers_refused_total", delivered, "sigap_report_commit_seconds_count")
    before = {n: stack.metric(n) for n in names}
    made = stack.report(key="angka")
    stack.report(key="angka")
    assert stack.post_report(kind="banjir").status_code == 422
    dispatch = made["dispatches"][0]["id"]
    assert stack.answer(dispatch, "on_scene").status_code == 200 and stack.answer(dispatch, "decline", reason="x").status_code == 409
    sent = len(made["dispatches"])
    wait_until(lambda: stack.metric(delivered) - before[delivered] == sent, 10, "the notices' delivery")
    assert [stack.metric(n) - before[n] for n in names] == [1, 1, 1, sent, 1, 1, sent, 1]
    assert stack.metric("sigap_database_up") == 1
    assert stack.metric("sigap_outbox_in_memory") == 0


# ---- the end --------------------------------------------------------------------------------------------------------------------


def test_a_request_under_way_is_finished_before_the_end(fresh):
    stack = fresh()
    with held_up(stack) as is_waiting:
        call = Call(lambda: stack.post_report(key="akhir"))
        wait_until(is_waiting, 10, "the report's commit")
        stack.process.terminate()
        wait_until(lambda: logged(stack, "app.stopping"), 5, "the signal")

        def refused():
            try:
                socket.create_connection(("127.0.0.1", stack.port), 1).close()
                return False
            except ConnectionRefusedError:
                return True

        wait_until(refused, 5, "nothing new is taken in")
        assert stack.process.poll() is None and call.end is None
    answer = call.result()
    assert answer.status_code == 201 and answer.headers["Connection"] == "close"
    assert exit_status(stack, 10) == 0
    assert stack.sql("select 1 from report where id = %s", answer.json()["id"])
    stack.start()
    assert stack.post_report(key="akhir").content == answer.content


def test_a_request_half_sent_is_finished_before_the_end(fresh):
    stack = fresh()
    head = f"POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {stack.tokens['source']}\r\nContent-Length: {len(BODY)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", stack.port), 10) as c, socket.create_connection(("127.0.0.1", stack.port), 10) as idle:
        c.sendall(head.encode() + BODY[:20])
        assert requests.get(stack.url + "/healthz", timeout=5).status_code == 200  # what was sent before has been read now
        stack.process.terminate()
        wait_until(lambda: logged(stack, "app.stopping"), 5, "the signal")
        assert idle.recv(100) == b"", "a connection that asks for nothing is closed"
        c.sendall(BODY[20:])
        raw = b""
        while piece := c.recv(65536):
            raw += piece
    assert raw.startswith(b"HTTP/1.1 201 Created\r\n")
    assert exit_status(stack, 10) == 0
    assert stack.value("select count(*) from report") == 1


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_with_nothing_to_do_it_ends_at_once(fresh, how):
    stack = fresh()
    stack.process.send_signal(how)
    assert exit_status(stack, 3) == 0
    assert logged(stack, "app.stopped") == 1


def test_a_notice_under_way_is_finished_before_the_end(fresh):
    stack = fresh()
    for p in stack.partners.values():
        p.default = Answer(200, wait=1)
    made = stack.report()
    wait_until(lambda: stack.partner("polsek-penajam").about(made["incident"]["id"]), 10, "the notice at the partner")
    stack.process.terminate()
    assert exit_status(stack, 10) == 0
    assert {r["outcome"] for r in stack.sql("select outcome from attempt")} == {"ok"}
    assert stack.sql("select * from outbox") == []


def test_a_partner_that_hangs_does_not_hold_up_the_end(fresh):
    stack = fresh(conf={"daemon": {"drain_s": 1}})
    police = stack.partner("polsek-penajam")
    police.will(Hang())
    made = stack.report()
    wait_until(lambda: police.about(made["incident"]["id"]), 10, "the notice at the partner")
    stack.process.terminate()
    assert exit_status(stack, 8) == 0
    (waiting,) = stack.sql("select owner, due_at <= now() as due from outbox")
    assert waiting == {"owner": None, "due": True}, "it was to be given back"
    stack.start()
    wait_until(lambda: stack.sql("select 1 from attempt a join notice n on n.id = a.notice_id join contact c on c.id = n.contact_id "
                                 "where c.agency = 'polsek-penajam' and a.outcome = 'ok'"), 20, "the notice, after all")
    assert len({c.id for c in police.about(made["incident"]["id"])}) == 1, "under the same id"
    wait_until(lambda: stack.doctor() == [], 10, "all promises hold")


def test_what_was_acknowledged_while_it_ended_is_kept(fresh):
    stack = fresh(conf={"delivery": {"hold": "yes"}})
    taken, stop, begun = [], threading.Event(), threading.Event()

    def post():
        with requests.Session() as session:
            session.headers["Authorization"] = "Bearer " + stack.tokens["source"]
            while not stop.is_set():
                try:
                    r = session.post(stack.url + "/v1/reports", data=BODY, timeout=20)
                except requests.RequestException:
                    return
                assert r.status_code == 201, r.text
                taken.append(r.json()["id"])
                if len(taken) > 60:
                    begun.set()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for t in threads:
        t.start()
    assert begun.wait(20)
    stack.process.terminate()
    status = exit_status(stack, 15)
    stop.set()
    for t in threads:
        t.join()
    assert status == 0
    kept = {str(r["id"]) for r in stack.sql("select id from report")}
    assert set(taken) <= kept and len(taken) == len(set(taken))
    assert stack.doctor() == []


def test_a_faulty_setting_is_named_at_the_start(fresh):
    stack = fresh(started=False)
    stack.conf.write_text(stack.conf.read_text().replace("drain_s = 5", "drain_s = soon\nlissten = 1"))
    run = subprocess.run([harness.BUILD / "sigapd", "--config", stack.conf], capture_output=True, text=True, timeout=20)
    assert run.returncode == 1 and "drain_s" in run.stderr and "lissten" in run.stderr
    assert subprocess.run([harness.BUILD / "sigapd"], capture_output=True, timeout=20).returncode == 2


# ---- reloading ------------------------------------------------------------------------------------------------------------------


def reload(stack, what="app.reloaded"):
    before = logged(stack, what)
    stack.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(stack, what) > before, 10, what)


def told(stack, **how):
    return sorted(d["agency"] for d in stack.report(**how)["dispatches"])


SLOW_LOOK = {"clocks": {"poll_ms": 60000}}  # what it does now, it does because it was asked


def test_sighup_takes_up_a_changed_directory(fresh):
    stack = fresh(conf=SLOW_LOOK)
    assert told(stack) == ["kelurahan-petung", "polsek-penajam"]
    stack.sql("insert into agency values ('desa-baru', 'Desa Baru', 'village_office', '{64.09.01.1003}')")
    stack.add_contact("desa-baru", 0, {"channel": "webhook"})
    stack.sql("update agency set retired_at = now() where slug = 'kelurahan-petung'")
    assert told(stack) == ["kelurahan-petung", "polsek-penajam"], "not before it is asked"
    reload(stack)
    made = stack.report()
    assert sorted(d["agency"] for d in made["dispatches"]) == ["desa-baru", "polsek-penajam"]
    wait_until(lambda: stack.partner("desa-baru").about(made["incident"]["id"]), 10, "the new agency's notice")


def test_sighup_takes_up_a_changed_policy_for_new_incidents_only(fresh):
    stack = fresh(conf=SLOW_LOOK)
    old = stack.report()
    ladders = stack.sql("select id::text, ladders::text, accept_s from dispatch")
    text = harness.POLICY.read_text()
    assert '"normal": "60m"' in text
    changed = text.replace('"normal": "60m"', '"normal": "47m"').replace('"wait": "2m"', '"wait": "7m"')
    stack.sql("insert into policy (applied_by, text) values ('test', %s)", changed)
    reload(stack)
    new = stack.report()
    assert stack.value("select distinct accept_s from dispatch where incident_id = %s", new["incident"]["id"]) == 47 * 60
    assert stack.sql("select id::text, ladders::text, accept_s from dispatch where incident_id = %s", old["incident"]["id"]) == ladders
    assert '"wait_s":420' in stack.value("select ladders::text from dispatch where id = %s", new["dispatches"][0]["id"])


BROKEN = ["{", "", "[]", '{"name":"x"}', '{"types":{"abandoned_person":{"dispatch":[{"kind":"fire_brigade"}]}}}']


def test_a_broken_policy_keeps_the_old_one(fresh):
    stack = fresh(conf=SLOW_LOOK)
    before = told(stack)
    version = re.findall(r"what=rules.loaded .*policy=(\d+)", stack.log.read_text())[-1]
    for text in BROKEN:
        stack.sql("insert into policy (applied_by, text) values ('test', %s)", text)
        reload(stack, "rules.refused")
        assert told(stack) == before
        assert requests.get(stack.url + "/readyz", timeout=5).status_code == 200
    assert re.findall(r"what=rules.loaded .*policy=(\d+)", stack.log.read_text())[-1] == version
    stack.sql("insert into policy (applied_by, text) values ('test', %s)", harness.POLICY.read_text())
    reload(stack)
    assert told(stack) == before
    assert re.findall(r"what=rules.loaded .*policy=(\d+)", stack.log.read_text())[-1] == str(stack.value("select max(version) from policy"))


def refusals(stack):
    return [line for line in stack.log.read_text().splitlines() if "rules.refused" in line]


def test_sighup_takes_up_changed_words_and_refuses_those_that_make_no_sense(fresh, tmp_path):
    config = tmp_path / "config"
    shutil.copytree(harness.ROOT / "config", config)
    stack = fresh(conf={**SLOW_LOOK, "daemon": {"config_dir": config}})
    forms, cues = config / "lexicon/place_forms.tsv", config / "lexicon/place_cues.tsv"

    def village():
        made = stack.report(village=None, text="mayat tak dikenal di desa qqbgk", kind="unclaimed_body")
        return stack.value("select region from incident where id = %s", made["incident"]["id"])

    assert village() != "64.09.03.2002"
    forms.write_text(forms.read_text() + "qqbgk\tlabangka\n")
    reload(stack)
    assert village() == "64.09.03.2002"
    good = cues.read_text()
    for fault in ("di\tpetung\n", "in\tDi Dalam\n", None):
        cues.write_text(good + (fault or ""))
        if fault is None:
            cues.unlink()
        reload(stack, "rules.refused")
        assert village() == "64.09.03.2002", "what was in force stays"
        line = good.count("\n") + 1 if fault else 0
        assert f"place_cues.tsv:{line}: " in refusals(stack)[-1]
    stack.process.send_signal(signal.SIGTERM)
    assert exit_status(stack, 20) == 0
    run = subprocess.run([harness.BUILD / "sigapd", "--config", stack.conf], capture_output=True, text=True, timeout=20)
    assert run.returncode == 1 and "place_cues.tsv:0: " in run.stderr, "nor does it start with them"


def test_without_a_signal_changes_are_seen_by_themselves_and_a_broken_policy_is_not_taken(fresh):
    stack = fresh()
    stack.sql("insert into policy (applied_by, text) values ('test', '{')")
    wait_until(lambda: logged(stack, "rules.refused"), 10, "the broken policy")
    assert told(stack) == ["kelurahan-petung", "polsek-penajam"]
    stack.sql("delete from policy where text = '{'")
    stack.sql("update agency set retired_at = now() where slug = 'kelurahan-petung'")
    stack.rules_changed()
    assert told(stack) == ["polsek-penajam"]


def test_a_revoked_token_ends_with_the_reload(fresh):
    stack = fresh(conf=SLOW_LOOK)
    token = stack.add_token("sementara", "source")
    assert stack.post_report(token="sementara").status_code == 401
    reload(stack)
    assert stack.post_report(token="sementara").status_code == 201
    stack.sql("update token set revoked_at = now() where name = 'sementara'")
    reload(stack)
    assert stack.post_report(token="sementara").status_code == 401
    assert token not in stack.log.read_text()


def test_sighup_with_a_faulty_file_keeps_what_was(fresh):
    stack = fresh(conf=SLOW_LOOK)
    good = stack.conf.read_text()
    stack.conf.write_text(good.replace("log_level = debug", "log_level = loud"))
    reload(stack, "app.reload_refused")
    assert "log_level" in stack.log.read_text()
    assert stack.post_report().status_code == 201
    stack.conf.write_text(good)
    reload(stack)


def put_a_gate_before_regions(stack):
    """Whoever reads the regions waits at it, longer than the daemon usually waits for a lock."""
    stack.sql("alter table region rename to region_behind")
    stack.sql("create function pass_gate() returns bool language sql volatile as $$ select pg_advisory_xact_lock_shared(6409) is not null $$")
    stack.sql("create view region as select * from region_behind where (select pass_gate()); grant select on region to sigap_daemon")
    stack.sql(f"""alter role sigap_daemon in database "{stack.database}" set lock_timeout = '30s'""")


@contextlib.contextmanager
def gate_shut(stack):
    stack.sql("select pg_advisory_lock(6409)")
    try:
        yield lambda: stack.sql("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
    finally:
        stack.sql("select pg_advisory_unlock(6409)")


def end_an_intake_session(stack):
    """The database is away for a moment; a report must have been taken."""
    before = logged(stack, "app.database_up")
    assert stack.sql("""select pg_terminate_backend(pid) from pg_stat_activity where usename = 'sigap_daemon' and datname = current_database()
                        and query like '%Commits the plans of many reports%' limit 1""")
    wait_until(lambda: logged(stack, "app.database_up") > before, 5, "the database again")


@pytest.mark.parametrize("order", [("reload", "outage"), ("outage", "reload")], ids=" then ".join)
def test_whoever_asks_for_the_rules_while_they_are_being_read_is_answered(fresh, order):
    stack = fresh(started=False)
    put_a_gate_before_regions(stack)
    stack.start()
    stack.report()

    def ask(why):
        if why == "reload":
            stack.write_conf({"daemon": {"max_connections": 500}})
            stack.process.send_signal(signal.SIGHUP)
            wait_until(lambda: logged(stack, "app.needs_restart"), 5, "the reload has begun")
        else:
            end_an_intake_session(stack)

    with gate_shut(stack) as waits:
        stack.sql("update token set name = name")
        wait_until(waits, 5, "the rules are being read")
        for why in order:
            ask(why)
        assert waits() and logged(stack, "app.reloaded") == 0
    wait_until(lambda: logged(stack, "app.reloaded") == 1, 10, "the reload has ended")
    wait_until(stack.is_ready, 10, "reports are taken")
    reload(stack)
    assert stack.post_report().status_code == 201


def test_a_database_that_returns_while_the_words_make_no_sense_finds_the_old_ones_in_force(fresh, tmp_path):
    config = tmp_path / "config"
    shutil.copytree(harness.ROOT / "config", config)
    stack = fresh(conf={**SLOW_LOOK, "daemon": {"config_dir": config}})
    stack.report()
    cues = config / "lexicon/place_cues.tsv"
    cues.write_text("nonsense\n")
    end_an_intake_session(stack)
    wait_until(lambda: logged(stack, "rules.refused"), 5, "the words have been read")
    wait_until(stack.is_ready, 10, "reports are taken")
    assert stack.post_report().status_code == 201


# ---- the database goes and comes back --------------------------------------------------------------------------------------------------


def check_away(r, method, path):
    assert r.status_code == 503, (r.status_code, r.text)
    API.check_answer(method, path, r)
    assert int(r.headers["Retry-After"]) >= 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["in order", "as in a crash"])
def test_without_its_database_it_says_so_and_goes_on_afterwards(fresh, own_postgres, how):
    stack = fresh(postgres=own_postgres)
    made = stack.report(key="sebelum")
    incident, dispatch = made["incident"]["id"], made["dispatches"][0]["id"]
    wait_until(lambda: stack.value("select count(*) from outbox") == 0, 10, "the notices' delivery")
    stack.connection.close()
    own_postgres.stop(how)
    wait_until(lambda: requests.get(stack.url + "/readyz", timeout=5).status_code == 503, 10, "not ready")
    try:
        not_ready = requests.get(stack.url + "/readyz", timeout=5)
        assert not_ready.json()["status"] == "not ready"
        API.check_answer("GET", "/readyz", not_ready)
        assert requests.get(stack.url + "/healthz", timeout=5).json() == {"status": "ok"}
        assert stack.metric("sigap_database_up") == 0
        check_away(stack.post_report(key="selama"), "POST", "/v1/reports")
        check_away(stack.post_report(key="sebelum"), "POST", "/v1/reports")
        check_away(stack.answer(dispatch, "accept"), "POST", "/v1/dispatches/{id}/events")
        note = stack.api("POST", f"/v1/incidents/{incident}/events", json={"event": "note", "note": "x"})
        check_away(note, "POST", "/v1/incidents/{id}/events")
        for path in ("/v1/incidents", "/v1/dispatches", "/v1/outbox", "/v1/agencies", "/v1/people", "/v1/shifts", "/v1/policy"):
            check_away(stack.api("GET", path), "GET", path)
        for path, id in (("/v1/reports/{id}", made["id"]), ("/v1/incidents/{id}", incident), ("/v1/dispatches/{id}", dispatch)):
            check_away(stack.api("GET", path.replace("{id}", id)), "GET", path)
        check_away(stack.api("POST", f"/v1/outbox/{uuid.uuid4()}/replay"), "POST", "/v1/outbox/{notice}/replay")
        check_away(stack.send_sms("+6281200009001", "Ada kakek terlantar di Petung", id="sms-1"), "GET", "/v1/gateways/{name}/inbound")
        # what needs no database works
        assert stack.post_report(kind="banjir").status_code == 422
        assert stack.post_report(token=None).status_code == 401
        assert stack.api("POST", "/v1/policy/dry-run", json={"type": "abandoned_person"}).status_code == 200
    finally:
        own_postgres.start()
    wait_until(stack.is_ready, 20, "ready again")
    stack.connect()
    assert stack.metric("sigap_database_up") == 1
    assert stack.report(key="sebelum") == made
    again = stack.report(key="selama")
    assert stack.report(key="selama") == again
    assert stack.answer(dispatch, "accept").status_code == 200
    assert stack.send_sms("+6281200009001", "Ada kakek terlantar di Petung", id="sms-1").status_code == 200
    for p in ("polsek-penajam", "kelurahan-petung"):
        wait_until(lambda: stack.partner(p).about(again["incident"]["id"], "dispatch.created"), 10, "the notices of the new report")
    assert stack.value("select count(*) from report") == 3
    wait_until(lambda: stack.doctor() == [], 10, "all promises hold")


def test_a_report_whose_commit_the_crash_cut_off_is_sent_again_without_harm(fresh, own_postgres):
    stack = fresh(postgres=own_postgres)
    with contextlib.ExitStack() as holding:
        is_waiting = holding.enter_context(held_up(stack))
        call = Call(lambda: stack.post_report(key="putus"))
        wait_until(is_waiting, 10, "the report's commit")
        stack.connection.close()
        own_postgres.stop(signal.SIGQUIT)
        with contextlib.suppress(harness.psycopg2.Error):
            holding.close()
    try:
        check_away(call.result(), "POST", "/v1/reports")
    finally:
        own_postgres.start()
    wait_until(stack.is_ready, 20, "ready again")
    stack.connect()
    made = stack.report(key="putus")
    assert stack.report(key="putus") == made
    assert stack.value("select count(*) from incident") == 1
    wait_until(lambda: stack.doctor() == [], 10, "all promises hold")


def test_started_before_its_database_it_waits_for_it(fresh, own_postgres):
    stack = fresh(postgres=own_postgres)
    stack.stop()
    stack.connection.close()
    own_postgres.stop()
    try:
        before = logged(stack, "pg.down")
        stack.start(ready=False)
        wait_until(lambda: logged(stack, "pg.down") > before, 10, "a word about it")
        assert stack.process.poll() is None
    finally:
        own_postgres.start()
    wait_until(stack.is_ready, 20, "ready")
    stack.connect()
    assert stack.post_report().status_code == 201


# ---- the log ----------------------------------------------------------------------------------------------------------------------


def test_a_report_that_the_database_refuses_is_the_only_one(fresh):
    stack = fresh()
    stack.sql("alter table report add constraint refuse check (text not like '%%tolak-ini%%')".replace("%%", "%"))
    calls = [Call(lambda i=i: stack.post_report(text="tolak-ini" if i == 3 else f"Ada kakek terlantar {i}")) for i in range(8)]
    answers = [c.result() for c in calls]
    assert [r.status_code for r in answers] == [500 if i == 3 else 201 for i in range(8)]
    assert API.check_answer("POST", "/v1/reports", answers[3]) == "500"
    assert stack.value("select count(*) from report") == 7
    assert logged(stack, "store.item_refused") == 1
    assert "tolak-ini" not in stack.log.read_text()


def test_no_secret_no_number_and_no_word_of_a_report_stands_in_the_log(fresh):
    """Everything that can go wrong goes wrong, at the level that says most."""
    key = "cmFoYXNpYS1yYWhhc2lhLXJhaGFzaWEtcmFoYXNpYQ"
    agencies = [*harness.AGENCIES[1:], harness.agency("polsek-rahasia", "police", "64.09.01", [
        {"channel": "webhook", "secret": f"whsec_{key}=="}, {"channel": "sms", "phone": "+628117770001"}])]
    stack = fresh(agencies=agencies)
    secrets = [*stack.tokens.values(), stack.gateway_token, stack.sms.password, key, "sgp_tokenpalsu", "tokengerbangpalsu",
               "628117770001", harness.DUTY_PHONE.lstrip("+"), "628127770002", "08127770002", "628137770003", "628147770004",
               "628157770005", "8167770006", "kakekmerah", "nenekbiru", "namarahasia", "patokanrahasia", "alasanrahasia", "catatanrahasia",
               "jsonrahasia", "kuncirahasia", "jawabanrahasia"]
    for p in stack.partners.values():
        p.default = Answer(500, body="jawabanrahasia")
    stack.partner("polsek-rahasia").will(Answer(410, body="jawabanrahasia"))
    stack.sms.will(Answer(400, {}, "Missing receiver number, rejected: jawabanrahasia"), Answer(202, {}, "3: Queued"))
    stack.sql("alter table report add constraint refuse check (text not like '%nenekbiru%')")

    made = stack.report(key="kuncirahasia", urgency="critical", text="Ada kakekmerah terlantar",
                        place={"village_code": "64.09.01.1003", "text": "patokanrahasia"},
                        reporter={"phone": "0812 777-0002", "name": "namarahasia"})
    assert stack.post_report(text="nenekbiru", reporter={"phone": "08137770003"}).status_code == 500
    for body in (b'{"text":"jsonrahasia \xff"', b'{"jsonrahasia":1}', b'{"text":"jsonrahasia","reporter":{"phone":"628157770005x"}}'):
        assert stack.api("POST", "/v1/reports", "source", data=body).status_code in (400, 422)
    for token in ("sgp_tokenpalsu", stack.tokens["source"] + "x"):
        assert requests.post(stack.url + "/v1/reports", headers={"Authorization": "Bearer " + token}, timeout=5).status_code == 401
    dispatch = made["dispatches"][0]["id"]
    assert stack.answer(dispatch, "decline", reason="alasanrahasia", note="catatanrahasia").status_code == 200
    assert stack.answer(dispatch, "accept", note="catatanrahasia").status_code == 409
    assert stack.send_sms("+628147770004", "Ada kakekmerah terlantar di Petung").status_code == 200
    assert stack.send_sms("+628117770001", f"TOLAK {made['number']} alasanrahasia").status_code == 200
    assert stack.send_sms("", "kakekmerah").status_code == 200  # unreadable: kept as it came
    assert stack.send_sms("08167770006", "nenekbiru").status_code == 503  # not on disk: the gateway keeps it
    forged = {"token": "tokengerbangpalsu", "from": "+628167770006", "text": "nenekbiru"}
    assert requests.get(stack.url + "/v1/gateways/kannel/inbound", params=forged, timeout=5).status_code == 403
    odd = {"token": stack.gateway_token, "ref": "kuncirahasia", "type": "9"}
    assert requests.get(stack.url + "/v1/gateways/kannel/status", params=odd, timeout=5).status_code == 200
    notice = wait_until(lambda: stack.partner("polsek-rahasia").about(made["incident"]["id"]), 10, "the notice")[0]
    link = notice.json["data"]["dispatch"]["url"]
    secrets.append(link.rsplit("/", 1)[1])
    assert requests.get(link, timeout=5).status_code == 200
    assert requests.post(link, data={"event": "cancel", "reason": "alasanrahasia"}, timeout=5).status_code == 422
    wait_until(lambda: logged(stack, "deliver.breaker_open"), 30, "a partner that has failed often enough")
    stack.process.send_signal(signal.SIGHUP)
    wait_until(lambda: logged(stack, "app.reloaded"), 10, "the reload")
    stack.stop()

    log = stack.log.read_text()
    for event in ("store.item_refused", "deliver.breaker_open", "gateway.status_unreadable", "gateway.unreadable", "pg.failed",
                  "app.stopped"):
        assert f"what={event} " in log + " ", f"{event} was to happen"
    found = [s for s in secrets if s.lower() in log.lower()]
    assert found == [], [line for line in log.splitlines() if any(s.lower() in line.lower() for s in found)]
    # what stands there are lines of one form, without bytes that a terminal obeys
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=(debug|info|warn|error) what=[a-z_0-9]+(\.[a-z_0-9]+)+( .*)?")
    for line in log.splitlines():
        assert form.fullmatch(line), line
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", log)
    # and they were all used
    kept = json.dumps([stack.sql("select text, place_text, triage from report"), stack.sql("select phone, name from reporter"),
                       stack.sql("select data from event"), stack.sql("select address from notice"),
                       stack.sql("select external_id from inbound")], default=str)
    for word in ("kakekmerah", "patokanrahasia", "namarahasia", "alasanrahasia", "catatanrahasia", "kuncirahasia", "+628127770002",
                 "+628147770004", "+628117770001"):
        assert word in kept, f"{word} was to reach the database"
