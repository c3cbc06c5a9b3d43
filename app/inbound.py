"""What a visitor's browser may say on its WebSocket, and how often.

Solara hands a message to whatever widget it names. ipywidgets would then make any registered widget, set any synced
trait (a template, say), and ipyvue would import any module by name and call what is in it. Our pages need none of that:
they say hello, start the app, ask for a widget's state, follow a link, and send events. Everything else is refused.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

LARGEST = 65_536  # bytes of one message; also what the server reads at most
LONGEST_PATH = 8_192  # of the address that a page was opened with
SHORT = re.compile(r"[\w.: +-]{0,128}", re.ASCII)  # names and times in a message's header
EVENT = re.compile(r"[a-z][a-z_]{0,39}")
CONTROL = ("solara.control", "jupyter.widget.control")
SET = {"location": str, "dark_effective": bool}  # the traits that a page sets: where its router stands, and the theme

# what a message costs of the allowance: most are cheap, some make the server tell or render everything
COST = {"request_states": 20, "run": 20, "request_state": 4}
ALLOWANCE = 120  # at once: opening a page takes about thirty, and so does coming back after a lost connection
REFILL = 20.0  # a second: dragging a slider sends four


def allowed(text: str | None) -> str | None:
    """The kind of a message that a page of ours may send; None for all others, and for bytes."""
    if text is None or len(text) > LARGEST:
        return None
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not _envelope(message):
        return None
    kind, content = message["header"]["msg_type"], message["content"]
    if kind in ("kernel_info_request", "comm_info_request", "shutdown_request"):
        return str(kind)
    if not isinstance(content.get("comm_id"), str) or not SHORT.fullmatch(content["comm_id"]):
        return None
    if kind == "comm_open":
        return "comm_open" if content.get("target_name") in CONTROL and not content.get("data") else None
    if kind == "comm_close":
        return "comm_close"
    return _said(content.get("data")) if kind == "comm_msg" else None


def _envelope(message: dict[str, Any]) -> bool:
    """Whether the outside is as the protocol has it, and small: replies repeat the header."""
    header = message.get("header")
    return (
        isinstance(header, dict)
        and len(header) <= 8
        and all(isinstance(value, str) and SHORT.fullmatch(value) for value in header.values())
        and {"msg_id", "msg_type"} <= header.keys()
        and message.get("channel") in ("shell", "control")
        and isinstance(message.get("content"), dict)
        and message.get("buffers") == []
    )


def _said(data: Any) -> str | None:
    """The kind of what is told to one widget, or to Solara itself."""
    if not isinstance(data, dict):
        return None
    match data.get("method"):
        case "request_state" | "request_states" | "app-status" as asked:
            return str(asked)
        case "run":
            return "run" if _start(data.get("args")) else None
        case "update":
            return "update" if _state(data.get("state")) else None
        case "custom":
            content = data.get("content")
            return "event" if isinstance(content, dict) and _event(content) else None
    return None


def _start(args: Any) -> bool:
    return (
        isinstance(args, dict)
        and args.get("appName") in (None, "__default__")
        and isinstance(args.get("path", ""), str)
        and len(args.get("path", "")) <= LONGEST_PATH
    )


def _state(state: Any) -> bool:
    return (
        isinstance(state, dict)
        and all(name in SET and isinstance(value, SET[name]) for name, value in state.items())
        and len(str(state.get("location", ""))) <= LONGEST_PATH
    )


def _event(content: dict[str, Any]) -> bool:
    event = content.get("event")
    return content.keys() <= {"event", "data"} and isinstance(event, str) and EVENT.fullmatch(event) is not None


class Pace:
    """An allowance that messages use up and time gives back."""

    def __init__(self, allowance: float = ALLOWANCE, refill: float = REFILL) -> None:
        self.allowance, self.refill = allowance, refill
        self.left, self.at = allowance, time.monotonic()

    def wait(self, kind: str) -> float:
        """Seconds until a message of this kind may be handled."""
        now = time.monotonic()
        self.left = min(self.allowance, self.left + (now - self.at) * self.refill) - COST.get(kind, 1)
        self.at = now
        return max(0.0, -self.left / self.refill)
