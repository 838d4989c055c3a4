"""A gateway that sigapd knows only by the mapping in its configuration: JSON in both directions, an HMAC over the body in X-Signature."""
import json

from .base import Fake, answer, compact, iso, sign, spoilt


class Generic(Fake):
    kind = "generic"
    errors = {
        "refused": (200, {"result": {"state": "rejected"}}),
        "unauthorized": (401, {"error": "unauthorized"}),
        "busy": (429, {"error": "slow down"}, {"Retry-After": "7"}),
        "broken": (500, "oops"),
    }

    def more_settings(self):
        return {
            "send_url": f"{self.host}/api/messages", "password_file": self.password, "secret_file": self.secret, "from": "SIGAP",
            "messages": "/data/messages", "message_id": "/id", "message_from": "/sender/number", "message_to": "/to",
            "message_text": "/body", "message_time": "/at",
            "reports": "/data/reports", "report_ref": "/ref", "report_state": "/state",
            "report_delivered": "delivered, read", "report_sent": "sent, accepted", "report_failed": "failed, expired",
            "signature": "hmac-sha256-hex", "signature_header": "X-Signature", "accepted_body": "diterima",
            "send_type": "json", "send_auth": "bearer", "send_id": "/result/id", "send_ok": "/result/state=queued",
            "send_body": '{"to":"{to}","from":"{from}","body":"{text}","ref":"{id}","callback":"{status_url}"}'}

    def take(self, call):
        if call.headers.get("authorization") != f"Bearer {self.password}":
            return self.error("unauthorized")
        try:
            body = json.loads(call.body)
            to, text, ref = body["to"], body["body"], body["ref"]
        except (ValueError, KeyError, TypeError):
            return answer(400, {"error": "to, body and ref are needed"})
        made = self.next_id("g")
        self.accept(call, to=to, text=text, id=made, ref=ref, callback=body.get("callback"))
        return answer(200, {"result": {"id": made, "state": "queued"}})

    def notify(self, door, body, forged=False, signed=True):
        body = body if isinstance(body, bytes) else compact(body)
        return self.post(self.url_of(door), body, X_Signature=spoilt(sign(self.secret, body), forged) if signed else None)

    def message(self, sender, text, id=None, now=None):
        return {"id": id or self.next_id("m"), "sender": {"number": sender}, "to": "2345", "body": text, "at": iso(now)}

    def bring(self, sender, text, id=None, forged=False, now=None, **how):
        return self.notify("inbound", {"data": {"messages": [self.message(sender, text, id, now)]}}, forged, **how)

    def batch(self, pairs, **how):
        return self.notify("inbound", {"data": {"messages": [self.message(s, t) for s, t in pairs]}}, **how)

    def report(self, sent, state, forged=False, by="ref", **how):
        """by: "ref" names our id, "id" the gateway's own."""
        return self.notify("status", {"data": {"reports": [{"ref": sent[by], "state": state}]}}, forged, **how)
