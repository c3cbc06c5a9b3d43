"""Economics added to the specification (docs/model-changes.md): digital customs, scarce water, rival ties, home demand.

Stochastic tests are runs paired by luck and state their rate of false alarms; the others are exact.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from paired import surely_negative, surely_positive

from abm.basins import count_losses, release
from abm.clock import Now
from abm.parameters import Parameters
from abm.runs import Runs, simulate
from abm.scenario import Scenario
from abm.states import compare_routes
from abm.ties import respond

SEEDS, FIRMS = 40, 50
HUB = "Kordai"
SUMMER, WINTER = (Now(step, (step + 0.5) / 12, 1 / 12, 2025, step + 1, True, 2025) for step in (6, 0))


def run(scenario: Scenario | str, p: Parameters | None = None, **size: Any) -> Runs:
    return simulate(scenario, SEEDS, p, firms=FIRMS, keep="all", **size)


def as_is(**levers: Any) -> Scenario:
    return Scenario.read("as-is").then("2026-01", **levers)


# ---------------------------------------------------------------------------------------------------- digital customs


def test_digital_customs_do_nothing_where_nothing_is_carried_out() -> None:
    """Exact: without execution, money for systems leaves procedures as they would have been."""
    bought, none = (run(as_is(execution_factor=0, technology=money)) for money in (60, 0))
    for tie in ("KZ-KG", "KG-TM"):
        assert bought.of("soft", tie).tobytes() == none.of("soft", tie).tobytes()


def soft_gained(start: float, **levers: Any) -> Any:
    """What digital customs add to procedures on KG-TJ in 2027, by how good these are at the start."""
    begin = (("KG-TJ", "start_soft", str(start)),)
    calm = Parameters(dispute_rate=0.0, bloc_standards=0.0)
    with_systems, without = (
        run(replace(as_is(technology=money, **levers), initial=begin), calm).year("soft", "KG-TJ", 2027)
        for money in (60, 0)
    )
    return with_systems - without


def test_digital_customs_raise_good_procedures_less() -> None:
    """Exact in its form: less than a quarter at S = .9 of what they add at .3."""
    poor, good = soft_gained(0.3), soft_gained(0.9)
    assert (good > 0).all()
    assert (good < poor / 4).all()


def test_digital_customs_add_less_where_leaders_are_absent() -> None:
    """Exact in its form: less than two fifths, by leaders themselves and by the moderator's part of effort."""
    absent, held = (soft_gained(0.3, leadership=word) for word in ("absent", "held"))
    assert (absent < 0.4 * held).all()


# -------------------------------------------------------------------------------------------------------------- water


def basin(**state: Any) -> Any:
    """A basin in trouble, as a rule sees it."""
    facts = dict(
        cooperating=False, compensation_paid=False, scared=0.0, scared_share=0.5, power_factor=1.0, capacity=14.0,
        winter_power=7.4, winter_cooperative=5.3, summer_power=4.6, summer_cooperative=6.5, need=6.2, lateral=5.7,
        mean_inflow=12.3, inflow_of_year=12.3, inflow=0.3, storage=10.0, unmet=0.0, shortage=0.0, missing=0.0,
    )  # fmt: skip
    return SimpleNamespace(**(facts | state))


def losses(now: Now, grid: float = 0.0, **state: Any) -> Any:
    """The basin after its losses were counted."""
    found = basin(**state)
    count_losses(found, SimpleNamespace(grid=grid), now, Parameters())
    return found


def test_each_km3_short_costs_more_than_the_last_one() -> None:
    costs = [losses(SUMMER, unmet=s * 2, shortage=s).crop_loss for s in (0.0, 0.1, 0.2, 0.3, 1.0)]
    first, second, third = np.diff(costs[:4])
    assert costs[0] == 0
    assert 0 < first < second < third
    p = Parameters()
    whole_need = 2 * 12 * p.irrigation_value / 1000
    assert costs[-1] == pytest.approx(whole_need * (1 + 1 / (2 * p.water_elasticity)))


def test_a_small_shortage_costs_the_value_of_water() -> None:
    tiny = losses(SUMMER, unmet=1e-6, shortage=1e-6).crop_loss
    assert tiny == pytest.approx(1e-6 * 12 * Parameters().irrigation_value / 1000, rel=1e-5)


@pytest.mark.parametrize("cooperating", [False, True])
def test_a_reservoir_that_runs_dry_in_winter_leaves_upstream_in_the_dark(cooperating: bool) -> None:
    for storage, dark in ((10.0, False), (0.1, True)):
        dry = basin(storage=storage, cooperating=cooperating)
        release(dry, WINTER, Parameters())
        count_losses(dry, SimpleNamespace(grid=0.0), WINTER, Parameters())
        assert (dry.dark_loss > 0) == dark
    target = 5.3 if cooperating else 7.4
    assert dry.missing == pytest.approx(target / 6 - 0.4)
    released_in_summer = basin(storage=0.0)
    release(released_in_summer, SUMMER, Parameters())
    assert released_in_summer.missing == 0


def test_a_joined_grid_lights_dry_winters_at_the_price_of_agreed_power() -> None:
    p = Parameters()
    alone, half, joined = (losses(WINTER, grid, missing=0.5).dark_loss for grid in (0.0, 0.5, 1.0))
    assert half == pytest.approx((alone + joined) / 2)
    assert joined / alone == pytest.approx(p.winter_power_value / p.dark_power_value)


def test_compensation_covers_what_the_bargain_forgoes_and_not_the_dark() -> None:
    wet, dry = (losses(WINTER, cooperating=True, compensation_paid=True, missing=m) for m in (0.0, 0.5))
    assert dry.payment == wet.payment > 0


def test_dry_years_cost_upstream_power() -> None:
    """Rate 1e-3: two dry years lower what is left upstream on either river, by the dark and not by the bargain."""
    free = Parameters(dark_power_value=0.0, winter_power_value=Parameters().winter_power_value)
    for who in ("Syr Darya", "Amu Darya"):
        costs = []
        for p in (Parameters(), free):
            wet, dry = (run(name, p).years("upstream_gain", who, 2028, 2030) for name in ("as-is", "drought"))
            costs.append(wet - dry)
        assert surely_positive(costs[0] - costs[1]), who


# --------------------------------------------------------------------------------------------------------- rival ties


def tie(one: int, other: int, trade: float, saved: float) -> Any:
    """A tie whose cost factor has fallen by a share of itself."""
    now = 2 * (1 - saved)
    return SimpleNamespace(
        one=one, other=other, start_trade=trade, start_cost_raw=2.0, start_cost_processed=2.0, cost_raw=now,
        cost_processed=now,
    )  # fmt: skip


def test_a_states_routes_compare_by_their_part_in_its_spending() -> None:
    """Exact: half of a tie's turnover is bought, of tradable_spending times GDP; others' ties do not count."""
    state = SimpleNamespace(row=0, gdp=14.0)
    ties = [tie(0, 1, 1.9, 0.05), tie(2, 0, 0.8, 0.0), tie(1, 2, 4.7, 0.2)]
    compare_routes(state, ties, Parameters())
    expected = 1.9 / 2 / (Parameters().tradable_spending * 14) * np.log(0.95)
    assert state.resistance_raw == state.resistance_processed == pytest.approx(expected)


def lost_by_rivalry(who: str, levers: dict[str, Any]) -> Any:
    """Log trade of a tie in 2035 that levers on others cost it, beyond what they would if states spent far more."""
    change = []
    for spending in (0.5, 4.8):
        p = Parameters(tradable_spending=spending, replication=0.0)
        after, before = (run(as_is(**given), p).year("trade", who, 2035) for given in (levers, {}))
        change.append(np.log(after / before))
    return change[1] - change[0]


@pytest.mark.parametrize("who", ["KG-UZ", "KG-TJ", "KG-TM"])
def test_a_corridor_on_one_tie_costs_its_neighbours_trade(who: str) -> None:
    """Rate 1e-3 a tie: works and full reform on KZ-KG against the programme of as-is."""
    assert surely_positive(lost_by_rivalry(who, {"abec_programme": 120, "reform_KZ-KG": 10}))


def test_a_tie_that_shares_no_state_with_the_corridor_loses_nothing_to_it_directly() -> None:
    """Rate 1e-3: TJ-UZ loses less to works on KZ-KG than KG-TJ."""
    levers = {"abec_programme": 120, "reform_KZ-KG": 10}
    assert surely_positive(lost_by_rivalry("KG-TJ", levers) - lost_by_rivalry("TJ-UZ", levers))


@pytest.mark.parametrize("good", ["raw", "processed"])
def test_buyers_leave_a_tie_whose_cost_stands_still_for_cheaper_ones(good: str) -> None:
    """Exact: the response of either good moves toward elasticity times what both states' other ties save."""
    p = Parameters()
    idle = SimpleNamespace(**vars(tie(0, 1, 1.0, 0.0)), k_raw=0.0, k_processed=0.0, k_border=0.0, years_shut=0.0)
    saves = {"resistance_raw": 0.0, "resistance_processed": 0.0, f"resistance_{good}": -0.01}
    respond(idle, SimpleNamespace(**saves), SimpleNamespace(**saves), SUMMER, p)
    lost = -p.trade_adjustment / 12 * p.trade_elasticity * 0.02
    assert getattr(idle, f"k_{good}") == pytest.approx(lost)
    assert idle.k_raw + idle.k_processed == pytest.approx(lost)


@pytest.mark.parametrize(("measure", "who"), [("trade_raw", "KZ-KG"), ("exports", HUB)])
def test_free_trade_elsewhere_costs_the_tie_that_has_it_already(measure: str, who: str) -> None:
    """Rate 1e-3 each: KZ-KG trades freely today, so its neighbours' agreements only draw buyers away."""
    agreed = Scenario.read("as-is").then("2027-01", free_trade_all=1)
    before, after = (simulate(s, 100, keep=measure).year(measure, who, 2035) for s in ("as-is", agreed))
    assert surely_negative(after - before)


# -------------------------------------------------------------------------------------------------------- home demand


def home_lost(p: Parameters) -> Any:
    """Log home sales of the pool lost in the year of the slump."""
    calm, slump = (
        (r := run(name, p)).year("revenue", HUB, 2028) - r.year("exports", HUB, 2028)
        for name in ("corridor-first", "corridor-first+world-slump")
    )
    return np.log(calm / slump)


def test_a_world_slump_takes_home_sales_in_proportion_to_their_cyclicality() -> None:
    """Exact in its form: nothing at 0; at .4 twice what it takes at .2, but for what suppliers and hands take off."""
    p = Parameters(supplier_buffer=0.0, labour_share=0.08)
    none, some, twice = (home_lost(replace(p, home_cyclicality=c)) for c in (0.0, 0.2, 0.4))
    assert np.abs(none).max() < 1e-3
    np.testing.assert_allclose(twice, 2 * some, rtol=0.02)
    assert (some > 0.02).all()


def test_local_suppliers_spare_home_sales_too() -> None:
    """Rate 1e-3."""
    assert surely_negative(home_lost(Parameters()) - home_lost(Parameters(supplier_buffer=0.0)))


def test_exports_fall_by_more_than_home_sales_in_a_slump() -> None:
    """Exact: each run."""
    p = Parameters()
    calm, slump = (run(name, p).year("exports", HUB, 2028) for name in ("declarations", "declarations+world-slump"))
    assert (np.log(calm / slump) > home_lost(p)).all()
