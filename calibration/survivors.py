"""Second stage of the fit: obstacles and tools, which need paired runs, for the draws that the first stage left.

Lots of draws reach the disk as they end, so that a stopped fit goes on with what is missing.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from abm.errors import BadInput
from abm.parameters import Parameters
from calibration.evidence import Evidence
from calibration.figures import Figure
from calibration.measures import MEASURES, needed
from calibration.prior import Prior
from experiments.provenance import code_hash
from experiments.sweeps.files import write_beside

LOT = 128  # draws that reach the disk together: some seconds of work
WORLDS = 4  # runs of each draw and variant, with other luck: what is gained is their mean
WORLD_BITS = 40  # of a seed, that its worlds share
SEED = "seed"
IDENTITY = b"corridors.fit"  # in every file: which fit it belongs to


def measured(
    seeds: Any, numbers: Sequence[Parameters], targets: Mapping[str, Figure], folder: Path, prior: Prior,
    threads: int | None = None, told: Callable[[int], None] = lambda done: None,
) -> dict[str, Any]:  # fmt: skip
    """These targets in draws of a prior, by id, float64, shape (draws,); NaN where a run failed.

    seeds: of the draws, whole numbers below 2**40, each once. The survey asks what would help, not what helped in one
    world; so gains are means over several worlds of a draw, the first of them that of the first stage. What the folder
    holds of an earlier call is taken from there. told: draws done.

    Raises:
        BadInput: the folder holds another fit's, or a file that cannot be read.
    """
    identity, drafts = _identity(prior, targets), folder / f".drafts-{os.getpid()}"
    parts = sorted(folder.glob("part-*.parquet"))
    known = {name: np.concatenate([np.empty(0), *(part[name] for part in (_read(path, identity) for path in parts))])
             for name in (SEED, *targets)}  # fmt: skip
    missing = np.flatnonzero(~np.isin(seeds, known[SEED]))
    for start in range(0, len(missing), LOT):
        lot = missing[start : start + LOT]
        table = _measure(seeds[lot], [numbers[i] for i in lot], targets, prior.firms, threads)
        number = int(parts[-1].stem[5:]) + 1 if parts else 0
        parts.append(folder / f"part-{number:06d}.parquet")
        write_beside(parts[-1], _parquet(table, identity), drafts)
        known = {name: np.concatenate([known[name], table[name]]) for name in known}
        told(len(seeds) - len(missing) + start + len(lot))
    shutil.rmtree(drafts, ignore_errors=True)
    order = np.argsort(known[SEED])
    rows = order[np.searchsorted(known[SEED], seeds, sorter=order)]
    return {name: known[name][rows] for name in targets}


class Worlds(Evidence):
    """Evidence of several worlds of each draw; what it tells of a year is their mean."""

    def __init__(self, numbers: Sequence[Parameters], seeds: Sequence[int], firms: int, threads: int | None) -> None:
        every = [seed + (world << WORLD_BITS) for world in range(WORLDS) for seed in seeds]
        super().__init__([*numbers] * WORLDS, every, firms, threads)

    def year(self, variant: str, measure: str, who: str, year: int) -> Any:
        """Mean over a calendar year and the draw's worlds, shape (draws,). Raises BadInput."""
        return super().year(variant, measure, who, year).reshape(WORLDS, -1).mean(axis=0)


def _measure(
    seeds: Any, numbers: Sequence[Parameters], targets: Mapping[str, Figure], firms: int, threads: int | None
) -> dict[str, Any]:
    try:
        evidence = Worlds(numbers, seeds.tolist(), firms, threads)
        evidence.prepare(needed(targets.values()))
        found = {name: np.asarray(MEASURES[row.measure].of(evidence, name), float) for name, row in targets.items()}
    except (ArithmeticError, ValueError):  # a rule raised; only that draw is lost
        if len(seeds) == 1:
            return {SEED: seeds} | {name: np.array([np.nan]) for name in targets}
        each = [_measure(seeds[i : i + 1], numbers[i : i + 1], targets, firms, threads) for i in range(len(seeds))]
        return {key: np.concatenate([one[key] for one in each]) for key in each[0]}
    return {SEED: seeds, **found}


def _identity(prior: Prior, targets: Mapping[str, Figure]) -> bytes:
    """What a lot depends on beside its seeds: the prior that they number, figures, worlds, and the program."""
    told = repr([prior, *targets, WORLDS, code_hash()])
    return hashlib.blake2b(told.encode(), digest_size=12).hexdigest().encode()


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
        raise BadInput(f"{path}: belongs to another fit (other draws, figures or code); choose another folder")
    return {name: table[name].to_numpy() for name in table.column_names}
