"""What pytest knows before the system tests: the fixtures that all share, and the policy of seconds."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import stack as harness  # noqa: E402
from fixtures import postgres, stack  # noqa: E402, F401


@pytest.fixture(scope="module")
def fast_stack(postgres):  # noqa: F811
    """The policy of seconds."""
    s = harness.Stack(postgres, policy=harness.POLICY_FAST)
    yield s
    s.close()
