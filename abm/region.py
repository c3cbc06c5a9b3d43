"""The region as a whole: what all five states share, and the surplus account by which levers are judged."""

from __future__ import annotations

from abm.engine.kinds import Kind, kind, state


@kind
class Region(Kind):
    """Central Asia as one: world demand, moderation, the stocks that regional programmes build, the accounts."""

    world: float = state("log points", "world demand against its trend")
    moderation: float = state("1", "effort that a moderator adds between others")
    summit_moderation: float = state("1/yr", "summits that a moderator adds between others")
    agro: float = state("1", "stock of agro-industrial partnerships")
    metallurgy: float = state("1", "stock of joint metallurgy")
    grid: float = state("share", "how far the power grid is joined")
    corridor_begun: bool = state("yes/no", "the pilot corridor has had its first money")
    corridor_cut: float = state("share", "cost cut reached on the pilot corridor")
    cost_saving: float = state("bn US$/yr", "trade cost saved against the base year, all wedges and goods")
    shut_loss: float = state("bn US$/yr", "loss at shut borders")
    hub_value: float = state("bn US$/yr", "value added that the hub gained, less the rent of moving in")
    programme_value: float = state("bn US$/yr", "value of agro-industrial and metallurgy programmes")
    water_loss: float = state("bn US$/yr", "crops, winter power and scared capital lost over water and energy")
    grid_value: float = state("bn US$/yr", "gain of a joined power grid in cooperative years")
    lever_cost: float = state("bn US$/yr", "cost of all levers")
    surplus: float = state("bn US$/yr", "regional surplus: the one yardstick of levers and obstacles")
    outside_trade: float = state("bn US$/yr", "extra trade of outward corridors, counted apart")
    outside_cost: float = state("mn US$/yr", "cost of outward corridors, counted apart")
