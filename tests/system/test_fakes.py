"""The stand-in for SMS Gateway for Android is held against the vendor's own API client (npm android-sms-gateway); the others check what
they sign themselves against the vectors of the vendors' documentation."""

import pytest

import node
from fakes import ALL, SmsGate, WhatsApp
from fakes.base import sign

REGISTERED = "https://sigap.example/v1/gateways/smsgate/inbound?token=x"


@pytest.fixture
def phone():
    fake = SmsGate()
    yield fake
    fake.close()


def client(fake, *asked, password=None):
    """What the vendor's client got for each [method, arguments]."""
    return node.answers("smsgate.mjs", asked, f"{fake.host}/3rdparty/v1", fake.username, password or fake.password)


def test_the_vendors_client_sends_and_asks_for_the_state(phone):
    message = {"id": "n-1", "message": "Report 17 received", "phoneNumbers": ["+628111000001"], "withDeliveryReport": True}
    sent, state, again, unknown = client(phone, ["send", message], ["getState", "n-1"], ["send", message], ["getState", "n-2"])
    assert (sent["id"], sent["state"]) == ("n-1", "Pending")
    assert sent["recipients"] == [{"phoneNumber": "+628111000001", "state": "Pending"}]
    assert state == sent
    assert again == {"refused": 409} and unknown == {"refused": 404}
    assert [(m["to"], m["text"], m["id"]) for m in phone.sent] == [("+628111000001", "Report 17 received", "n-1")]


def test_the_vendors_client_is_refused_where_the_vendor_refuses(phone):
    bad_number = {"message": "a", "phoneNumbers": ["08111"]}
    assert client(phone, ["send", bad_number], ["send", {"message": "a"}]) == [{"refused": 400}] * 2
    assert client(phone, ["send", {"message": "a", "phoneNumbers": ["+62811"]}], password="wrong") == [{"refused": 401}]
    assert phone.sent == []
    (passed,) = client(phone, ["send", bad_number, {"skipPhoneValidation": True}])
    assert passed["state"] == "Pending"


def test_the_vendors_client_registers_webhooks_one_event_each(phone):
    made, bad, listed, health = client(phone, ["registerWebhook", {"url": REGISTERED, "event": "sms:received"}],
                                       ["registerWebhook", {"url": "http://sigap.example/", "event": "sms:received"}], ["getWebhooks"], ["getHealth"])
    assert (made["event"], made["url"]) == ("sms:received", REGISTERED)
    assert bad == {"refused": 400} and listed == [made] and health["status"] == "pass"
    assert client(phone, ["deleteWebhook", made["id"]], ["getWebhooks"])[1] == []


def test_signatures_are_those_of_the_documentation():
    body = (b'{"deviceId":"dev1","event":"sms:received","id":"Ey6ECgOkVVFjz3CL48B8C","payload":{"messageId":"1a2b3c4d","message":"Flood at RT 05",'
            b'"sender":"+628111000001","phoneNumber":"+628111000001","simNumber":1,"receivedAt":"2026-11-21T17:11:12.000+07:00"},'
            b'"webhookId":"LreFUt-Z3sSq0JufY9uWB"}')
    assert sign("abc123KEY", body + b"1795255872") == "3166c49336b212bac6eee8d40d39989f7f3efacd64b17d2d57939261e4729bd9"
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    assert sign("appsecret", body) == "09eceea024af6e6343b760cc9bd3ae7c056938dd636e24e92109eb8219500384"


def test_every_error_of_every_vendor_can_be_answered(tmp_path):
    for vendor in ALL:
        fake = vendor()
        try:
            assert fake.settings(tmp_path)["kind"] == vendor.kind
            assert fake.errors and all(fake.error(name).status >= 200 for name in fake.errors)
        finally:
            fake.close()
    assert WhatsApp.report is not None
