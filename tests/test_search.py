"""The policy search: what programmes cost, what the optimiser finds, and what its figures mean."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typed import corridors

from abm.errors import BadInput
from abm.parameters import Parameters
from abm.runs import simulate
from abm.scenario import Scenario, lever_table
from experiments.paired import Band
from experiments.search.find import Found, Lead, Row, find, lead
from experiments.search.judge import LOT, LOTS, Judge, draw_luck, prior, tail, worst_mean
from experiments.search.optimise import Notebook, Point, best, move_money, recommended, search, spread, undominated
from experiments.search.programmes import FREE_OF_LUCK, Menu, Programme, menu_of
from experiments.search.rivals import rivals, share_out
from experiments.search.switching import Worth, switching_values

BUDGET = 60.0
TINY = 1e-6  # mn US$/yr: amounts have six decimals
SMALL: dict[str, Any] = dict(runs=20, fresh=20, generations=2, population=6, firms=50, threads=2)


@pytest.fixture(scope="module")
def menu() -> Menu:
    """All levers that money moves, on top of declarations."""
    return menu_of(Scenario.read("declarations"))


def some_programmes(menu: Menu, budget: float, count: int = 40) -> list[Programme]:
    """Programmes of random wishes, many beyond the budget and beyond the levers' ends, some with whole levers."""
    dice = np.random.default_rng(7)
    return [menu.buy(dice.exponential(dice.choice([0.5, 5, 50]), len(menu.options)), budget) for _ in range(count)]


def charged(story: Scenario) -> float:
    """What the account charges, mean from the second year on, mn US$/yr, where nothing but levers costs."""
    runs = simulate(story, seeds=1, parameters=Parameters().changed(FREE_OF_LUCK), firms=10, keep=["lever_cost"])
    return 1000 * float(runs.years("lever_cost", "region", 2026, 2035)[0])


# -------------------------------------------------------------------------------------------------- what a programme is


def test_a_programme_costs_what_the_account_charges(menu: Menu) -> None:
    ground = charged(menu.base)
    for programme in some_programmes(menu, 100, 12):
        assert programme.cost == pytest.approx(charged(menu.story(programme)) - ground, abs=1e-3)  # float32 runs


def test_prices_are_those_of_the_account(menu: Menu) -> None:
    assert menu.option("agro").price == 1
    assert menu.option("settlement").price == Parameters().settlement_cost
    assert menu.option("hub_open").cost == Parameters().hub_cost / 10  # in ten years
    phased_in = menu.option("free_trade_all").cost / Parameters().tariff_cost
    assert 0.85 < phased_in < 1


@pytest.mark.parametrize("budget", [0.37, 7.0, 60.0, 1000.0])
def test_a_programme_keeps_within_the_budget_and_its_levers_within_their_bounds(menu: Menu, budget: float) -> None:
    for programme in some_programmes(menu, budget):
        assert programme.cost <= budget + TINY
        for name, amount in programme.amounts:
            assert 0 < amount <= menu.option(name).most
        table = lever_table(menu.story(programme))  # would refuse what a lever cannot be
        assert (table[:12] == menu.ground[:12]).all()


def test_a_wish_beyond_the_budget_spends_nearly_all_of_it(menu: Menu) -> None:
    assert menu.buy(menu.costs, BUDGET).cost == pytest.approx(BUDGET, abs=BUDGET / 20)


def test_what_is_bought_whole_is_bought_whole(menu: Menu) -> None:
    bought = [dict(p.amounts) for p in some_programmes(menu, 30)]
    assert {b.get("hub_open", 0) for b in bought} == {b.get("free_trade_all", 0) for b in bought} == {0, 1}


def test_a_programme_is_added_to_the_base_and_follows_its_later_changes() -> None:
    menu = menu_of(Scenario.read("as-is"), ["abec_programme", "reform_KZ-KG"])
    table = lever_table(menu.story(menu.of({"abec_programme": 20, "reform_KZ-KG": 3})))
    assert table["abec_programme"][11:13].tolist() == [0, 50]
    assert table["abec_programme"][-1] == 20  # as-is ends its own 30 in 2032
    assert table["reform"][12, 0] == 8
    assert menu.option("abec_programme").most == 90


def test_a_scenario_file_of_a_programme_reads_back_the_same(menu: Menu, tmp_path: Path) -> None:
    for number, programme in enumerate(some_programmes(menu, 45, 5)):
        story = menu.story(programme)
        path = tmp_path / f"{number}.toml"
        path.write_text(story.to_toml(), encoding="utf-8")
        assert (lever_table(Scenario.read(path)) == lever_table(story)).all()


# ----------------------------------------------------------------------------------------------- what the gains are


def test_the_gain_is_the_paired_difference_of_the_surplus(menu: Menu) -> None:
    luck = draw_luck(0, 5, seed=3)
    programme = menu.of({"technology": 20, "reform_KZ-UZ": 5})
    runs = [
        simulate(story, luck.seeds, luck.parameters, firms=50, keep=["surplus"]).years("surplus", "region", 2026, 2035)
        for story in (menu.story(programme), menu.base)
    ]
    assert Judge(menu, luck, 50)(programme) == pytest.approx(1000 * (runs[0] - runs[1]), abs=1e-6)


def test_nothing_bought_gains_nothing(menu: Menu) -> None:
    judge = Judge(menu, draw_luck(0, 4, seed=3), 50)
    assert not judge(menu.of({})).any()
    assert not judge.charged(menu.of({})).any()


def test_lots_of_luck_share_no_seed_and_no_draw() -> None:
    lots = [draw_luck(lot, 30, seed) for seed in (0, 1) for lot in (0, 1, 2)]
    assert len({number for luck in lots for number in luck.seeds}) == 6 * 30
    assert len({luck.parameters[0] for luck in lots}) == 6
    assert draw_luck(1, 30, 1) == lots[4]


def test_luck_alone_keeps_the_defaults_and_given_sets_are_used() -> None:
    assert set(draw_luck(0, 5, 1, "luck").parameters) == {Parameters()}
    given = [Parameters(trade_elasticity=e) for e in (3.5, 4.5)]
    assert set(draw_luck(0, 5, 1, given=given).parameters) == set(given)
    assert set(draw_luck(1, 5, 1, given=given).parameters) == set(given)  # given sets are all that lots may share


def test_the_prior_is_spread_over_each_range() -> None:
    draws = prior(50, 1)
    places = np.sort([(d.trade_elasticity - 3) / 3 for d in draws])  # 3 to 6
    assert (np.floor(places * 50) == np.arange(50)).all()
    assert len({d.home_sales for d in draws}) == 1  # assumed, not to be fitted


def test_the_worst_part_is_never_above_the_mean() -> None:
    dice = np.random.default_rng(1)
    for risk in (0.05, 0.1, 0.5, 0.99):
        gains = dice.standard_cauchy(40)
        assert worst_mean(gains, risk) <= gains.mean()
    assert worst_mean(np.arange(40.0), 0.1) == 1.5


# --------------------------------------------------------------------------------------------------- the optimiser

HIGHEST = {"technology": 24.0, "reform_KZ-UZ": 9.0, "agro": 18.0}  # 51 of 60 mn US$/yr: spending more is worse
SAFEST = {"technology": 12.0, "energy": 30.0, "settlement": 0.3}  # 48, of which 6 on settlement


def apart(menu: Menu, programme: Programme, planted: dict[str, float]) -> float:
    """Money that two programmes spend differently, mn US$/yr."""
    return float(np.abs(menu.money(programme) - menu.money(menu.of(planted))).sum())


def planted(menu: Menu) -> Any:
    """A gain whose mean is highest at one programme, and whose worst tenth is highest at another."""
    luck = np.linspace(-1, 1, 20) / 0.475  # the worst tenth has -2 on average

    def value(programme: Programme) -> Any:
        return 100 - apart(menu, programme, HIGHEST) + apart(menu, programme, SAFEST) * luck

    return value


def searched(menu: Menu, value: Any, seed: int = 1, budget: float = BUDGET, generations: int = 60) -> Notebook:
    book = Notebook(value, 0.1)
    search(book, menu, budget, generations, 32, seed)
    return book


def test_the_optimiser_recovers_planted_programmes_at_both_ends(menu: Menu) -> None:
    front = undominated(searched(menu, planted(menu), generations=120).tried)
    assert apart(menu, front[0].programme, HIGHEST) <= 0.05 * BUDGET  # of twenty levers, to within 5 % of the budget
    assert apart(menu, front[-1].programme, SAFEST) <= 0.05 * BUDGET


def test_the_same_seed_tries_the_same_programmes(menu: Menu) -> None:
    one, again, other = (
        list(searched(menu, planted(menu), seed, generations=3).points) for seed in (1, 1, 2)
    )  # fmt: skip
    assert one == again != other


def test_moving_money_makes_none_and_loses_none() -> None:
    dice = np.random.default_rng(2)
    money = np.array([10.0, 0, 5])
    for _ in range(200):
        money = move_money(money, 20, dice)
        assert (money >= 0).all()
        assert money.sum() <= 20 + TINY


def test_the_frontier_holds_what_nothing_is_better_than_in_both_aims() -> None:
    points = [Point(Programme((("agro", float(i)),), 0), *aims) for i, aims in enumerate(
        [(5, 1), (4, 2), (3, 2), (2, 4), (1, 3), (5, 0)])]  # fmt: skip
    front = undominated(points)
    assert [(p.expected, p.worst) for p in front] == [(5, 1), (4, 2), (2, 4)]
    assert recommended(front) in spread(front, 2)
    assert spread(front, 9) == front


def test_what_is_recommended_weighs_the_mean_and_the_worst_runs_alike() -> None:
    daring, even, timid = (Point(Programme(((name, 1.0),), 0), *aims) for name, aims in
                           (("agro", (10.0, -4.0)), ("energy", (8.0, 6.0)), ("culture", (1.0, 7.0))))  # fmt: skip
    assert recommended([daring, even, timid]) == even


def test_as_many_go_on_as_are_wanted_though_one_is_better_than_all() -> None:
    points = [Point(Programme((("agro", float(i)),), 0), float(i), float(i)) for i in range(5)]
    assert [p.expected for p in best(points, 3)] == [4, 3, 2]


@pytest.mark.parametrize(
    ("runs", "risk", "worst"), [(40, 0.1, 4), (100, 0.29, 29), (100, 0.07, 7), (20, 0.12, 2), (3, 0.1, 1)]
)
def test_the_worst_part_is_counted_in_whole_runs(runs: int, risk: float, worst: int) -> None:
    """29 % of 100 are 29, though .29 × 100 is 28.999… to a computer."""
    assert tail(runs, risk) == worst


# -------------------------------------------------------------------------------------------- rivals, switching values


def test_rivals_are_within_the_budget_and_best_first_takes_what_pays_most(menu: Menu) -> None:
    rate = dict(zip(menu.names, np.linspace(2, -1, len(menu.names))))

    def look(programme: Programme) -> Point:
        gain = sum(rate[name] * menu.option(name).price * amount for name, amount in programme.amounts)
        return Point(programme, gain, gain)

    found = rivals(menu, 130, look)
    assert all(0 < programme.cost <= 130 + TINY for programme in found.values())
    assert dict(found["best first"].amounts) == {"abec_programme": 120, "corridors_programme": pytest.approx(9.1)}
    mix = dict(found["mix of corridor-first"].amounts)
    assert mix["reform_KZ-KG"] == 10
    assert mix["abec_programme"] > 100


def test_best_first_goes_by_gain_for_the_money_and_not_by_gain(menu: Menu) -> None:
    """Energy can take the whole budget and gains most; settlement gains thrice its small cost, and comes first."""
    rate = dict.fromkeys(menu.names, 0.0) | {"energy": 1.0, "settlement": 3.0}

    def look(programme: Programme) -> Point:
        gain = sum(rate[name] * menu.option(name).price * amount for name, amount in programme.amounts)
        return Point(programme, gain, gain)

    found = rivals(menu, BUDGET, look)
    assert dict(found["best first"].amounts) == pytest.approx({"settlement": 1, "energy": 40}, abs=0.7)
    assert list(dict(found["all on energy"].amounts)) == ["energy"]


def test_money_is_shared_by_weight_up_to_the_limits() -> None:
    found = share_out(np.array([1.0, 1, 2, 0]), np.array([5.0, 100, 100, 100]), 65)
    assert found.tolist() == pytest.approx([5, 20, 40, 0])


def test_the_switching_value_of_a_planted_linear_gain_is_gain_by_cost(menu: Menu) -> None:
    rate = dict.fromkeys(menu.names, 0.25) | {"agro": 3.0, "settlement": 2.0, "metallurgy": -1.0, "culture": 1.5}

    def net(programme: Programme) -> Any:
        cost = np.array([amount * menu.option(name).price for name, amount in programme.amounts])
        times = np.array([rate[name] for name, _ in programme.amounts])
        return np.full(20, ((times - 1) * cost).sum())

    ours = menu.of({"agro": 30, "settlement": 0.5, "hub_open": 1})
    found = {worth.lever: worth for worth in switching_values(net, menu, ours, BUDGET)}
    assert {name: worth.times for name, worth in found.items()} == pytest.approx(rate)
    assert found["agro"].words == "may become 3.0 times dearer"
    assert found["hub_open"].words == "better left out"
    assert found["technology"].words == "must become 4.0 times cheaper"
    assert found["metallurgy"].words == "pays at no price"
    assert found["culture"].words == "would pay too"  # 13 mn US$/yr are left, and a dose costs 6
    assert found["technology"].cost == pytest.approx(0.1 * BUDGET)
    assert found["free_trade_all"].amount == 1  # whole


@pytest.mark.parametrize(
    ("chosen", "times", "fits", "told"),
    [(True, 1.05, True, "may become 1.1 times dearer"), (True, 1.04, True, "just pays"),
     (True, 1, True, "better left out"),
     (False, 1.5, True, "would pay too"), (False, 1.5, False, "would pay too: the budget keeps it out"),
     (False, 1.04, True, "just pays"), (False, 1.04, False, "just pays: the budget keeps it out"),
     (False, 0.97, True, "just fails to pay"), (False, 0.5, True, "must become 2.0 times cheaper")],
)  # fmt: skip
def test_what_a_switching_value_means_is_told(chosen: bool, times: float, fits: bool, told: str) -> None:
    assert Worth("agro", chosen, 1, "", 1, times, Band(times, times, times, 1), fits).words == told


def test_the_budget_keeps_out_only_what_does_not_fit_into_what_is_left(menu: Menu) -> None:
    def pays(programme: Programme) -> Any:
        return np.full(20, programme.cost)

    def told(spent: float) -> dict[str, str]:
        return {w.lever: w.words for w in switching_values(pays, menu, menu.of({"agro": spent}), BUDGET)}

    assert told(54)["energy"] == "would pay too"  # a tenth of 60 is left
    assert told(54)["hub_open"] == "would pay too: the budget keeps it out"  # 6.8, whole
    assert told(54.1)["energy"] == "would pay too: the budget keeps it out"


# ---------------------------------------------------------------------------------------------------- rivals beaten


def judged(label: str, gains: Any, rival: bool = False) -> Row:
    """A row whose gains are known."""
    gains = np.asarray(gains, float)
    programme, point = Programme(((label, 1.0),), 1.0), Point(Programme((), 0), gains.mean(), worst_mean(gains, 0.1))
    return Row(label, BUDGET, rival, False, programme, point, point, gains, 0.0)


def test_a_lead_is_ours_less_the_rivals_and_as_sure_as_the_pairs_are() -> None:
    """Luck is large, but shared: two ahead in each run is two ahead, without doubt."""
    luck = np.random.default_rng(0).normal(0, 50, 100)
    found = lead(judged("ours", luck + 2), judged("rival", luck, rival=True), 0.1)
    assert (found.expected, found.worst) == pytest.approx((2, 2))
    assert found.expected_error == found.worst_error == pytest.approx(1e-9, abs=1e-12)
    assert found.words == "beaten by ours"
    back = lead(judged("ours", luck), judged("rival", luck + 2, rival=True), 0.1)
    assert (back.expected, back.worst) == pytest.approx((-2, -2))
    assert back.words == "not beaten in both aims"


@pytest.mark.parametrize(
    ("expected", "worst", "told"),
    [(5, 5, "beaten by a"), (5, 0, "beaten by a"), (5, -0.1, "about level with a"), (1, 1, "about level with a"),
     (5, -3, "not beaten in both aims"), (-3, 5, "not beaten in both aims")],
)  # fmt: skip
def test_beaten_is_ahead_in_both_aims_and_surely_in_one(expected: float, worst: float, told: str) -> None:
    assert Lead("rival", "a", expected, 1, worst, 1, False).words == told


def test_how_often_a_programme_gains_is_told_as_gains_and_losses() -> None:
    assert judged("a", [1, 1, 1, -1]).words == "gains in 8 of 10 runs"
    assert judged("a", [-1, -2]).words == "loses in every run"


def test_a_programme_is_beaten_by_one_that_is_better_in_both_aims_on_fresh_luck(menu: Menu) -> None:
    rows = tuple(
        replace(judged(label, [0.0]), point=Point(Programme((), 0), *aims))
        for label, aims in (("a", (5.0, 1.0)), ("b", (4.0, 2.0)), ("c", (4.0, 1.0)))
    )
    found = Found(menu, 0.1, rows, {}, 3, {}, "prior", False, 0.0)
    assert [found.beaten(row) for row in rows] == [False, False, True]


# ----------------------------------------------------------------------------------------------------- the whole search


def test_figures_are_of_fresh_luck(menu: Menu) -> None:
    found = find("declarations", [30], ["technology", "energy"], **SMALL)
    ours = found.recommended(30)
    first, count = found.seeds["report"]
    fresh = Judge(found.menu, draw_luck(2, count, 1), 50)
    assert first == fresh.seeds[0]
    assert (ours.gains == fresh(ours.programme)).all()
    assert ours.point.expected == ours.gains.mean() != ours.seen.expected
    assert all(row.point.worst <= row.point.expected for row in found.rows)
    assert {lead.rival for lead in found.leads(30)} == {row.label for row in found.rows if row.rival}


class Planted:
    """A judge by whose first lot spending pays, by whose second technology, and by whose third agro."""

    def __init__(self, menu: Menu, luck: Any, firms: int, threads: int | None = None) -> None:
        self.seeds = luck.seeds
        self.lot = luck.seeds[0] // LOT % LOTS

    def __call__(self, programme: Programme) -> Any:
        bought = dict(programme.amounts)
        paid = (programme.cost, bought.get("technology", 0.0), bought.get("agro", 0.0))[self.lot]
        return np.full(len(self.seeds), paid)

    def charged(self, programme: Programme) -> Any:
        """Nothing."""
        return np.zeros(len(self.seeds))


def test_three_lots_of_luck_are_kept_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found on the first, chosen on the second, reported on the third: no figure was chosen for being high."""
    monkeypatch.setattr("experiments.search.find.Judge", Planted)
    found = find("declarations", [30], ["agro", "technology", "energy"], **SMALL)
    ours = found.recommended(30)
    assert dict(ours.programme.amounts) == {"technology": 30}
    assert (ours.seen.expected, ours.point.expected) == (30, 0)
    assert {worth.lever: worth.times for worth in found.worths[30]}["technology"] == pytest.approx(1)  # by the third


def test_a_larger_budget_starts_from_what_a_smaller_one_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gain that is highest within the smaller budget already, at what no rival tries."""

    class Sated(Planted):
        def __call__(self, programme: Programme) -> Any:
            bought = dict(programme.amounts)
            away = abs(bought.get("agro", 0.0) - 7) + abs(bought.get("technology", 0.0) - 5)
            return np.full(len(self.seeds), 100 - away)

    begun: dict[float, tuple[set[Programme], set[Programme]]] = {}

    def spy(book: Notebook, menu: Menu, budget: float, *others: Any) -> None:
        begun[budget] = {point.programme for point in undominated(book.tried)}, set(others[3])
        search(book, menu, budget, *others)

    monkeypatch.setattr("experiments.search.find.Judge", Sated)
    monkeypatch.setattr("experiments.search.find.search", spy)
    find("declarations", [20, 40], ["agro", "technology"], **SMALL)
    known, starts = begun[40]
    assert known <= starts


def test_what_a_smaller_budget_found_is_a_start_though_dearer_rivals_are_better(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the first lot spending pays, so every rival of the larger budget beats all that the smaller one found."""
    found_by: dict[float, set[Programme]] = {}
    begun: dict[float, set[Programme]] = {}

    def spy(book: Notebook, menu: Menu, budget: float, *others: Any) -> None:
        begun[budget] = set(others[3])
        search(book, menu, budget, *others)
        found_by[budget] = {point.programme for point in undominated(book.tried)}

    monkeypatch.setattr("experiments.search.find.Judge", Planted)
    monkeypatch.setattr("experiments.search.find.search", spy)
    find("declarations", [40, 20], ["agro", "technology"], **SMALL)
    assert list(begun) == [20, 40]
    assert found_by[20] <= begun[40]


def test_which_programme_a_rival_is_held_against_does_not_hang_on_the_luck_that_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Programmes as good as daring, with noise: other noise in the third lot changes figures, and no choice."""

    def held(report: int) -> tuple[list[str], list[float]]:
        class Noise(Planted):
            def __call__(self, programme: Programme) -> Any:
                bought = [round(1000 * amount) for _, amount in programme.amounts]
                lot = report if self.lot == 2 else self.lot
                daring = np.random.default_rng(bought).random()
                luck, noise = (np.random.default_rng(key).normal(size=len(self.seeds)) for key in (lot, [lot, *bought]))
                return daring * (1 + luck) + 0.3 * noise

        monkeypatch.setattr("experiments.search.find.Judge", Noise)
        found = find("declarations", [30], ["agro", "technology", "energy"], **SMALL | {"population": 32})
        assert sum(not row.rival for row in found.rows) > 2
        leads = found.leads(30)
        return [lead.ours for lead in leads], [lead.expected for lead in leads]

    (ours, ahead), *others = (held(report) for report in (2, 3, 4, 5))
    for again, differently in others:
        assert again == ours
        assert differently != ahead


def test_an_interrupt_leaves_the_best_so_far(menu: Menu) -> None:
    def told(budget: float, generation: int, book: Notebook) -> None:
        raise KeyboardInterrupt

    found = find("declarations", [30, 60], ["technology", "agro"], told=told, **SMALL)
    assert found.stopped
    assert {row.budget for row in found.rows} == {30}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (dict(budgets=[0]), "above 0"),
        (dict(budgets=[-3]), "above 0"),
        (dict(budgets=[float("nan")]), "above 0"),
        (dict(budgets=[]), "no budget"),
        (dict(levers=["reform_KZ-KQ"]), "did you mean 'reform_KZ-KG'"),
        (dict(levers=["agri"]), "did you mean 'agro'"),
        (dict(levers=["diplomacy"]), "costs nothing"),
        (dict(levers=["outward_programme_china"]), "account apart"),
        (dict(levers=["reform_all", "reform_KZ-KG"]), "overlap"),
        (dict(base="as-is", levers=["hub_open"]), "no room"),
        (dict(base="as-is", levers=["reform_all"]), "tie by tie"),
        (dict(levers=["free_trade_KZ-KG"]), "cost nothing more"),
        (dict(levers=[]), "no levers"),
        (dict(base="declaration"), "did you mean 'declarations'"),
        (dict(risk=0), "between 0 and 1"),
        (dict(risk=1), "between 0 and 1"),
        (dict(risk=float("nan")), "between 0 and 1"),
        (dict(runs=5), "give 20 or more"),
        (dict(fresh=19), "give 20 or more"),
        (dict(generations=0), "generations"),
        (dict(population=3), "population"),
        (dict(seed=-1), "seed"),
        (dict(uncertainty="luk"), "did you mean 'luck'"),
        (dict(parameters=[]), "no sets"),
        (dict(threads=0), "threads"),
        (dict(firms=3), "firms"),
    ],
)
def test_bad_input_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        find(**(SMALL | given))


def test_without_pymoo_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.core.mutation", None)
    with pytest.raises(BadInput, match=r"corridors\[explore\]"):
        find(**SMALL)


# ------------------------------------------------------------------------------------------------------- the command


QUICK = ("search", "--levers", "agro,technology,energy", "--runs", "20", "--fresh", "20", "--generations", "2",
         "--firms", "50")  # fmt: skip


def test_the_command_prints_and_writes_what_can_be_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found"
    assert corridors(monkeypatch, *QUICK, "--out", str(out)) == 0
    printed = capsys.readouterr().out
    assert "Switching value of each lever" in printed
    assert "equal split" in printed
    assert {p.name for p in out.iterdir()} == {
        "search.csv", "switching.csv", "programmes", "manifest.json", "chart.png", "chart.svg"}  # fmt: skip
    with (out / "search.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    ours = next(row for row in rows if row["role"] == "recommended")
    path = out / "programmes" / f"{ours['programme']}.toml"
    table = lever_table(Scenario.read(path))
    for name in ("agro", "technology", "energy"):
        assert table[name][12:] == pytest.approx(float(ours[name]))
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert told["seeds"]["report"]["count"] == 20
    assert path.stem in told["scenarios"]
    run = ("run", str(path), "--against", "declarations", "--seeds", "2", "--firms", "50")
    assert corridors(monkeypatch, *run) == 0
    assert corridors(monkeypatch, *QUICK, "--out", str(out)) == 2  # taken
    assert corridors(monkeypatch, *QUICK, "--out", str(out), "--force") == 0


def test_json_is_the_same_for_the_same_seed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = []
    for seed, threads in (("4", "1"), ("4", "2"), ("5", "2")):
        assert corridors(monkeypatch, *QUICK, "--json", "--seed", seed, "--threads", threads) == 0
        printed.append(json.loads(capsys.readouterr().out))
    assert printed[0] == printed[1] != printed[2]
    assert {row["role"] for row in printed[0]["programmes"]} >= {"recommended", "rival"}


def test_a_budget_that_is_no_number_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert corridors(monkeypatch, "search", "--budget", "lots") == 2
    assert "--budget lots" in capsys.readouterr().err


def test_an_interrupted_command_says_so_and_exits_with_130(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*ignored: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.search.find.search", interrupted)
    assert corridors(monkeypatch, *QUICK) == 130
    said = capsys.readouterr()
    assert "equal split" in said.out
    assert "interrupted" in said.err
    monkeypatch.setattr("experiments.search.find.rivals", interrupted)
    assert corridors(monkeypatch, *QUICK) == 130
    assert "nothing was written" in capsys.readouterr().err
