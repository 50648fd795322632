"""Who may come in: every request's host, origin and token are looked at before the app hears of it.

A page of any other site can send requests to a server on this machine, and a name of its own can be made to point here
(DNS rebinding); browsers tell both apart by `Origin` and `Host`, on a WebSocket's handshake too, where CORS has no say.
"""

import hmac
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

Role = Literal["present", "watch"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAFE = {"GET", "HEAD", "OPTIONS"}
OPEN_TO_ALL = {"/api/health", "/api/health/ready"}  # Whoever keeps the server alive has no token.
POLICY_VIOLATION = 1008
DEFAULT_PORTS = {"http": 80, "https": 443}
ROLE = "gradient_flow_role"  # Where the app finds it in a request's scope.
WITHOUT_TOKEN = (
    "this server wants a token: open the link that it printed when it started, or send Authorization: Bearer <token>"
)
WATCHING = "this link is for watching: it reads tensors and streams, and changes nothing"
MOVED_ON = """<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={url}">
<title>Gradient Flow</title><p><a href="{url}">On to the page</a></p>
"""


class InvalidOrigin(ValueError):
    """This is no origin; the message says what one looks like."""


@dataclass(frozen=True)
class Doors:
    """Under which origins the server may be reached, and which token opens it to whom.

    Without tokens everybody who may reach it presents.
    """

    origins: frozenset[str]  # As a browser writes them: scheme, host, port unless it is the scheme's own.
    tokens: Mapping[Role, bytes]
    cookie: str = "gradient_flow"

    @property
    def hosts(self) -> frozenset[str]:
        """What a `Host` header may say."""
        return frozenset(origin.split("://", 1)[1] for origin in self.origins)

    def role_of(self, given: Iterable[str]) -> Role | None:
        """Whom these tokens let in as; each is compared in constant time. None: nobody."""
        if not self.tokens:
            return "present"
        offered = [token.encode("utf-8", "replace") for token in given]
        for role, token in self.tokens.items():
            if any(hmac.compare_digest(token, each) for each in offered):
                return role
        return None


def own_origins(host: str, port: int) -> set[str]:
    """Those of a server that listens there: the loopback names, and the address itself where it is one."""
    names = {*LOOPBACK, f"[{host}]" if ":" in host else host} - {"0.0.0.0", "[::]", ""}
    return {origin_of(f"http://{name}:{port}") for name in names}


def origin_of(text: str) -> str:
    """An origin as a browser writes it. Raises InvalidOrigin."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        raise InvalidOrigin(f"{text!r} is no origin: write it as http://lab.example.org:8000") from None
    is_bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not is_bare or "*" in text:
        raise InvalidOrigin(f"{text!r} is no origin: write it as http://lab.example.org:8000")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + ("" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}")


class Guard:
    """Wraps an app: lets in who may, turns away everybody else before a handshake is accepted or a body is read."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        answer = self._turned_away(scope) or self._at_the_door(scope)
        if answer is None:
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await WebSocketClose(POLICY_VIOLATION)(scope, receive, send)
        return await answer(scope, receive, send)

    def _turned_away(self, scope: Scope) -> Response | None:
        """For a host or an origin that is not ours."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self._doors.hosts:
            return _refusal(403, f"this server is not reached under that name; it is under: {self._names()}")
        if origins and (len(origins) > 1 or origins[0] not in self._doors.origins):
            return _refusal(403, "a page of another origin may not use this server")
        return None

    def _at_the_door(self, scope: Scope) -> Response | None:
        """For who has no token, or one that does not open this; a token in the address becomes a cookie."""
        in_address = [value for name, value in _query(scope) if name == "token"]
        role = self._doors.role_of([*in_address, *self._carried(scope)])
        if role is None:
            if scope["path"] in OPEN_TO_ALL:
                return None
            return _refusal(401, WITHOUT_TOKEN, {"WWW-Authenticate": "Bearer"})
        scope[ROLE] = role
        if scope["type"] == "websocket":
            return None
        if role == "watch" and scope["method"] not in SAFE:
            return _refusal(403, WATCHING)
        if in_address and self._doors.tokens and scope["path"] == "/":
            return self._with_cookie(scope, self._doors.tokens[role])
        return None

    def _carried(self, scope: Scope) -> Iterable[str]:
        """Tokens in the headers."""
        headers = Headers(scope=scope)
        for value in headers.getlist("authorization"):
            scheme, _, token = value.partition(" ")
            if scheme.lower() == "bearer":
                yield token.strip()
        try:
            cookies = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return
        if self._doors.cookie in cookies:
            yield cookies[self._doors.cookie].value

    def _with_cookie(self, scope: Scope, token: bytes) -> Response:
        """A page that goes on to the same address without the token.

        Not a redirect: one that began on another site would not take a strict cookie along.
        """
        rest = urlencode([(name, value) for name, value in _query(scope) if name != "token"])
        answer = HTMLResponse(MOVED_ON.format(url=html.escape(f"/?{rest}" if rest else "/")))
        answer.headers["Cache-Control"] = "no-store"
        answer.set_cookie(
            self._doors.cookie, token.decode(), httponly=True, samesite="strict", secure=scope["scheme"] == "https"
        )
        return answer

    def _names(self) -> str:
        return ", ".join(sorted(self._doors.origins))


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _refusal(status: int, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)
