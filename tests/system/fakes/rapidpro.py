"""RapidPro's external channel: takes POST /c/ex/{channel}/receive as courier does, and calls sigapd with the template of
config/gateways/rapidpro.conf. It tells no delivery reports, and signs nothing.

A long text leaves RapidPro in several calls with the same id."""
import json
import re
import urllib.parse
import uuid

from .base import Fake, answer, form

BODY = "id={{id}}&text={{text}}&to={{to}}&from={{from}}"
JSON_BODY = '{"id":"{{id}}","text":"{{text}}","to":"{{to}}","from":"{{from}}"}'


class RapidPro(Fake):
    kind = "rapidpro"
    report = None
    errors = {
        "invalid": (400, {"message": "Error", "data": [{"type": "error", "error": "phone number supplied is not a number"}]}),
        "unknown_channel": (400, {"message": "Error", "data": [{"type": "error", "error": "channel not found"}]}),
        "broken": (500, {"message": "Error", "data": [{"type": "error", "error": "internal error"}]}),
    }

    def __init__(self, name=None):
        self.channel = str(uuid.uuid4())
        super().__init__(name)

    def more_settings(self):
        return {"send_url": self.host, "account": self.channel}

    def take(self, call):
        if call.path != f"/c/ex/{self.channel}/receive":
            return self.error("unknown_channel") if call.path.startswith("/c/ex/") else answer(404, "Not Found")
        fields = call.query | (form(call.body) if call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded") else {})
        sender = fields.get("from") or fields.get("sender")
        if not sender:
            return answer(400, {"message": "Error", "data": [{"type": "error", "error": "must have one of 'sender' or 'from' set"}]})
        if re.fullmatch(r"\+?\d{3,15}", sender) is None:
            return self.error("invalid")
        date = fields.get("date") or fields.get("time")
        if date and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", date) is None:
            return answer(400, {"message": "Error", "data": [{"type": "error", "error": "invalid date format, must be RFC 3339"}]})
        made = str(uuid.uuid4())
        self.accept(call, to=sender, text=fields.get("text", ""), id=made, ref=None)
        return answer(200, {"message": "Message Accepted", "data": [
            {"type": "msg", "channel_uuid": self.channel, "msg_uuid": made, "text": fields.get("text", ""), "urn": f"tel:{sender}"}]})

    def bring(self, sender, text, id=None, as_json=False, template=None, most=640, authorization=None, **how):
        """RapidPro sends text to the contact `sender`. most: its channel's max_length; longer texts leave in several calls (the last
        one's answer is returned)."""
        assert not how, "RapidPro signs nothing"
        template = template or (JSON_BODY if as_json else BODY)
        id = id or str(1000000 + self.count)
        self.count += 1
        for at in range(0, max(1, len(text)), most):
            values = {"id": id, "text": text[at:at + most], "to": sender, "to_no_plus": sender.lstrip("+"), "from": "2345",
                      "from_no_plus": "2345", "channel": self.channel}
            body = template
            for key, value in values.items():
                filled = json.dumps(value) if as_json else urllib.parse.quote_plus(value)
                for place in ('"{{%s}}"', "'{{%s}}'", "{{%s}}"):  # in courier's order
                    body = body.replace(place % key, filled)
            kind = "application/json" if as_json else "application/x-www-form-urlencoded"
            last = self.post(self.url_of("inbound"), body.encode(), kind, Authorization=authorization)
        return last
