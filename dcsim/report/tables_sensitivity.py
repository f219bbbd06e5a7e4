"""The tables of what a plan depends on: each figure, and what its spread does to the totals."""

from collections.abc import Callable

from dcsim.report.numbers import (
    NO_BREAK,
    NOTHING_BELOW,
    millions,
    plain,
    signed,
    signed_share,
    tonnes,
)
from dcsim.report.sensitivity import Swing, carbon_swings, cost_swings
from dcsim.report.study import Study
from dcsim.report.tables import TONNES, Table, table_of


def carbon_swings_table(study: Study) -> Table | None:
    """Return how total carbon moves with each figure it rests on, or None if with none."""
    return _table(
        "carbon-swings",
        f"What total carbon depends on: its change [{TONNES}] at either end of each figure's "
        "published spread, the same being built and run",
        carbon_swings(study),
        study.chosen.footprint.total_kg,
        tonnes,
    )


def cost_swings_table(study: Study) -> Table | None:
    """Return how cost moves with each figure it rests on, or None if with none."""
    return _table(
        "cost-swings",
        "What cost depends on: its change [million USD] at either end of each figure's spread, "
        "the same being built and run",
        cost_swings(study),
        study.chosen.footprint.cost_usd,
        millions,
    )


def _table(
    name: str, caption: str, swings: list[Swing], total: float, write: Callable[[float], str]
) -> Table | None:
    rows = [
        (
            swing.label,
            swing.unit,
            plain(swing.used),
            plain(swing.low),
            _change(swing.at_low, total, write),
            plain(swing.high),
            _change(swing.at_high, total, write),
        )
        for swing in swings
    ]
    if not rows:
        return None
    columns = [
        ("", False),
        ("Unit", False),
        ("Used", True),
        ("Low", True),
        ("Change at low", True),
        ("High", True),
        ("Change at high", True),
    ]
    return table_of(name, caption, columns, rows)


def _change(change: float, total: float, write: Callable[[float], str]) -> str:
    if abs(change) < NOTHING_BELOW:
        return "none"
    amount, share = signed(write(change)), signed_share(change, total)
    return f"{amount}{NO_BREAK}({share})" if share else amount
