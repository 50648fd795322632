"""`python -m benchmarks [steps] [page]`: measure, print a table, write results.json."""

import sys

from benchmarks import page, report, steps

MEASURES = {"steps": steps.measure, "page": page.measure}

if __name__ == "__main__":
    chosen = sys.argv[1:] or list(MEASURES)
    report.write([figure for name in chosen for figure in MEASURES[name]()])
