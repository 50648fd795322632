"""Known vulnerabilities of what is installed, as pip-audit has them from PyPI: `make audit`.

No answer is no good news: pip-audit itself ends well where it could ask about nothing.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import distributions
from typing import Any

ALL_ASKED, SOME_KNOWN, NOT_ALL_ASKED = range(3)  # Exit codes


@dataclass(frozen=True)
class Verdict:
    """An exit code, and what to say."""

    code: int
    words: str


def installed() -> list[str]:
    """What is installed, as requirements. Builds of the same version, as `2.13.0+cpu` is one, count as that version."""
    found = {each.name.lower(): each.version.split("+")[0] for each in distributions()}
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def audit(requirements: Iterable[str], *options: str) -> Verdict:
    """Ask about these. Raises nothing: whatever kept pip-audit from an answer is part of the verdict."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(requirements))
        file.flush()
        command = [sys.executable, "-m", "pip_audit", "--requirement", file.name, "--no-deps", "--disable-pip"]
        shown = ["--format", "json", "--progress-spinner", "off", "--desc", "off"]
        answer = subprocess.run([*command, *shown, *options], check=False, capture_output=True, text=True)
    try:
        return judge(json.loads(answer.stdout)["dependencies"])
    except ValueError:  # It printed no JSON: the service was not reached at all.
        reason = (answer.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return Verdict(NOT_ALL_ASKED, f"SKIPPED, nothing was checked: {reason}")


def judge(dependencies: list[dict[str, Any]]) -> Verdict:
    """The verdict on what pip-audit answers: of each package its vulnerabilities, or why it was passed over."""
    known = [each for each in dependencies if each.get("vulns")]
    skipped = [str(each["name"]) for each in dependencies if "skip_reason" in each]
    asked = len(dependencies) - len(skipped)
    lines = [
        f"{each['name']} {each['version']}: {', '.join(vulnerability['id'] for vulnerability in each['vulns'])}"
        for each in known
    ]
    if skipped or not dependencies:
        shown = ", ".join(skipped[:5]) + (" …" if len(skipped) > 5 else "")
        lines.append(
            f"SKIPPED, not checked: {len(skipped)} of {len(dependencies)} packages ({shown}): no answer from PyPI"
        )
    lines.append(f"{asked} packages checked, {len(known)} with known vulnerabilities")
    return Verdict(SOME_KNOWN if known else NOT_ALL_ASKED if skipped or not asked else ALL_ASKED, "\n".join(lines))


if __name__ == "__main__":
    verdict = audit(installed())
    print(verdict.words)
    sys.exit(verdict.code)
