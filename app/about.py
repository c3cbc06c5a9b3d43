"""About the model, for a visitor: what it is, what it does not know, what it will not do; how to read and cite it.

Sentences stand among the words of each language, without figures; every figure in them is computed here, from the
files and declarations that the model itself reads.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from abm import __version__, base_year, parameters
from abm.odd import sources
from abm.runs import FIRMS
from abm.scenario import FIRST_YEAR, YEARS
from app.data import UNSURE
from app.language import FIRST, Words, words
from app.link import RUNS
from app.scorecard import made, totals
from calibration import posterior
from calibration.figures import FIT, NOT_APPLICABLE, figure, figures, targets
from calibration.recovery import LEARNED, contractions, noise
from calibration.scorecard import HIGH as CARD_HIGH
from calibration.scorecard import INSIDE
from calibration.scorecard import LOW as CARD_LOW
from calibration.shipped import RIVAL, SCORECARD, manifest, shipped
from calibration.words import line_of
from experiments.paired import HIGH, LOW

# What a visitor may want to know the licence of: name, distribution ("" if it is data), licence, whose.
LICENCES = (
    ("Natural Earth, world-atlas", "", "Public domain; ISC", "https://github.com/topojson/world-atlas"),
    ("Solara", "solara-ui", "MIT", "https://github.com/widgetti/solara"),
    ("Apache ECharts", "", "Apache-2.0", "https://echarts.apache.org"),
    ("Vue, ipyvue", "ipyvue", "MIT", "https://github.com/widgetti/ipyvue"),
    ("Starlette", "starlette", "BSD-3-Clause", "https://www.starlette.io"),
    ("Mesa", "mesa", "Apache-2.0", "https://github.com/mesa/mesa"),
    ("NumPy", "numpy", "BSD-3-Clause", "https://numpy.org"),
    ("Numba", "numba", "BSD-2-Clause", "https://numba.pydata.org"),
    ("Apache Arrow", "pyarrow", "Apache-2.0", "https://arrow.apache.org"),
    ("pandas", "pandas", "BSD-3-Clause", "https://pandas.pydata.org"),
    ("SciPy", "scipy", "BSD-3-Clause", "https://scipy.org"),
    ("Matplotlib", "matplotlib", "PSF-based", "https://matplotlib.org"),
)
ARTICLES = ("abazov2026", "aod2025")
ON_BLOCS = "External frameworks"  # the part of the survey's article that speaks of blocs
FUTURES = ("fragmentation", "external")  # those that the model and the experts see most differently
# The sections of the page and how many sentences each has; a sentence is a key `about.<section>.<number>`.
SECTIONS = {"what": 5, "band": 4, "luck": 3, "experts": 3, "unknown": 8, "wont": 6}


def about(lang: str = FIRST) -> dict[str, Any]:
    """The page's sections, licences, citation and version.

    Raises:
        BadInput: no such language; a file that the figures come from cannot be read.
    """
    say = words(lang)
    known = facts(say)
    return {
        "lang": lang,
        "sections": [
            {
                "id": name,
                "title": say.t(f"about.{name}.title"),
                "sentences": [say.t(f"about.{name}.{number}", **known) for number in range(1, count + 1)],
            }
            for name, count in SECTIONS.items()
        ],
        "licences": [_licence(*row, say) for row in LICENCES],
        "citation": citation(say),
        "articles": [_reference(key) for key in ARTICLES],
        "made": made(shipped(SCORECARD), manifest()),
        "version": __version__,
    }


def facts(say: Words) -> dict[str, str]:
    """Every figure that the sentences name, written as the language writes numbers, by the name of its place."""
    return {name: value if isinstance(value, str) else say.number(value) for name, value in _facts(say).items()}


def _facts(say: Words) -> dict[str, float | str]:
    return {**_world(say), **_reading(), **_fit(), **_card(say)}


def _world(say: Words) -> dict[str, float | str]:
    """How big the model is."""
    world = base_year.read()
    sizes: dict[str, float | str] = {name: len(world.names(name)) for name in base_year.FILES}
    years = {"first": str(FIRST_YEAR), "last": str(FIRST_YEAR + YEARS - 1)}
    return {**sizes, **years, "hub": say.name("agents", world.names("hubs")[0]), "firms": FIRMS}


def _reading() -> dict[str, float | str]:
    """How many runs an answer has, and what its bands hold, in per cent."""
    polled = sorted({row.n for row in figures().values() if row.n})
    return {
        "runs": RUNS, "percent": round(100 * (HIGH - LOW)), "tail": round(100 * LOW),
        "card_percent": round(100 * (CARD_HIGH - CARD_LOW)), "few": polled[0], "many": polled[-1],
    }  # fmt: skip


def _fit() -> dict[str, float | str]:
    """How many numbers are fitted, pinned, assumed, learned; how many values of the base year are unsure."""
    roles = Counter(known.role for known in parameters.describe().values())
    drawn = posterior.read(check=False)
    bar = max(LEARNED, noise(drawn.told["effective_draws"]))
    rows = base_year.read().rows
    return {
        "numbers": roles.total(), "fitted": roles[FIT], "pinned": roles["pinned"], "assumed": roles["assumed"],
        "targets": len(targets()), "learned": sum(row.contraction >= bar for row in contractions(drawn.parameters)),
        "values": len(rows), "unsure": sum(row.confidence in UNSURE for row in rows),
    }  # fmt: skip


def _card(say: Words) -> dict[str, float | str]:
    """What the scorecard says in sum, and of the figures that the sentences name."""
    card, rival = shipped(SCORECARD), shipped(RIVAL)
    lines = {row["id"]: line_of(row, figures()[row["id"]]) for row in card["rows"] if row["id"] in figures()}
    found = totals(line for line in lines.values() if line.verdict != NOT_APPLICABLE)
    blocs = [line for line in lines.values() if line.figure.place.startswith(ON_BLOCS)]
    told: dict[str, float | str] = {f"{name}_{part}": n for name, of in found.items() for part, n in of.items()}
    for name in FUTURES:
        share, opinion = lines[f"future_{name}"].centre or 0.0, figure(f"future_{name}").value or 0.0
        told |= {f"{name}_runs": say.number(100 * share, 2), f"{name}_experts": say.number(100 * opinion, 1)}
    return told | {
        "outside": found["all"]["of"] - found["all"]["inside"],
        "ceiling": f"{figure('trade_2025').high:.1f}".replace(".", say.rules["decimal"]),
        "year": max(card["trade"]), "trend": round(100 * rival["share_of_rise"]),
        "rival": sum(row["rival"] == INSIDE for row in rival["rows"]),
        "blocs_of": len(blocs), "blocs_outside": sum(line.failing for line in blocs),
    }  # fmt: skip


def citation(say: Words) -> str:
    """How to cite the program, in one line."""
    return say.t("about.cite.line", version=__version__)


def _reference(key: str) -> str:
    known = sources()[key]
    return f"{', '.join(known['authors'])} ({known['year']}). {known['title']}. {known['where']}."


def _licence(name: str, distribution: str, licence: str, address: str, say: Words) -> dict[str, str]:
    found = ""
    with suppress(PackageNotFoundError):
        found = version(distribution) if distribution else ""
    key = name.partition(",")[0].lower().replace(" ", "_")
    return {"name": name, "version": found, "licence": licence, "address": address, "what": say.t(f"about.part.{key}")}
