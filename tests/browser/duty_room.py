"""What the console's tests share: people who log in, reports, the board as somebody sees it."""
import subprocess

import stack as harness
from chromium import SOON

PASSWORD = "kucing-hitam-42-payung"


def add_user(stack, name, role="coordinator", scope="64.09", display=None, agency=None):
    """An account, its password given on standard input."""
    more = ["--agency", agency] if agency else ["--scope", scope]
    done = subprocess.run([harness.BUILD / "sigapctl", "user", "add", "--name", name, "--role", role, "--display", display or name.title(), "--keep", *more],
                          env={"SIGAP_DATABASE": stack.postgres.dsn(stack.database), "PATH": "/usr/bin:/bin"},
                          input=PASSWORD + "\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return name


def duty(chrome, stack, user, hash="", ready=".incidents, .empty", line=None, **how):
    """A window in which user has logged in and looks at that screen of the console, over a line of its own or directly."""
    url = stack.url if line is None else line.url
    w = chrome.window(**how)
    w.log_in(url, user, PASSWORD)
    if hash:
        w.open(f"{url}/#/{hash}")
    w.find(ready)
    return w


def row(window, number, deadline=SOON):
    """The board's row of an incident, waited for."""
    return window.find(f".incident[data-number='{number}']", deadline=deadline)


def sounded(window):
    """How often the page has sounded."""
    return int(window.js("return document.documentElement.dataset.sounded || '0'"))
