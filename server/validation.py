"""Validation errors in one sentence each: which field, what is wrong, what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

MOST_ERRORS = 10  # More than that nobody reads, and a long list has one for each item.


def describe_errors(errors: Sequence[Mapping[str, Any]]) -> str:
    """The errors that pydantic found, as one message; of very many the first."""
    first, more = errors[:MOST_ERRORS], len(errors) - MOST_ERRORS
    places = [tuple(error["loc"]) for error in first]
    # Where an item of a list is wrong, pydantic also finds the list too short without it: not worth saying.
    causes = [
        _describe(error)
        for error, place in zip(first, places, strict=True)
        if not any(len(other) > len(place) and other[: len(place)] == place for other in places)
    ]
    return "; ".join([*causes, f"… and {more} more"] if more > 0 else causes)


def _describe(error: Mapping[str, Any]) -> str:
    # The place a value came from ("body", "query") is not part of its name, but alone it is all there is.
    location = [str(part) for part in error["loc"]]
    if len(location) > 1 and location[0] in ("body", "query", "path"):
        location = location[1:]
    if error["type"] == "json_invalid":
        return f"this is no JSON: {error.get('ctx', {}).get('error', error['msg'])}"
    if isinstance(error.get("input"), bytes):
        return "the body must be JSON, sent with the header Content-Type: application/json"
    message = error["msg"].removeprefix("Value error, ")
    shown = repr(error.get("input"))
    got = "" if error["type"] in ("missing", "value_error") or len(shown) > 100 else f", got {shown}"
    return f"{'.'.join(location)}: {message}{got}" if location else f"{message}{got}"
