"""Headless Chromium for the tests: windows of any size, language and theme, with or without JavaScript; keys, axe-core, pictures.

Chromium and its driver are Debian's; axe-core is the npm package, pinned in tests/node. Nothing leaves the machine: every name but 127.0.0.1 resolves to nothing.
"""
import base64
import pathlib
import shutil
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys  # noqa: F401, for the tests
from selenium.webdriver.remote.webelement import WebElement

ROOT = pathlib.Path(__file__).resolve().parents[2]
AXE = ROOT / "tests/node/node_modules/axe-core/axe.min.js"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars", "--force-device-scale-factor=1", "--mute-audio",
         "--autoplay-policy=user-gesture-required", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
SOON = 15
# What counts as serious is axe's own word; contrast is one of its rules.
SERIOUS = ("serious", "critical")


class Chromium:
    """A factory of windows, and what they leave behind."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sigap-chromium-"))
        self.windows = []

    def window(self, width=1366, height=768, language="id", javascript=True, dark=False, scale=1):
        w = Window(self.folder / f"profile-{len(self.windows)}", width, height, language, javascript, dark, scale)
        self.windows.append(w)
        return w

    def close(self):
        for w in self.windows:
            w.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Found(WebElement):
    """An element that a Window found."""

    def __init__(self, window, css, words, element):
        super().__init__(element.parent, element.id)
        self.found = window, css, words

    def again(self, do):
        window, css, words = self.found
        end = time.monotonic() + SOON
        while True:
            try:
                return do()
            except StaleElementReferenceException:
                if time.monotonic() > end:
                    raise
                self._id = window.first(css, words).id

    def _execute(self, command, params=None):
        return self.again(lambda: super(Found, self)._execute(command, params))

    def get_attribute(self, name):
        return self.again(lambda: super(Found, self).get_attribute(name))


class Window:
    def __init__(self, profile, width, height, language, javascript, dark, scale):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--lang={language}"):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(60)
        self.driver.set_script_timeout(60)
        # a window cannot be made as narrow as a telephone: the page is told that it is
        self.cdp("Emulation.setDeviceMetricsOverride", width=int(width / scale), height=int(height / scale), deviceScaleFactor=scale, mobile=width < 600)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        if not javascript:
            self.cdp("Emulation.setScriptExecutionDisabled", value=True)

    def close(self):
        if self.driver is not None:
            self.driver.quit()
            self.driver = None

    def cdp(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    # ---- pages ----

    def open(self, url):
        self.driver.get(url)
        return self

    @property
    def url(self):
        return self.driver.current_url

    @property
    def text(self):
        """All that can be read on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def bytes(self):
        """What the page and all that it loads took on the line."""
        return self.js("return performance.getEntries().filter(e => 'transferSize' in e).reduce((sum, e) => sum + e.transferSize, 0)")

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, css, text=None):
        """The elements that css finds and that can be seen, those with text in them."""
        return [e for e in self.driver.find_elements(By.CSS_SELECTOR, css) if e.is_displayed() and (text is None or text.lower() in e.text.lower())]

    def find(self, css, text=None, deadline=SOON):
        """The first of all(), waited for, and found again when the page has drawn it anew."""
        return Found(self, css, text, self.first(css, text, deadline))

    def first(self, css, text, deadline=SOON):
        return self.wait(lambda: self.all(css, text), f"{css} with {text!r}" if text else css, deadline)[0]

    def click(self, css, text=None):
        """Clicks what find() finds, again when the page drew it anew in between."""
        def done():
            try:
                self.all(css, text)[0].click()
                return True
            except Exception as e:  # gone, moved or covered: the page is still being drawn
                self.last = e
                return False
        self.wait(done, f"a click on {css} {text or ''}")

    def wait(self, condition, what, deadline=SOON):
        """The first true value of condition(); an element that the page drew anew meanwhile counts as not yet."""
        end = time.monotonic() + deadline
        while True:
            try:
                value = condition()
            except Exception as e:
                if type(e).__name__ not in ("StaleElementReferenceException", "JavascriptException", "NoSuchElementException", "IndexError"):
                    raise
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"not within {deadline} s: {what}\n{self.url}\n{self.text[:3000]}\n{self.log()}")
            time.sleep(0.02)

    def wait_text(self, text, deadline=SOON):
        self.wait(lambda: text.lower() in self.text.lower(), f"the text {text!r}", deadline)

    # ---- keys ----

    def keys(self, *keys):
        """Typed into whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def chord(self, held, key):
        """A key while another one is held down."""
        ActionChains(self.driver).key_down(held).send_keys(key).key_up(held).perform()

    def tab_to(self, css, text=None, most=200):
        """Presses Tab until what css finds has the focus, as somebody without a mouse does."""
        for _ in range(most):
            focus = self.driver.switch_to.active_element
            if focus in self.all(css, text):
                return focus
            self.keys(Keys.TAB)
        raise AssertionError(f"the keyboard does not reach {css} {text or ''}")

    # ---- what is wrong ----

    def log(self):
        """What the page wrote to the console as an error; asked once."""
        return [entry for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def axe(self, *off):
        """The serious faults that axe-core finds; rules named in off are not tried."""
        self.js(AXE.read_text() + "; window.axe = axe;")
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {rules: arguments[0], resultTypes: ['violations']}).then(r => done(r.violations), e => done([{id: String(e), impact: 'critical', nodes: []}]))",
            {rule: {"enabled": False} for rule in off})
        return [f"{v['id']} ({v['impact']}): {v.get('help')}: " + "; ".join(n["html"][:160] + " " + (n.get("failureSummary") or "")[:200] for n in v["nodes"][:4])
                for v in found if v["impact"] in SERIOUS]

    def too_wide(self):
        """How many pixels the page is wider than its window: somebody would have to scroll sideways."""
        return self.js("return Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)")

    def focus_is_visible(self):
        """The focused element looks different from before: an outline, a border or a shadow of its own."""
        return self.js("""
            const e = document.activeElement, s = getComputedStyle(e);
            return s.outlineStyle === 'auto' || (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none';""")

    def picture(self, path, whole=False):
        """A PNG of what is shown, or of the whole page."""
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    # ---- sigap ----

    def log_in(self, url, user, password):
        """Through the page that people use."""
        self.open(url + "/masuk")
        for name, value in (("user", user), ("password", password)):
            field = self.find(f"[name={name}]")
            field.clear()
            field.send_keys(value)
        self.click("button[type=submit], form button")
        self.wait(lambda: not self.url.startswith(url + "/masuk"), "the log-in")
        return self

