"""What the answers of a lesson claim of the model, and whether the model says so – clearly, or only by luck.

claim = { measure = "trade", who = "KZ-KG", year = 2030, of = "difference", is = "above", value = 0.2 }

A claim is about the runs of one picture. It is measured as the page measures it (lesson.js does the same sums from the
picture on the screen), and measured again on a thousand resamples of the runs: an answer counts as right or wrong only
if all of them agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from abm import base_year, futures
from abm.errors import BadInput, unknown
from abm.measures import MEASURES
from abm.scenario import FIRST_YEAR, YEARS
from app.bands import ODDS_YEARS
from app.ensemble import CHARTED, RAW_SHARE, Ensemble, Region
from app.link import Question
from calibration.headline import TIE
from experiments.paired import HIGH, LOW

DIFFERENCE, LEVEL, LEVEL_AGAINST = "difference", "level", "level against"
RISE = "share of rise"  # the difference, as a part of the scenario's own rise since the first year
MORE, LESS = "runs with more", "runs with less"  # share of runs in which the scenario has more, or less
FUTURE = "future"  # share of the scenario's runs that end in it; `who` is its name
OF = (DIFFERENCE, LEVEL, LEVEL_AGAINST, RISE, MORE, LESS, FUTURE)
ABOVE, BELOW, BETWEEN = "above", "below", "between"  # of the median
SURELY_MORE, SURELY_LESS, NOT_SURE = "surely more", "surely less", "no sure difference"  # of the 10-90 % band
IS = {ABOVE: 1, BELOW: 1, BETWEEN: 2, SURELY_MORE: 0, SURELY_LESS: 0, NOT_SURE: 0}  # how many values each takes
KEYS = ("measure", "who", "year", "of", "is", "value")
REGION = "region"
RESAMPLES = 1000
SEED = 1


@dataclass(frozen=True)
class Claim:
    """measure, who, year, of: what is measured; is_, value: what is said of it. See OF and IS."""

    measure: str
    who: str
    year: int
    of: str
    is_: str
    value: tuple[float, ...]

    @property
    def key(self) -> str:
        """The series of the picture that it speaks of; "" for a future."""
        if self.of == FUTURE:
            return ""
        return self.measure if self.who == REGION else f"{self.measure} {self.who}"

    def measured(self, region: Region, picks: Any) -> Any:
        """Low, median and high of what it speaks of, on samples of the runs.

        picks: which runs each sample is made of, shape (samples, runs). Returns float64, shape (3, samples).
        """
        if self.of == FUTURE:
            ending, null = (_ending(e, region.runs) for e in (region.scenario, region.frozen))
            found = futures.classify_endings(ending, null) == futures.NAMES.index(self.who)
            return _thrice(found[picks].mean(axis=1))
        one, other = self._yearly(region.scenario, self.year)[picks], self._yearly(region.against, self.year)[picks]
        if self.of == LEVEL:
            return _bands(one)
        if self.of == LEVEL_AGAINST:
            return _bands(other)
        if self.of == RISE:
            start = np.median(self._yearly(region.scenario, FIRST_YEAR)[picks], axis=1)
            return _bands(one - other) / (np.median(one, axis=1) - start)
        if self.of in (MORE, LESS):
            return _thrice(((one > other) if self.of == MORE else (one < other)).mean(axis=1))
        return _bands(one - other)

    def holds(self, band: Any) -> Any:
        """Is it so, given low, median and high? Shape (3, samples) -> (samples,)."""
        low, median, high = band
        if self.is_ == SURELY_MORE:
            return low > 0
        if self.is_ == SURELY_LESS:
            return high < 0
        if self.is_ == NOT_SURE:
            return (low <= 0) & (high >= 0)
        if self.is_ == BETWEEN:
            return (median >= self.value[0]) & (median <= self.value[1])
        return median > self.value[0] if self.is_ == ABOVE else median < self.value[0]

    def _yearly(self, ensemble: Ensemble, year: int) -> Any:
        """Means over a calendar year, float64, shape (runs,)."""
        if self.measure == RAW_SHARE:
            series = ensemble.of("trade_raw", self.who) / ensemble.of("trade", self.who)
        else:
            series = ensemble.of(self.measure, self.who)
        months = series.shape[1] // YEARS
        start = (year - FIRST_YEAR) * months
        return series[:, start : start + months].mean(axis=1, dtype=np.float64)


@dataclass(frozen=True)
class Verdict:
    """What the model says of a claim. band: low, median, high; holds: is it so; clear: do all resamples agree."""

    band: tuple[float, float, float]
    holds: bool
    clear: bool


def judged(claim: Claim, region: Region) -> Verdict:
    """Hold a claim against runs, and against resamples of them."""
    every = np.arange(region.runs)[None, :]
    picks = np.random.default_rng(SEED).integers(region.runs, size=(RESAMPLES, region.runs))
    band = claim.measured(region, every)
    holds = bool(claim.holds(band)[0])
    again = claim.holds(claim.measured(region, picks))
    low, median, high = (float(x) for x in band[:, 0])
    return Verdict((low, median, high), holds, bool((again == holds).all()))


def read(raw: Mapping[str, Any], where: str, whole: bool = True) -> Claim:
    """A claim from its table in a file. whole: it also says what is so, not only what is measured.

    Raises:
        BadInput: an unknown key, measure, agent or word, a value that is missing or too many; says where.
    """
    for key in raw:
        if key not in KEYS:
            raise unknown("key", key, KEYS, where)
    of = _word(raw, "of", OF, DIFFERENCE, where)
    is_ = _word(raw, "is", tuple(IS), "", where) if whole else ""
    measure, who, year = "", _text(raw, "who", REGION, where), 0
    if of == FUTURE:
        if who not in futures.NAMES:
            raise unknown("future", who, futures.NAMES, where)
    else:
        measure = _text(raw, "measure", "", where)
        if measure not in shown():
            raise unknown("measure that the page shows", measure, shown(), where)
        if who not in shown()[measure]:
            raise unknown(f"agent of '{measure}'", who, shown()[measure], where)
        year = _year(raw, of, where)
    return Claim(measure, who, year, of, is_, _values(raw, is_, where) if whole else ())


@cache
def shown() -> dict[str, tuple[str, ...]]:
    """Measures that a picture holds, and of whom."""
    world = base_year.read()
    kinds = {m.name: m.kind for m in MEASURES}
    every = {m: tuple(world.names(kinds[m].words)) or (REGION,) for m in CHARTED if m in kinds}
    return {m: (who,) if who else every[m] for m, who in CHARTED.items()} | {RAW_SHARE: (TIE,)}


def _year(raw: Mapping[str, Any], of: str, where: str) -> int:
    year = raw.get("year")
    if not isinstance(year, int) or isinstance(year, bool) or not FIRST_YEAR <= year < FIRST_YEAR + YEARS:
        raise BadInput(f"{where}: 'year' must be a year from {FIRST_YEAR} to {FIRST_YEAR + YEARS - 1}, not {year!r}")
    if of in (MORE, LESS) and year not in ODDS_YEARS:
        raise BadInput(f"{where}: runs are counted in {' and '.join(map(str, ODDS_YEARS))} only, not in {year}")
    if of == RISE and year == FIRST_YEAR:
        raise BadInput(f"{where}: there is no rise in {FIRST_YEAR} yet")
    return year


def _values(raw: Mapping[str, Any], is_: str, where: str) -> tuple[float, ...]:
    given = raw.get("value", [])
    values = given if isinstance(given, list) else [given]
    if len(values) != IS[is_] or any(isinstance(v, bool) or not isinstance(v, int | float) for v in values):
        wanted = ("no value", "one number", "two numbers, as in [1, 2]")[IS[is_]]
        raise BadInput(f'{where}: is = "{is_}" needs {wanted}, not {given!r}')
    if sorted(values) != values:
        raise BadInput(f"{where}: 'value' = {given!r}: the lower end comes first")
    return tuple(float(v) for v in values)


def _word(raw: Mapping[str, Any], key: str, words: Sequence[str], default: str, where: str) -> str:
    word = raw.get(key, default)
    if word not in words:
        raise unknown(f"word for '{key}'", str(word), words, where)
    return str(word)


def _text(raw: Mapping[str, Any], key: str, default: str, where: str) -> str:
    text = raw.get(key, default)
    if not isinstance(text, str):
        raise BadInput(f"{where}: '{key}' must be text, not {text!r}")
    return text


def _ending(ensemble: Ensemble, runs: int) -> futures.Ending:
    return futures.Ending.of(ensemble.first(runs, Question()))


def _bands(values: Any) -> Any:
    """Low, median and high of each sample: shape (samples, runs) -> (3, samples)."""
    return np.quantile(values, [LOW, 0.5, HIGH], axis=1)


def _thrice(values: Any) -> Any:
    return np.stack([values] * 3)
