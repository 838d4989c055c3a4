"""The programs of tests/node, which are other people's libraries: run with the packages of their lock file, as `./dev test` installs them."""
import fcntl
import json
import pathlib
import shutil
import subprocess

NODE = pathlib.Path(__file__).resolve().parents[1] / "node"


def packages():
    """The folder of the packages; installed once, never under the feet of another test that uses them."""
    wanted, there, folder = NODE / "package-lock.json", NODE / "node_modules/.installed-lock", NODE / "node_modules"
    with open(wanted) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.is_file() or there.read_bytes() != wanted.read_bytes():
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=NODE, check=True, capture_output=True, timeout=300)
            shutil.copyfile(wanted, there)
    return folder


def answers(program, asked, *arguments):
    """What a program says to what it is asked on its standard input, both JSON."""
    packages()
    ran = subprocess.run(["node", NODE / program, *arguments], input=json.dumps(asked), capture_output=True, text=True, check=True, timeout=60)
    return json.loads(ran.stdout)
