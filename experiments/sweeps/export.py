"""Results of a sweep in other people's formats: CSV, NetLogo's BehaviorSpace table, NetCDF."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from abm.errors import BadInput, unknown
from experiments.sweeps.plan import KEYS, RUNS, SERIES, Plan
from experiments.sweeps.read import read_parts, read_plan, to_xarray
from experiments.sweeps.store import manifest_of

BEHAVIORSPACE = "BehaviorSpace results (NetLogo 6.4.0)"  # the heading by which readers know the format


def export(folder: str | Path, to: str, out: str | Path | None = None, part: str | None = None) -> Path:
    """Write a sweep's results as one file; returns where.

    to: "csv", "behaviorspace" or "netcdf"; part: "runs", a row a run, or "series", a row a run and month; series if
    they are kept and the format is BehaviorSpace, else runs.

    Raises:
        BadInput: an unknown format, no results, or a place that cannot be written.
    """
    if to not in FORMATS:
        raise unknown("format", to, FORMATS, "--to")
    place = Path(folder)
    kept = manifest_of(place)["spec"]["keep"]
    part = part or (SERIES if SERIES in kept and to == "behaviorspace" else RUNS)
    ending, write = FORMATS[to]
    path = Path(out) if out else place / f"{part}{ending}"
    if path.is_dir():
        raise BadInput(f"{path}: is a folder, not a file")
    if out and path.exists():
        raise BadInput(f"{path}: is there already; choose another name, or take it away first")
    try:
        with _beside(path) as draft:
            write(place, part, draft)
    except OSError as problem:
        raise BadInput(f"{path}: {problem.strerror or problem}; nothing was written") from problem
    return path


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.draft-{os.getpid()}")
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _csv(folder: Path, part: str, path: Path) -> None:
    """A part at a time, so that no size is too large."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, table in enumerate(read_parts(folder, part)):
            file.write(table.to_pandas().to_csv(index=False, header=number == 0, lineterminator="\n"))


def _behaviorspace(folder: Path, part: str, path: Path) -> None:
    """NetLogo's table: six lines of heading, then a row a run and step; failed runs are left out."""
    plan = read_plan(folder)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        write.writerow([BEHAVIORSPACE, "Table version 2.0"])
        write.writerow(["corridors"])
        write.writerow([plan.spec.title])
        write.writerow([datetime.now(UTC).strftime("%m/%d/%Y %H:%M:%S:000 +0000")])
        write.writerow(["min-pxcor", "max-pxcor", "min-pycor", "max-pycor"])
        write.writerow(["0", "0", "0", "0"])
        for number, table in enumerate(read_parts(folder, part)):
            frame = _as_steps(table, plan, part)
            text = io.StringIO()
            frame.to_csv(text, index=False, header=number == 0, quoting=csv.QUOTE_ALL, lineterminator="\n")
            file.write(text.getvalue())


def _as_steps(table: Any, plan: Plan, part: str) -> Any:
    """[run number], what varies, [step], and what is reported."""
    frame = table.to_pandas()
    if part == RUNS:
        frame = frame[frame["error"].isna()]
    inputs = {"[run number]": frame["run"] + 1, "scenario": frame["scenario"], "rules": frame["rules"],
              "seed": frame["seed"]}  # fmt: skip
    rows = [plan.point(point).row for point in frame["point"]]
    for factor, column in zip(plan.factors, plan.drawn.values):
        inputs[factor.name] = [column[row] for row in rows]
    step = [plan.steps] * len(frame)
    if part == SERIES:
        first = plan.stories[0].first_year
        step = [(month.year - first) * 12 + month.month for month in frame["month"]]
    known = {*KEYS, "error", "month", *(factor.name for factor in plan.factors)}
    reported = {name: frame[name] for name in frame if name not in known}
    import pandas as pd

    return pd.DataFrame({**inputs, "[step]": step, **reported})


def _netcdf(folder: Path, part: str, path: Path) -> None:
    try:
        import netCDF4  # noqa: F401
    except ImportError:
        raise BadInput("this needs netCDF4: install corridors[arrays]") from None
    data = to_xarray(folder, part)
    packed = {name: {"zlib": True, "shuffle": True, "complevel": 4} for name in data.data_vars}
    data.to_netcdf(path, engine="netcdf4", encoding=packed)


Writer = Callable[[Path, str, Path], None]
FORMATS: dict[str, tuple[str, Writer]] = {
    "csv": (".csv", _csv),
    "behaviorspace": ("-behaviorspace.csv", _behaviorspace),
    "netcdf": (".nc", _netcdf),
}
