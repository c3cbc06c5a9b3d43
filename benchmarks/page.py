"""What a visitor waits for: the first chart, a moved lever, a frame. `python -m benchmarks.page`

Starts the app, opens it in headless Chromium with software rendering, moves levers one after another and plays.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
import zlib
from typing import Any

MOVES = 40
READY = "window.corridors && corridors.picture?.stage === 'full' && corridors.catalogue && !corridors.busy"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
MOVE = """([lever, value]) => new Promise(done => {
    const began = performance.now()
    const stop = corridors.on('picture', () => requestAnimationFrame(() => {
        if (corridors.busy || corridors.picture.stage !== 'full') return
        stop(); done([performance.now() - began, corridors.picture.took, corridors.picture.runs])
    }))
    corridors.change(lever, value)
})"""
PLAY = """seconds => new Promise(done => {
    const times = []; let last = performance.now(); corridors.seek(0); corridors.play()
    const frame = now => { times.push(now - last); last = now
        if (times.length && now - began < 1000 * seconds) requestAnimationFrame(frame)
        else { corridors.pause(); done(times.slice(1)) } }
    const began = last
    requestAnimationFrame(frame)
})"""
LEVERS = (("reform_KG-UZ", 10), ("abec_programme", 120), ("energy", 60), ("education", 40), ("joint_fund", 40))


def main() -> None:
    """Start, measure, print."""
    from playwright.sync_api import sync_playwright

    began = time.perf_counter()
    command = [sys.executable, "-m", "corridors.main", "app", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, sync_playwright() as playwright:
        try:
            address = _address(process)
            told("serving after", time.perf_counter() - began, "s")
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            bytes_: list[int] = []
            page.on("websocket", lambda ws: ws.on("framereceived", lambda frame: bytes_.append(_compressed(frame))))
            opened = time.perf_counter()
            page.goto(address)
            page.wait_for_selector(".c-charts canvas", timeout=60_000)
            told("first chart, after the address is typed", time.perf_counter() - opened, "s")
            told("first chart, after the command is typed", time.perf_counter() - began, "s")
            page.wait_for_function(READY, timeout=60_000)
            told("all 200 runs, after the address is typed", time.perf_counter() - opened, "s")
            page.wait_for_timeout(3_000)
            bytes_.clear()
            moves = [page.evaluate(MOVE, [LEVERS[i % 5][0], LEVERS[i % 5][1] * (i + 1) / MOVES]) for i in range(MOVES)]
            for name, part in (("lever to redrawn page", 0), ("of it on the server", 1)):
                ordered = sorted(move[part] for move in moves)
                told(f"{name}: median", ordered[MOVES // 2], "ms")
                told(f"{name}: 95 %", ordered[int(0.95 * MOVES)], "ms")
            print(f"runs an answer: {sorted({int(move[2]) for move in moves})}")
            told("largest message, compressed", max(bytes_) / 1000, "kB")
            frames = page.evaluate(PLAY, 5)
            told("frames a second", 1000 * len(frames) / sum(frames), "")
            told("slowest frame in a hundred", sorted(frames)[int(0.99 * len(frames))], "ms")
        finally:
            process.terminate()


def _address(process: Any) -> str:
    for line in process.stdout:
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found.group()
    raise SystemExit("the app did not start")


def _compressed(frame: str | bytes) -> int:
    return len(zlib.compress(frame if isinstance(frame, bytes) else frame.encode(), 6))


def told(what: str, value: float, unit: str) -> None:
    """One line of the report."""
    print(f"{what}: {value:,.1f} {unit}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
