"""`corridors scenarios` and `corridors explain`: what there is, and what a name means."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from abm import base_year, levers, parameters
from abm.errors import unknown
from abm.scenario import Scenario


def list_scenarios() -> None:
    """One line for each shipped scenario."""
    names = Scenario.names()
    width = max(len(name) for name in names)
    for name in names:
        story = Scenario.read(name)
        print(f"{name:{width}}  {story.title}")
    print("\nRun one:      corridors run NAME --against OTHER --out results/NAME")
    print("Combine two:  corridors run corridor-first+drought --against declarations+drought")


def explain_name(name: str) -> None:
    """Print all that is known of a name. Raises BadInput for one that nothing has."""
    from abm.engine.rules import name_of
    from abm.measures import MEASURES
    from abm.month import MONTH

    found = False
    for text in (
        _parameter(name), _lever(name), *(_measure(m) for m in MEASURES if m.name == name),
        *(_rule(r) for r in dict.fromkeys(MONTH.each_rule()) if name in (r.__name__, name_of(r))),
        _scenario(name), _figure(name), _kind(name), _datum(name), _source(name),
    ):  # fmt: skip
        if text:
            print(("\n" if found else "") + text)
            found = True
    if not found:
        from calibration.figures import figures

        known = [
            *parameters.describe(), *levers.describe(), *(m.name for m in MEASURES), *Scenario.names(), *figures(),
            *(r.__name__ for r in MONTH.each_rule()), *(name_of(r) for r in MONTH.each_rule()),
            *{d.who for d in base_year.read().rows},
        ]  # fmt: skip
        raise unknown("name", name, dict.fromkeys(known))


def readers(owner: str, name: str) -> list[str]:
    """Rules and formulas that read a parameter ("p") or lever ("levers")."""
    from abm.engine.rules import name_of, reachable, reads
    from abm.month import MONTH

    return sorted(name_of(f) for f in reachable(MONTH) if name in reads(f, owner))


def _parameter(name: str) -> str:
    known = parameters.describe().get(name)
    if known is None:
        return ""
    span = f"{known.low:g} to {known.high:g}" if known.low != known.high else "not varied"
    low, high = known.allowed
    role = {"fit": "fit: calibrated within its range", "pinned": "pinned: from the literature, not fitted",
            "assumed": "assumed: a judgement, shown as such"}[known.role]  # fmt: skip
    lines = [
        f"{name} (parameter): {known.meaning}",
        f"  unit {known.unit}, default {known.default:g}, prior {span}, a run accepts {low:g} to {high:g}",
        f"  role {role}",
        f"  source {_cited(known.source)}" + (f" ({known.note})" if known.note else ""),
        f"  read by {', '.join(readers('p', name)) or 'nobody'}",
    ]
    return "\n".join(lines)


def _lever(name: str) -> str:
    world = base_year.read()
    lever = levers.describe().get(name)
    if lever is None:
        lever = next((k for n, k in levers.describe().items() if k.per and name.startswith(n + "_")), None)
        if lever is None or name not in _written(lever, world):
            return ""
    span = ", ".join(lever.words) if lever.words else f"{lever.low:g} to {lever.high:g} {lever.unit}"
    if lever.form.startswith("date"):
        span = 'a month, as "2027-01", or "never"'
    default = lever.words[int(lever.default)] if lever.words else f"{lever.default:g}"
    default = {"free_trade": "as agreed today"}.get(lever.name, "never" if lever.form.startswith("date") else default)
    forms = {
        "level": "holds from its date on",
        "pulse": "acts in the month of its date",
        "choice": "holds from its date on",
    }
    lines = [
        f"{lever.name} (lever, {lever.group}): {lever.changes}",
        f"  {span}; default {default}; {forms.get(lever.form, 'is a date itself')}",
        f"  cost {lever.cost.replace('1 per unit', '1 mn US$/yr per unit')}",
        f"  for {lever.for_}",
        f"  read by {', '.join(readers('levers', lever.name)) or 'nobody'}",
    ]
    if lever.per:
        lines.insert(2, f"  written {', '.join(_written(lever, world))}")
    return "\n".join(lines)


def _written(lever: levers.Lever, world: base_year.BaseYear) -> list[str]:
    from abm.scenario import TABLE_OF

    return [f"{lever.name}_{who}" for who in [*world.names(TABLE_OF[lever.per]), "all"]]


def _measure(measure: Any) -> str:
    return (
        f"{measure.name} (measure of each {measure.kind.__name__}): {measure.meaning}\n"
        f"  unit {measure.unit}\n  formula {measure.formula}\n"
        f"  recorded each month; in runs.parquet {'always' if measure.headline else 'with --keep all'}"
    )


def _rule(rule: Any) -> str:
    from abm.engine.rules import arguments, name_of, reads

    order = [name_of(r) for r in _month()]
    place = f"number {order.index(name_of(rule)) + 1} of {len(order)}"
    lines = [
        f"{name_of(rule)} (rule for each {rule.kind.__name__}, {place})",
        *("  " + line.strip() for line in inspect.cleandoc(rule.__doc__ or "").splitlines() if line.strip()),
        f"  asks for {', '.join(arguments(rule))}",
    ]
    for owner, what in (("p", "parameters"), ("levers", "levers")):
        names = sorted(reads(rule, owner))
        if names:
            lines.append(f"  reads {what} {', '.join(names)}")
    return "\n".join(lines)


def _month() -> Iterator[Any]:
    from abm.month import MONTH

    return iter(dict.fromkeys(MONTH.each_rule()))


def _scenario(name: str) -> str:
    if name not in Scenario.names():
        return ""
    return f"{name} (scenario)\n" + "\n".join("  " + line for line in Scenario.read(name).to_toml().splitlines())


def _figure(name: str) -> str:
    from calibration.figures import figures

    known = figures().get(name)
    if known is None:
        return ""
    band = " to ".join("…" if x is None else f"{x:g}" for x in (known.low, known.high))
    value = "" if known.value is None else f"{known.value:g} "
    return (
        f"{name} (figure of {known.article}): {known.figure}\n  {value}{known.unit}, band {band}; role {known.role}"
        + (f" ({known.independence})" if known.independence else "")
        + f"\n  stands in {known.place}"
        + (f"\n  measured by {known.measured_by}" if known.measured_by else "")
        + (f"\n  by calibration.measures {known.measure}; judged: {known.judged}" if known.measure else "")
        + f"\n  {_enters(name)}{_calibrated(name)}"
    )


def _enters(name: str) -> str:
    """Where a figure enters the model, or that it does not."""
    from calibration import posterior
    from calibration.figures import FIT, HELD_OUT, SOFT, figure
    from calibration.recovery import drivers

    role = figure(name).role
    if role == HELD_OUT:
        return "enters nothing: no number was chosen by it, and the fit never reads it"
    if role not in (FIT, SOFT):
        return "enters as an input or as context: it is set or told, and not explained"
    if not posterior.complete():
        return "enters the fit: draws of the parameters weigh by it"
    found = drivers(posterior.read(check=False), name)
    told = ", ".join(f"{parameter} ({strength:+.2f})" for parameter, strength in found) or "none of them"
    return f"enters the fit: draws of the parameters weigh by it; over the posterior it moves with {told}"


def _calibrated(name: str) -> str:
    """What the calibrated model says of a figure, as the results page has it."""
    from calibration.figures import figures
    from calibration.results import DOCS, read_part
    from calibration.words import line_of, model

    part = read_part(DOCS, "scorecard")
    row = next((row for row in part["rows"] if row["id"] == name), None) if part else None
    if part is None or row is None or not figures()[name].applies:
        return ""
    line = line_of(row, figures()[name])
    says, span = model(line)
    return (
        f"\n  the calibrated model: {says} ({span}), {line.verdict} ({part['draws']} draws of the posterior, "
        f"{part['made'][:10]}; docs/results.md, or `corridors figures` to measure it now)"
    )


def _kind(name: str) -> str:
    from abm.engine.kinds import KINDS

    kind = KINDS.get(name)
    if kind is None:
        return ""
    fields = (f"  {f.name} [{f.unit}{', per ' + f.per if f.per else ''}] {f.meaning}" for f in kind.fields.values())
    return f"{name} (kind of agent): {inspect.cleandoc(kind.__doc__ or '')}\n" + "\n".join(fields)


def _datum(name: str) -> str:
    rows = [d for d in base_year.read().rows if d.who == name]
    lines = (
        f"  {d.what} = {d.value} {d.unit} ({d.year}; {d.source}; confidence {d.confidence}; {d.where})" for d in rows
    )
    return f"{name} (base year)\n" + "\n".join(lines) if rows else ""


def _source(name: str) -> str:
    known = sources().get(name)
    return f"{name} (source)\n" + "\n".join(f"  {k}: {v}" for k, v in known.items()) if known else ""


def sources() -> dict[str, dict[str, Any]]:
    """The bibliography, by key."""
    import tomllib
    from pathlib import Path

    path = Path(base_year.__file__).with_name("sources.toml")
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _cited(keys: str) -> str:
    known = sources()
    return "; ".join(f"{k}: {known[k]['title']}" if k in known and "title" in known[k] else k for k in keys.split(", "))
