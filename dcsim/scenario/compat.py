"""Another tool's accounting in dcsim's own keys, for comparison: presets, and what stays different.

`compat: carbon-explorer` gives a scenario Carbon Explorer's defaults where it has none of its own
(Acun et al., ASPLOS'23; constants as its public repository has them at 61d4cfd, the notebook at
8f5c54c). There is no switch in the model: whatever a preset says can be said by any scenario.
"""

from math import pi
from typing import Any

from dcsim.scenario.document import Document
from dcsim.scenario.rates import RATES
from dcsim.units import HOURS_PER_DAY, HOURS_PER_YEAR, KG_PER_T

_AMPLITUDE_FRAC = 0.025

_SLIP = 1000
"""Carbon Explorer takes 744.5 kg per 120 W server, 6.2 t/kW, for 6.2 t/MW."""


def _years(days: float) -> float:
    """Return days of 24 hours in dcsim's years of 8,766 hours [years]."""
    return days * HOURS_PER_DAY / HOURS_PER_YEAR


PRESETS: dict[str, dict[str, dict[str, Any]]] = {
    "carbon-explorer": {
        "grid": {
            "factors": "carbon-explorer",
            "account": "mean",
            "repair": "interpolate",
            "capacity_factor": "maximum",
        },
        "datacenter": {
            # Its days are runs of 24 rows whose stamps label the end of the hour: they begin at
            # 23:00 UTC.
            "time_zone": "Etc/GMT-1",
            # 1 + 0.025 sin(t / 4), rolled by 6 hours: a day of 25.1 hours.
            "load": {
                "kind": "sine",
                "amplitude_frac": _AMPLITUDE_FRAC,
                "period_h": 8 * pi,
                "phase_h": 6.0,
            },
            "flexible": [{"name": "anytime", "share_frac": 0.4, "daily": True}],
        },
        "battery": {
            "charge_efficiency": 0.97,
            "discharge_efficiency": 1 / 1.04,
            "max_c_rate": 3.0,
            "rate_limits": {
                "charge_h": 0.04,
                "full_frac": 1.0,
                "discharge_h": 0.01,
                "empty_frac": 0.0,
            },
            "grid_charging": False,
        },
        "embodied": {
            "solar_kg_per_mwh": 55.0,
            "wind_kg_per_mwh": 12.0,
            "battery_kg_per_mwh": 74.0 * KG_PER_T,
            "battery_life_years": _years(3000),
            "battery_wear": False,
            "battery_power_kg_per_mw": 0.0,
            # A share of the highest load as room, and the same share of the mean load in carbon.
            "servers_kg_per_mw": RATES["servers_kg_per_mw"].mid / _SLIP / (1 + _AMPLITUDE_FRAC),
            "servers_life_years": _years(4 * 365),
        },
    }
}
"""For each tool the keys it gives a scenario, by part."""

DIFFERENCES: tuple[str, ...] = (
    "Carbon Explorer runs the battery first and shifts work afterwards, on a surplus that it has "
    "taken away whether the battery was full or absent; dcsim plans both together, so that more "
    "options are never worse.",
    "Carbon Explorer counts extra servers at 7.13 t/MW; its own input, 744.5 kg for a server of "
    "120 W, makes 7,135 t/MW, which is dcsim's figure unless the scenario has another. The preset "
    "keeps the first.",
    "Carbon Explorer charges what is not covered at one mean intensity, dcsim every hour at its "
    "own. The preset keeps the mean.",
    "Carbon Explorer plans on 14 days and scales them to ten years; dcsim plans all hours of the "
    "horizon.",
    "Carbon Explorer sizes solar and wind against the highest hour of its window, dcsim against "
    "the fleet's nameplate where it is known. The preset keeps the highest hour, of the year.",
    "Carbon Explorer's battery starts full and may end empty, never charges from the grid, and "
    "lasts 3,000 days however it is used; dcsim's ends as it began, and wears by age or by use. "
    "The preset keeps the grid out, and the 3,000 days.",
    "Carbon Explorer charges the making of solar and wind on all they generate, at 55 and 12 "
    "kg/MWh where its grid has 41 and 11; so does dcsim, at figures of one table. The preset keeps "
    "the 55 and 12.",
    "Carbon Explorer moves work greedily within UTC days, knowing the day in advance; it can move "
    "more than the flexible share, drops a last part of a day, and moves nothing under pandas 3. "
    "dcsim's plan is optimal and keeps the share, and its tiers may have deadlines instead. The "
    "preset keeps the days.",
    "Carbon Explorer takes missing data for zero generation, leaves missing intensity out of the "
    "mean, and adds an hour without generation at the end of its window; dcsim refuses missing "
    "data, or fills it by a named rule and says so. The preset interpolates.",
    "Carbon Explorer tries points on a coarse grid, and does not say when the best is on its edge; "
    "its results depend on the order of the sites. dcsim has no grid, and proves its optimum.",
    "Carbon Explorer's grid stays as it is for ten years, without PUE, imports or marginal "
    "intensity; dcsim has an outlook, PUE and other accounts, which the preset leaves alone.",
)
"""What Carbon Explorer does otherwise, what dcsim does, and which of the two the preset has."""


def apply_presets(document: Document) -> None:
    """Give a scenario the defaults of the tool its `compat` names; its own keys win."""
    name = document.data.get("compat")
    for part, keys in PRESETS.get(name, {}).items() if isinstance(name, str) else ():
        document.data[part] = _under(document.data.get(part, {}), keys)


def _under(own: Any, preset: Any) -> Any:
    """Return what the scenario says, and the preset where it says nothing.

    A part of another kind, such as a trace instead of a sine load, is taken whole.
    """
    if not (isinstance(own, dict) and isinstance(preset, dict)):
        return own
    if own.get("kind", preset.get("kind")) != preset.get("kind"):
        return own
    shared = {key: _under(own[key], preset[key]) for key in own if key in preset}
    return {**preset, **own, **shared}
