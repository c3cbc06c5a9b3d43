"""What ships with the package of the results: scorecard and rival, read at once instead of measured in half a minute.

A scorecard is of one posterior, one set of numbers and one ledger of figures; where any is another now, it is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from abm.errors import BadInput
from abm.parameters import describe
from calibration.figures import figures
from calibration.posterior import FOLDER, MANIFEST
from experiments.provenance import data_hashes

SHIPPED = SCORECARD, RIVAL = ("scorecard", "rival")  # the other parts of the results stand with the documents
POSTERIOR, NUMBERS, DATA, LEDGER = OUTDATED = ("posterior", "numbers", "data", "ledger")


def shipped(part: str) -> dict[str, Any]:
    """A part of the results, as `calibration.results` wrote it. Raises BadInput if there is none to read."""
    return _read(FOLDER / f"{part}.json", f"make it with `python -m calibration.results --only {part}`")


def manifest() -> dict[str, Any]:
    """What made the shipped posterior. Raises BadInput if there is none to read."""
    return _read(FOLDER / MANIFEST, "`corridors calibrate --out DIR` makes one")


def outdated(card: Mapping[str, Any], posterior: Mapping[str, Any]) -> Iterator[str]:
    """What has changed since a scorecard was made: the posterior, the model's numbers, its data, the ledger."""
    if card["posterior"] != posterior["made"]:
        yield POSTERIOR
    numbers = {name: [known.default, known.low, known.high, known.role] for name, known in describe().items()}
    if posterior["parameters"] != numbers:
        yield NUMBERS
    if posterior["data"] != data_hashes():
        yield DATA
    told = ("article_value", "low", "high", "role", "independence", "unit", "judged")
    then = {row["id"]: [row[key] for key in told] for row in card["rows"]}
    now = {x.id: [x.value, x.low, x.high, x.role, x.independence, x.unit, x.judged] for x in figures().values()}
    if then != now:
        yield LEDGER


def _read(path: Path, remedy: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise BadInput(f"{path}: cannot be read ({problem}); {remedy}") from None
    return told
