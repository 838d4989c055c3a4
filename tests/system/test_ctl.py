"""sigapctl: the real program on a database of its own. Each test works on a fresh copy of a database with the sample loaded."""
import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import uuid
import zlib

import psycopg2
import psycopg2.extras
import pytest

from stack import BUILD, POLICY, ROOT, SANITIZER, wait_until

CTL = BUILD / "sigapctl"
KALTIM = ROOT / "config" / "regions" / "kaltim.csv"
ALIASES = ROOT / "config" / "regions" / "ppu_aliases.csv"
AGENCIES = ROOT / "config" / "agencies.json"
PETUNG = "64.09.01.1003"
PHONE, REPORTER = "+628123450987", "Siti Aminah"
OPEN_DISPATCH = "every open dispatch has an armed deadline"


class Ctl:
    """sigapctl for one database."""

    def __init__(self, postgres, template=None):
        self.postgres = postgres
        self.database = "ctl" + uuid.uuid4().hex
        with contextlib.closing(psycopg2.connect(postgres.dsn())) as c:
            c.autocommit = True
            c.cursor().execute(f'create database "{self.database}"' + (f' template "{template}"' if template else ""))
        self.dsn = postgres.dsn(self.database)
        self.env = {**os.environ, "SIGAP_DATABASE": self.dsn, "SIGAP_CONFIG_DIR": str(ROOT / "config")}

    def start(self, *args, **kwargs):
        return subprocess.Popen([CTL, *args], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)

    def run(self, *args, status=0, stdin=None, env=None):
        done = subprocess.run([CTL, *map(str, args)], env={**self.env, **(env or {})}, input=stdin, capture_output=True, text=True,
                              timeout=60)
        assert not SANITIZER.search(done.stderr), done.stderr
        assert status is None or done.returncode == status, (done.returncode, done.stdout[-2000:], done.stderr[-2000:])
        return done

    def json(self, *args, status=0):
        return json.loads(self.run(*args, "--json", status=status).stdout)

    def sql(self, statement, *values):
        with contextlib.closing(psycopg2.connect(self.dsn, cursor_factory=psycopg2.extras.RealDictCursor)) as c:
            c.autocommit = True
            cursor = c.cursor()
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement, *values):
        return next(iter(self.sql(statement, *values)[0].values()))

    def incident(self, number, events=3):
        """An incident with a history as the daemon writes it; returns its id."""
        incident = str(uuid.uuid4())
        self.sql(
            "insert into incident (id, number, state, version, head, type, urgency, region, summary, report_count) values "
            "(%s, %s, 'triaged', 0, '', 'unclaimed_body', 'high', %s, 'Jenazah', 0)", incident, number, PETUNG)
        for n in range(1, events + 1):
            data = json.dumps({"note": "kata \u201cé\u201d", "n": n}, ensure_ascii=False)
            self.sql(
                "with i as (update incident set version = version + 1, head = event_hash(head, id, version + 1, now(), 'clock', "
                "'silence', %s::json) where id = %s returning *) insert into event select id, version, now(), 'clock', 'silence', "
                "%s::json, head from i", data, incident, data)
        return incident

    def close(self):
        self.postgres.drop(self.database)


@pytest.fixture(scope="module")
def sample(postgres):
    """The name of a database with the sample of Penajam Paser Utara; copied for each test."""
    c = Ctl(postgres)
    c.run("migrate")
    c.run("regions", "import", KALTIM, "--aliases", ALIASES)
    c.run("agencies", "import", AGENCIES)
    c.run("roster", "person", "add", "--slug", "siaga", "--name", "Petugas Siaga", "--phone", "0811 0000 001", "--role",
          "coordinator", "--scope", "64.09")
    c.sql("insert into shift (person, role, starts_at, ends_at) values ('siaga', 'coordinator', now(), now() + interval '1 day')")
    c.run("policy", "apply", POLICY)
    c.sql("delete from shift")  # who is on duty is each test's own
    yield c.database
    c.close()


@pytest.fixture
def ctl(postgres, sample):
    c = Ctl(postgres, sample)
    yield c
    c.close()


@pytest.fixture
def empty(postgres):
    c = Ctl(postgres)
    yield c
    c.close()


# ---- the command line ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("args, usage", [
    ([], "sigapctl migrate"),
    (["dance"], "sigapctl migrate"),
    (["token"], "sigapctl token revoke NAME"),
    (["token", "issue", "--role", "source", "--colour", "red"], "sigapctl token issue --role ROLE"),
    (["token", "issue"], "sigapctl token issue --role ROLE"),
    (["token", "issue", "--role", "king"], "sigapctl token issue --role ROLE"),
    (["token", "issue", "--role"], "sigapctl token issue --role ROLE"),
    (["token", "issue", "--role", "agency"], "sigapctl token issue --role ROLE"),
    (["token", "issue", "--role", "source", "--days", "0"], "sigapctl token issue --role ROLE"),
    (["token", "issue", "--role", "source", "--scope", "64.9"], "sigapctl token issue --role ROLE"),
    (["token", "revoke"], "sigapctl token revoke NAME"),
    (["token", "revoke", "a", "b"], "sigapctl token revoke NAME"),
    (["migrate", "--json=yes"], "sigapctl migrate"),
    (["outbox", "list", "--state", "lost"], "sigapctl outbox list"),
    (["outbox", "replay", "1"], "sigapctl outbox replay NOTICE"),
    (["roster", "shift", "add", "--person", "siaga", "--from", "2026-11-22T08:00:00", "--until", "2026-11-23T08:00:00Z"],
     "sigapctl roster shift add"),
    (["triage"], "sigapctl triage"),
    (["export", "--table", "reporter", "--format", "csv"], "sigapctl export"),
    (["export", "--table", "report", "--format", "csv", "--from", "2026-11-02T00:00:00Z", "--until", "2026-11-01T00:00:00Z"], "sigapctl export"),
    (["senders", "block", "+628123450987", "--reason", "Prank", "--until", "2020-01-01T00:00:00Z"], "sigapctl senders block ADDRESS"),
    (["senders", "block", ":", "--reason", "Prank"], "sigapctl senders block ADDRESS"),
    (["senders", "block", "kannel:", "--reason", "Prank"], "sigapctl senders block ADDRESS"),
    (["senders", "unblock", ":budi"], "sigapctl senders unblock ADDRESS"),
    (["dance", "--help"], "sigapctl migrate"),
])
def test_a_wrong_call_ends_with_2_and_the_usage_of_that_command(ctl, args, usage):
    done = ctl.run(*args, status=2)
    assert usage in done.stderr and done.stdout == ""


def test_help_of_one_command_is_on_standard_output(ctl):
    done = ctl.run("token", "issue", "--help")
    assert "sigapctl token issue" in done.stdout and "migrate" not in done.stdout


@pytest.mark.parametrize("words", [["roster", "--help"], ["roster", "shift", "--help"], ["policy", "-h"], ["token", "--json", "--help"], ["help", "roster", "shift"]])
def test_help_of_a_group_is_its_lines(ctl, words):
    group = " ".join(w for w in words if w[0] != "-" and w != "help")
    done = ctl.run(*words)
    shown = re.findall(r"^  sigapctl (.*)$", done.stdout, re.M)
    assert len(shown) > 1 and all(line.startswith(group + " ") for line in shown) and done.stderr == ""


def test_a_block_that_would_be_over_is_none(ctl):
    ctl.run("senders", "block", PHONE, "--reason", "Prank", "--until", "2020-01-01T00:00:00Z", status=2)
    assert ctl.one("select count(*) from sender_mark") == 0
    ctl.run("senders", "block", PHONE, "--reason", "Prank", "--until", "2090-01-01T00:00:00Z")
    ctl.run("senders", "block", "telegram:123", "--reason", "Prank")
    assert ctl.one("select count(*) from sender_mark") == 2


@pytest.mark.parametrize("command", [
    ["migrate"], ["agencies", "import", AGENCIES], ["regions", "import", KALTIM], ["policy", "show"], ["token", "list"],
    ["roster", "person", "list"], ["roster", "shift", "list"], ["outbox", "list"], ["outbox", "list", "--state", "waiting"],
    ["audit", "verify"], ["policy", "check", POLICY], ["states"]])
def test_every_list_can_be_had_as_json(ctl, command):
    on_duty(ctl)
    assert isinstance(ctl.json(*command), list)


def test_every_change_says_with_json_in_one_object_what_it_did(ctl, tmp_path):
    def done(*args):
        said = ctl.json(*args)
        assert said.pop("done") in " ".join(args)
        return said

    def span(first, last):
        return ["--from", f"2031-03-{first:02}T00:00:00Z", "--until", f"2031-03-{last:02}T00:00:00Z"]

    token = done("token", "issue", "--role", "source", "--name", "pusat")
    assert token.pop("token").startswith("sgp_") and token == {"name": "pusat", "role": "source", "agency": None, "scope": ""}
    assert done("token", "revoke", "pusat") == {"name": "pusat"}
    assert len(done("user", "add", "--name", "ani", "--role", "admin", "--generate")["password"]) > 10
    made = done("user", "password", "ani", "--generate")
    assert made["name"] == "ani" and len(made["password"]) > 10
    assert done("user", "totp-off", "ani") == done("user", "retire", "ani") == {"name": "ani"}
    assert done("roster", "person", "add", "--slug", "budi", "--name", "Budi", "--role", "coordinator") == {"person": "budi"}
    shift = done("roster", "shift", "add", "--person", "budi", *span(1, 2))
    assert shift["role"] == "coordinator" and done("roster", "shift", "remove", shift["id"]) == {"id": shift["id"]}
    assert done("roster", "rotation", "add", "piket", "--role", "coordinator", "--people", "budi,siaga", "--length", "1d", *span(1, 9))["slug"] == "piket"
    override = done("roster", "override", "add", "--role", "coordinator", "--person", "siaga", *span(1, 2))
    assert override["person"] == "siaga" and done("roster", "override", "remove", override["id"]) == {"id": override["id"]}
    swap = done("roster", "swap", "budi", "2031-03-03T01:00:00Z", "siaga", "2031-03-04T01:00:00Z")
    assert (swap["person"], swap["with"]) == ("budi", "siaga") and uuid.UUID(swap["id"])
    assert done("roster", "accept", "budi", "2031-03-01T01:00:00Z")["from"].startswith("2031-03-01T00:00:00")
    assert done("roster", "export", "--out", str(tmp_path / "piket.ics")) == {"file": str(tmp_path / "piket.ics")}
    applied = done("policy", "apply", str(POLICY))
    assert applied.pop("cases") > 0 and applied == {"version": 1, "new": False, "holes": []}
    assert done("roster", "rotation", "remove", "piket") == {"slug": "piket"}
    assert done("roster", "person", "retire", "budi") == {"person": "budi"}
    assert done("roster", "note", "add", "Pasien di RSUD") == {"text": "Pasien di RSUD"}
    assert done("senders", "block", "08123450987", "--reason", "Prank") == {"address": PHONE, "reason": "Prank", "until": None}
    assert done("senders", "unblock", PHONE) == {"address": PHONE}
    other = tmp_path / "policy.jsonc"
    other.write_text(POLICY.read_text() + "\n// changed\n")
    applied = done("policy", "apply", str(other), "--force")
    assert applied["version"] == 2 and applied["new"] and "nobody with a phone is planned" in " ".join(applied["holes"])


def test_an_output_that_cannot_be_written_is_no_success(ctl):
    with open("/dev/full", "w") as full:
        done = subprocess.run([CTL, "states"], env=ctl.env, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "cannot be written" in done.stderr


# ---- the database -------------------------------------------------------------------------------------------------------


def test_a_database_that_is_away_is_one_clear_line(ctl, tmp_path):
    done = ctl.run("token", "list", status=1, env={"SIGAP_DATABASE": f"host={tmp_path} dbname=x"})
    assert done.stderr.startswith("sigapctl: no database: ") and done.stderr.count("\n") == 1


def test_a_database_without_tables_says_what_to_do(empty):
    done = empty.run("token", "list", status=1)
    assert "sigapctl migrate" in done.stderr and done.stderr.count("\n") == 1


def test_no_database_named_is_a_wrong_call(ctl):
    assert "SIGAP_DATABASE" in ctl.run("token", "list", status=2, env={"SIGAP_DATABASE": ""}).stderr


def test_a_malformed_connection_string_is_not_repeated(ctl):
    done = ctl.run("token", "list", status=1, env={"SIGAP_DATABASE": "password=a hunter2"})
    assert "hunter2" not in done.stderr + done.stdout and "malformed" in done.stderr


def test_a_password_on_the_command_line_leaves_the_list_of_processes(empty):
    with contextlib.closing(psycopg2.connect(empty.dsn)) as c:
        c.cursor().execute("select pg_advisory_lock(495623201136)")
        process = empty.start("--database", empty.dsn + " password=hunter2 application_name=waits", "migrate")
        try:
            wait_until(lambda: empty.sql("select 1 from pg_stat_activity where application_name = 'waits' and wait_event = 'advisory'"),
                       20, "sigapctl waiting for the lock")
            with open(f"/proc/{process.pid}/cmdline") as f:
                assert "hunter2" not in f.read()
        finally:
            c.close()
            assert process.wait(30) == 0
            process.communicate()


# ---- migrate ------------------------------------------------------------------------------------------------------------


def test_a_second_migration_changes_nothing(empty):
    assert {m["state"] for m in empty.json("migrate")} == {"applied"}
    before = empty.sql("select * from schema_version, secret order by number"), empty.one("select octet_length(value) from secret")
    assert {m["state"] for m in empty.json("migrate")} == {"was there"}
    assert before == (empty.sql("select * from schema_version, secret order by number"), 32)
    first = min((ROOT / "daemon" / "schema").glob("[0-9]*.sql"))
    assert empty.one("select encode(sha256, 'hex') from schema_version where number = 1") == hashlib.sha256(first.read_bytes()).hexdigest()


def test_two_migrations_at_once_do_it_once(empty):
    processes = [empty.start("migrate") for _ in range(4)]
    ends = [(p.communicate(timeout=60), p.returncode) for p in processes]
    assert [status for _, status in ends] == [0] * 4, ends
    assert sum("applied" in out for (out, _), _ in ends) == 1
    assert empty.one("select count(*) from secret") == 1


def test_a_migration_whose_text_has_changed_is_refused(ctl):
    ctl.sql("update schema_version set sha256 = sha256('x') where number = 1")
    assert "another text" in ctl.run("migrate", status=1).stderr


def test_a_database_newer_than_the_program_is_refused(ctl):
    ctl.sql("insert into schema_version (number, name, sha256) values (9999, 'future', sha256('x'))")
    assert "9999" in ctl.run("migrate", status=1).stderr
    assert "BROKEN  the schema is this program's" in ctl.run("doctor", status=1).stdout


# ---- areas --------------------------------------------------------------------------------------------------------------


def test_regions_are_added_and_with_replace_become_what_the_file_says(ctl, tmp_path):
    new = tmp_path / "new.csv"
    new.write_text("code,name\n64.09,Kabupaten Lain\n65,Kalimantan Utara\n")
    before = ctl.one("select count(*) from region")
    assert ctl.json("regions", "import", new)[0] == {"what": "areas", "added": 1, "updated": 1, "removed": 0}
    assert ctl.one("select count(*) from region") == before + 1
    ctl.run("regions", "import", new, "--replace", "--force")
    assert ctl.sql("select code, name from region order by code") == [
        {"code": "64.09", "name": "Kabupaten Lain"}, {"code": "65", "name": "Kalimantan Utara"}]
    assert ctl.one("select count(*) from region_alias") == 0


def test_the_folder_of_idn_area_data_is_taken_as_it_is(ctl, tmp_path):
    for name, line in {"provinces": "code,name\n31,DKI JAKARTA", "regencies": "code,province_code,name\n31.71,31,KOTA JAKARTA PUSAT",
                       "districts": "code,regency_code,name\n31.71.01,31.71,Gambir",
                       "villages": 'code,district_code,name\n31.71.01.1001,31.71.01,Soka"an'}.items():
        (tmp_path / f"{name}.csv").write_text(line + "\n")
    ctl.run("regions", "import", tmp_path, "--replace", "--force")
    assert [r["name"] for r in ctl.sql("select name from region order by code")][2:] == ["Gambir", 'Soka"an']
    (tmp_path / "villages.csv").unlink()
    assert "villages.csv" in ctl.run("regions", "import", tmp_path, status=1).stderr


@pytest.mark.parametrize("regions, aliases, what", [
    ("code,name\n64,A\n6x,B\n", None, "regions.csv:3"),
    ("code,name\n64,A\n64,B\n", None, "64 is named twice"),
    ("code,name\n64,A\n", "code,alias,kind,source\n99,B,variant,x\n", "99, which does not exist"),
    ("code,name\n64,A\n", "code,alias,kind,source\n64,B,guess,x\n", "kind"),
    ("code,name\n", None, "no area"),
])
def test_faulty_regions_change_nothing(ctl, tmp_path, regions, aliases, what):
    (tmp_path / "regions.csv").write_text(regions)
    (tmp_path / "aliases.csv").write_text(aliases or "code,alias,kind,source\n")
    before = ctl.sql("select * from region order by code")
    done = ctl.run("regions", "import", tmp_path / "regions.csv", "--aliases", tmp_path / "aliases.csv", "--replace", status=1)
    assert what in done.stderr
    assert before == ctl.sql("select * from region order by code")


# ---- agencies -----------------------------------------------------------------------------------------------------------


def directory(tmp_path, *agencies):
    file = tmp_path / "agencies.json"
    file.write_text(json.dumps({"agencies": agencies}))
    return file


def polsek(*phones, slug="polsek", name="Polsek"):
    return {"slug": slug, "name": name, "kind": "police", "jurisdiction": ["64.09.01"],
            "contacts": [{"channel": "sms", "phone": p} for p in phones]}


def test_the_same_directory_again_changes_nothing(ctl):
    before = ctl.sql("select * from contact order by id"), ctl.sql("select * from agency order by slug")
    for row in ctl.json("agencies", "import", AGENCIES):
        assert [row[k] for k in ("added", "updated", "returned", "retired")] == [0] * 4
    assert before == (ctl.sql("select * from contact order by id"), ctl.sql("select * from agency order by slug"))


def test_what_is_missing_is_retired_and_comes_back_as_it_was(ctl, tmp_path):
    ctl.run("agencies", "import", directory(tmp_path, polsek("+628111111111", "+628122222222"), polsek("+628133333333", slug="other")), "--force")
    ids = {r["address"]: r["id"] for r in ctl.sql("select id, address from contact where agency in ('polsek', 'other')")}
    done = ctl.json("agencies", "import", directory(tmp_path, polsek("+628122222222", "+628144444444", name="Polsek Baru")), "--force")
    assert done[0] == {"what": "agencies", "added": 0, "updated": 1, "returned": 0, "retired": 1}
    assert done[1] == {"what": "contacts", "added": 1, "updated": 1, "returned": 0, "retired": 1}
    assert ctl.one("select name from agency where slug = 'polsek'") == "Polsek Baru"
    assert ctl.one("select retired_at is not null from agency where slug = 'other'")
    assert not ctl.one("select retired_at is not null from contact where agency = 'other'"), "its answers still count"
    active = ctl.sql("select id, address from contact where agency = 'polsek' and retired_at is null order by position")
    assert [r["address"] for r in active] == ["+628122222222", "+628144444444"]
    assert active[0]["id"] == ids["+628122222222"]
    done = ctl.json("agencies", "import", directory(tmp_path, polsek("+628111111111", "+628122222222"), polsek("+628133333333", slug="other")), "--force")
    assert done[0]["returned"] == 1 and done[1]["returned"] == 1
    assert ids == {r["address"]: r["id"] for r in ctl.sql(
        "select id, address from contact where agency in ('polsek', 'other') and retired_at is null")}


def test_an_active_contact_goes_before_one_retired_with_the_same_address(ctl, tmp_path):
    file = directory(tmp_path, polsek("+628111111111"))
    ctl.run("agencies", "import", file, "--force")
    ctl.sql("insert into contact (agency, position, channel, address, retired_at) values ('polsek', 0, 'sms', '+628111111111', now())")
    before = ctl.sql("select * from contact where agency = 'polsek' order by id")
    ctl.run("agencies", "import", file, "--force")
    assert before == ctl.sql("select * from contact where agency = 'polsek' order by id")


def test_merge_only_adds_and_updates(ctl, tmp_path):
    before = ctl.one("select count(*) from agency where retired_at is null")
    ctl.run("agencies", "import", directory(tmp_path, polsek("+628111111111", "+628122222222")), "--merge")
    ctl.run("agencies", "import", directory(tmp_path, polsek("+628122222222", "+628133333333")), "--merge")
    assert ctl.one("select count(*) from agency where retired_at is null") == before + 1
    assert ctl.one("select count(*) from contact where agency = 'polsek' and retired_at is null") == 3


def test_what_is_shown_can_be_imported_and_changes_nothing(ctl, tmp_path):
    ctl.run("agencies", "import", directory(tmp_path, {
        **polsek("+628111111111", "+628122222222", name='Polsek "Babulu" \u2013 é'), "jurisdiction": ["64.09.03", "64.09.01"],
        "contacts": [{"channel": "webhook", "url": "http://10.0.0.1/sigap", "secret": "whsec_" + "QUJD" * 8, "allow_private": True},
                     {"channel": "sms", "phone": "+628111111111"}, {"channel": "sms", "phone": "+628122222222"}]}), "--merge")
    ctl.run("agencies", "import", directory(tmp_path, polsek("+628122222222")), "--merge")
    shown = tmp_path / "shown.json"
    shown.write_text(ctl.run("agencies", "show").stdout)
    assert ctl.run("agencies", "show", "--json").stdout == shown.read_text() and '"whsec_' + "QUJD" * 8 in shown.read_text()
    assert [c["channel"] for a in json.loads(shown.read_text())["agencies"] if a["slug"] == "polsek" for c in a["contacts"]] == ["sms", "webhook", "sms"]
    everything = ("select * from agency order by slug", "select * from contact order by id", "select * from directory_change order by id")
    before = [ctl.sql(q) for q in everything]
    done = ctl.run("agencies", "import", shown, "--json")
    assert all(row[k] == 0 for row in json.loads(done.stdout) for k in ("added", "updated", "returned", "retired")) and done.stderr == ""
    assert [ctl.sql(q) for q in everything] == before
    other = Ctl(ctl.postgres)  # also where nothing was
    try:
        other.run("migrate")
        other.run("agencies", "import", shown)
        assert other.run("agencies", "show").stdout == shown.read_text()
    finally:
        other.close()


def test_an_import_names_the_contacts_whose_secret_it_replaces(ctl, tmp_path):
    def webhook(secret):
        return {**polsek(), "contacts": [{"channel": "webhook", "url": f"https://{n}.example/sigap", "secret": "whsec_" + s * 8} for n, s in secret.items()]}

    assert ctl.run("agencies", "import", directory(tmp_path, webhook({"satu": "QUJD", "dua": "QUJD"})), "--merge").stderr == ""
    done = ctl.run("agencies", "import", directory(tmp_path, webhook({"satu": "QUJD", "dua": "REVG"})), "--merge")
    assert done.stderr == "sigapctl: polsek: the secret of https://dua.example/sigap is another one now\n"


def test_a_faulty_directory_names_every_place_and_changes_nothing(ctl, tmp_path):
    before = ctl.sql("select * from agency order by slug")
    file = directory(tmp_path, polsek("+628111111111"), {**polsek("nobody"), "kind": "army"})
    done = ctl.run("agencies", "import", file, status=1)
    assert f"{file}:agencies[1].kind: " in done.stderr and f"{file}:agencies[1].contacts[0].phone: " in done.stderr
    assert before == ctl.sql("select * from agency order by slug")
    ctl.run("agencies", "import", directory(tmp_path), status=1)
    assert before == ctl.sql("select * from agency order by slug")


def test_the_daemon_is_told_of_a_new_directory(ctl, tmp_path):
    before = ctl.one("select value from setting where name = 'rules_version'")
    ctl.run("agencies", "import", directory(tmp_path, polsek("+628111111111")), "--merge")
    assert ctl.one("select value from setting where name = 'rules_version'") > before


def holes_said(done):
    return {re.sub(r" \(\w+\)", "", line) for line in done.stderr.splitlines() if ": no" in line}


def test_an_import_that_tears_a_hole_is_refused_with_its_name(ctl, tmp_path):
    on_duty(ctl)
    listed = "select slug from agency where retired_at is null order by slug"
    before = ctl.sql(listed)
    police = directory(tmp_path, polsek("+628111111111"))
    done = ctl.run("agencies", "import", police, status=1)
    assert "abandoned_person, 64.09 Kabupaten Penajam Paser Utara: no agency with a contact is reached" in holes_said(done) and "--force" in done.stderr
    assert re.search(r"^and \d+ more$", done.stderr, re.M), "not all of them"
    assert done.stdout == "" and ctl.sql(listed) == before
    ctl.run("agencies", "import", police, "--force")
    assert [r["slug"] for r in ctl.sql(listed)] == ["polsek"]
    ctl.run("agencies", "import", police)  # what is open already is no reason


def test_areas_that_would_be_unserved_are_refused(ctl, tmp_path):
    on_duty(ctl)
    ctl.run("regions", "import", KALTIM, "--replace", "--aliases", ALIASES)
    villages = ctl.one("select count(*) from region")
    few = tmp_path / "few.csv"
    few.write_text("code,name\n64,KALIMANTAN TIMUR\n64.09,KABUPATEN PENAJAM PASER UTARA\n")
    done = ctl.run("regions", "import", few, "--replace", status=1)
    assert "regency 64.09: no village is loaded" in done.stderr and ctl.one("select count(*) from region") == villages
    ctl.run("regions", "import", few, "--replace", "--force")
    assert ctl.one("select count(*) from region") == 2


def test_the_only_one_who_is_planned_does_not_leave_unnoticed(ctl):
    on_duty(ctl)
    done = ctl.run("roster", "person", "retire", "siaga", status=1)
    assert "abandoned_person, 64.09.01.1001 Tanjung Tengah: nobody with a phone is planned, and no ladder names one" in holes_said(done)
    assert ctl.one("select retired_at is null from person where slug = 'siaga'")
    ctl.run("roster", "person", "retire", "siaga", "--force")
    assert ctl.one("select retired_at is not null from person where slug = 'siaga'")


# ---- policy and route -----------------------------------------------------------------------------------------------------


def test_a_policy_without_holes_is_applied_once(ctl):
    on_duty(ctl)
    done = ctl.run("policy", "check", POLICY)
    assert re.fullmatch(r"[1-9]\d* cases checked, 0 holes\n", done.stdout)
    assert "already" in ctl.run("policy", "apply", POLICY).stdout
    assert ctl.one("select count(*) from policy") == 1
    assert ctl.run("policy", "show").stdout == POLICY.read_text()


def test_somebody_who_is_never_planned_is_no_human_for_a_policy(ctl):
    said = "64.09.01.1003 Petung: nobody with a phone is planned, and no ladder names one"
    assert said in ctl.run("policy", "check", POLICY, status=1).stdout
    plan = "insert into shift (person, role, starts_at, ends_at) values ('siaga', 'officer', now() + interval %s, now() + interval %s)"
    ctl.sql(plan, "-2 days", "-1 day")
    assert said in ctl.run("policy", "check", POLICY, status=1).stdout, "what is over reaches nobody"
    ctl.sql(plan, "40 days", "41 days")
    assert re.fullmatch(r"[1-9]\d* cases checked, 0 holes\n", ctl.run("policy", "check", POLICY).stdout), "later is soon enough"


def test_an_installation_in_the_order_of_the_readme_has_a_policy_in_force(empty):
    order = re.search(r"the order matters.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.S)[1]
    lines = [shlex.split(line.replace("/etc/sigap", str(ROOT / "config")), comments=True) for line in order.splitlines() if line.startswith("ctl ")]
    assert ["policy", "apply", str(POLICY)] in [line[1:] for line in lines] and lines[-1] == ["ctl", "doctor"]
    empty.run("migrate")
    for line in lines[:-1]:  # who is on duty this very minute is the clock's
        empty.run(*line[1:])
    assert empty.run("policy", "check", POLICY).stdout.endswith(" 0 holes\n")


def test_an_agency_that_serves_only_districts_leaves_the_regency_open(ctl):
    on_duty(ctl)
    ctl.sql("update agency set jurisdiction = array['64.09.01', '64.09.02', '64.09.03', '64.09.04'] where jurisdiction && array['64', '64.09']")
    done = ctl.run("policy", "check", POLICY, status=1)
    assert {re.sub(r" \(.*?\)", "", line.strip()) for line in done.stdout.splitlines() if "64.09" in line} == {
        f"{type}, 64.09 Kabupaten Penajam Paser Utara: no agency with a contact is reached"
        for type in ("abandoned_person", "unclaimed_body", "shackled_patient", "other_social")}


def test_a_policy_with_holes_needs_force(ctl, tmp_path):
    other = tmp_path / "policy.jsonc"
    other.write_text(POLICY.read_text() + "\n// changed\n")
    ctl.run("roster", "person", "retire", "siaga")
    done = ctl.run("policy", "check", other, status=1)
    assert PETUNG in done.stdout and "nobody with a phone" in done.stdout
    assert "--force" in ctl.run("policy", "apply", other, status=1).stderr
    assert ctl.one("select count(*) from policy") == 1
    ctl.run("policy", "apply", other, "--force", "--name", "Ibu Kepala")
    assert ctl.one("select applied_by from policy order by version desc limit 1") == "Ibu Kepala"


def test_a_faulty_policy_is_named_by_line(ctl, tmp_path):
    other = tmp_path / "policy.jsonc"
    other.write_text("{\n  \"types\": 3\n}")
    assert f"{other}:" in ctl.run("policy", "apply", other, "--force", status=1).stderr
    assert ctl.one("select count(*) from policy") == 1


def test_route_shows_who_why_and_the_ladder_and_changes_nothing(ctl):
    done = ctl.run("route", "--type", "unclaimed_body", "--village", PETUNG, "--urgency", "critical")
    for word in ("polsek-penajam", "police serving 64.09.01", "5 min", "no answer after", "duty"):
        assert word in done.stdout
    plan = ctl.json("route", "--type", "unclaimed_body", "--village", PETUNG, "--text", "mayat di sungai")
    assert plan["state"] == "triaged" and plan["region"] == PETUNG
    assert "polsek-penajam" in [d["agency"]["slug"] for d in plan["dispatches"]]
    assert ctl.one("select (select count(*) from incident) + (select count(*) from notice) + (select count(*) from deadline)") == 0


def test_route_gives_away_no_secret(ctl):
    out = ctl.run("route", "--type", "shackled_patient", "--village", PETUNG, "--json").stdout
    assert "whsec_" not in out
    assert all(link.startswith("sigap.invalid/") for link in re.findall(r"https://(\S+/d/)", out))


def test_route_knows_only_villages_that_are_loaded(ctl):
    done = ctl.run("route", "--type", "unclaimed_body", "--village", "64.09.01.9999", status=1)
    assert "is not in the database" in done.stderr


# ---- triage -------------------------------------------------------------------------------------------------------------


def test_triage_answers_one_line_a_message_without_a_database(ctl, tmp_path):
    file = tmp_path / "messages.jsonl"
    file.write_text('{"id": "A1", "text": "ada org dirantai keluarganya di petung, kasihan"}\n\n{"id": 2, "text": "selamat pagi"}\n')
    done = ctl.run("triage", "--file", file, "--regions", KALTIM, "--aliases", ALIASES, "--home", "64.09", env={"SIGAP_DATABASE": ""})
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["A1", 2]
    assert {"type", "urgency", "village_code", "candidates", "confidence", "reasons", "ask"} <= answers[0].keys()
    assert (answers[0]["type"], answers[0]["village_code"]) == ("shackled_patient", PETUNG)
    assert done.stdout.count('"confidence"') == 2


def test_triage_takes_areas_from_the_database(ctl):
    done = ctl.run("triage", "--text", "mayat mengambang di sungai desa labangka")
    assert json.loads(done.stdout)["type"] == "unclaimed_body"


def test_a_line_that_is_no_message_is_named_and_the_others_are_answered(ctl):
    done = ctl.run("triage", "--file", "-", status=1, stdin='{"text": "halo"}\n{"text": 3}\nnonsense\n{"text": "halo"}\n')
    assert len(done.stdout.splitlines()) == 2
    assert "-:2: " in done.stderr and "-:3:" in done.stderr


# ---- tokens -------------------------------------------------------------------------------------------------------------


def checksum(secret):
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    crc, text = zlib.crc32(secret.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        text = digits[digit] + text
    return text


def test_a_token_is_shown_once_and_kept_as_its_hash(ctl):
    done = ctl.run("token", "issue", "--role", "coordinator", "--scope", "64.09", "--name", "piket", "--days", "30")
    token = re.fullmatch(r"(sgp_[0-9A-Za-z]{46})\n", done.stdout).group(1)
    assert done.stderr == "" and checksum(token[4:44]) == token[44:]
    row = ctl.sql("select *, expires_at - created_at = interval '30 days' as month from token")[0]
    assert bytes(row["hash"]) == hashlib.sha256(token.encode()).digest()
    assert (row["role"], row["scope"], row["name"], row["month"]) == ("coordinator", "64.09", "piket", True)
    assert token[4:] not in str(ctl.sql("select * from token")) + ctl.run("token", "list").stdout


def test_a_token_of_an_agency_needs_one_that_exists(ctl):
    ctl.run("token", "issue", "--role", "agency", "--agency", "polsek-penajam")
    assert ctl.one("select agency from token") == "polsek-penajam"
    ctl.run("token", "issue", "--role", "agency", "--agency", "polsek-nowhere", status=1)
    ctl.run("token", "issue", "--role", "source", "--agency", "polsek-penajam", status=2)


def test_a_name_is_free_again_when_its_token_is_revoked(ctl):
    ctl.run("token", "issue", "--role", "source", "--name", "a")
    assert ctl.run("token", "issue", "--role", "source", "--name", "a", status=1).stdout == ""
    ctl.run("token", "revoke", "a")
    ctl.run("token", "revoke", "a", status=1)
    assert ctl.json("token", "list") == []
    ctl.run("token", "issue", "--role", "source", "--name", "a")


def test_of_tokens_issued_at_once_under_one_name_one_is_made(ctl):
    with contextlib.closing(psycopg2.connect(ctl.dsn)) as other:
        cursor = other.cursor()
        cursor.execute("lock table token in share row exclusive mode")
        cursor.execute("insert into token (hash, role, name) values ('x', 'source', 'same')")
        process = ctl.start("token", "issue", "--role", "source", "--name", "same")
        wait_until(lambda: ctl.sql("select 1 from pg_stat_activity where application_name = 'sigapctl' and wait_event_type = 'Lock'"),
                   20, "sigapctl waiting for the other one")
        other.commit()
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert ctl.one("select count(*) from token") == 1


# ---- roster -------------------------------------------------------------------------------------------------------------


def test_who_is_on_duty_follows_shift_and_scope(ctl):
    ctl.run("roster", "who", status=1)
    shift = ctl.run("roster", "shift", "add", "--person", "siaga", "--from", "2020-01-01T08:00:00+08:00",
                    "--until", "2020-01-02T08:00:00+08:00").stdout.strip()
    assert ctl.json("roster", "who", "--at", "2020-01-01T00:00:00Z", "--region", PETUNG)[0]["person"] == "siaga"
    assert ctl.json("roster", "who", "--at", "2020-01-02T00:00:00Z", status=1) == []
    assert ctl.json("roster", "who", "--at", "2020-01-01T12:00:00Z", "--region", "64.01", status=1) == []
    assert "no shift" in ctl.run("roster", "shift", "remove", shift, status=1).stderr
    assert ctl.json("roster", "who", "--at", "2020-01-01T00:00:00Z")[0]["person"] == "siaga"


def test_a_shift_needs_a_person_and_an_end_after_its_beginning(ctl):
    at = ("--from", "2026-01-02T00:00:00Z", "--until", "2026-01-01T00:00:00Z")
    ctl.run("roster", "shift", "add", "--person", "siaga", *at, status=2)
    ctl.run("roster", "shift", "add", "--person", "ghost", "--from", "2026-01-01T00:00:00Z", "--until", "2026-01-02T00:00:00Z", status=1)


def test_lists_of_people_do_not_give_numbers_away(ctl):
    assert ctl.one("select phone from person") == "+628110000001"
    assert "8110000001" not in ctl.run("roster", "person", "list").stdout + ctl.run("roster", "person", "list", "--json").stdout


def test_a_retired_person_can_come_back(ctl):
    ctl.run("roster", "person", "retire", "siaga")
    ctl.run("roster", "person", "retire", "siaga", status=1)
    assert ctl.json("roster", "person", "list") == []
    ctl.run("roster", "person", "add", "--slug", "siaga", "--name", "Lain")
    assert ctl.sql("select name, role, scope, phone, retired_at from person") == [
        {"name": "Lain", "role": "coordinator", "scope": "64.09", "phone": "+628110000001", "retired_at": None}]


def test_what_is_not_said_of_a_person_stays_and_an_empty_telephone_goes(ctl):
    def person():
        return tuple(ctl.sql("select name, phone, role, scope from person where slug = 'siaga'")[0].values())

    ctl.run("roster", "person", "add", "--slug", "siaga", "--name", "Siaga Baru")
    assert person() == ("Siaga Baru", "+628110000001", "coordinator", "64.09")
    ctl.run("roster", "person", "add", "--slug", "siaga", "--name", "Siaga Baru", "--role", "officer", "--scope", "")
    assert person() == ("Siaga Baru", "+628110000001", "officer", "")
    ctl.run("roster", "person", "add", "--slug", "siaga", "--name", "Siaga Baru", "--phone", "")
    assert person() == ("Siaga Baru", None, "officer", "")
    ctl.run("roster", "person", "add", "--slug", "baru", "--name", "Orang Baru", "--phone", "")
    assert ctl.sql("select phone, role, scope from person where slug = 'baru'") == [{"phone": None, "role": "officer", "scope": ""}]
    assert [c["after"]["phone_changed"] for c in ctl.sql("select after from directory_change where object = 'person:siaga' order by at")] == [
        True, False, False, True]


# ---- outbox -------------------------------------------------------------------------------------------------------------


def test_a_notice_given_up_can_be_replayed_once(ctl):
    notice = str(uuid.uuid4())
    ctl.sql("insert into notice (id, kind, channel, address, body) values (%s, 'receipt', 'sms', %s, 'x')", notice, PHONE)
    ctl.sql("insert into dead_notice (notice_id, reason) values (%s, 'permanent')", notice)
    listed = ctl.run("outbox", "list").stdout
    assert notice in listed and "permanent" in listed and PHONE not in listed
    assert [n["notice"] for n in ctl.json("outbox", "list")] == [notice]
    ctl.run("outbox", "replay", notice)
    assert [n["notice"] for n in ctl.json("outbox", "list", "--state", "waiting")] == [notice]
    assert ctl.json("outbox", "list", "--state", "dead") == []
    ctl.run("outbox", "replay", notice, status=1)


# ---- audit --------------------------------------------------------------------------------------------------------------


def faults(ctl, *args):
    return [(f["incident"], f["event"], f["fault"], f["found_by"]) for f in ctl.json("audit", "verify", *args, status=1)]


def test_a_whole_history_is_found_whole(ctl):
    ctl.incident(1001)
    ctl.incident(1002, events=1)
    assert ctl.run("audit", "verify").stdout == "4 events of 2 incidents checked: the history is whole\n"


@pytest.mark.parametrize("harm, expected", [
    ("update event set data = '{\"n\": 2.0}' where number = 2", [(2, "content or hash was changed")]),
    ("update event set actor = 'agency:x' where number = 1", [(1, "content or hash was changed")]),
    ("update event set at = at + interval '1 microsecond' where number = 3", [(3, "content or hash was changed")]),
    ("update event set hash = sha256('x') where number = 2",
     [(2, "content or hash was changed"), (3, "content or hash was changed")]),
    ("delete from event where number = 2", [(3, "an event is missing before this one")]),
    ("delete from event where number = 1", [(2, "an event is missing before this one")]),
    ("delete from event where number = 3", [(2, "the incident does not end with this event")]),
    ("delete from event", [(0, "the incident has no events")]),
    ("update incident set head = sha256('x')", [(3, "the incident does not end with this event")]),
    ("update incident set version = 4", [(3, "the incident does not end with this event")]),
])
def test_a_changed_history_is_named_by_incident_and_event(ctl, harm, expected):
    touched, other = ctl.incident(1001), ctl.incident(1002)
    column = "incident_id" if "event" in harm.split()[:3] else "id"
    ctl.sql(harm + (" and " if " where " in harm else " where ") + f"{column} = '{touched}'")
    assert faults(ctl) == [(1001, event, fault, "both") for event, fault in expected]
    assert faults(ctl, "--incident", "1001") == faults(ctl)
    assert ctl.json("audit", "verify", "--incident", "1002") == []
    assert other


def test_a_database_that_lies_about_its_history_is_found_out(ctl):
    incident = ctl.incident(1001)
    ctl.sql("update event set kind = 'note' where number = 2 and incident_id = %s", incident)
    ctl.sql("create or replace view audit_fault as select null::uuid as incident_id, 0::bigint as incident, 0 as event, ''::text as fault where false")
    assert faults(ctl) == [(1001, 2, "content or hash was changed", "program only")]


def test_an_incident_that_does_not_exist_is_not_whole(ctl):
    assert "no incident 7" in ctl.run("audit", "verify", "--incident", "7", status=1).stderr


# ---- doctor -------------------------------------------------------------------------------------------------------------


def broken(ctl):
    done = subprocess.run([CTL, "doctor", "--json"], env=ctl.env, capture_output=True, text=True, timeout=60)
    answer = json.loads(done.stdout)
    result = {p["promise"]: p["objects"] for p in answer if not p["ok"]}
    assert done.returncode == (1 if result else 0), done.stderr
    return result


def on_duty(ctl):
    ctl.run("roster", "shift", "add", "--person", "siaga", "--from", "2020-01-01T00:00:00Z", "--until", "2120-01-01T00:00:00Z")


def test_the_doctor_finds_a_healthy_system_healthy(ctl):
    on_duty(ctl)
    assert broken(ctl) == {}
    said = ctl.run("doctor").stdout
    assert "BROKEN" not in said and re.findall(r"^WARN +(.*)$", said, re.M) == ["a daemon is at work"], "none was started here"


def test_the_doctor_names_the_dispatch_without_a_deadline(ctl):
    on_duty(ctl)
    incident, dispatch = ctl.incident(1001), str(uuid.uuid4())
    ctl.sql("insert into dispatch (id, incident_id, event, agency, role, task, state, ladders, why, accept_s, arrive_s, complete_s, accept_by) "
            "values (%s, %s, 1, 'nobody', 'secure', 'x', 'notified', '{}', '', 1, 1, 1, now())", dispatch, incident)
    assert broken(ctl) == {OPEN_DISPATCH: [dispatch]}
    assert f"BROKEN  {OPEN_DISPATCH}\n          {dispatch}\n" in ctl.run("doctor", status=1).stdout
    ctl.sql("insert into deadline values (%s, 'accept', 0, now() + interval '1 hour', now())", dispatch)
    assert broken(ctl) == {}


def test_the_doctor_names_the_hours_without_a_person_on_duty(ctl):
    ctl.sql("insert into shift (person, role, starts_at, ends_at) values ('siaga', 'officer', now() - interval '1 hour', now() + interval '2 hours'), "
            "('siaga', 'officer', now() + interval '3 hours', now() + interval '2 days')")
    found, promise = broken(ctl), "somebody with a phone is on duty for the next 24 hours"
    assert list(found) == [promise]
    begins, ends = re.fullmatch(r"nobody from (.{16}) to (.{16}) UTC", found[promise][0]).groups()
    assert ctl.one("select %s::timestamp - %s::timestamp = interval '1 hour'", ends, begins)
    ctl.sql("update person set phone = null")
    found = broken(ctl)
    assert set(found) == {promise, "somebody with a phone is on duty now", "the policy in force leaves no hole"}
    begins, ends = re.fullmatch(r"nobody from (.{16}) to (.{16}) UTC", found[promise][0]).groups()
    assert ctl.one("select %s::timestamp - %s::timestamp = interval '24 hours'", ends, begins)


def test_the_doctor_reads_every_promise_of_the_database_by_its_name(ctl):
    source = (ROOT / "daemon" / "ctl" / "doctor.c").read_text()
    view = ctl.one("select pg_get_viewdef('doctor'::regclass)")
    promises = re.findall(r"SELECT\s+'([^']+)'::text", view)
    assert len(promises) >= 7
    assert [p for p in promises if f'"{p}"' not in source] == []


def test_the_doctor_does_not_miss_a_promise_that_it_has_no_words_for(ctl):
    on_duty(ctl)
    ctl.sql("create or replace view doctor as select 'something new'::text as promise, 'x'::text as object")
    assert broken(ctl) == {"whatever else the database checks": ["something new: x"]}


def test_the_doctor_misses_policy_areas_and_keys(ctl):
    on_duty(ctl)
    ctl.sql("delete from policy; delete from secret; delete from region")
    assert set(broken(ctl)) == {"a policy is in force", "links can be signed", "areas are loaded"}


# ---- export -------------------------------------------------------------------------------------------------------------


def report(ctl, number, at):
    incident = ctl.incident(number)
    ident = str(uuid.uuid4())
    ctl.sql("insert into report (id, number, incident_id, source, received_at, text, type, urgency, place_text, anonymous, triage) values "
            "(%s, %s, %s, '=cmd()', %s, %s, 'unclaimed_body', 'high', %s, false, '{}')",
            ident, number, incident, at, f"hubungi {PHONE} {REPORTER}", f"rumah {REPORTER}")
    ctl.sql("insert into reporter values (%s, %s, %s)", ident, PHONE, REPORTER)
    ctl.sql("update incident set place_text = %s where id = %s", f"rumah {REPORTER}", incident)
    return incident


@pytest.mark.parametrize("table", ["report", "incident", "dispatch", "event"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_no_export_holds_a_reporter_and_each_is_logged(ctl, table, form):
    report(ctl, 1001, "2026-01-01T00:00:00Z")
    out = ctl.run("export", "--table", table, "--format", form, "--reason", "statistik").stdout
    rows = json.loads(out) if form == "json" else list(csv.DictReader(io.StringIO(out, newline="")))
    assert len(rows) == {"report": 1, "incident": 1, "dispatch": 0, "event": 3}[table]
    assert PHONE[3:] not in out and "Siti" not in out
    log = ctl.sql("select actor, object, reason from access_log")
    assert len(log) == 1 and log[0]["actor"].startswith("sigapctl:") and f"export {table}" in log[0]["object"] and log[0]["reason"] == "statistik"


def test_an_export_that_cannot_be_logged_gives_nothing(ctl):
    report(ctl, 1001, "2026-01-01T00:00:00Z")
    ctl.sql("alter table access_log add check (false)")
    assert ctl.run("export", "--table", "report", "--format", "csv", status=1).stdout == ""


def test_from_is_within_an_export_and_until_is_not(ctl):
    for n, at in enumerate(("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z")):
        report(ctl, 1001 + n, at)
    rows = ctl.json("export", "--table", "report", "--format", "json", "--from", "2026-01-02T08:00:00+08:00", "--until", "2026-01-03T00:00:00Z")
    assert [r["number"] for r in rows] == [1002]
    assert rows[0]["received_at"] == "2026-01-02T00:00:00.000Z" and rows[0]["anonymous"] is False and rows[0]["occurred_at"] is None


def test_a_spreadsheet_takes_no_cell_for_a_formula(ctl):
    report(ctl, 1001, "2026-01-01T00:00:00Z")
    ctl.sql("update incident set lat = -1.25, lon = 116.7, summary = '-1, \"x\"'")
    row = next(csv.DictReader(io.StringIO(ctl.run("export", "--table", "report", "--format", "csv").stdout)))
    assert row["source"] == "'=cmd()"
    row = next(csv.DictReader(io.StringIO(ctl.run("export", "--table", "incident", "--format", "csv").stdout)))
    assert (row["lat"], row["summary"]) == ("-1.25", "'-1, \"x\"")


# ---- states -------------------------------------------------------------------------------------------------------------


def test_the_state_tables_are_those_of_the_core(ctl):
    rows = ctl.json("states")
    step = {(r["object"], r["state"], r["event"]): (r["next"], r["effects"]) for r in rows}
    assert step["dispatch", "notified", "accept"] == ("accepted", "stop_clock arm_arrive engage relieve")
    assert ("dispatch", "declined", "accept") not in step
    assert step["incident", "closed", "reopen"] == ("open", "arm_triage")
    assert step["dispatch", "accepted", "lapse"] == ("notified", "arm_accept tell_duty")
    assert step["incident", "open", "hand_over"] == ("handed_over", "stop_triage_clock arm_follow_up")
    assert step["incident", "open", "withdraw"] == ("cancelled", "stop_triage_clock cancel_dispatches tell_duty")
    assert {s for _, s, _ in step} >= {"expired", "handed_over", "merged"}


def test_the_readme_shows_the_tables_drawing(ctl):
    drawing = ctl.run("states", "--diagram").stdout
    assert drawing.count("stateDiagram-v2") == 2
    assert drawing in (ROOT / "README.md").read_text()
