#!/usr/bin/python3
"""Makes the pictures of the README: the board, an incident, a partner's page, the numbers, by day; the board by night on a telephone.

usage: SIGAP_BUILD=DIR tests/browser/pictures.py FOLDER        (`./dev pictures` does it)
The real daemon with the sample of Penajam Paser Utara; every person, number and report in it is invented.
"""
import json
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import chromium  # noqa: E402
import stack as harness  # noqa: E402
import test_numbers  # noqa: E402
from duty_room import add_user, duty, row  # noqa: E402
from stack import ROOT, Stack, wait_until  # noqa: E402

PEOPLE = [{"slug": "rahmi", "name": "Rahmi", "phone": "+6281270000001", "role": "coordinator", "scope": "64.09", "on_duty": True}]
REPORTS = [
    ("+6281250000101", "ada org dirantai di gudang blkg rumah, ds Labangka RT 4"),
    ("+6281250000102", "ada mayat laki2 di pinggir pantai nipah-nipah, pakai kaos biru, belum ada yg kenal"),
    ("+6281250000103", "Lapor, ada kakek terlantar di teras masjid Kelurahan Nenang, lemas dan tidak ada keluarga"),
    ("+6281250000104", "pak di terminal petung ada ibu tua kebingungan sdh 2 hari, ga tau pulang kemana"),
    ("+6281250000105", "tolong pak ada yg butuh bantuan disini warga sdh kumpul"),
    ("+6281250000106", "orang gila tidur depan ruko waru, tidak ada yg urus, bajunya robek"),
]
AGAIN = ("+6281250000107", "mayat laki laki terdampar di pantai nipah nipah, kaos biru, tolong polisi")


def sample():
    """The directory of config/agencies.json; its servers are ours."""
    agencies = json.loads((ROOT / "config/agencies.json").read_text())["agencies"]
    for a in agencies:
        a["contacts"] = [{"channel": "webhook"}]
    return agencies


def told(stack, sender, text):
    stack.send_sms(sender, text)
    return wait_until(lambda: stack.sql("select i.id, i.number from report r join reporter p on p.report_id = r.id join incident i on i.id = r.incident_id where p.phone = %s",
                                        sender), 20, "the incident")[0]


def dispatches(stack, incident):
    return {d["agency"]: d for d in stack.incident(str(incident["id"]))["dispatches"]}


def open_room(stack):
    """What a night looks like: some answered, some not, one that nobody could place."""
    made = [told(stack, *r) for r in REPORTS]
    told(stack, *AGAIN)
    steps = (("accept", "en_route"), ("accept",), (), ("seen",), ("accept", "en_route", "on_scene"), ("decline",))
    for i, incident in enumerate(made):
        for j, d in enumerate(dispatches(stack, incident).values()):
            for step in steps[(i + j) % len(steps)]:
                more = {"reason": "Mobil sedang dipakai"} if step == "decline" else {"eta": 20} if step == "accept" else {}
                stack.answer(d["id"], step, token=d["agency"], **more)
    return made


def numbers(chrome, postgres, folder):
    """A history of five days, moved apart as the test of the numbers does."""
    s = Stack(postgres, agencies=test_numbers.PARTNERS, policy=harness.POLICY_FAST)
    try:
        chance = random.Random(64)
        add_user(s, "rahmi", display="Rahmi")
        made = test_numbers.tell(s, chance)
        test_numbers.end(s, made)
        test_numbers.move_apart(s, chance)
        w = duty(chrome, s, "rahmi", "angka?rentang=lain&dari=2026-03-01&sampai=2026-03-05", "main h1", width=1366, height=900)
        w.wait(lambda: w.all("svg") and "P90" in w.text, "the charts")
        w.picture(folder / "numbers.png")
        w.close()
    finally:
        s.close()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    postgres, chrome = harness.Postgres(), chromium.Chromium()
    s = Stack(postgres, agencies=sample(), people=PEOPLE, policy=ROOT / "config/policy.jsonc")
    try:
        add_user(s, "rahmi", display="Rahmi")
        made = open_room(s)
        w = duty(chrome, s, "rahmi", width=1366, height=820)
        for incident in made[:2]:
            w.click(f".incident[data-number='{incident['number']}'] .claim button")
            w.wait(lambda n=incident["number"]: w.all(f".incident[data-number='{n}'] .claim .by"), "the claim")
        row(w, made[-1]["number"])
        w.wait(lambda: w.js("return document.getElementById('announce').textContent") == "", "what was said is over")
        w.picture(folder / "board.png")
        w.open(f"{s.url}/#/kejadian/{made[0]['number']}")
        w.find(".incidentpage .dispatch")
        w.picture(folder / "incident.png")
        w.close()
        w = duty(chrome, s, "rahmi", width=390, height=844, dark=True)
        row(w, made[-1]["number"])
        w.picture(folder / "board-night.png")
        w.close()
        (d,) = [d for d in dispatches(s, made[3]).values() if d["state"] in ("notified", "seen")][:1]
        (call,) = wait_until(lambda: s.partner(d["agency"]).about(str(made[3]["id"]), "dispatch.created"), 10, "the notice")
        w = chrome.window(390, 844, javascript=False)
        w.open(call.json["data"]["dispatch"]["url"])
        w.picture(folder / "partner.png")
        w.close()
        s.close()
        numbers(chrome, postgres, folder)
    finally:
        chrome.close()
        postgres.close()


if __name__ == "__main__":
    main()
