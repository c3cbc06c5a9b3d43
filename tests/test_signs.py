"""The signs of MODEL.md, section 9: each as runs paired by luck, with its rate of false alarms, or to the bit."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from paired import SEEDS, surely_negative, surely_positive, within_noise

from abm import base_year, levers
from abm.base_year import BaseYear
from abm.engine.world import parameter_row
from abm.parameters import Parameters
from abm.runs import Engine, Runs, simulate
from abm.scenario import Scenario

WORLD = base_year.read()
TIES, STATES, BASINS = (WORLD.names(table) for table in ("ties", "states", "basins"))
RIVER_TIES = ("KZ-KG", "KG-UZ", "KG-TJ", "TJ-UZ", "TM-UZ", "TJ-TM")
HUB = "Kordai"
CHEAPER = 1e-3  # fall of the cost factor from which a tie counts as cheaper


def read(name: str) -> Scenario:
    return Scenario.read(name)


def same_bits(one: Runs, other: Runs, *measures: str) -> bool:
    """Equal to the bit, in these measures or in all."""
    kept = [i for i, column in enumerate(one.columns) if not measures or column.measure in measures]
    return bool(kept) and one.series[:, :, kept].tobytes() == other.series[:, :, kept].tobytes()


# ------------------------------------------------------------------------------------------------- trade and its cost


@pytest.mark.parametrize(
    "cheaper",
    [dict(freight_cut=0.2), dict(settlement=1), dict(free_trade_all=1), dict(technology=60), dict(reform_all=10)],
    ids=lambda cheaper: next(iter(cheaper)),
)
def test_lower_cost_never_lowers_trade(cheaper: dict[str, float]) -> None:
    """Rate 1e-3 for the region's trade, and for each tie whose own cost falls by a tenth of a point and more.

    A tie that gets no cheaper may lose to those that do: KZ-KG, where all trade freely and it did before.
    """
    keep = ["trade", "regional_trade", "cost_raw"]
    before = simulate("as-is", SEEDS, keep=keep)
    after = simulate(read("as-is").then("2027-01", **cheaper), SEEDS, keep=keep)
    gain = after.year("regional_trade", "region", 2035) - before.year("regional_trade", "region", 2035)
    assert surely_positive(gain, error_rate=1e-3)
    for tie in TIES:
        gain = after.year("trade", tie, 2035) - before.year("trade", tie, 2035)
        cheaper_by = before.year("cost_raw", tie, 2035) - after.year("cost_raw", tie, 2035)
        assert cheaper_by.mean() > CHEAPER or set(cheaper) == {"free_trade_all"}, tie
        if cheaper_by.mean() > CHEAPER:
            assert not surely_negative(gain, error_rate=1e-3), tie


@pytest.mark.parametrize("tie", TIES)
def test_trade_responds_more_in_the_long_run_than_in_the_first_year(tie: str) -> None:
    """Rate 1e-3 a tie; the first year brings less than half of what ten years bring."""
    before = simulate("as-is", SEEDS, keep="trade")
    after = simulate(read("as-is").then("2026-01", freight_cut=0.3), SEEDS, keep="trade")
    first, last = (np.log(after.year("trade", tie, y) / before.year("trade", tie, y)) for y in (2026, 2035))
    assert surely_positive(first, error_rate=1e-3)
    assert surely_positive(last / 2 - first, error_rate=1e-3)


def test_a_uniform_freight_cut_raises_the_raw_share_and_soft_reform_lowers_it() -> None:
    """Rate 1e-3 each."""
    keep = "processed_share"
    before = simulate("as-is", SEEDS, keep=keep).year(keep, "region", 2030)
    freight = simulate(read("as-is").then("2026-01", freight_cut=0.3), SEEDS, keep=keep).year(keep, "region", 2030)
    reform = simulate(read("as-is").then("2026-01", reform_all=10), SEEDS, keep=keep).year(keep, "region", 2030)
    assert surely_negative(freight - before, error_rate=1e-3)
    assert surely_positive(reform - before, error_rate=1e-3)


def test_free_trade_alone_adds_little_and_more_with_a_corridor() -> None:
    """Rate 1e-3 each; little: less than a third of what agreement and corridor bring together (TM-UZ, 2035).

    More: not only on more trade but in proportion to it, half as much again.
    """
    names = ("as-is", "fta-only", "bukhara-only", "fta-and-corridor")
    plain, agreement, corridor, both = (simulate(n, SEEDS, keep="trade").year("trade", "TM-UZ", 2035) for n in names)
    assert surely_positive(agreement - plain, error_rate=1e-3)
    assert surely_positive((both - plain) / 3 - (agreement - plain), error_rate=1e-3)
    assert surely_positive(np.log(both / corridor) - 1.5 * np.log(agreement / plain), error_rate=1e-3)


# -------------------------------------------------------------------------------------------- the null path, to the bit


def frozen_levers() -> dict[str, Any]:
    """Every policy lever as `frozen` has it, written out."""
    written: dict[str, Any] = dict(diplomacy="episodic", moderator="off")
    for name, lever in levers.describe().items():
        if lever.group != "policy" or name in written or lever.default < lever.low:
            continue
        value = "never" if lever.form.startswith("date") else lever.default
        written[f"{name}_all" if lever.per else name] = value
    return written


def test_with_policies_frozen_the_scenario_equals_the_null_path_to_the_bit() -> None:
    null = simulate("frozen", 20, keep="all")
    written_out = simulate(read("frozen").then("2028-01", **frozen_levers()), 20, keep="all")
    assert same_bits(null, written_out)


def test_a_corridor_called_off_before_it_begins_equals_the_null_path_to_the_bit() -> None:
    null = simulate("frozen", 20, keep="all")
    called_off = (
        read("corridor-first")
        .then("2025-01", diplomacy="episodic", moderator="off")
        .then("2026-01", abec_programme=0, reform_KZ__KG=0, hub_open="never")
    )
    assert same_bits(null, simulate(called_off, 20, keep="all"))


def test_a_policy_changes_nothing_before_its_date() -> None:
    before, after = simulate("declarations", 20, keep="all"), simulate("corridor-first", 20, keep="all")
    assert before.series[:, :12].tobytes() == after.series[:, :12].tobytes()
    assert before.series[:, :13].tobytes() != after.series[:, :13].tobytes()


def test_execution_0_from_the_start_with_the_hub_never_open_equals_no_corridor_to_the_bit() -> None:
    """In all but the accounts: money is spent and nothing comes of it."""
    unexecuted = read("corridor-first").then("2025-01", execution_factor=0).then("2026-01", hub_open="never")
    spent = simulate(unexecuted, 20, keep="all")
    none = simulate(read("declarations").then("2025-01", execution_factor=0), 20, keep="all")
    accounts = {"programme", "lever_cost", "surplus"}
    assert same_bits(spent, none, *({c.measure for c in none.columns} - accounts))
    assert (spent.year("lever_cost", "region", 2030) > none.year("lever_cost", "region", 2030)).all()


# ---------------------------------------------------------------------------------------------------- works and reform


@pytest.mark.parametrize(("measure", "who"), [("cut", "KZ-KG"), ("trade", "KZ-KG"), ("surplus", "region")])
def test_hard_and_soft_together_gain_more_than_each_alone_added_up(measure: str, who: str) -> None:
    """Rate 1e-3 a measure: by a tenth of the joint gain and more."""
    without = read("corridor-first").then("2026-01", abec_programme=0, reform_KZ__KG=0)
    arms = (read("corridor-first"), read("works-only"), read("reform-only"), without)
    both, works, reform, neither = (simulate(s, SEEDS, keep=measure).years(measure, who, 2030, 2035) for s in arms)
    beyond = (both - neither) - (works - neither) - (reform - neither)
    assert surely_positive(beyond - (both - neither) / 10, error_rate=1e-3)


def test_works_that_stop_fade_at_the_decay_rates() -> None:
    """Exact, with all else that moves infrastructure switched off: own works, blocs' standards, disputes."""
    p = Parameters(own_works=0.0, bloc_standards=0.0, dispute_rate=0.0)
    stopped = read("corridor-first").then("2029-01", abec_programme=0, reform_KZ__KG=0)
    runs = simulate(stopped, 10, p, keep=["hard", "soft"])
    for measure, start, rate in (("hard", 0.40, p.hard_decay), ("soft", 0.30, p.soft_decay)):
        above = runs.of(measure, "KZ-KG").astype(np.float64)[:, 48:] - start
        assert (above[:, 0] > 0.1).all()
        np.testing.assert_allclose(above[:, 1:] / above[:, :-1], 1 - rate / 12, rtol=2e-6)


def test_works_that_stop_fade_beside_all_else() -> None:
    """Rate 1e-3 each: over the six years after the end, infrastructure falls, by no more than twice the decay rate."""
    stopped = read("corridor-first").then("2029-01", abec_programme=0, reform_KZ__KG=0)
    never = read("corridor-first").then("2026-01", abec_programme=0, reform_KZ__KG=0)
    ended, none = (simulate(s, SEEDS, keep=["hard", "soft"]) for s in (stopped, never))
    for measure, rate in (("hard", Parameters().hard_decay), ("soft", Parameters().soft_decay)):
        gain_2029, gain_2035 = (ended.year(measure, "KZ-KG", y) - none.year(measure, "KZ-KG", y) for y in (2029, 2035))
        assert surely_negative(gain_2035 - gain_2029, error_rate=1e-3), measure
        assert surely_positive(gain_2035 - gain_2029 * np.exp(-2 * rate * 6), error_rate=1e-3), measure


# ------------------------------------------------------------------------------------------- meetings, trust, attention


def of_2035(scenario: str, what: str) -> Any:
    """Mean trust or mean memory of all ties in 2035."""
    runs = simulate(scenario, SEEDS, keep=what)
    return np.mean([runs.year(what, tie, 2035) for tie in TIES], axis=0)


@pytest.mark.parametrize("what", ["trust", "memory"])
def test_sustained_diplomacy_leaves_more_than_episodic(what: str) -> None:
    """Rate 1e-3 each."""
    assert surely_positive(of_2035("sustained", what) - of_2035("episodic", what), error_rate=1e-3)


@pytest.mark.parametrize("what", ["trust", "memory"])
def test_episodic_diplomacy_leaves_more_than_no_summits(what: str) -> None:
    """Rate 1e-3 each."""
    assert surely_positive(of_2035("episodic", what) - of_2035("no-diplomacy", what), error_rate=1e-3)


def test_one_summit_fades() -> None:
    """Rate 1e-3: it lifts trust at once; by 2035 less than half of that is left."""
    without = simulate("no-diplomacy", SEEDS, keep="trust").of("trust", "KZ-KG").astype(np.float64)
    summit = read("no-diplomacy").then("2027-01", summit_KZ__KG="2027-01")
    lift = simulate(summit, SEEDS, keep="trust").of("trust", "KZ-KG") - without
    assert (lift[:, :24] == 0).all()
    assert surely_positive(lift[:, 24], error_rate=1e-3)
    assert surely_positive(lift[:, 24] / 2 - lift[:, -12:].mean(axis=1), error_rate=1e-3)


def test_outside_activism_lowers_attention() -> None:
    """Rate 1e-3 a state."""
    calm, courted = (simulate(n, SEEDS, keep="attention") for n in ("as-is", "strong-blocs"))
    for state in STATES:
        change = courted.year("attention", state, 2030) - calm.year("attention", state, 2030)
        assert surely_negative(change, error_rate=1e-3), state


def test_without_bloc_money_less_is_built() -> None:
    """Rate 1e-3 a tie."""
    paid = simulate("as-is", SEEDS, keep="hard")
    unpaid = simulate(read("as-is").then("2026-01", bloc_capital_all=0), SEEDS, keep="hard")
    for tie in TIES:
        assert surely_negative(unpaid.year("hard", tie, 2030) - paid.year("hard", tie, 2030), error_rate=1e-3), tie


@pytest.mark.parametrize("measure", ["mean_trust", "regional_trade"])
def test_education_acts_after_three_years_and_not_before(measure: str) -> None:
    """Rate 1e-3 each: in none of 2026-2028 a sixth of the gain of 2035, which is there and still growing."""
    without = simulate("as-is", SEEDS, keep=measure)
    taught = simulate("education-first", SEEDS, keep=measure)
    gain = {y: taught.year(measure, "region", y) - without.year(measure, "region", y) for y in range(2026, 2036)}
    assert surely_positive(gain[2035] - gain[2032], error_rate=1e-3)
    for year in (2026, 2027, 2028):
        assert surely_positive(gain[2035] / 6 - gain[year], error_rate=1e-3), year


# ---------------------------------------------------------------------------------------------------- water and energy


def test_drought_lowers_storage_and_raises_disputes() -> None:
    """Rate 1e-3 a basin and for disputes on the rivers, 2028-2029."""
    keep = ["storage", "disputes"]
    wet, dry = (simulate(n, 200, keep=keep) for n in ("as-is", "drought"))
    for basin in BASINS:
        change = dry.years("storage", basin, 2028, 2029) - wet.years("storage", basin, 2028, 2029)
        assert surely_negative(change, error_rate=1e-3), basin
    more = sum(dry.years("disputes", t, 2028, 2029) - wet.years("disputes", t, 2028, 2029) for t in RIVER_TIES)
    assert surely_positive(more, error_rate=1e-3)


def test_compensation_paid_leaves_no_side_worse_over_ten_years() -> None:
    """Rate 1e-3 a side and a state: the same water pact, with offers that count against offers that do not."""
    keep = ["payment", "upstream_gain", "downstream_gain", "gains"]
    paid = simulate("water-pact", SEEDS, keep=keep)
    unpaid = simulate("water-pact", SEEDS, Parameters(compensation_pull=0.0), keep=keep)
    assert (unpaid.of("payment", BASINS[0]) == 0).all()
    for basin in BASINS:
        assert surely_positive(paid.years("payment", basin, 2026, 2035), error_rate=1e-3)
        for side in ("upstream_gain", "downstream_gain"):
            gain = paid.years(side, basin, 2026, 2035) - unpaid.years(side, basin, 2026, 2035)
            assert surely_positive(gain, error_rate=1e-3), (basin, side)
    for state in STATES:
        gain = paid.years("gains", state, 2026, 2035) - unpaid.years("gains", state, 2026, 2035)
        assert surely_positive(gain, error_rate=1e-3), state


# --------------------------------------------------------------------------------------------------- firms and the hub


def test_a_doubled_sunk_cost_leaves_fewer_exporters() -> None:
    """Rate 1e-3 a year."""
    plain = simulate("as-is", SEEDS, keep="exporters")
    dear = simulate(read("as-is").then("2025-01", sunk_cost_factor=2), SEEDS, keep="exporters")
    for year in (2027, 2030, 2035):
        change = dear.year("exporters", HUB, year) - plain.year("exporters", HUB, year)
        assert surely_negative(change, error_rate=1e-3), year


def passing_slump() -> Scenario:
    """A slump in January-March 2028 that is taken back, to the last bit that counts, in January and February 2030."""
    kept = Parameters().world_persistence
    depth = 0.0744 * (1 + kept + kept**2) * kept**22  # what is left of it in January 2030
    back = ("2030-01", dict(world_demand=0.1)), ("2030-02", dict(world_demand=(depth - 0.1) * kept))
    scenario = read("world-slump")
    for date, change in (*back, ("2030-03", dict(world_demand=0))):
        scenario = scenario.then(date, **change)
    return scenario


def test_a_passing_slump_leaves_fewer_exporters_for_years() -> None:
    """Rate 1e-3 a year: world demand is back where it would have been from March 2030, the exporters are not."""
    keep = ["exporters", "world"]
    calm, slump = simulate("as-is", SEEDS, keep=keep), simulate(passing_slump(), SEEDS, keep=keep)
    np.testing.assert_allclose(slump.of("world")[:, 62:], calm.of("world")[:, 62:], atol=1e-6)
    for year in (2030, 2031, 2032):
        change = slump.year("exporters", HUB, year) - calm.year("exporters", HUB, year)
        assert surely_negative(change, error_rate=1e-3), year


def trusting(trust: float) -> Scenario:
    return replace(read("corridor-first"), initial=(("KZ-KG", "start_trust", str(trust)),))


def test_joint_ventures_rise_with_trust() -> None:
    """Rate 1e-3."""
    low, high = (simulate(trusting(t), SEEDS, keep="ventures").year("ventures", HUB, 2030) for t in (0.5, 0.75))
    assert surely_positive(high - low, error_rate=1e-3)


def test_with_room_hub_jobs_rise_with_trust() -> None:
    """Rate 1e-3; room: 320 places built up, more than apply. (At the default of 40 the hub is always full.)"""
    p, keep = Parameters(hub_places=320.0), ["hub_jobs", "tenants", "places"]
    low, high = (simulate(trusting(t), SEEDS, p, keep=keep) for t in (0.5, 0.75))
    assert surely_positive(high.year("places", HUB, 2030) - high.year("tenants", HUB, 2030) - 20, error_rate=1e-3)
    assert surely_positive(high.year("hub_jobs", HUB, 2030) - low.year("hub_jobs", HUB, 2030), error_rate=1e-3)


# ----------------------------------------------------------------------------------------------- chains and resilience


def loss(slump: Runs, calm: Runs, measure: str, who: str) -> Any:
    """Share of a year's output or trade lost to the slump of 2028, in logs."""
    return np.log(calm.year(measure, who, 2028) / slump.year(measure, who, 2028))


@pytest.mark.parametrize(("measure", "who"), [("trade", "KZ-KG"), ("regional_trade", "region"), ("exports", HUB)])
def test_after_the_same_slump_the_loss_is_smaller_with_regional_chains(measure: str, who: str) -> None:
    """Rate 1e-3: chains are those of the corridor and its hub; without it, the same slump takes more."""
    calm, slump = (simulate(n, SEEDS, keep=measure) for n in ("corridor-first", "corridor-first+world-slump"))
    calm_0, slump_0 = (simulate(n, SEEDS, keep=measure) for n in ("declarations", "declarations+world-slump"))
    spared = loss(slump_0, calm_0, measure, who) - loss(slump, calm, measure, who)
    assert surely_positive(spared, error_rate=1e-3)


@pytest.mark.parametrize("buffer", ["chain_buffer", "supplier_buffer"])
def test_each_buffer_of_chains_spares_output(buffer: str) -> None:
    """Rate 1e-3 a measure: the same corridor, hub and slump, with this buffer and without.

    In 400 seeds: in a few runs a tenant or two differ, which weighs on hub jobs ten times as much as the buffer.
    """
    keep = ["revenue", "exports", "hub_jobs"]
    unbuffered = replace(Parameters(), **{buffer: 0.0})
    calm, slump = (simulate(n, 400, keep=keep) for n in ("corridor-first", "corridor-first+world-slump"))
    calm_0, slump_0 = (simulate(r.scenario, 400, unbuffered, keep=keep) for r in (calm, slump))
    for measure in keep:
        spared = loss(slump_0, calm_0, measure, HUB) - loss(slump, calm, measure, HUB)
        assert surely_positive(spared, error_rate=1e-3), measure


@pytest.mark.parametrize(("measure", "who"), [("trade", "KZ-KG"), ("exports", HUB)])
def test_a_regional_shock_reverses_what_chains_spare(measure: str, who: str) -> None:
    """Rate 1e-3: where suppliers fail too, the slump takes more with chains than without."""
    shock = read("corridor-first+world-slump").then("2028-01", regional_shock=0.3).then("2029-01", regional_shock=0)
    calm, slump = simulate("corridor-first", SEEDS, keep=measure), simulate(shock, SEEDS, keep=measure)
    calm_0, slump_0 = (simulate(n, SEEDS, keep=measure) for n in ("declarations", "declarations+world-slump"))
    spared = loss(slump_0, calm_0, measure, who) - loss(slump, calm, measure, who)
    assert surely_negative(spared, error_rate=1e-3)


# -------------------------------------------------------------------------------------------- rows, numbers and months


def shuffled(table: str) -> BaseYear:
    """The base year with the agents of a table in another order; their own rows stay together."""
    names = WORLD.names(table)
    order = names[::-1] if len(names) < 3 else random.Random(3).sample(names, len(names))
    assert order != names or len(names) == 1
    place = {who: i for i, who in enumerate(order)}
    mine = [d for d in WORLD.rows if d.file == f"{table}.csv"]
    others = [d for d in WORLD.rows if d.file != f"{table}.csv"]
    return BaseYear((*others, *sorted(mine, key=lambda d: place[d.who])), WORLD.folder)


def by_name(world: BaseYear) -> dict[str, Any]:
    """Every series of a run of `all-corridors`, by name; a leading family by its name too."""
    engine = Engine(read("all-corridors"), world=world)
    out = np.zeros((len(engine.levers), len(engine.columns)))
    engine.run(5, parameter_row(Parameters()), engine.every, out)
    families = np.array([sorted(world.names("families")).index(f) for f in world.names("families")])
    found = {column.name: out[:, i] for i, column in enumerate(engine.columns)}
    return {n: families[s.astype(int)] if n.startswith("leading_family") else s for n, s in found.items()}


@pytest.mark.parametrize("table", [*base_year.FILES, *base_year.SIDE_TABLES])
def test_rows_reordered_with_their_names_change_nothing(table: str) -> None:
    """To 1e-9: sums are taken in another order."""
    as_filed, moved = by_name(WORLD), by_name(shuffled(table))
    differ = [n for n in as_filed if not np.allclose(as_filed[n], moved[n], rtol=1e-9, atol=1e-9)]
    assert not differ, f"{len(differ)} series differ, {differ[:4]} among them"


def beyond_noise(one: Runs, other: Runs, measures: tuple[tuple[str, str], ...], year: int) -> list[str]:
    """Measures whose means differ, with both means; a true zero is refused at 1e-4 each."""
    differ = []
    for measure, who in measures:
        first, second = one.year(measure, who, year), other.year(measure, who, year)
        if not within_noise(first - second, error_rate=1e-4):
            differ.append(f"{measure} {who} {year}: {first.mean():.6g} against {second.mean():.6g}")
    return differ


MADE_BY_FIRMS = (("trade", "KZ-KG"), ("exporters", HUB), ("hub_jobs", HUB), ("jobs", HUB), ("tenants", HUB),
                 ("ventures", HUB), ("suppliers", HUB))  # fmt: skip


@pytest.mark.parametrize(("firms", "seeds"), [(150, 200), (2400, 100), (20_000, 20)])
def test_the_number_of_firms_sampled_changes_means_only_within_noise(firms: int, seeds: int) -> None:
    """Against 600 firms. A true zero is refused at 1e-4 each."""
    keep = [measure for measure, _ in MADE_BY_FIRMS]
    these, default = (simulate("corridor-first", seeds, firms=n, keep=keep) for n in (firms, 600))
    assert not beyond_noise(these, default, MADE_BY_FIRMS, 2030)


@pytest.mark.parametrize("firms", [150, 2400])
def test_the_number_of_firms_sampled_moves_no_jobs_between_sides_and_sectors(firms: int) -> None:
    """Against 600 firms, in the base year. A true zero is refused at 1e-4 each."""
    keep = ["jobs_by_side", "jobs_by_sector", "small_exports", "firms_by_size"]
    these, default = (simulate("declarations", SEEDS, firms=n, keep=keep) for n in (firms, 600))
    assert not beyond_noise(these, default, tuple((c.measure, c.who) for c in these.columns), 2025)


OF_EVERY_PART = (("trade", "KZ-KG"), ("regional_trade", "region"), ("mean_trust", "region"),
                 ("mean_attention", "region"), ("memory", "KZ-KG"), ("hard", "KZ-KG"), ("soft", "KZ-KG"),
                 ("shut", "KG-TJ"), ("shut", "KZ-KG"), ("storage", "Syr Darya"), ("storage", "Amu Darya"),
                 ("shortage", "Syr Darya"), ("surplus", "region"))  # fmt: skip


@pytest.mark.parametrize("scenario", ["corridor-first", "as-is"])
def test_half_months_change_means_only_within_noise(scenario: str) -> None:
    """2030 and 2035. A true zero is refused at 1e-4 each."""
    measures = OF_EVERY_PART + MADE_BY_FIRMS
    keep = [measure for measure, _ in measures]
    months, halves = (simulate(scenario, 300, steps_a_year=n, keep=keep) for n in (12, 24))
    assert not [told for year in (2030, 2035) for told in beyond_noise(halves, months, measures, year)]


def test_chances_a_month_stay_so_in_half_months() -> None:
    """A regional shock's toll on exports, 2028. A true zero is refused at 1e-4."""
    shock = read("corridor-first").then("2028-01", regional_shock=0.1)
    tolls = []
    for steps in (12, 24):
        calm, struck = (simulate(s, 200, steps_a_year=steps, keep="exports") for s in ("corridor-first", shock))
        tolls.append(loss(struck, calm, "exports", HUB))
    assert within_noise(tolls[1] - tolls[0], error_rate=1e-4)


@pytest.mark.parametrize("steps_a_year", [12, 24, 48])
def test_dates_and_spells_count_in_years(steps_a_year: int) -> None:
    """Exact: shut borders, queues, droughts and summits last as long as their dates say, whatever the step."""
    p = Parameters(dispute_rate=0.0, inspection_rate=0.0)
    dated = (
        read("corridor-first")
        .then("2027-03", border_shut_KG__TJ=7, summit_KG__TJ="2027-03", inspection=2)
        .then("2028-04", drought=0.5)
        .then("2028-10", drought=0)
    )
    dry, wet = (simulate(s, 3, p, steps_a_year=steps_a_year, keep="all") for s in (dated, read("corridor-first")))
    for tie, months in (("KG-TJ", 7), ("KZ-KG", 2)):
        shut = dry.of("shut", tie)[0].reshape(11, 12, -1).mean(axis=2)
        assert shut.sum() == months
        assert (shut[2, 2 : 2 + months] == 1).all()
    cut = 1 - dry.of("inflow", "Syr Darya")[0] / wet.of("inflow", "Syr Darya")[0]
    np.testing.assert_allclose(cut.reshape(11, 12, -1).mean(axis=2)[3], [0] * 3 + [0.5] * 6 + [0] * 3, atol=1e-6)
    assert (dry.of("places", HUB)[:, 2 * steps_a_year - 1] == 0).all()
    assert (dry.of("places", HUB)[:, 2 * steps_a_year] > 0).all()
    programme = dry.of("programme", "ABEC")[0].reshape(11, -1).mean(axis=1)
    np.testing.assert_allclose(programme, [0, *[60] * 6, *[0] * 4])
