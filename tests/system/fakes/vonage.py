"""Vonage's SMS API: POST /sms/json, always 200 with a status for each part; inbound messages and reports by form, signed by `sig`.

Parts of a long inbound message come separately (concat=true). method: sha256, sha1, sha512, md5 (HMACs) or md5hash."""
import hashlib
import hmac
import time
import urllib.parse

import requests

from .base import Fake, answer, clock, form, spoilt


def refused(status, text):
    return 200, {"message-count": "1", "messages": [{"status": status, "error-text": text}]}


class Vonage(Fake):
    kind = "vonage"
    errors = {
        "throttled": refused("1", "Throughput Rate Exceeded - please wait [ 50 ] and retry"),
        "missing": refused("2", "Missing to param"),
        "bad_credentials": refused("4", "Bad Credentials"),
        "internal": refused("5", "Internal Error"),
        "barred": refused("7", "Number barred"),
        "quota": refused("9", "Quota Exceeded - rejected"),
        "broken": (500, "Internal Server Error"),
    }

    def __init__(self, name=None, method="sha256"):
        self.method = method
        super().__init__(name)

    def more_settings(self):
        return {"send_url": f"{self.host}/sms/json", "username": self.username, "password_file": self.password, "secret_file": self.secret,
                "option": self.method, "from": "SIGAP"}

    def take(self, call):
        if call.path != "/sms/json" or call.method != "POST":
            return answer(404, "Not Found")
        fields = form(call.body) | call.query
        if (fields.get("api_key"), fields.get("api_secret")) != (self.username, self.password):
            return self.error("bad_credentials")
        if not fields.get("to", "").isdigit() or not fields.get("from") or not fields.get("text"):
            return self.error("missing")
        ascii_only = all(ord(c) < 128 for c in fields["text"])
        limit = 153 if ascii_only and fields.get("type", "text") == "text" else 67
        parts = 1 if len(fields["text"]) <= (160 if limit == 153 else 70) else -(-len(fields["text"]) // limit)
        ids = [self.next_id().upper() for _ in range(parts)]
        self.accept(call, to="+" + fields["to"], text=fields["text"], id=ids[0], ids=ids, ref=fields.get("client-ref"),
                    type=fields.get("type", "text"), callback=fields.get("callback"), wants_report=fields.get("status-report-req") == "1")
        return answer(200, {"message-count": str(parts), "messages": [
            {"to": fields["to"], "message-id": i, "status": "0", "remaining-balance": "3.14", "message-price": "0.03", "network": "51001"}
            | ({"client-ref": fields["client-ref"]} if "client-ref" in fields else {}) for i in ids]})

    def sig(self, fields):
        text = "".join(f"&{k}={v.replace('&', '_').replace('=', '_')}" for k, v in sorted(fields.items()) if k != "sig")
        if self.method == "md5hash":
            return hashlib.md5((text + self.secret).encode()).hexdigest()
        return hmac.new(self.secret.encode(), text.encode(), getattr(hashlib, self.method)).hexdigest()

    def call(self, url, fields, forged=False, signed=True, now=None, get=False):
        own = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))  # what the address carried stays outside the signature
        if signed:
            fields = {**fields, "timestamp": str(clock(now)), "nonce": self.next_id()}
            fields["sig"] = spoilt(self.sig(fields), forged)
        if get:
            return requests.get(url.split("?")[0], params=own | fields, timeout=10)
        return self.post(url, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def bring(self, sender, text, id=None, forged=False, now=None, part=None, **how):
        """part: (ref, number, total) of a long message."""
        fields = {"msisdn": sender.lstrip("+"), "to": "6221555000", "messageId": id or self.next_id().upper(), "text": text,
                  "type": "text" if text.isascii() else "unicode", "keyword": (text.split() or [""])[0].upper(),
                  "api-key": self.username, "message-timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(clock(now)))}
        if part is not None:
            fields |= {"concat": "true", "concat-ref": str(part[0]), "concat-part": str(part[1]), "concat-total": str(part[2])}
        return self.call(self.url_of("inbound"), fields, forged, now=now, **how)

    def report(self, sent, state, id=None, forged=False, now=None, code="0", **how):
        """state: delivered, expired, failed, rejected, accepted, buffered, unknown. id: of one part (sent["ids"])."""
        at = time.gmtime(clock(now))
        fields = {"msisdn": sent["to"].lstrip("+"), "to": "SIGAP", "network-code": "51001", "messageId": id or sent["id"], "price": "0.03",
                  "status": state, "err-code": code, "scts": time.strftime("%y%m%d%H%M", at), "api-key": self.username,
                  "message-timestamp": time.strftime("%Y-%m-%d %H:%M:%S", at)}
        if sent.get("ref"):
            fields["client-ref"] = sent["ref"]
        return self.call(sent.get("callback") or self.url_of("status"), fields, forged, now=now, **how)
