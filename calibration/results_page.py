"""docs/results.md as text, from the numbers that stand beside it: failures first, and nothing that they do not show."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from abm.errors import BadInput, unknown
from abm.odd import markdown
from calibration.figures import HELD_OUT, INDEPENDENCE, ROLES, figures
from calibration.posterior import ENOUGH
from calibration.recovery import LEARNED
from calibration.robustness import BASE, FEW
from calibration.scorecard import INSIDE, NOT_MEASURED, OUTSIDE, Line
from calibration.words import OPINIONS, line_of, model, published

SURVEY = "aod2025"
REASONS = Path(__file__).with_name("reasons.toml")
UNKNOWN = "no reason known"
ABOVE, BELOW, ORDER = SIDES = ("above", "below", "order")
RIDGES_SHOWN, CLEARLY = 8, 0.3  # correlations that the page lists, and from which they are worth a word
NOT_RUN = "not run"
Parts = Mapping[str, Mapping[str, Any]]


def page(parts: Parts, pictures: str, changes: bool, apart: str = "") -> str:
    """The whole page. parts: what stands in the folder, by name; pictures: where it lies, seen from the page; changes:
    is there a page of the model's changes? apart: where some of the numbers stand instead, in words"""
    text = [
        "# Results: the model against both articles",
        f"Made by `make results` from the numbers in [{pictures}]({pictures}){apart}; only reasons of failures are "
        f"written by hand. {OPINIONS} Texts and context are not judged.",
        *(_scorecard(parts["scorecard"], pictures) if "scorecard" in parts else ["The scorecard was not run."]),
        *_identified(parts, pictures),
        *_check("Does the fit find what it is given?", SYNTHETIC, parts.get("synthetic"), f"{pictures}/synthetic.png"),
        *_check("Does another method say the same?", SECOND, parts.get("cross-check"), f"{pictures}/cross-check.png"),
        *_rival(parts),
        *_robustness(parts),
        *_made(parts, changes),
    ]  # fmt: skip
    return "\n\n".join(text) + "\n"


# --------------------------------------------------------------------------------------------------------- scorecard


def _scorecard(part: Mapping[str, Any], pictures: str) -> Iterator[str]:
    lines = [line_of(row, figures()[row["id"]]) for row in part["rows"]]
    failing = [line for line in lines if line.failing]
    holding = [line for line in lines if line.verdict == INSIDE]
    clean = [line for line in lines if line.figure.independence == INDEPENDENCE[0]]
    yield (
        f"**{len(failing)} of {len(failing) + len(holding)} judged figures fail.** Only *clean* held-out figures count "
        f"as validation: {sum(line.verdict == INSIDE for line in clean)} of {len(clean)} hold. {part['draws']} draws "
        f"of the posterior, {part['firms']} firms. The model's numbers are medians, or shares of draws, with 90 % "
        "intervals."
    )
    yield "## What fails"
    yield "\n".join(f"- {_failure(line)}" for line in failing) or "Nothing."
    yield "## What holds"
    yield markdown("figure | what is said | published | model (90 % interval) | role", map(_cells, holding))
    yield "## Counted"
    yield markdown("role | outside | not measured | inside", _counts(lines, "role", ROLES))
    yield markdown("held-out figures | outside | not measured | inside", _counts(lines, "independence", INDEPENDENCE))
    yield "*By construction*: follows from the form of an equation. *Seen*: shaped the studies that chose the model."
    yield "Order of the survey's lists (Kendall's tau, 1: ordered as the experts do; band: 90 %, over draws):"
    yield markdown("list | role | items | tau | band", map(_rank, part["ranks"]))
    yield f"![Every judged figure against the article's band, failures first]({pictures}/scorecard.png)"


def _failure(line: Line) -> str:
    known = line.figure
    says, span = model(line)
    number = f"the model says {says} ({span})" if span else f"{line.verdict}: {line.told}"
    unit = f" {known.unit}" if known.unit.endswith(("/yr", "jobs")) else ""
    who = "Experts' opinion" if known.article == SURVEY else "Published"
    return (
        f"`{known.id}` ({_role(line)}): {known.figure}. {who} {published(known)}{unit}; {number}. "
        f"*Why:* {reason(line)}."
    )


def _cells(line: Line) -> tuple[str, ...]:
    says, span = model(line)
    return f"`{line.figure.id}`", line.figure.figure, published(line.figure), f"{says} ({span})", _role(line)


def _role(line: Line) -> str:
    known = line.figure
    return f"{known.role}, {known.independence}" if known.independence else known.role


def _counts(lines: Sequence[Line], by: str, names: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    for name in names:
        found = Counter(line.verdict for line in lines if getattr(line.figure, by) == name)
        if any(found[verdict] for verdict in (OUTSIDE, NOT_MEASURED, INSIDE)):
            yield name, found[OUTSIDE], found[NOT_MEASURED], found[INSIDE]


def _rank(rank: Mapping[str, Any]) -> tuple[Any, ...]:
    tau = "all tie" if rank["tau"] is None else f"{rank['tau']:+.2f}"
    band = "–" if rank["low"] is None else f"{rank['low']:+.2f} to {rank['high']:+.2f}"
    return rank["list"], rank["role"], rank["items"], tau, band


def side_of(line: Line) -> str:
    """On which side a figure fails: above or below its band, by its order, or as not measured."""
    if line.verdict == NOT_MEASURED or line.centre is None:
        return NOT_MEASURED
    if line.figure.order:
        return ORDER
    low = line.figure.low if line.figure.low is not None else line.figure.value
    if line.figure.low is None and line.figure.high is not None:
        return ABOVE
    return BELOW if low is not None and line.centre <= low else ABOVE


def reason(line: Line) -> str:
    """Why a figure fails, as told by hand for failing on this side; else that nobody knows."""
    return reasons().get((line.figure.id, side_of(line)), UNKNOWN)


@cache
def reasons() -> dict[tuple[str, str], str]:
    """Reasons by figure and side. Raises BadInput for an unknown figure or side, or one told twice."""
    found: dict[tuple[str, str], str] = {}
    for row in tomllib.loads(REASONS.read_text(encoding="utf-8"))["reason"]:
        if row["figure"] not in figures():
            raise unknown("figure", row["figure"], figures(), REASONS.name)
        if row["side"] not in SIDES:
            raise unknown("side", row["side"], SIDES, REASONS.name)
        if (row["figure"], row["side"]) in found:
            raise BadInput(f"{REASONS.name}: {row['figure']} {row['side']} is told twice")
        found[row["figure"], row["side"]] = row["why"].strip().removesuffix(".")
    return found


# -------------------------------------------------------------------------------------------------------- identified


def _identified(parts: Parts, pictures: str) -> Iterator[str]:
    yield "## What the fit has learned"
    part = parts.get("identified")
    if part is None:
        yield f"This was {NOT_RUN}."
        return
    told = part["fit"]
    coarse = f" **Below {ENOUGH:,}, so the posterior is coarse.**" if told["effective_draws"] < ENOUGH else ""
    yield (
        f"{told['draws_run']:,} draws of the prior were run, {told['draws_of_the_second_stage']:,} of them through the "
        f"second stage; {told['failed_draws']:,} failed and weigh nothing. {told['effective_draws']:,.0f} effective "
        f"draws.{coarse} {told['draws']:,} are kept, {told['different_draws']:,} of them different. "
        f"Made {told['made']} ({told['code']}); the last call took {told['seconds']:,.0f} s."
    )
    bar = max(LEARNED, part["noise"])
    known = [row for row in part["learned"] if row["contraction"] >= bar]
    unlearned = [row for row in part["learned"] if row["contraction"] < bar]
    yield (
        f"**{len(known)} of {len(part['learned'])} fitted parameters are learned**: at least {bar:.0%} of the prior's "
        f"variance is gone. Of nothing at all, so few draws would make up to {part['noise']:.1%} (2 standard errors)."
    )
    yield markdown(
        "parameter | unit | prior | posterior mean (90 %) | variance gone",
        ((f"`{r['name']}`", r["unit"], f"{r['prior_low']:g} to {r['prior_high']:g}",
          f"{r['mean']:.3g} ({r['low']:.3g} to {r['high']:.3g})", f"{r['contraction']:.1%}") for r in known),
    )  # fmt: skip
    yield (
        "Not learned (the figures do not tell them from their prior): "
        + ", ".join(f"`{row['name']}` {row['contraction']:.1%}" for row in unlearned)
        + "."
    )
    clear = [pair for pair in part["ridges"][:RIDGES_SHOWN] if abs(pair[2]) >= CLEARLY]
    yield (
        "Not told apart (correlation in the posterior): "
        + ("; ".join(f"`{one}` and `{other}` {value:+.2f}" for one, other, value in clear) or f"none beyond {CLEARLY}")
        + "."
    )
    for name, words in (
        ("contraction", "How much of each parameter's prior variance is gone"),
        ("marginals", "Posterior against prior of the most learned parameters"),
        ("profiles", "Mean likelihood along each parameter, all others free"),
        ("ridges", "Draws in the planes of the strongest correlations"),
    ):
        yield f"![{words}]({pictures}/{name}.png)"


# ------------------------------------------------------------------------------------------------------------ checks

HEAD = {"made", "code", "seconds", "command", "posterior"}  # of every part; told at the end of the page
SYNTHETIC = (
    "Simulation-based calibration: figures 'published' about draws of the prior, with the errors that the likelihood "
    "states, are fitted again. If the fit is right, the true values stand anywhere in their posteriors equally often. "
    "Ranked are the 38 parameters, the figures, and the likelihood itself. The test by all ten figures is as exact but "
    "blunter: few draws of its small pool weigh much."
)
SECOND = (
    "The same prior, targets and likelihood, sampled by pyABC (ABC-SMC with a stochastic acceptor), with runs of its "
    "own, at few firms. The second table, and the picture: the parameters that are learned most, by all ten targets."
)


def _check(title: str, what: str, part: Mapping[str, Any] | None, picture: str) -> Iterator[str]:
    """A check of the fit: its plain values as a list, its rows as a table, its picture."""
    yield f"## {title}"
    if part is None:
        yield f"{what} {NOT_RUN.capitalize()}."
        return
    yield what
    plain = {key: value for key, value in part.items() if key not in HEAD and isinstance(value, str | int | float)}
    yield "\n".join(f"- {key.replace('_', ' ')}: {_short(value)}" for key, value in plain.items())
    for rows in (value for value in part.values() if isinstance(value, list)):
        yield markdown(" | ".join(rows[0]), ([_short(value) for value in row.values()] for row in rows))
    yield f"![{title}]({picture})"


def _short(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# ------------------------------------------------------------------------------------------------------------- rival


def _rival(parts: Parts) -> Iterator[str]:
    yield "## A rival without agents"
    part = parts.get("rival")
    if part is None:
        yield f"This was {NOT_RUN}."
        return
    yield (
        "Trade of 2025 grows by the trend of demand, no policy matters, nothing else changes. So every difference "
        "between policies is 0, every list of gains a tie (told as equal shares, the best that can be said for it), "
        "and of trust and disputes it says nothing, which fails. With the fit's trend (median "
        f"{part['trend']:.1%} a year) KZ-KG trade of 2030 is {part['trend_alone']:.2f} bn US$ without any corridor. "
        f"The model says {part['model_2030']:.2f} with it: trend alone makes {part['share_of_rise']:.0%} of the rise. "
        f"Tuned to 3.0 bn the rival needs {part['tuned']:.1%} a year."
    )
    rows = part["rows"]
    yield "Figures inside:"
    yield markdown("role | figures | model | rival, fitted trend | rival, tuned to 3.0 bn", _rival_counts(rows))
    strict = part["inside_without_equal_shares"]
    yield (
        f"If gains of 0 are told as shares of 0 instead, the rival with the fitted trend has {strict} figures inside, "
        f"not {sum(row['rival'] == INSIDE for row in rows)}."
    )
    for words, model_holds, rival_holds in (
        ("A rival holds and the model fails", False, True),
        ("Both hold, so the figure speaks for neither", True, True),
        ("The model holds and no rival does", True, False),
    ):
        sides = ((row, row["model"] == INSIDE, INSIDE in (row["rival"], row["tuned"])) for row in rows)
        found = [f"`{row['id']}`" for row, *holds in sides if holds == [model_holds, rival_holds]]
        yield f"{words}: {', '.join(found) or 'none'}."


def _rival_counts(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    groups = [(role, [r for r in rows if r["role"] == role]) for role in ROLES]
    groups += [(f"{HELD_OUT}, {kind}", [r for r in rows if r["independence"] == kind]) for kind in INDEPENDENCE]
    for name, group in [*groups, ("all", list(rows))]:
        if group:
            inside = [sum(row[who] == INSIDE for row in group) for who in ("model", "rival", "tuned")]
            yield name, len(group), *inside


# -------------------------------------------------------------------------------------------------------- robustness


def _robustness(parts: Parts) -> Iterator[str]:
    yield "## How far the verdicts depend on our choices"
    part = parts.get("robustness")
    if part is None:
        yield f"This was {NOT_RUN}."
        return
    found = part["variations"]
    yield (
        f"Every variation is judged with {part['draws']} draws under the same seeds; those of prior and elasticity "
        f"are fitted anew with {part['fit_draws']:,} draws and {part['fit_firms']} firms. `~` marks a verdict that "
        f"other draws may turn: within two standard errors of its edge, or of a fit with under {FEW} effective draws. "
        "Held-out figures that change their verdict in some variation:"
    )
    turned = part["changed"]
    yield (
        markdown(
            "figure | " + " | ".join(found),
            ([f"`{id_}`", *(_mark(one["verdicts"].get(id_)) for one in found.values())] for id_ in turned),
        )
        if turned
        else "None does."
    )
    held_out = [id_ for id_, row in figures().items() if row.role == HELD_OUT]
    yield "All held-out figures, counted:"
    yield markdown(
        "variation | firms | effective draws of its fit | inside | turned | turned beyond luck of the draws",
        (_variation(name, one, found[BASE], turned, held_out) for name, one in found.items()),
    )
    same = {True: [], False: []}  # type: dict[bool, list[str]]
    for id_ in held_out:
        if id_ not in turned:
            same[found[BASE]["verdicts"][id_]["verdict"] == INSIDE].append(f"`{id_}`")
    yield f"Failing in every variation: {', '.join(same[False]) or 'none'}."
    yield f"Holding in every variation: {', '.join(same[True]) or 'none'}."


def _mark(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "–"
    word = {INSIDE: "in", OUTSIDE: "**out**", NOT_MEASURED: "**none**"}[told["verdict"]]
    return f"{word}{' ~' if told['near'] else ''}"


def _variation(
    name: str, one: Mapping[str, Any], base: Mapping[str, Any], turned: Mapping[str, Sequence[str]], ids: Sequence[str]
) -> tuple[Any, ...]:
    others = [id_ for id_, names in turned.items() if name in names]
    surely = [id_ for id_ in others if not one["verdicts"][id_]["near"] and not base["verdicts"][id_]["near"]]
    inside = sum(one["verdicts"][id_]["verdict"] == INSIDE for id_ in ids)
    return name, one["firms"], f"{one['effective']:,.0f}", f"{inside} of {len(ids)}", len(others), len(surely)


# --------------------------------------------------------------------------------------------------------- provenance


def _made(parts: Parts, changes: bool) -> Iterator[str]:
    yield "## What made these numbers"
    first = parts.get("scorecard", {}).get("posterior")
    yield markdown(
        "part | made | code | seconds",
        ((name, one.get("made", "–"), one.get("code", "–"), _short(one.get("seconds", "–"))) for name, one in
         parts.items()),
    )  # fmt: skip
    stale = [name for name, one in parts.items() if first and one.get("posterior", first) != first]
    if stale:
        yield f"**Made from another posterior than the scorecard, so to be made again: {', '.join(stale)}.**"
    if changes:
        yield "What was changed of the model, and what came of it: [model changes](model-changes.md)."
