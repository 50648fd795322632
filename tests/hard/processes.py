"""What Linux tells of a process."""

import os
import re
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
