"""./dev: what is typed wrongly is answered with one clear line, before anything is built or started."""
import subprocess

import pytest

from stack import ROOT


@pytest.mark.parametrize("port", ["abc", "80a", "-1", "65536", "4294967296"])
def test_a_port_that_is_none_is_named(tmp_path, port):
    done = subprocess.run([ROOT / "dev", "up", "--state", tmp_path, "--port", port], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f'dev: --port needs a number up to 65535, not "{port}"\n'
