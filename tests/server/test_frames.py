"""Frames against REST and numpy, read by the public safetensors library: paused, stepped, and compared again."""

import json

import numpy as np
import pytest

from server.frames import METRIC_POINTS
from tests.server.driving import PageDriver, SessionDriver, view

MOVES = [("op", 5), ("pass", 1), ("pass", 1), ("step", 1), ("op", 1), ("op", 30), ("op", -7), ("step", 3), ("op", -1)]


def test_ten_frames_hold_exactly_the_tensors_that_rest_gives(session: SessionDriver) -> None:
    listed = [tensor["name"] for tensor in session.call("GET", "/tensors")] + ["dcounts.probs", "dbndiff.bnraw"]
    with session.stream() as page:
        page.show(*(view(name, name) for name in listed))
        for move in [None, *MOVES]:
            if move is not None:
                session.advance(*move)
            frame = page.next_frame()
            assert frame.position == session.info()["position"]
            for name in listed:
                answer = session.request("GET", f"/tensors/{name}", params={"format": "npy"})
                assert frame.info["views"][name]["known"] == answer.is_success
                assert (name in frame.arrays) == answer.is_success
                if answer.is_success:
                    np.testing.assert_array_equal(frame.arrays[name], session.tensor(name), strict=True)


def test_histograms_and_summaries_are_numpys(session: SessionDriver) -> None:
    names = ["h", "hpreact", "dlogits", "C", "Xb", "loss"]
    with session.stream() as page:
        page.show(*(view(f"{name} {kind}", name, kind) for name in names for kind in ("histogram", "summary")))
        for _ in range(3):
            session.advance()
            frame = page.next_frame()
            for name in names:
                exact = session.tensor(name).astype(np.float64)
                told = frame.info["views"][f"{name} histogram"]
                assert told["range"] == [exact.min(), exact.max()]
                if exact.size > 1:
                    expected = np.histogram(exact, 64)[0].tolist()
                    assert frame.arrays[f"{name} histogram"].tolist() == expected
                summary = frame.info["views"][f"{name} summary"]["summary"]
                assert summary["mean"] == pytest.approx(exact.mean())
                assert summary["norm"] == pytest.approx(np.linalg.norm(exact))
                assert (summary["min"], summary["max"]) == (exact.min(), exact.max())
                assert summary["std"] == (pytest.approx(exact.std(ddof=1)) if exact.size > 1 else None)
                assert summary["saturated"] == (np.mean(np.abs(exact) > 0.97) if name == "h" else None)


def test_a_summarys_array_holds_its_numbers_in_order(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(view("s", "h", "summary"))
        frame = page.next_frame()
    assert frame.arrays["s"].tolist() == list(frame.info["views"]["s"]["summary"].values())


def test_a_tensor_with_too_many_cells_is_reduced_and_the_frame_says_so(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(view("W1", "W1", max_cells=10), view("all", "W1", max_cells=54))
        frame = page.next_frame()
    height, width = frame.info["views"]["W1"]["block"]
    exact, reduced = session.tensor("W1"), frame.arrays["W1"]
    assert reduced.size <= 10
    assert frame.info["views"]["W1"]["shape"] == list(exact.shape)
    for (row, column), cell in np.ndenumerate(reduced):
        block = exact[row * height : (row + 1) * height, column * width : (column + 1) * width]
        assert cell == block.flat[np.abs(block).argmax()]
    assert frame.info["views"]["all"]["block"] is None


def test_a_view_of_a_tensor_that_is_not_known_yet_says_when_it_will_be(session: SessionDriver) -> None:
    session.advance("op", 1)
    with session.stream() as page:
        page.show(view("d", "dlogits"))
        frame = page.next_frame()
    known_at = next(t["known_at"] for t in session.call("GET", "/tensors") if t["name"] == "dlogits")
    assert frame.arrays == {}
    assert (frame.info["views"]["d"]["known"], frame.info["views"]["d"]["known_at"]) == (False, known_at)


def test_numbers_that_are_not_finite_come_as_they_are_and_are_counted(diverged: SessionDriver) -> None:
    exact = diverged.tensor("logits")
    with diverged.stream() as page:
        page.show(*(view(kind, "logits", kind) for kind in ("values", "histogram", "summary")))
        frame = page.next_frame()
    assert frame.arrays["values"].tobytes() == exact.tobytes()
    views = frame.info["views"]
    nan, infinite = np.isnan(exact), np.isinf(exact)
    assert (views["histogram"]["nan"], views["histogram"]["infinite"]) == (nan.sum(), infinite.sum())
    assert frame.arrays["histogram"].sum() == np.isfinite(exact).sum()
    assert (views["summary"]["summary"]["nan"], views["summary"]["summary"]["infinite"]) == (
        nan.mean(),
        infinite.mean(),
    )


def test_a_frame_tells_what_rest_tells(session: SessionDriver) -> None:
    session.train(learning_rate=0.2, clipping={"by": "norm", "threshold": 1.5})
    with session.stream() as page:
        frame = page.next_frame()
    info = session.info()
    told = {name: frame.info[name] for name in ("position", "loss", "running", "training")}
    assert told == {name: info[name] for name in told}
    assert frame.info["session"] == session.id
    assert frame.info["steps_per_second"] is None


def collect_metrics(page: PageDriver, session: SessionDriver, advances: list[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    for count in advances:
        session.advance("step", count)
        loss = page.next_frame().info["metrics"]["loss"]
        found |= zip(loss["step"], loss["mean"], strict=True)
    return found


def test_frames_together_carry_every_steps_loss(session: SessionDriver) -> None:
    with session.stream() as page:
        collected = collect_metrics(page, session, [1, 5, 1, 30])
    loss = session.call("GET", "/metrics")["series"]["loss"]
    assert collected == dict(zip(loss["step"], loss["mean"], strict=True))


def test_metrics_of_many_steps_come_in_buckets_without_losing_the_greatest(session: SessionDriver) -> None:
    session.advance("step", 2 * METRIC_POINTS)
    with session.stream() as page:
        loss = page.next_frame().info["metrics"]["loss"]
    assert len(loss["step"]) == METRIC_POINTS
    everything = session.call("GET", "/metrics", params={"points": 10_000})["series"]["loss"]
    assert (min(loss["min"]), max(loss["max"])) == (min(everything["min"]), max(everything["max"]))


def test_a_frame_is_a_safetensors_blob_aligned_to_8_bytes(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(view("x", "h"), view("y", "Xb"), view("z", "h", "histogram", bins=3))
        page.ready()
        content = page.socket.receive_bytes()
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    assert (8 + length) % 8 == 0
    assert header.keys() == {"__metadata__", "x", "y", "z"}
    assert header["x"]["dtype"] == "F32"
