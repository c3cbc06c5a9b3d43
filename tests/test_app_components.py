"""The page as Solara renders it: every part is there, and each visitor has questions of their own."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

solara = pytest.importorskip("solara", reason="the page needs the extra 'app'")

from solara.server import kernel, kernel_context  # noqa: E402

from app import site  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:There is no current event loop")  # Solara asks for one
PATHS = [route.path for route in site.routes]


@pytest.fixture
def visitor() -> Any:
    """Opens the page at a path as one visitor; returns what was rendered."""

    def open_page(path: str) -> Any:
        context = kernel_context.VirtualKernelContext(id=str(uuid4()), kernel=kernel.Kernel(), session_id=str(uuid4()))
        with context:
            main = solara.RoutingProvider(
                children=[solara.autorouting.RenderPage()], routes=site.routes, pathname=f"/{path.strip('/')}"
            )
            box, _ = solara.render(main, handle_error=False)
        return box

    return open_page


def parts(widget: Any) -> dict[str, Any]:
    """The components that a page is made of, by name."""
    found = {}
    template = getattr(type(widget), "template_file", None)
    if template and template[1].startswith("../components/"):
        found[template[1].removeprefix("../components/").removesuffix(".vue")] = widget
    for child in getattr(widget, "children", []):
        if not isinstance(child, str):
            found |= parts(child)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_every_page_has_the_bridge_the_head_and_its_own_part(visitor: Any, path: str) -> None:
    found = parts(visitor(path))
    own = {"/": ["map", "player", "levers", "charts", "odds", "why", "share", "headline", "lesson"]}.get(path, [path])
    assert sorted(found) == sorted(["bridge", "shell", *own])


def test_what_a_visitor_asks_is_answered_to_them_alone(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[Any, str]] = []
    monkeypatch.setattr(site.Visit, "hear", lambda self, text: heard.append((self.name, text)))
    for i in range(2):
        bridge = parts(visitor("/"))["bridge"]
        bridge._handle_event(None, {"event": "ask", "data": json.dumps({"n": i})}, None)
    names = [name for name, _ in heard]
    assert [json.loads(text)["n"] for _, text in heard] == [0, 1]
    assert len(set(names)) == 2
