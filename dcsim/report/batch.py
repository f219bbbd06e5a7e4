"""What a batch found: a row for each plan of each case, and for each point of its fronts."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

KEY, BA = "key", "ba_code"

OWN = "own"
"""In place of an authority's code where the grid is a file."""

SITE_COLUMNS = (
    "hours",
    "load_mw",
    "intensity_kg_per_mwh",
    "intensity_daily_swing_frac",
    "grid_carbon_free_frac",
    "solar_cf",
    "solar_from",
    "solar_usd_per_mwh",
    "wind_cf",
    "wind_from",
    "wind_usd_per_mwh",
    "yields_borrowed",
    "calm_week_frac",
    "origin",
    "is_modelled",
    "warnings",
)
"""What the place is like, the same in all rows of a case: means over the horizon of load [MW],
carbon intensity [kg/MWh], the grid's carbon-free share and capacity factors [-]; the mean distance
of the highest from the lowest intensity of a day, over the mean intensity [-]; and the output of
the weakest seven days in a row, of a mix of equal nameplates of sun and wind, over its mean [-].
`solar_from` and `wind_from` name whose output that is, empty where there is none: the grid itself,
a neighbor's grid, or a weather file; `solar_usd_per_mwh` and `wind_usd_per_mwh` what a new MWh of
it costs at its yearly yield [USD/MWh]; `yields_borrowed` whose yields these are, where they are not
of the authority's own plants. `origin` names the grid's data; `is_modelled` tells a
reference year from records. Of several planned years the swing is their mean, the week that of the
weakest, and one modelled year makes it modelled. `warnings` are those of all inputs, one after
another; empty where there are none."""

PLAN_COLUMNS = (
    "strategy",
    "solar_mw",
    "wind_mw",
    "battery_mwh",
    "battery_mw",
    "extra_server_mw",
    "total_kg",
    "operational_kg",
    "embodied_kg",
    "embodied_solar_kg",
    "embodied_wind_kg",
    "embodied_battery_kg",
    "embodied_servers_kg",
    "cost_usd",
    "capital_usd",
    "coverage_frac",
    "cfe_frac",
    "load_mwh",
    "grid_mwh",
    "curtailed_mwh",
    "unserved_mwh",
    "peak_import_mw",
    "moved_mwh",
    "gap_frac",
    "is_optimal",
    "replay_difference_frac",
    "infeasible",
)
"""One plan, over the horizon. `strategy` is `nothing` (nothing is built) or one of `STRATEGIES`;
`gap_frac` is what was proved [-], missing for `nothing`. Where a strategy cannot keep the limits,
`infeasible` says why and all numbers are missing; else it is empty. `moved_mwh` and
`replay_difference_frac` are known of the last strategy only, the one that is replayed."""

FRONT_COLUMNS = (
    "strategy",
    "front",
    "point",
    "operational_kg",
    "embodied_kg",
    "total_kg",
    "cost_usd",
    "solar_mw",
    "wind_mw",
    "battery_mwh",
    "battery_mw",
    "extra_server_mw",
    "gap_frac",
    "is_knee",
    "is_optimum",
)
"""One point of a front: `front` is `carbon` or `cost`; of the accounts that a front does not
trade, the columns are missing. `point` counts from 1."""


TAKEN_NAMES = {
    KEY, BA, *SITE_COLUMNS, *PLAN_COLUMNS, *FRONT_COLUMNS, "kind", "message", "name", "region",
    "latitude", "longitude", "rank", "options", "total_t_per_mw", "nothing_t_per_mw",
    "operational_t_per_mw", "solar_t_per_mw", "wind_t_per_mw", "battery_t_per_mw",
    "servers_t_per_mw", "solar_per_mw", "wind_per_mw", "battery_mwh_per_mw", "battery_mw_per_mw",
    "servers_per_mw", "battery_h", "saved_frac", "usd_per_t", "own_frac", "wind_share_frac",
    "built", "mix_grade", "mix_reason",
}  # fmt: skip
"""Columns of the tables and of the report, after which no axis may be called."""


@dataclass(frozen=True)
class BatchFindings:
    """What a batch has found so far.

    Attributes:
        name: Of the study.
        description: What it asks, in a sentence; may be empty.
        axes: Labels of each axis in the order asked for, by its name, such as `ba` or
            `embodied.level`. The first of each is the one looked at first: other labels of an axis
            are compared with it.
        cases: How many cases the study asks for; those not in the tables are not done.
        plans: A row for each plan of each case: `KEY`, `BA`, a column of labels for each axis,
            `SITE_COLUMNS`, `PLAN_COLUMNS`. In the order of the cases, then of strategies.
        fronts: A row for each point: `KEY`, `BA`, a column for each axis, `FRONT_COLUMNS`.
        failures: A row for each case that failed: `KEY`, a column for each axis, `kind`,
            `message`.
        scenario_yaml: The base scenario, as resolved.
        versions: Of what results depend on.
    """

    name: str
    description: str
    axes: Mapping[str, tuple[str, ...]]
    cases: int
    plans: pd.DataFrame
    fronts: pd.DataFrame
    failures: pd.DataFrame
    scenario_yaml: str
    versions: Mapping[str, str]

    @property
    def done(self) -> int:
        """Return how many cases are done."""
        return int(self.plans[KEY].nunique())

    @property
    def is_whole(self) -> bool:
        """Tell whether every case is done."""
        return self.done == self.cases
