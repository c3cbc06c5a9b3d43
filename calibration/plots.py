"""Pictures of a fit and its scorecard, one function each, from plain data. PNG, each below 150 kB."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from abm.parameters import describe
from calibration.figures import figures
from calibration.recovery import LEARNED, Learned, noise
from calibration.scorecard import INSIDE, NOT_MEASURED, Line
from calibration.words import model, published

# Okabe and Ito's palette: told apart by colour-blind eyes
BLUE, RED, GREEN, INK, QUIET, FAINT, PALE = "#0072B2", "#C2410C", "#00805A", "#222222", "#767676", "#B5B5B5", "#E3E3E3"
STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "text.parse_math": False,
}
DPI, SHADES = 100, 32  # of a picture; shades keep files small
MOST_BYTES = 150_000
NORMAL_90 = 1.645  # standard errors on each side that hold 90 % of a normal
BINS = 20  # of a parameter's prior range
TRIO = ("trade_elasticity", "freight_share", "demand_trend")  # three ways to the same trade of 2030
PUBLISHED, SAYS = 1.02, 1.24  # where columns of numbers stand, in widths of the drawing
REACH = 3.0  # half-widths of the article's band, beyond which the scorecard's picture ends


@contextmanager
def canvas(path: Path, rows: int, columns: int, width: float, height: float) -> Any:
    """Axes of one picture, shape (rows, columns); written to `path` when the block ends. Sizes in inches."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    with plt.rc_context(STYLE):
        page, axes = plt.subplots(rows, columns, figsize=(width, height), layout="constrained", squeeze=False)
        try:
            yield page, axes
            save(page, path)
        finally:
            plt.close(page)


def save(page: Any, path: Path) -> None:
    """A page as a small PNG: few shades, cut to what is drawn."""
    from PIL import Image

    drawn = io.BytesIO()
    page.savefig(drawn, dpi=DPI, bbox_inches="tight", metadata={"Software": None})
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(drawn).convert("RGB").quantize(SHADES, dither=Image.Dither.NONE).save(path, optimize=True)


def label(name: str) -> str:
    """A parameter with its unit."""
    unit = describe()[name].unit
    return f"{name} ({unit})" if unit != "1" else name


# -------------------------------------------------------------------------------------------- what has been learned


def contraction(learned: Sequence[Learned], path: Path, by_chance: float) -> None:
    """Bars: how much of each parameter's prior variance is gone, most first. by_chance: what of nothing."""
    bar = max(LEARNED, by_chance)
    with canvas(path, 1, 1, 8.2, 0.22 * len(learned) + 1.3) as (page, axes):
        axis = axes[0, 0]
        places = np.arange(len(learned))[::-1]
        gone = [row.contraction for row in learned]
        axis.barh(places, gone, color=[BLUE if row.contraction >= bar else FAINT for row in learned], height=0.7)
        axis.axvspan(-by_chance, by_chance, color=PALE, lw=0, zorder=0)
        axis.axvline(0, color=QUIET, lw=0.8)
        axis.axvline(bar, color=QUIET, lw=0.8, ls=":")
        axis.set_yticks(places, [row.name for row in learned])
        axis.tick_params(axis="y", length=0)
        for place, row in zip(places, learned):
            axis.text(max(row.contraction, 0) + 0.008, place, f"{row.contraction:.0%}", va="center", fontsize=7.5)
        axis.set_xlim(min(-by_chance, *gone) - 0.02, max(0.3, *gone) + 0.06)
        axis.set_ylim(-0.8, len(learned) - 0.2)
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        axis.set_xlabel(
            f"prior variance that is gone (dotted: {bar:.0%}, from which we say learned;\n"
            "grey: noise of finitely many draws, 2 standard errors)"
        )
        count = sum(row.contraction >= bar for row in learned)
        page.suptitle(f"The figures tell us something of {count} of {len(learned)} fitted parameters",
                      x=0.01, ha="left", weight="bold", fontsize=12)  # fmt: skip


def marginals(parameters: Mapping[str, Any], learned: Sequence[Learned], path: Path) -> None:
    """Posterior histograms over the flat prior, of the most learned parameters, with mean and 90 % interval."""
    shown = learned[:12]
    with canvas(path, 3, 4, 11, 7.2) as (page, axes):
        for axis, row in zip(axes.flat, shown):
            edges = np.linspace(row.prior_low, row.prior_high, BINS + 1)
            heights, _ = np.histogram(parameters[row.name], edges, density=True)
            flat = 1 / (row.prior_high - row.prior_low)
            axis.fill_between([row.prior_low, row.prior_high], flat / flat, color=FAINT, alpha=0.6, lw=0)
            axis.stairs(heights / flat, edges, color=BLUE, lw=1.6, fill=False)
            axis.stairs(heights / flat, edges, color=BLUE, alpha=0.22, fill=True)
            top = max(float((heights / flat).max()) * 1.18, 1.3)
            axis.plot([row.low, row.high], [top * 0.95] * 2, color=INK, lw=1.3, solid_capstyle="butt")
            axis.plot([row.mean], [top * 0.95], "o", color=INK, ms=4)
            axis.set_ylim(0, top)
            axis.set_xlim(row.prior_low, row.prior_high)
            axis.set_title(f"{row.name}: {row.contraction:.0%} gone", weight="bold")
            axis.set_xlabel(row.unit if row.unit != "1" else "no unit")
        for axis in axes.flat[len(shown) :]:
            axis.axis("off")
        for axis in axes[:, 0]:
            axis.set_ylabel("density / prior's")
        page.suptitle("What is known of the most learned parameters (grey: prior; blue: posterior; bar: mean and 90 %)",
                      x=0.01, ha="left", weight="bold", fontsize=12)  # fmt: skip


def profiles(parameters: Mapping[str, Any], learned: Sequence[Learned], path: Path, effective: float) -> None:
    """Mean likelihood along each parameter, all others free, against its mean over the prior (1); band: 90 %, by how
    many draws stand in each bin."""
    columns = 6
    rows = -(-len(learned) // columns)
    with canvas(path, rows, columns, 11, 1.32 * rows + 0.6) as (page, axes):
        for axis, row in zip(axes.flat, learned):
            middle, mean, error = profile(parameters[row.name], row, effective)
            axis.axhline(1, color=QUIET, lw=0.8)
            colour = BLUE if row.contraction >= max(LEARNED, noise(effective)) else QUIET
            reach = NORMAL_90 * error
            axis.fill_between(middle, np.maximum(mean - reach, 0), mean + reach, color=colour, alpha=0.2, lw=0)
            axis.plot(middle, mean, color=colour, lw=1.5)
            axis.set_xlim(row.prior_low, row.prior_high)
            axis.set_ylim(0, max(2.0, float(mean.max()) * 1.15))
            axis.set_title(row.name, fontsize=8)
            axis.set_xticks([row.prior_low, row.prior_high], [f"{row.prior_low:g}", f"{row.prior_high:g}"])
            axis.set_xlabel(row.unit if row.unit != "1" else "", fontsize=7, labelpad=-6)
            for tick, side in zip(axis.get_xticklabels(), ("left", "right")):
                tick.set_ha(side)
        for axis in axes.flat[len(learned) :]:
            axis.axis("off")
        page.suptitle("Profiles: mean likelihood along each parameter, all others free (1: its mean over the prior)",
                      x=0.01, ha="left", weight="bold", fontsize=12)  # fmt: skip


def profile(values: Any, row: Learned, effective: float, bins: int = BINS // 2) -> tuple[Any, Any, Any]:
    """Middles of bins over the prior's range, the mean likelihood in each against the prior's mean, and its standard
    error from so many effective draws; shape (bins,) each.

    Under a flat prior the share of posterior draws in a bin is, but for a constant, the mean likelihood there.
    """
    edges = np.linspace(row.prior_low, row.prior_high, bins + 1)
    share = np.histogram(values, edges)[0] / len(values)
    return (edges[1:] + edges[:-1]) / 2, share * bins, np.sqrt(share * (1 - share) / effective) * bins


def ridges(parameters: Mapping[str, Any], pairs: Sequence[tuple[str, str, float]], path: Path) -> None:
    """Draws of the posterior in the planes of the strongest correlations, and of three ways to the trade of 2030."""
    known = {frozenset(pair[:2]): pair[2] for pair in pairs}
    trio = [(TRIO[i], TRIO[j], known[frozenset((TRIO[i], TRIO[j]))]) for i, j in ((0, 1), (0, 2), (1, 2))
            if frozenset((TRIO[i], TRIO[j])) in known]  # fmt: skip
    rest = [pair for pair in pairs if frozenset(pair[:2]) not in {frozenset(one[:2]) for one in trio}]
    with canvas(path, 2, 3, 11, 7) as (page, axes):
        for axis, (one, other, correlation) in zip(axes.flat, [*rest[: 6 - len(trio)], *trio]):
            x, y = parameters[one], parameters[other]
            points, times = np.unique(np.stack([x, y]), axis=1, return_counts=True)
            axis.scatter(*points, s=3 * times, color=BLUE, alpha=0.4, lw=0)
            _contours(axis, x, y)
            for name, side in ((one, axis.set_xlim), (other, axis.set_ylim)):
                side(describe()[name].low, describe()[name].high)
            axis.set_xlabel(label(one))
            axis.set_ylabel(label(other))
            axis.set_title(f"correlation {correlation:+.2f}", weight="bold")
        page.suptitle("Ridges: what the figures cannot tell apart (axes: the prior; lines hold 50 and 90 % of draws)",
                      x=0.01, ha="left", weight="bold", fontsize=12)  # fmt: skip


def _contours(axis: Any, x: Any, y: Any) -> None:
    """Lines of the estimated density that hold 50 and 90 % of the draws; none where the draws are too few for that."""
    from scipy.stats import gaussian_kde

    if len(np.unique(x)) < 50:
        return
    density = gaussian_kde(np.stack([x, y]))
    grid = np.meshgrid(np.linspace(x.min(), x.max(), 60), np.linspace(y.min(), y.max(), 60))
    height = density(np.stack([one.ravel() for one in grid])).reshape(60, 60)
    levels = np.unique(np.quantile(density(np.stack([x, y])), [0.1, 0.5]))
    axis.contour(*grid, height, levels=levels, colors=INK, linewidths=[0.8, 1.3][: len(levels)])


# --------------------------------------------------------------------------------------------------- the scorecard


def scorecard(lines: Sequence[Line], path: Path) -> None:
    """Every judged figure: the model's interval against the article's band, all bands drawn alike, failures first."""
    shown = [line for line in lines if line.figure.applies]
    with canvas(path, 1, 1, 12.4, 0.235 * len(shown) + 1.6) as (page, axes):
        axis = axes[0, 0]
        for place, line in zip(range(len(shown) - 1, -1, -1), shown):
            _row(axis, place, line)
        axis.axvspan(-1, 1, color="#DCEAF4", lw=0, zorder=0)
        failing = sum(line.failing for line in shown)
        axis.axhline(len(shown) - failing - 0.5, color=INK, lw=0.8)
        axis.set_ylim(-0.7, len(shown) + 0.4)
        axis.set_xlim(-REACH - 0.1, REACH + 0.1)
        axis.set_xticks([-3, -1, 0, 1, 3], ["", "lower end", "middle", "upper end", ""])
        axis.set_xlabel("position against the article's band (blue). Where the article tells one end alone, the band "
                        "goes on beyond the other")  # fmt: skip
        axis.set_yticks(range(len(shown)), [_role(line) for line in shown[::-1]])
        axis.tick_params(axis="y", length=0)
        axis.spines["left"].set_visible(False)
        for x, head in ((PUBLISHED, "published"), (SAYS, "model, 90 % interval")):
            axis.text(x, 1.0, head, transform=axis.transAxes, weight="bold", fontsize=8)
        page.suptitle(f"{failing} of {len(shown)} figures fail (orange, above the line); the others hold (green)",
                      x=0.01, ha="left", weight="bold", fontsize=12)  # fmt: skip


def _role(line: Line) -> str:
    known = line.figure
    return f"{known.id}  [{known.role}{', ' + known.independence if known.independence else ''}]"


def _row(axis: Any, place: int, line: Line) -> None:
    """One figure: dot and interval, article and model in numbers."""
    colour = GREEN if line.verdict == INSIDE else RED
    ink = {"fontsize": 7.5, "va": "center", "transform": axis.get_yaxis_transform(), "clip_on": False}
    says, span = model(line)
    words = f"{says} ({span})" if span else NOT_MEASURED
    unit = line.figure.unit if line.figure.unit not in ("share", "ratio", "trust", "attention") else ""
    axis.text(PUBLISHED, place, published(line.figure), color=QUIET, **ink)
    axis.text(SAYS, place, f"{words} {unit}".strip(), color=colour, **ink)
    scale = scale_of(line)
    if scale is None or line.centre is None or line.low is None or line.high is None:
        note = line.told.partition(":")[0] if line.figure.order else "must be the published value"
        note = NOT_MEASURED if line.verdict == NOT_MEASURED else note
        axis.text(0, place, note, color=colour, fontsize=7, va="center", ha="center")
        return
    low, mid, high = (scale(value) for value in (line.low, line.centre, line.high))
    shown = np.clip([low, high], -REACH, REACH)
    axis.plot(shown, [place] * 2, color=colour, lw=1.8, solid_capstyle="butt")
    if abs(mid) <= REACH:
        axis.plot([mid], [place], "o", color=colour, ms=5)
    for end, mark in ((low, "<"), (high, ">")):
        if abs(end) > REACH:
            axis.plot([np.sign(end) * REACH], [place], mark, color=colour, ms=4)


def scale_of(line: Line) -> Callable[[float], float] | None:
    """From a figure's unit to its place: the band's ends at -1 and 1; None for a figure judged by order.

    Where the article tells one end alone, that end is at its side, and the unit is half the way to the model's far end.
    """
    low, high = line.figure.low, line.figure.high
    if line.figure.order or (low is None and high is None):
        return None
    if low is not None and high is not None:
        middle, half = (low + high) / 2, (high - low) / 2
        return lambda value: (value - middle) / half
    end, side = (low, -1.0) if low is not None else (high, 1.0)
    assert end is not None
    far = max(abs(value - end) for value in (line.low, line.centre, line.high) if value is not None) or 1.0
    return lambda value: side + 2 * (value - end) / far


def lines_of(rows: Sequence[Mapping[str, Any]]) -> list[Line]:
    """Lines from the plain data of a stored scorecard."""
    from calibration.words import line_of

    known = figures()
    return [line_of(dict(row), known[row["id"]]) for row in rows]
