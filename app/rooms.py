"""Visitors' WebSockets on their way to Solara: who is let in, how many, and what of what they say is passed on.

Solara keeps what it knows of one open page in a kernel, whose name the browser chooses.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import anyio.to_thread
import ipywidgets
from solara.server import kernel_context
from solara.server.starlette import kernel_connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.inbound import Pace, allowed
from app.safety import Door
from app.session import session

KERNEL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGE = re.compile(r"[\w-]{1,64}", re.ASCII)
OVERLAP = 2  # sockets a kernel: while a page reconnects, the old one may still be open
PATIENCE = 10.0  # seconds that a browser may take to accept a message, before it is cut off
REFUSED, FULL = 1008, 1013  # WebSocket close codes: policy; try again later
log = logging.getLogger("corridors.app")


class Rooms:
    """The kernels that are there, and the sockets into them."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.sockets: Counter[tuple[str, str]] = Counter()  # open ones, by visitor and kernel

    async def enter(self, ws: WebSocket) -> None:
        """A page opens its WebSocket: /jupyter/api/kernels/<kernel>/channels?session_id=<page>."""
        visitor, kernel = session(ws, self.door.key), ws.path_params["kernel_id"]
        page = ws.query_params.get("session_id", "")
        named = KERNEL.fullmatch(kernel) and PAGE.fullmatch(page)
        if visitor is None or not named or self.owners().get(kernel, visitor) != visitor:
            await ws.close(REFUSED)
            return
        self.sockets[visitor, kernel] += 1  # counted before it is let in: many may come at once
        try:
            if self.sockets[visitor, kernel] <= OVERLAP and await self.room(visitor):
                await kernel_connection(WebSocket(ws.scope, _heard(ws), _told(ws)))
            else:
                await ws.close(FULL)
        finally:
            self.sockets -= Counter({(visitor, kernel): 1})

    def owners(self) -> dict[str, str]:
        """The visitor of every kernel that is there, or is about to be."""
        known = {name: kernel.session_id for name, kernel in list(kernel_context.contexts.items())}
        return known | {kernel: visitor for visitor, kernel in self.sockets}

    async def room(self, visitor: str) -> bool:
        """Whether all kernels fit; pages that nobody looks at any more are closed for it, the oldest first."""
        while (crowd := self.crowd(visitor)) is not None:
            open_ones = {kernel for _, kernel in self.sockets}
            left = [kernel for kernel in crowd if kernel not in open_ones]
            if not left:
                return False
            context = kernel_context.contexts.pop(left[0], None)
            if context is not None:
                await anyio.to_thread.run_sync(lambda context=context: context.close(reason="cull"))
        return True

    def crowd(self, visitor: str) -> list[str] | None:
        """Kernels that are too many, the oldest first: the visitor's own, or all; None if none are."""
        owners = self.owners()
        own = [kernel for kernel, owner in owners.items() if owner == visitor]
        if len(own) > self.door.of_one:
            return own
        return list(owners) if len(owners) > self.door.kernels else None

    async def leave(self, request: Request) -> Response:
        """A page says that it goes: POST /_solara/api/close/<kernel>?session_id=<page>. Only its own hears it."""
        kernel = kernel_context.contexts.get(request.path_params["kernel_id"])
        page = request.query_params.get("session_id", "")
        visitor = session(request, self.door.key)
        if kernel is None or visitor is None or kernel.session_id != visitor or page not in kernel.page_status:
            return Response(status_code=404)
        await anyio.to_thread.run_sync(kernel.page_close, page)
        return Response(status_code=204)


def _heard(ws: WebSocket) -> Callable[[], Any]:
    """What the visitor says, as far as it is allowed; anything else ends the connection. Too much is slowed down."""
    pace, ended = Pace(), False

    async def receive() -> Message:
        nonlocal ended
        if ended:
            return {"type": "websocket.disconnect", "code": REFUSED}
        message = await ws._receive()
        if message["type"] != "websocket.receive":
            return message
        kind = allowed(message.get("text"))
        if kind is None:
            ended = True
            log.warning("a visitor sent what no page of ours sends, and was cut off")
            await ws._send({"type": "websocket.close", "code": REFUSED, "reason": "not a message of these pages"})
            return {"type": "websocket.disconnect", "code": REFUSED}
        await asyncio.sleep(pace.wait(kind))
        return message

    return receive


def _told(ws: WebSocket) -> Callable[[Message], Any]:
    """What the server says; a browser that does not take it holds up a thread, hence not for long."""

    async def send(message: Message) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await ws._send(message)
        except TimeoutError:
            raise WebSocketDisconnect(REFUSED) from None

    return send


def only_our_channel(kernel: Any) -> None:
    """In place of ipywidgets' own: a browser makes no widgets here, and asks for the state of its own page alone.

    ipywidgets keeps the channel that was opened last for all: one visitor's state would be told to another.
    """
    kernel.comm_manager.register_target("jupyter.widget.control", _opened)


def _opened(comm: Any, _message: Any) -> None:
    def asked(message: Any) -> None:
        if message["content"]["data"].get("method") == "request_states":
            states = ipywidgets.Widget.get_manager_state()["state"]  # of the kernel that this thread works for
            comm.send({"method": "update_states", "states": states, "buffer_paths": []})

    comm.on_msg(asked)
