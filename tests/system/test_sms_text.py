"""What an SMS costs is counted by ourselves: held against Twilio's calculator (npm sms-segments-calculator 1.3.0) over 10,000 texts.

All of them are counted alike, part by part. By design we would count otherwise in these cases, which are not drawn:
- "\\r\\n" in a text that is not GSM-7 is one character that no part tears; the calculator may.
- What one sees as one character is what Unicode 15 says (libutf8proc); the calculator goes by Unicode 10: newer emoji and some scripts' marks join otherwise. The sum is the same,
  and so is the number of parts unless one of them falls on the end of a part.
- A heap of marks longer than a part (67 code units) is torn between two of them; the calculator makes a part that no network takes.
Not even a difference, but worth knowing: TAB, the backtick and "ç" make a text UCS-2 in both; they are not in the alphabet (3GPP TS 23.038).
"""
import random
import subprocess

import pytest
import node
from stack import BUILD

SEED, TEXTS = 20261122, 10000
GSM = "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
EXTENSION = "\f^{}\\[~]|€"
WORDS = "ada org dirantai di gudang blkg rumah ds Labangka RT 4 tolong segera dekat sungai orang terlantar jenazah tanpa keluarga pasien puskesmas".split()
EMOJI = ["😀", "🚑", "🔥", "👍", "❤", "☎"]
CLUSTERS = ["👨‍👩‍👧", "👩‍🚒", "🏳️‍🌈", "👍🏽", "🇮🇩", "🇧🇩", "❤️", "1️⃣", "é", "ñ̃", "ạ̊", "Z͑ͫ̓"]
BENGALI = ["ক", "আ", "মি", "কা", "টু", "বাং", "লা", "দে", "শ", " "]
OTHER = ["`", "\t", "ç", "“", "”", "–", "…", "á", "ô", "ж", "中", "ع", "ก", "한", "\u200b", "\u00a0"]


def text(r):
    """Mostly near the ends of parts, where counting matters."""
    kind = r.randrange(8)
    if kind == 0:
        unit = lambda: r.choice(GSM)
    elif kind == 1:
        unit = lambda: r.choice(GSM if r.random() < 0.7 else EXTENSION)
    elif kind == 2:
        unit = lambda: r.choice(WORDS) + r.choice([" ", " ", ", ", ". "])
    elif kind == 3:
        unit = lambda: r.choice(EMOJI + WORDS)
    elif kind == 4:
        unit = lambda: r.choice(CLUSTERS) if r.random() < 0.5 else r.choice(GSM)
    elif kind == 5:
        unit = lambda: r.choice(BENGALI)
    elif kind == 6:
        unit = lambda: r.choice(OTHER + list(GSM[:40]))
    else:
        unit = lambda: r.choice([*GSM, *EXTENSION, *EMOJI, *CLUSTERS, *BENGALI, *OTHER])
    length = r.choice([0, 1, 2, r.randrange(500), *(b + r.randrange(-3, 4) for b in (67, 70, 134, 153, 160, 201, 306, 459))])
    made = ""
    while len(made) < length:
        made += unit()
    return made[:length] if kind < 2 else made


@pytest.fixture(scope="module")
def counted():
    """[(text, ours, theirs)]: coding, units, and the units of each part."""
    r = random.Random(SEED)
    texts = [text(r) for _ in range(TEXTS)]
    theirs = node.answers("segments.mjs", texts)
    lines = "".join(t.encode().hex() + "\n" for t in texts)
    ours = subprocess.run([BUILD / "sms_measure"], input=lines, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(ours) == len(theirs) == TEXTS
    return [(t, (o.split()[0], int(o.split()[1]), [int(n) for n in o.split()[2:]]), (c["coding"], c["units"], c["parts"] if c["units"] else [])) for t, o, c in zip(texts, ours, theirs)]


def test_coding_and_units_are_the_calculators(counted):
    for t, ours, theirs in counted:
        assert ours[:2] == theirs[:2], repr(t)


def test_parts_are_the_calculators(counted):
    different = [(t, ours[2], theirs[2]) for t, ours, theirs in counted if ours[2] != theirs[2]]
    assert not different, (len(different), [(ascii(t), o, c) for t, o, c in different[:5]])


def test_enough_of_everything_was_drawn(counted):
    parts = [len(ours[2]) for _, ours, _ in counted]
    codings = [ours[0] for _, ours, _ in counted]
    assert min(parts.count(n) for n in (1, 2, 3, 4)) > 500
    assert min(codings.count(c) for c in ("GSM-7", "UCS-2")) > 2000
    # pieces that had to move on as a whole left room behind them
    assert sum(any(n < (153 if ours[0] == "GSM-7" else 67) for n in ours[2][:-1]) for _, ours, _ in counted) > 500


def test_no_part_is_longer_than_networks_take(counted):
    for t, (coding, units, parts), _ in counted:
        single, most = (160, 153) if coding == "GSM-7" else (70, 67)
        assert sum(parts) == units and all(0 < n <= (single if len(parts) == 1 else most) for n in parts), repr(t)


def test_a_heap_of_marks_is_torn_rather_than_sent_as_a_part_too_long():
    line = ("e" + "\u0301" * 200).encode().hex() + "\n" + ("😀\r\n" * 30).encode().hex() + "\n"
    heap, breaks = subprocess.run([BUILD / "sms_measure"], input=line, check=True, capture_output=True, text=True).stdout.splitlines()
    assert heap == "UCS-2 201 67 67 67" and breaks.startswith("UCS-2 120 ")
