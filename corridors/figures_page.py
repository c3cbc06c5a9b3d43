"""The scorecard as one page that needs nothing else: inline styles and drawings, light and dark, no scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from calibration.words import OPINIONS, model, published

if TYPE_CHECKING:
    from calibration.figures import Figure
    from calibration.scorecard import Line, Scorecard

WIDTH, HEIGHT, MIDDLE, MARGIN = 350, 40, 15, 8  # of a row's drawing, px
AIR = 0.08  # of the span of a row's numbers, left free at both ends

# Okabe and Ito's palette, one shade each for light and dark; verdicts are also told in words
STYLE = """
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #ffffff; --quiet: #5c5c5c; --line: #d8d8d8; --band: #cfe3f1;
  --edge: #0072b2; --good: #00724f; --bad: #b84a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #16181b; --quiet: #a8a8a8; --line: #3a3d42;
  --band: #1d3b50; --edge: #56b4e9; --good: #3ecf9f; --bad: #ff9a52; } }
body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, small, dd { color: var(--quiet); } p { max-width: 46rem; }
table { border-collapse: collapse; margin-bottom: 1.4rem; }
th, td { padding: .25rem .9rem .25rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; }
thead { color: var(--quiet); border-bottom: 1px solid var(--line); }
article { display: grid; grid-template-columns: minmax(14rem, 1fr) 350px 18rem; gap: .3rem 1.2rem; padding: .7rem 0;
  border-top: 1px solid var(--line); }
@media (max-width: 60rem) { article { grid-template-columns: 1fr; } }
article b { overflow-wrap: anywhere; } .inside { color: var(--good); } .outside, .not-measured { color: var(--bad); }
.verdict { font-weight: 600; } svg { max-width: 100%; display: block; }
svg text { fill: var(--quiet); font-size: 11px; }
.band { fill: var(--band); } .published { fill: var(--edge); } .zero { stroke: var(--line); }
.spread { stroke: currentColor; stroke-width: 2; } .dot { fill: currentColor; }
summary { cursor: pointer; }
dl { margin: .3rem 0 0; } dt { font-size: .85rem; } dd { margin: 0 0 .3rem; font-size: .9rem; }
"""


def page(card: Scorecard, told: str) -> str:
    """The whole page; `told` says how the numbers were made."""
    failing, judged = len(card.failing), sum(line.figure.applies for line in card.lines)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Scorecard: the articles' figures and the model</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{failing} of {judged} figures fail: both articles held against the model</h1>
<p>{escape(told)} {escape(OPINIONS)}</p>
<p>Shaded: what the article says, with its band. Diamond: the published value. Dot and line: the model's median (or
share of draws) with its 90 % interval. Only <em>clean</em> held-out rows count as validation.</p>
<h2>How many hold</h2>
{_counts(card, "role")}
{_counts(card, "independence")}
<h2>Order of the survey’s lists</h2>
{_ranks(card)}
<h2>Every figure, failures first</h2>
{"".join(map(_row, card.lines))}
</body>
</html>
"""


def _counts(card: Scorecard, by: str) -> str:
    from calibration.scorecard import VERDICTS

    rows = [[name, *(str(counts[verdict]) for verdict in VERDICTS)] for name, counts in card.counts(by).items()]
    return _table([by, *VERDICTS], rows)


def _ranks(card: Scorecard) -> str:
    rows = []
    for rank in card.ranks:
        tau = "all tie" if rank.tau is None else f"{rank.tau:+.2f}"
        band = "" if rank.low is None or rank.high is None else f"{rank.low:+.2f} to {rank.high:+.2f}"
        rows.append([rank.list, rank.role, str(rank.items), tau, band])
    return _table(["list", "role", "items", "Kendall’s tau", "90 % band (bootstrap over draws)"], rows)


def _table(heads: list[str], rows: list[list[str]]) -> str:
    top = "".join(f"<th>{escape(head)}</th>" for head in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>\n"


def _row(line: Line) -> str:
    known = line.figure
    says, span = model(line)
    number = f"{says} <small>({span})</small>" if span else says
    honest = f"{known.role}, {known.independence}" if known.independence else known.role
    unit = "" if known.unit == "text" else f" <small>{escape(known.unit)}</small>"
    told = {
        "stands in": f"{known.article}: {known.place}",
        "measured by": known.measured_by,
        "in": known.scenario + (f", against {known.against}" if known.against else ""),
        "judged": f"{known.judged}: {line.told}" + (f" ({line.draws} draws)" if line.draws else ""),
    }
    details = "".join(f"<dt>{key}</dt><dd>{escape(text)}</dd>" for key, text in told.items() if text)
    return f"""<article id="{known.id}">
<div><details><summary><b>{escape(known.id)}</b></summary><dl>{details}</dl></details>{escape(known.figure)}</div>
<div class="{_class(line)}">{_drawing(line)}</div>
<div><span class="verdict {_class(line)}">{line.verdict}</span> <small>{escape(honest)}</small><br>
article {escape(published(known)) or "–"}{unit}<br>model {number}</div>
</article>
"""


def _class(line: Line) -> str:
    return line.verdict.replace(" ", "-")


def _drawing(line: Line) -> str:
    """A dot with its interval over the article's band; nothing where there is nothing to draw."""
    known = line.figure
    told = [x for x in (known.value, known.low, known.high, line.centre, line.low, line.high) if x is not None]
    if line.centre is None or line.low is None or line.high is None:
        return ""
    if known.n:
        told += [0.0, 1.0]  # answers of a survey: all on one scale
    air = AIR * ((max(told) - min(told)) or abs(max(told)) or 1.0)
    first, last = min(told) - air, max(told) + air

    def x(value: float) -> float:
        return MARGIN + (WIDTH - 2 * MARGIN) * (value - first) / (last - first)

    parts = [_band(known, x(first), x(last), [x(v) if v is not None else None for v in (known.low, known.high)])]
    if first < 0 < last:
        parts.append(f'<line class="zero" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="2" y2="{2 * MIDDLE - 2}"/>')
    if known.value is not None:
        parts.append(f'<path class="published" d="M{x(known.value):.1f} {MIDDLE - 9}l4 4-4 4-4-4z"/>')
    parts.append(
        f'<line class="spread" x1="{x(line.low):.1f}" x2="{x(line.high):.1f}" y1="{MIDDLE + 4}" y2="{MIDDLE + 4}"/>'
    )
    parts.append(f'<circle class="dot" cx="{x(line.centre):.1f}" cy="{MIDDLE + 4}" r="4.5"/>')
    ends = ((MARGIN, "start", first), (WIDTH - MARGIN, "end", last))
    parts += [f'<text x="{at}" y="{HEIGHT - 2}" text-anchor="{side}">{value:.3g}</text>' for at, side, value in ends]
    says, span = model(line)
    label = escape(f"{known.id}: article {published(known)}, model {says} ({span}), {line.verdict}", quote=True)
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{label}">{"".join(parts)}</svg>'


def _band(known: Figure, first: float, last: float, ends: list[float | None]) -> str:
    """The article's band; open to one side where the article tells one end."""
    if known.low is None and known.high is None:
        return ""
    low, high = first if ends[0] is None else ends[0], last if ends[1] is None else ends[1]
    return (
        f'<rect class="band" x="{low:.1f}" y="2" width="{max(1.0, high - low):.1f}" height="{2 * MIDDLE - 4}" rx="3"/>'
    )
