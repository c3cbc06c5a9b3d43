"""The page, as Solara serves it: a bridge to the visitor's own questions, and a component for each part.

All drawing is in the browser (`public/js`, `components/*.vue`); what is here passes strings to and fro.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import solara
from solara.server.kernel_context import get_current_context

from app.visit import Visit

TITLE = "corridors"


@solara.component_vue("../components/bridge.vue", vuetify=False)
def Bridge(event_ask: Callable[[str], None] | None = None) -> None:  # noqa: N802
    """Hands the store's questions to the server; answers come to it as messages, and leave nothing on the server."""


@solara.component_vue("../components/shell.vue", vuetify=False)
def Shell(path: str = "/", event_go: Callable[[str], None] | None = None) -> None:  # noqa: N802
    """The head of every page: its name, where else one can go, language, look."""


def part(name: str) -> Callable[[], Any]:
    """A component of the page that needs nothing from the server but the store."""

    def made() -> None:
        """Nothing is passed: it reads the store."""

    return solara.component_vue(f"../components/{name}.vue", vuetify=False)(made)  # type: ignore[no-any-return]


Map, Player, Levers, Charts, Odds = (part(name) for name in ("map", "player", "levers", "charts", "odds"))
Why, Share, Headline, Lesson = part("why"), part("share"), part("headline"), part("lesson")
Comparison, Lessons = part("compare"), part("lessons")
Scorecard, Data, About = part("scorecard"), part("data"), part("about")


@solara.component
def Visitor() -> None:  # noqa: N802
    """This visitor's questions and answers; nothing of it is another visitor's."""
    visit = solara.use_memo(lambda: Visit(str(uuid4())), [])
    bridge = Bridge(event_ask=visit.hear)

    def connect() -> Callable[[], None]:
        visit.deliver = handing_over(solara.get_widget(bridge))
        return visit.leave

    solara.use_effect(connect, [])


def handing_over(bridge: Any) -> Callable[[str], None]:
    """A way to send text to the bridge in this visitor's browser, from any thread.

    Each is sent from a thread of its own: a browser that reads slowly must not hold up a worker.
    """
    here = get_current_context()

    def send(text: str) -> None:
        with here:
            if not here.closed_event.is_set():
                bridge.send({"method": "receive", "args": [text]})

    return lambda text: threading.Thread(target=send, args=(text,), daemon=True).start()


@solara.component
def Layout(children: list[Any]) -> None:  # noqa: N802
    """What all pages share. The visitor outlives a change of page, and their scenario with them."""
    router = solara.use_router()
    solara.Title(TITLE)
    with solara.Div(classes=["corridors"]):
        Visitor()
        Shell(path=router.path, event_go=router.push)
        solara.v.Html(tag="main", class_="page", children=children)


@solara.component
def Simulation() -> None:  # noqa: N802
    """The region, live."""
    with solara.Div(classes=["simulation"]):
        Lesson()
        Levers()
        with solara.Div(classes=["stage"]):
            Map()
            Player()
        Charts()
        with solara.Div(classes=["outcome"]):
            Odds()
            Why()
            Share()
            Headline()


def _page(component: Callable[[], Any]) -> Any:
    @solara.component
    def Page() -> None:  # noqa: N802
        component()

    return Page


routes = [
    solara.Route("/", component=Simulation, layout=Layout),
    solara.Route("compare", component=_page(Comparison)),
    solara.Route("lessons", component=_page(Lessons)),
    solara.Route("scorecard", component=_page(Scorecard)),
    solara.Route("data", component=_page(Data)),
    solara.Route("about", component=_page(About)),
]
