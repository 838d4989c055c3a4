"""Telegram's Bot API: POST /bot<TOKEN>/sendMessage; updates with X-Telegram-Bot-Api-Secret-Token. It tells no delivery reports.

settings() configures the token as password, the secret token as secret."""
import json
import secrets

from .base import Fake, answer, clock, compact, form, spoilt


def failed(code, description, **parameters):
    return code, {"ok": False, "error_code": code, "description": description} | ({"parameters": parameters} if parameters else {})


class Telegram(Fake):
    kind = "telegram"
    report = None
    errors = {
        "throttled": failed(429, "Too Many Requests: retry after 7", retry_after=7),
        "blocked": failed(403, "Forbidden: bot was blocked by the user"),
        "no_chat": failed(400, "Bad Request: chat not found"),
        "bad_token": failed(401, "Unauthorized"),
        "away": failed(502, "Bad Gateway"),
    }

    def __init__(self, name=None):
        super().__init__(name)
        self.password = "110201543:AA" + secrets.token_hex(16)
        self.update = 10**10  # beyond 32 bits

    def more_settings(self):
        return {"send_url": self.host, "password_file": self.password, "secret_file": self.secret}

    def take(self, call):
        if call.path != f"/bot{self.password}/sendMessage":
            return answer(*failed(404, "Not Found")) if not call.path.startswith("/bot") else self.error("bad_token")
        try:
            body = json.loads(call.body) if call.headers.get("content-type", "").startswith("application/json") else form(call.body)
            chat, text = int(body["chat_id"]), body["text"]
        except (ValueError, KeyError, TypeError):
            return answer(*failed(400, "Bad Request: chat_id is empty"))
        if not text.strip():
            return answer(*failed(400, "Bad Request: message text is empty"))
        if len(text) > 4096:
            return answer(*failed(400, "Bad Request: message is too long"))
        self.count += 1
        self.accept(call, to=str(chat), text=text, id=str(self.count), ref=None)
        return answer(200, {"ok": True, "result": {
            "message_id": self.count, "from": {"id": 110201543, "is_bot": True, "first_name": "Sigap", "username": "sigap_bot"},
            "chat": {"id": chat, "first_name": "Warga", "type": "private"}, "date": int(call.at), "text": text}})

    # -- updates

    def notify(self, id=None, forged=False, signed=True, body=None, door="inbound", **content):
        """One update: message={...}, edited_message={...}, callback_query={...}."""
        self.update += 1
        if body is None:
            body = compact({"update_id": self.update if id is None else id, **content})
        secret = spoilt(self.secret, forged) if signed else None
        return self.post(self.url_of(door), body, X_Telegram_Bot_Api_Secret_Token=secret)

    def message(self, chat, now=None, type="private", **content):
        chat = int(chat)
        return {"message_id": self.update, "from": {"id": abs(chat), "is_bot": False, "first_name": "Warga", "username": "warga_ppu"},
                "chat": {"id": chat, "type": type}, "date": clock(now), **content}

    def bring(self, sender, text, id=None, forged=False, now=None, type="private", **how):
        """sender: the chat's id."""
        return self.notify(id, forged, message=self.message(sender, now, type, text=text), **how)

    def bring_location(self, sender, lat, lon, id=None, now=None):
        return self.notify(id, message=self.message(sender, now, location={"latitude": lat, "longitude": lon}))
