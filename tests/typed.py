"""The command line as a user types it, in this process."""

from __future__ import annotations

import sys

import pytest

from corridors import main as command


def corridors(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run `corridors WORDS`; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["corridors", *words])
    try:
        command.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
