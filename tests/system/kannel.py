"""A real Kannel (bearerbox, smsbox, fakesmsc from Debian's kannel and kannel-extras) on ports of its own, beside a Stack.

Its configuration is the operator's, config/gateways/kannel.conf, with ports, secrets and folders of the test put in, and with a
second line to a fake mobile network: bearerbox's fake SMSC serves one client at a time, so citizens' phones call in on one line
("warga"), and what Kannel sends leaves on the other ("utama"), where one fakesmsc stays and shows what arrives.

    gateway = Kannel(stack)                 # a Stack that was made with started=False
    stack.start()
    gateway.sms("+6281250000001", "ada orang dirantai ...")
    wait_until(lambda: gateway.to("+6281250000001"), 10, "the receipt")
"""
import pathlib
import re
import secrets
import shutil
import subprocess
import tempfile
import urllib.parse
import xml.etree.ElementTree

import requests

from stack import ROOT, free_port, wait_until

CONF = ROOT / "config" / "gateways" / "kannel.conf"
FAKESMSC = "/usr/lib/kannel/test/fakesmsc"
SERVICE = "2345"
SECOND_LINE = """
group = smsc
smsc = fake
smsc-id = warga
port = {port}
connect-allow-ip = 127.0.0.1
# takes in only: no message to be sent names this line
allowed-smsc-id = warga
"""


def substituted(text, changes):
    """text with every key of changes replaced; each must be there, so that the test follows the operator's file."""
    for old, new in changes.items():
        assert old in text, f"{CONF} no longer has {old!r}"
        text = text.replace(old, str(new))
    return text


def url_encoded_utf16(text):
    """As fakesmsc reads it: every byte as %XX."""
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-16-be"))


class Kannel:
    """started: False only writes the configuration. template: the operator's file, perhaps changed."""

    def __init__(self, stack, started=True, template=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-kannel-"))
        self.processes = []
        self.admin, self.boxes, self.sendsms, self.network, self.citizens = (free_port() for _ in range(5))
        self.admin_password = secrets.token_hex(8)
        self.conf = self.folder / "kannel.conf"
        (self.folder / "spool").mkdir()
        self.conf.write_text(substituted(template or CONF.read_text(), {
            "admin-port = 13000": f"admin-port = {self.admin}",
            "smsbox-port = 13001": f"smsbox-port = {self.boxes}",
            "bearerbox-port = 13001": f"bearerbox-port = {self.boxes}",
            "sendsms-port = 13013": f"sendsms-port = {self.sendsms}",
            "\nport = 10000": f"\nport = {self.network}",
            "127.0.0.1:8080": f"127.0.0.1:{stack.port}",
            "GANTI_TOKEN": stack.gateway_token,
            "GANTI_SANDI": stack.sms.password,
            "GANTI_ADMIN": self.admin_password,
            "/var/spool/kannel": self.folder / "spool",
            "/var/log/kannel": self.folder,
            "http-queue-delay = 10": "http-queue-delay = 1",
        }) + SECOND_LINE.format(port=self.citizens))
        if template is None:
            stack.write_conf({"gateway kannel": {"send_url": f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms", "from": SERVICE}})
        if started:
            try:
                self.start()
            except BaseException:
                self.close()
                raise

    # -- processes

    def run(self, name, *command):
        with open(self.folder / f"{name}.out", "ab") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.folder)
        self.processes.append(process)
        return process

    def start(self):
        # -v 4: only panics on the terminal; the log files obey log-level, as under Debian's init script
        self.run("bearerbox", "/usr/sbin/bearerbox", "-v", "4", "--", self.conf)
        wait_until(lambda: self.status() is not None, 15, f"bearerbox; see {self.folder}")
        self.run("smsbox", "/usr/sbin/smsbox", "-v", "4", "--", self.conf)
        wait_until(lambda: self.status().find("boxes/box") is not None, 15, f"smsbox; see {self.folder}")
        # -m 0: sends nothing, shows what it gets
        self.run("network", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.network), "-m", "0", "-v", "0", "0 0 text nothing")

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        shutil.rmtree(self.folder)

    def status(self):
        """bearerbox's status page; None while it does not answer."""
        assert all(p.poll() is None for p in self.processes), self.output()
        try:
            r = requests.get(f"http://127.0.0.1:{self.admin}/status.xml", params={"password": self.admin_password}, timeout=5)
            return xml.etree.ElementTree.fromstring(r.text)
        except (requests.RequestException, xml.etree.ElementTree.ParseError):
            return None

    def log(self, box):
        """What stands in the box's log file, written at the operator's log-level."""
        path = self.folder / f"{box}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def output(self):
        return "\n".join(p.read_text(errors="replace")[-3000:] for p in sorted(self.folder.glob("*box.*")))

    # -- a citizen's or partner's telephone

    def taken(self):
        """How many SMS bearerbox has taken from the citizens' line."""
        for line in self.status().iter("smsc"):
            if line.findtext("id") == "warga":
                return int(line.findtext("sms/received"))
        raise AssertionError("no line of the citizens")

    def offer(self, *message):
        """One message in fakesmsc's words; returns when bearerbox has it."""
        before = self.taken()
        phone = self.run("phone", "timeout", "20", FAKESMSC, "-H", "127.0.0.1", "-r", str(self.citizens), "-m", "1", "-v", "1",
                         " ".join(message))
        self.processes.remove(phone)
        try:
            wait_until(lambda: self.taken() > before, 15, "bearerbox takes the SMS")
        finally:
            phone.terminate()
            phone.wait(5)

    def sms(self, sender, text):
        """An SMS from that number; in UCS-2 when it is not plain ASCII, as a telephone would."""
        if text.isascii():
            self.offer(sender, SERVICE, "text", text)
        else:
            self.offer(sender, SERVICE, "ucs2", url_encoded_utf16(text))

    def sms_in_parts(self, sender, *parts):
        """A long SMS as the network carries it: concatenated parts (3GPP TS 23.040 9.2.3.24.1, reference 7)."""
        for number, text in enumerate(parts, 1):
            self.offer(sender, SERVICE, "udh-text", f"%05%00%03%07%{len(parts):02X}%{number:02X}", text)

    # -- the mobile network

    @property
    def sent(self):
        """What arrived at the network: [{"from", "to", "text"}], in order."""
        found = re.findall(r"Got message \d+: <(\S+) (\S+) (text|ucs-2) (.*)>$", (self.folder / "network.out").read_text(), re.M)
        return [{"from": sender, "to": to, "text": text if kind == "text" else
                 urllib.parse.unquote_to_bytes(text.replace("+", " ")).decode("utf-16-be")}
                for sender, to, kind, text in found]

    def to(self, phone):
        return [m["text"] for m in self.sent if m["to"] == phone]
