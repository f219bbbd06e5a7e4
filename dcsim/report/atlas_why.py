"""What goes with what a place builds, in words, by rules that the page states."""

import pandas as pd

from dcsim.report.atlas_places import BUILT, BUILT_BELOW, Atlas, making_kg_per_mwh
from dcsim.report.atlas_words import lender_of, spearman
from dcsim.report.numbers import percent, rounded, signed
from dcsim.report.prose import listed

GOES_WITH = {
    "intensity_kg_per_mwh": "Grid intensity",
    "intensity_daily_swing_frac": "Daily swing",
    "solar_cf": "Solar yield",
    "wind_cf": "Wind yield",
    "calm_week_frac": "Calm-week output",
}
"""What places are like, as far as it is set against what they build."""

BUILDS = {
    "saved_frac": "Saved share",
    "solar_per_mw": "Solar",
    "wind_per_mw": "Wind",
    "battery_mwh_per_mw": "Battery",
    "servers_per_mw": "Extra servers",
}
"""What places build, as far as it is set against what they are like."""

STRONG = 0.5
"""From this rank correlation on, two things are said to go together [-]."""

LEAST_PLACES = 8
"""Of fewer places no sentence is made of correlations."""

_EXTREME = 3
"""Among so many from either end, a place is said to stand out."""

RULES = (
    "A MWh of own solar or wind pays while the carbon of the grid power it replaces is more than "
    "that of making it. So of one more MWh that could be generated, the share named must replace "
    "grid power, at the grid's mean intensity; the rest may go unused. The lower that share, the "
    "more is built and the more of it is curtailed. “At no time” means: not at the mean; in hours "
    "of dirtier power it may.",
    "What making takes is read off what was built: embodied carbon over what the new capacity "
    "could generate, at the median of the places that build it.",
    f"A place stands out by what is among the {_EXTREME} highest or lowest of all places.",
    "Rank correlations (Spearman's ρ) say what goes with what over the places, not what causes it.",
)
"""By which rules the column “why” is made."""


def why_here(atlas: Atlas, ba: str) -> str:
    """Return what goes with what a place builds, in sentences by the rules of `RULES`."""
    row = atlas.places.loc[[ba]].iloc[0]
    return " ".join(
        [*_what_pays(atlas, row), *_generation(row), *_storage(row), *_extremes(atlas, ba)]
    )


def _what_pays(atlas: Atlas, row: pd.Series) -> list[str]:
    """Say how much of one more MWh must replace grid power to make up for its making."""
    grid = float(row["intensity_kg_per_mwh"])
    making = {source: making_kg_per_mwh(atlas, source) for source in ("wind", "solar")}
    none = [source for source in making if pd.isna(row[f"{source}_cf"])]
    pays = [
        f"{source} ({rounded(kg)} kg to make) {_if_replaced(kg, grid)}"
        for source, kg in making.items()
        if kg is not None and source not in none
    ]
    told = [f"One more MWh of {listed(pays)}."] if pays else []
    if none:
        told.append(f"The grid's data has no {' and no '.join(none)}, so none can be built.")
    lenders = [(source, lender_of(row, source)) for source in making]
    lent = [f"{source} is that of {lender}" for source, lender in lenders if lender]
    if lent:
        told.append(f"For want of a fleet here, {listed(lent)}.")
    return (
        [*told, f"Yields borrowed: {row['yields_borrowed']}."] if row["yields_borrowed"] else told
    )


def _if_replaced(making: float, grid: float) -> str:
    """Say which share of a MWh must replace grid power to make up for its making [kg/MWh]."""
    if making >= grid:
        return "at no time"
    return f"pays if {percent(making / grid, 0)} of it replaces grid power"


def _generation(row: pd.Series) -> list[str]:
    if row["built"] == BUILT[3]:
        return [] if pd.isna(row["solar_cf"]) and pd.isna(row["wind_cf"]) else ["Neither is built."]
    used = 1 - row["curtailed_mwh"] / (row["own_frac"] * row["load_mwh"])
    return [
        f"What is built could generate {percent(row['own_frac'], 0)} of the load, and "
        f"{percent(max(float(used), 0.0), 0)} of that is used."
    ]


def _storage(row: pd.Series) -> list[str]:
    stores = {"battery_mwh_per_mw": "battery", "servers_per_mw": "extra servers"}
    none = [name for column, name in stores.items() if row[column] < BUILT_BELOW]
    return [f"No {' and no '.join(none)}."] if none else []


def _extremes(atlas: Atlas, ba: str) -> list[str]:
    """Say what the place has among the highest or lowest of all."""
    if len(atlas.places) < LEAST_PLACES:
        return []
    told = []
    for column, name in GOES_WITH.items():
        up = atlas.places[column].rank(method="min")
        down = atlas.places[column].rank(method="min", ascending=False)
        if down[ba] <= _EXTREME:
            told.append(f"{_ORDINALS[int(down[ba])]}highest {name.lower()}")
        elif up[ba] <= _EXTREME:
            told.append(f"{_ORDINALS[int(up[ba])]}lowest {name.lower()}")
    return [f"Stands out: {listed(told)}."] if told else []


_ORDINALS = {1: "", 2: "second ", 3: "third "}


def correlation(rows: pd.DataFrame, one: str, other: str) -> tuple[float, int]:
    """Return a rank correlation over the places that have both, and how many those are.

    It is missing where there are fewer than three, or all have the same of either.
    """
    both = rows[[one, other]].dropna()
    varies = len(both) > 2 and bool((both.nunique() > 1).all())
    return (spearman(both[one], both[other]) if varies else float("nan")), len(both)


def correlations_in_words(atlas: Atlas) -> list[str]:
    """Return what goes together over the places, the strongest first; of a few places, nothing."""
    if len(atlas.places) < LEAST_PLACES:
        return []
    pairs = [
        (*correlation(atlas.places, built, site), built, site)
        for built in BUILDS
        for site in GOES_WITH
    ]
    strong = [p for p in pairs if abs(p[0]) >= STRONG and p[1] >= LEAST_PLACES]
    strong.sort(key=lambda pair: (-abs(pair[0]), pair[2:]))
    told = [
        f"{_MORE[built][rho < 0]} with a higher {GOES_WITH[site].lower()} "
        f"(ρ = {rho_in_words(rho)}, n = {n})"
        for rho, n, built, site in strong
    ]
    if not told:
        return [f"No rank correlation is as strong as {STRONG:g}: no one thing decides."]
    return [f"Over the places, this goes together: {listed(told)}."]


_MORE = {
    "saved_frac": ("a larger saved share", "a smaller saved share"),
    "solar_per_mw": ("more solar", "less solar"),
    "wind_per_mw": ("more wind", "less wind"),
    "battery_mwh_per_mw": ("more battery", "less battery"),
    "servers_per_mw": ("more extra servers", "fewer extra servers"),
}
"""How more and less of each of `BUILDS` are called."""


def rho_in_words(rho: float) -> str:
    """Return a correlation as a signed number."""
    return signed(f"{rho:.2f}".replace("-", "−"))
