"""What Linux tells of a process."""

import os
import re
import time
from pathlib import Path

IS_TOLD = Path("/proc/self/status").exists()


def resident(pid: int) -> int:
    """Bytes of memory that it has."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return 1024 * int(found[1])


def descriptors(pid: int) -> int:
    """How many files and sockets it has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def descriptors_at_rest(pid: int) -> int:
    """The same once they stay so many: what a client has closed the server closes a little later."""
    count, since = descriptors(pid), time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(0.02)
        if (now := descriptors(pid)) != count:
            count, since = now, time.monotonic()
    return count
