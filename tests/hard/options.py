"""How hard the hard tests try: a little with all other tests, in full by `make test-hard`."""

import os

SCALE = float(os.environ.get("HARD_SCALE", "0.01"))  # Of the full counts


def scaled(full: int, least: int = 1) -> int:
    """So many of them in this run."""
    return max(least, round(full * SCALE))
