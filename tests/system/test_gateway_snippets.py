"""The operator's snippets: each file of config/gateways with a [gateway ...] section is read by the daemon as it stands, and again with every setting that it
offers in a comment; the addresses that it names are those that the daemon answers."""
import contextlib
import os
import re
import secrets
import subprocess

import pytest
import requests

from stack import BUILD, ROOT, free_port, wait_until

SNIPPETS = sorted(p for p in (ROOT / "config" / "gateways").glob("*.conf") if re.search(r"^\[gateway [^]]+\]", p.read_text(), re.M))
SECTION = re.compile(r"^\[gateway ([^]]+)\]", re.M)
# a setting in a comment: "#price = 900", never "#   [deliversm-thrower]" or a sentence
OFFERED = re.compile(r"^#(?=[a-z_]+ = )", re.M)


def names_of(text):
    return SECTION.findall(text)


@contextlib.contextmanager
def sigapd(folder, text, database):
    """A daemon with that configuration and every secret that it names; its address. SIGAP_LISTEN and SIGAP_DATABASE stand above a file."""
    credentials = folder / "credentials"
    credentials.mkdir(exist_ok=True)
    for name in re.findall(r"credential:(\S+)", text):
        path = credentials / name
        # a bot's token has a form of its own, which its kind checks
        bot = "1:" if name == "gateway_telegram.password" else ""
        path.write_text((database if "database" in name else bot + secrets.token_hex(16)) + "\n")
        path.chmod(0o600)
    conf, port = folder / "sigapd.conf", free_port()
    conf.write_text(f"[daemon]\nconfig_dir = {ROOT / 'config'}\n\n{text}")
    env = {**os.environ, "SIGAP_LISTEN": f"127.0.0.1:{port}", "SIGAP_DATABASE": database, "CREDENTIALS_DIRECTORY": str(credentials)}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen([BUILD / "sigapd", "--config", conf], stdout=log, stderr=log, env=env, cwd="/")
    try:
        yield process, f"http://127.0.0.1:{port}", folder / "log", credentials
    finally:
        process.terminate()
        process.wait(20)


def is_ready(process, url, log):
    assert process.poll() is None, log.read_text()[-3000:]
    with contextlib.suppress(requests.RequestException):
        return requests.get(url + "/readyz", timeout=5).json()["status"] == "ready"


@pytest.fixture(scope="module")
def database(stack):
    """One that is migrated and has rules; no daemon of the stack's own runs beside those of the snippets."""
    stack.stop()
    yield stack.postgres.dsn(stack.database, "sigap_daemon")


def test_there_are_snippets():
    assert {"infobip", "jasmin", "twilio", "vonage"} <= {p.stem for p in SNIPPETS}


@pytest.mark.parametrize("offered", [False, True], ids=["as-it-stands", "with-all-it-offers"])
@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda p: p.stem)
def test_the_daemon_reads_it_and_answers_at_its_addresses(snippet, offered, database, tmp_path):
    text = snippet.read_text()
    if offered:
        text = OFFERED.sub("", text)
    with sigapd(tmp_path, text, database) as (process, url, log, credentials):
        wait_until(lambda: is_ready(process, url, log), 20, f"sigapd ready with {snippet.name}")
        assert "GANTI" not in "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        for name in names_of(text):
            kind = re.search(r"^kind = (\S+)", text, re.M).group(1)
            token = (credentials / f"gateway_{name}.token").read_text().strip()
            address = f"{url}/v1/gateways/{name}/inbound"
            assert requests.get(address, params={"token": token[::-1]}, timeout=5).json()["type"].endswith("unknown-gateway")
            known = requests.get(address, params={"token": token}, timeout=5)
            if kind != "gammu":  # which is no caller
                assert "unknown-gateway" not in known.text, f"{name}: {known.status_code} {known.text}"


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda p: p.stem)
def test_it_names_the_addresses_that_the_vendor_is_given(snippet):
    text = snippet.read_text()
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    for name in names_of(text):
        named = set(re.findall(r"/v1/gateways/([^/\s]+)/(inbound|status)", comments))
        assert all(n == name for n, _ in named), named
        assert named or re.search(r"^kind = gammu", text, re.M), "no address for the vendor's side"


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda p: p.stem)
def test_a_slip_in_it_is_told_with_its_line(snippet, database, tmp_path):
    text = SECTION.sub(r"[gateway \1]\nkindd = x", snippet.read_text(), count=1)
    with sigapd(tmp_path, text, database) as (process, _, log, _):
        assert process.wait(20) != 0
        line = 3 + text[: text.index("kindd")].count("\n") + 1
        assert f"sigapd.conf:{line}: unknown setting \"kindd\"" in log.read_text()
