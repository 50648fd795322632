"""The OpenAPI document, freed of what FastAPI adds that is not so here."""

from fastapi import FastAPI


def document(app: FastAPI) -> None:
    """Write the app's OpenAPI document, once all routes are there.

    FastAPI lists a 422 of its own form wherever there is a path parameter. Ours are strings, which cannot be invalid,
    and all our errors have the form of `Problem`.
    """
    schema = app.openapi()  # Kept by the app and served from then on.
    for path in schema["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422", {})
            if "HTTPValidationError" in str(answer):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schema["components"]["schemas"].pop(name, None)
