"""The page: its files as they stand in `frontend/`, and Plotly.js from the installed `plotly` package.

The page names its files below a path that changes whenever one of them does, so that browsers may keep them for ever,
compiled code and all, and yet see a new version at once.
"""

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from plotly.offline import get_plotlyjs_version
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server.guard import ROLE

FRONTEND = Path(__file__).parents[2] / "frontend"
PLOTLY = Path(str(files("plotly"))) / "package_data" / "plotly.min.js"
ONE_YEAR = "public, max-age=31536000, immutable"
SUFFIXES = {".js", ".css", ".svg"}
NOT_OF_THE_PAGE = {"node_modules", "types", "screenshots"}
OWN_FILE = re.compile(r'(href|src)="/(?!vendor/)')


class Modules(StaticFiles):
    """The page's own files: kept for ever by the version in their path, and else always asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        is_versioned = "version" in scope.get("path_params", {})
        response.headers["Cache-Control"] = ONE_YEAR if is_versioned else "no-cache"
        return response


def add_page(app: FastAPI) -> None:
    """Serve the page at `/`; comes last, since its files take all paths that are left."""
    plotly_version = get_plotlyjs_version()
    router = APIRouter(include_in_schema=False)
    page = (FRONTEND / "index.html").read_text(encoding="utf-8").replace("{{plotly_version}}", plotly_version)

    @router.get("/")
    def index(request: Request) -> HTMLResponse:
        role = request.scope.get(ROLE, "present")
        told = written(page).replace("<html ", f'<html data-role="{role}" ', 1)
        return HTMLResponse(told, headers={"Cache-Control": "no-cache"})

    @router.get(f"/vendor/plotly-{plotly_version}.min.js")
    async def plotly() -> FileResponse:
        # The version in the path lets browsers keep it, compiled code and all.
        return FileResponse(PLOTLY, media_type="text/javascript", headers={"Cache-Control": ONE_YEAR})

    app.include_router(router)
    modules = Modules(directory=FRONTEND)
    app.router.routes.append(Mount("/page-{version}", app=modules))
    app.mount("/", modules)


def written(page: str) -> str:
    """The page with its files named by their version, and its modules announced, so that they come all at once."""
    paths = sorted(own_files(FRONTEND))
    root = f"/page-{version_of(paths)}/"
    announced = "".join(
        f'<link rel="modulepreload" href="/{path.relative_to(FRONTEND).as_posix()}">'
        for path in paths
        if path.suffix == ".js"
    )
    return OWN_FILE.sub(rf'\1="{root}', page.replace("</head>", f"{announced}</head>"))


def own_files(folder: Path) -> Iterator[Path]:
    """What the page consists of, below a folder."""
    for path in folder.iterdir():
        if path.is_dir() and path.name not in NOT_OF_THE_PAGE:
            yield from own_files(path)
        elif path.suffix in SUFFIXES:
            yield path


def version_of(paths: list[Path]) -> str:
    """Another one once any of these files has changed."""
    digest = hashlib.sha256()
    for path in paths:
        stat = path.stat()
        digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()[:16]
