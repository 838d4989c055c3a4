"""SMS Gateway for Android: the cloud's and the telephone's API (POST /messages and /message, GET /messages/ID), and its signed webhooks.

A repeated id is answered 409, as the telephone's own server does. Webhooks carry X-Timestamp and X-Signature: hex HMAC-SHA256 over the
body followed by the timestamp. sms:delivered comes once for each part."""
import json

from stack import Answer

from .base import Fake, answer, basic, clock, compact, iso, sign, spoilt


EVENTS = ("sms:received", "sms:batch:received", "sms:data-received", "mms:received", "mms:downloaded", "sms:sent", "sms:delivered", "sms:failed",
          "sms:cancelled", "system:ping", "app:started")


class SmsGate(Fake):
    kind = "smsgate"
    errors = {
        "unauthorized": (401, {"message": "Unauthorized"}),
        "invalid": (400, {"message": "failed to validate phone number"}),
        "duplicate": (409, {"message": "Message with this ID already exists"}),
        "busy": (429, {"message": "Too Many Requests"}, {"Retry-After": "7"}),
        "broken": (500, {"message": "Internal Server Error"}),
    }

    def __init__(self, name=None):
        self.webhooks = []
        super().__init__(name)

    def more_settings(self):
        return {"send_url": f"{self.host}/3rdparty/v1/messages", "username": self.username, "password_file": self.password,
                "secret_file": self.secret}

    def state_of(self, message):
        state = message["state"]
        return {"id": message["id"], "deviceId": "dev1", "state": state, "isHashed": False, "isEncrypted": False, "states": {},
                "recipients": [{"phoneNumber": p, "state": state} for p in message["phones"]]}

    def take(self, call):
        if basic(call) != (self.username, self.password):
            return self.error("unauthorized")
        last = call.path.rstrip("/").split("/")
        if "webhooks" in last[-2:]:
            return self.take_webhook(call, last[-1])
        if call.method == "GET" and last[-1] == "health":
            return answer(200, {"status": "pass", "version": "1.58.0", "releaseId": 1, "checks": {}})
        if call.method == "GET" and last[-2] in ("message", "messages"):
            found = [m for m in self.sent if m["id"] == last[-1]]
            return answer(200, self.state_of(found[0])) if found else answer(404, {"message": "Message not found"})
        if call.method != "POST" or last[-1] not in ("message", "messages"):
            return Answer(404)
        return self.take_message(call)

    def take_webhook(self, call, last):
        """Registrations: one event each."""
        if call.method == "GET":
            return answer(200, self.webhooks)
        if call.method == "DELETE":
            self.webhooks = [w for w in self.webhooks if w["id"] != last]
            return Answer(204)
        try:
            wanted = json.loads(call.body)
            well = wanted["event"] in EVENTS and wanted["url"].startswith(("https://", "http://127.0.0.1"))
        except (ValueError, KeyError, TypeError, AttributeError):
            well = False
        if not well:
            return answer(400, {"message": "url must be https, event one of those that there are"})
        made = {"id": wanted.get("id") or self.next_id("wh"), "deviceId": None, "url": wanted["url"], "event": wanted["event"]}
        self.webhooks = [w for w in self.webhooks if w["id"] != made["id"]] + [made]
        return answer(201, made)

    def take_message(self, call):
        try:
            body = json.loads(call.body)
            texts = [t for t in (body.get("message"), (body.get("textMessage") or {}).get("text"), body.get("dataMessage")) if t is not None]
            phones = body["phoneNumbers"]
            well = len(texts) == 1 and isinstance(phones, list) and phones and not ("ttl" in body and "validUntil" in body)
        except (ValueError, KeyError, AttributeError, TypeError):
            well = False
        if not well:
            return answer(400, {"message": "exactly one of textMessage, dataMessage, message; phoneNumbers is required"})
        if any(not p.startswith("+") or not p[1:].isdigit() for p in phones) and call.query.get("skipPhoneValidation") != "true":
            return self.error("invalid")
        wanted = body.get("id") or self.next_id("msg")
        if any(m["id"] == wanted for m in self.sent):
            return self.error("duplicate")
        self.accept(call, to=phones[0], text=texts[0], id=wanted, ref=wanted, phones=phones, state="Pending",
                    sim=body.get("simNumber"), report=body.get("withDeliveryReport", True), priority=body.get("priority", 0))
        return answer(202, self.state_of(self.sent[-1]))

    def event(self, name, payload, id=None, forged=False, now=None, signed=True, door="inbound", body=None, upper=False):
        """Any event; body: raw bytes instead of the usual document. signed=False: without both headers."""
        if body is None:
            body = compact({"deviceId": "dev1", "event": name, "id": id or self.next_id("ev"), "payload": payload,
                            "webhookId": "LreFUt-Z3sSq0JufY9uWB"})
        at = str(clock(now))
        signature = spoilt(sign(self.secret, body + at.encode()), forged)
        headers = {"X-Timestamp": at, "X-Signature": signature.upper() if upper else signature} if signed else {}
        return self.post(self.url_of(door), body, **headers)

    def bring(self, sender, text, id=None, forged=False, now=None, **how):
        return self.event("sms:received", {"messageId": "1a2b3c4d", "message": text, "sender": sender, "phoneNumber": sender,
                                           "simNumber": 1, "receivedAt": iso(now)}, id, forged, now, **how)

    def report(self, sent, state, id=None, forged=False, now=None, parts=1, reason="RESULT_ERROR_GENERIC_FAILURE", **how):
        """state: sent, delivered (call it once for each part) or failed."""
        payload = {"messageId": sent["id"], "phoneNumber": sent["to"], "recipient": sent["to"], "simNumber": 1}
        payload |= {"sent": {"partsCount": parts, "sentAt": iso(now)}, "delivered": {"deliveredAt": iso(now)},
                    "failed": {"failedAt": iso(now), "reason": reason}}[state]
        return self.event(f"sms:{state}", payload, id, forged, now, **how)

    def ping(self, **how):
        return self.event("system:ping", {"health": {"status": "pass", "checks": {}}}, **how)
