"""`corridors app`: the simulation in a browser, on this machine unless it is told otherwise."""

from __future__ import annotations

import os
import threading
import webbrowser
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from abm.errors import BadInput

NEEDED = ("solara-server", "solara-assets", "starlette", "uvicorn", "websockets")


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    port: int
    browser: bool
    public: bool
    hosts: tuple[str, ...]


def serve(request: Request) -> None:
    """Serve the app until interrupted; one line says where. Raises BadInput before anything is served.

    Only this machine can reach it, unless `--public` is given with the `--host` that visitors type. A public server
    needs a secret in CORRIDORS_SECRET: it signs the cookie that comes with a page, and a WebSocket is taken only from a
    browser that has one. It speaks plain HTTP: put a proxy with TLS on the same machine in front of it, one that keeps
    the Host header.
    """
    if request.hosts and not request.public:
        raise BadInput("--host is for --public; without it, only this machine can reach the app")
    try:
        for name in NEEDED:
            version(name)
    except PackageNotFoundError as problem:
        raise BadInput(f"the app needs {problem.name}: pip install 'corridors[app]'") from None

    from app import safety, serve

    door = safety.public(list(request.hosts), os.environ) if request.public else safety.Door()
    own = serve.listen("0.0.0.0" if request.public else "127.0.0.1", request.port)
    port = own.getsockname()[1]
    address = f"http://127.0.0.1:{port}"

    def opened() -> None:
        names = f" as {', '.join(request.hosts)}, port {port}" if request.public else f" at {address}"
        print(f"corridors: serving{names} (Ctrl-C ends it)", flush=True)
        if request.browser and not request.public:
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve.settle(kernels=door.kernels)
    serve.serve(door, own, opened, request.public)
