"""Which runs of a sweep are meant: conditions in words, and the futures that runs end in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from abm import base_year
from abm.base_year import BaseYear
from abm.errors import BadInput, unknown
from abm.futures import LAST_YEARS, NAMES, NEEDED, Ending, classify_endings
from abm.runs import Column

if TYPE_CHECKING:
    from pandas import DataFrame, Series

FUTURE = "future"
FAILED = ""
ORDER = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
TERM = re.compile(r"\s*(?P<name>[^<>=!\s]+)\s*(?P<sign><=|>=|==|!=|=|<|>)\s*(?P<value>[^<>=!]+?)\s*")


def condition(frame: DataFrame, text: str) -> Any:
    """Which runs meet a condition such as `surplus_2035 < 0 and future = fragmentation`, bool, shape (runs,).

    A column, a sign (< <= > >= = !=) and a number or a word; several are joined by `and`. Words take = and != only.

    Raises:
        BadInput: it cannot be read, an unknown column or word, gaps, or a condition that all runs meet, or none.
    """
    met = np.ones(len(frame), bool)
    for part in _parts(text):
        met &= _term(frame, part, text)
    if not met.any() or met.all():
        count = "none" if not met.any() else "all"
        raise BadInput(f"'{text}': {count} of {len(met)} runs meet it ({_spread(frame, text)}); nothing to tell apart")
    return met


def _term(frame: DataFrame, part: str, text: str) -> Any:
    import pandas as pd

    found = TERM.fullmatch(part)
    if not found:
        raise BadInput(f"'{text}': '{part}' cannot be read; write it as surplus_2035 < 0, joined with 'and'")
    name, sign, value = found["name"], found["sign"].replace("==", "="), found["value"].strip("'\"")
    if name not in frame.columns:
        raise unknown("column", name, [str(column) for column in frame.columns], f"'{text}'")
    column = frame[name]
    if column.isna().any() or (name == FUTURE and (column == FAILED).any()):
        raise BadInput(f"'{text}': '{name}' has gaps; leave failed runs out first")
    if pd.api.types.is_numeric_dtype(column):
        return _compare_numbers(column, sign, value, text)
    known = list(NAMES) if name == FUTURE else sorted(set(column.astype(str)))
    if sign not in ("=", "!="):
        raise BadInput(f"'{text}': '{name}' is a word, so it takes = or !=, not {sign}")
    if value not in known:
        raise unknown(f"value of '{name}'", value, known, f"'{text}'")
    return (column.astype(str) == value).to_numpy() == (sign == "=")


def _compare_numbers(column: Series, sign: str, value: str, text: str) -> Any:
    try:
        number = float(value)
    except ValueError:
        raise BadInput(f"'{text}': '{column.name}' is a number, and '{value}' is not") from None
    numbers = column.to_numpy()
    if numbers.dtype == np.float32:
        number = float(np.float32(number))  # summaries are stored so: 0.1 means what is stored for 0.1
    if sign in ORDER:
        return ORDER[sign](numbers, number)
    return np.isclose(numbers, number, rtol=1e-6, atol=0) == (sign == "=")


def _spread(frame: DataFrame, text: str) -> str:
    """What the columns of a condition do hold, for a message."""
    import pandas as pd

    told = []
    for name in dict.fromkeys(TERM.fullmatch(part)["name"] for part in _parts(text)):  # type: ignore[index]
        if pd.api.types.is_numeric_dtype(frame[name]):
            told.append(f"{name} goes from {frame[name].min():.4g} to {frame[name].max():.4g}")
        else:
            counts = frame[name].value_counts()
            told.append(f"{name}: {', '.join(f'{word} {count}' for word, count in counts.items())}")
    return "; ".join(told)


def _parts(text: str) -> list[str]:
    return re.split(r"\s+and\s+", text.strip())


def futures_of(frame: DataFrame, frozen: DataFrame, world: BaseYear | None = None, last_year: int | None = None) -> Any:
    """The future that each run ends in, by the rules of abm/futures.py, from summaries: names, shape (runs,).

    frame: runs of a scenario; frozen: the runs of `frozen` at the same points of the design with the same seeds, which
    together make the band that a tie must leave; last_year: in which the scenario ends (left out: the latest year that
    was kept). A run that failed has no future: "".

    Raises:
        BadInput: the sweep did not keep what futures need over its last two years, or no frozen run ended well.
    """
    data = world or base_year.read()
    years = _last_years(frame, last_year)
    columns = [Column(measure, who, "").name + years for measure in NEEDED for who in _whos(measure, data)]
    for name in columns:
        if name not in frame.columns or name not in frozen.columns:
            raise unknown("column", name, list(frame.columns), "futures")
    ended, kept = (side[columns].notna().all(axis=1).to_numpy() for side in (frame, frozen))
    if not kept.any():
        raise BadInput(f"futures need runs of 'frozen' to be held against; of {len(kept)} none ended well")
    found = np.full(len(frame), FAILED, object)
    if ended.any():
        which = classify_endings(_ending(frame[ended], data, years), _ending(frozen[kept], data, years))
        found[ended] = np.array(NAMES, object)[which]
    return found


def _whos(measure: str, world: BaseYear) -> list[str]:
    return world.names("ties" if measure == "intensity" else "states")


def _last_years(frame: DataFrame, last_year: int | None = None) -> str:
    """The end of the names of columns that are means over the last two years: "_2034_2035"."""
    spans = [re.fullmatch(r"intensity_.+?_(?:(\d{4})_)?(\d{4})", str(name)) for name in frame.columns]
    kept = {(int(span[1] or span[2]), int(span[2])) for span in spans if span}
    last = last_year or max((last for _, last in kept), default=2035)
    first = last - LAST_YEARS + 1
    if (first, last) not in kept:
        raise BadInput(
            "futures need means of intensity, attention, leading_family and leading_share over the last two years: "
            f'keep these measures, with the window "{first}-{last}"'
        )
    return f"_{first}_{last}"


def _ending(frame: DataFrame, world: BaseYear, years: str) -> Ending:
    def of(measure: str) -> Any:
        names = [Column(measure, who, "").name + years for who in _whos(measure, world)]
        return frame[names].to_numpy(np.float64)

    ties = world.table("ties").values()
    return Ending(
        of("intensity"), of("attention"), of("leading_family"), of("leading_share"),
        tuple((tie["one"].value, tie["other"].value) for tie in ties), tuple(world.names("states")),
        np.array([float(tie["start_trade"].value) for tie in ties]),
    )  # fmt: skip
