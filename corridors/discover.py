"""`corridors discover`: where in the space of factors something happens, as boxes in words and in a chart."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from abm.errors import BadInput, unknown
from corridors.sensitivity import check_files, plan_of, results_of, write_chart, write_file
from experiments.analysis.discovery import Box, Discovery, Limit, check_design, discover
from experiments.analysis.outputs import chosen_rules, chosen_scenario

if TYPE_CHECKING:
    from pandas import Series

FILES = ("boxes.json", "boxes.png", "boxes.svg")
GAPS = ("refuse", "drop")


@dataclass(frozen=True)
class Request:
    """What was asked for on the command line."""

    target: str
    where: str
    scenario: str | None
    against: str | None
    rules: str | None
    density: float | None
    impute: str
    out: Path | None
    force: bool
    as_json: bool
    yes: bool
    command: str


def discover_and_report(request: Request) -> None:
    """Open the sweep (or make it first), search, print and write. Raises BadInput."""
    plan = plan_of(request.target)
    check_design(plan)
    chosen_scenario(plan, request.scenario)
    chosen_rules(plan, request.rules)
    if request.against:
        chosen_scenario(plan, request.against)
    if request.impute not in GAPS:
        raise unknown("--impute", request.impute, GAPS)
    if request.density is not None and not 0 < request.density <= 1:
        raise BadInput(f"--density {request.density:g} is a share, above 0 and up to 1")
    if request.out:
        check_files(request.out, FILES, request.force)
    frame = results_of(request.target, plan, request.out, request.yes, request.command)
    found = discover(
        plan, frame, request.where, scenario=request.scenario, against=request.against, rules=request.rules,
        threshold=request.density, impute=request.impute,
    )  # fmt: skip
    if request.out:
        write_file(request.out / "boxes.json", as_json(found) + "\n")
        if found.boxes:
            write_chart(draw(found), request.out, "boxes")
    print(as_json(found) if request.as_json else in_words(found))


def headline(found: Discovery) -> str:
    """What was asked, and how often it is so."""
    what = f"{found.scenario} less {found.against}" if found.against else found.scenario
    hits, runs = int(found.interesting.sum()), len(found.interesting)
    return f"{found.where}: {hits:,} of {runs:,} runs of {what} ({hits / runs:.0%})"


def in_words(found: Discovery) -> str:
    """The answer for a person."""
    lines = ["", headline(found), *(f"Note: {note}" for note in found.notes), ""]
    if not found.boxes:
        lines.append(
            "No box holds up: what the search finds on one half of the design does not stand out on the other half.\n"
            "Such runs lie all over the space, or there are too few of them to tell."
        )
    for number, box in enumerate(found.boxes, 1):
        lines.append(f"{number}. {'Of the runs outside: ' if number > 1 else ''}{box.in_words()}.")
        lines += [f"     {_line(limit)}" for sides in box.sides.values() for limit in sides]
    if len(found.boxes) > 1:
        together = sum(box.coverage for box in found.boxes)
        lines.append(
            f"\nTogether the boxes hold {together:.0%} of all such runs; each looks at what earlier ones left."
        )
    return "\n".join([*lines, ""])


def _line(limit: Limit) -> str:
    bound = " or ".join(limit.bound) if limit.side == "in" else _short(limit.bound)
    sign = {"above": "≥", "below": "≤", "in": "is"}[limit.side]
    return f"{limit.factor} {sign} {bound}   (quasi-p {limit.quasi_p:.1g})"


def as_json(found: Discovery) -> str:
    """The boxes and what they were looked for in."""
    boxes = [
        {
            "words": box.in_words(),
            "limits": [vars(limit) for limit in box.limits],
            "coverage": float(box.coverage),
            "density": float(box.density),
            "mass": float(box.mass),
            "runs": box.runs,
            "unseen_density": box.unseen,
            "unseen_p": box.unseen_p,
            "path": {"coverage": box.path[:, 0].tolist(), "density": box.path[:, 1].tolist()},
        }
        for box in found.boxes
    ]
    told = {
        "where": found.where, "scenario": found.scenario, "against": found.against, "runs": len(found.interesting),
        "interesting": int(found.interesting.sum()), "notes": list(found.notes), "boxes": boxes,
    }  # fmt: skip
    return json.dumps(told, indent=1, ensure_ascii=False)


# ---------------------------------------------------------------------------------------------------------------- chart


def draw(found: Discovery) -> Any:
    """A row a box: the path of the peeling with the box on it, and the limits within the ranges of the factors."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    from corridors.chart import QUIET, STYLE

    heights = [max(2.6, 0.9 + 0.55 * len(box.sides)) for box in found.boxes]
    with plt.rc_context(STYLE):
        page, axes = plt.subplots(
            len(heights), 2, figsize=(12, 1.3 + sum(heights)), layout="constrained", squeeze=False,
            height_ratios=heights, width_ratios=[1, 1.7],
        )  # fmt: skip
        for number, (box, (left, right)) in enumerate(zip(found.boxes, axes), 1):
            _draw_path(left, box, number, float(found.interesting.mean()))
            _draw_limits(right, box, found)
        page.suptitle(f"Where? {headline(found)}", x=0.01, ha="left", fontsize=14, weight="bold")
        page.supxlabel(
            "Coverage: share of all such runs that lie in the box. Density: share of the box's runs that are such. "
            "Line: what the peeling passed through; box: after limits that add nothing are dropped.\n"
            + "; ".join(["Bars: the box within the range of each factor (grey)", *found.notes]) + ".",
            x=0.01, ha="left", fontsize=9, color=QUIET,
        )  # fmt: skip
    return page


def _draw_path(axis: Any, box: Box, number: int, share: float) -> None:
    from corridors.chart import FIRST, MARK, OTHER, QUIET

    axis.plot(box.path[:, 0], box.path[:, 1], "-o", color=FIRST, ms=3, lw=1)
    axis.plot([box.coverage], [box.density], "s", color=OTHER, ms=9, zorder=5)
    axis.plot([box.coverage], [box.unseen], "_", color=MARK, ms=14, mew=2.5, zorder=5)
    side = "right" if box.coverage > 0.5 else "left"
    shift = -12 if side == "right" else 12
    for height, text, colour in ((box.density, f"box {number}", OTHER), (box.unseen, "on the other half", MARK)):
        above = 7 if height == max(box.density, box.unseen) else -7
        axis.annotate(text, (box.coverage, height), xytext=(shift, above), textcoords="offset points", color=colour,
                      ha=side, va="center", weight="bold", fontsize=9)  # fmt: skip
    axis.axhline(share, color=QUIET, lw=1, ls=":")
    axis.annotate("all runs", (0.02, share), xytext=(0, 3), textcoords="offset points", color=QUIET, fontsize=9)
    axis.set(xlim=(0, 1.03), ylim=(0, 1.05), xlabel="coverage", ylabel="density")
    axis.set_title(f"Box {number}: coverage {box.coverage:.0%}, density {box.density:.0%}")
    axis.tick_params(length=0)


def _draw_limits(axis: Any, box: Box, found: Discovery) -> None:
    from corridors.chart import INK, OTHER

    names = list(box.sides)
    for place, (name, sides) in enumerate(box.sides.items()):
        column = found.factors[name]
        low, high, first, last, told = _ends(sides, column)
        axis.barh(place, 1, 0.3, color="#dddddd")
        axis.barh(place, high - low, 0.3, left=low, color=OTHER)
        axis.annotate(told, ((low + high) / 2, place - 0.22), color=INK, ha="center", va="bottom", fontsize=9,
                      weight="bold")  # fmt: skip
        for x, text, where in ((0, first, "left"), (1, last, "right")):
            axis.annotate(text, (x, place + 0.19), ha=where, va="top", fontsize=8, color="#777777")
    axis.set_yticks(range(len(names)), names)
    axis.set(ylim=(len(names) - 0.4, -0.7), xlim=(-0.02, 1.02), xticks=[])
    axis.grid(visible=False)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)


def _ends(sides: list[Limit], column: Series) -> tuple[float, float, str, str, str]:
    """Where a box begins and ends within a factor's range (0 to 1), the range's own ends, and the limits in words."""
    bounds = {limit.side: limit.bound for limit in sides}
    if "in" in bounds:
        words = sorted(set(column.astype(str)), key=lambda word: (word not in bounds["in"], word))
        others = [word for word in words if word not in bounds["in"]]
        return 0.0, len(bounds["in"]) / len(words), "", f"others: {', '.join(others)}", " or ".join(bounds["in"])
    ordered = sorted(set(column))
    first, last = ordered[0], ordered[-1]
    low, high = bounds.get("above", first), bounds.get("below", last)
    span = _place(last) - _place(first)
    said = [f"{'≥' if side == 'above' else '≤'} {_short(bound)}" for side, bound in sorted(bounds.items())]
    return ((_place(low) - _place(first)) / span, (_place(high) - _place(first)) / span, _short(first), _short(last),
            " and ".join(said))  # fmt: skip


def _place(setting: Any) -> float:
    return 12.0 * int(setting[:4]) + int(setting[5:7]) if isinstance(setting, str) else float(setting)


def _short(setting: Any) -> str:
    return setting if isinstance(setting, str) else f"{setting:.4g}"
