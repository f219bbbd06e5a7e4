"""The tables of money: the plan's costs row by row, and the figures they are made from."""

from dcsim.footprint.ledger import (
    CAPITAL,
    CARBON,
    DEMAND,
    ENERGY,
    FIXED,
    VARIABLE,
    CostRow,
)
from dcsim.report.numbers import DASH, millions, percent
from dcsim.report.study import Study
from dcsim.report.tables import Table, period_head, table_of
from dcsim.report.tables_basis import Figure, figures_table
from dcsim.scenario.cost_figures import COSTS, USD_YEAR
from dcsim.scenario.costs import costs_of

COST_NAMES = {
    "solar_usd_per_mw": ("Solar, capital", "USD/MW"),
    "wind_usd_per_mw": ("Wind, capital", "USD/MW"),
    "battery_usd_per_mwh": ("Battery energy, capital", "USD/MWh"),
    "battery_usd_per_mw": ("Battery power, capital", "USD/MW"),
    "servers_usd_per_mw": ("Servers, racks and network, capital, per MW of IT", "USD/MW"),
    "solar_fixed_usd_per_mw_year": ("Solar, fixed upkeep", "USD/MW a year"),
    "wind_fixed_usd_per_mw_year": ("Wind, fixed upkeep", "USD/MW a year"),
    "battery_fixed_usd_per_mwh_year": ("Battery energy, fixed upkeep", "USD/MWh a year"),
    "battery_fixed_usd_per_mw_year": ("Battery power, fixed upkeep", "USD/MW a year"),
    "servers_fixed_usd_per_mw_year": ("Servers, fixed upkeep, per MW of IT", "USD/MW a year"),
    "solar_variable_usd_per_mwh": ("Solar, upkeep per MWh generated", "USD/MWh"),
    "wind_variable_usd_per_mwh": ("Wind, upkeep per MWh generated", "USD/MWh"),
    "battery_variable_usd_per_mwh": ("Battery, upkeep per MWh discharged", "USD/MWh"),
    "solar_life_years": ("Solar, paid for over", "years"),
    "wind_life_years": ("Wind, paid for over", "years"),
    "discount_frac": ("Real discount rate", "1/year"),
    "energy_usd_per_mwh": ("Grid energy, where no price is given", "USD/MWh"),
}
"""What each cost figure is called, and its unit."""

KINDS = {
    CAPITAL: "Capital of what is built",
    FIXED: "Fixed upkeep",
    VARIABLE: "Upkeep by use",
    ENERGY: "Grid energy",
    DEMAND: "Demand charge",
    CARBON: "Price on carbon",
}
"""What each scope of the cost ledger is called, in its order."""


def cost_table(study: Study) -> Table:
    """Return the plan's costs row by row beside those of doing nothing."""
    plan, nothing = study.chosen.footprint.cost, study.nothing.footprint.cost
    rows = [
        (
            _name_of(row),
            KINDS[row.scope],
            millions(nothing.total_usd(row.scope, row.source)),
            millions(row.usd),
            percent(row.usd / plan.total_usd()) if plan.total_usd() > 0 else DASH,
        )
        for row in plan.rows
        if row.usd or nothing.total_usd(row.scope, row.source)
    ]
    total = ("Total", "", millions(nothing.total_usd()), millions(plan.total_usd()), "")
    return table_of(
        "cost",
        f"What the plan costs, {period_head(study)}, USD of {USD_YEAR}",
        [
            ("", False),
            ("Kind", False),
            (f"{study.nothing.label} [million USD]", True),
            ("The plan [million USD]", True),
            ("Share", True),
        ],
        [*rows, total],
        last_row_is_total=True,
    )


def _name_of(row: CostRow) -> str:
    return f"{row.source} carbon".capitalize() if row.scope == CARBON else row.source.capitalize()


def cost_figures_table(study: Study) -> Table:
    """Return every cost figure: what was used, its published spread, and its source."""
    cost, used = study.scenario.cost, costs_of(study.scenario)
    return figures_table(
        "cost-figures",
        f"Cost: the figures used, their spread, and where they are from; USD of {USD_YEAR}",
        [
            Figure(
                *COST_NAMES.get(name, (name, "")),
                figure,
                getattr(used, name),
                is_own=getattr(cost, name) is not None,
            )
            for name, figure in COSTS.items()
        ],
        cost.level,
    )
