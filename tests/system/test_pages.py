"""Pages made by the server: partners answer on theirs and citizens report on theirs with the cheapest telephone, without JavaScript.

Forms are filled in and sent as a browser does, from what the page says (class Page)."""
import base64
import html.parser
import urllib.parse
import uuid

import pytest
import requests

import openapi
import stack as harness
from stack import wait_until

API = openapi.Description()
SMALL = 30 * 1024
VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(html.parser.HTMLParser):
    """A page as a reader without scripts has it: its text, links and forms."""

    def __init__(self, response):
        super().__init__()
        self.response, self.status, self.source = response, response.status_code, response.text
        self.words, self.links, self.forms, self.tags, self.open = [], [], [], [], []
        self.feed(response.text)
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.tags.append((tag, a))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a":
            self.links.append(a["href"])
        if tag == "form":
            self.forms.append({"action": a.get("action", ""), "method": a.get("method", "get"), "fields": []})
        if tag in ("input", "textarea", "select", "button", "option") and self.forms and "form" in self.open:
            self.forms[-1]["fields"].append((tag, a))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> within {self.open}"
        self.open.pop()

    def handle_data(self, data):
        if "title" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def form(self, **wanted):
        """The form that holds these values, as what it sends when nothing is chosen or typed."""
        for f in self.forms:
            sent = {a["name"]: a.get("value", "") for tag, a in f["fields"]
                    if "name" in a and tag in ("input", "textarea") and (a.get("type") not in ("radio", "checkbox") or "checked" in a)}
            if all(sent.get(name) == value for name, value in wanted.items()):
                return {**f, "sent": sent}
        raise AssertionError(f"no form with {wanted}: {self.forms}")

    def choices(self, name):
        return [a["value"] for tag, a in self.tags if tag == "input" and a.get("name") == name and a.get("type") == "radio"]

    def send(self, form, **typed):
        url = urllib.parse.urljoin(self.response.url, form["action"])
        return read(requests.request(form["method"], url, data={**form["sent"], **typed}, timeout=10))

    def press(self, event, **typed):
        """The button of that answer."""
        return self.send(self.form(event=event), **typed)


def read(response, method=None):
    """A page, held to what holds for every one."""
    page = Page(response)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert len(response.content) < SMALL
    rules = {r.split(" ")[0]: r.split(" ")[1:] for r in response.headers["Content-Security-Policy"].split("; ")}
    assert rules["default-src"] == ["'none'"] and rules["style-src"] == ["'self'"] and rules["form-action"] == ["'self'"]
    assert rules["frame-ancestors"] == ["'none'"] and rules["base-uri"] == ["'none'"] and rules.get("script-src", ["'self'"]) == ["'self'"]
    assert response.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert response.headers["X-Content-Type-Options"] == "nosniff" and response.headers["Cache-Control"] == "no-store"
    assert dict(page.tags)["html"]["lang"] in ("id", "en")
    for tag, a in page.tags:
        assert tag != "style" and "style" not in a and not any(name.startswith("on") for name in a), (tag, a)
        assert tag != "script" or "src" in a, "an inline script"
        for name in ("src", "href", "action"):
            assert not a.get(name, "").startswith(("http:", "https:", "//", "javascript:")), (tag, a)
    assert "{{" not in page.source and "[[" not in page.source
    named = {a["for"] for tag, a in page.tags if tag == "label" and "for" in a}
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids)) and named <= set(ids)
    return page


def get(url, **more):
    return read(requests.get(url, timeout=10, **more))


def link_of(stack, made, slug="polsek-penajam"):
    call = wait_until(lambda: stack.partner(slug).about(made["incident"]["id"]), 10, "the notice")[0]
    return call.json["data"]["dispatch"]["url"]


def state_of(stack, link):
    token = link.rsplit("/", 1)[1]
    return stack.sql("select d.*, i.state as incident_state from dispatch d join incident i on i.id = d.incident_id where d.id = %s",
                     dispatch_id(token))[0]


def dispatch_id(token):
    return str(uuid.UUID(bytes=base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:16]))


# ---- the partner's page -------------------------------------------------------------------------------------------------------


def test_the_partners_page_says_what_where_how_urgent_what_is_asked_and_until_when(stack):
    made = stack.report(urgency="high", place={"village_code": "64.09.01.1003", "text": "belakang pasar, RT 4", "lat": -1.34567, "lon": 116.71234})
    page = get(link_of(stack, made))
    assert page.status == 200
    for said in ("Orang terlantar", "Tinggi", "Petung, Kec. Penajam, Kab. Penajam Paser Utara", "belakang pasar, RT 4", "-1.34567, 116.71234",
                 "Menunggu jawaban Anda", "menit lagi", "Instansi diberi tahu", "Halaman ini dibuka"):
        assert said in page.text, said
    assert "geo:-1.34567,116.71234?q=-1.34567,116.71234" in page.links
    assert page.response.headers["X-Robots-Tag"] == "noindex" and page.response.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in page.response.headers


def test_every_answer_can_be_given_by_its_button_and_is_confirmed(stack):
    link = link_of(stack, stack.report())
    page = get(link)
    assert page.choices("eta")[:4] == ["10", "20", "30", "60"]
    page = page.press("accept", eta="20")
    assert page.status == 200 and "Jawaban Anda tersimpan" in page.text and "Perkiraan tiba pukul" in page.text
    row = state_of(stack, link)
    assert row["state"] == "accepted" and 19 * 60 < (row["eta"] - row["accepted_at"]).total_seconds() <= 20 * 60
    page = page.press("en_route")
    assert "Menuju lokasi" in page.text and state_of(stack, link)["state"] == "en_route"
    page = page.press("on_scene")
    page = page.press("complete", note="dibawa ke rumah singgah")
    assert "Selesai. Terima kasih." in page.text and state_of(stack, link)["state"] == "completed"
    assert stack.value("select data ->> 'note' from event where kind = 'complete' order by at desc limit 1") == "dibawa ke rumah singgah"
    assert page.forms == [], "nothing is left to be answered"
    history = [w for w in ("Instansi diberi tahu", "Halaman ini dibuka", "Diterima", "Menuju lokasi", "Tiba di lokasi", "Selesai") if w in page.text]
    assert len(history) == 6


def test_a_refusal_needs_a_reason_chosen_or_written(stack):
    link = link_of(stack, stack.report())
    page = get(link)
    asked = page.press("decline", reason="  ")
    assert asked.status == 422 and "pilih atau tulis alasannya" in asked.text
    assert state_of(stack, link)["state"] == "seen"
    declined = asked.press("decline", choice=asked.choices("choice")[2], reason="mobil di bengkel")
    assert declined.status == 200 and "Ditolak" in declined.text
    assert state_of(stack, link)["reason"] == "Tidak ada kendaraan; mobil di bengkel"


def test_a_repeated_tap_is_harmless_and_says_so(stack):
    link = link_of(stack, stack.report())
    page = get(link)
    page.press("accept")
    before = state_of(stack, link)
    again = page.press("accept")
    assert again.status == 200 and "Sudah tercatat sebelumnya" in again.text
    assert state_of(stack, link) == before


def test_a_stale_answer_shows_what_changed(stack):
    made = stack.report()
    link = link_of(stack, made)
    page = get(link)
    stack.answer(dispatch_id(link.rsplit("/", 1)[1]), "accept")
    stack.answer(dispatch_id(link.rsplit("/", 1)[1]), "on_scene")
    stale = page.press("decline", reason="penuh")
    assert stale.status == 409 and "tidak sesuai lagi" in stale.text and "Tiba di lokasi" in stale.text
    marked = stale.source.split('<li class="new">')
    assert len(marked) == 3 and "Diterima" in marked[1] and "Tiba di lokasi" in marked[2], "what came after the page was made"
    assert state_of(stack, link)["state"] == "on_scene"


def test_the_page_names_nobody_and_hides_what_others_wrote(stack):
    made = stack.report(text="Kakek terlantar", reporter={"phone": "+6281234567890", "name": "Siti Pelapor"})
    link = link_of(stack, made)
    stack.answer(dispatch_id(link.rsplit("/", 1)[1]), "accept", note="lewat telepon: Bripka Rahasia")
    page = get(link)
    for secret in ("Siti", "6281234567890", "Rahasia", "coordinator", "source"):
        assert secret not in page.source


def test_hostile_texts_stay_texts(stack):
    evil = "</dd><script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;{number}"
    made = stack.report(place={"village_code": "64.09.01.1003", "text": evil})
    raw = requests.get(link_of(stack, made), timeout=10)
    assert "<script" not in raw.text and "<img" not in raw.text and "&lt;script&gt;" in raw.text
    page = Page(raw)
    assert evil in "".join(page.words)


def test_a_link_ends_with_its_incident_and_then_tells_nothing(stack):
    made = stack.report(place={"village_code": "64.09.01.1003", "text": "gang buntu"})
    link = link_of(stack, made)
    page = get(link)
    r = stack.api("POST", f"/v1/incidents/{made['incident']['id']}/events", json={"event": "close", "disposition": "handled"})
    assert r.status_code == 200
    for ended in (get(link), page.press("accept")):
        assert ended.status == 404 and "sudah berakhir" in ended.text
        for detail in ("gang buntu", "Petung", "terlantar", str(made["incident"]["number"])):
            assert detail not in ended.source.replace(link.rsplit("/", 1)[1], "")
    wrong = get(stack.url + "/d/" + "x" * 32)
    assert wrong.status == 404 and "tidak berlaku" in wrong.text


def test_english_is_one_link_away_and_is_remembered(stack):
    link = link_of(stack, stack.report())
    with requests.Session() as browser:
        page = read(browser.get(link, timeout=10))
        assert dict(page.tags)["html"]["lang"] == "id" and "?lang=en" in page.links
        page = read(browser.get(link + "?lang=en", timeout=10))
        assert dict(page.tags)["html"]["lang"] == "en" and "Waiting for your answer" in page.text and "?lang=id" in page.links
        assert "Abandoned person" in page.text
        page = read(browser.get(link, timeout=10))
        assert "Waiting for your answer" in page.text
        page = read(browser.get(link + "?lang=id", timeout=10))
        assert "Menunggu jawaban Anda" in page.text


@pytest.mark.parametrize("form", ["event=accept&eta=abc", "event=accept&eta=-1", "event=accept&eta=1441", "event=accept&seen=1x",
                                  "event=accept&note=%ff", "event=complete&note=" + "x" * 1300, "event=decline&choice=%00"])
def test_a_field_that_is_none_is_refused_and_changes_nothing(stack, form):
    link = link_of(stack, stack.report())
    r = requests.post(link, data=form, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=10)
    assert r.status_code == 422, r.text
    API.check_answer("POST", "/d/{token}", r)
    assert state_of(stack, link)["state"] == "notified"


# ---- an agency's list ---------------------------------------------------------------------------------------------------------------


def log_in(stack, name, *options):
    """A new account that has logged in; the headers of its browser (the cookie is for https only, so the test carries it)."""
    made = stack.ctl("user", "add", "--name", name, "--generate", *options)
    r = requests.post(stack.url + "/masuk", data={"user": name, "password": made.stdout.split()[-1]}, timeout=20, allow_redirects=False)
    assert r.status_code == 303, r.text
    return {"Cookie": r.headers["Set-Cookie"].split(";")[0]}, r


def test_an_agencys_list_shows_its_own_tasks_soonest_first_and_leads_to_each(stack):
    slow, fast, done, ended = (stack.report(urgency=u, place={"village_code": "64.09.01.1003", "text": t})
                               for u, t in (("normal", "gang satu"), ("critical", "gang dua"), ("normal", "gang tiga"), ("normal", "gang empat")))
    (of_police,) = [d["id"] for d in done["dispatches"] if d["agency"] == "polsek-penajam"]
    for event in ("accept", "on_scene", "complete"):
        stack.answer(of_police, event)
    stack.api("POST", f"/v1/incidents/{ended['incident']['id']}/events", json={"event": "close", "disposition": "handled"})
    page = read(stack.api("GET", "/tugas", "polsek-penajam"))
    order = [page.text.index(f"Penugasan {m['number']}") for m in (fast, slow, done)]
    assert order == sorted(order) and page.text.index("Terakhir berakhir") < order[2]
    assert "Polsek Penajam" in page.text and "gang dua" in page.text and "menit lagi" in page.text
    assert page.forms == [], "a token has no session to leave"
    links = [link for link in page.links if link.startswith("/d/")]
    number = lambda link: get(stack.url + link).text.split("Penugasan ")[1].split()[0]  # noqa: E731
    seen = [number(link) for link in links]
    assert seen.index(str(fast["number"])) < seen.index(str(slow["number"])) and str(done["number"]) in seen
    assert str(ended["number"]) not in seen, "the link of what has ended tells nothing"
    other = read(stack.api("GET", "/tugas", "bpbd-ppu"))
    assert "gang dua" not in other.source and "Tidak ada tugas yang menunggu" in other.text


def test_the_list_is_for_people_of_an_agency_who_have_logged_in(stack):
    nobody = requests.get(stack.url + "/tugas", timeout=10, allow_redirects=False)
    assert nobody.status_code == 303 and nobody.headers["Location"].startswith("/masuk?next=")
    assert stack.api("GET", "/tugas", "coordinator").status_code == 403
    made = stack.report()
    headers, entered = log_in(stack, "petugas-polsek", "--role", "agency", "--agency", "polsek-penajam")
    assert entered.headers["Location"] == "/tugas"
    page = get(stack.url + "/tugas", headers=headers)
    assert f"Penugasan {made['number']}" in page.text and page.response.headers["Referrer-Policy"] == "same-origin"
    task = get(urllib.parse.urljoin(stack.url, page.links[[x.startswith("/d/") for x in page.links].index(True)]), headers=headers)
    assert "/tugas" in task.links, "back to the list"
    form = page.form()
    left = requests.post(stack.url + form["action"], data=form["sent"], headers=headers, timeout=10, allow_redirects=False)
    assert left.status_code == 303 and left.headers["Location"] == "/masuk"
    assert get_status(stack.url + "/tugas", headers) == 303


def get_status(url, headers):
    return requests.get(url, headers=headers, timeout=10, allow_redirects=False).status_code


# ---- the citizen's page -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lapor(postgres):
    """A sigap of its own behind a trusted proxy, so that each test can be as many people as it likes."""
    s = harness.Stack(postgres, conf={"daemon": {"trusted_proxy": "127.0.0.1"}})
    yield Citizens(s)
    s.close()


class Citizens:
    def __init__(self, stack):
        self.stack, self.people = stack, 0

    def open(self, person=None, path="/lapor", **more):
        """The page as somebody at an address of his own sees it."""
        if person is None:
            self.people += 1
            person = f"192.0.2.{self.people}"
        return get(self.stack.url + path, headers={"X-Forwarded-For": person}, **more)

    def send(self, page, person="198.51.100.1", **typed):
        form = page.form()
        assert (form["method"], form["action"]) == ("post", "/lapor")
        return read(requests.post(self.stack.url + "/lapor", data={**form["sent"], **typed}, timeout=10, headers={"X-Forwarded-For": person}))

    def reports(self):
        return self.stack.sql("select r.*, i.type as incident_type, i.region from report r left join incident i on i.id = r.incident_id order by r.number")


def receipt_of(page):
    return page.source.split('<p class="code">')[1].split("<")[0]


def test_a_citizen_reports_and_follows_what_becomes_of_it(lapor):
    stack = lapor.stack
    page = lapor.open()
    assert page.status == 200 and "112" in page.text and "tel:112" in page.links
    assert "Kec. Penajam" in page.source and page.source.count("<option") == 55
    thanks = lapor.send(page, text="Ada kakek terlantar di depan pasar, lemas", area="64.09.01.1003", place="dekat pos ronda", phone="0812 3456 7890")
    assert thanks.status == 201 and "Terima kasih" in thanks.text
    (report,) = lapor.reports()
    assert report["source"] == "web" and report["incident_type"] == "abandoned_person" and report["region"] == "64.09.01.1003"
    assert report["place_text"] == "dekat pos ronda" and report["triage"]["village_code"] == "64.09.01.1003"
    assert stack.value("select phone from reporter") == "+6281234567890"
    wait_until(lambda: stack.partner("polsek-penajam").calls, 10, "the police's notice")
    receipt = receipt_of(thanks)
    number, check = receipt.split("-")
    assert int(number) == report["number"] and len(check) == 5 and thanks.response.headers["Location"] == "/lapor/" + receipt
    assert f"/lapor/{receipt}" in thanks.links

    def status():
        page = lapor.open(path="/lapor/" + receipt)
        assert page.status == 200 and page.response.headers["X-Robots-Tag"] == "noindex"
        for hidden in ("kakek", "pos ronda", "Petung", "Polsek", "812", "polsek"):
            assert hidden not in page.source
        return page.source.split('aria-current="step">')[1].split("<")[0]

    police = stack.value("select id from dispatch where agency = 'polsek-penajam'")
    assert status() == "Instansi sudah diberi tahu"
    for event, words in (("accept", "Instansi menyanggupi"), ("en_route", "Petugas menuju lokasi"), ("on_scene", "Petugas tiba di lokasi")):
        stack.answer(police, event)
        assert status() == words
    stack.api("POST", f"/v1/incidents/{report['incident_id']}/events", json={"event": "close", "disposition": "handled"})
    assert status() == "Selesai"
    assert get(stack.url + "/lapor/" + receipt.lower() + "?lang=en").text.count("Done") == 1
    assert stack.doctor() == [] and stack.sms.messages == [] and stack.value("select count(*) from notice where kind = 'receipt'") == 0


def test_it_is_on_disk_before_the_thanks(lapor):
    stack = lapor.stack
    page = lapor.open()
    stack.stop()
    stack.start(kill_at="intake.planned")
    with pytest.raises(requests.ConnectionError):
        lapor.send(page, text="Ada mayat di sungai", area="64.09.01.1003")
    stack.wait_killed()
    assert lapor.reports() == []
    stack.start(kill_at="intake.committed")
    with pytest.raises(requests.ConnectionError):
        lapor.send(page, text="Ada mayat di sungai", area="64.09.01.1003")
    stack.wait_killed()
    assert len(lapor.reports()) == 1, "kept, but the thanks did not arrive"
    stack.start()
    thanks = lapor.send(page, text="Ada mayat di sungai", area="64.09.01.1003")
    assert thanks.status == 201 and "jangan memindahkan" in thanks.text
    (report,) = lapor.reports()
    assert receipt_of(thanks).startswith(f"{report['number']}-")


def test_a_form_sent_twice_is_one_report_and_a_changed_one_another(lapor):
    page = lapor.open()
    receipts = {receipt_of(lapor.send(page, text="Orang dipasung di gudang", person=f"198.51.100.{i}")) for i in range(3)}
    assert len(receipts) == 1 and len(lapor.reports()) == 1
    assert lapor.stack.value("select count(*) from inbound") == 1
    changed = lapor.send(page, text="Orang dipasung di gudang, RT 4")
    assert receipt_of(changed) not in receipts and len(lapor.reports()) == 2


def test_who_wants_to_stay_unknown_leaves_no_number_anywhere(lapor):
    thanks = lapor.send(lapor.open(), text="Ada nenek terlantar", phone="081298765432", anonymous="1")
    assert thanks.status == 201
    (report,) = lapor.reports()
    assert report["anonymous"] and lapor.stack.value("select count(*) from reporter where phone is not null") == 0
    assert lapor.stack.value("select position('1298765432' in convert_from(raw, 'UTF8')) from inbound") == 0
    assert "1298765432" not in lapor.stack.log.read_text()


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(lapor):
    page = lapor.open()
    for typed, said in (({"text": " "}, "Mohon tulis apa yang terjadi"), ({"text": "x" * 1001}, "paling banyak 1000 huruf"),
                        ({"place": "y" * 201}, "paling banyak 200 huruf"), ({"area": "64.01.01.1001"}, "tidak dikenal di sini"),
                        ({"area": "64.09.99.9999"}, "tidak dikenal di sini"), ({"phone": "tidak ada"}, "Bukan nomor telepon"),
                        ({"lat": "100", "lon": "1"}, "Koordinatnya tidak terbaca"), ({"website": "http://spam"}, "isian tersembunyi"),
                        ({"key": "-"}, "tidak terbaca")):
        again = lapor.send(page, **{"text": "Ada <b>kakek</b> & nenek", "place": "dekat \"pasar\"", "phone": "0812 3456 7890", **typed})
        assert again.status == 422 and said in again.text, typed
        kept = again.form()["sent"]
        assert kept["place"] == typed.get("place", "dekat \"pasar\"") and kept["phone"] == typed.get("phone", "0812 3456 7890")
        assert kept["website"] == "" and (kept["key"] == page.form()["sent"]["key"]) == ("key" not in typed)
        if "text" not in typed:
            assert "<textarea" in again.source and "Ada <b>kakek</b> & nenek" in "".join(again.words)
    assert lapor.reports() == []
    assert lapor.send(again, text="Ada kakek terlantar").status == 201, "the page that came back can be sent"


def test_the_area_chosen_and_the_position_of_the_telephone_reach_the_partner(lapor):
    lapor.send(lapor.open(), text="Ada orang terlantar", area="64.09.01.1003", lat="-1.345678", lon="116.712345")
    (call,) = wait_until(lambda: lapor.stack.partner("polsek-penajam").calls, 10, "the notice")
    place = call.json["data"]["incident"]["place"]
    assert (place["village_code"], place["lat"], place["lon"]) == ("64.09.01.1003", -1.345678, 116.712345)


def test_one_address_sends_five_at_once_and_is_told_when_it_may_again(lapor):
    page = lapor.open()
    for i in range(5):
        assert lapor.send(page, text=f"Ada kakek terlantar nomor {i}").status == 201
    refused = lapor.send(page, text="Ada kakek terlantar lagi")
    assert refused.status == 429 and "2 menit lagi" in refused.text and "tel:112" in refused.links
    assert 60 < int(refused.response.headers["Retry-After"]) <= 120
    assert "Ada kakek terlantar lagi" in "".join(refused.words), "what was typed is not lost"
    assert len(lapor.reports()) == 5
    assert lapor.send(refused, text="Ada kakek terlantar lagi", person="198.51.100.2").status == 201, "others are not held up"
    with_two = "203.0.113.9, 198.51.100.1"
    assert lapor.send(page, text="x", person=with_two).status == 429, "what stands before the proxy's own word is anybody's"


def test_behind_a_proxy_that_is_not_named_all_are_one_address_and_share_more(stack):
    form = {"text": "Ada kakek terlantar", "area": "64.09.01.1003", "key": "same"}

    def statuses(n):
        return [requests.post(stack.url + "/lapor", data=form, headers={"X-Forwarded-For": f"192.0.2.{i}"}, timeout=10).status_code for i in range(n)]

    sent = statuses(110)
    assert 90 <= sent.count(201) <= 101 and set(sent[101:]) == {429}, "its word about them is not believed: it may be anybody's"


def test_receipts_cannot_be_walked_through(lapor):
    receipt = receipt_of(lapor.send(lapor.open(), text="Ada kakek terlantar"))
    number, check = receipt.split("-")
    wrong = [f"{number}-{check[:-1]}{'A' if check[-1] != 'A' else 'B'}", f"{int(number) + 1}-{check}", number, "x", f"{number}-{check}1"]
    pages = [lapor.open("203.0.113.1", "/lapor/" + w) for w in wrong]
    assert {p.status for p in pages} == {404} and len({p.source for p in pages}) == 1, "all are answered the same"
    # the next number exists, through another door: its check word opens nothing here
    other = lapor.stack.report()
    assert other["number"] != int(number)
    for _ in range(5):
        assert lapor.open("203.0.113.1", "/lapor/1-AAAAA").status == 404
    held = lapor.open("203.0.113.1", "/lapor/" + receipt)
    assert held.status == 429 and int(held.response.headers["Retry-After"]) > 0, "also a right one: the answer would tell"
    assert lapor.open("203.0.113.2", "/lapor/" + receipt).status == 200


@pytest.mark.parametrize("text, number", [("kebakaran rumah di petung, api besar", "113"), ("anak tenggelam di sungai", "115"),
                                          ("tabrakan motor, korban luka parah", "119")])
def test_an_emergency_of_others_is_told_whom_to_call_at_once(lapor, text, number):
    thanks = lapor.send(lapor.open(), text=text)
    assert thanks.status == 201 and {"tel:" + number, "tel:112"} <= set(thanks.links) and ("p", "alert") in [(t, a.get("role")) for t, a in thanks.tags]


def test_without_the_database_the_page_asks_to_send_again(postgres):
    own = harness.Postgres()
    s = harness.Stack(own)
    try:
        page = get(s.url + "/lapor")
        own.stop()
        busy = page.send(page.form(), text="Ada kakek terlantar")
        assert busy.status == 503 and "terganggu" in busy.text and busy.response.headers["Retry-After"]
        own.start()
        wait_until(s.is_ready, 20, "the database again")
        assert page.send(page.form(), text="Ada kakek terlantar").status == 201
    finally:
        s.close()
        own.close()


def test_a_village_whose_district_is_not_loaded_can_be_chosen_under_no_other_one(postgres):
    s = harness.Stack(postgres, started=False)
    s.sql("insert into region values ('64.09.98.2001', 'Desa Baru'), ('64.09.98.2002', 'Desa Lama')")
    try:
        s.start()
        page = get(s.url + "/lapor")
        group = page.source.split('<optgroup label="Kec. 64.09.98">')[1].split("</optgroup>")[0]
        assert group.count("<option") == 2 and page.source.count("<option") == 57
        assert page.send(page.form(), text="Ada kakek terlantar", area="64.09.98.2001").status == 201
    finally:
        s.close()


def test_a_large_regency_still_is_a_small_page(postgres):
    s = harness.Stack(postgres, started=False)
    s.sql("insert into region select '64.09.' || to_char(d, 'FM00') || '.' || to_char(3000 + v, 'FM0000'), 'Desa Panjang Sekali Nomor ' || v "
          "from generate_series(1, 4) d, generate_series(1, 120) v on conflict do nothing")
    try:
        s.start()
        page = get(s.url + "/lapor")
        assert page.source.count("<option") == 5 and "Kec. Penajam" in page.text
        assert page.send(page.form(), text="Ada kakek terlantar", area="64.09.01").status == 201
    finally:
        s.close()
