"""A difference and what it is made of: bands, tables, and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.ablation.parts import Part
from experiments.paired import Band, in_words, rounded

if TYPE_CHECKING:
    from pandas import DataFrame

SURE = 2  # standard errors of the mean
TOLD = 4  # parts named in a sentence


@dataclass(frozen=True)
class Ablation:
    """A difference and what it is made of; every array has a row a seed, in `unit`.

    difference, bare: value(all) and value(none), shape (seeds,); shares, taken_out, put_in: shape (seeds, parts): the
    part's share, what is lost without it alone, what it makes alone; pairs: (i, j) -> what two parts make together
    beyond what each makes, the others being in, shape (seeds,). exact: shares are Shapley's and leave no remainder.
    """

    scenario: str
    against: str
    measure: str
    who: str
    unit: str
    years: tuple[int, int]
    seeds: tuple[int, ...]
    parts: tuple[Part, ...]
    exact: bool
    difference: Any
    bare: Any
    shares: Any
    taken_out: Any
    put_in: Any
    pairs: Mapping[tuple[int, int], Any]

    @property
    def total(self) -> Any:
        """What is divided among the parts, shape (seeds,)."""
        return self.difference - self.bare

    @property
    def remainder(self) -> Any:
        """What the shares leave over, shape (seeds,): nothing if they are exact."""
        return self.total - self.shares.sum(axis=1)

    @property
    def interaction(self) -> Any:
        """The total less all that is lost without each part alone, shape (seeds,): below 0 if parts need others."""
        return self.total - self.taken_out.sum(axis=1)

    @property
    def together(self) -> Any:
        """What the parts make together beyond each alone, shape (seeds,): above 0 if they need each other."""
        return self.total - self.put_in.sum(axis=1)

    @property
    def what(self) -> str:
        """The measure, of whom and when: "trade of KZ-KG in 2030"."""
        first, last = self.years
        who = "the region" if self.who == "region" else self.who
        return f"{self.measure} of {who} in {first if first == last else f'{first}-{last}'}"

    def table(self) -> DataFrame:
        """A row per part, largest share first, and rows in brackets for what is no part.

        mean, low, median, high: of the share, over seeds; percent: of the mean total; error: of the mean;
        lost: when that part alone is taken out; made: by that part alone; each with its band;
        words: in how many runs there is more or less of the measure with the part than without.
        """
        import pandas as pd

        percent = 100 / self.total.mean() if self.total.mean() else float("nan")
        rows = []
        for i in np.argsort(-np.abs(self.shares.mean(axis=0)), kind="stable"):
            part, share = self.parts[i], self.shares[:, i]
            alone = _named("lost", self.taken_out[:, i]) | _named("made", self.put_in[:, i])
            words = {"words": in_words(self.taken_out[:, i]), "meaning": part.meaning}
            told = {"part": part.name, "label": part.label, "kind": part.kind}
            rows.append({**told, **_told(share), "percent": percent * share.mean(), **alone, **words})
        others = {
            "(remainder)": (self.remainder, "left over: interaction", "total less the shares"),
            "(total)": (self.total, "total of the parts", "difference less bare; the shares sum to it"),
            "(bare)": (self.bare, "without any of them", "the difference with every part out"),
            "(difference)": (self.difference, "the difference itself", f"{self.scenario} less {self.against}"),
            "(interaction)": (self.interaction, "total less all losses", "the parts taken out, each alone"),
            "(together)": (self.together, "total less all made alone", "the parts put in, each alone"),
        }
        for name, (values, label, meaning) in others.items():
            if name != "(remainder)" or not self.exact:
                summed = {"percent": percent * values.mean()} if name in ("(remainder)", "(total)") else {}
                words = {"words": in_words(values), "meaning": meaning}
                rows.append({"part": name, "label": label, "kind": "", **_told(values), **summed, **words})
        return pd.DataFrame(rows)

    def interactions(self) -> DataFrame:
        """A row per pair of parts: what they make together beyond what each makes, strongest first.

        Above 0 they need each other; below 0 one does what the other would have done.
        """
        import pandas as pd

        rows = [
            {"one": self.parts[i].name, "other": self.parts[j].name, **_told(values), "words": in_words(values)}
            for (i, j), values in self.pairs.items()
        ]
        columns = ["one", "other", "mean", "error", "low", "median", "high", "words"]
        return pd.DataFrame(rows, columns=columns).sort_values("mean", key=np.abs, ascending=False, ignore_index=True)

    def in_words(self) -> str:
        """In two sentences or three: what the difference is, what makes it, and whether the parts need each other."""
        sign = 1 if self.difference.mean() >= 0 else -1
        whole, low, high = rounded(sign * self.difference.mean(), *_band(sign * self.difference))
        verb, to = ("adds", "to") if sign > 0 else ("takes", "from")
        told = f"{self.scenario} {verb} {whole} {self.unit} ({low} to {high} in 80 % of runs) {to} {self.what}, "
        told += f"held against {self.against}."
        total = float(self.total.mean())
        if self.bare.any():
            rest, theirs = rounded(sign * self.bare.mean(), sign * total)
            told += f" {rest} of it would be there without any of these parts; they make {theirs}."
        if abs(total) <= SURE * _error(self.total):
            return f"{told} That is not surely different from nothing, so shares of it mean little."
        told += f" Of {'that' if self.bare.any() else 'it'}: {self._shares_told(total, sign)}."
        if not self.exact:
            told += (
                f" These are losses when one is taken out; they leave {_percent(self.remainder.mean() / total)} over."
            )
        return f"{told} {self._together_told(sign)}" if len(self.parts) > 1 else told

    def _shares_told(self, total: float, sign: int) -> str:
        """Parts of the total with their bands, turned as the difference is told: what is taken is above 0."""
        means = self.shares.mean(axis=0)
        order = np.argsort(-np.abs(means), kind="stable")
        named = TOLD if len(order) > TOLD + 1 else len(order)  # nobody is left over alone
        first, rest = order[:named], order[named:]
        told = []
        for i in first:
            low, high = rounded(*_band(sign * self.shares[:, i]))
            told.append(f"{self.parts[i].label} {_percent(means[i] / total)} ({low} to {high})")
        last = f"; the other {len(rest)} together {_percent(means[rest].sum() / total)}" if len(rest) else ""
        return ", ".join(told) + last

    def _together_told(self, sign: int) -> str:
        more = sign * float(self.together.mean())
        if abs(more) <= SURE * _error(self.together):
            return "Together they make about what each makes alone, added up."
        number, low, high = rounded(abs(more), *_band(np.sign(more) * sign * self.together))
        if more > 0:
            return f"Together they make {number} more ({low} to {high}) than each alone: they need each other."
        return f"Together they make {number} less ({low} to {high}) than each alone: one does part of another's work."


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _band(values: Any) -> tuple[float, float]:
    band = Band.of(values)
    return band.low, band.high


def _error(values: Any) -> float:
    """Standard error of the mean; of one run nothing is sure."""
    return float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else float("inf")


def _told(values: Any) -> dict[str, float]:
    b = Band.of(values)
    return {"mean": float(np.mean(values)), "error": _error(values), "low": b.low, "median": b.median, "high": b.high}


def _named(word: str, values: Any) -> dict[str, float]:
    band = Band.of(values)
    return {word: float(np.mean(values)), f"{word}_low": band.low, f"{word}_high": band.high}
