"""What `cmake --install` puts on a server: modes that neither the checkout nor the umask of whoever installs decides, and edited files that stay."""
import os
import re
import shutil
import subprocess

import pytest

from stack import ROOT

FOLDERS = ("config", "systemd")
FILES = {"agencies.json": 0o640, "gateways/gammu-receive": 0o755}


def install(tree, build, root):
    """As somebody whose umask lets nobody else read; build: configured from tree."""
    run = {"check": True, "capture_output": True, "umask": 0o077, "timeout": 60}
    if not build.exists():
        subprocess.run(["cmake", "-G", "Ninja", "-S", tree, "-B", build, "-DCMAKE_INSTALL_PREFIX=/usr"], **run)
    subprocess.run(["cmake", "--install", build], env={**os.environ, "DESTDIR": str(root)}, **run)


@pytest.fixture
def tree(tmp_path):
    """A checkout that only its owner can read, with the installation of everything but the programs."""
    tree = tmp_path / "tree"
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder)
    shutil.copy(ROOT / "README.md", tree)
    (tree / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(sigap NONE)\n" + "".join(
        f"include({folder}/install.cmake)\n" for folder in FOLDERS))
    for path in tree.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return tree


def modes(root):
    return {str(p.relative_to(root)): p.stat().st_mode & 0o7777 for p in root.rglob("*")}


def test_what_is_installed_can_be_read_and_what_holds_secrets_by_its_group_only(tree, tmp_path):
    root = tmp_path / "root"
    install(tree, tmp_path / "build", root)
    etc = modes(root / "etc" / "sigap")
    assert {f: etc[f] for f in FILES} == FILES
    assert {f for f, mode in etc.items() if mode != (0o755 if (root / "etc" / "sigap" / f).is_dir() else 0o644)} == set(FILES)
    assert modes(root)["etc/sigap"] == 0o755
    for path, mode in modes(root / "usr").items():
        if path in ("lib", "share", "share/doc", "lib/systemd", "lib/systemd/system", "lib/sysusers.d", "lib/tmpfiles.d"):  # a system has those
            continue
        script = path.endswith("gammu-receive") or (root / "usr" / path).is_dir()
        assert mode == (0o755 if script else 0o644), path


def test_an_edited_file_stays_and_the_fresh_one_beside_it_is_no_more_open(tree, tmp_path):
    root = tmp_path / "root"
    install(tree, tmp_path / "build", root)
    own = root / "etc" / "sigap" / "agencies.json"
    own.write_text("{}")
    own.chmod(0o600)
    install(tree, tmp_path / "build", root)
    assert own.read_text() == "{}" and own.stat().st_mode & 0o7777 == 0o600
    assert (own.parent / "agencies.json.new").stat().st_mode & 0o7777 == 0o640
    assert not (own.parent / "sigapd.conf.new").exists()


def test_the_drop_in_for_a_proxy_leaves_gateways_their_door():
    """An empty ListenStream= takes every address away, also the one to which the samples of gateways post."""
    (drop_in,) = re.findall(r"^```ini\n(\[Socket\]\n.*?)^```$", (ROOT / "systemd" / "README.md").read_text(), re.M | re.S)
    listens = re.findall(r"^ListenStream=(.*)$", drop_in, re.M)
    after_the_last_empty = listens[len(listens) - listens[::-1].index(""):] if "" in listens else listens + ["127.0.0.1:8080"]
    posted = {url for f in (ROOT / "config" / "gateways").iterdir() for url in re.findall(r"http://(127\.0\.0\.1:\d+)/v1/gateways/", f.read_text())}
    assert posted and posted <= set(after_the_last_empty) and "/run/sigap/http" in after_the_last_empty
