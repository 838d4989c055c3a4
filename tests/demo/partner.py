#!/usr/bin/python3
"""The demonstration partner: plays every agency of agencies.json at once, and shows on the terminal what each receives. It plays the
SMS gateway too, as Kannel's sendsms, and shows the SMS that would leave.

Also the smallest example of a receiver: it checks the Standard Webhooks signature with nothing but Python's standard library.
POST /agencies/<slug> takes a notice, GET /cgi-bin/sendsms an SMS, GET /received lists what came, as JSON.
"""
import argparse
import base64
import datetime
import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300  # webhook-timestamp may differ this much from now (Standard Webhooks 1.0.0, "Verifying webhook authenticity")
BODY_MAX = 256 * 1024
KEPT = 1000
ZONE = datetime.timezone(datetime.timedelta(hours=8), "WITA")

KINDS = {
    "dispatch.created": "TUGAS BARU",
    "dispatch.reminder": "PENGINGAT",
    "dispatch.cancelled": "TUGAS DIBATALKAN",
    "incident.updated": "KABAR TERBARU",
    "contact.test": "UJI KONTAK",
}
TYPES = {
    "abandoned_person": "orang terlantar",
    "unclaimed_body": "jenazah tanpa keluarga",
    "shackled_patient": "pasien dipasung",
    "other_social": "masalah sosial lain",
}
URGENCIES = {"critical": "KRITIS", "high": "Tinggi", "normal": "Biasa"}


def signature_valid(secrets, headers, body, now):
    """True when one of the header's v1 signatures over id.timestamp.body is made with one of the space-separated secrets."""
    try:
        notice, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        if abs(now - int(stamp)) > TOLERANCE_S:
            return False
        given = [part[3:] for part in headers["webhook-signature"].split() if part.startswith("v1,")]
        signed = f"{notice}.{stamp}.".encode() + body
        keys = [base64.b64decode(secret[len("whsec_") :], validate=True) for secret in secrets.split()]
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    made = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in keys]
    return any(hmac.compare_digest(one, other) for one in made for other in given)


def plain(value):
    """Text for a terminal: what came over the wire must not move the cursor."""
    return "".join(c if c.isprintable() else " " for c in str(value))


def local_time(stamp):
    try:
        at = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).astimezone(ZONE)
        return at.strftime("%d-%m %H.%M.%S WITA")
    except (AttributeError, ValueError):
        return plain(stamp)


def place_line(place):
    words = [place.get("name"), place.get("text"), place.get("village_code")]
    line = ", ".join(plain(word) for word in words if word)
    if place.get("lat") is not None:
        line += f" ({place['lat']}, {place['lon']})"
    return line or "belum diketahui"


def describe(agency, notice, valid):
    """The notice as a person reads it: who, what, where, how urgent, where to answer."""
    data = notice.get("data", {})
    incident, dispatch = data.get("incident", {}), data.get("dispatch", {})
    kind = KINDS.get(notice.get("type"), plain(notice.get("type")))
    lines = [
        f"{local_time(notice.get('timestamp'))}  {plain(agency)}: {kind}  "
        f"[{'tanda tangan sah' if valid else 'tanda tangan TIDAK SAH'}]",
    ]
    if not incident:  # a test
        return lines[0]
    lines += [
        f"  Kejadian   {plain(incident.get('number', '?'))}: {TYPES.get(incident.get('type'), plain(incident.get('type')))}",
        f"  Kegawatan  {URGENCIES.get(incident.get('urgency'), plain(incident.get('urgency')))}",
        f"  Tempat     {place_line(incident.get('place') or {})}",
    ]
    if incident.get("summary"):
        lines.append(f"  Ringkasan  {plain(incident['summary'])}")
    if dispatch.get("url"):
        until = f"  sebelum {local_time(dispatch['accept_by'])}" if dispatch.get("accept_by") else ""
        lines.append(f"  Jawab di   {plain(dispatch['url'])}{until}")
    return "\n".join(lines)


class Partner(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, agencies, phones):
        super().__init__(address, Handler)
        self.agencies, self.phones = agencies, phones
        self.received = []
        self.lock = threading.Lock()

    def take(self, slug, headers, body):
        """Shows and keeps one notice. Gives the HTTP status: only a valid signature is acknowledged."""
        name, secrets = self.agencies[slug]
        valid = signature_valid(secrets, headers, body, time.time())
        try:
            notice = json.loads(body)
            text = describe(name, notice, valid)
        except (ValueError, AttributeError, TypeError) as fault:
            notice, text = None, f"{plain(name)}: isi tidak terbaca ({plain(fault)})"
        self.keep({"agency": slug, "id": headers.get("webhook-id"), "valid": valid, "notice": notice}, text)
        return 400 if notice is None else 204 if valid else 401

    def take_sms(self, to, text):
        """Shows and keeps one SMS."""
        slug, name = self.phones.get(to, (None, None))
        now = datetime.datetime.now(ZONE).strftime("%d-%m %H.%M.%S WITA")
        whom = f"{plain(name)} ({plain(to)})" if name else plain(to)
        self.keep({"agency": slug, "to": to, "sms": text}, f"{now}  SMS ke {whom}\n  {plain(text)}")

    def keep(self, record, text):
        with self.lock:
            self.received.append(record)
            del self.received[:-KEPT]
            print(text, flush=True)
            print(flush=True)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log_message(self, *_):
        """The notices are the log."""

    def answer(self, status, value=None, words=""):
        body = words.encode() if value is None else json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", "text/plain" if value is None else "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def sendsms(self, query):
        """Kannel's answers (user guide 1.4.5, table 10-5): 202 and these words are what counts as accepted."""
        fields = dict(urllib.parse.parse_qsl(query))
        known = fields.get("to") and fields.get("text")
        if known:
            self.server.take_sms(fields["to"], fields["text"])
        self.answer(202 if known else 400, words="0: Accepted for delivery" if known else "Missing receiver number, rejected")

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/cgi-bin/sendsms":
            return self.sendsms(query)
        if path != "/received":
            return self.answer(404, {"title": "not found"})
        with self.server.lock:
            received = list(self.server.received)
        self.answer(200, received)

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > BODY_MAX:
            self.close_connection = True
            return self.answer(413 if length.isdigit() else 411, {"title": "body missing or too large"})
        body = self.rfile.read(int(length))
        parts = self.path.split("/")
        if len(parts) != 3 or parts[1] != "agencies" or parts[2] not in self.server.agencies:
            return self.answer(404, {"title": "no such agency"})
        self.answer(self.server.take(parts[2], self.headers, body))


def read_agencies(path):
    """slug -> (name, secrets of its webhook), phone -> (slug, name)"""
    with open(path, encoding="utf-8") as file:
        agencies = json.load(file)["agencies"]
    webhooks, phones = {}, {}
    for agency in agencies:
        for contact in agency["contacts"]:
            if contact["channel"] == "webhook":
                webhooks[agency["slug"]] = (agency["name"], contact["secret"])
            else:
                phones[contact["phone"]] = (agency["slug"], agency["name"])
    return webhooks, phones


def main():
    parser = argparse.ArgumentParser(description="Plays every agency of agencies.json and shows what each receives.")
    parser.add_argument("--port", type=int, default=8089)
    parser.add_argument("--agencies", default="config/agencies.json")
    options = parser.parse_args()
    server = Partner(("127.0.0.1", options.port), *read_agencies(options.agencies))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
