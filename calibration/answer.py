"""What the runs have to say: figures, paired differences, futures, the naive rival; measured once, for all readers."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from abm import futures
from abm.parameters import Parameters
from abm.runs import Runs
from abm.scenario import FIRST_YEAR, YEARS
from calibration import headline
from calibration.figures import figure
from calibration.headline import FUTURES, HUB, TIE, Row
from experiments.paired import Band, in_words, variance_gain

NOTABLE = 0.005  # log points of trade that make a tie worth a line of its own
HINDCAST = "kgtj-hindcast"


@dataclass(frozen=True)
class Difference:
    """A paired difference between two scenarios under the same luck; more, less: shares of runs."""

    label: str
    measure: str
    who: str
    year: int
    unit: str
    band: Band
    more: float
    less: float
    words: str
    pairing: float


@dataclass(frozen=True)
class Answer:
    """All that a run has to say; plain data, printed and written from here."""

    scenario: str
    against: str
    title: str
    seeds: int
    rows: list[Row]
    differences: list[Difference]
    endings: dict[str, list[Row]]
    hub_jobs: Band | None
    trend: dict[str, float]
    sweep: dict[str, list[float]]
    origin: str


def answer(
    ensembles: Mapping[str, Runs], scenario: str, against: str, numbers: Sequence[Parameters], origin: str
) -> Answer:
    """Measure everything that these runs can tell. numbers: one set a run; origin: where they come from, in words."""
    first, other = ensembles[scenario], ensembles[against]
    covers = first.scenario.first_year == FIRST_YEAR and first.scenario.years == YEARS
    same_world = not first.scenario.initial and not other.scenario.initial
    rows, endings, trend, hub_jobs, sweep = [], {}, {}, None, {}
    if first.scenario.name == HINDCAST:
        rows = headline.hindcast(first)
    if covers and same_world:  # the articles speak of this world, and of these years
        rows = headline.measure(ensembles, scenario, against, np.array([one.execution for one in numbers]))
        shown = dict.fromkeys([headline.AS_IS, scenario, against])
        endings = {n: [headline.future(f, ensembles, n, n == headline.AS_IS) for f in FUTURES] for n in shown}
        hub_jobs = Band.of(first.year("hub_jobs", HUB, 2030))
        trend = _trend(first, float(np.median([one.demand_trend for one in numbers])))
        sweep = _sweep(ensembles)
    return Answer(
        scenario,
        against,
        first.scenario.title,
        len(first.seeds),
        rows,
        _differences(first, other),
        endings,
        hub_jobs,
        trend,
        sweep,
        origin,
    )


def _differences(first: Runs, other: Runs) -> list[Difference]:
    last = first.scenario.first_year + first.scenario.years - 1
    middle = min(first.scenario.first_year + 5, last)
    closed = [(f"KG-TJ trade {middle - 2}", "mn US$/yr", "trade", headline.CLOSED, middle - 2)]
    moved = [(f"{tie} trade {last}", "mn US$/yr", "trade", tie, last) for tie in _most_moved(first, other, last)]
    asked = [
        *(closed if first.scenario.name == HINDCAST else []),
        (f"KZ-KG trade {middle}", "bn US$/yr", "trade", TIE, middle),
        (f"KZ-KG trade {last}", "bn US$/yr", "trade", TIE, last),
        *moved,
        (f"regional trade {last}", "bn US$/yr", "regional_trade", "region", last),
        (f"jobs of all firms {middle}", "jobs", "jobs", HUB, middle),
        (f"mean trust {last}", "share", "mean_trust", "region", last),
        (f"mean attention {last}", "share", "mean_attention", "region", last),
        (f"regional surplus {last}", "bn US$/yr", "surplus", "region", last),
    ]
    found = []
    for label, unit, measure, who, year in dict.fromkeys(asked):
        scale = 1000 if unit.startswith("mn") else 1
        a, b = scale * first.year(measure, who, year), scale * other.year(measure, who, year)
        gap = a - b
        more, less = float(np.mean(gap > 0)), float(np.mean(gap < 0))
        found.append(
            Difference(label, measure, who, year, unit, Band.of(gap), more, less, in_words(gap), variance_gain(a, b))
        )
    return found


def _most_moved(first: Runs, other: Runs, year: int) -> list[str]:
    """The two ties beside KZ-KG whose trade differs most, relative to what it is."""
    ties = [c.who for c in first.columns if c.measure == "trade" and c.who != TIE]
    gap = {t: abs(float(np.mean(np.log(first.year("trade", t, year) / other.year("trade", t, year))))) for t in ties}
    return sorted((t for t in ties if gap[t] > NOTABLE), key=lambda t: -gap[t])[:2]


def _sweep(ensembles: Mapping[str, Runs]) -> dict[str, list[float]]:
    """The futures under as-is by other quantiles of the frozen band, and by each form of rule 1 alone."""
    as_is, frozen = ensembles[headline.AS_IS], ensembles[headline.FROZEN]
    ways: dict[str, dict[str, Any]] = {f"band at {q:.1%}": {"quantile": q} for q in (0.025, 0.05, 0.10)}
    ways |= {f"rule 1 by {form} alone": {"dominance": form} for form in ("attention", "family")}
    order = list(FUTURES.values())
    return {
        way: [float(x) for x in futures.shares(futures.classify(as_is, frozen, **how))[order]]
        for way, how in ways.items()
    }


def _trend(runs: Runs, trend: float) -> dict[str, float]:
    """The naive rival: demand's trend alone, and what growth 3.0 bn would need of it."""
    start = float(np.median(runs.year("trade", TIE, 2025)))
    reached = float(np.median(runs.year("trade", TIE, 2030)))
    alone = start * float(np.exp(5 * trend))
    target = figure("trade_2030").value or 0.0
    return {
        "trend alone 2030": alone,
        "share of the rise": (alone - start) / (reached - start) if reached > start else float("nan"),
        "growth needed": log(target / start) / 5,
        "growth assumed": trend,
    }


# -------------------------------------------------------------------------------------------------------------- files


def write_summary(found: Answer, ensembles: Mapping[str, Runs], folder: Path) -> None:
    """summary.csv: every line printed; bands.csv: the bands behind the chart, by year."""
    with (folder / "summary.csv").open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(
            ["kind", "id", "what", "unit", "article_low", "article_value", "article_high", "model_low", "model_median",
             "model_high", "monte_carlo_error", "verdict", "role", "independence", "article"]
        )  # fmt: skip
        for row in found.rows:
            write.writerow(["figure", *_cells(row)])
        for name, rows in found.endings.items():
            for row in rows:
                write.writerow([f"future under {name}", *_cells(row)])
        for d in found.differences:
            band = [f"{x:.6g}" for x in (d.band.low, d.band.median, d.band.high)]
            label = f"{d.label}: {found.scenario} less {found.against}"
            write.writerow(["paired difference", "", label, d.unit, "", "", "", *band, "", d.words, "", "", ""])
    with (folder / "bands.csv").open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file, lineterminator="\n")
        write.writerow(["scenario", "measure", "who", "unit", "year", "low", "median", "high", "runs"])
        for name, runs in ensembles.items():
            for column in runs.columns:
                for year in range(runs.scenario.first_year, runs.scenario.first_year + runs.scenario.years):
                    b = Band.of(runs.year(column.measure, column.who, year))
                    cells = [f"{x:.6g}" for x in (b.low, b.median, b.high)]
                    write.writerow([name, column.measure, column.who, column.unit, year, *cells, b.runs])


def _cells(row: Row) -> list[Any]:
    known, band = row.figure, row.band
    article = ["" if x is None else f"{x:g}" for x in (known.low, known.value, known.high)]
    model = ["", f"{row.judged:.6g}", ""] if row.share else [f"{x:.6g}" for x in (band.low, band.median, band.high)]
    error = f"{row.error:.3g}" if row.error else ""
    return [known.id, row.label, known.unit, *article, *model, error, row.verdict, known.role, known.independence,
            known.article]  # fmt: skip
