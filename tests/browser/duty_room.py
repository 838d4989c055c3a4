"""What the console's tests share: people who log in, reports, the board as somebody sees it."""
import subprocess

import stack as harness
from chromium import SOON

PASSWORD = "kucing-hitam-42-payung"
# Put between the page and its loudspeaker, before any script of the page runs: how many tones have begun, how loud it was at most, and when it was heard last.
EAR = """
    (() => {
        const ear = window.ear = {tones: 0, most: 0, last: null, states: () => contexts.map((c) => c.state)};
        const contexts = [], listeners = new Map(), Context = AudioContext;
        const {connect} = AudioNode.prototype, {start} = AudioScheduledSourceNode.prototype;
        window.AudioContext = class extends Context {
            constructor(...how) {
                super(...how);
                const listener = this.createAnalyser(), wave = new Float32Array(listener.fftSize);
                connect.call(listener, this.destination);
                contexts.push(this);
                listeners.set(this.destination, listener);
                setInterval(() => {
                    listener.getFloatTimeDomainData(wave);
                    const loud = Math.max(...wave.map(Math.abs));
                    ear.most = Math.max(ear.most, loud);
                    if (loud > 0) ear.last = performance.now();
                }, 20);
            }
        };
        AudioNode.prototype.connect = function (to, ...more) { connect.call(this, listeners.get(to) ?? to, ...more); return to; };
        AudioScheduledSourceNode.prototype.start = function (...when) { ear.tones += this.context.state === 'running'; return start.call(this, ...when); };
    })();"""


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
    w.cdp("Page.addScriptToEvaluateOnNewDocument", source=EAR)
    w.log_in(url, user, PASSWORD)
    if hash:
        w.open(f"{url}/#/{hash}")
    w.find(ready)
    return w


def row(window, number, deadline=SOON):
    """The board's row of an incident, waited for."""
    return window.find(f".incident[data-number='{number}']", deadline=deadline)


def sounded(window):
    """How many tones have begun on this page."""
    return window.js("return ear.tones")
