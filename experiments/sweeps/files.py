"""The files of a part: Parquet, float32, written beside their place and renamed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.sweeps.jobs import Job

DIGEST = b"corridors.sweep"  # in every file: which sweep it belongs to
UNIT = b"unit"
LEVEL = 1  # of zstd: level 3 makes files 1.4 % smaller and takes a sixth longer to write


def encode_runs(job: Job, summary: Any, errors: Sequence[str | None]) -> bytes:
    """One row a run: what it is, the traceback if it failed, and its summary."""
    import pyarrow as pa

    units = dict(job.columns)
    names = [column for column, _ in job.columns]
    measures = [(name, units[names[i]]) for name, i, *_ in job.summary] if summary.shape[1] else []
    columns, fields = _identity(job, np.ones(len(job.runs), np.int64))
    columns.append(pa.array(errors, pa.string()))
    fields.append(pa.field("error", pa.string()))
    for k, (name, unit) in enumerate(measures):
        columns.append(pa.array(np.ascontiguousarray(summary[:, k])))
        fields.append(pa.field(name, pa.float32(), metadata={UNIT: unit}))
    return _parquet(job, columns, fields, [name for name, _ in measures])


def encode_series(job: Job, series: Any, errors: Sequence[str | None]) -> bytes:
    """One row a run and month; a failed run has none."""
    import pyarrow as pa

    steps = series.shape[2]
    good = np.array([error is None for error in errors])
    columns, fields = _identity(job, np.where(good, steps, 0), factors=False)
    first = np.datetime64(f"{job.stories[0].first_year}-01", "M")
    months = (first + np.arange(steps)).astype("datetime64[D]").astype(np.int32)
    columns.append(pa.array(np.tile(months, int(good.sum())), pa.date32()))
    fields.append(pa.field("month", pa.date32()))
    kept = series if good.all() else series[:, good]
    for k, (name, unit) in enumerate(job.columns):
        columns.append(pa.array(kept[k].reshape(-1)))
        fields.append(pa.field(name, pa.float32(), metadata={UNIT: unit}))
    return _parquet(job, columns, fields, [name for name, _ in job.columns])


def _identity(job: Job, times: Any, factors: bool = True) -> tuple[list[Any], list[Any]]:
    """Which run a row is of: numbers, seed, scenario, rule variant, and the factors' values."""
    import pyarrow as pa

    def text(words: Sequence[str]) -> Any:
        known = list(dict.fromkeys(words))
        index = np.array([known.index(word) for word in words], np.int32)
        return pa.DictionaryArray.from_arrays(np.repeat(index, times), pa.array(known, pa.string()))

    label = pa.dictionary(pa.int32(), pa.string())
    columns = [
        pa.array(np.repeat(np.array(numbers, kind), times))
        for numbers, kind in (
            (job.runs, np.int64), (job.points, np.int64), (job.replications, np.int32), (job.seeds, np.int64)
        )
    ]  # fmt: skip
    fields = [pa.field(n, c.type) for n, c in zip(("run", "point", "replicate", "seed"), columns)]
    columns.append(text([job.stories[scenario].name for scenario, _ in job.places]))
    columns.append(text([job.variants[variant] for _, variant in job.places]))
    fields += [pa.field("scenario", label), pa.field("rules", label)]
    for i, (name, _, _) in enumerate(job.factors if factors else ()):
        values = [row[i] for row in job.rows]
        words = isinstance(values[0], str)
        columns.append(text(values) if words else pa.array(np.repeat(np.array(values, np.float64), times)))
        fields.append(pa.field(name, label if words else pa.float64()))
    return columns, fields


def label(digest: str, path: Path) -> str:
    """What a part's file says of itself, by the sweep it belongs to and its name."""
    number = path.stem.rpartition("-")[2]
    return f"{digest} {int(number) if number.isdigit() else number}"


def _parquet(job: Job, columns: list[Any], fields: list[Any], floats: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(fields, metadata={DIGEST: f"{job.digest} {job.part}".encode()})
    words = [field.name for field in fields if pa.types.is_dictionary(field.type)]
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema), sink, compression="zstd", compression_level=LEVEL,
        use_byte_stream_split=floats, use_dictionary=[*words, "error"] if "error" in schema.names else words,
        write_statistics=["run"], write_page_checksum=True,
    )  # fmt: skip
    return bytes(sink.getvalue())


def write_beside(path: Path, content: bytes, beside: Path) -> None:
    """A file that is whole or not there: written in the folder `beside`, flushed, then renamed into its place."""
    beside.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = beside / path.name
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
