"""`python -m server.lessons FILE …`: what is wrong with lessons, by line. Exits with 1 where anything is."""

import sys
from pathlib import Path

from server.lessons.folder import read


def main(paths: list[str]) -> int:
    """Print each error as `file, line n: …`, or how many chapters a lesson without errors has."""
    if not paths:
        print("Name the lessons to check: python -m server.lessons my-lesson.md", file=sys.stderr)
        return 2
    wrong = False
    for path in paths:
        lesson = read(Path(path))
        for error in lesson.errors:
            print(f"{path}, line {error.line}: {error.text}")
        if not lesson.errors:
            print(f"{path}: {len(lesson.chapters)} chapters. What their page blocks name, the page checks.")
        wrong = wrong or bool(lesson.errors)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
