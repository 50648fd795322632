"""How long a soak lasts, and where its report goes: a moment with all other tests, half an hour by `make soak`."""

import os
from pathlib import Path

SECONDS = float(os.environ.get("SOAK_SECONDS", "21"))
REPORT = os.environ.get("SOAK_REPORT")  # None: a temporary folder


def report_in(folder: Path) -> Path:
    return Path(REPORT) if REPORT else folder / "soak.html"
