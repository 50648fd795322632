"""Find the bug, over REST: what is hidden stays hidden until it is answered, and the score is kept."""

from typing import Any

import pytest

from model.config import Config
from model.hunt import HINTS, candidates
from model.training import network_for
from model.trap import MISTAKES
from model.traps import TRAPS
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver, view
from tests.server.sessions import DATASET


def hide(session: SessionDriver, name: str = "hidden-1-7") -> Any:
    return session.train(traps=[{"name": name}])


def answers(session: SessionDriver, name: str) -> Any:
    """What is hidden behind a name, from a sheet with answers that has it."""
    tasks = session.call("GET", "/hunt/sheet", params={"seed": name.split("-")[2], "answers": True})
    return next(task for task in tasks if task["name"] == name)


def answer(session: SessionDriver, op: str, mistake: str) -> Any:
    return session.call("POST", "/hunt/answer", json={"op": op, "mistake": mistake})


def test_before_anything_is_hidden_there_is_what_to_choose_from_and_an_empty_score(session: SessionDriver) -> None:
    hunting = session.call("GET", "/hunt")
    assert (hunting["hunt"], hunting["score"]) == (None, {"points": 0, "most": 0, "found": 0, "answered": 0})
    assert [op["op"] for op in hunting["ops"]] == [call["output"] for call in session.call("GET", "/network")["calls"]]
    assert hunting["ops"][0]["code"] == "emb = C[Xb]"
    assert [mistake["name"] for mistake in hunting["mistakes"]] == list(MISTAKES)


def test_a_hidden_trap_does_its_harm_and_no_answer_of_rest_names_it(session: SessionDriver) -> None:
    info = hide(session)
    assert info["training"]["traps"] == [{"name": "hidden-1-7", "threshold": None}]
    assert not all(row["approximate"] for row in session.call("GET", "/verification")["rows"])
    title = answers(session, "hidden-1-7")["title"]
    name = next(name for name, trap in TRAPS.items() if trap.title == title)
    for path in ("", "/log", "/timeline", "/hunt"):
        told = str(session.call("GET", path))
        assert "hidden-1-7" in told
        assert name not in told
        assert title not in told


@pytest.mark.parametrize("name", ["hidden-1-0", "hidden-2-0", "hidden-3-0"])
def test_cells_are_explained_by_the_right_rules_while_a_trap_is_hidden(session: SessionDriver, name: str) -> None:
    hide(session, name)
    for row in session.call("GET", "/verification")["rows"]:
        cell = ",".join("0" for _ in session.tensor(row["name"]).shape)
        told = session.request("GET", f"/tensors/{row['name']}/explanation", params={"cell": cell})
        assert told.status_code == 200, told.text


def test_hints_are_given_one_by_one_and_no_more_than_three(session: SessionDriver) -> None:
    hide(session)
    for number in range(1, HINTS + 1):
        hunt = session.call("POST", "/hunt/hint")["hunt"]
        assert (len(hunt["hints"]), hunt["hints_left"]) == (number, HINTS - number)
    assert len(set(hunt["hints"])) == HINTS
    refused = session.request("POST", "/hunt/hint")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "all 3 hints of hidden-1-7 were given: answer, or hide another",
    )
    assert session.call("GET", "/hunt")["hunt"] == hunt


def test_a_hint_changes_nothing_that_a_page_shows(session: SessionDriver) -> None:
    hide(session)
    with session.unchanged(), session.stream() as page:
        page.show()
        first = page.next_frame().info["version"]
        session.call("POST", "/hunt/hint")
        page.show(view("h", "h"))
        assert page.next_frame().info["version"] == first


def test_the_right_answer_has_all_points_less_one_for_each_hint_and_names_the_trap(session: SessionDriver) -> None:
    hide(session)
    session.call("POST", "/hunt/hint")
    task = answers(session, "hidden-1-7")
    hunting = answer(session, task["ops"][0], task["mistake"])
    result = hunting["hunt"]["result"]
    assert (result["op_is_right"], result["mistake_is_right"], result["points"]) == (True, True, 3)
    assert hunting["score"] == {"points": 3, "most": 4, "found": 1, "answered": 1}
    trap = hunting["hunt"]["trap"]
    assert trap["title"] == task["title"]
    assert {place["right"] != place["wrong"] for place in trap["places"]} == {True}
    assert session.info()["training"]["traps"] == [{"name": trap["name"], "threshold": None}]


def test_a_wrong_answer_is_told_what_it_was_and_counts_once(session: SessionDriver) -> None:
    hide(session)
    task = answers(session, "hidden-1-7")
    other = next(op["op"] for op in session.call("GET", "/hunt")["ops"] if op["op"] not in task["ops"])
    hunting = answer(session, other, task["mistake"])
    assert hunting["hunt"]["result"]["points"] == 1
    assert hunting["hunt"]["trap"]["title"] == task["title"]
    hide(session)  # To hide it again is no second try.
    refused = session.request("POST", "/hunt/answer", json={"op": task["ops"][0], "mistake": task["mistake"]})
    assert refused.status_code == 409
    assert session.call("GET", "/hunt")["score"] == {"points": 1, "most": 4, "found": 0, "answered": 1}


def test_the_score_is_that_of_all_hunts_and_outlives_what_is_armed(session: SessionDriver) -> None:
    for name in ("hidden-1-7", "hidden-3-7"):
        hide(session, name)
        tasks = session.call("GET", "/hunt/sheet", params={"seed": 7, "answers": True})
        found = next(task for task in tasks if task["name"] == name)
        answer(session, found["ops"][0], found["mistake"])
    session.train(traps=[])
    hunting = session.call("GET", "/hunt")
    assert (hunting["hunt"], hunting["score"]["points"], hunting["score"]["found"]) == (None, 8, 2)


REFUSED: dict[str, tuple[Any, str]] = {
    "no such op": (
        {"op": "nonsense", "mistake": "lost"},
        "op: there is no op that computes 'nonsense'; there are: emb",
    ),
    "no such mistake": ({"op": "emb", "mistake": "typo"}, "mistake: there is none called 'typo'; there are: lost"),
    "no mistake": ({"op": "emb"}, "mistake"),
    "a field too many": ({"op": "emb", "mistake": "lost", "sure": True}, "unknown field 'sure'"),
}


@pytest.mark.parametrize(("wrong", "why"), REFUSED.values(), ids=REFUSED)
def test_an_answer_that_names_nothing_is_refused_and_costs_nothing(
    session: SessionDriver, wrong: Any, why: str
) -> None:
    hide(session)
    before = session.call("GET", "/hunt")
    refused = session.request("POST", "/hunt/answer", json=wrong)
    assert refused.status_code == 422
    assert why in refused.json()["detail"]
    assert session.call("GET", "/hunt") == before


def test_without_a_hidden_trap_there_is_nothing_to_hint_at_or_to_answer(session: SessionDriver) -> None:
    session.train(traps=[{"name": "gain_forgotten"}])
    for path, body in (("/hunt/hint", None), ("/hunt/answer", {"op": "emb", "mistake": "lost"})):
        refused = session.request("POST", path, json=body)
        assert refused.status_code == 409
        assert "no trap is hidden in this session now" in refused.json()["detail"]


def test_before_it_was_hidden_there_is_no_hunt_and_hints_are_remembered(session: SessionDriver) -> None:
    session.advance("step", 3)
    hide(session)
    session.call("POST", "/hunt/hint")
    session.call("POST", "/seek", json={"step": 1})
    assert session.call("GET", "/hunt")["hunt"] is None
    session.call("POST", "/seek", json={"step": 3})
    assert len(session.call("GET", "/hunt")["hunt"]["hints"]) == 1


def test_a_branch_takes_the_hunt_over_with_hints_and_answer(session: SessionDriver) -> None:
    hide(session)
    session.call("POST", "/hunt/hint")
    task = answers(session, "hidden-1-7")
    hunting = answer(session, task["ops"][0], task["mistake"])
    branch = SessionDriver(session.client, session.call("POST", "/branch", json={})["id"])
    assert branch.call("GET", "/hunt") == hunting
    assert branch.info()["training"] == session.info()["training"]


def test_a_session_that_is_exported_brings_its_hunts_along(session: SessionDriver) -> None:
    hide(session)
    session.call("POST", "/hunt/hint")
    file = session.request("GET", "/export").content
    made = session.client.post("/api/sessions/import", content=file).raise_for_status().json()
    assert SessionDriver(session.client, made["id"]).call("GET", "/hunt") == session.call("GET", "/hunt")


def test_a_sheet_has_each_trap_of_this_network_once_and_is_the_same_for_everybody(new_session: NewSession) -> None:
    one, other = new_session(), new_session()
    tasks = one.call("GET", "/hunt/sheet", params={"seed": 3, "answers": True})
    assert tasks == other.call("GET", "/hunt/sheet", params={"seed": 3, "answers": True})
    network = network_for(Config.model_validate(one.info()["config"]), DATASET)
    fitting = [name for difficulty in (1, 2, 3) for name in candidates(difficulty, network)]
    assert sorted(task["title"] for task in tasks) == sorted(TRAPS[name].title for name in fitting)
    assert [task["difficulty"] for task in tasks] == sorted(task["difficulty"] for task in tasks)
    untold = one.call("GET", "/hunt/sheet", params={"seed": 3})
    assert [task["name"] for task in untold] == [task["name"] for task in tasks]
    assert {(task["title"], task["ops"], task["mistake"]) for task in untold} == {(None, None, None)}
    assert one.call("GET", "/hunt/sheet", params={"seed": 4}) != untold
