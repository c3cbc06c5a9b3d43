"""The shipped posterior: equally likely draws of the fitted parameters, and what made them.

It is of this program only as long as its draws still give what they gave: on reading, a few of them are run again and
held against what was stored with them. So a changed rule is found out, and a changed comment is not.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import Parameters, describe
from abm.runs import Engine, Runs, run_each
from abm.scenario import Scenario
from calibration.figures import targets
from calibration.headline import AS_IS, CORRIDOR
from calibration.likelihood import resampled
from calibration.variants import FROM, HALF, OBSTACLES, TOOLS

if TYPE_CHECKING:
    from calibration.fit import Fit

FOLDER = Path(__file__).parent
TABLE, MANIFEST = "posterior.parquet", "posterior.json"
DRAWS = 2_000  # that are kept
ENOUGH = 2_000  # effective draws, below which a posterior is coarse
CHECKED = 5  # draws that are run again
CLOSE = 1e-3  # relative difference that another processor or library may make
AGREE = 0.5  # of the checked draws, since the last bit may tip a rare event over
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class Posterior:
    """parameters, figures: values by name, float64, shape (draws,); told: the manifest."""

    parameters: Mapping[str, Any]
    figures: Mapping[str, Any]
    told: Mapping[str, Any]

    @property
    def draws(self) -> int:
        """How many draws, all equally likely."""
        return len(next(iter(self.parameters.values())))

    def one(self, draw: int) -> Parameters:
        """The parameters of one draw; counted again from the start behind the last."""
        place = draw % self.draws
        drawn = {name: float(values[place]) for name, values in self.parameters.items()}
        return Parameters().changed({**self.told["prior"]["fixed"], **drawn})

    def sets(self, count: int) -> list[Parameters]:
        """So many sets of parameters: the first draws (their order means nothing), again from the start if short."""
        return [self.one(draw) for draw in range(count)]


def read(folder: Path = FOLDER, check: bool = True) -> Posterior:
    """The posterior of a folder, by default the shipped one; checked against the program unless told otherwise.

    Raises:
        BadInput: there is none; it cannot be read; it was made with other parameters, targets or rules.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / TABLE
    if not path.is_file():
        raise BadInput(f"{path}: there is no posterior; `corridors calibrate --out DIR` makes one")
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        table = pq.ParquetFile(path).read()
        names = told["fitted"]
        # through the buffers' own protocol: `to_numpy` would import pandas, half a second of every run
        columns = {name: np.from_dlpack(table[name].combine_chunks()) for name in table.column_names}
        found = Posterior({n: columns[n] for n in names}, {n: columns[n] for n in columns if n not in names}, told)
    except (OSError, ValueError, KeyError, pa.ArrowException) as problem:
        raise BadInput(f"{path}: cannot be read ({problem}); make it again with `corridors calibrate`") from None
    if check:
        refuse_another(found, path)
    return found


def refuse_another(posterior: Posterior, path: Path) -> None:
    """Refuse a posterior that is not of this program. Raises BadInput with what differs."""
    told = posterior.told
    reason = (
        _differs("parameter", told["parameters"], _numbers())
        or _differs("target", told["targets"], _targets())
        or _behaves_otherwise(posterior)
    )
    if reason:
        raise BadInput(
            f"{path}: was made by another model: {reason}. Fit this one (`corridors calibrate --out DIR`, then "
            "--fit DIR), or go without: --defaults"
        )


def _differs(kind: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            return f"the {kind} '{name}' was {then.get(name, 'not there')} and is {now.get(name, 'not there')}"
    return ""


def _behaves_otherwise(posterior: Posterior) -> str:
    then = np.array(posterior.told["behaviour"])
    now = behaviour(posterior.sets(CHECKED))
    if then.shape != now.shape:
        return f"it measured {then.shape[-1]} series, not {now.shape[-1]}"
    same = np.isclose(now, then, rtol=CLOSE, atol=CLOSE * 0.01).all(axis=1)
    if same.mean() >= AGREE:
        return ""
    return f"{int((~same).sum())} of {len(same)} of its draws, run again, give other results"


def behaviour(numbers: list[Parameters]) -> Any:
    """What these draws do: last year's mean of every series, in two scenarios that use every fitted rule, shape
    (draws, series)."""
    found = []
    for story in (Scenario.read(CORRIDOR), _everything()):
        engine = Engine(story)
        every = np.arange(len(engine.columns))
        series = np.zeros((len(numbers), len(engine.levers), len(every)), np.float32)
        for _ in run_each(engine, range(len(numbers)), numbers, every, series):
            pass
        runs = Runs(story, tuple(range(len(numbers))), tuple(engine.columns), series)
        last = story.first_year + story.years - 1
        found.append([runs.year(column.measure, column.who, last) for column in runs.columns])
    return np.concatenate(found).T


def _everything() -> Scenario:
    """As-is with all obstacles eased and all tools used at once."""
    levers: dict[str, Any] = dict.fromkeys(OBSTACLES.values(), HALF)
    return Scenario.read(AS_IS).then(FROM, **levers, **dict.fromkeys(TOOLS.values(), 10.0))


def _numbers() -> dict[str, list[Any]]:
    """Default, ends and role of every parameter: a posterior holds for these alone."""
    return {n: [known.default, known.low, known.high, known.role] for n, known in describe().items()}


def _targets() -> dict[str, list[Any]]:
    return {n: [row.role, row.value, row.low, row.high] for n, row in targets().items()}


def write(fit: Fit, folder: Path, command: str, seconds: float, draws: int = DRAWS) -> Posterior:
    """Thin a fit to equally likely draws and write them with their manifest. Raises BadInput if that is too large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from calibration.prior import SEED
    from experiments.provenance import code_version, data_hashes, versions
    from experiments.sweeps.files import write_beside

    rows = np.random.default_rng(SEED).permutation(resampled(fit.weights, draws, SEED))
    parameters = {name: values[rows] for name, values in fit.parameters.items()}
    figures = {name: values[rows] for name, values in fit.figures.items()}
    found = Posterior(parameters, figures, {"prior": {"fixed": dict(fit.prior.fixed)}})
    told = {
        "command": command,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "draws": draws,
        "different_draws": len(np.unique(rows)),
        "effective_draws": round(fit.effective, 1),
        "effective_draws_of_the_first_stage": round(fit.first_effective, 1),
        "draws_run": fit.draws,
        "draws_of_the_second_stage": len(fit.seeds),
        "failed_draws": fit.failed,
        "seconds": round(seconds, 1),
        "prior": asdict(fit.prior),
        "fitted": list(parameters),
        "parameters": _numbers(),
        "targets": _targets(),
        "data": data_hashes(),
        "versions": versions(),
        "code": code_version(),
        "behaviour": [[float(f"{x:.7g}") for x in row] for row in behaviour(found.sets(CHECKED))],
    }
    file = io.BytesIO()
    pq.write_table(pa.table({**parameters, **figures}), file, compression="zstd", use_dictionary=False,
                   use_byte_stream_split=True)  # fmt: skip
    if len(file.getvalue()) > MOST_BYTES:
        raise BadInput(f"{draws} draws take {len(file.getvalue()):,} bytes; keep fewer")
    drafts = folder / ".drafts"
    write_beside(folder / TABLE, file.getvalue(), drafts)
    write_beside(folder / MANIFEST, _json(told), drafts)
    drafts.rmdir()
    return Posterior(parameters, figures, told)


def _json(told: Mapping[str, Any]) -> bytes:
    """Readable, but for the long rows of numbers."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def complete() -> bool:
    """Does a posterior ship with the program?"""
    return (FOLDER / TABLE).is_file() and (FOLDER / MANIFEST).is_file()
