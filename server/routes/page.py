"""The page: its files as they stand in `frontend/`, and Plotly.js from the installed `plotly` package."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from plotly.offline import get_plotlyjs_version
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FRONTEND = Path(__file__).parents[2] / "frontend"
PLOTLY = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
ONE_YEAR = "public, max-age=31536000, immutable"


class Modules(StaticFiles):
    """The page's own files: always asked for again, so that a new version is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`; comes last, since its files take all paths that are left."""
    version = get_plotlyjs_version()
    router = APIRouter(include_in_schema=False)
    page = (FRONTEND / "index.html").read_text(encoding="utf-8").replace("{{plotly_version}}", version)

    @router.get("/")
    async def index() -> HTMLResponse:
        return HTMLResponse(page, headers={"Cache-Control": "no-cache"})

    @router.get(f"/vendor/plotly-{version}.min.js")
    async def plotly() -> FileResponse:
        # The version in the path lets browsers keep it, compiled code and all.
        return FileResponse(PLOTLY, media_type="text/javascript", headers={"Cache-Control": ONE_YEAR})

    app.include_router(router)
    app.mount("/", Modules(directory=FRONTEND))
