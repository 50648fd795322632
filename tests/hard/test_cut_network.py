"""A network that is cut, so that nobody says goodbye and nothing arrives any more."""

import subprocess
import sys

import pytest

from tests.hard.processes import IS_TOLD
from tests.serving import ROOT

# A network of its own, which Linux gives to whoever may have a user namespace.
APART = ["unshare", "--map-root-user", "--net"]


def may_cut_networks() -> bool:
    try:
        return (
            subprocess.run([*APART, "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode == 0
        )
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not IS_TOLD or not may_cut_networks(), reason="unshare and ip give no network of its own here")
def test_clients_beyond_a_cut_network_are_let_go_in_time() -> None:
    command = [*APART, sys.executable, "-m", "tests.hard.cut_network"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    print(f"clients beyond a cut network let go after {done.stdout.strip()} s")
