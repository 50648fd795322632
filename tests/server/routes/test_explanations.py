"""Why a cell has its value, over REST."""

import numpy as np
import pytest

from server.explaining import largest_of_block
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver


def test_the_total_and_the_addends_are_the_cells_value(session: SessionDriver) -> None:
    session.advance("step", 2)
    for tensor, cell in (("dlogits", "3,1"), ("dW2", "2,0"), ("h", "1,4"), ("dC", "0,2"), ("loss", "")):
        answer = session.call("GET", f"/tensors/{tensor}/explanation", params={"cell": cell, "terms": 3})
        index = tuple(int(part) for part in cell.split(",") if part)
        value = float(session.tensor(tensor)[index])
        assert answer["value"] == value
        for line in answer["lines"]:
            added = sum(term["value"] for term in line["terms"]) + line["rest"]["value"]
            assert added == pytest.approx(line["total"], rel=1e-12, abs=1e-15)
        assert answer["lines"][0]["total"] == pytest.approx(value, rel=1e-6, abs=1e-9)


def test_as_many_addends_are_named_as_are_asked_for(session: SessionDriver) -> None:
    for terms in (1, 5, 100):
        (line,) = session.call("GET", "/tensors/dW1/explanation", params={"cell": "0,0", "terms": terms})["lines"]
        assert len(line["terms"]) == min(terms, 8)
        assert line["rest"]["count"] == 8 - len(line["terms"])
        magnitudes = [abs(term["value"]) for term in line["terms"]]
        assert magnitudes == sorted(magnitudes, reverse=True)


@pytest.mark.parametrize(
    ("tensor", "query", "status", "said"),
    [
        ("nothing", {"cell": "0,0"}, 404, "there is no tensor 'nothing'"),
        ("dlogits", {"cell": "0"}, 422, "an index for each dimension"),
        ("dlogits", {}, 422, "such as 0,0"),
        ("dlogits", {"cell": "0,-1"}, 422, "an index for each dimension"),
        ("dlogits", {"cell": "8,0"}, 422, "index 8 is outside this dimension of size 8"),
        ("dlogits", {"cell": "0,0", "block": "0,1"}, 422, "how many rows and how many columns"),
        ("dlogits", {"cell": "0,0", "terms": "0"}, 422, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_explained_is_refused_in_words(
    session: SessionDriver, tensor: str, query: dict[str, str], status: int, said: str
) -> None:
    answer = session.request("GET", f"/tensors/{tensor}/explanation", params=query)
    assert answer.status_code == status
    assert said in answer.text


def test_a_tensor_that_is_not_known_yet_has_no_explanation(session: SessionDriver) -> None:
    session.advance("op", -30)
    answer = session.request("GET", "/tensors/dC/explanation", params={"cell": "0,0"})
    assert answer.status_code == 409
    assert "it will be at op" in answer.json()["detail"]


def test_a_number_that_is_not_finite_is_null(new_session: NewSession) -> None:
    session = new_session(training={"learning_rate": [{"from_step": 0, "value": 1000}]})
    session.advance("step", 60)
    unknown = np.argwhere(~np.isfinite(session.tensor("logits")))
    assert len(unknown), "it did not diverge: this learning rate is too small for the test"
    row, column = unknown[0]
    answer = session.call("GET", "/tensors/logits/explanation", params={"cell": f"{row},{column}"})
    assert answer["value"] is None
    assert answer["lines"][0]["total"] is None


def test_of_a_block_the_largest_cell_is_explained() -> None:
    tensor = np.array([[1, -5, 2, 0], [3, 4, -9, 1], [0, 0, 1, 2]], dtype=np.float32)
    assert largest_of_block(tensor, (0, 0), (2, 2)) == (0, 1)
    assert largest_of_block(tensor, (1, 3), (2, 2)) == (1, 2)
    assert largest_of_block(tensor, (2, 1), (2, 3)) == (2, 2)
    assert largest_of_block(tensor, (2, 0), (1, 1)) == (2, 0)
    tensor[2, 0] = np.nan
    assert largest_of_block(tensor, (2, 1), (1, 4)) == (2, 0)
    deep = np.zeros((2, 3, 4), dtype=np.float32)  # As rows and columns 2 x 12
    deep[1, 2, 1] = -1
    assert largest_of_block(deep, (0, 0, 0), (2, 12)) == (1, 2, 1)


def test_a_block_is_explained_by_the_cell_that_is_shown_of_it(session: SessionDriver) -> None:
    answer = session.call("GET", "/tensors/dlogits/explanation", params={"cell": "2,0", "block": "2,5"})
    block = np.abs(session.tensor("dlogits")[2:4, :5])
    assert abs(answer["value"]) == block.max()
    assert answer["cell"] in [[row, column] for row in (2, 3) for column in range(5)]
