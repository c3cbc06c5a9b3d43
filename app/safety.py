"""Who may come in, and what every answer carries.

By default the server listens on this machine alone, and still a page from elsewhere could reach it through the browser
that shows it: hence every request must name a host that this server answers to (no DNS rebinding), and every WebSocket
and every POST must come from a page of that very host. Solara itself asks for neither.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from abm.errors import BadInput

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
SECRET = "CORRIDORS_SECRET"  # the environment variable
SHORTEST_SECRET = 32  # characters
NAME = re.compile(r"[A-Za-z0-9_.-]+")
LONGEST_ADDRESS = 8_192  # bytes of path and query; a scenario of fifty dated changes takes 2,000

SETTLED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with none at all, a browser would send no Origin either
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), fullscreen=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


@dataclass(frozen=True)
class Door:
    """Which names this server answers to, the key that signs sessions, and how many visitors there is room for.

    On this machine alone the key is no secret and need not be: hosts and origins are what guards. A public server must
    have a secret one, so that only a browser that got a page from us may open a WebSocket.
    """

    hosts: frozenset[str] = HERE
    key: bytes = b"this machine alone"
    kernels: int = 200  # pages that are open, or were within ten minutes
    of_one: int = 20  # of them with the same cookie


def public(names: list[str], environment: Mapping[str, str]) -> Door:
    """The door of a server that others may reach.

    Raises:
        BadInput: no name to answer to, or no secret of at least 32 characters in CORRIDORS_SECRET.
    """
    if not names:
        raise BadInput("--public needs --host NAME: the name that visitors type, as app.example.org")
    for name in names:
        if not NAME.fullmatch(name):
            raise BadInput(f"--host {name}: give a bare name or address, without scheme, port or path")
    secret = environment.get(SECRET, "")
    if len(secret) < SHORTEST_SECRET:
        raise BadInput(
            f"--public needs a secret of at least {SHORTEST_SECRET} characters in {SECRET}, "
            'as from: python -c "import secrets; print(secrets.token_urlsafe())"'
        )
    return Door(frozenset(name.lower() for name in names), secret.encode())


def name_of(netloc: str) -> str | None:
    """The host of "name:port" or "[::1]:port" in small letters; None if it is neither."""
    try:
        parts = urlsplit(f"//{netloc}")
        _ = parts.port  # raises if it is no number
    except ValueError:
        return None
    return parts.hostname if parts.netloc == netloc and not parts.username and not parts.path else None


class Guard:
    """Everything passes here: refuses the wrong host, origin or size, and puts the safety headers on every answer."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        nonce = scope.setdefault("state", {})["nonce"] = secrets.token_urlsafe(16)
        policy = content_policy(nonce, headers.get("host", "") if self.known(headers) else "")

        async def safely(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                answer = MutableHeaders(scope=message)
                answer.update({**SETTLED, "content-security-policy": policy})
                answer.setdefault("cache-control", "no-cache")  # else browsers guess, and mix files of two versions
            await send(message)

        refusal = self.refusal(scope, headers)
        if refusal is None:
            await self.app(scope, receive, safely)
        elif scope["type"] == "websocket":
            await safely({"type": "websocket.close", "code": 1008, "reason": refusal[1]})  # a 403 before the handshake
        else:
            await PlainTextResponse(refusal[1] + "\n", refusal[0])(scope, receive, safely)

    def known(self, headers: Headers) -> bool:
        """Whether the request names a host of ours, once."""
        return len(headers.getlist("host")) == 1 and name_of(headers["host"]) in self.door.hosts

    def refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        """Status and reason if this request is not answered."""
        if not self.known(headers):
            return 421, "This server does not answer to that name."
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changes and not same_origin(headers):
            return 403, "Only pages of this server may do that."
        if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
            return 413, "Nothing may be sent here."  # there is no upload: what a visitor says comes by WebSocket
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > LONGEST_ADDRESS:
            return 414, "That address is too long."
        return None


def same_origin(headers: Headers) -> bool:
    """Whether the page that asks was given by the host that is asked. Browsers always say so; silence is refused."""
    origin = urlsplit(headers.get("origin", ""))
    port = {"http": ":80", "https": ":443"}.get(origin.scheme)
    return port is not None and origin.netloc.removesuffix(port) == headers["host"].removesuffix(port)


def content_policy(nonce: str, host: str) -> str:
    """What a page may load and run: its own files and the inline scripts that carry the nonce, nothing from elsewhere.

    Vue compiles templates in the browser, hence 'unsafe-eval'; Vuetify writes style elements, hence 'unsafe-inline'.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""  # Safari before 15.4 does not count them under 'self'
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' 'unsafe-eval' 'nonce-{nonce}'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
        ]
    )
