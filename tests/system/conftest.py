"""Fixtures of the system tests: one PostgreSQL for the run, one Stack for each module that asks for it."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import stack as harness  # noqa: E402


@pytest.fixture(scope="session")
def postgres():
    """The server that stacks share, each with a database of its own. A test that stops the server makes its own Postgres()."""
    server = harness.Postgres()
    yield server
    server.close()


@pytest.fixture(scope="module")
def stack(postgres):
    """The policy of minutes: no clock runs out within a test."""
    s = harness.Stack(postgres)
    yield s
    s.close()


@pytest.fixture(scope="module")
def fast_stack(postgres):
    """The policy of seconds."""
    s = harness.Stack(postgres, policy=harness.POLICY_FAST)
    yield s
    s.close()
