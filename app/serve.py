"""The server of the app: our own list of routes around Solara's parts. What is not listed here does not exist.

Solara's own application would also rebuild addresses from forwarded headers, fetch what it lacks from a network of
servers, tell its makers who uses it, and offer routes that no page of ours needs.
"""

from __future__ import annotations

import logging
import os
import re
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn

from abm.errors import BadInput
from app.inbound import LARGEST
from app.safety import Door, Guard

SITE = "app.site"
CULLED = "10m"  # after the last of a page's connections is lost
MOST_CONNECTIONS = 1_000
LAST_WORDS = 1  # seconds that open connections have when the server is stopped
WIDGETS = ("jupyter-vue/extension", "jupyter-vuetify/extension")
FILES = re.compile(r"@widgetti/solara-vuetify-app@[\d.]+")  # the browser's part of Solara; comes with solara-assets


def settle(site: str = SITE, culled: str = CULLED, kernels: int = Door.kernels) -> None:
    """Solara reads its settings from the environment once, when it is first imported."""
    if "solara.server.settings" in sys.modules:
        raise RuntimeError("Solara was imported before its settings were made")
    os.environ |= {
        "SOLARA_APP": site,
        "SOLARA_MODE": "production",
        "SOLARA_ROOT_PATH": "",  # else taken from a header of the first request
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_TELEMETRY_SERVER_USER_ID": "nobody",
        "SOLARA_ASSETS_PROXY": "True",
        "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
        "SOLARA_THEME_SHOW_BANNER": "False",
        "SOLARA_THEME_LOADER": "corridors",  # templates/loader-corridors.*: no words, so no language
        "SOLARA_THEME_TITLE": "Corridors",
        "SOLARA_KERNEL_CULL_TIMEOUT": culled,
        "SOLARA_KERNEL_MAX_COUNT": str(2 * kernels),  # threads for sockets; `rooms` refuses before they run out
        "SOLARA_STATE_AUTO_REMOUNT": "True",  # all of a page's state is its address: a lost kernel is made anew
    }


def application(door: Door) -> Guard:
    """The ASGI application; imports Solara, so `settle` comes first."""
    import ipywidgets
    from solara.server import server
    from solara.server import settings as solara_settings
    from solara.server import starlette as solara
    from starlette.applications import Starlette
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, Response
    from starlette.routing import Mount, Route, WebSocketRoute
    from starlette.staticfiles import StaticFiles

    from app import answers, rooms
    from app.language import FIRST, languages
    from app.page import mended
    from app.session import greet

    shipped = Path(solara_settings.assets.proxy_cache_dir)
    wanted = FILES.findall((server.directory / "templates" / "solara.html.j2").read_text(encoding="utf-8"))
    if not all((shipped / name).is_dir() for name in wanted):
        raise BadInput(f"the app needs {wanted[0]} for the browser: pip install --upgrade 'corridors[app]'")
    server.get_nbextension_names = lambda: list(WIDGETS)
    ipywidgets.register_comm_target = rooms.only_our_channel
    lobby = rooms.Rooms(door)

    def ready(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def kernel(request: Request) -> Response:
        """Asked by a page that lost its connection: the kernel is there, or will be made anew."""
        return JSONResponse({"id": request.path_params["kernel_id"], "name": "corridors"})

    def page(request: Request) -> Response:
        made = server.read_root(request.url.path, root_path="")
        if made is None:
            raise HTTPException(404)
        asked = request.query_params.get("lang", FIRST)
        language = asked if asked in languages() else FIRST
        response = HTMLResponse(mended(made, request.state.nonce, language), headers={"cache-control": "no-store"})
        greet(response, request, door.key)
        return response

    class Shipped(solara.StaticCdn):  # type: ignore[misc]
        """Files that were installed with solara-assets; Solara's own would fetch from elsewhere what is not there."""

        def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
            return StaticFiles.lookup_path(self, path)  # type: ignore[no-any-return]

    class Widgets(solara.StaticNbFiles):  # type: ignore[misc]
        """The two packages of widgets that Solara draws with, whatever else is installed for notebooks."""

        def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
            known = path.partition("/")[0] in {name.partition("/")[0] for name in WIDGETS}
            return super().lookup_path(path) if known else ("", None)  # type: ignore[no-any-return]

    routes = [
        Route("/readyz", ready),
        Route("/corridors/{kind}/{language}.json", answers.reply),
        Route("/jupyter/api/kernels/{kernel_id}", kernel),
        WebSocketRoute("/jupyter/api/kernels/{kernel_id}/channels", lobby.enter),
        Route("/_solara/api/close/{kernel_id}", lobby.leave, methods=["POST"]),
        Mount("/_solara/cdn", Shipped(directory=shipped)),
        Mount("/static/public", solara.StaticPublic()),
        Mount("/static/assets", solara.StaticAssets()),
        Mount("/static", solara.StaticFilesOptionalAuth(directory=server.solara_static)),
        Mount("/jupyter/nbextensions", Widgets()),
        Route("/{page:path}", page),
    ]
    smaller = [Middleware(solara.SolaraGZipMiddleware, minimum_size=1_000)]
    return Guard(Starlette(routes=routes, middleware=smaller, lifespan=solara.lifespan), door)


def listen(address: str, port: int) -> socket.socket:
    """A socket that is bound, so that a port in use is known before anything else is loaded.

    Raises:
        BadInput: the port is in use, or may not be used.
    """
    own = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        own.bind((address, port))
        own.listen()  # who comes early waits, and who wants the same port is told
    except (OSError, OverflowError) as problem:
        own.close()
        reason = getattr(problem, "strerror", None) or str(problem)
        raise BadInput(f"--port {port}: {reason}; try another") from None
    return own


def serve(door: Door, own: socket.socket, opened: Callable[[], None], public: bool = False) -> None:
    """Serve until interrupted; `opened` is called once, when pages can be had."""
    logging.getLogger("solara").setLevel(logging.ERROR)
    stopped = threading.Event()

    def ready() -> None:
        opened()
        threading.Thread(target=_warm, args=(stopped,), name="warming", daemon=True).start()  # as the page is loaded

    config = uvicorn.Config(
        application(door),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=public,  # of a proxy on this machine, which speaks https with visitors
        ws_max_size=LARGEST,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=LAST_WORDS,
    )
    try:
        _Telling(config, ready).run([own])
    except KeyboardInterrupt:
        pass
    finally:
        stopped.set()


class _Telling(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, opened: Callable[[], None]) -> None:
        super().__init__(config)
        self.opened = opened

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.opened()


def _warm(stopped: threading.Event) -> None:
    """Load the engine and make the runs that every visitor begins with, so that the first page finds them."""
    from app.ensemble import warm
    from app.pool import Stopped

    def go_on() -> None:
        if stopped.is_set():
            raise Stopped

    try:
        warm(go_on)
    except (Stopped, RuntimeError):  # a program that ends starts no threads
        if not stopped.is_set():
            raise
