"""Do the verdicts hold if the prior, the elasticity, the rule of the futures or the number of firms were another?

Every variation is judged by the scorecard under the same seeds. Those of the prior are fitted anew, with fewer draws
than the shipped fit; "fitted again" is the same small fit of the prior as it is, which tells what smallness alone does.
What has been made is kept in a folder, and the same call goes on with the rest.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from abm.futures import DOMINANCE, QUANTILE, classify_endings
from abm.parameters import Parameters
from abm.runs import FIRMS
from calibration import posterior
from calibration.evidence import Evidence
from calibration.figures import HELD_OUT, NOT_APPLICABLE, Figure, figures
from calibration.fit import How, fit
from calibration.headline import AS_IS, FROZEN, FUTURES
from calibration.posterior import Posterior
from calibration.prior import Prior
from calibration.scorecard import INSIDE, centre, error, judge, judge_all, measure_all
from experiments.provenance import code_hash
from experiments.sweeps.files import write_beside

BASE, AGAIN = "as shipped", "fitted again, small"
WIDTHS = (0.5, 1.5)  # of every prior range, against that of parameters.py
ELASTICITY = 2.0  # of trade: what much of the literature finds, below the prior's range
QUANTILES = (0.025, QUANTILE, 0.10, 0.20)  # of the frozen band, each side
CROWDS = (0.25, 1.0, 4.0)  # firms sampled, against the default: 150, 600, 2,400
NEAR = 2.0  # standard errors from a verdict's edge, within which luck of the draws may have made it
FEW = 50  # effective draws of a fit, below which luck may have made any verdict: its own spread is not known
JUDGES = (
    "evidence", "figures", "fit", "guess", "headline", "likelihood", "prior", "robustness", "scorecard", "survivors",
    "variants",
)  # fmt: skip
Told = Callable[[str, str], None]


@dataclass(frozen=True)
class Sizes:
    """How much is run: draws of the scorecard and firms sampled; draws (a power of two) and firms of each small fit;
    and by whom."""

    draws: int = 200
    firms: int = FIRMS
    fit_draws: int = 16_384
    fit_firms: int = FIRMS // 4
    how: How = field(default_factory=How)


@dataclass(frozen=True)
class Variation:
    """One way in which things could be otherwise. prior: what is changed of the fit, None if nothing is fitted anew;
    crowd: firms against the default; endings: how the futures are told."""

    name: str
    prior: Mapping[str, Any] | None = None
    crowd: float = 1.0
    endings: Mapping[str, Any] = field(default_factory=dict)


def variations() -> list[Variation]:
    """All of them; the first is what the others are held against."""
    futures = [Variation(f"futures' band at {q:.1%}", endings={"quantile": q}) for q in QUANTILES if q != QUANTILE]
    futures += [Variation(f"rule 1 by {form} alone", endings={"dominance": form}) for form in DOMINANCE[1:]]
    return [
        Variation(BASE),
        Variation(AGAIN, {}),
        *(Variation(f"prior {width:g} as wide", {"width": width}) for width in WIDTHS),
        Variation(f"trade_elasticity {ELASTICITY:g}", {"fixed": {"trade_elasticity": ELASTICITY}}),
        *futures,
        *(Variation(f"firms × {crowd:g}", crowd=crowd) for crowd in CROWDS if crowd != 1),
    ]


def robustness(
    shipped: Posterior, sizes: Sizes, folder: Path, told: Told = lambda variation, stage: None
) -> dict[str, Any]:
    """Verdicts on all figures under each variation, as plain data; goes on with what an earlier call of the same size
    and program left.

    Raises:
        BadInput: a variation cannot be fitted.
        KeyboardInterrupt: stopped; what had ended is kept.
    """
    found: dict[str, Any] = {}
    own = folder / f"{program()[:8]}-{sizes.draws}-{sizes.firms}-{sizes.fit_draws}-{sizes.fit_firms}"
    base = Evidence(shipped.sets(sizes.draws), range(sizes.draws), sizes.firms, sizes.how.workers)
    for one in variations():
        path = own / "verdicts" / f"{_slug(one.name)}.json"
        identity = _identity(one, shipped, sizes)
        if (kept := _kept(path, identity)) is None:
            told(one.name, "begins")
            kept = {"identity": identity, **_vary(one, shipped, base, sizes, own / _slug(one.name), told)}
            write_beside(path, (json.dumps(kept, indent=1) + "\n").encode(), own / ".drafts")
        told(one.name, "done")
        found[one.name] = {key: value for key, value in kept.items() if key != "identity"}
    return {"draws": sizes.draws, "firms": sizes.firms, "fit_draws": sizes.fit_draws,
            "fit_firms": sizes.fit_firms, "variations": found,
            "changed": changed(found)}  # fmt: skip


def changed(found: Mapping[str, Any]) -> dict[str, list[str]]:
    """Held-out figures whose verdict is another than as shipped, with the variations under which it is."""
    base = found[BASE]["verdicts"]
    held_out = [id_ for id_, row in figures().items() if row.role == HELD_OUT]
    others = {id_: [name for name, one in found.items() if _flips(one["verdicts"][id_], base[id_])] for id_ in held_out}
    return {id_: names for id_, names in others.items() if names}


def _flips(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool((one["verdict"] == INSIDE) != (other["verdict"] == INSIDE))


def _vary(one: Variation, shipped: Posterior, base: Evidence, sizes: Sizes, folder: Path, told: Told) -> dict[str, Any]:
    """Fit if need be, measure, judge."""
    began = time.perf_counter()
    evidence, effective = base, float(shipped.told["effective_draws"])
    firms = max(1, round(sizes.firms * one.crowd))
    if one.prior is not None:
        fitted = _fitted(Prior(sizes.fit_draws, firms=sizes.fit_firms, **one.prior), folder, sizes, told, one.name)
        fixed = one.prior.get("fixed", {})
        numbers: list[Parameters] = [draw.changed(fixed) for draw in fitted.sets(sizes.draws)]
        evidence, effective = (
            Evidence(numbers, base.seeds, firms, sizes.how.workers),
            float(fitted.told["effective_draws"]),
        )
    elif firms != sizes.firms:
        evidence = Evidence(base.parameters, base.seeds, firms, sizes.how.workers)
    values = measure_all(evidence, figures())
    if one.endings:
        endings = classify_endings(evidence.ending(AS_IS), evidence.ending(FROZEN), **one.endings)
        values |= {id_: endings == future for id_, future in FUTURES.items()}
    return {"effective": effective, "firms": firms, "seconds": round(time.perf_counter() - began, 1),
            "verdicts": verdicts(values, figures(), effective)}  # fmt: skip


def verdicts(values: Mapping[str, Any], rows: Mapping[str, Figure], effective: float) -> dict[str, Any]:
    """Of every judged figure: its verdict, what is judged and its interval, and whether luck may have made it.

    effective: draws behind the parameters; where they are fewer than the runs, errors are larger by the root of it.
    """
    centres = {id_: centre(value, rows[id_]) for id_, value in values.items() if not isinstance(value, str)}
    found = {}
    for line in judge_all(values, rows).lines:
        row = line.figure
        if line.verdict == NOT_APPLICABLE:
            continue
        near = effective < FEW
        if row.id in centres and not near:
            reach = NEAR * error(values[row.id], row) * max(1.0, len(values[row.id]) / effective) ** 0.5
            sides = {judge(row, {**centres, row.id: centres[row.id] + step})[0] for step in (-reach, reach)}
            near = sides != {line.verdict}
        found[row.id] = {"verdict": line.verdict, "median": line.centre, "low": line.low, "high": line.high,
                         "near": near}  # fmt: skip
    return found


def _fitted(prior: Prior, folder: Path, sizes: Sizes, told: Told, name: str) -> Posterior:
    """The small fit of a folder, made if it is not there. Raises BadInput."""
    if (folder / posterior.TABLE).is_file():
        return posterior.read(folder)
    began = time.perf_counter()
    how = replace(sizes.how, told=lambda stage, done, of: told(name, f"{stage} {done:,}/{of:,}"))
    found = fit(prior, folder, how)
    return posterior.write(found, folder, f"calibration.robustness: {name}", time.perf_counter() - began)


def _identity(one: Variation, shipped: Posterior, sizes: Sizes) -> str:
    """What the verdicts of a variation depend on."""
    text = repr((one, sizes.draws, sizes.firms, sizes.fit_draws, sizes.fit_firms, shipped.told.get("made"), program()))
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@cache
def program() -> str:
    """A short hash of all that a verdict depends on: the model, the fit, the ledger and what judges."""
    digest = hashlib.blake2b(code_hash().encode(), digest_size=12)
    here = Path(__file__).parent
    for path in sorted(
        [*(here / f"{name}.py" for name in JUDGES), *here.glob("measures/*.py"), *here.glob("fig*.toml")]
    ):
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _kept(path: Path, identity: str) -> dict[str, Any] | None:
    """What an earlier call made, if it is of the same posterior, program and size."""
    if not path.is_file():
        return None
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept if kept["identity"] == identity else None


def _slug(name: str) -> str:
    """A name as that of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in name)
