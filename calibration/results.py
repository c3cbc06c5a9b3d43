"""`python -m calibration.results` (or `make results`): docs/results.md, from the shipped posterior.

Every part leaves its numbers as JSON in docs/results (scorecard and rival beside the posterior, since the app shows
them), with date and code, so that the page can be made anew at once (`--only page`) and a stopped call is gone on with
part by part (`--only rival --only robustness`). Synthetic worlds need the runs of the fit (`--runs`, the folder of
`corridors calibrate`).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import FIRMS
from calibration import plots, posterior, trust
from calibration.evidence import Evidence
from calibration.figures import figures
from calibration.fit import How
from calibration.headline import CORRIDOR, TIE
from calibration.posterior import Posterior
from calibration.recovery import Learned, contractions, noise, ridges
from calibration.results_page import page
from calibration.rival import TARGET, rival, trend_alone, tuned
from calibration.robustness import Sizes, robustness
from calibration.scorecard import INSIDE, judge_all, measure_all
from calibration.shipped import SHIPPED
from calibration.words import cells
from experiments.provenance import code_version

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "results"
SMALL = Sizes(draws=20, firms=60, fit_draws=256, fit_firms=60)
RIDGES_KEPT = 20


@dataclass(frozen=True)
class Request:
    """What is made, where, and how much of it. fit: folder of the posterior; work: keeps the small fits."""

    folder: Path = DOCS
    page: Path = ROOT / "docs" / "results.md"
    fit: Path = posterior.FOLDER
    work: Path = ROOT / "results" / "robustness"
    runs: Path = ROOT / "results" / "calibration"
    sizes: Sizes = field(default_factory=Sizes)
    only: Sequence[str] = ()
    command: str = "make results"


# -------------------------------------------------------------------------------------------------------------- parts


def scorecard_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """Every figure held against the posterior; and the trade of 2030 that the rival is set beside."""
    sizes = request.sizes
    evidence = Evidence(shipped.sets(sizes.draws), range(sizes.draws), sizes.firms, sizes.how.workers)
    card = judge_all(measure_all(evidence, figures()), figures())
    middle = {year: float(np.median(evidence.year(CORRIDOR, "trade", TIE, year))) for year in (2025, TARGET)}
    return {"draws": sizes.draws, "firms": sizes.firms, "trade": middle, "rows": [cells(x, card) for x in card.lines],
            "ranks": [asdict(rank) for rank in card.ranks]}  # fmt: skip


def identified_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """What the fit learned of each parameter, and which it cannot tell apart."""
    manifest = ("made", "code", "draws", "different_draws", "effective_draws", "draws_run", "draws_of_the_second_stage",
                "failed_draws", "seconds")  # fmt: skip
    return {
        "fit": {key: shipped.told[key] for key in manifest},
        "noise": noise(shipped.told["effective_draws"]),
        "learned": [asdict(row) for row in contractions(shipped.parameters)],
        "ridges": [list(pair) for pair in ridges(shipped.parameters)[:RIDGES_KEPT]],
    }


def rival_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """The verdicts of a trend-only world beside the model's. Raises BadInput without a scorecard."""
    card = read_part(request.folder, "scorecard")
    if card is None:
        raise BadInput("the rival is held against the scorecard, which was not made; make it first: --only scorecard")
    draws = shipped.sets(card["draws"])
    trend = float(np.median([one.demand_trend for one in draws]))
    by_trend = {x.figure.id: x for x in rival(draws).lines}
    by_tuned = {x.figure.id: x for x in rival([Parameters().changed({"demand_trend": tuned()})]).lines}
    strict = rival(draws, equal=False)
    start, reached = card["trade"]["2025"], card["trade"][str(TARGET)]
    return {
        "trend": trend,
        "trend_alone": trend_alone(trend),
        "model_2030": reached,
        "share_of_rise": (trend_alone(trend) - start) / (reached - start),
        "tuned": tuned(),
        "inside_without_equal_shares": sum(line.verdict == INSIDE for line in strict.lines),
        "rows": [
            {"id": row["id"], "role": row["role"], "independence": row["independence"], "model": row["verdict"],
             "rival": by_trend[row["id"]].verdict, "rival_says": by_trend[row["id"]].centre,
             "tuned": by_tuned[row["id"]].verdict, "why": by_trend[row["id"]].told}
            for row in card["rows"] if figures()[row["id"]].applies
        ],
    }  # fmt: skip


def robustness_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """Verdicts under other priors, another elasticity, other rules of the futures, other numbers of firms."""
    last = [0.0]

    def told(variation: str, stage: str) -> None:
        if stage in ("begins", "done") or time.monotonic() - last[0] > 30:
            last[0] = time.monotonic()
            print(f"robustness: {variation}: {stage}", file=sys.stderr, flush=True)

    return robustness(shipped, request.sizes, request.work, told)


def synthetic_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """Ranks of the truth in synthetic worlds. Raises BadInput without the runs of a fit."""
    return trust.synthetic_worlds(request.runs, request.work, request.folder / "synthetic.png", request.sizes.how)


def cross_check_part(shipped: Posterior, request: Request) -> dict[str, Any]:
    """The same targets fitted by pyABC. Raises BadInput without it."""
    return trust.second_method(request.work, request.folder / "cross-check.png", request.sizes.how)


PARTS: dict[str, Callable[[Posterior, Request], dict[str, Any]]] = {
    "scorecard": scorecard_part,
    "identified": identified_part,
    "rival": rival_part,
    "synthetic": synthetic_part,
    "cross-check": cross_check_part,
    "robustness": robustness_part,
}


# ------------------------------------------------------------------------------------------------- pictures and page


def draw(shipped: Posterior, part: str, data: Mapping[str, Any], folder: Path) -> None:
    """The pictures of a part."""
    if part == "scorecard":
        plots.scorecard(plots.lines_of(data["rows"]), folder / "scorecard.png")
    if part == "identified":
        learned = [Learned(**row) for row in data["learned"]]
        plots.contraction(learned, folder / "contraction.png", data["noise"])
        plots.marginals(shipped.parameters, learned, folder / "marginals.png")
        plots.profiles(shipped.parameters, learned, folder / "profiles.png", data["fit"]["effective_draws"])
        plots.ridges(shipped.parameters, ridges(shipped.parameters), folder / "ridges.png")


def page_of(folder: Path, place: Path) -> str:
    """The page as the numbers of a folder make it. place: where it will stand."""
    found = {name: read_part(folder, name) for name in PARTS}
    known = {name: part for name, part in found.items() if part is not None}
    links = [f"[{name}.json]({_seen(part_file(folder, name), place)})" for name in SHIPPED]
    apart = f" ({' and '.join(links)} with the package)" if folder == DOCS else ""
    return page(known, _seen(folder, place), (place.parent / "model-changes.md").is_file(), apart)


def _seen(path: Path, place: Path) -> str:
    """A path as a page that stands at `place` links to it."""
    return Path(relpath(path, place.parent)).as_posix()


def part_file(folder: Path, name: str) -> Path:
    """Where the numbers of a part stand."""
    return (posterior.FOLDER if folder == DOCS and name in SHIPPED else folder) / f"{name}.json"


def read_part(folder: Path, name: str) -> dict[str, Any] | None:
    """The numbers of a part, None if it was not run. Raises BadInput if they cannot be read."""
    path = part_file(folder, name)
    if not path.is_file():
        return None
    try:
        part: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise BadInput(f"{path}: cannot be read ({problem}); make it again") from None
    return part


def make(request: Request) -> None:
    """Make the parts that are asked for (all, if none is), their pictures, and the page.

    Raises:
        BadInput: there is no posterior, or it is of another model; an unknown part.
    """
    wanted = [name for name in PARTS if not request.only or name in request.only]
    shipped = posterior.read(request.fit) if wanted else None
    request.folder.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        assert shipped is not None
        began = time.perf_counter()
        print(f"{name} …", file=sys.stderr, flush=True)
        data = PARTS[name](shipped, request)
        seconds = round(time.perf_counter() - began, 1)
        head = {"made": datetime.now(UTC).isoformat(timespec="seconds"), "code": code_version(), "seconds": seconds,
                "command": request.command, "posterior": shipped.told["made"]}  # fmt: skip
        path = part_file(request.folder, name)
        path.write_text(json.dumps({**head, **data}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        draw(shipped, name, json.loads(path.read_text(encoding="utf-8")), request.folder)
        print(f"{name}: {seconds:,.0f} s, {path}", file=sys.stderr, flush=True)
    request.page.write_text(page_of(request.folder, request.page), encoding="utf-8")
    print(f"written: {request.page}", file=sys.stderr)


def request_of(words: Sequence[str]) -> Request:
    """What the command line asks for."""
    told = Request()
    say = argparse.ArgumentParser(prog="python -m calibration.results", description=(__doc__ or "").splitlines()[0])
    say.add_argument("--small", action="store_true", help="few draws and firms: a trial, not a result")
    say.add_argument("--only", action="append", default=[], choices=[*PARTS, "page"], help="this part, then the page")
    say.add_argument("--draws", type=int, help=f"of the scorecard (default {told.sizes.draws})")
    say.add_argument("--firms", type=int, help=f"that are sampled (default {FIRMS})")
    say.add_argument("--fit-draws", type=int, help=f"of each small fit (default {told.sizes.fit_draws})")
    say.add_argument("--fit-firms", type=int, help=f"of each small fit (default {told.sizes.fit_firms})")
    say.add_argument("--workers", type=int, help="processes and threads (all cores, if not told)")
    say.add_argument("--fit", type=Path, default=told.fit, help="folder of the posterior (default: the shipped one)")
    say.add_argument("--folder", type=Path, default=told.folder, help="where numbers and pictures go")
    say.add_argument("--page", type=Path, default=told.page)
    say.add_argument("--work", type=Path, default=told.work, help="keeps the small fits, to go on with")
    say.add_argument("--runs", type=Path, default=told.runs, help="the runs of the fit, for synthetic worlds")
    given = say.parse_args(words)
    base = SMALL if given.small else told.sizes
    told_sizes = {name: getattr(given, name) for name in ("draws", "firms", "fit_draws", "fit_firms")}
    sizes = replace(base, how=How(given.workers), **{name: size for name, size in told_sizes.items() if size})
    command = " ".join(["python -m calibration.results", *words])
    return Request(given.folder, given.page, given.fit, given.work, given.runs, sizes, given.only, command)


def main() -> None:
    """Make what the command line asks for."""
    try:
        make(request_of(sys.argv[1:]))
    except BadInput as problem:
        sys.exit(f"error: {problem}")


if __name__ == "__main__":
    main()
