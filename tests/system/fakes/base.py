"""What the fakes share: settings for sigapd.conf, the vendor's answers, calls towards sigapd."""
import base64
import hashlib
import hmac
import json
import secrets
import time
import urllib.parse

import requests
from stack import Answer, Partner


class Fake(Partner):
    kind = ""
    errors = {}  # name: (HTTP status, body as JSON value or text[, headers])

    def __init__(self, name=None):
        self.name = name or self.kind
        self.token, self.username = secrets.token_hex(8), "sigap"
        self.password, self.secret = secrets.token_hex(12), secrets.token_hex(16)
        self.base = None  # of sigapd, "http://127.0.0.1:8080"
        self.sent = []
        self.count = 0
        super().__init__()

    def close(self):
        self.stop()

    # -- sigapd.conf

    @property
    def host(self):
        return f"http://127.0.0.1:{self.port}"

    def more_settings(self):
        """Of its own; a value that ends in _file is a secret, and is written into a file."""
        return {}

    def settings(self, folder):
        """Its [gateway NAME] section, with the secrets in files of folder."""
        settings = {"kind": self.kind, "token_file": self.token, **self.more_settings()}
        for key, value in settings.items():
            if key.endswith("_file"):
                path = folder / f"{self.name}.{key.removesuffix('_file')}"
                path.write_text(value + "\n")
                path.chmod(0o600)
                settings[key] = path
        return settings

    # -- what sigapd sends

    def choose(self, call):
        return self.planned.pop(0) if self.planned else self.take(call)

    def take(self, call):
        """The vendor's answer to one call of sigapd; keeps what it accepts with accept()."""
        raise NotImplementedError

    def accept(self, call, **message):
        self.sent.append({"at": call.at, **message})

    def to(self, address):
        return [m for m in list(self.sent) if m["to"] == address]

    def error(self, name):
        status, body, *headers = self.errors[name]
        return answer(status, body, *headers)

    # -- what sigapd is told

    def next_id(self, prefix=""):
        self.count += 1
        return f"{prefix}{self.count}-{secrets.token_hex(6)}"

    def url_of(self, door):
        return f"{self.base}/v1/gateways/{self.name}/{door}?token={self.token}"

    def post(self, url, body, content_type="application/json", **headers):
        headers = {k.replace("_", "-"): v for k, v in headers.items() if v is not None}
        return requests.post(url, data=body, headers={"Content-Type": content_type, **headers}, timeout=10)

    def bring(self, sender, text, **how):
        raise NotImplementedError

    def report(self, sent, state, **how):
        raise NotImplementedError


def answer(status, body="", headers=None):
    """Answer with JSON, or with text when body is a string."""
    if isinstance(body, str):
        return Answer(status, {"Content-Type": "text/plain", **(headers or {})}, body)
    return Answer(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(body, separators=(",", ":")))


def compact(value):
    """JSON as bytes, the way most servers write it; what is signed are these bytes."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def sign(key, message, digest="sha256", form="hex"):
    made = hmac.new(key.encode(), message, getattr(hashlib, digest))
    return made.hexdigest() if form == "hex" else base64.b64encode(made.digest()).decode()


def form(body):
    return dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))


def basic(call):
    """(user, password) of the Authorization header, or None."""
    kind, _, value = call.headers.get("authorization", "").partition(" ")
    return tuple(base64.b64decode(value).decode().split(":", 1)) if kind == "Basic" else None


def spoilt(signature, forged):
    """The signature, or the same with its last character changed."""
    return signature if not forged else signature[:-1] + ("0" if signature[-1] != "0" else "1")


def clock(now):
    return int(time.time() if now is None else now)


def iso(now, colon=True):
    """2026-11-21T17:11:12.000+07:00, or +0700."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S.000+07", time.gmtime(clock(now) + 7 * 3600))
    return text + (":00" if colon else "00")
