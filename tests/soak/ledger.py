"""What was acknowledged to whoever gave commands, and whether it is all there afterwards, bit for bit."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2
import numpy as np

from tests.durability.belief import Entry, at, in_effect
from tests.durability.kinds import Kind
from tests.durability.reference import Uninterrupted


@dataclass
class Account:
    """One session: the commands that were acknowledged, in order."""

    session_id: str
    kind: Kind
    given: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    stands_at: Mapping[str, int] | None = None  # Where the last command led to; None: that is not known.

    def check(self, client: httpx2.Client) -> None:
        """Fail where a command is missing, or where the numbers are not those that the log leads to."""
        info = _get(client, f"/{self.session_id}")
        log = _get(client, f"/{self.session_id}/log")
        missing = _missing(self.given, [(command["kind"], command["body"]) for command in log])
        assert missing is None, f"session {self.session_id} has lost what was acknowledged: {missing}"
        if self.stands_at is not None:
            assert info["position"] == self.stands_at, f"session {self.session_id} stands elsewhere"
        run = Uninterrupted(self.kind)
        entries = [Entry(each["kind"], each["body"], at(each["step"]), each["op"]) for each in log]
        step = info["position"]["step"]
        run.go_on([change for change in in_effect(entries) if change.step.exact <= step], step)
        for name, expected in run.run.parameters.items():
            answer = client.get(f"/api/sessions/{self.session_id}/tensors/{name}", params={"format": "npy"})
            found = np.load(io.BytesIO(answer.raise_for_status().content), allow_pickle=False)
            same = found.tobytes() == expected.numpy().tobytes()
            assert same, f"session {self.session_id} at step {step}: {name} is another than its log leads to"


def _missing(given: Sequence[object], log: Sequence[object]) -> object | None:
    """The first that is not in the log, in this order; what nobody was told of may stand between."""
    rest = iter(log)
    return next((command for command in given if not any(command == found for found in rest)), None)


def _get(client: httpx2.Client, path: str) -> Any:
    return client.get(f"/api/sessions{path}").raise_for_status().json()
