"""Twilio Messaging: POST /2010-04-01/Accounts/{AccountSid}/Messages.json with Basic authentication; signed form calls.

The signature is over the address that sigapd was configured with (public_url), which is `base` here."""
import urllib.parse

from .base import Fake, answer, basic, form, sign, spoilt


def refused(status, code, message, headers=None):
    return status, {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}, headers or {}


class Twilio(Fake):
    kind = "twilio"
    account = "AC00000000000000000000000000000000"
    errors = {
        "unauthorized": refused(401, 20003, "Authenticate"),
        "throttled": refused(429, 20429, "Too Many Requests", {"Retry-After": "7"}),
        "stopped": refused(400, 21610, "Attempt to send to unsubscribed recipient"),
        "invalid": refused(400, 21211, "The 'To' number is not a valid phone number."),
        "broken": refused(500, 20500, "Internal Server Error"),
    }

    def more_settings(self):
        # the auth token is both: what sigapd shows, and what Twilio signs with
        return {"send_url": f"{self.host}/2010-04-01/Accounts/{self.account}/Messages.json", "account": self.account, "password_file": self.secret,
                "from": "+6221555000"}

    def take(self, call):
        if call.path != f"/2010-04-01/Accounts/{self.account}/Messages.json" or call.method != "POST":
            return answer(*refused(404, 20404, f"The requested resource {call.path} was not found"))
        if basic(call) != (self.account, self.secret):
            return self.error("unauthorized")
        fields = form(call.body)
        if not fields.get("To", "").startswith("+"):
            return self.error("invalid")
        if not fields.get("Body") or len(fields["Body"]) > 1600:
            return answer(*refused(400, 21617, "The concatenated message body exceeds the 1600 character limit"))
        if not (fields.get("From") or fields.get("MessagingServiceSid")):
            return answer(*refused(400, 21603, "A 'From' phone number is required"))
        made = f"SM{self.count:032x}"
        self.count += 1
        self.accept(call, to=fields["To"], text=fields["Body"], id=made, ref=None, callback=fields.get("StatusCallback"))
        return answer(201, {"sid": made, "account_sid": self.account, "to": fields["To"], "from": fields.get("From"), "body": fields["Body"],
                            "status": "queued", "num_segments": "1", "direction": "outbound-api", "error_code": None, "error_message": None,
                            "date_created": "Sat, 21 Nov 2026 10:11:12 +0000", "uri": f"{call.path.removesuffix('.json')}/{made}.json"})

    def call(self, url, fields, forged=False, signed=True):
        """A signed call; the signature covers the address and every field."""
        text = url + "".join(name + fields[name] for name in sorted(fields))
        signature = spoilt(sign(self.secret, text.encode(), "sha1", "base64").rstrip("="), forged) + "="
        return self.post(url, urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded",
                         X_Twilio_Signature=signature if signed else None)

    def bring(self, sender, text, id=None, forged=False, account=None, **how):
        sid = id or "SM" + self.next_id().rjust(32, "f")
        return self.call(self.url_of("inbound"), {
            "AccountSid": account or self.account, "ApiVersion": "2010-04-01", "Body": text, "From": sender, "MessageSid": sid, "NumMedia": "0",
            "NumSegments": "1", "SmsMessageSid": sid, "SmsSid": sid, "SmsStatus": "received", "To": "+6221555000"}, forged, **how)

    def report(self, sent, state, forged=False, code="30003", **how):
        """state: queued, sending, sent, delivered, undelivered, failed, read ... Goes to the StatusCallback of the send call."""
        fields = {"AccountSid": self.account, "ApiVersion": "2010-04-01", "From": "+6221555000", "MessageSid": sent["id"],
                  "MessageStatus": state, "SmsSid": sent["id"], "SmsStatus": state, "To": sent["to"]}
        if state in ("failed", "undelivered"):
            fields["ErrorCode"] = code
        if state in ("delivered", "undelivered"):
            fields["RawDlrDoneDate"] = "2611211011"
        return self.call(sent.get("callback") or self.url_of("status"), fields, forged, **how)
