"""What an atlas compares: each case's plan beside doing nothing, per MW of mean load.

Cases are looked at under the first label of every axis but the places; other labels are compared
with that, one axis at a time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import yaml

from dcsim.grid.authorities import NOT_COMPARABLE, known_authorities
from dcsim.optimize.plan import ROUNDING_MW
from dcsim.report.batch import BA, KEY, SITE_COLUMNS, BatchFindings
from dcsim.report.study import NOTHING
from dcsim.scenario.spec import Scenario, opens_battery, opens_shifting
from dcsim.units import KG_PER_T

PLACES = "ba"
"""The axis of places."""

MIX = ("mix_grade", "mix_reason")
"""How far the annual mix of a reference year can be compared, and why."""

BUILT_BELOW = 0.005
"""A capacity below this counts as not built [MW or MWh per MW of mean load]."""

MOSTLY_FRAC = 2 / 3
"""From this share of own generation on, a place builds mostly the one."""

YIELDS = ("solar_cf", "wind_cf")
"""Mean capacity factors; none of either means that the grid's data has no fleet of it."""

BUILT = ("Mostly wind", "Mostly solar", "Both alike", "Neither")
"""What a place builds, by what would come from it in a year."""

SOURCES = {
    "operational": "operational_kg",
    "solar": "embodied_solar_kg",
    "wind": "embodied_wind_kg",
    "battery": "embodied_battery_kg",
    "servers": "embodied_servers_kg",
}
"""What carbon comes from, by the column of `PLAN_COLUMNS` it stands in."""

_SIZES = {
    "solar_per_mw": "solar_mw",
    "wind_per_mw": "wind_mw",
    "battery_mwh_per_mw": "battery_mwh",
    "battery_mw_per_mw": "battery_mw",
    "servers_per_mw": "extra_server_mw",
}
_KEPT = (
    "strategy", "total_kg", "coverage_frac", "cfe_frac", "gap_frac", "is_optimal", "infeasible",
    "cost_usd", "curtailed_mwh", "load_mwh", "unserved_mwh", "total_t_per_mw", "nothing_t_per_mw",
    "saved_frac", "usd_per_t",
)  # fmt: skip


@dataclass(frozen=True)
class Atlas:
    """The findings of a study with several places, as its report looks at them."""

    findings: BatchFindings

    @cached_property
    def scenario(self) -> Scenario:
        """Return the base scenario."""
        return Scenario.model_validate(yaml.safe_load(self.findings.scenario_yaml))

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Return all cases that are done: see `compared`."""
        return compared(self.findings)

    @cached_property
    def places(self) -> pd.DataFrame:
        """Return the comparable places under the first labels, by code, the least total first."""
        return ranked(self.at({}))

    @cached_property
    def apart(self) -> pd.DataFrame:
        """Return the places with a plan whose mix cannot be compared, the least total first.

        They have no rank, and are in no total, median or correlation.
        """
        rows = self.at({})
        return in_order(rows[rows["mix_grade"] == NOT_COMPARABLE])

    @cached_property
    def without(self) -> pd.DataFrame:
        """Return the places under the first labels where no strategy keeps the limits."""
        rows = self.at({})
        return rows[rows["infeasible"] != ""]

    @cached_property
    def plans(self) -> pd.DataFrame:
        """Return all plans of the ranked places under the first labels: see `beside_nothing`."""
        plans = self.findings.plans
        return beside_nothing(plans[plans[KEY].isin(self.places[KEY])])

    @cached_property
    def options(self) -> pd.DataFrame:
        """Return what each strategy emits in each ranked place, and doing nothing [t per MW].

        Strategies that keep the limits nowhere are left out.
        """
        return self._by_strategy("total_t_per_mw").dropna(axis="columns", how="all")

    @cached_property
    def saved(self) -> pd.DataFrame:
        """Return what each of `strategies` saves in each ranked place: see `beside_nothing` [-]."""
        return self._by_strategy("saved_frac")[self.strategies]

    def _by_strategy(self, column: str) -> pd.DataFrame:
        table = self.plans.pivot(index=PLACES, columns="strategy", values=column)
        return table.loc[self.places.index, list(dict.fromkeys(self.plans["strategy"]))]

    @property
    def strategies(self) -> list[str]:
        """Return the strategies planned under the first labels, as the study lists them."""
        return [name for name in self.options.columns if name != NOTHING]

    @property
    def others(self) -> list[tuple[str, str]]:
        """Return each axis and label that is compared with the first."""
        return [
            (axis, label)
            for axis, labels in self.findings.axes.items()
            if axis != PLACES
            for label in labels[1:]
        ]

    @property
    def hours(self) -> int:
        """Return the length of the horizon that most cases have [h]."""
        return int(self.cases["hours"].mode().iloc[0]) if len(self.cases) else 0

    @property
    def missing(self) -> list[str]:
        """Return the places that were asked for, and have no case done under the first labels."""
        return [ba for ba in self.findings.axes[PLACES] if ba not in self.at({}).index]

    @property
    def failed(self) -> list[str]:
        """Return the places whose case under the first labels failed."""
        return [str(ba) for ba in self._under(self.findings.failures, {})[PLACES]]

    @property
    def failed_elsewhere(self) -> list[str]:
        """Return the place of each case that failed under other labels than the first."""
        rows = self.findings.failures
        first = self._under(rows, {}).index
        return [str(ba) for ba in rows.drop(index=first)[PLACES]]

    @property
    def is_under_way(self) -> bool:
        """Tell whether cases are neither done nor failed."""
        return self.findings.cases > self.findings.done + len(self.findings.failures)

    @cached_property
    def unranked(self) -> dict[str, str]:
        """Return why each place that was asked for has no plan under the first labels."""
        others = "not done yet" if self.is_under_way else "not asked for under the first labels"
        failed = set(self.failed)
        return {str(ba): "cannot keep the limits" for ba in self.without.index} | {
            ba: "failed" if ba in failed else others for ba in self.missing
        }

    def at(self, labels: Mapping[str, str]) -> pd.DataFrame:
        """Return the cases under some labels, and the first of all other axes, by place."""
        return self._under(self.cases, labels).set_index(PLACES, drop=False).rename_axis(None)

    def _under(self, rows: pd.DataFrame, labels: Mapping[str, str]) -> pd.DataFrame:
        for axis, known in self.findings.axes.items():
            if axis != PLACES:
                rows = rows[rows[axis] == labels.get(axis, known[0])]
        return rows

    def pairs(self, axis: str, label: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the places that have a plan under the first label of an axis and under another.

        Returns:
            Both tables with the same places in the order of their rank under the first label; the
            ranks are among these places.
        """
        other = ranked(self.at({axis: label}))
        both = [ba for ba in self.places.index if ba in other.index]
        first, second = self.places.loc[both], other.loc[[ba for ba in other.index if ba in both]]
        first = first.assign(rank=range(1, len(both) + 1))
        return first, second.assign(rank=range(1, len(both) + 1)).loc[both]


def is_atlas(findings: BatchFindings) -> bool:
    """Tell whether a study compares places, with every case at its own place on every axis.

    Where a case has no label on some axis, or two have the same on all, an atlas would leave out
    cases.
    """
    axes = findings.axes
    if len(axes.get(PLACES, ())) < 2 or not all(axes.values()):
        return False
    columns = [KEY, *axes]
    cases = pd.concat([findings.plans[columns], findings.failures[columns]]).drop_duplicates()
    labels = cases[list(axes)]
    return not ((labels == "").any(axis=None) or labels.duplicated().any())


def compared(findings: BatchFindings) -> pd.DataFrame:
    """Return a row for each case that is done: its fullest plan beside doing nothing.

    Columns: those of the place and the axes, yields of nothing missing; the plan and its scores;
    those of `beside_nothing`; one for each of `SOURCES` [t per MW of mean load]; sizes per MW of
    mean load; `battery_h` [h]; `own_frac`, what solar and wind could generate over the load;
    `wind_share_frac` of that; `built`, one of `BUILT`; `mix_grade` and `mix_reason` of a reference
    year, empty of records.
    """
    plans = beside_nothing(findings.plans)
    rows = fullest(plans)
    axes = [axis for axis in findings.axes if axis in plans.columns]
    table = rows[list(dict.fromkeys([KEY, BA, *axes, *SITE_COLUMNS, *_KEPT]))].copy()
    for yield_ in YIELDS:
        table[yield_] = table[yield_].where(table[yield_] > 0)
    per_mw = 1 / rows["load_mw"]
    for name, column in SOURCES.items():
        table[f"{name}_t_per_mw"] = rows[column] / KG_PER_T * per_mw
    for name, column in _SIZES.items():
        table[name] = rows[column] * per_mw
    table["battery_h"] = _over(table["battery_mwh_per_mw"], table["battery_mw_per_mw"])
    _add_own_generation(table)
    place = PLACES if PLACES in axes else BA
    table = table.join(registry_of(table[place]), on=place)
    modelled = table["is_modelled"].astype(bool)
    return table.assign(**{name: table[name].where(modelled, "") for name in MIX})


def beside_nothing(plans: pd.DataFrame) -> pd.DataFrame:
    """Return plans with what doing nothing emits in their cases, and what they save of it.

    Adds `total_t_per_mw` and `nothing_t_per_mw` [t per MW of mean load]; `saved_frac`, missing
    where doing nothing leaves load unserved or emits nothing; `usd_per_t`, missing where nothing
    is saved.
    """
    nothing = plans[plans["strategy"] == NOTHING].set_index(KEY).reindex(plans[KEY])
    nothing = nothing.set_index(plans.index)
    total_t, nothing_t = (t["total_kg"] / KG_PER_T / plans["load_mw"] for t in (plans, nothing))
    is_fair = nothing["unserved_mwh"] <= ROUNDING_MW
    saved_t = (nothing_t - total_t).where(is_fair)
    more_usd = (plans["cost_usd"] - nothing["cost_usd"]) / plans["load_mw"]
    return plans.assign(
        total_t_per_mw=total_t,
        nothing_t_per_mw=nothing_t,
        saved_frac=_over(saved_t, nothing_t),
        usd_per_t=_over(more_usd, saved_t),
    )


def fullest(plans: pd.DataFrame) -> pd.DataFrame:
    """Return of each case the plan with the most options, in the order of cases.

    It is the one of the least total where two have as many: a battery against shifting. A strategy
    that cannot keep the limits is taken only where none can; doing nothing, where none was planned.
    """
    order = plans.assign(
        options=plans["strategy"].map(opens_battery).astype(int)
        + plans["strategy"].map(opens_shifting).astype(int),
        is_planned=plans["strategy"] != NOTHING,
        is_possible=plans["total_kg"].notna(),
    ).sort_values(
        ["is_planned", "is_possible", "options", "total_kg"],
        ascending=[True, True, True, False],
        kind="stable",
    )
    chosen = order.index[~order[KEY].duplicated(keep="last")]
    return plans.loc[chosen.sort_values()].reset_index(drop=True)


def _over(part: pd.Series, whole: pd.Series) -> pd.Series:
    """Return a ratio, missing where the whole is nothing."""
    return part / whole.where(whole > BUILT_BELOW)


def _add_own_generation(table: pd.DataFrame) -> None:
    solar = table["solar_per_mw"] * table["solar_cf"].fillna(0.0)
    wind = table["wind_per_mw"] * table["wind_cf"].fillna(0.0)
    table["own_frac"] = (solar + wind) * table["load_mw"] * table["hours"] / table["load_mwh"]
    table["wind_share_frac"] = wind / (solar + wind).where(solar + wind > BUILT_BELOW)
    share = table["wind_share_frac"]
    table["built"] = np.select(
        [share.isna(), share >= MOSTLY_FRAC, share <= 1 - MOSTLY_FRAC],
        [BUILT[3], BUILT[0], BUILT[1]],
        BUILT[2],
    )


def registry_of(codes: Iterable[str]) -> pd.DataFrame:
    """Return name, region, place and mix of authorities by code; of one not known, the code."""
    known = known_authorities()
    rows = {str(code): known.get(str(code)) for code in codes}
    return pd.DataFrame(
        [
            (a.ba_name, a.region, a.latitude, a.longitude, a.mix_grade, a.mix_reason)
            if a
            else (code, "", None, None, "", "")
            for code, a in rows.items()
        ],
        index=list(rows),
        columns=["name", "region", "latitude", "longitude", *MIX],
    )


def ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the comparable places that have a plan, the least total first, ranked from 1."""
    order = in_order(rows[rows["mix_grade"] != NOT_COMPARABLE])
    return order.assign(rank=range(1, len(order) + 1))


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the places that have a plan, the least total first."""
    return rows[rows["total_t_per_mw"].notna()].sort_values("total_t_per_mw", kind="stable")


def making_kg_per_mwh(atlas: Atlas, source: str) -> float | None:
    """Return what making a MWh of own `solar` or `wind` emits, from what was built [kg/MWh].

    It is charged for each MWh that new capacity could generate: the embodied carbon over capacity
    beyond what exists, capacity factor and hours. The median of the places that build it; none if
    no place does, or if what exists is an axis.
    """
    if f"{source}.existing_mw" in atlas.findings.axes:
        return None
    existing_mw = getattr(atlas.scenario, source).existing_mw
    new_per_mw = atlas.places[f"{source}_per_mw"] - existing_mw / atlas.places["load_mw"]
    rows = atlas.places[new_per_mw > BUILT_BELOW]
    mwh = new_per_mw[rows.index] * rows[f"{source}_cf"] * rows["hours"]
    if rows.empty:
        return None
    return float((rows[f"{source}_t_per_mw"] * KG_PER_T / mwh).median())
