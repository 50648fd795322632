"""The app: routes, stream, page and the mapping of errors, around one session host."""

import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import torch
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi_offline import FastAPIOffline
from starlette.responses import JSONResponse

import server
from model.config import Config
from server.ending import ToldOfTheEnd
from server.errors import Conflict, Invalid, NotFound, SessionError, TooLarge, TooMany, Unavailable
from server.headers import SecurityHeaders, security_headers
from server.host import SessionHost
from server.limits import BodyLimit, CommandRate, Shares, Streams
from server.once import Once
from server.openapi import document
from server.routes import (
    basics,
    datasets,
    docs,
    explanations,
    laboratory,
    lessons,
    page,
    results,
    sessions,
    tensors,
    update,
)
from server.settings import Settings
from server.store import Store
from server.stream import router as stream_router
from server.telemetry import Measured
from server.validation import describe_errors

SWITCH_SECONDS = 0.0005
STATUS: dict[type[SessionError], int] = {
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
# Words, parameters and sessions' files: their routes read the body, each with a limit of its own.
LARGER_BODIES = [
    re.compile(path) for path in (r"/api/datasets", r"/api/sessions/import", r"/api/sessions/[^/]+/tensors/[^/]+")
]


def create_app(settings: Settings) -> FastAPI:
    """An app of its own, with the sessions of its database: one is there from the start.

    Raises server.database.Unusable.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # One thread for each tensor operation: with more, sums are added in another order, and a run's numbers would
        # depend on the machine's cores. Small networks are fastest so.
        torch.set_num_threads(1)
        # A burst lets go of Python's lock and wants it back a moment later: by default another thread may keep it for
        # as long as the burst itself was.
        sys.setswitchinterval(SWITCH_SECONDS)
        host: SessionHost = app.state.host
        await host.open()
        if not await host.sessions():
            await host.create(Config())
        yield
        await host.close()

    app = FastAPIOffline(
        title="Gradient Flow",
        version=server.__version__,
        description="See backpropagation: train step by step, op by op, and read any tensor.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.settings = settings
    app.state.shares = Shares(settings.max_sessions, settings.max_sessions_of_a_client)
    app.state.streams = Streams(settings.max_streams_of_a_session)
    app.state.host = SessionHost(Store(settings.database), settings.max_session_bytes, settings.rest_after_seconds)
    app.add_exception_handler(RequestValidationError, _answer_invalid_request)
    app.add_exception_handler(400, _answer_unreadable_body)
    app.add_exception_handler(SessionError, _answer_session_error)
    for router in (
        basics.router,
        datasets.router,
        lessons.router,
        sessions.router,
        tensors.router,
        results.router,
        update.router,
        explanations.router,
        laboratory.router,
        stream_router,
    ):
        app.include_router(router)
    docs.add_docs(app)
    page.add_page(app)
    document(app)
    app.add_middleware(Once)
    app.add_middleware(BodyLimit, limit=settings.max_json_bytes, larger=LARGER_BODIES)
    app.add_middleware(CommandRate, per_second=settings.max_commands_per_second)
    app.add_middleware(ToldOfTheEnd)
    app.add_middleware(Measured)
    app.add_middleware(SecurityHeaders, headers=security_headers(settings.frame_ancestors))
    return app


async def _answer_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return JSONResponse({"detail": describe_errors(error.errors())}, 422)


async def _answer_unreadable_body(request: Request, error: Exception) -> JSONResponse:
    # What FastAPI makes of bytes that json.loads cannot even read; all other bad bodies are 422, and so is this.
    return JSONResponse({"detail": "the body cannot be read: send JSON in UTF-8, numbers of at most 4300 digits"}, 422)


async def _answer_session_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SessionError)
    return JSONResponse({"detail": str(error)}, STATUS[type(error)])
