"""The outlook in sentences: where model and experts differ. All of it follows from the numbers."""

from __future__ import annotations

from calibration.headline import AS_IS
from calibration.outlook import CLEAR, Beside, Item, Layout, Prospect, Question, name_of
from calibration.scorecard import OUTSIDE

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
SMALL = 0.01  # a share below it is told with three decimals
LEAST_P = 0.001
LEAD = 2.0  # standard errors by which the first must lead to be told as first without a word
NORMAL_90 = 1.645  # standard errors on each side that hold 90 % of a normal
ROLES = {
    "fit": "a target of the fit, so that agreement is no test",
    "soft": "a soft target of the fit, so that agreement is no test",
    "clean": "held out",
    "seen": "held out, but seen when the model was designed",
    "by construction": "held out, but it follows from an equation",
}


def share(x: float) -> str:
    """A share with two decimals; with three where it is small."""
    return f"{x:.3f}" if 0 < x < SMALL else f"{x:.2f}"


def error(x: float) -> str:
    """A standard error: two decimals, or, where it is small, its first figure."""
    return f"{x:.2f}" if x >= SMALL else f"{x:.1g}"


def p_value(p: float) -> str:
    """A p-value with two figures, or that it is too small to tell."""
    return f"p below {LEAST_P}" if p < LEAST_P else f"p = {p:.2g}"


def role(items: tuple[Item, ...]) -> str:
    """Role and independence of the published answers: "held-out (seen)"."""
    rows = [item.row for item in items if item.count is not None]
    told = [f"{row.role} ({row.independence})" if row.independence else row.role for row in rows]
    return ", ".join(dict.fromkeys(told))


def parameters(part: float | None) -> str:
    """Part of the variance that parameters make, in percent."""
    return "?" if part is None else f"{part:.0%}"


def model(item: Item, question: Question, runs: int) -> str:
    """The model's share with its error; where no run, or every run, ends so, that is said instead of an error of 0."""
    if question.share and item.model in (0.0, 1.0):
        return f"{'none' if item.model == 0 else 'all'} of {runs:,} runs"
    return f"{share(item.model)} ±{error(item.error)}"


def interval(item: Item) -> str:
    """The 90 % interval: "0.08 to 0.76"."""
    return f"{share(item.low)} to {share(item.high)}"


def experts(item: Item, question: Question) -> str:
    """What the survey says: "0.10 (3 of 30)", or "below 0.18" where it only says that others are named more."""
    if item.count is None:
        return f"below {share(item.row.high or 0.0)}"
    return f"{share(item.row.value or 0.0)} ({item.count} of {question.n})"


def band(item: Item) -> str:
    """The survey's 95 % sampling band."""
    if item.count is None or item.row.low is None or item.row.high is None:
        return ""
    return f"{share(item.row.low)} to {share(item.row.high)}"


def place(item: Item, items: tuple[Item, ...], mine: bool) -> str:
    """ "third", or "joint third": among the model's shares (mine) or the experts'."""
    rank = item.place if mine else item.experts_place
    if rank is None:
        return ""
    others = [other.place if mine else other.experts_place for other in items]
    return ("joint " if others.count(rank) > 1 else "") + ORDINALS[rank - 1]


# ----------------------------------------------------------------------------------------------------------- sentences


def of_futures(prospect: Prospect, layout: Layout) -> list[str]:
    """The futures under one scenario: which is the most frequent, and by how many forms of the rules.

    Under as-is also which lie outside their band and how clear it is: the experts judged today's policies.
    """
    beside = prospect.beside
    if prospect.scenario != AS_IS:
        return _sentences([_first(beside), _restless(prospect)])
    runs = layout.draws * layout.replicates
    return _sentences([_first(beside), *_outside(beside, runs), _restless(prospect), gap(beside, layout)])


def of_list(beside: Beside, layout: Layout) -> list[str]:
    """Another question: the same, with the order, and what the list's role makes of agreement."""
    runs = layout.draws * layout.replicates
    return _sentences([_role(beside), _first(beside), *_outside(beside, runs), *_order(beside), gap(beside, layout)])


def _sentences(parts: list[str]) -> list[str]:
    return [part[0].upper() + part[1:] for part in parts]


def gap(beside: Beside, layout: Layout) -> str:
    """The distance, and what its p-values say."""
    found, question = beside.gap, beside.question
    verb, what = ("mentioned what", "mentions") if question.several else ("drew", "answers")
    each = f"each of {question.n} respondents {verb} {'a run of the model says' if question.several else 'one run'}"
    told = (
        f"Distance {share(found.distance)}: {round(100 * found.distance)} of 100 {what} would have to move for the "
        f"shares to agree. If {each}, {p_value(found.each)}"
    )
    if found.one_world is None:
        return f"{told}: {_clear(found.clear)}. One replicate a draw cannot tell luck from parameters."
    if layout.same:
        return f"{told}: {_clear(found.clear)}. There is one set of parameters."
    second = f"; if all drew from one and the same draw of parameters, {p_value(found.one_world)}"
    apart = found.one_world < CLEAR
    if apart == found.clear:
        return f"{told}{second}: {_clear(apart)} either way."
    if found.clear:
        return f"{told}{second}: clear for independent respondents, but no more than one draw of parameters can make."
    return f"{told}{second}: clear only if all share one draw of parameters."


def _clear(apart: bool) -> str:
    return "a clear difference" if apart else "no clear difference"


def _role(beside: Beside) -> str:
    rows = [item.row for item in beside.items if item.count is not None]
    return f"This list is {' or '.join(dict.fromkeys(ROLES[row.independence or row.role] for row in rows))}."


def _first(beside: Beside) -> str:
    items = [item for item in beside.items if item.count is not None]
    mine = [item for item in items if item.place == 1]
    theirs = [item for item in items if item.experts_place == 1]
    told = " and ".join(f"{_named(item)} ({share(item.model)})" for item in mine)
    if len(mine) == len(items):
        return f"In the model no answer comes first; among the experts {_named(theirs[0])} does."
    told += _barely(mine[0], items)
    if mine == theirs:
        return f"First in the model and among the experts: {told}; the experts' share is {_published(theirs[0])}."
    others = " and ".join(f"{_named(item)} ({_published(item)})" for item in theirs)
    return f"First in the model: {told}; among the experts: {others}."


def _barely(first: Item, items: list[Item]) -> str:
    """Words for what follows the first so closely that more runs could turn the two round."""
    near = [
        item
        for item in items
        if 0 < first.model - item.model < LEAD * (first.error + item.error)  # at most the error of their difference
    ]
    told = " and ".join(f"{_named(item)} ({share(item.model)})" for item in near)
    return f", within error of {told}" if told else ""


def _outside(beside: Beside, runs: int) -> list[str]:
    """A sentence for each answer outside its band, or one that says that none is."""
    found = [_one_outside(item, beside, runs) for item in beside.items if item.verdict == OUTSIDE]
    return found or ["No share of the model lies outside its band."]


def _one_outside(item: Item, beside: Beside, runs: int) -> str:
    row, question = item.row, beside.question
    if item.count is None or row.low is None or row.high is None:
        other = next(one for one in beside.items if one.row.id == row.order.partition(" ")[2])
        return (
            f"The experts name {_named(item)} less than {_named(other)}; in the model it stands at "
            f"{share(item.model)} against {share(other.model)}."
        )
    survey = f"({_published(item)}; {item.count} of {question.n}, band {band(item)})"
    more = "more often" if item.model > row.high else "less often"
    air = NORMAL_90 * item.error
    reaches = item.low - air <= row.high and item.high + air >= row.low
    reach = "" if reaches else " Its interval does not reach the band."
    if question.share:
        told = model(item, question, runs).replace("±", "± ")
        return f"{_named(item)}: {more} in the model ({told}) than the experts' band allows {survey}.{reach}"
    mine, theirs = (place(item, beside.items, who) for who in (True, False))
    said = f"The model puts {_named(item)} {mine} (share {share(item.model)}, 90 % of runs {interval(item)})"
    if mine == theirs:
        return f"{said}, as the experts do, but {more} than their band allows {survey}.{reach}"
    return f"{said}; the experts {theirs} {survey}.{reach}"


def _order(beside: Beside) -> list[str]:
    order = beside.rank
    if order is None:
        return []
    if order.tau is None or order.low is None or order.high is None:
        return ["Order: all shares of the model tie."]
    return [
        f"Order: Kendall's tau {order.tau:+.2f} ({order.low:+.2f} to {order.high:+.2f}; 1 is the experts' order, "
        "-1 its reverse)."
    ]


def _restless(prospect: Prospect) -> str:
    """Does the most frequent future depend on the rules' numbers?"""
    items = prospect.beside.items

    def most(shares: tuple[float, ...]) -> str:
        return _named(items[shares.index(max(shares))])

    first = most(tuple(item.model for item in items))
    ways = [most(shares) for _, _, shares in prospect.sweep]
    others = [name for name in dict.fromkeys(ways) if name != first]
    if not others:
        return f"{first} is the most frequent by all {len(ways)} forms of the rules."
    told = " and ".join(f"{name} by {ways.count(name)}" for name in others)
    return f"By {ways.count(first)} of {len(ways)} forms of the rules {first} is the most frequent, {told}."


def _named(item: Item) -> str:
    return name_of(item.row)


def _published(item: Item) -> str:
    return share(item.row.value or 0.0)
