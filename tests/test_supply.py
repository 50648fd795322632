"""What is installed comes as it was locked, and whether it is known to be unsafe is never guessed."""

import re
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.vulnerabilities import ALL_ASKED, NOT_ALL_ASKED, SOME_KNOWN, audit, installed, judge

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.txt", "requirements-dev.txt"]


def locked(file: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each package's pin, and the hashes of its files."""
    entries = re.split(r"\n(?=\w)", re.sub(r"^ *#.*\n", "", (ROOT / file).read_text(), flags=re.MULTILINE))
    found = [
        (Requirement(entry.split("\\")[0]), re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry)) for entry in entries
    ]
    return {pin.name: (pin, hashes) for pin, hashes in found}


@pytest.mark.parametrize("file", LOCKS)
def test_every_package_is_pinned_and_every_one_of_its_files_has_a_hash(file: str) -> None:
    for pin, hashes in locked(file).values():
        assert re.fullmatch(r"==[^=*]+", str(pin.specifier)), pin
        assert hashes, pin


@pytest.mark.parametrize("file", LOCKS)
def test_what_is_installed_here_is_what_is_locked(file: str) -> None:
    for pin, _ in locked(file).values():
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(version(pin.name), prereleases=True), pin


def test_users_and_developers_run_the_same_versions() -> None:
    users, developers = map(locked, LOCKS)
    assert {name: str(pin) for name, (pin, _) in users.items()} == {name: str(developers[name][0]) for name in users}


def test_nothing_but_torch_is_installed_without_a_lock() -> None:
    names = {requirement.split("==")[0].replace("_", "-").replace(".", "-") for requirement in installed()}
    unlocked = names - locked("requirements-dev.txt").keys()
    of_cuda = {name for name in unlocked if name.startswith(("nvidia-", "cuda-", "triton"))}  # What its build brings
    assert unlocked - of_cuda == {"torch"}


def test_an_audit_that_reaches_nobody_says_that_nothing_was_checked() -> None:
    nobody = "http://127.0.0.1:1/"  # A port at which nothing listens
    verdict = audit(["numpy==2.4.0"], "--vulnerability-service", "osv", "--osv-url", nobody, "--timeout", "1")
    assert verdict.code == NOT_ALL_ASKED
    assert "SKIPPED" in verdict.words


@pytest.mark.parametrize(
    ("dependencies", "code", "words"),
    [
        ([{"name": "safe", "version": "1", "vulns": []}], ALL_ASKED, "1 packages checked, 0 with known"),
        ([{"name": "bad", "version": "1", "vulns": [{"id": "CVE-1"}]}], SOME_KNOWN, "bad 1: CVE-1"),
        ([{"name": "unheard", "skip_reason": "not found"}], NOT_ALL_ASKED, "SKIPPED, not checked: 1 of 1"),
        (
            [{"name": "safe", "version": "1", "vulns": []}, {"name": "unheard", "skip_reason": "not found"}],
            NOT_ALL_ASKED,
            "SKIPPED, not checked: 1 of 2",
        ),
        ([], NOT_ALL_ASKED, "SKIPPED"),
    ],
)
def test_the_verdict_is_good_only_if_every_package_was_asked_about(
    dependencies: list[dict[str, object]], code: int, words: str
) -> None:
    verdict = judge(dependencies)
    assert verdict.code == code
    assert words in verdict.words
