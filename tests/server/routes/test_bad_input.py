"""Whatever is asked wrongly gets an answer that says what is wrong and what is allowed, and changes nothing."""

from typing import Any

import numpy as np
import pytest

from tests.server.driving import SessionDriver, strict_json, to_npy

JSON = {"content-type": "application/json"}
NPY = {"content-type": "application/x-npy"}
NAN = np.array([np.nan, 0, 0, 0, 0, 0])


def put(content: bytes) -> dict[str, Any]:
    return {"content": content, "headers": NPY}


# Method, path, what is sent, status, and what the answer says.
BAD: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("POST", "/advance", {"json": {"unit": "epoch"}}, 422, "unit: Input should be 'op', 'pass' or 'step', got 'epoch'"),
    ("POST", "/advance", {"json": {"count": 1.5}}, 422, "count: Input should be a valid integer"),
    ("POST", "/advance", {"json": {"count": 1_000_001}}, 422, "less than or equal to 1000000, got 1000001"),
    ("POST", "/advance", {"json": {"cuont": 1}}, 422, "unknown field 'cuont'; the fields are unit, count"),
    ("POST", "/advance", {"headers": JSON, "content": b"null"}, 422, "valid dictionary"),
    ("POST", "/advance", {"content": b'{"count', "headers": JSON}, 422, "this is no JSON: "),
    ("POST", "/advance", {"content": b'{"unit": "\xff"}', "headers": JSON}, 422, "send JSON in UTF-8"),
    ("POST", "/advance", {"content": b'{"count": ' + b"9" * 5000 + b"}", "headers": JSON}, 422, "at most 4300 digits"),
    ("POST", "/advance", {"content": b"{}", "headers": {"content-type": "text/plain"}}, 422, "application/json"),
    ("POST", "/advance", {"json": {"unit": "step", "count": -3}}, 409, "would lead to before step 0"),
    ("POST", "/advance", {"json": {"unit": "op", "count": -1000}}, 409, "would lead to before step 0"),
    ("POST", "/run", {"json": {"until_step": 1}}, 409, "until_step 1 is in the past: the session stands at step 2"),
    ("POST", "/run", {"json": {"until_step": -1}}, 422, "until_step: Input should be greater than or equal to 0"),
    ("POST", "/run", {"json": {"steps_per_second": 0}}, 422, "steps_per_second: Input should be greater than 0"),
    ("POST", "/run", {"json": {"until": {}}}, 422, "until.metric: Field required"),
    ("POST", "/run", {"json": {"until": {"metric": "loss"}}}, 422, "'loss' takes either above or below"),
    (
        "POST",
        "/run",
        {"json": {"until": {"metric": "loss", "above": 1, "below": 2}}},
        422,
        "takes either above or below",
    ),
    ("POST", "/run", {"json": {"until": {"metric": "nan", "above": 1}}}, 422, "'nan' takes no bound"),
    (
        "POST",
        "/run",
        {"json": {"until": {"metric": "joy", "above": 1}}},
        422,
        "no metric 'joy'; there are: loss",
    ),
    ("PATCH", "/training", {"json": {"learning_rate": -1}}, 422, "learning_rate: Input should be greater than or eq"),
    ("PATCH", "/training", {"content": b'{"learning_rate": NaN}', "headers": JSON}, 422, "finite number, got nan"),
    ("PATCH", "/training", {"json": {"clipping": {"by": "norm"}}}, 422, "clipping.threshold: Field required"),
    ("PATCH", "/training", {"json": {"clipping": {"by": "l1", "threshold": 1}}}, 422, "'norm' or 'value', got 'l1'"),
    ("PATCH", "/training", {"json": {"clipping": {"by": "norm", "threshold": 0}}}, 422, "greater than 0, got 0"),
    ("PATCH", "/training", {"json": {"learning_rate": None}}, 422, "leave the field out to keep the rate as it is"),
    ("PATCH", "/training", {"json": {"momentum": 0.9}}, 422, "the fields are learning_rate, clipping"),
    ("PATCH", "/training", {}, 422, "Field required"),
    ("GET", "/tensors/dx", {}, 404, "there is no tensor 'dx'; GET …/tensors lists them all"),
    ("GET", "/tensors/%00%ff", {}, 404, "there is no tensor"),
    ("GET", "/tensors/W1", {"params": {"format": "xlsx"}}, 422, "'json', 'npy', 'safetensors' or 'csv', got 'xlsx'"),
    ("GET", "/tensors/W1", {"params": {"slice": "0:100"}}, 422, "100 is outside this dimension of size 9"),
    ("GET", "/tensors/W1", {"params": {"slice": "9"}}, 422, "index 9 is outside this dimension of size 9"),
    ("GET", "/tensors/W1", {"params": {"slice": ":,:,:"}}, 422, "3 dimensions, the tensor has 2: shape [9, 6]"),
    ("GET", "/tensors/loss", {"params": {"slice": "0"}}, 422, "1 dimensions, the tensor has 0"),
    ("GET", "/tensors/W1", {"params": {"slice": "first"}}, 422, "'first' is neither an index nor start:stop"),
    ("PUT", "/tensors/b1", put(to_npy(NAN)), 422, "b1 must be finite in float32: NaN"),
    ("PUT", "/tensors/b1", {"content": b"[NaN, 0, 0, 0, 0, 0]", "headers": JSON}, 422, "b1 must be finite"),
    ("PUT", "/tensors/b1", {"content": b"[1e39, 0, 0, 0, 0, 0]", "headers": JSON}, 422, "overflow"),
    ("PUT", "/tensors/b1", {"json": [None] * 6}, 422, "null is not a number"),
    ("PUT", "/tensors/b1", {"json": [[1], [2, 3]]}, 422, "nested lists of numbers of equal length"),
    ("PUT", "/tensors/b1", {"json": [1, 2]}, 422, "b1 has shape [6], got [2]"),
    ("PUT", "/tensors/b1", put(to_npy(np.zeros((6, 1)))), 422, "b1 has shape [6], got [6, 1]"),
    ("PUT", "/tensors/b1", put(b"PK\x03\x04"), 422, "write it by numpy.save"),
    ("PUT", "/tensors/b1", put(bytes(10_000_001)), 413, "more than 10,000,000 bytes"),
    ("PUT", "/tensors/b1", {"content": b"1", "headers": {"content-type": "text/csv"}}, 422, "send npy (application/"),
    ("PUT", "/tensors/b1", {"content": b"1"}, 422, "content type '': send npy"),
    ("PUT", "/tensors/logits", {"json": [1]}, 422, "'logits' is not a parameter; these are: C, W1, b1, bngain"),
    ("PUT", "/tensors/nothing", {"json": [1]}, 404, "there is no tensor 'nothing'"),
    (
        "GET",
        "/metrics",
        {"params": {"names": "loss,accuracy"}},
        422,
        "no metric 'accuracy'; recorded are: loss, gradient_norm",
    ),
    ("GET", "/metrics", {"params": {"points": 0}}, 422, "points: Input should be greater than or equal to 1"),
    ("GET", "/metrics", {"params": {"from": -1}}, 422, "from: Input should be greater than or equal to 0"),
    ("POST", "/evaluate", {"json": {"splits": ["dev"]}}, 422, "'train', 'validation' or 'test', got 'dev'"),
    ("POST", "/evaluate", {"json": {"statistics": "best"}}, 422, "'calibrated' or 'running', got 'best'"),
    ("POST", "/samples", {"json": {"count": 0}}, 422, "count: Input should be greater than or equal to 1"),
    ("POST", "/samples", {"json": {"count": 1001}}, 422, "count: Input should be less than or equal to 1000"),
    ("POST", "/samples", {"json": {"prompt": "ñ"}}, 422, "prompt: 'ñ' is not in the data set's vocabulary: .abc"),
    ("POST", "/samples", {"json": {"prompt": "a."}}, 422, "marks a word's start and end"),
    ("POST", "/samples", {"json": {"seed": -1}}, 422, "seed: Input should be greater than or equal to 0"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "said"), BAD)
def test_a_bad_request_is_refused_with_the_reason_and_changes_nothing(
    session: SessionDriver, method: str, path: str, sent: dict[str, Any], status: int, said: str
) -> None:
    session.advance("step", 2)
    with session.unchanged():
        answer = session.request(method, path, **sent)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
        assert said in strict_json(answer.text)["detail"]


PATHS = [
    ("GET", ""), ("DELETE", ""), ("POST", "/advance"), ("POST", "/run"), ("POST", "/pause"), ("PATCH", "/training"),
    ("GET", "/network"), ("GET", "/tensors"), ("GET", "/tensors/W1"), ("PUT", "/tensors/W1"), ("GET", "/verification"),
    ("GET", "/metrics"), ("POST", "/evaluate"), ("POST", "/samples"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_an_unknown_session_is_404_and_says_where_the_known_ones_are(
    session: SessionDriver, method: str, path: str
) -> None:
    body = {} if method in ("GET", "DELETE") else {"json": [1] if method == "PUT" else {}}
    answer = SessionDriver(session.client, "nobody").request(method, path, **body)
    assert answer.status_code == 404
    assert strict_json(answer.text)["detail"] == "there is no session 'nobody'; GET /api/sessions lists them"


CONFIGS: list[tuple[Any, str]] = [
    ({"modle": {}}, "unknown field 'modle'; the fields are name, data, model, init, training"),
    ({"data": {"dataset": "mine"}}, "data.dataset: there is no data set 'mine'; GET /api/datasets lists them"),
    ({"data": {"context_length": 0}}, "data.context_length: Input should be greater than or equal to 1, got 0"),
    ({"data": {"context_length": 33}}, "less than or equal to 32"),
    ({"model": {"embedding_size": 1025}}, "model.embedding_size: Input should be less than or equal to 1024"),
    ({"model": {"hidden_sizes": []}}, "model.hidden_sizes: "),
    ({"model": {"hidden_sizes": [8] * 17}}, "model.hidden_sizes: "),
    ({"model": {"hidden_sizes": [8, 0]}}, "model.hidden_sizes.1: Input should be greater than or equal to 1"),
    ({"model": {"hidden_sizes": 64}}, "model.hidden_sizes: Input should be a valid tuple, got 64"),
    ({"model": {"batch_norm": "some"}}, "'none', 'hidden' or 'all', got 'some'"),
    ({"model": {"granularity": "coarse"}}, "'atomic' or 'fused', got 'coarse'"),
    ({"model": {"layers": 3}}, "model: unknown field 'layers'; the fields are embedding_size"),
    ({"init": {"seed": -1}}, "init.seed: Input should be greater than or equal to 0"),
    ({"init": {"seed": 2**63}}, "init.seed: Input should be less than or equal to"),
    ({"init": {"hidden_gain": 1001}}, "init.hidden_gain: Input should be less than or equal to 1000"),
    ({"training": {"batch_size": 0}}, "training.batch_size: Input should be greater than or equal to 1"),
    ({"training": {"batch_size": 8193}}, "training.batch_size: Input should be less than or equal to 8192"),
    ({"training": {"batch_size": 1}}, "batch norm needs at least 2 examples"),
    ({"training": {"learning_rate": 0.1}}, "training.learning_rate: Input should be a valid tuple"),
    ({"training": {"learning_rate": []}}, "training.learning_rate: "),
    ({"training": {"learning_rate": [{"from_step": 1, "value": 0.1}]}}, "from_step must start at 0 and rise, got [1]"),
    ({"training": {"learning_rate": [{"from_step": 0, "value": -1}]}}, "training.learning_rate.0.value: "),
    ({"training": {"engine": "gpu"}}, "training.engine: "),
    ({"name": ""}, "name: String should have at least 1 character"),
    (
        {"model": {"hidden_sizes": [4096] * 16}, "training": {"batch_size": 8192}},
        "make layers, context or batch smaller",
    ),
    ([], "valid dictionary"),
]


@pytest.mark.parametrize(("config", "said"), CONFIGS)
def test_a_bad_config_is_refused_with_the_reason_and_makes_no_session(
    session: SessionDriver, config: Any, said: str
) -> None:
    before = session.client.get("/api/sessions").json()
    answer = session.client.post("/api/sessions", json=config)
    assert answer.status_code == 422
    assert said in strict_json(answer.text)["detail"]
    assert session.client.get("/api/sessions").json() == before


def test_a_batch_larger_than_the_training_split_is_refused_with_both_sizes(session: SessionDriver) -> None:
    config = {"data": {"dataset": session.info()["config"]["data"]["dataset"]}, "training": {"batch_size": 1000}}
    answer = session.client.post("/api/sessions", json=config)
    assert answer.status_code == 422
    assert "1000 examples a minibatch, but the training split of data set" in answer.json()["detail"]
