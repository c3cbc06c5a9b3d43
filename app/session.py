"""A visitor's session: a random name in a cookie, signed, so that only we can have given it."""

from __future__ import annotations

import hmac
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "solara-session-id"  # Solara reads it under this name, and ties a kernel to it
NAME_BYTES = 18
SIGNATURE_LETTERS = 43  # SHA-256 in hexadecimal has 64; 43 are 172 bits


def session(connection: HTTPConnection, key: bytes) -> str | None:
    """The session that a request belongs to, if its cookie is one of ours."""
    cookie = connection.cookies.get(COOKIE, "")
    name = cookie.partition(".")[0]
    return cookie if name and hmac.compare_digest(_signed(name, key).encode(), cookie.encode()) else None


def greet(response: Response, connection: HTTPConnection, key: bytes) -> None:
    """Give a visitor who has no session one; scripts and other sites cannot read it."""
    if session(connection, key) is None:
        value = _signed(secrets.token_urlsafe(NAME_BYTES), key)
        secure = connection.url.scheme == "https"
        response.set_cookie(COOKIE, value, httponly=True, samesite="lax", secure=secure)


def _signed(name: str, key: bytes) -> str:
    return f"{name}.{hmac.digest(key, name.encode(), 'sha256').hex()[:SIGNATURE_LETTERS]}"
