"""Calls that are signed by the gateways' own libraries (npm twilio and nexmo) and made to the running daemon: the right signature is taken, and the message kept
as it was sent; with any byte changed it is refused and nothing is kept. What either library says of a signature, the daemon says too."""
import base64
import http.client
import json
import random
import secrets
import time
import urllib.parse
import uuid

import pytest

import node
from stack import Stack

CASES = 40
AUTH_TOKEN, ACCOUNT, SIGNATURE_SECRET = secrets.token_hex(16), "AC" + secrets.token_hex(16), "S&=" + secrets.token_hex(12)
METHODS = ("md5hash", "md5", "sha1", "sha256", "sha512")
ALPHABET = "abcXYZ019 &=+%#?/'\"_-.~;:,\n\t<>()éÄß€→чсмا中\U0001F6A8\U0001F3DA"


def oracle(*asked):
    return node.answers("signatures.mjs", asked)


@pytest.fixture(scope="module")
def dice():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    return random.Random(seed)


@pytest.fixture(scope="module")
def sigap(postgres):
    """A daemon with a Twilio gateway and one Vonage gateway for each method."""
    s = Stack(postgres, started=False)
    for name, secret in (("auth", AUTH_TOKEN), ("signature", SIGNATURE_SECRET)):
        (s.folder / name).write_text(secret + "\n")
    vonage = {f"gateway vonage-{m}": {"kind": "vonage", "username": "key", "password_file": "auth", "secret_file": "signature", "option": m,
                                      "from": "SIGAP", "token_file": "token"} for m in METHODS}
    s.write_conf({"gateway kannel": None, **vonage,
                  "gateway twilio": {"kind": "twilio", "account": ACCOUNT, "password_file": "auth", "from": "+6221555000", "token_file": "token"}})
    s.start()
    yield s
    s.close()


def text_of(dice, most=60):
    return "".join(dice.choice(ALPHABET) for _ in range(dice.randint(1, most)))


def send(sigap, method, target, body=b"", headers=None):
    """The call exactly as given: nothing is escaped anew. The status and the body."""
    connection = http.client.HTTPConnection("127.0.0.1", sigap.port, timeout=10)
    try:
        connection.request(method, target, body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def kept(sigap, gateway, external_id):
    return sigap.value("select count(*) from inbound where gateway = %s and external_id = %s", gateway, external_id)


def text_kept(sigap, gateway, external_id):
    rows = sigap.sql("select r.text from report r join inbound i on i.id = r.id where i.gateway = %s and i.external_id = %s", gateway, external_id)
    return [row["text"] for row in rows]


# ---- Twilio ---------------------------------------------------------------------------------------------------------------


def twilio_call(sigap, dice):
    """Target and fields of a random inbound message; a name may stand several times."""
    more = "".join(f"&{urllib.parse.quote(text_of(dice, 5))}={dice.choice(['', 'a%20b', 'a+b', '%7e', chr(39), 'x=y', '%C3%A9'])}"
                   for _ in range(dice.randint(0, 2)))
    fields = {"MessageSid": "SM" + uuid.uuid4().hex, "AccountSid": ACCOUNT, "From": f"+62811{dice.randrange(10**7, 10**8)}", "To": "+6221555000",
              "Body": "lapor " + text_of(dice), "SmsStatus": "received", "NumMedia": "0", "NumSegments": "1"}
    for _ in range(dice.randint(0, 5)):
        name = dice.choice(["Z", "a", "zeta", "Added", "body", "From2", "_x"]) + str(dice.randrange(100))
        values = [text_of(dice, 20) for _ in range(dice.choice([1, 1, 1, 3]))]
        fields[name] = values[0] if len(values) == 1 else [v.encode("ascii", "ignore").decode() for v in values]
    return f"/v1/gateways/twilio/inbound?token={sigap.gateway_token}{more}", fields


def twilio_send(sigap, target, fields, signature):
    pairs = [(k, v) for k, values in fields.items() for v in (values if isinstance(values, list) else [values])]
    return send(sigap, "POST", target, urllib.parse.urlencode(pairs).encode(),
                {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8", "X-Twilio-Signature": signature})


def test_what_twilios_library_signs_is_taken_and_kept_as_it_was_sent(sigap, dice):
    calls = [twilio_call(sigap, dice) for _ in range(CASES)]
    # Twilio's own servers leave the port out of what they sign, or not
    hosts = [dice.choice([sigap.url, sigap.url.rsplit(":", 1)[0]]) for _ in calls]
    signed = oracle(*({"ask": "twilio", "token": AUTH_TOKEN, "url": h + t, "params": f} for h, (t, f) in zip(hosts, calls)))
    for (target, fields), signature in zip(calls, signed):
        status, body = twilio_send(sigap, target, fields, signature)
        assert (status, body) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>'), (fields, body)
        assert kept(sigap, "twilio", fields["MessageSid"]) == 1
        assert text_kept(sigap, "twilio", fields["MessageSid"]) == [fields["Body"]]


def test_with_any_byte_changed_it_is_refused_and_nothing_is_kept(sigap, dice):
    calls = [twilio_call(sigap, dice) for _ in range(CASES)]
    signed = oracle(*({"ask": "twilio", "token": AUTH_TOKEN, "url": sigap.url + t, "params": f} for t, f in calls))
    changed = []
    for (target, fields), signature in zip(calls, signed):
        fields = dict(fields)
        what = dice.choice(["target", "value", "name", "more", "less", "signature", "token"])
        if what == "target":
            target += "&x"
        elif what == "value":
            fields["Body"] = fields["Body"][:-1] + chr(ord(fields["Body"][-1]) ^ 1)
        elif what == "name":
            fields["to"] = fields.pop("To")
        elif what == "more":
            fields["NumMedia2"] = ""
        elif what == "less":
            del fields["NumSegments"]
        elif what == "signature":
            raw = bytearray(base64.b64decode(signature))
            raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
            signature = base64.b64encode(raw).decode()
        else:
            signature = oracle({"ask": "twilio", "token": AUTH_TOKEN[::-1], "url": sigap.url + target, "params": fields})[0]
        changed.append((target, fields, signature))
    thinks = oracle(*({"ask": "twilio-valid", "token": AUTH_TOKEN, "url": sigap.url + t, "params": f, "signature": s} for t, f, s in changed))
    assert thinks == [False] * len(changed)
    for target, fields, signature in changed:
        status, body = twilio_send(sigap, target, fields, signature)
        assert status == 403, (status, body, fields)
        assert kept(sigap, "twilio", fields["MessageSid"]) == 0
    assert send(sigap, "POST", changed[0][0], urllib.parse.urlencode(changed[0][1]).encode())[0] == 403  # no signature at all


def test_a_get_is_signed_over_its_address_alone(sigap, dice):
    sid = "SM" + uuid.uuid4().hex
    fields = {"MessageSid": sid, "AccountSid": ACCOUNT, "From": "+628111000001", "To": "+6221555000", "Body": "ada kakek terlantar di pasar \U0001F6A8"}
    target = f"/v1/gateways/twilio/inbound?token={sigap.gateway_token}&{urllib.parse.urlencode(fields)}"
    (signature,) = oracle({"ask": "twilio", "token": AUTH_TOKEN, "url": sigap.url + target, "params": {}})
    assert send(sigap, "GET", target + "x", headers={"X-Twilio-Signature": signature})[0] == 403
    assert send(sigap, "GET", target, headers={"X-Twilio-Signature": signature})[0] == 200
    assert kept(sigap, "twilio", sid) == 1


# ---- Vonage ---------------------------------------------------------------------------------------------------------------


def vonage_call(dice):
    fields = {"msisdn": f"62811{dice.randrange(10**7, 10**8)}", "to": "6221555000", "messageId": uuid.uuid4().hex.upper(), "text": "lapor " + text_of(dice),
              "type": dice.choice(["text", "unicode"]), "keyword": text_of(dice, 8), "message-timestamp": "2026-11-21 10:11:12",
              "timestamp": str(int(time.time()) - dice.randrange(3600)), "nonce": str(uuid.uuid4())}
    for _ in range(dice.randint(0, 3)):
        fields[dice.choice(["Api-key", "api-key", "zz", "_a", "network"]) + str(dice.randrange(9))] = text_of(dice, 10)
    return fields


def vonage_send(sigap, gateway, fields, how):
    target = f"/v1/gateways/{gateway}/inbound?token={sigap.gateway_token}"
    if how == "get":
        return send(sigap, "GET", f"{target}&{urllib.parse.urlencode(fields)}")
    if how == "form":
        return send(sigap, "POST", target, urllib.parse.urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"})
    return send(sigap, "POST", target, json.dumps(fields, ensure_ascii=how == "json").encode(), {"Content-Type": "application/json"})


@pytest.mark.parametrize("method", METHODS)
def test_what_nexmos_library_signs_is_taken_and_a_changed_byte_is_not(sigap, dice, method):
    gateway = f"vonage-{method}"
    calls = [vonage_call(dice) for _ in range(CASES // 2)]
    signed = oracle(*({"ask": "nexmo", "method": method, "secret": SIGNATURE_SECRET, "params": f} for f in calls))
    for fields, sig in zip(calls, signed):
        how = dice.choice(["get", "form", "json", "json-utf8"])
        name = dice.choice([n for n in fields if n != "messageId"])
        last = fields[name][-1:] or "x"
        forged = {**fields, name: fields[name][:-1] + ("=" if last not in "&=_" else "x"), "sig": sig}
        assert vonage_send(sigap, gateway, forged, how)[0] == 403, (forged, how)
        flipped = sig[:-1] + ("0" if sig[-1] != "0" else "1")
        assert vonage_send(sigap, gateway, {**fields, "sig": flipped}, how)[0] == 403
        assert kept(sigap, gateway, fields["messageId"]) == 0
        assert vonage_send(sigap, gateway, {**fields, "sig": dice.choice([sig, sig.upper()])}, how) == (200, ""), (fields, how)
        assert kept(sigap, gateway, fields["messageId"]) == 1
        assert text_kept(sigap, gateway, fields["messageId"]) == [fields["text"]]


def test_a_signature_of_another_method_or_another_day_is_refused(sigap, dice):
    fields = vonage_call(dice)
    for method in METHODS:
        (sig,) = oracle({"ask": "nexmo", "method": method, "secret": SIGNATURE_SECRET, "params": fields})
        others = [m for m in METHODS if m != method]
        assert [vonage_send(sigap, f"vonage-{m}", {**fields, "sig": sig}, "form")[0] for m in others] == [403] * len(others)
    old = {**fields, "timestamp": str(int(time.time()) - 26 * 3600)}
    (sig,) = oracle({"ask": "nexmo", "method": "sha256", "secret": SIGNATURE_SECRET, "params": old})
    assert vonage_send(sigap, "vonage-sha256", {**old, "sig": sig}, "form")[0] == 403


def test_the_check_of_the_address_is_answered_and_keeps_nothing(sigap):
    before = sigap.value("select count(*) from inbound")
    assert send(sigap, "GET", f"/v1/gateways/vonage-sha256/inbound?token={sigap.gateway_token}") == (200, "")
    assert sigap.value("select count(*) from inbound") == before
