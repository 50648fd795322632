from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from model.config import Config
from server.schemas.commands import Advance
from server.validation import describe_errors
from server.views import ClientMessage


def described(model: type[Any] | TypeAdapter[Any], value: Any) -> str:
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return describe_errors(caught.value.errors())


def test_a_message_names_field_bound_and_what_came() -> None:
    said = described(Advance, {"count": 10**7})
    assert said == "count: Input should be less than or equal to 1000000, got 10000000"


def test_a_choice_is_said_with_all_that_is_allowed() -> None:
    said = described(Advance, {"unit": "epoch"})
    assert said == "unit: Input should be 'op', 'pass' or 'step', got 'epoch'"


def test_nested_fields_are_named_by_their_path() -> None:
    assert described(Config, {"model": {"hidden_sizes": [64, 0]}}).startswith("model.hidden_sizes.1: ")


def test_an_unknown_field_is_named_with_those_there_are() -> None:
    said = described(Config, {"data": {"datset": "names"}})
    assert said == "data: unknown field 'datset'; the fields are dataset, context_length, split_seed"


def test_several_errors_are_all_said() -> None:
    said = described(Advance, {"unit": "epoch", "count": "many"})
    assert said.count("; ") == 1
    assert "unit: " in said
    assert "count: " in said


def test_of_very_many_errors_the_first_are_said_and_the_others_counted() -> None:
    said = describe_errors([{"type": "x", "loc": ("items", i), "msg": "is wrong"} for i in range(20_000)])
    assert said.startswith("items.0: is wrong, got None; items.1: ")
    assert said.endswith("; … and 19990 more")


def test_a_list_that_is_short_only_for_want_of_a_wrong_item_is_not_blamed() -> None:
    assert ";" not in described(Config, {"model": {"hidden_sizes": [0]}})


@pytest.mark.parametrize("place", ["body", "query", "path"])
def test_where_a_value_came_from_is_no_part_of_its_name(place: str) -> None:
    error = {"type": "missing", "loc": (place, "count"), "msg": "Field required", "input": None}
    assert describe_errors([error]) == "count: Field required"


def test_what_came_is_left_out_where_it_is_long() -> None:
    assert "x" * 20 not in described(Advance, {"count": "x" * 500})


def test_an_unknown_message_is_answered_with_those_there_are() -> None:
    said = described(ClientMessage, {"type": "hello"})
    assert "'hello'" in said
    assert "'show', 'ready'" in said
