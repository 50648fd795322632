import pytest
from starlette.websockets import WebSocketDisconnect

from tests.server.driving import SessionDriver, view


def test_no_frame_comes_without_ready(session: SessionDriver) -> None:
    with session.stream() as page, session.stream() as other:
        page.show(view("h", "h"))
        session.advance("step", 2)
        other.next_frame()  # By now the state has changed for everyone.
        assert page.nothing_was_sent()


def test_one_ready_brings_one_frame(session: SessionDriver) -> None:
    with session.stream() as page, session.stream() as other:
        page.next_frame()
        session.advance("step", 2)
        other.next_frame()
        assert page.nothing_was_sent()


def test_two_readies_bring_two_frames_and_more_no_more(session: SessionDriver) -> None:
    with session.stream() as page, session.stream() as other:
        page.next_frame()
        for _ in range(5):
            page.ready()
        assert page.nothing_was_sent()  # All five have been read, and the state is still the same.
        steps = []
        for _ in range(2):
            session.advance("step")
            steps.append(page.frame().position["step"])
        session.advance("step")
        other.next_frame()
        assert page.nothing_was_sent()
    assert steps == [1, 2]


def test_a_page_that_shows_nothing_still_learns_where_the_session_stands(session: SessionDriver) -> None:
    with session.stream() as page:
        assert page.next_frame().position["step"] == 0


def test_an_unchanged_state_sends_nothing_until_it_changes(session: SessionDriver) -> None:
    with session.stream() as page, session.stream() as other:
        first = page.next_frame()
        page.ready()
        other.next_frame()
        assert page.nothing_was_sent()
        session.advance()
        second = page.frame()
    assert second.position["step"] == first.position["step"] + 1


@pytest.mark.parametrize("change", ["advance", "parameter", "learning rate", "clipping", "run at a rate", "pause"])
def test_whatever_changes_the_state_brings_a_frame(session: SessionDriver, change: str) -> None:
    if change == "pause":
        session.run(steps_per_second=0.001)
        while session.info()["position"]["step"] == 0:
            pass
    with session.stream() as page:
        before = page.next_frame().info
        page.ready()
        match change:
            case "advance":
                session.advance("op", -1)
            case "parameter":
                session.put("b1", session.tensor("b1"))
            case "learning rate":
                session.train(learning_rate=0.3)
            case "clipping":
                session.train(clipping={"by": "norm", "threshold": 1})
            case "run at a rate":
                session.run(steps_per_second=0.001)
            case "pause":
                session.call("POST", "/pause")
        assert page.frame().info["version"] > before["version"]


def test_other_views_bring_a_frame_though_the_state_is_unchanged(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(view("a", "h"))
        first = page.next_frame()
        page.ready()
        page.show(view("b", "dh"))
        second = page.frame()
    assert [*first.arrays, *second.arrays] == ["a", "b"]
    assert first.position == second.position


def test_the_views_that_were_said_last_hold(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(view("a", "h"))
        page.show(view("b", "h"), view("c", "dh"))
        page.show()
        assert page.next_frame().arrays == {}


def test_frames_of_a_run_are_the_newest_state_and_never_stale(session: SessionDriver) -> None:
    session.run()
    with session.stream() as page:
        page.show(view("loss", "loss"))
        versions = [-1]
        for _ in range(20):
            known_before = session.info()["position"]["step"]
            frame = page.next_frame()
            assert frame.position["step"] >= known_before
            assert frame.info["running"]
            # All of one moment. The one is the tape's, the other the kernel's, and a tiny network that has learnt its
            # words by heart carries their roundings far.
            assert frame.arrays["loss"] == pytest.approx(frame.info["loss"], rel=1e-3, abs=1e-4)
            versions.append(frame.info["version"])
    assert versions == sorted(set(versions))


def test_a_frame_of_a_run_tells_its_speed(session: SessionDriver) -> None:
    session.run()
    with session.stream() as page:
        while (speed := page.next_frame().info["steps_per_second"]) is None:
            pass
    assert speed > 0


def test_a_frame_tells_that_a_run_has_ended(session: SessionDriver) -> None:
    with session.stream() as page:
        session.run(until_step=20)
        while (frame := page.next_frame()).info["running"]:
            pass
    assert frame.position["step"] == 20


def test_two_streams_of_a_session_each_get_their_views(session: SessionDriver) -> None:
    with session.stream() as one, session.stream() as other:
        one.show(view("x", "h"))
        other.show(view("x", "dh"), view("y", "h"))
        first, second = one.next_frame(), other.next_frame()
        assert first.arrays["x"].tobytes() == second.arrays["y"].tobytes() == session.tensor("h").tobytes()
        assert second.arrays["x"].tobytes() == session.tensor("dh").tobytes()


def test_a_page_that_goes_away_leaves_session_and_other_pages_as_they_were(session: SessionDriver) -> None:
    with session.stream() as stays:
        stays.next_frame()
        with session.unchanged(), session.stream() as goes:
            goes.next_frame()
            goes.ready()
        stays.ready()
        session.advance()
        assert stays.frame().position["step"] == 1


BAD_MESSAGES = {
    "no JSON": ("hello", "malformed_message", ""),
    "no object": ("[]", "malformed_message", "should be an object"),
    "empty": ("", "malformed_message", ""),
    "no type": ("{}", "malformed_message", "'type'"),
    "unknown type": ('{"type": "play"}', "malformed_message", "'show', 'ready'"),
    "unknown field": ('{"type": "ready", "now": 1}', "malformed_message", "unknown field 'now'; the fields are type"),
    "no views": ('{"type": "show"}', "malformed_message", "views: Field required"),
    "unknown kind": (
        '{"type": "show", "views": [{"id": "a", "tensor": "h", "as": "pie"}]}',
        "malformed_message",
        "'values', 'histogram', 'summary'",
    ),
    "no bins": (
        '{"type": "show", "views": [{"id": "a", "tensor": "h", "as": "histogram", "bins": 0}]}',
        "malformed_message",
        "bins: Input should be greater than or equal to 1, got 0",
    ),
    "one id twice": (
        '{"type": "show", "views": [' + ", ".join(['{"id": "a", "tensor": "h", "as": "summary"}'] * 2) + "]}",
        "malformed_message",
        "an id of its own",
    ),
    "the frame's own id": (
        '{"type": "show", "views": [{"id": "__metadata__", "tensor": "h", "as": "summary"}]}',
        "malformed_message",
        "choose another id",
    ),
    "unknown tensor": (
        '{"type": "show", "views": [{"id": "a", "tensor": "dx", "as": "values"}]}',
        "unknown_tensor",
        "view 'a': there is no tensor 'dx'; GET …/tensors lists them all",
    ),
}


@pytest.mark.parametrize(("text", "code", "said"), BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_message_is_answered_with_a_typed_error_and_changes_nothing(
    session: SessionDriver, text: str, code: str, said: str
) -> None:
    with session.unchanged(), session.stream() as page:
        page.show(view("before", "h"))
        page.socket.send_text(text)
        error = page.error()
        assert (error["type"], error["code"]) == ("error", code)
        assert said in error["detail"]
        assert error["detail"]
        assert page.next_frame().arrays.keys() == {"before"}  # The stream goes on with what it showed.


def test_a_binary_message_is_answered_with_a_typed_error(session: SessionDriver) -> None:
    with session.stream() as page:
        page.socket.send_bytes(b'{"type": "ready"}')
        assert page.error()["code"] == "malformed_message"
        page.next_frame()


def test_more_views_than_any_page_has_are_refused(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(*(view(str(number), "h") for number in range(257)))
        assert "256" in page.error()["detail"]


def test_a_stream_of_an_unknown_session_is_told_so_and_closed(session: SessionDriver) -> None:
    with SessionDriver(session.client, "nobody").stream() as page:
        assert page.error() == {
            "type": "error",
            "code": "unknown_session",
            "detail": "there is no session 'nobody'; GET /api/sessions lists them",
        }
        with pytest.raises(WebSocketDisconnect) as closed:
            page.socket.receive_text()
    assert closed.value.code == 4404


@pytest.mark.parametrize("running", [False, True])
def test_a_deleted_session_tells_its_streams_and_closes_them(session: SessionDriver, running: bool) -> None:
    with session.stream() as page:
        page.next_frame()
        if running:
            session.run(steps_per_second=0.001)
            while session.info()["position"]["step"] == 0:
                pass
            page.next_frame()
        page.ready()
        assert session.request("DELETE").status_code == 204
        assert page.error_after_frames()["code"] == "unknown_session"  # A frame may say that it was paused.
        with pytest.raises(WebSocketDisconnect) as closed:
            page.socket.receive_text()
    assert closed.value.code == 4404
