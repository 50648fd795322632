"""The OpenAPI document, freed of what FastAPI adds that is not so here."""

from typing import Any

from fastapi import FastAPI

from server.routes.access import MEANINGS

FROM_THE_DOOR = (401, 403)  # Of the guard, and what limits answer to a command
OF_LIMITS = (413, 429)


def document(app: FastAPI) -> None:
    """Write the app's OpenAPI document, once all routes are there.

    FastAPI lists a 422 of its own form wherever there is a path parameter. Ours are strings, which cannot be invalid,
    and all our errors have the form of `Problem`. What the guard and the limits answer, before a route is asked, is the
    same everywhere.
    """
    schema = app.openapi()  # Kept by the app and served from then on.
    for path in schema["paths"].values():
        for method, operation in path.items():
            for status in (*FROM_THE_DOOR, *(OF_LIMITS if method != "get" else ())):
                operation["responses"].setdefault(str(status), _problem(status))
            answer = operation["responses"].get("422", {})
            if "HTTPValidationError" in str(answer):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)


def _problem(status: int) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": MEANINGS[status], "content": content}
