"""What pages read as JSON: words, scorecard, data, lessons. Made once, kept compressed, and known again by a tag."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.language import languages

KINDS = ("catalogue", "scorecard", "data", "about", "lessons")  # a module each, with a function of that name
FOREVER = "public, max-age=31536000, immutable"  # for an address that names the tag: /catalogue/en.json?v=…
ASK_AGAIN = "no-cache"  # kept by the browser, which asks whether it is still so
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Answer:
    """One document in one language: plain, compressed, and the tag that changes with it."""

    plain: bytes
    small: bytes
    tag: str


@cache
def answer(kind: str, language: str) -> Answer:
    """A kind of document in a language that there is."""
    made = getattr(import_module(f"app.{kind}"), kind)(language)
    text = made if isinstance(made, str) else json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    plain = text.encode()
    return Answer(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:16])


def reply(request: Request) -> Response:
    """GET /corridors/<kind>/<language>.json; 404 for a kind or language that there is not."""
    kind, language = request.path_params["kind"], request.path_params["language"]
    if kind not in KINDS or language not in languages():
        raise HTTPException(404)
    with _one_at_a_time:  # the first visitors of a page would each make it
        found = answer(kind, language)
    lasting = request.query_params.get("v") == found.tag
    headers = {
        "etag": f'"{found.tag}"',
        "cache-control": FOREVER if lasting else ASK_AGAIN,
        "vary": "accept-encoding",
    }
    if found.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.small, headers={**headers, "content-encoding": "gzip"}, media_type="application/json")
    return Response(found.plain, headers=headers, media_type="application/json")
