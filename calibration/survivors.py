"""Second stage of the fit: obstacles and tools, which need paired runs, for the draws that the first stage left.

Lots of draws reach the disk as they end, so that a stopped fit goes on with what is missing.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import FIRMS
from calibration.evidence import Evidence
from calibration.figures import Figure
from calibration.measures import MEASURES, needed
from experiments.provenance import code_hash
from experiments.sweeps.files import write_beside

LOT = 256  # draws that reach the disk together: about three seconds of work
ROW = "row"
IDENTITY = b"corridors.fit"  # in every file: which fit it belongs to


def measured(
    rows: Any, numbers: Sequence[Parameters], targets: Mapping[str, Figure], folder: Path,
    firms: int = FIRMS, threads: int | None = None, told: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:  # fmt: skip
    """These targets in draws of the prior, by id, float64, shape (draws,); NaN where a run failed.

    rows: places of the draws in the prior, whole numbers, which are their seeds too: a draw keeps the luck that it had
    in the first stage, since one world shows all figures at once. told: draws done, as lots end.

    Raises:
        BadInput: the folder holds another fit's.
    """
    identity = _identity(rows, numbers, targets, firms)
    found = []
    for start in range(0, len(rows), LOT):
        path = folder / f"part-{start // LOT:06d}.parquet"
        lot = slice(start, start + LOT)
        if not path.exists():
            table = _measure(rows[lot], numbers[lot], targets, firms, threads)
            write_beside(path, _parquet(table, identity), folder / f".drafts-{os.getpid()}")
        found.append(_read(path, identity))
        told(min(start + LOT, len(rows)))
    (folder / f".drafts-{os.getpid()}").rmdir() if (folder / f".drafts-{os.getpid()}").exists() else None
    return {name: np.concatenate([table[name] for table in found]) for name in targets}


def _measure(
    rows: Any, numbers: Sequence[Parameters], targets: Mapping[str, Figure], firms: int, threads: int | None
) -> dict[str, Any]:
    try:
        evidence = Evidence(numbers, rows.tolist(), firms, threads)
        evidence.prepare(needed(targets.values()))
        found = {name: np.asarray(MEASURES[row.measure].of(evidence, name), float) for name, row in targets.items()}
    except (ArithmeticError, ValueError):  # a rule raised; only that draw is lost
        if len(rows) == 1:
            return {ROW: rows} | {name: np.array([np.nan]) for name in targets}
        each = [_measure(rows[i : i + 1], numbers[i : i + 1], targets, firms, threads) for i in range(len(rows))]
        return {key: np.concatenate([one[key] for one in each]) for key in each[0]}
    return {ROW: rows, **found}


def _identity(rows: Any, numbers: Sequence[Parameters], targets: Mapping[str, Figure], firms: int) -> bytes:
    """What a lot depends on: draws, figures, firms, and the program."""
    digest = hashlib.blake2b(digest_size=12)
    digest.update(np.ascontiguousarray(rows, np.int64).tobytes())
    digest.update(repr([*numbers[:: max(1, len(numbers) // 16)], *targets, firms, code_hash()]).encode())
    return digest.hexdigest().encode()


def _parquet(table: Mapping[str, Any], identity: bytes) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(pa.table(dict(table)).replace_schema_metadata({IDENTITY: identity}), file, compression="zstd")
    return file.getvalue()


def _read(path: Path, identity: bytes) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as problem:
        raise BadInput(f"{path}: cannot be read ({problem}); remove it, and the same command makes it again") from None
    if (table.schema.metadata or {}).get(IDENTITY) != identity:
        raise BadInput(f"{path}: belongs to a fit with other draws, figures or code; choose another folder")
    return {name: table[name].to_numpy() for name in table.column_names}
