"""The console's files: served as they are in the sources, with a policy that lets nothing else run, known again by their tags; complete without a network."""
import base64
import gzip
import hashlib
import json
import pathlib
import re
import subprocess
import tarfile

import pytest
import requests

import stack as harness

CONSOLE = harness.ROOT / "daemon" / "console"
SERVED = {".html", ".js", ".css", ".svg", ".txt"}
FILES = sorted(p.relative_to(CONSOLE).as_posix() for p in CONSOLE.rglob("*") if p.suffix in SERVED and not {"node_modules", "pages"} & set(p.parts))  # pages/: templates of flow
OWN = [f for f in FILES if not f.startswith("vendor/")]
MODULES = [f for f in OWN if f.endswith(".js")]
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
         ".txt": "text/plain; charset=utf-8"}
# static and dynamic imports, and the module of a SharedWorker
IMPORT = re.compile(r"""^(?:import\b(?!\s*\()[^;'"]*|export\s*(?:\{[^}]*\}|\*)\s*from\s*)'(?P<static>[^']+)';$|\bimport\('(?P<dynamic>[^']+)'|new SharedWorker\('(?P<worker>[^']+)'""", re.M)


def imports(module, kinds=("static", "dynamic", "worker")):
    text = (CONSOLE / module).read_text()
    return [resolve(module, m[kind]) for m in IMPORT.finditer(text) for kind in kinds if m[kind]]


def get(stack, path, **headers):
    """Without what requests would ask for by itself."""
    return requests.get(stack.url + path, headers={"Accept-Encoding": "identity", **headers}, timeout=10)


def policy(answer):
    return {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_served_as_it_is_in_the_sources(stack, name):
    r = get(stack, "/console/" + name)
    assert r.status_code == 200 and r.content == (CONSOLE / name).read_bytes()
    assert r.headers["Content-Type"] == TYPES[pathlib.Path(name).suffix]
    assert r.headers["X-Content-Type-Options"] == "nosniff" and r.headers["Cache-Control"] == "no-cache"


def test_the_first_page_is_the_console_s_and_needs_no_log_in(stack):
    r = get(stack, "/")
    assert r.status_code == 200 and r.content == (CONSOLE / "index.html").read_bytes() and "Set-Cookie" not in r.headers


@pytest.mark.parametrize("name", ["package.json", "package-lock.json", "embed.py", "..%2Fapi.c", "screens", "vendor/none.js", "index.htm", "%00", "style.css%20"])
def test_what_is_no_file_of_the_console_is_not_there(stack, name):
    assert get(stack, "/console/" + name).status_code in (400, 404)


def test_nothing_but_what_is_served_here_may_run(stack):
    for path in ("/", "/console/main.js", "/console/style.css", "/console/icon.svg", "/console/vendor/preact.js"):
        r = get(stack, path)
        assert policy(r) == {"default-src": ["'none'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'", "data:"], "connect-src": ["'self'"],
                             "worker-src": ["'self'"], "base-uri": ["'none'"], "form-action": ["'self'"], "frame-ancestors": ["'none'"]}
        assert r.headers["Referrer-Policy"] == "no-referrer" and r.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert r.headers["X-Frame-Options"] == "DENY" and "geolocation=()" in r.headers["Permissions-Policy"]


def test_only_the_map_s_pictures_come_from_the_configured_host(postgres):
    for tiles, source in (("https://{s}.tile.example/{z}/{x}/{y}.png", "https://*.tile.example"), ("http://127.0.0.1:9/t/{z}/{x}/{y}", "http://127.0.0.1:9")):
        s = harness.Stack(postgres, conf={"console": {"tiles": tiles}})
        try:
            assert policy(get(s, "/"))["img-src"] == ["'self'", "data:", source]
            assert s.api("GET", "/v1/console", "coordinator").json()["tiles"] == tiles
        finally:
            s.close()


@pytest.mark.parametrize("value", ["ftp://x/{z}/{x}/{y}", "https://a b/{z}/{x}/{y}", "https://a;script-src/{z}/{x}/{y}", "https://{s}x/{z}/{x}/{y}", "https://tile.example/{z}/{x}", "/tiles/{z}/{x}/{y}"])
def test_tiles_that_would_break_the_policy_are_refused_at_the_start(stack, value):
    conf = stack.folder / "tiles.conf"
    conf.write_text(stack.conf.read_text() + f"[console]\ntiles = {value}\n")
    done = subprocess.run([harness.BUILD / "sigapd", "--config", conf], capture_output=True, text=True, timeout=20)
    assert done.returncode != 0 and "tiles" in done.stderr


# ---- known again --------------------------------------------------------------------------------------------------------


def test_who_has_a_file_gets_304_and_nothing_more(stack):
    for path in ("/", "/console/main.js", "/console/vendor/leaflet.css"):
        tag = get(stack, path).headers["ETag"]
        for said in (tag, f'"other", {tag}', "W/" + tag, "*"):
            r = get(stack, path, **{"If-None-Match": said})
            assert (r.status_code, r.content, r.headers["ETag"]) == (304, b"", tag), said
        for said in ('"other"', tag.strip('"'), '"' + tag.strip('"') + 'x"', ""):
            assert get(stack, path, **{"If-None-Match": said}).status_code == 200, said


def test_whoever_takes_gzip_gets_the_same_file_packed_under_a_tag_of_its_own(stack):
    plain = get(stack, "/console/style.css")
    assert "Content-Encoding" not in plain.headers and plain.headers["Vary"] == "Accept-Encoding"
    for said in ("gzip", "deflate, gzip;q=0.5", "br , GZIP"):
        r = requests.get(stack.url + "/console/style.css", headers={"Accept-Encoding": said}, stream=True, timeout=10)
        raw = r.raw.read()
        assert r.headers["Content-Encoding"] == "gzip" and gzip.decompress(raw) == plain.content and len(raw) < len(plain.content) / 2
        assert r.headers["ETag"] != plain.headers["ETag"] and r.headers["Vary"] == "Accept-Encoding"
    for said in ("identity", "gzip;q=0", "gzip; q=0.000", "xgzip", "gzipx"):
        r = requests.get(stack.url + "/console/style.css", headers={"Accept-Encoding": said}, stream=True, timeout=10)
        assert "Content-Encoding" not in r.headers and r.raw.read() == plain.content, said


def test_the_first_visit_is_small(stack):
    """What the board needs, packed: a bad line at night must not be in the way."""
    todo, seen = ["index.html", "style.css", "screens.css", "vendor/leaflet.css", "main.js", "screens/board.js"], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name.endswith(".js") and not name.startswith("vendor/"):
            todo += imports(name, ("static",))
    size = sum(len(gzip.compress((CONSOLE / name).read_bytes())) for name in seen)
    assert size < 80 * 1024, (size, sorted(seen))


# ---- complete -----------------------------------------------------------------------------------------------------------


def resolve(module, target):
    if target.startswith("/console/"):
        return target[len("/console/"):]
    assert target.startswith(("./", "../")), f"{module} imports {target}: a name that no browser resolves"
    base = pathlib.PurePosixPath(module).parent
    parts = [p for p in (base / target).parts]
    out = []
    for p in parts:
        if p == "..":
            out.pop()
        elif p != ".":
            out.append(p)
    return "/".join(out)


def test_every_import_of_every_module_is_served(stack):
    looked = 0
    for module in MODULES:
        for target in imports(module):
            assert target in FILES, f"{module} imports {target}"
            looked += 1
    assert looked > 50 and get(stack, "/console/screens/board.js").status_code == 200


def test_the_page_names_only_files_that_are_served_here(stack):
    page = (CONSOLE / "index.html").read_text()
    names = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(n.endswith("main.js") for n in names)
    for name in names:
        assert name in ("/tugas", "/lapor") or name[len("/console/"):] in FILES, name


def test_nothing_is_written_into_pages_that_the_policy_refuses():
    page = (CONSOLE / "index.html").read_text()
    assert re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", page) is None
    for module in MODULES:
        text = (CONSOLE / module).read_text()
        assert re.search(r"""<script|<style|\sstyle=(?:"|'|\$\{`|\$\{')|\beval\(|new Function|\bon[a-z]+="|cssText|javascript:""", text) is None, module
        assert re.search(r"https?://(?!www\.w3\.org/)[\w-]+\.(?!example)", text) is None, f"{module} names another server"
    for style in (f for f in OWN if f.endswith(".css")):
        text = (CONSOLE / style).read_text()
        assert re.search(r"@import|url\((?!data:)", text) is None, style


def test_modules_and_screens_speak_both_languages():
    """t() with one language would show Indonesian to everybody."""
    for module in MODULES:
        text = (CONSOLE / module).read_text()
        assert re.search(r"\bt\('[^'\\]*'\)", text) is None, module


# ---- what others wrote --------------------------------------------------------------------------------------------------

VENDOR = {
    "preact.js": ("htm", "preact/standalone.module.js"),
    "leaflet.js": ("leaflet", "dist/leaflet.js"),
    "leaflet.css": ("leaflet", "dist/leaflet.css"),
    "htm-LICENSE.txt": ("htm", "LICENSE"),
    "leaflet-LICENSE.txt": ("leaflet", "LICENSE"),
    "preact-LICENSE.txt": ("preact", "LICENSE"),
}


def test_the_lock_names_versions_and_content_and_no_registry():
    wanted = json.loads((CONSOLE / "package.json").read_text())["dependencies"]
    text = (CONSOLE / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "resolved" not in text and set(wanted) == {name.removeprefix("node_modules/") for name in packages if name}
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version) and packages["node_modules/" + name]["version"] == version
        assert packages["node_modules/" + name]["integrity"].startswith("sha512-")


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    """The locked packages as npm brings them: name -> the archive's content, its hash held against the lock."""
    folder = tmp_path_factory.mktemp("vendor")
    packages = json.loads((CONSOLE / "package-lock.json").read_text())["packages"]
    archives = {}
    for name, package in packages.items():
        if not name:
            continue
        short = name.removeprefix("node_modules/")
        done = subprocess.run(["npm", "pack", "--silent", "--prefer-offline", f"{short}@{package['version']}"], cwd=folder, capture_output=True, text=True, timeout=180)
        assert done.returncode == 0, done.stderr[-2000:]
        path = folder / done.stdout.split()[-1]
        digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
        assert "sha512-" + digest == package["integrity"], short
        archives[short] = tarfile.open(path)
    yield archives
    for archive in archives.values():
        archive.close()


def test_the_libraries_are_the_locked_packages_to_the_byte(locked):
    here = {p.name for p in (CONSOLE / "vendor").iterdir()}
    assert here == set(VENDOR)
    for name, (package, path) in VENDOR.items():
        assert locked[package].extractfile("package/" + path).read() == (CONSOLE / "vendor" / name).read_bytes(), name
