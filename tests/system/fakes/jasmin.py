"""Jasmin's HTTP API: GET or POST /send, answers in text; messages and reports by form, which are taken only with 200 and the body
"ACK/Jasmin": `acknowledged` counts those. Nothing is signed."""
import urllib.parse
import uuid

import requests

from .base import Fake, answer, form


class Jasmin(Fake):
    kind = "jasmin"
    errors = {
        "unauthorized": (403, 'Error "Authentication failure for username:sigap"'),
        "invalid": (400, 'Error "Argument [to] has an invalid value: []."'),
        "no_route": (412, 'Error "No route found"'),
        "broken": (500, 'Error "Cannot send submit_sm, check SMPPClientManagerPB log file for details"'),
    }

    def __init__(self, name=None):
        self.acknowledged = 0
        super().__init__(name)
        self.password = self.password[:16]  # Jasmin takes no longer one

    def more_settings(self):
        return {"send_url": f"{self.host}/send", "username": self.username, "password_file": self.password, "from": "SIGAP"}

    def take(self, call):
        if call.path != "/send":
            return answer(404, "No Such Resource")
        fields = call.query | form(call.body)
        if (fields.get("username"), fields.get("password")) != (self.username, self.password):
            return self.error("unauthorized")
        if not fields.get("to", "").lstrip("+").isdigit() or ("content" in fields) == ("hex-content" in fields):
            return self.error("invalid")
        coding = fields.get("coding", "0")
        if "hex-content" in fields:
            text = bytes.fromhex(fields["hex-content"]).decode("utf-16-be" if coding == "8" else "latin-1")
        else:
            text = fields["content"]
        made = str(uuid.uuid4())
        self.accept(call, to="+" + fields["to"].lstrip("+"), text=text, id=made, ref=None, coding=coding,
                    callback=fields.get("dlr-url") if fields.get("dlr") == "yes" else None, method=fields.get("dlr-method", "GET"))
        return answer(200, f'Success "{made}"')

    def throw(self, url, fields, get=False):
        if get:
            parts = urllib.parse.urlsplit(url)
            own = dict(urllib.parse.parse_qsl(parts.query))
            done = requests.get(parts._replace(query="").geturl(), params=own | fields, timeout=30)
        else:
            done = self.post(url, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")
        self.acknowledged += done.status_code == 200 and done.text.strip() == "ACK/Jasmin"
        return done

    def bring(self, sender, text, id=None, get=False, coding=None):
        """coding 8 (UTF-16) where the text needs it; binary holds the bytes in hexadecimal."""
        wide = coding == 8 or (coding is None and not text.isascii())
        raw = text.encode("utf-16-be" if wide else "ascii")
        fields = {"id": id or str(uuid.uuid4()), "from": sender.lstrip("+"), "to": "2345", "origin-connector": "smppc1", "priority": "1",
                  "coding": "8" if wide else "0", "validity": "none", "binary": raw.hex()}
        if not wide:
            fields["content"] = text
        return self.throw(self.url_of("inbound"), fields, get)

    def report(self, sent, state, level=2):
        """state: DELIVRD, UNDELIV, REJECTD, EXPIRED, DELETED, ACCEPTD, UNKNOWN; level 1: ESME_ROK."""
        fields = {"id": sent["id"], "message_status": state, "level": str(level), "connector": "smppc1"}
        if level > 1:
            fields |= {"id_smsc": "4d2", "subdate": "2611211011", "donedate": "2611211012", "sub": "001", "dlvrd": "001", "err": "000", "text": "x"}
        return self.throw(sent.get("callback") or self.url_of("status"), fields, get=sent.get("method") == "GET")
