"""Fixtures of the browser tests: Debian's Chromium, headless, against the real daemon on a real PostgreSQL (tests/system/stack.py)."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import chromium  # noqa: E402
from duty_room import duty  # noqa: E402
from fixtures import postgres, stack  # noqa: E402, F401


@pytest.fixture(scope="module")
def chrome():
    """One browser for a module; windows of it are fresh contexts without cookies (chrome.window())."""
    browser = chromium.Chromium()
    yield browser
    browser.close()


@pytest.fixture
def window(chrome):
    """A window of 1366x768, in Indonesian, with JavaScript, logged in nowhere."""
    w = chrome.window()
    yield w
    w.close()


@pytest.fixture
def at(chrome, stack):
    """at(screen, what is there when it is ready): a window of its own for siaga, who must have an account."""
    windows = []

    def opened(hash, ready):
        windows.append(duty(chrome, stack, "siaga", hash, ready))
        return windows[-1]

    yield opened
    for w in windows:
        w.close()
