"""The lesson that comes with the page says what is so: each number in its text, computed anew on its own sessions."""

import json
import re
from collections.abc import Iterator
from math import log, log10

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from server.app import create_app
from server.lessons.folder import BUILT_IN
from server.settings import Settings

TEXT = (BUILT_IN / "backpropagation.md").read_text()
CHAPTERS = {part.split("\n", 1)[0]: part for part in TEXT.split("\n## ")[1:]}
CHARACTERS = ".abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings(database="sqlite://"))) as client:
        yield client


def session(client: TestClient, chapter: str) -> str:
    """The path of a new session with the config that a chapter asks for, at step 0."""
    found = re.search(r"^session: (.*)$", CHAPTERS[chapter], re.MULTILINE)
    assert found is not None
    created = client.post("/api/sessions", json=json.loads(found[1]))
    assert created.status_code == 201, created.text
    return f"/api/sessions/{created.json()['id']}"


@pytest.fixture(scope="module")
def plain(client: TestClient) -> str:
    return session(client, "The loss at the start")


@pytest.fixture(scope="module")
def careless(client: TestClient) -> str:
    return session(client, "A careless start")


def tensor(client: TestClient, path: str, name: str) -> NDArray[np.float64]:
    return np.array(client.get(f"{path}/tensors/{name}").json(), dtype=np.float64)


def says(chapter: str, *numbers: str) -> None:
    text = re.sub(r"\s+", " ", CHAPTERS[chapter]).replace("\\,", " ")
    for number in numbers:
        assert re.search(rf"(?<![\d.]){re.escape(number)}(?!\.?\d)", text), f"{chapter} does not say {number}"


def test_the_losses_at_the_start(client: TestClient, plain: str) -> None:
    probs, target = tensor(client, plain, "probs"), tensor(client, plain, "Yb").astype(int)
    p = probs[0, target[0]]
    assert (CHARACTERS[target[0]], tensor(client, plain, "Xb")[0].tolist()) == ("a", [0, 0, 0])
    says(
        "The loss at the start", f"{log(27):.3f}", f"{tensor(client, plain, 'loss'):.3f}", f"{p:.4f}", f"{-log(p):.2f}"
    )


def test_a_careless_start(client: TestClient, plain: str, careless: str) -> None:
    first, other = -tensor(client, careless, "logprobs"), tensor(client, careless, "logits").std()
    assert 14 < other / tensor(client, plain, "logits").std() < 16
    says("A careless start", f"{tensor(client, careless, 'loss'):.2f}", f"{first[0, 1]:.0f}")


def test_pull_and_pushes(client: TestClient, plain: str) -> None:
    forces = 32 * tensor(client, plain, "dlogits")[0]
    hardest = int(forces.argmax())
    says("Push and pull", f"{-forces.min():.4f}", f"{forces[hardest]:.4f}")
    assert CHARACTERS[hardest] == "v"
    assert abs(forces.sum()) < 1e-6


@pytest.mark.parametrize("name", ["h", "W2", "dlogits", "W1"])
def test_shapes(client: TestClient, plain: str, name: str) -> None:
    says("A linear layer, by its shapes", " \\times ".join(map(str, tensor(client, plain, name).shape)))


def test_saturation(client: TestClient, careless: str) -> None:
    h = tensor(client, careless, "h")
    saturated = abs(h) > 0.97
    norms = [np.linalg.norm(tensor(client, careless, name)) for name in ("dh", "dhpreact")]
    pre = tensor(client, careless, "hpreact").std()
    wanted, gets_through = (tensor(client, careless, name)[0, 4] for name in ("dh", "dhpreact"))
    says("tanh and saturation", f"{wanted:.3f}")
    assert abs(gets_through) < 1e-6 * abs(wanted)
    says("tanh and saturation", f"{100 * saturated.mean():.0f} %", f"{pre:.1f}", f"{saturated.sum(0).max()} of 32")
    says("tanh and saturation", *(f"{norm:.2f}" for norm in norms))
    assert (1 - h**2)[saturated].max() < 0.06
    assert not saturated.all(0).any()


def test_batch_norms_paths(client: TestClient, plain: str) -> None:
    dy, raw = tensor(client, plain, "dhpreact"), tensor(client, plain, "bnraw")
    direct = dy * tensor(client, plain, "bngain") * tensor(client, plain, "bnvar_inv")
    mean = np.broadcast_to(-direct.mean(0), direct.shape)
    variance = -raw * (direct * raw).sum(0) / 31
    says("Batch norm", *(f"{np.linalg.norm(path):.3f}" for path in (direct, mean, variance)))
    says("Batch norm", f"{100 * (abs(tensor(client, plain, 'h')) > 0.97).mean():.0f} %")
    dhprebn = tensor(client, plain, "dhprebn")
    np.testing.assert_allclose(direct + mean + variance, dhprebn, atol=1e-8)
    assert abs(tensor(client, plain, "db1")).max() < 1e-5 * abs(dhprebn).max()


def test_the_characters_of_the_minibatch(client: TestClient, plain: str) -> None:
    counts = np.bincount(tensor(client, plain, "Xb").astype(int).ravel(), minlength=27)
    absent = [CHARACTERS[i] for i in np.flatnonzero(counts == 0)]
    says("The embedding", str(counts.sum()), f"in {counts[0]} places", f"stands in {counts[1]}")
    found = re.search(r"The letters (.*?) do not occur", re.sub(r"\s+", " ", CHAPTERS["The embedding"]))
    assert found is not None
    assert re.findall(r"\*\*(\w)\*\*", found[1]) == absent
    assert np.flatnonzero((tensor(client, plain, "dC") == 0).all(1)).tolist() == np.flatnonzero(counts == 0).tolist()


def test_the_update(client: TestClient, plain: str) -> None:
    loss = client.get(f"{plain}/update").json()["loss"]
    says("The update", f"{loss['before']:.3f}", f"{loss['after']:.3f}", f"{loss['predicted']:.3f}")
    for name in ("W1", "W2"):
        ratio = 0.1 * tensor(client, plain, f"d{name}").std(ddof=1) / tensor(client, plain, name).std(ddof=1)
        says("The update", f"{log10(ratio):.1f}")


def test_a_rate_of_10(client: TestClient) -> None:
    path = session(client, "The update")
    client.patch(f"{path}/training", json={"learning_rate": 10})
    losses = [client.post(f"{path}/advance", json={"unit": "step"}).json()["loss"] for _ in range(4)]
    says("The update", *(f"{loss:.1f}" for loss in losses[:3]))
    assert losses[3] is None
