"""`python -m benchmarks [names…]`: measure, print a table, write results.json and the plot made of it."""

import argparse
from collections.abc import Callable

from benchmarks import exercise, frames, page, plot, report, seeks, sessions, steps

MEASURES: dict[str, Callable[[], report.Measured]] = {
    "steps": steps.measure,
    "exercise": exercise.measure,
    "frames": frames.measure,
    "page": page.measure,
    "sessions": sessions.measure,
    "seeks": seeks.measure,
}


def main() -> None:
    """Run those named, or all; what others measured before stays in results.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"which of: {', '.join(MEASURES)}")
    chosen = parser.parse_args().names or list(MEASURES)
    if unknown := set(chosen) - set(MEASURES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(MEASURES)}")
    for name in chosen:  # Printed and written one by one: whoever has waited long enough has what there is.
        measured = MEASURES[name]()
        print(report.table(measured.figures), flush=True)
        report.write({name: measured})
    plot.write()


if __name__ == "__main__":
    main()
