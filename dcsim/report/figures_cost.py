"""The figure of money: what each strategy costs, by kind."""

from matplotlib.figure import Figure

from dcsim.footprint.ledger import CostLedger
from dcsim.report.bars import Pieces, draw_bars
from dcsim.report.numbers import millions, period, with_period
from dcsim.report.study import Outcome, Study
from dcsim.report.style import COST_COLORS, legend_below, new_figure
from dcsim.report.tables_cost import KINDS
from dcsim.scenario.cost_figures import USD_YEAR
from dcsim.units import USD_PER_MILLION


def costs_figure(study: Study) -> tuple[Figure, str]:
    """Draw what doing nothing and each strategy cost as bars, stacked by kind [million USD]."""
    figure = new_figure("What each strategy costs in all", 1.7 + 0.55 * len(study.outcomes))
    axes = figure.add_subplot()
    names = [outcome.label for outcome in study.outcomes]
    totals = [_in_words(study, outcome) for outcome in study.outcomes]
    draw_bars(axes, names, cost_pieces([o.footprint.cost for o in study.outcomes]), totals)
    unit = with_period(f"million USD of {USD_YEAR}", study.horizon_hours)
    axes.set_xlabel(f"Cost [{unit}]")
    legend_below(figure, axes, 3)
    return figure, _alt(study)


def cost_pieces(ledgers: list[CostLedger]) -> dict[str, Pieces]:
    """Return what is paid by kind, without what is nothing in all [million USD]."""
    return {
        name: Pieces(COST_COLORS[kind], lengths)
        for kind, name in KINDS.items()
        if any(lengths := [_paid(ledger, kind) for ledger in ledgers])
    }


def _paid(ledger: CostLedger, kind: str) -> float:
    usd = sum(row.usd for row in ledger.rows if row.scope == kind and row.usd > 0)
    return usd / USD_PER_MILLION


def _in_words(study: Study, outcome: Outcome) -> str:
    """Return the whole cost, what exports took off what is paid, and if it is no fair measure."""
    total = f"{millions(outcome.footprint.cost_usd)} million"
    earned_usd = -sum(row.usd for row in outcome.footprint.cost.rows if row.usd < 0)
    if outcome is study.nothing and not study.is_fair:
        return f"{total}, load left unserved"
    return f"{total} after {millions(earned_usd)} earned" if earned_usd else total


def _alt(study: Study) -> str:
    parts = [f"{outcome.label}: {_in_words(study, outcome)}" for outcome in study.outcomes]
    return (
        f"Stacked bars of cost {period(study.horizon_hours)} in USD, by strategy. "
        f"{'; '.join(parts)}."
    )
