"""The outlook as one page that needs nothing else: inline styles and drawings, light and dark, no scripts."""

from __future__ import annotations

from html import escape
from math import ceil
from typing import TYPE_CHECKING

from calibration.headline import AS_IS
from calibration.outlook import LABEL, name_of
from corridors import outlook_words as words
from corridors.figures_page import STYLE
from corridors.outlook import RUNS, TODAY, notes, spread_of

if TYPE_CHECKING:
    from calibration.outlook import Beside, Item, Layout, Outlook, Prospect

WIDTH, HEIGHT, MIDDLE, MARGIN = 350, 30, 15, 8  # of a row's drawing, px
FOOT = 14  # px more under the last row, for the numbers of the axis
TICKS = 4  # parts of the axis
OWN = """
.label { border-left: 4px solid var(--edge); padding-left: .8rem; color: var(--ink); font-weight: 600; }
article { padding: .35rem 0; align-items: center; } svg { overflow: visible; }
li { max-width: 46rem; margin-bottom: .25rem; }
@media (min-width: 60.01rem) { article { grid-template-columns: 14rem 350px 1fr; } }
.scroll { overflow-x: auto; } .grid { stroke: var(--line); }
"""


def page(found: Outlook, told: str) -> str:
    """The whole page; `told` says how the numbers were made."""
    layout = found.layout
    text = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outlook for 2035: the model beside the experts</title>
<style>{STYLE}{OWN}</style>
</head>
<body>
<h1>Outlook for 2035: the model beside the experts</h1>
<p class="label">{escape(LABEL)}</p>
<p>{escape(told)} {escape(RUNS)}</p>
<p>Shaded: the experts’ share with the 95 % sampling band of a survey of this size. Diamond: the published share. Dot
and line: the model’s share with its 90 % interval.</p>
<p>{escape(notes())}</p>
{"".join(_futures(prospect, layout) for prospect in found.prospects)}
{f"<p>{escape(TODAY)}</p>" if len(found.prospects) > 1 else ""}
{"".join(_question(beside, layout) for beside in found.questions)}
</body>
</html>
"""
    return text.replace(" %", "\u00a0%")  # a number and its sign stay on one line


def _futures(prospect: Prospect, layout: Layout) -> str:
    beside = prospect.beside
    firsts = [f"; first in {part:.0%} of draws" for part in prospect.first] if prospect.first else [""] * 4
    heads = ["quantile of the band", "rule 1", *(name_of(item.row) for item in beside.items)]
    sweep = [[f"{quantile:g}", form, *(f"{x:.2f}" for x in shares)] for quantile, form, shares in prospect.sweep]
    return f"""<section id="futures-{escape(prospect.scenario, quote=True)}">
<h2>The four futures under {escape(prospect.scenario)} <small>({escape(words.role(beside.items))})</small></h2>
{_rows(beside, layout, firsts, judged=prospect.scenario == AS_IS)}
{_said(words.of_futures(prospect, layout))}
<details><summary>The same by other rules: quantile of the frozen band, both forms of rule 1</summary>
<div class="scroll">{_table(heads, sweep)}</div></details>
</section>
"""


def _question(beside: Beside, layout: Layout) -> str:
    question = beside.question
    places = [
        f"; place {item.experts_place} of the experts, {item.place} of the model" if item.place else ""
        for item in beside.items
    ]
    return f"""<section id="{question.name}">
<h2>{escape(question.asked[0].upper() + question.asked[1:])} <small>({question.n} experts;
{escape(words.role(beside.items))})</small></h2>
{_rows(beside, layout, places, judged=True)}
{_said(words.of_list(beside, layout))}
</section>
"""


def _said(sentences: list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences) + "</ul>"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>\n"


def _rows(beside: Beside, layout: Layout, more: list[str], judged: bool) -> str:
    """A row an answer; all on one axis, which ends at 1, or at the next whole number where intervals go beyond."""
    top = max(1, ceil(max(max(item.high, item.model, item.row.high or 0.0) for item in beside.items)))
    last = len(beside.items) - 1
    return "".join(
        _row(item, beside, layout, text, judged, top, i == last)
        for i, (item, text) in enumerate(zip(beside.items, more))
    )


def _row(item: Item, beside: Beside, layout: Layout, more: str, judged: bool, top: int, last: bool) -> str:
    runs = layout.draws * layout.replicates
    kind = item.verdict.replace(" ", "-") if judged else ""
    verdict = f'<span class="verdict {kind}">{item.verdict}</span> ' if judged else ""
    span = f"95 % band {words.band(item)}" if words.band(item) else ""
    spread = spread_of(layout, beside.question.share)
    return f"""<article>
<div><b>{escape(name_of(item.row))}</b></div>
<div class="{kind}">{_drawing(item, beside, layout, top, last)}</div>
<div>experts {words.experts(item, beside.question)} <small>{span}</small> {verdict}<br>
model {words.model(item, beside.question, runs)} <small>{spread}: {words.interval(item)}</small><br>
<small>parameters {words.parameters(item.parameters)}{escape(more)}</small></div>
</article>
"""


def _drawing(item: Item, beside: Beside, layout: Layout, top: int, last: bool) -> str:
    """The model's dot and line over the experts' band and diamond; numbers of the axis under the last one."""

    def x(value: float) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * value / top

    row, runs = item.row, layout.draws * layout.replicates
    marks = [top * i / TICKS for i in range(TICKS + 1)]
    parts = [f'<line class="grid" x1="{x(v):.1f}" x2="{x(v):.1f}" y1="0" y2="{HEIGHT}"/>' for v in marks]
    if row.low is not None and row.high is not None:
        wide = x(row.high) - x(row.low)
        parts.append(f'<rect class="band" x="{x(row.low):.1f}" y="3" width="{wide:.1f}" height="{HEIGHT - 6}" rx="3"/>')
    if row.value is not None:
        parts.append(f'<path class="published" d="M{x(row.value):.1f} {MIDDLE - 10}l4 4-4 4-4-4z"/>')
    y = MIDDLE + 4
    parts.append(f'<line class="spread" x1="{x(item.low):.1f}" x2="{x(item.high):.1f}" y1="{y}" y2="{y}"/>')
    parts.append(f'<circle class="dot" cx="{x(item.model):.1f}" cy="{y}" r="4.5"/>')
    if last:
        parts += [f'<text x="{x(v):.1f}" y="{HEIGHT + 11}" text-anchor="middle">{v:g}</text>' for v in marks]
    label = (
        f"{name_of(row)}: experts {words.experts(item, beside.question)}, model "
        f"{words.model(item, beside.question, runs)}, 90 % interval {words.interval(item)}"
    )
    height = HEIGHT + (FOOT if last else 0)
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return f'<svg {size} role="img" aria-label="{escape(label, quote=True)}">{"".join(parts)}</svg>'
