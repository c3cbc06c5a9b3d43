"""Processes that tests begin and end."""

from __future__ import annotations

import os
import signal
from typing import Any


def _hear() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


# for Popen: a child hears an interrupt even if this session ignores it, as one begun in the background does
HEARING: dict[str, Any] = {"preexec_fn": _hear} if os.name == "posix" else {}
