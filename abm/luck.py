"""Luck: every draw is a pure function of (seed, agent's name, month or year, event).

The generator is Philox4x32-10 [SalmonEtAl2011], counter-based, so nothing is drawn "in order": runs that differ by a
policy share all other luck, an added rule changes nobody else's dice, and any run can be repeated alone. Written in
plain integer arithmetic that gives the same bits compiled and uncompiled.
"""

from __future__ import annotations

from math import exp, log, sqrt
from typing import NamedTuple

from abm.engine.kinds import key_of

WORD = 0xFFFFFFFF
MULTIPLY_0, MULTIPLY_1 = 0xD2511F53, 0xCD9E8D57
WEYL_0, WEYL_1 = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
GOLDEN, PLASTIC = 0.6180339887498949, 0.7548776662466927
MONTHLY, YEARLY = 0, 1 << 16  # draws of a month and of a year live in different corners of the counter


class Luck(NamedTuple):
    """What a draw needs to know beside the agent and the event."""

    seed_low: int
    seed_high: int
    step: int
    year: int
    dt: float


def event(name: str) -> int:
    """The number of an event; two events never share one (tested)."""
    return key_of(name)


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Philox4x32-10: four 32-bit words from a counter of four words and a key of two [SalmonEtAl2011]."""
    for _ in range(ROUNDS):
        product_0 = MULTIPLY_0 * c0
        product_1 = MULTIPLY_1 * c2
        c0 = ((product_1 >> 32) & WORD) ^ c1 ^ k0
        c1 = product_1 & WORD
        c2 = ((product_0 >> 32) & WORD) ^ c3 ^ k1
        c3 = product_0 & WORD
        k0 = (k0 + WEYL_0) & WORD
        k1 = (k1 + WEYL_1) & WORD
    return c0, c1, c2, c3


def between_0_and_1(high: int, low: int) -> float:
    """A number strictly between 0 and 1 from 52 bits of two words."""
    return (float((high >> 6) * 67108864 + (low >> 6)) + 0.5) * (1.0 / 4503599627370496.0)


def uniform(luck: Luck, who: int, what: int, turn: int = MONTHLY) -> float:
    """A number in (0, 1) for this agent, this month and this event; `turn` tells apart repeats within the month."""
    c0, c1, _, _ = philox(who, luck.step, what, turn, luck.seed_low, luck.seed_high)
    return between_0_and_1(c0, c1)


def uniform_of_year(luck: Luck, who: int, what: int, year: int) -> float:
    """A number in (0, 1) for this agent, a calendar year and this event."""
    c0, c1, _, _ = philox(who, year, what, YEARLY, luck.seed_low, luck.seed_high)
    return between_0_and_1(c0, c1)


def happens(luck: Luck, who: int, what: int, rate: float) -> bool:
    """Does an event of this yearly rate strike within the month?"""
    odds = rate * luck.dt
    u = uniform(luck, who, what)
    return u < odds and u < 1.0 - exp(-odds)  # 1-e^-x is never above x: the first test spares the exponential


def wait(luck: Luck, who: int, what: int, rate: float) -> float:
    """Years until the next event of a constant yearly rate: its date is drawn once, not a coin each month."""
    return -log(uniform(luck, who, what)) / rate


def normal(luck: Luck, who: int, what: int) -> float:
    """A standard normal number for this agent, month and event."""
    return normal_quantile(uniform(luck, who, what))


def normal_of_year(luck: Luck, who: int, what: int, year: int) -> float:
    """A standard normal number for this agent, calendar year and event."""
    return normal_quantile(uniform_of_year(luck, who, what, year))


def logistic_noise(luck: Luck, who: int, what: int, scale: float) -> float:
    """A logistic number of mean 0 and the given scale."""
    u = uniform(luck, who, what)
    return scale * log(u / (1.0 - u))


def evenly(luck: Luck, who: int, what: int, number: int, dimension: int) -> float:
    """The number-th point of a sequence spread evenly over [0, 1), from a start drawn for this agent and event.

    Two dimensions (0 and 1) step by the golden and the plastic ratio, so that points of one are not tied to the other.
    """
    spot = uniform(luck, who, what) + number * (GOLDEN if dimension == 0 else PLASTIC)
    return spot - int(spot)


def normal_quantile(u: float) -> float:
    """The standard normal quantile, to about 1e-16 [Wichura1988, algorithm AS 241]."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * _ratio(
            r,
            (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
             4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
            (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
             2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
        )  # fmt: skip
    r = sqrt(-log(min(u, 1.0 - u)))
    if r <= 5.0:
        tail = _ratio(
            r - 1.6,
            (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
             1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
            (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
             1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
        )  # fmt: skip
    else:
        tail = _ratio(
            r - 5.0,
            (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
             2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
            (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
             7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
        )  # fmt: skip
    return -tail if q < 0.0 else tail


def _ratio(x: float, top: tuple[float, ...], bottom: tuple[float, ...]) -> float:
    above = 0.0
    below = 0.0
    for i in range(len(top)):
        above = above * x + top[len(top) - 1 - i]
        below = below * x + bottom[len(bottom) - 1 - i]
    return above / below
