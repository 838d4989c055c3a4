"""Infobip: POST /sms/3/messages with `Authorization: App KEY`; several messages or reports in one call. Its calls show HTTP Basic, as
the notification profile is set (user "sigap", the secret as password)."""
import base64
import json

from .base import Fake, answer, compact, iso, spoilt

STATUS = {"PENDING": (1, 26, "PENDING_ACCEPTED"), "UNDELIVERABLE": (2, 4, "UNDELIVERABLE_REJECTED_OPERATOR"),
          "DELIVERED": (3, 5, "DELIVERED_TO_HANDSET"), "EXPIRED": (4, 15, "EXPIRED_EXPIRED"), "REJECTED": (5, 12, "REJECTED_NOT_ENOUGH_CREDITS")}


def status_of(group):
    number, id, name = STATUS[group]
    return {"groupId": number, "groupName": group, "id": id, "name": name, "description": name.replace("_", " ").capitalize()}


def fault(status, id, text, headers=None):
    return status, {"requestError": {"serviceException": {"messageId": id, "text": text}}}, headers or {}


class Infobip(Fake):
    kind = "infobip"
    errors = {
        "unauthorized": fault(401, "UNAUTHORIZED", "Invalid login details"),
        "bad_request": fault(400, "BAD_REQUEST", "Bad Request"),
        "throttled": fault(429, "TOO_MANY_REQUESTS", "Too many requests", {"Retry-After": "7"}),
        "broken": fault(500, "GENERAL_ERROR", "Something went wrong. Please contact support."),
        "rejected": (200, {"messages": [{"messageId": "x", "destination": "6281", "status": status_of("REJECTED")}]}),
    }

    def more_settings(self):
        return {"send_url": self.host, "password_file": self.password, "secret_file": self.secret, "from": "SIGAP"}

    def take(self, call):
        if call.path != "/sms/3/messages" or call.method != "POST":
            return answer(*fault(404, "NOT_FOUND", "Requested URL not found"))
        if call.headers.get("authorization") != f"App {self.password}":
            return self.error("unauthorized")
        try:
            (message,) = json.loads(call.body)["messages"]
            (destination,) = message["destinations"]
            text = message["content"]["text"]
            to = destination["to"]
        except (ValueError, KeyError, TypeError):
            return self.error("bad_request")
        if not to.lstrip("+").isdigit() or not text:
            return self.error("bad_request")
        made = destination.get("messageId") or self.next_id()
        self.accept(call, to="+" + to.lstrip("+"), text=text, id=made, ref=destination.get("messageId"), sender=message.get("sender"),
                    callback=((message.get("webhooks") or {}).get("delivery") or {}).get("url"))
        return answer(200, {"bulkId": self.next_id(), "messages": [{"messageId": made, "destination": to, "status": status_of("PENDING"),
                                                                    "details": {"messageCount": 1}}]})

    def inbound(self, sender, text, id=None, now=None):
        words = text.split(" ", 1)
        return {"messageId": id or str(817790313235000000 + len(self.calls) * 1000 + self.count), "from": sender.lstrip("+"), "to": "6221555000",
                "text": text, "cleanText": words[-1], "keyword": words[0], "receivedAt": iso(now, colon=False), "smsCount": 1,
                "price": {"pricePerMessage": 0, "currency": "EUR"}, "callbackData": ""}

    def notify(self, door, results, url=None, forged=False, signed=True):
        """results: a list, or raw bytes instead of the usual document."""
        self.count += 1
        body = results if isinstance(results, bytes) else compact(
            {"results": results, "messageCount": len(results), "pendingMessageCount": 0})
        login = base64.b64encode(f"sigap:{spoilt(self.secret, forged)}".encode()).decode()
        return self.post(url or self.url_of(door), body, Authorization=f"Basic {login}" if signed else None)

    def bring(self, sender, text, id=None, now=None, **how):
        return self.notify("inbound", [self.inbound(sender, text, id, now)], **how)

    def batch(self, pairs):
        made = []
        for sender, text in pairs:
            self.count += 1
            made.append(self.inbound(sender, text))
        return self.notify("inbound", made)

    def report(self, sent, state, now=None, **how):
        """state: a group's name in lower case: pending, delivered, undeliverable, expired, rejected."""
        good = state in ("delivered", "pending")
        return self.notify("status", [{
            "bulkId": "b", "messageId": sent["id"], "to": sent["to"].lstrip("+"), "sentAt": iso(now, colon=False), "doneAt": iso(now, colon=False),
            "smsCount": 1, "price": {"pricePerMessage": 0.01, "currency": "EUR"}, "status": status_of(state.upper()),
            "error": {"groupId": 0 if good else 1, "groupName": "OK" if good else "HANDSET_ERRORS", "id": 0 if good else 27,
                      "name": "NO_ERROR" if good else "EC_ABSENT_SUBSCRIBER", "description": "", "permanent": False}}],
            url=sent.get("callback"), **how)
