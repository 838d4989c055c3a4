"""WhatsApp Cloud API: POST /vNN.N/{phone number id}/messages with a bearer token; webhooks signed with X-Hub-Signature-256.

Errors are Graph's: {"error": {message, type, code, error_data, fbtrace_id}}."""
import json
import re

import requests

from .base import Fake, answer, clock, compact, sign, spoilt


def graph(status, code, title, details=""):
    return status, {"error": {"message": f"(#{code}) {title}", "type": "OAuthException", "code": code,
                              "error_data": {"messaging_product": "whatsapp", "details": details}, "fbtrace_id": "Az8or2yhqkZfEZ"}}


class WhatsApp(Fake):
    kind = "whatsapp"
    number_id = "106540352242922"
    errors = {
        "throttled": graph(429, 130429, "Rate limit hit", "Message failed to send because there were too many messages sent"),
        "pair_throttled": graph(400, 131056, "(Business Account, Consumer Account) pair rate limit hit"),
        "application_throttled": graph(400, 4, "Application request limit reached"),
        "outside_window": graph(400, 131047, "Re-engagement message", "more than 24 hours have passed since the customer last replied"),
        "undeliverable": graph(400, 131026, "Message undeliverable"),
        "bad_token": graph(401, 190, "Error validating access token"),
        "away": graph(503, 2, "Service temporarily unavailable"),
    }

    def __init__(self, name=None):
        self.verify_token = "minta-" + (name or self.kind)
        super().__init__(name)

    def more_settings(self):
        return {"send_url": f"{self.host}/v23.0", "account": self.number_id, "password_file": self.password, "secret_file": self.secret,
                "option": self.verify_token}

    def take(self, call):
        if call.method != "POST" or re.fullmatch(rf"/v\d+\.\d+/{self.number_id}/messages", call.path) is None:
            return answer(*graph(404, 100, "Unsupported post request"))
        if call.headers.get("authorization") != f"Bearer {self.password}":
            return self.error("bad_token")
        try:
            body = json.loads(call.body)
            to, text = body["to"], body["text"]["body"]
            well = body["messaging_product"] == "whatsapp" and body["type"] == "text" and 0 < len(text) <= 4096
        except (ValueError, KeyError, TypeError):
            well = False
        if not well or re.fullmatch(r"\+?\d{5,15}", to) is None:
            return answer(*graph(400, 100, "Invalid parameter"))
        made = "wamid." + self.next_id()
        self.accept(call, to="+" + to.lstrip("+"), text=text, id=made, ref=body.get("biz_opaque_callback_data"))
        return answer(200, {"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to.lstrip("+")}], "messages": [{"id": made}]})

    # -- webhooks

    def verify(self, token=None, challenge="1158201444", mode="subscribe"):
        return requests.get(self.url_of("inbound"), timeout=10, params={
            "hub.mode": mode, "hub.verify_token": self.verify_token if token is None else token, "hub.challenge": challenge})

    def value(self, **content):
        return {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "6221555000", "phone_number_id": self.number_id}, **content}

    def notify(self, *values, forged=False, signed=True, body=None, door="inbound"):
        """One webhook with one change for each value."""
        if body is None:
            body = compact({"object": "whatsapp_business_account", "entry": [
                {"id": "102290129340398", "changes": [{"field": "messages", "value": v} for v in values]}]})
        signature = "sha256=" + spoilt(sign(self.secret, body), forged)
        return self.post(self.url_of(door), body, X_Hub_Signature_256=signature if signed else None)

    def message(self, sender, id=None, now=None, type="text", **content):
        return {"from": sender.lstrip("+"), "id": id or "wamid." + self.next_id(), "timestamp": str(clock(now)), "type": type, **content}

    def bring(self, sender, text, id=None, forged=False, now=None, **how):
        return self.notify(self.value(contacts=[{"profile": {"name": "Warga"}, "wa_id": sender.lstrip("+")}],
                                      messages=[self.message(sender, id, now, text={"body": text})]), forged=forged, **how)

    def bring_location(self, sender, lat, lon, id=None, now=None, **more):
        return self.notify(self.value(messages=[
            self.message(sender, id, now, "location", location={"latitude": lat, "longitude": lon, **more})]))

    def report(self, sent, state, forged=False, now=None, code=131026, title="Message undeliverable", **how):
        """state: sent, delivered, read or failed."""
        status = {"id": sent["id"], "status": state, "timestamp": str(clock(now)), "recipient_id": sent["to"].lstrip("+")}
        if sent.get("ref"):
            status["biz_opaque_callback_data"] = sent["ref"]
        if state == "failed":
            status["errors"] = [{"code": code, "title": title}]
        return self.notify(self.value(statuses=[status]), forged=forged, **how)

    def batch(self, pairs, **how):
        """Many (sender, text) in one call, one change each."""
        return self.notify(*(self.value(messages=[self.message(s, text={"body": t})]) for s, t in pairs), **how)
