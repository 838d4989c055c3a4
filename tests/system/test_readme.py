"""What the README files say is so: the receivers for partners work as they stand there, and every file that is named exists."""
import os
import re
import subprocess
import time
import uuid

import pytest
import requests

import node
from stack import ROOT, Stack, agency, free_port, wait_until

README = (ROOT / "README.md").read_text()
SECRET = "whsec_c2FtcGxlLXNlY3JldC1vZi10aGUtdGVzdHMtLS0tLS0="
PETUNG = "64.09.01.1003"


def block(language):
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)
    return text


def python_receiver(folder):
    (folder / "receiver.py").write_text(block("python"))
    return ["/usr/bin/python3", "receiver.py"]


def node_receiver(folder):
    (folder / "receiver.mjs").write_text(block("js"))
    (folder / "node_modules").symlink_to(node.packages())
    return ["node", "receiver.mjs"]


def answers(url):
    try:
        return requests.get(url, timeout=5).status_code
    except requests.RequestException:
        return None


@pytest.mark.parametrize("receiver", [python_receiver, node_receiver])
def test_the_receiver_takes_a_notice_of_sigapd_and_refuses_what_is_not_signed(receiver, postgres, tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    with open(tmp_path / "out", "wb") as out:
        process = subprocess.Popen(receiver(tmp_path), cwd=tmp_path, stdout=out, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "PORT": str(port), "SECRET": SECRET})
    try:
        wait_until(lambda: answers(url), 20, "the receiver")
        contact = {"channel": "webhook", "url": url, "secret": SECRET, "allow_private": True}
        stack = Stack(postgres, agencies=[agency("polsek-penajam", "police", "64.09.01", [contact]),
                                          agency("kelurahan-petung", "village_office", PETUNG, [contact])])
        try:
            made = stack.report(village=PETUNG, kind="abandoned_person", urgency="normal")
            wait_until(lambda: (tmp_path / "out").read_text().count(made["incident"]["id"]) == 2, 20, "both notices at the receiver")
            wait_until(lambda: stack.value("select count(*) from attempt where outcome = 'ok' and status = 204") == 2, 20, "two 204")
            forged = {"webhook-id": str(uuid.uuid4()), "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,AAAA"}
            assert requests.post(url, data=b"{}", headers=forged, timeout=5).status_code == 401
            assert requests.post(url, data=b"{}", timeout=5).status_code == 401
        finally:
            stack.close()
    finally:
        process.terminate()
        process.wait(10)


def test_every_file_that_a_readme_names_exists():
    missing = []
    for folder in (".", "config", "protocol", "daemon", "tests"):
        readme = ROOT / folder / "README.md"
        text = re.sub(r"^```.*?^```$", "", readme.read_text(), flags=re.M | re.S)
        named = re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r"`([a-z_.]+(?:/[\w.*-]+)+/?|[\w-]+/)`", text)
        assert named
        for name in named:
            made_by_dev = re.match(r"(\./)?(build|var)", name)
            pattern = name.rstrip("/").replace("NAME", "*")
            if not made_by_dev and not any(list(base.glob(pattern)) for base in (readme.parent, ROOT)):
                missing.append((folder, name))
    assert not missing
