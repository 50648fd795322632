"""What a server that was started again has to show: that all of it is as if nobody had been killed."""

import io
import time
from typing import Any

import httpx2
import numpy as np

from server.metrics import MAX_POINTS
from tests.durability.belief import Belief, in_effect
from tests.durability.life import Life
from tests.durability.reference import Uninterrupted

SECONDS_TO_LOAD_KERNEL = 30
SAID_AT_REST = ("name", "position", "last_step", "running", "stopped", "unsaved", "divergence")


class Inspection:
    """Keeps the uninterrupted runs, which go on where what is done to a session leads further."""

    def __init__(self) -> None:
        self.compared = 0  # States that were compared
        self._runs: dict[str, Uninterrupted] = {}

    def settle(self, life: Life) -> None:
        """Check that what was acknowledged is there, and nothing else, without waking any session."""
        infos = {info["id"]: info for info in _get(life.client, "")}
        life.settle(infos, {key: _get(life.client, f"/{key}/log") for key in infos})
        for key, belief in life.world.items():
            if belief.deleted:
                assert life.client.get(f"/api/sessions/{key}").status_code == 404

    def compare(self, life: Life) -> None:
        """Check all numbers of all sessions, which wakes them."""
        for key, belief in life.world.items():
            if not belief.deleted:
                self._compare(life.client, key, belief)

    def _compare(self, client: httpx2.Client, session_id: str, belief: Belief) -> None:
        at_rest = _get(client, f"/{session_id}")
        changes = in_effect(belief.log)
        expected = self._run(session_id, belief, belief.step.exact)
        run = expected.run
        run.move_to(belief.exact_op)
        tensors = {**run.parameters, **run.running, **{name: run.tensor(name) for name in ("Xb", "Yb")}}
        for name, tensor in tensors.items():
            assert tensor is not None
            answer = client.get(f"/api/sessions/{session_id}/tensors/{name}", params={"format": "npy"})
            assert answer.is_success, answer.text
            found = np.load(io.BytesIO(answer.content), allow_pickle=False)
            same = found.tobytes() == tensor.numpy().tobytes() and found.dtype == tensor.numpy().dtype
            assert same, f"session {session_id} at step {run.step}: {name} is another after {changes}"
        awake = _awake(client, session_id, run.loss)
        assert [awake[key] for key in SAID_AT_REST] == [at_rest[key] for key in SAID_AT_REST]
        run.move_to(run.network.ops)
        self._compare_losses(client, session_id, belief)
        self.compared += 1

    def _compare_losses(self, client: httpx2.Client, session_id: str, belief: Belief) -> None:
        last_step = belief.last_step.exact
        losses = self._run(session_id, belief, last_step).losses
        for first in {0, max(last_step - MAX_POINTS + 1, 0)}:
            last = first + MAX_POINTS - 1
            asked: dict[str, str | int] = {"names": "loss", "from": first, "to": last, "points": MAX_POINTS}
            answer = client.get(f"/api/sessions/{session_id}/metrics", params=asked)
            series = answer.json()["series"]["loss"]
            known = min(first + MAX_POINTS, last_step + 1) - first
            # The last step's loss is told once its forward pass is through.
            assert known - 1 <= len(series["step"]) <= known
            expected = losses[first : first + len(series["mean"])].tolist()
            wrong = [step for step, a, b in zip(series["step"], series["mean"], expected, strict=True) if a != b]
            assert not wrong, f"session {session_id}: the losses of steps {wrong[:5]} … {wrong[-1]} are others"

    def _run(self, session_id: str, belief: Belief, step: int) -> Uninterrupted:
        changes = [change for change in in_effect(belief.log) if change.step.exact <= step]
        run = self._runs.get(session_id)
        if run is None or not run.leads_to(changes, step):
            run = self._runs[session_id] = Uninterrupted(belief.kind)
        run.go_on(changes, step)
        return run


def _awake(client: httpx2.Client, session_id: str, loss: float | None) -> Any:
    """What is said of a session once its loss is this one: until the kernel is there, it is the tape's."""
    deadline = time.monotonic() + SECONDS_TO_LOAD_KERNEL
    while (info := _get(client, f"/{session_id}"))["loss"] != loss:
        assert time.monotonic() < deadline, f"session {session_id} has the loss {info['loss']} in place of {loss}"
        _get(client, f"/{session_id}/timeline")  # Which wakes it, if it was put to rest meanwhile.
    return info


def _get(client: httpx2.Client, path: str) -> Any:
    answer = client.get(f"/api/sessions{path}")
    assert answer.is_success, answer.text
    return answer.json()
