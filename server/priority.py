"""Priorities of threads: those that compute at length yield to those that answer people."""

import os
import sys
import threading

NICENESS = 10


def yield_to_others() -> None:
    """Lower the calling thread's priority, where a thread has one of its own: on Linux."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + NICENESS)
