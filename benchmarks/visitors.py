"""Many visitors at once: `python -m benchmarks.visitors [visitors] [seconds]`.

Each is a WebSocket client that speaks as Solara's page does: it gets the page and its cookie, starts the app, finds
the bridge, and every five seconds drags a lever: two drafts, then the whole question. What counts is the time from the
whole question to its picture. Client and server share the machine, so the figures are worse than over a network.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

VISITORS, SECONDS, EVERY = 30, 120.0, 5.0
DRAFTS, APART = 2, 0.25  # drafts of one drag, and seconds between them
LOST = 20.0  # seconds after which an answer counts as lost
PAGE = "/?scenario=corridor-first&against=declarations"
# how a picture's text begins; it is JSON in JSON, and long: it is not read to the end
PICTURE = re.compile(r'\\"kind\\": ?\\"picture\\", ?\\"n\\": ?(\d+)')
RUNS = re.compile(r'\\"runs\\": ?(\d+)')


@dataclass
class Measured:
    """What all visitors saw."""

    redraws: list[float] = field(default_factory=list)  # seconds
    drafts: list[float] = field(default_factory=list)
    opened: list[float] = field(default_factory=list)
    runs: list[int] = field(default_factory=list)
    wire: list[int] = field(default_factory=list)  # bytes a picture, compressed
    plain: list[int] = field(default_factory=list)
    lost: int = 0
    cut: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds, MB


class Counted(ClientConnection):
    """A connection that counts what came over the wire."""

    came = 0

    def data_received(self, data: bytes) -> None:
        self.came += len(data)
        super().data_received(data)


class Visitor:
    """One open page, without a browser."""

    def __init__(self, address: str, name: int, told: Measured) -> None:
        self.address, self.told, self.luck = address, told, random.Random(name)
        self.kernel, self.page = str(uuid.uuid4()), str(uuid.uuid4())
        self.bridge = ""
        self.n = 0
        self.waiting: dict[int, tuple[float, bool, asyncio.Future[None]]] = {}

    async def visit(self, seconds: float) -> None:
        """Come within the first seconds, stay, and move levers."""
        await asyncio.sleep(self.luck.random() * EVERY)
        began = time.perf_counter()
        cookie = await asyncio.to_thread(cookie_of, self.address + PAGE)
        host = self.address.removeprefix("http://")
        path = f"ws://{host}/jupyter/api/kernels/{self.kernel}/channels?session_id={self.page}"
        headers = {"Cookie": cookie}
        async with connect(
            path, origin=self.address, additional_headers=headers, max_size=None, create_connection=Counted
        ) as self.ws:
            listening = asyncio.create_task(self.listen())
            await self.start()
            await asyncio.wait_for(await self.ask(False), LOST)
            self.told.opened.append(time.perf_counter() - began)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                move = asyncio.create_task(self.move())
                await asyncio.sleep(EVERY)
                await move
            listening.cancel()

    async def start(self) -> None:
        """What Solara's page does when it is loaded."""
        self.ready = asyncio.get_running_loop().create_future()
        control = str(uuid.uuid4())
        await self.say("kernel_info_request", {})
        await self.say("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        start = {"method": "run", "args": {"path": PAGE, "dark": False, "themes": {"light": {}, "dark": {}}}}
        await self.say("comm_msg", {"comm_id": control, "data": start})
        await asyncio.wait_for(self.ready, LOST)

    async def move(self) -> None:
        """Drag a lever: drafts while it moves, as the page sends them, none while one is unanswered; then the whole."""
        for _ in range(DRAFTS):
            if not self.waiting:
                await self.ask(True)
            await asyncio.sleep(APART)
        asked = await self.ask(False)
        try:
            await asyncio.wait_for(asked, LOST)
        except TimeoutError:
            self.told.lost += 1

    async def ask(self, draft: bool) -> asyncio.Future[None]:
        """Send the page's own address, and then ones that nobody has sent before; no older picture is awaited."""
        self.n += 1
        lever = f"&2026-01=abec_programme:{self.luck.uniform(0, 100):.3f}" if self.n > 1 else ""
        question = {"kind": "picture", "n": self.n, "address": PAGE[2:] + lever, "draft": draft}
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting = {self.n: (time.perf_counter(), draft, answered)}
        content = {"event": "ask", "data": json.dumps(question)}
        await self.say("comm_msg", {"comm_id": self.bridge, "data": {"method": "custom", "content": content}})
        return answered

    async def say(self, kind: str, content: dict[str, Any]) -> None:
        header = {"msg_id": str(uuid.uuid4()), "msg_type": kind, "session": self.page, "username": "", "version": "5.2"}
        rest = {"parent_header": {}, "metadata": {}, "buffers": [], "channel": "shell"}
        await self.ws.send(json.dumps({"header": header, "content": content, **rest}))

    async def listen(self) -> None:
        """Take what comes; a picture answers the question of its number."""
        before = 0
        try:
            async for text in self.ws:
                assert isinstance(text, str)
                came, before = self.ws.came - before, self.ws.came
                if picture := PICTURE.search(text, 0, 2_000):
                    self.seen(int(picture[1]), text, came)
                elif not self.ready.done():
                    self.opening(json.loads(text))
        except ConnectionClosed:
            self.told.cut += 1

    def opening(self, message: dict[str, Any]) -> None:
        """What comes while the page is built: the bridge is the widget that can be asked."""
        kind, content = message["header"]["msg_type"], message["content"]
        if kind == "comm_open" and "ask" in (content["data"].get("state", {}).get("events") or []):
            self.bridge = content["comm_id"]
        elif kind == "comm_msg" and content["data"].get("method") == "finished":
            self.ready.set_result(None)

    def seen(self, n: int, text: str, came: int) -> None:
        if n not in self.waiting:
            return  # answered before, and made whole now; or a draft that a newer question has replaced
        asked, draft, answered = self.waiting.pop(n)
        answered.set_result(None)
        (self.told.drafts if draft else self.told.redraws).append(time.perf_counter() - asked)
        if not draft:
            runs = RUNS.search(text)
            self.told.runs.append(int(runs[1]) if runs else 0)
            self.told.wire.append(came)
            self.told.plain.append(len(text.encode()))


def cookie_of(address: str) -> str:
    """The cookie that comes with a page."""
    with urllib.request.urlopen(address) as page:
        return str(page.headers["set-cookie"]).partition(";")[0]


@contextmanager
def server() -> Iterator[tuple[str, psutil.Process]]:
    """`corridors app` on a free port: its address and its process."""
    command = [Path(sys.executable).with_name("corridors"), "app", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, "the server did not say where it is"
        yield found[0], psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


async def watch(process: psutil.Process, told: Measured) -> None:
    """The server's memory, every few seconds."""
    began = time.monotonic()
    while True:
        told.memory.append((time.monotonic() - began, process.memory_info().rss / 1e6))
        await asyncio.sleep(5)


async def measure(address: str, process: psutil.Process, visitors: int, seconds: float) -> Measured:
    """All visitors at once."""
    told = Measured()
    watching = asyncio.create_task(watch(process, told))
    came = [Visitor(address, name, told).visit(seconds) for name in range(visitors)]
    for problem in await asyncio.gather(*came, return_exceptions=True):
        if isinstance(problem, BaseException):
            told.cut += 1
            print(f"a visitor was cut off: {problem!r}", file=sys.stderr)
    watching.cancel()
    return told


def line(name: str, values: list[float], unit: str, scale: float = 1.0) -> str:
    """Quantiles of a figure, or that there are none."""
    if not values:
        return f"{name:24} none"
    p50, p95, most = (np.quantile(values, q) * scale for q in (0.5, 0.95, 1.0))
    return f"{name:24} p50 {p50:8.2f}   p95 {p95:8.2f}   max {most:8.2f} {unit}   of {len(values)}"


def main() -> None:
    """Serve, visit, and print."""
    visitors = int(sys.argv[1]) if len(sys.argv) > 1 else VISITORS
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else SECONDS
    with server() as (address, process):
        told = asyncio.run(measure(address, process, visitors, seconds))
        used = process.cpu_times()
    print(f"{visitors} visitors, each moving a lever every {EVERY:.0f} s for {seconds:.0f} s\n")
    print(line("page to first picture", told.opened, "s"))
    print(line("redraw, whole question", told.redraws, "s"))
    print(line("redraw, draft", told.drafts, "s"))
    print(line("runs of a picture", [float(n) for n in told.runs], "runs") + f"   least {min(told.runs, default=0)}")
    print(line("bytes, compressed", [float(n) for n in told.wire], "kB", 1e-3))
    print(line("bytes, plain", [float(n) for n in told.plain], "kB", 1e-3))
    print(f"lost {told.lost}, cut off {told.cut}, processor of the server {used.user + used.system:.0f} s")
    some = told.memory[:: max(1, len(told.memory) // 8)]
    print("memory, MB at s: " + "  ".join(f"{mb:.0f}@{at:.0f}" for at, mb in some))


if __name__ == "__main__":
    main()
