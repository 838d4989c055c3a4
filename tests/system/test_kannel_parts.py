"""Promise: a real Kannel that hands on each part of a long SMS as it comes (sms-combine-concatenated-mo = false) brings one report, whatever the alphabet and the order; what it
says of an SMS of ours is recorded as often and in whatever order it says it."""
import requests
from kannel import CONF, SERVICE, Kannel
from stack import Stack, free_port, wait_until

import pytest

SOON = 30
# a line that takes SMS by HTTP, with any user data header and alphabet (Kannel user guide, 6.6.1: system-type "kannel")
AIR = """
group = smsc
smsc = http
system-type = kannel
smsc-id = udara
smsc-username = udara
smsc-password = {password}
port = {port}
connect-allow-ip = 127.0.0.1
send-url = "http://127.0.0.1:{port}/"
allowed-smsc-id = udara
"""


class Air:
    def __init__(self):
        self.port, self.password = free_port(), "kata-sandi"

    def config(self):
        text = CONF.read_text().replace("dlr-storage = internal", "dlr-storage = internal\nsms-combine-concatenated-mo = false")
        assert "combine" in text
        return text + AIR.format(port=self.port, password=self.password)

    def bring(self, sender, text, udh=b"", coding=0):
        """One SMS as it goes through the air: its header, its bytes."""
        body = text.encode("utf-16-be") if coding == 2 else text.encode()
        r = requests.get(f"http://127.0.0.1:{self.port}/sms", timeout=10, params={
            "username": "udara", "password": self.password, "from": sender, "to": SERVICE, "text": body, "udh": udh,
            "coding": coding, "charset": "UTF-16BE" if coding == 2 else "UTF-8"})
        assert r.status_code in (200, 202), (r.status_code, r.text)

    def bring_parts(self, sender, parts, order=None, ref=7, coding=0, wide_ref=False):
        for number in order or range(1, len(parts) + 1):
            head = bytes([6, 8, 4, ref >> 8, ref & 255]) if wide_ref else bytes([5, 0, 3, ref])
            self.bring(sender, parts[number - 1], head + bytes([len(parts), number]), coding)


@pytest.fixture(scope="module")
def sigap(postgres):
    s = Stack(postgres, started=False)
    yield s
    s.close()


@pytest.fixture(scope="module")
def air():
    return Air()


@pytest.fixture(scope="module")
def kannel(sigap, air):
    k = Kannel(sigap, template=air.config(), started=False)
    sigap.write_conf({"gateway kannel": {"send_url": f"http://127.0.0.1:{k.sendsms}/cgi-bin/sendsms", "from": SERVICE}})
    try:
        k.start()
        sigap.start()
        yield k
    finally:
        k.close()


def texts(sigap, sender):
    return [row["text"] for row in sigap.sql("select r.text from reporter p join report r on r.id = p.report_id where p.phone = %s order by r.number", sender)]


def expect(sigap, sender, *expected):
    wait_until(lambda: len(texts(sigap, sender)) >= len(expected), SOON, f"{len(expected)} reports of {sender}")
    assert texts(sigap, sender) == list(expected)
    wait_until(lambda: sigap.value("select count(*) from inbound_part") == 0, SOON, "no part waits")


def test_parts_from_the_networks_line_are_one_report(sigap, kannel):
    kannel.sms_in_parts("+6281250000201", "ada ibu dikurung keluarganya di kamar belakang, ", "kelurahan Petung RT 2")
    expect(sigap, "+6281250000201", "ada ibu dikurung keluarganya di kamar belakang, kelurahan Petung RT 2")
    assert sigap.value("select count(*) from inbound") == 3


@pytest.mark.parametrize("sender, order, ref", [("+6281250000202", [1, 2, 3], ord("A")), ("+6281250000203", [3, 1, 2], 0x1234)])
def test_parts_in_ucs2_with_emoji_in_any_order(sigap, kannel, air, sender, order, ref):
    parts = ["😢 tolong, ada kakek ", "terlantar di pasar Petung – ", "lemas sekali 🙏🏽"]
    air.bring_parts(sender, parts, order=order, coding=2, ref=ref, wide_ref=ref > 255)
    expect(sigap, sender, "".join(parts))


def test_a_reference_used_again_for_the_next_message(sigap, kannel, air):
    sender = "+6281250000204"
    air.bring_parts(sender, ["ada orang terlantar ", "di kelurahan Petung"], ref=3)
    expect(sigap, sender, "ada orang terlantar di kelurahan Petung")
    air.bring_parts(sender, ["orang itu masih ", "di sana, tolong"], ref=3, order=[2, 1])
    expect(sigap, sender, "ada orang terlantar di kelurahan Petung", "orang itu masih di sana, tolong")


def test_parts_that_kannel_held_while_sigapd_was_away_are_one_report(sigap, kannel, air):
    sender = "+6281250000205"
    air.bring_parts(sender, ["ada mayat tanpa identitas ", "di kelurahan Petung"], order=[1])
    wait_until(lambda: sigap.value("select count(*) from inbound_part") == 1, SOON, "the first part")
    sigap.kill()
    air.bring_parts(sender, ["ada mayat tanpa identitas ", "di kelurahan Petung"], order=[2])
    sigap.start()
    expect(sigap, sender, "ada mayat tanpa identitas di kelurahan Petung")


def test_delivery_reports_out_of_order_and_twice_are_all_recorded(sigap, kannel, air):
    sender = "+6281250000206"
    air.bring(sender, "ada orang terlantar di kelurahan Petung, lemas")
    wait_until(lambda: kannel.to(sender), SOON, "the receipt")
    (notice,) = sigap.sql("select id from notice where kind = 'receipt' and address = %s", sender)

    def states():
        return [row["state"] for row in sigap.sql("select state from delivery_report where notice_id = %s order by at", notice["id"])]

    wait_until(lambda: {"sent", "delivered"} <= set(states()), SOON, "Kannel's own reports")
    before = len(states())
    url = f"{sigap.url}/v1/gateways/kannel/status"
    for kind in ("1", "8", "1", "16"):
        r = requests.get(url, params={"token": sigap.gateway_token, "ref": str(notice["id"]), "type": kind, "reply": "ulang"}, timeout=10)
        assert (r.status_code, r.text) == (200, ""), r.text
    assert states()[before:] == ["delivered", "sent", "delivered", "failed"]
    assert sigap.metric('sigap_gateway_delivery_reports_total{gateway="kannel"}') >= 4
