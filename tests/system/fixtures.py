"""The fixtures that every test with a daemon asks for, with a browser or without: one PostgreSQL for the run, one Stack for each module."""
import pytest

import stack as harness


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
