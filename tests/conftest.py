"""The app as served, and a browser to visit it with."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from browser import FIRST, READY, chromium


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The app as a visitor's machine runs it; its address."""
    command = [sys.executable, "-m", "corridors.main", "app", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            pytest.fail("the app did not start: " + "".join(lines))
        yield found.group()
        process.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Any, server: str) -> Iterator[Any]:
    """Opens pages, each a visitor of its own; fails the test if a script breaks or a request leaves this machine."""
    contexts, wrong = [], []

    def opened(address: str = "/", *, wait: bool = True, **look: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", **look})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        page.on("request", lambda r: None if _here(r.url, server) else wrong.append(f"left the machine: {r.url}"))
        page.on("response", lambda r: wrong.append(f"{r.status}: {r.url}") if r.status >= 400 else None)
        page.goto(server + address)
        if wait:
            page.wait_for_function(READY, timeout=FIRST)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not wrong


def _here(url: str, server: str) -> bool:
    return url.startswith((server, server.replace("http", "ws"), "data:", "blob:", "about:"))
