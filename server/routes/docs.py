"""The documentation of the REST API, at `/docs`: Swagger UI from the installed package, with its script in a file.

FastAPI's own page has the script within, which the content security policy forbids.
"""

import re

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response

FILES = "/static-offline-docs"
START = "/docs/start.js"
INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def add_docs(app: FastAPI) -> None:
    """Serve it at `/docs`."""
    router = APIRouter(include_in_schema=False)
    written = bytes(
        get_swagger_ui_html(
            openapi_url=app.openapi_url or "",
            title=f"{app.title}: REST",
            swagger_js_url=f"{FILES}/swagger-ui-bundle.js",
            swagger_css_url=f"{FILES}/swagger-ui.css",
            swagger_favicon_url="/favicon.svg",
        ).body
    ).decode()
    found = INLINE.search(written)
    assert found is not None, "Swagger UI's page has no script of its own any more"
    script = found.group(1)
    document = INLINE.sub(f'<script src="{START}"></script>', written)

    @router.get("/docs")
    def docs() -> HTMLResponse:
        return HTMLResponse(document)

    @router.get(START)
    def start() -> Response:
        return Response(script, media_type="text/javascript")

    app.include_router(router)
