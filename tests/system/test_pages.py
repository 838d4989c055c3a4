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
