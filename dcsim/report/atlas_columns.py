"""The columns of an atlas' tables: what each is called, means, and how its numbers are written."""

from collections.abc import Callable

from dcsim.report.atlas_places import BUILT_BELOW
from dcsim.report.numbers import DASH, percent, rounded, scientific
from dcsim.report.sortable import Column

Shown = tuple[Column, str, Callable[[float], str]]
"""A column of numbers: its head, the column of `Atlas.places` it shows, how that is written."""

TOTAL_UNIT = "t/MW"
"""Unit of totals in the head of a column; captions tell it in full."""


def whole_percent(value: float) -> str:
    """Return a share in whole percent [-]."""
    return percent(value, 0)


def tonnes_per_mw(value: float) -> str:
    """Return a total with three digits, and never less than its ones [t per MW]."""
    return rounded(value) if value < 100 else f"{value:,.0f}"


def size(value: float) -> str:
    """Return a capacity per MW of load, a dash below what counts as built."""
    return DASH if value < BUILT_BELOW else f"{value:,.2f}"


def _gap(value: float) -> str:
    return scientific(value) if value > 0 else "0"


def _one_decimal(value: float) -> str:
    return f"{value:,.1f}"


_PER_MW = "Nameplate per MW of mean load."

RANKED: tuple[Shown, ...] = (
    (
        Column("Doing nothing", "Carbon if nothing is built and no work moves.", unit=TOTAL_UNIT),
        "nothing_t_per_mw",
        tonnes_per_mw,
    ),
    (
        Column(
            "With the plan",
            "Operational and embodied carbon of the plan with the most options that keeps the "
            "limits.",
            unit=TOTAL_UNIT,
        ),
        "total_t_per_mw",
        tonnes_per_mw,
    ),
    (
        Column("Saved", "What the plan emits less than doing nothing, as a share of that."),
        "saved_frac",
        percent,
    ),
    (Column("Solar", _PER_MW, unit="MW/MW"), "solar_per_mw", size),
    (Column("Wind", _PER_MW, unit="MW/MW"), "wind_per_mw", size),
    (
        Column("Battery", "Energy per MW of mean load.", unit="MWh/MW"),
        "battery_mwh_per_mw",
        size,
    ),
    (Column("Battery lasts", "Its energy over its power.", unit="h"), "battery_h", _one_decimal),
    (
        Column("Extra servers", "Beyond the peak, per MW of mean load.", unit="MW/MW"),
        "servers_per_mw",
        size,
    ),
    (
        Column("Coverage", "Share of the load met by own solar and wind, the battery included."),
        "coverage_frac",
        percent,
    ),
    (
        Column("CFE", "Coverage, and grid power that was carbon-free in the hour it was used."),
        "cfe_frac",
        percent,
    ),
    (
        Column(
            "A tonne costs",
            "What the plan costs more than doing nothing, over what it saves; below zero, it is "
            "cheaper.",
            unit="USD/t",
        ),
        "usd_per_t",
        rounded,
    ),
    (
        Column("Proof gap", "Another plan is better by this share of the total at most."),
        "gap_frac",
        _gap,
    ),
)
"""What plans are ranked and compared by."""

TOTALS = RANKED[:3]
"""What is shown of places that have no rank."""

_COSTS = "Capital over its life and upkeep of a new MWh, at its yearly yield."

SITE: tuple[Shown, ...] = (
    (
        Column("Grid", "Mean carbon intensity of the hours.", unit="kg/MWh"),
        "intensity_kg_per_mwh",
        lambda value: f"{value:,.0f}",
    ),
    (
        Column(
            "Daily swing",
            "Highest less lowest intensity of a day, the mean over days, over the mean intensity.",
        ),
        "intensity_daily_swing_frac",
        whole_percent,
    ),
    (Column("Solar yield", "Mean capacity factor of solar."), "solar_cf", percent),
    (Column("Solar costs", _COSTS, unit="USD/MWh"), "solar_usd_per_mwh", rounded),
    (Column("Wind yield", "Mean capacity factor of wind."), "wind_cf", percent),
    (Column("Wind costs", _COSTS, unit="USD/MWh"), "wind_usd_per_mwh", rounded),
    (
        Column(
            "Calm week",
            "Output of the weakest seven days in a row of equal nameplates of sun and wind, over "
            "its mean.",
        ),
        "calm_week_frac",
        whole_percent,
    ),
    (
        Column("Wind's share", "Of what is built, by what it could generate over the horizon."),
        "wind_share_frac",
        whole_percent,
    ),
)
"""What places are like."""

NAMES = (
    Column("Rank", "By total carbon with the plan, the least first."),
    Column("BA", "Code of the balancing authority.", is_number=False),
    Column("Name", "Of the balancing authority.", is_number=False),
    Column("Region", "Of EIA-930.", is_number=False),
    Column(
        "Mix",
        "Grade of a reference year's annual mix: A (best) and B bear a comparison, C with a "
        "reserve, D none. A dash of records.",
        is_number=False,
    ),
)
"""What places are called."""
