"""A real Gammu SMSD (Debian's gammu-smsd) with its dummy telephone and tables of its own in the tests' PostgreSQL, beside a Stack.

    smsd = Smsd(stack)                              # a Stack that was made with started=False
    stack.start()
    smsd.receive("+6281250000001", "ada orang dirantai ...")
    wait_until(lambda: smsd.sent("+6281250000001"), 30, "the receipt")

The dummy telephone takes messages as files; gammu makes them, as messages to be sent, and one word turns them into received ones. It tells of no delivery.
"""
import contextlib
import os
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile

import psycopg2
import psycopg2.extras

from stack import DATA, ROOT, wait_until

PHONE = "modem1"
SCRIPT = ROOT / "config" / "gateways" / "gammu-receive"
GRANTS = ROOT / "config" / "gateways" / "gammu.sql"


class Smsd:
    """script: RunOnReceive is sigap's own. database: sigap reads and writes SMSD's tables."""

    def __init__(self, stack, script=False, database=True, service="sql"):
        self.stack, self.process = stack, None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-smsd-"))
        self.database = f"smsd_{secrets.token_hex(4)}"
        self.secret = secrets.token_hex(16)
        for box in range(1, 6):
            (self.folder / "phone" / "sms" / str(box)).mkdir(parents=True)
        for name in ("inbox", "outbox", "sent", "error"):
            (self.folder / name).mkdir()
        stack.postgres.create(self.database)
        self.sql((DATA / "smsd.sql").read_text())
        self.sql("do $$ begin if not exists (select from pg_roles where rolname = 'sigap') then create role sigap login; end if; end $$")
        self.sql(GRANTS.read_text())
        self.write(script, service)
        gateway = {"kind": "gammu", "phone_id": PHONE, "token_file": stack.folder / "token", "utc_offset_min": 480}
        if database:
            gateway["database"] = stack.postgres.dsn(self.database, "sigap")
        if script:
            (stack.folder / "gammu_secret").write_text(self.secret + "\n")
            gateway["secret_file"] = stack.folder / "gammu_secret"
        stack.write_conf({"gateway kannel": None, "gateway gammu": gateway})
        self.start()

    def write(self, script, service):
        gammu = f"[gammu]\nmodel = dummy\nconnection = none\ndevice = {self.folder}/phone\n"
        (self.folder / "gammurc").write_text(gammu)
        if service == "sql":
            backend = (f"Service = SQL\nDriver = native_pgsql\nHost = {self.stack.postgres.folder}\nDatabase = {self.database}\n"
                       f"User = postgres\nPassword = none\n")
        else:
            backend = "Service = FILES\n" + "".join(f"{key} = {self.folder}/{folder}/\n" for key, folder in
                                                    (("inboxpath", "inbox"), ("outboxpath", "outbox"), ("sentsmspath", "sent"), ("errorsmspath", "error")))
        run = ""
        if script:
            conf = self.folder / "gammu-receive.conf"
            conf.write_text(f"# sigap\nURL={self.stack.url}/v1/gateways/gammu/inbound?token={self.stack.gateway_token}\nSECRET={self.secret}\n")
            wrapper = self.folder / "receive"
            wrapper.write_text(f"#!/bin/sh\nSIGAP_GAMMU_CONF={conf} exec {SCRIPT} \"$@\" 2>{self.folder}/receive.log\n")
            wrapper.chmod(0o755)
            run = f"RunOnReceive = {wrapper}\n"
        (self.folder / "smsdrc").write_text(
            gammu + f"\n[smsd]\n{backend}PhoneID = {PHONE}\nDebugLevel = 255\nLogFile = {self.folder}/log\nCommTimeout = 1\nReceiveFrequency = 1\n"
            f"LoopSleep = 1\nCheckSecurity = 0\nCheckBattery = 0\nCheckSignal = 0\nMultipartTimeout = 5\n{run}")

    def start(self):
        self.process = subprocess.Popen(["gammu-smsd", "-c", self.folder / "smsdrc"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None

    def sql(self, text, *values):
        with contextlib.closing(psycopg2.connect(self.stack.postgres.dsn(self.database), cursor_factory=psycopg2.extras.RealDictCursor)) as c:
            c.autocommit = True
            cursor = c.cursor()
            cursor.execute(text, values or None)
            return cursor.fetchall() if cursor.description else []

    def receive(self, sender, text, unicode=False, drop_part=None):
        """A message from sender comes in, in as many parts as it needs; drop_part (from 1) never arrives."""
        away = self.folder / f"new-{secrets.token_hex(4)}"
        for box in range(1, 6):
            (away / "sms" / str(box)).mkdir(parents=True)
        rc = away / "rc"
        rc.write_text(f"[gammu]\nmodel = dummy\nconnection = none\ndevice = {away}\n")
        subprocess.run(["gammu", "-c", rc, "--savesms", "TEXT", "-folder", "1", "-unread", "-sender", sender, "-len", "1000",
                        *(["-unicode"] if unicode else []), "-text", text], check=True, capture_output=True, env={**os.environ, "LANG": "C.UTF-8"})
        files = sorted((away / "sms" / "1").iterdir(), key=lambda f: int(re.sub(r"\D", "", f.name) or 0))
        for number, file in enumerate(files, 1):
            if number == drop_part:
                continue
            made = file.read_text().replace("PDU = Submit", "PDU = Deliver")
            inbox = self.folder / "phone" / "sms" / "1"
            taken = {int(f.name) for f in inbox.iterdir() if f.name.isdigit()}
            name = str(max(taken, default=0) + 1 + secrets.randbelow(1000))
            (self.folder / "arriving").write_text(made)
            os.rename(self.folder / "arriving", inbox / name)
        shutil.rmtree(away)
        return len(files)

    def sent(self, to):
        """What left for that telephone: whole texts, in order."""
        return [row["text"] for row in self.sql('select string_agg("TextDecoded", \'\' order by "SequencePosition") as text from sentitems '
                                                'where "DestinationNumber" = %s group by "ID" order by "ID"', to)]

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)
