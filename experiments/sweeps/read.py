"""Results of a sweep: as a pandas frame, as labelled arrays, and one run made again alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from abm.errors import BadInput, unknown
from experiments.sweeps.files import DIGEST, UNIT, label
from experiments.sweeps.jobs import job_for
from experiments.sweeps.plan import RUNS, SERIES, Plan
from experiments.sweeps.store import manifest_of, plan_of
from experiments.sweeps.work import simulate_job, summarise

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def read_plan(folder: str | Path) -> Plan:
    """The plan that a sweep was made by. Raises BadInput."""
    return plan_of(Path(folder))


def read_sweep(folder: str | Path, part: str = RUNS, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The results in the order of runs: a row a run ("runs"), or a row a run and month ("series").

    columns: of measures, if not all are wanted; the columns that say which run it is come always.

    Raises:
        BadInput: no sweep there, nothing done yet, a damaged file, an unknown column.
    """
    import pandas as pd

    tables = [table.to_pandas() for table in read_parts(folder, part, columns)]
    return pd.concat([_plain(table) for table in tables], ignore_index=True)  # parts and their rows are in order


def read_parts(
    folder: str | Path, part: str = RUNS, columns: Sequence[str] | None = None, number: int | None = None
) -> Iterator[Any]:
    """The same, an Arrow table at a time, for results that do not fit into memory; number: that one alone.

    Raises:
        BadInput: as `read_sweep`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = Path(folder)
    manifest = manifest_of(place)
    if part not in (RUNS, SERIES):
        raise unknown("part of a sweep", part, (RUNS, SERIES))
    files = sorted((place / part).glob("part-*.parquet" if number is None else f"part-{number:06d}.parquet"))
    if not files:
        kept = manifest["spec"]["keep"]
        told = "no run is done yet" if part == RUNS or SERIES in kept else 'its spec keeps no "series"'
        raise BadInput(f"{place}: {told}")
    for path in files:
        try:
            file = pq.ParquetFile(path, page_checksum_verification=True)
            if (file.schema_arrow.metadata or {}).get(DIGEST, b"").decode() != label(manifest["digest"], path):
                raise OSError("holds another part")
            names = file.schema_arrow.names
            if columns is not None:
                for name in columns:
                    if name not in names:
                        raise unknown("column", name, names, str(place))
                at = names.index("error" if part == RUNS else "month") + 1
                names = [*names[:at], *(name for name in columns if name not in names[:at])]
            yield file.read(columns=names)
        except (OSError, pa.ArrowException) as problem:
            raise BadInput(
                f"{path}: is damaged ({type(problem).__name__}); run the same sweep again, it makes this part anew"
            ) from None


def to_xarray(folder: str | Path, part: str = RUNS, columns: Sequence[str] | None = None) -> xr.Dataset:
    """The results as labelled arrays: dimensions point, replicate and, for series, month; units as attributes.

    Scenario, rule variant and factors are coordinates of the points, seeds of points and replicates. Runs that are not
    done or failed are NaN.

    Raises:
        BadInput: as `read_sweep`; or xarray is not installed.
    """
    try:
        import xarray as xr
    except ImportError:
        raise BadInput("this needs xarray: install corridors[arrays]") from None

    plan = read_plan(folder)
    shape: tuple[int, ...] = (plan.points, plan.spec.replications)
    dims: tuple[str, ...] = ("point", "replicate")
    if part == SERIES:
        shape, dims = (*shape, plan.steps), (*dims, "month")
    arrays: dict[str, Any] = {}
    units: dict[str, str] = {}
    months: Any = None
    for table in read_parts(folder, part, columns):
        at = (table["point"].to_numpy(), table["replicate"].to_numpy())
        if part == SERIES:
            at = tuple(index[:: plan.steps] for index in at)
            months = table["month"].to_numpy()[: plan.steps] if len(table) else months
        for field in table.schema:
            if field.metadata and UNIT in field.metadata:
                units[field.name] = field.metadata[UNIT].decode()
                array = arrays.setdefault(field.name, np.full(shape, np.nan, np.float32))
                array[at] = table[field.name].to_numpy().reshape(len(at[0]), *shape[2:])
    points = [plan.point(number) for number in range(plan.points)]
    coordinates: dict[str, Any] = {
        "point": np.arange(plan.points),
        "seed": (dims[:2], [[plan.seed(p.row, r) for r in range(plan.spec.replications)] for p in points]),
        "scenario": ("point", [plan.stories[p.scenario].name for p in points]),
        "rules": ("point", [plan.variants[p.variant] for p in points]),
    }
    for factor, column in zip(plan.factors, plan.drawn.values):
        coordinates[factor.name] = ("point", [column[p.row] for p in points], {"units": factor.unit})
    if part == SERIES:
        coordinates["month"] = months
    data = {name: (dims, array, {"units": units[name]}) for name, array in arrays.items()}
    return xr.Dataset(data, coordinates, {"title": plan.spec.title, "digest": plan.digest})


def stored(folder: str | Path, run: int, part: str = RUNS) -> pd.DataFrame:
    """What a sweep's folder holds of one run, read from its part alone; empty if it is not done. Raises BadInput."""
    place = Path(folder)
    number = run // read_plan(place).per_part
    if not (place / part / f"part-{number:06d}.parquet").exists():
        import pandas as pd

        return pd.DataFrame({"run": []})
    frame = _plain(next(read_parts(place, part, number=number)).to_pandas())
    return frame[frame["run"] == run].reset_index(drop=True)


def rerun(folder: str | Path, run: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One run of a sweep made again alone: its row of the summary, and its series by month.

    Raises:
        BadInput: no such run, or the sweep cannot be repeated by this program.
    """
    import pandas as pd

    from experiments.provenance import code_hash
    from experiments.sweeps.files import encode_runs, encode_series

    manifest, plan = manifest_of(Path(folder)), read_plan(folder)
    if manifest["program"] != code_hash():
        raise BadInput(
            f"{folder}: was made by another version of the program ({manifest['code']}); its bits may differ"
        )
    job = job_for(plan, [run])
    series, errors = simulate_job(job)
    made = [encode_runs(job, summarise(job, series, errors), errors), encode_series(job, series, errors)]
    import io

    row, months = (_plain(pd.read_parquet(io.BytesIO(content))) for content in made)
    return row, months


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Labels as text, so that frames of parts with other labels join."""
    labels = [name for name in frame if frame[name].dtype == "category"]
    return frame.astype(dict.fromkeys(labels, str))
