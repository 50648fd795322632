import hashlib
import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from starlette.testclient import TestClient

import server.session
from server.app import create_app
from server.settings import Settings
from tests.server.archives import packed, sealed, unpacked, with_json, with_tensor
from tests.server.conftest import TINY_BATCH, TINY_MODEL, NewSession
from tests.server.driving import Array, SessionDriver

ZIP = {"content-type": "application/zip"}
STEP, LAST_STEP = 50, 60  # Where the exported session stands, and what it has come to


def send(client: TestClient, content: bytes) -> Any:
    return client.post("/api/sessions/import", content=content, headers=ZIP)


def import_(client: TestClient, content: bytes) -> SessionDriver:
    answer = send(client, content)
    assert answer.status_code == 201, answer.text
    return SessionDriver(client, answer.json()["id"])


def export(session: SessionDriver) -> bytes:
    answer = session.request("GET", "/export")
    assert answer.is_success, answer.text
    return answer.content


def counts(client: TestClient) -> tuple[int, int]:
    return len(client.get("/api/sessions").json()), len(client.get("/api/datasets").json())


def run_to(session: SessionDriver, step: int) -> None:
    session.run(until_step=step)
    while session.info()["running"]:
        pass


def live(session: SessionDriver) -> None:
    """So that there are several checkpoints, and changes before and between them."""
    session.train(learning_rate=0.3)
    session.advance("step", 20)
    session.put("b1", np.linspace(-1, 1, 6).astype(np.float32))
    run_to(session, 30)
    session.train(clipping={"by": "norm", "threshold": 1.0})
    run_to(session, LAST_STEP)
    session.call("POST", "/seek", json={"step": STEP, "op": 17})


@pytest.fixture(params=["tape", "kernel"])
def lived(request: pytest.FixtureRequest, new_session: NewSession) -> SessionDriver:
    session = new_session(training={"engine": request.param})
    live(session)
    return session


@pytest.fixture(scope="module")
def parts(client: TestClient, dataset: str) -> Mapping[str, bytes]:
    """Of an exported session, with a checkpoint where it stands and one before."""
    config = {
        "data": {"dataset": dataset},
        "model": TINY_MODEL,
        "training": {"batch_size": TINY_BATCH, "engine": "tape"},
    }
    session = SessionDriver(client, client.post("/api/sessions", json=config).raise_for_status().json()["id"])
    live(session)
    exported = export(session)
    session.request("DELETE").raise_for_status()
    return MappingProxyType(unpacked(exported))


# ── There and back ──


def test_an_export_is_a_download_of_a_zip(session: SessionDriver) -> None:
    answer = session.request("GET", "/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == f'attachment; filename="session-{session.id}.zip"'


def test_exporting_changes_nothing(lived: SessionDriver) -> None:
    with lived.unchanged():
        first = unpacked(export(lived))
        assert unpacked(export(lived)) == first


def test_an_imported_session_is_the_exported_one_bit_for_bit(lived: SessionDriver) -> None:
    imported = import_(lived.client, export(lived))
    before, after = lived.info(), imported.info()
    assert after == before | {"id": imported.id, "created_at": after["created_at"]}
    assert imported.bits() == lived.bits()
    for path in ("/timeline", "/log", "/metrics?names=loss,gradient_norm&points=10000"):
        assert imported.call("GET", path) == lived.call("GET", path)
    for session in (imported, lived):
        session.advance("step", 20)
    assert imported.bits() == lived.bits()
    for session in (imported, lived):
        session.call("POST", "/seek", json={"step": 25})
    assert imported.bits() == lived.bits()
    imported.request("DELETE")


def test_what_is_exported_again_has_the_same_parts(lived: SessionDriver) -> None:
    first = unpacked(export(lived))
    imported = import_(lived.client, export(lived))
    again = unpacked(export(imported))
    assert first.keys() - again.keys() == set()
    assert {name for name in first if first[name] != again[name]} <= {"manifest.json", "session.json"}
    imported.request("DELETE")


def test_a_session_can_go_to_another_server_with_its_words(lived: SessionDriver) -> None:
    content, expected = export(lived), lived.bits()
    words = next(
        each
        for each in lived.client.get("/api/datasets").json()
        if each["id"] == lived.info()["config"]["data"]["dataset"]
    )
    with TestClient(create_app(Settings(database="sqlite://"))) as other:
        imported = import_(other, content)
        assert imported.bits() == expected
        dataset = imported.info()["config"]["data"]["dataset"]
        added = next(each for each in other.get("/api/datasets").json() if each["id"] == dataset)
        assert added | {"id": "?"} == words | {"id": "?"}
        import_(other, content)
        assert counts(other) == (3, 2)  # The words are there once.


def test_an_imported_session_begins_a_life_of_its_own(lived: SessionDriver) -> None:
    content = export(lived)
    one, other = import_(lived.client, content), import_(lived.client, content)
    one.request("PATCH", "/training", json={"learning_rate": 0.9}, params={"later": "discard"})
    one.advance("step", 5)
    assert other.bits() == lived.bits()
    assert other.info()["last_step"] == LAST_STEP
    for session in (one, other):
        session.request("DELETE")


# ── Refused ──

Parts = Mapping[str, bytes]


def json_of(name: str, /, **fields: Any) -> Callable[[Parts], Parts]:
    return lambda parts: with_json(parts, name, lambda content: content | fields)


def each_of(name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Parts], Parts]:
    return lambda parts: with_json(parts, name, lambda content: [change(each) for each in content])


def command(kind: str, others: Mapping[str, Any] | None = None, **fields: Any) -> Callable[[Parts], Parts]:
    changed = {**(others or {}), **fields}
    return each_of("log.json", lambda each: {**each, **changed} if each["kind"] == kind else each)


def named(parts: Parts, folder: str) -> str:
    """The last part of a folder."""
    return max((name for name in parts if name.startswith(folder)), key=len)


def with_other_words(parts: Parts) -> Parts:
    return {**parts, "words.txt": b"new\nwords\nthat\nare\nnot\nhere\nyet\nand\nmore\nof\nthem"}


def tensor_of_log(value: Array) -> Callable[[Parts], Parts]:
    return lambda parts: {**parts, named(parts, "log/"): safetensors.numpy.save({"value": value})}


def state(tensor: str, change: Callable[[Array], Array], step: int = STEP) -> Callable[[Parts], Parts]:
    return lambda parts: with_tensor(parts, f"checkpoints/{step}.safetensors", tensor, change)


def without_checkpoint(parts: Parts) -> int:
    """A step that can only be replayed; on a slow machine checkpoints are close together."""
    kept = {checkpoint["step"] for checkpoint in json.loads(parts["checkpoints.json"])}
    return next(step for step in range(1, LAST_STEP) if step not in kept)


UNFIT: dict[str, Callable[[Parts], Parts]] = {
    "a wrong config": json_of("session.json", config={"training": {"batch_size": 0}}),
    "a config of another network": json_of("session.json", config={"model": {"hidden_sizes": [7]}}),
    "a network that is too large": json_of("session.json", config={"model": {"hidden_sizes": [4096] * 16}}),
    "a batch larger than the data": json_of("session.json", config={"training": {"batch_size": 8192}}),
    "an op out of range": json_of("session.json", op=9999),
    "an op beyond any integer": json_of("session.json", op=10**30),
    "a step beyond the last one": json_of("session.json", step=LAST_STEP + 1),
    "a step without checkpoint": lambda parts: json_of("session.json", step=without_checkpoint(parts))(parts),
    "a step that no session comes to": json_of("session.json", last_step=2**53),
    "a step beyond any integer": json_of("session.json", last_step=10**30),
    "a log out of order": lambda parts: with_json(parts, "log.json", lambda log: log[::-1]),
    "a command twice": lambda parts: with_json(parts, "log.json", lambda log: [*log, log[-1]]),
    "a command beyond any integer": command("run", op=10**30),
    "a change beyond the last step": command("set_clipping", step=LAST_STEP + 1),
    "a change at another step than it was": command("set_clipping", step=STEP + 1),
    "a rate that is none": command("set_learning_rate", body={"value": "nan"}),
    "clipping that is none": command("set_clipping", body={"clipping": {"by": "norm", "threshold": -1}}),
    "a trap that there is none of": command(
        "set_clipping", {"kind": "set_traps", "body": {"traps": [{"name": "nonsense"}]}}
    ),
    "a parameter that is not there": command("set_parameter", body={"name": "W9"}),
    "a parameter of another shape": tensor_of_log(np.zeros(7, np.float32)),
    "a parameter of another kind": tensor_of_log(np.zeros(6, np.int64)),
    "a parameter that is not finite": tensor_of_log(np.full(6, np.nan, np.float32)),
    "a checkpoint twice": lambda parts: with_json(parts, "checkpoints.json", lambda kept: [*kept, kept[-1]]),
    "a checkpoint of another step": lambda parts: {
        **parts,
        f"checkpoints/{STEP}.safetensors": parts[f"checkpoints/{LAST_STEP}.safetensors"],
    },
    "a checkpoint with other changes": each_of("checkpoints.json", lambda each: {**each, "edits": 0}),
    "a state of another shape": state("parameters.W1", lambda w: w[:-1]),
    "a state of another precision": state("parameters.W1", lambda w: w.astype(np.float64)),
    "a minibatch that is not in the data": state("minibatch", lambda chosen: chosen + 10**6),
    "a minibatch below 0": state("minibatch", lambda chosen: chosen - 10**6),
    "a generator that cannot be": state("generator", lambda generator: generator[:100]),
    "a later state of another shape": state("parameters.W1", lambda w: w[:-1], step=LAST_STEP),
    "no state": lambda parts: {**parts, f"checkpoints/{STEP}.safetensors": b""},
    "metrics that do not fit": lambda parts: {
        **parts,
        "metrics.safetensors": safetensors.numpy.save({"loss/0/0": np.zeros(3), "loss/7/0": np.zeros(3)}),
    },
    "more metrics than steps": lambda parts: {
        **parts,
        "metrics.safetensors": safetensors.numpy.save({"loss/0/0": np.zeros(200), "loss/1/0": np.zeros(36)}),
    },
}


@pytest.mark.parametrize("change", UNFIT.values(), ids=UNFIT)
def test_a_file_that_does_not_fit_together_is_refused_and_leaves_nothing(
    client: TestClient, parts: Parts, change: Callable[[Parts], Parts]
) -> None:
    before = counts(client)
    answer = send(client, sealed(change(parts)))
    assert answer.status_code == 422, answer.text
    assert counts(client) == before
    assert "pydantic" not in answer.json()["detail"]


@pytest.mark.parametrize("change", [with_other_words, state("parameters.W1", lambda w: w[:-1])])
def test_a_file_that_is_refused_leaves_no_words_of_its_own(
    client: TestClient, parts: Parts, change: Callable[[Parts], Parts]
) -> None:
    before = counts(client)
    words = {**parts, "words.txt": parts["words.txt"] + b"\n"}  # The same, but not to the byte
    assert send(client, sealed(change(words))).status_code == 422
    assert counts(client) == before


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_file_of_a_session_is_refused(client: TestClient, content: bytes) -> None:
    before = counts(client)
    answer = send(client, content)
    assert answer.status_code == 422
    assert "the file cannot be imported: " in answer.json()["detail"]
    assert "Export the session again" in answer.json()["detail"]
    assert counts(client) == before


def test_damage_on_the_way_is_noticed_or_makes_no_difference(client: TestClient, parts: Parts) -> None:
    content = packed(parts)
    before = counts(client)
    for place in range(1, len(content), len(content) // 40):
        for damaged in (content[:place], content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]):
            answer = send(client, damaged)
            assert answer.status_code in (201, 422)
            if answer.status_code == 201:
                imported = SessionDriver(client, answer.json()["id"])
                assert unpacked(export(imported))["log.json"] == parts["log.json"]
                imported.request("DELETE")
    assert counts(client) == before


def test_a_file_that_is_too_large_is_refused_with_the_limit() -> None:
    settings = Settings(database="sqlite://", max_import_bytes=5000)
    with TestClient(create_app(settings)) as client:
        answer = send(client, bytes(5001))
        assert answer.status_code == 413
        assert "5,000" in answer.json()["detail"]
        assert counts(client) == (1, 1)


def test_a_file_that_unpacks_to_more_than_a_session_may_take_is_refused() -> None:
    settings = Settings(database="sqlite://", max_session_bytes=10_000_000)
    with TestClient(create_app(settings)) as client:
        answer = send(client, packed({"words.txt": bytes(10_000_001)}))
        assert answer.status_code == 422
        assert "at most 10,000,000 are allowed" in answer.json()["detail"]


def test_a_last_step_far_beyond_all_checkpoints_holds_nobody_up(client: TestClient, parts: Parts) -> None:
    imported = import_(client, sealed(json_of("session.json", last_step=2**48)(parts)))
    assert imported.advance("step", 2)["position"]["step"] == STEP + 1
    assert imported.call("GET", "/timeline")["last_step"] == 2**48
    assert imported.request("GET", "/metrics").status_code == 200
    again = import_(client, export(imported))
    for session in (again, imported):
        session.request("DELETE")


# ── A replay that comes out different ──


def digest(parts: Parts, step: int) -> str:
    return hashlib.sha256(parts[f"checkpoints/{step}.safetensors"]).hexdigest()


def nudge(parameter: Array) -> Array:
    parameter.flat[0] = np.nextafter(parameter.flat[0], np.float32(np.inf))
    return parameter


@pytest.fixture
def at_end(new_session: NewSession) -> dict[str, bytes]:
    """Of a session that stands at its last step, with checkpoints there and before."""
    session = new_session(training={"engine": "tape"})
    live(session)
    session.call("POST", "/seek", json={"step": LAST_STEP})
    return unpacked(export(session))


def test_a_replay_that_comes_out_as_it_was_is_no_divergence(client: TestClient, at_end: Parts) -> None:
    imported = import_(client, sealed(at_end))
    assert imported.info()["divergence"] is None
    imported.request("DELETE")


def checkpoints(parts: Parts) -> list[int]:
    return [kept["step"] for kept in json.loads(parts["checkpoints.json"])]


@pytest.mark.parametrize("place", [-2, -1], ids=["the last but one", "the last"])
def test_a_replay_that_comes_out_different_is_told_with_both_digests_and_what_was_kept_stays(
    client: TestClient, at_end: Parts, place: int
) -> None:
    assert checkpoints(at_end)[-1] == LAST_STEP
    altered = checkpoints(at_end)[place]
    forged = with_tensor(at_end, f"checkpoints/{altered}.safetensors", "parameters.W1", nudge)
    imported = import_(client, sealed(forged))
    divergence = imported.info()["divergence"]
    assert (divergence["step"], divergence["expected"]) == (LAST_STEP, digest(forged, LAST_STEP))
    if altered == LAST_STEP:  # Replayed from one that is as it was
        assert divergence["found"] == digest(at_end, LAST_STEP)
    assert divergence["found"] != divergence["expected"]
    for part in (divergence["expected"][:12], divergence["found"][:12], f"step {LAST_STEP}", "was kept"):
        assert part in divergence["text"]
    kept = safetensors.numpy.load(forged[f"checkpoints/{LAST_STEP}.safetensors"])
    for name in ("C", "W1", "b1", "W2"):
        assert imported.tensor(name).tobytes() == kept[f"parameters.{name}"].tobytes()
    with imported.stream() as page:
        assert page.next_frame().info["divergence"] == divergence
    imported.request("DELETE")


def test_where_a_checkpoint_was_made_elsewhere_the_divergence_says_where(client: TestClient, at_end: Parts) -> None:
    elsewhere = each_of("checkpoints.json", lambda each: {**each, "torch": "1.13.0", "cpu": "riscv64 DEFAULT"})(at_end)
    same = import_(client, sealed(elsewhere))
    assert same.info()["divergence"] is None  # Another machine, but the same numbers
    forged = with_tensor(elsewhere, f"checkpoints/{LAST_STEP}.safetensors", "parameters.W1", nudge)
    different = import_(client, sealed(forged))
    text = different.info()["divergence"]["text"]
    assert "made with torch 1.13.0 on riscv64 DEFAULT" in text
    kept = json.loads(at_end["checkpoints.json"])[0]
    assert f"with torch {kept['torch']} on {kept['cpu']}" in text
    for session in (same, different):
        session.request("DELETE")


def test_a_divergence_is_exported_with_the_session(client: TestClient, at_end: Parts) -> None:
    forged = with_tensor(at_end, f"checkpoints/{LAST_STEP}.safetensors", "parameters.W1", nudge)
    imported = import_(client, sealed(forged))
    again = import_(client, export(imported))
    assert again.info()["divergence"] == imported.info()["divergence"]
    for session in (again, imported):
        session.request("DELETE")


def test_comparing_a_replay_takes_no_longer_than_it_may(
    client: TestClient, at_end: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.session, "SECONDS_TO_VERIFY", 0.0)
    forged = with_tensor(at_end, f"checkpoints/{LAST_STEP}.safetensors", "parameters.W1", nudge)
    imported = import_(client, sealed(forged))
    assert imported.info()["divergence"] is None
    assert imported.info()["position"]["step"] == LAST_STEP
    imported.request("DELETE")
