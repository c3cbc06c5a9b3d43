"""Chromium, where there is one: the system's own, never a download."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FIRST, REDRAWN = 60_000, 30_000  # ms: limits for a busy machine, not what is promised
READY = "window.corridors && corridors.picture?.stage === 'full' && corridors.catalogue && !corridors.busy"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser for Playwright. Skips the test where there is none, unless REQUIRE_BROWSER=1."""
    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        told = "no Chromium or no Playwright here; install both (apt-get install chromium) to try the page in a browser"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield found
        finally:
            found.close()


def answered(page: Any) -> None:
    """Wait until nothing is outstanding."""
    page.wait_for_function(READY, timeout=REDRAWN)


def counted(found: Any, number: int) -> None:
    """So many of them stand on the page, soon: the server's answer is there before Vue has drawn it."""
    from playwright.sync_api import expect

    expect(found).to_have_count(number, timeout=REDRAWN)
