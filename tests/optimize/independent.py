"""The whole problem once more, in another formulation and without Pyomo.

Here curtailment is a variable of its own, deadlines are inequalities between cumulated work (no
backlog), what is stored is the sum of what went in and out (no variable), wear is one variable
bounded twice, and SciPy's `linprog` solves it. Only traces, rates and the table of costs are shared
with the package.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

from dcsim.scenario.costs import costs_of
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces

Total = dict[str, Any]
"""Coefficients of each block of variables: a number, or one for each hour."""


class Rows:
    """A linear program put together by the names of its blocks of variables."""

    def __init__(self) -> None:
        """Start without variables or rows."""
        self._blocks: dict[str, int] = {}
        self._bounds: list[tuple[float, float]] = []
        self._at_most: list[tuple[Mapping[str, Any], np.ndarray]] = []
        self._equal: list[tuple[Mapping[str, Any], np.ndarray]] = []

    def add(self, name: str, size: int, low: Any = 0.0, high: Any = None) -> None:
        self._blocks[name] = size
        lows = np.broadcast_to(low, size)
        highs = np.broadcast_to(np.inf if high is None else high, size)
        self._bounds += zip(lows, highs, strict=True)

    def at_most(self, terms: Mapping[str, Any], limit: Any) -> None:
        self._at_most.append((terms, np.atleast_1d(limit)))

    def equal(self, terms: Mapping[str, Any], value: Any) -> None:
        self._equal.append((terms, np.atleast_1d(value)))

    def least(self, total: Total) -> float | None:
        """Return the least a total can be; None if nothing is feasible."""
        upper, limit = self._stacked(self._at_most)
        equal, value = self._stacked(self._equal)
        cost = self._row(total, 1).toarray()[0]
        found = linprog(cost, upper, limit, equal, value, bounds=self._bounds, method="highs-ipm")
        assert found.status in (0, 2), found.message
        return float(found.fun) if found.status == 0 else None

    def _stacked(self, rows: list[tuple[Mapping[str, Any], np.ndarray]]) -> tuple[Any, np.ndarray]:
        matrix = sp.vstack([self._row(terms, len(limit)) for terms, limit in rows])
        return matrix, np.concatenate([limit for _, limit in rows])

    def _row(self, terms: Mapping[str, Any], rows: int) -> sp.csr_array:
        assert terms.keys() <= self._blocks.keys()
        blocks = [self._block(terms.get(name, 0.0), rows, n) for name, n in self._blocks.items()]
        return sp.hstack(blocks).tocsr()

    @staticmethod
    def _block(entries: Any, rows: int, columns: int) -> sp.csr_array:
        if sp.issparse(entries):
            return sp.csr_array(entries)
        entries = np.asarray(entries, dtype=float)
        if entries.ndim == 1:  # of a row over all hours, or of a column in all rows
            entries = entries.reshape((1, -1) if rows == 1 else (-1, 1))
        return sp.csr_array(np.broadcast_to(entries, (rows, columns)))


def plus(*scaled: tuple[float, Total]) -> Total:
    """Return a sum of totals, each times a factor."""
    names = dict.fromkeys(name for _, total in scaled for name in total)
    return {
        name: sum(f * np.asarray(total.get(name, 0.0)) for f, total in scaled) for name in names
    }


class Independent:
    """The problem of a scenario over some years, with every option open."""

    def __init__(self, scenario: Scenario, years: Sequence[Traces]) -> None:
        """Write down all variables, rows and totals."""
        self.scenario, self.years = scenario, years
        self.rates, self.costs = rates_of(scenario), costs_of(scenario)
        self.rows = Rows()
        self.rows.add("one", 1, 1.0, 1.0)
        self._design()
        for number, year in enumerate(years):
            self._load(number, year)
            self._battery(number, year)
        totals = [(self._operational(n, y), self._embodied(n, y)) for n, y in enumerate(years)]
        self.weights = [year.weight for year in years]
        self.lengths = [year.hours / 8766 for year in years]
        self.carbon_of = [plus((1, operational), (1, embodied)) for operational, embodied in totals]
        self.cost_of = [self._cost(n, year, self.carbon_of[n]) for n, year in enumerate(years)]
        self.operational = self._over_years([total for total, _ in totals])
        self.embodied = self._over_years([total for _, total in totals])
        self.carbon = self._over_years(self.carbon_of)
        self.cost = self._over_years(self.cost_of)
        self._limits()

    def _over_years(self, totals: list[Total]) -> Total:
        return plus(*zip(self.weights, totals, strict=True))

    def optimum(self) -> float | None:
        """Return the least of the scenario's objective; None if nothing is feasible."""
        asked = self.scenario.objective
        if asked.minimize == "lexicographic":
            first = self._over_years_or_worst(self.carbon_of)
            least = self.rows.least(first)
            if least is not None:
                self.rows.at_most(first, least * (1 + asked.slack_frac))
            return self.rows.least(self.cost)
        weight = (asked.carbon_usd_per_t or 0) / 1000
        of = {
            "carbon": self.carbon_of,
            "cost": self.cost_of,
            "weighted": [
                plus((1, usd), (weight, kg))
                for usd, kg in zip(self.cost_of, self.carbon_of, strict=True)
            ],
        }
        return self.rows.least(self._over_years_or_worst(of[asked.minimize]))

    def _over_years_or_worst(self, totals: list[Total]) -> Total:
        """Return the sum of the years, or the worst of them, a year, times their length."""
        if self.scenario.objective.years == "all":
            return self._over_years(totals)
        self.rows.add("worst", 1, -np.inf)
        for length, total in zip(self.lengths, totals, strict=True):
            self.rows.at_most(plus((1 / length, total), (-1, {"worst": 1.0})), 0.0)
        return {"worst": float(np.dot(self.weights, self.lengths))}

    def _design(self) -> None:
        asked = self.scenario
        suns, winds = (
            [y.column(f"{fuel}_cf").any() for y in self.years] for fuel in ("solar", "wind")
        )
        parts = {
            "solar": (asked.solar, any(suns)),
            "wind": (asked.wind, any(winds)),
            "servers": (asked.servers, True),
        }
        for name, (part, is_open) in parts.items():
            least = max(part.min_mw, part.existing_mw)
            self.rows.add(name, 1, least, part.max_mw if part.enabled and is_open else least)
        cells = asked.battery
        least_mwh = max(cells.min_mwh, cells.existing_mwh)
        least_mw = max(cells.min_mw, cells.existing_mw)
        self.rows.add("energy", 1, least_mwh, cells.max_mwh if cells.enabled else least_mwh)
        self.rows.add("power", 1, least_mw, cells.max_mw if cells.enabled else least_mw)
        self.rows.at_most({"power": 1.0, "energy": -cells.max_c_rate}, 0.0)

    def _load(self, n: int, year: Traces) -> None:
        hours, limits = year.hours, self.scenario.limits
        one, lower = sp.identity(hours), np.tril(np.ones((hours, hours)))
        for flow in ("grid", "curtailed", "charge", "discharge"):
            self.rows.add(f"{flow}{n}", hours)
        self.rows.add(f"surplus{n}", hours, 0.0, year.column("surplus_mw"))
        self.rows.add(f"export{n}", hours, 0.0, limits.export_mw)
        own = {"solar": year.column("solar_cf"), "wind": year.column("wind_cf")}
        served = {}
        for tier in self.scenario.datacenter.flexible:
            name, arrived = f"{tier.name}{n}", year.column(f"arriving_{tier.name}_mw")
            self.rows.add(name, hours)
            served[name] = one
            if tier.daily:
                in_day = year.local_day == np.unique(year.local_day)[:, None]
                self.rows.equal({name: sp.csr_array(in_day * 1.0)}, in_day @ arrived)
                continue
            done, late = np.cumsum(arrived), tier.deadline_h or 0
            due = np.concatenate([np.zeros(min(late, hours)), done[: max(hours - late, 0)]])
            due[-1] = done[-1]
            self.rows.at_most({name: sp.csr_array(lower)}, done)
            self.rows.at_most({name: sp.csr_array(-lower)}, -due)
        given = {f"{flow}{n}": one for flow in ("grid", "surplus", "discharge")}
        taken = {f"{flow}{n}": -one for flow in ("charge", "curtailed", "export")}
        running = dict.fromkeys(served, -one)
        self.rows.equal(given | own | taken | running, year.column("fixed_mw"))
        spare = year.column("load_mw").max() - year.column("fixed_mw")
        self.rows.at_most(served | {"servers": -1.0}, spare)
        selling = {f"export{n}": one, f"discharge{n}": -one}
        self.rows.at_most(selling | {name: -cf for name, cf in own.items()}, np.zeros(hours))
        if not self.scenario.battery.grid_charging:
            charging = {f"charge{n}": one} | {name: -cf for name, cf in own.items()}
            self.rows.at_most(charging, np.zeros(hours))

    def _battery(self, n: int, year: Traces) -> None:
        """What is stored is what there was at the start, and all that came and went."""
        cells, hours = self.scenario.battery, year.hours
        one, lower, none = sp.identity(hours), np.tril(np.ones((hours, hours))), np.zeros(hours)
        self.rows.add(f"start{n}", 1, -np.inf)
        self.rows.add(f"cells{n}", 1)
        into, out = cells.charge_efficiency * lower, -lower / cells.discharge_efficiency
        stored: Total = {f"start{n}": 1.0, f"charge{n}": sp.csr_array(into)}
        stored[f"discharge{n}"] = sp.csr_array(out)
        negative = {name: -entries for name, entries in stored.items()}
        all_in = np.full(hours, cells.charge_efficiency)
        all_out = np.full(hours, -1 / cells.discharge_efficiency)
        self.rows.equal({f"charge{n}": all_in, f"discharge{n}": all_out}, 0.0)
        self.rows.at_most({f"charge{n}": one, "power": -1.0}, none)
        self.rows.at_most({f"discharge{n}": one, "power": -1.0}, none)
        self.rows.at_most(negative | {"energy": 1 - cells.depth_of_discharge}, none)
        rates = cells.rate_limits
        full, empty = (rates.full_frac, rates.empty_frac) if rates else (1.0, 0.0)
        lost = (rates.charge_h, rates.discharge_h) if rates else (0.0, 0.0)
        charging = {f"charge{n}": sp.csr_array(into + lost[0] * np.eye(hours))}
        discharging = {f"discharge{n}": sp.csr_array(-out + lost[1] * np.eye(hours))}
        self.rows.at_most(stored | charging | {"energy": -full}, none)
        self.rows.at_most(negative | discharging | {"energy": empty}, none)
        aged = year.hours / 8766 / self.rates.battery_life_years
        self.rows.at_most({"energy": aged, f"cells{n}": -1.0}, 0.0)
        if self.rates.battery_wear:
            lasts = self.rates.battery_cycle_life * cells.depth_of_discharge
            self.rows.at_most({f"discharge{n}": np.ones(hours) / lasts, f"cells{n}": -1.0}, 0.0)

    def _operational(self, n: int, year: Traces) -> Total:
        return {f"grid{n}": year.column("intensity_kg_per_mwh")}

    def _new(self, prices: dict[str, float]) -> Total:
        """Return so much for each unit built new."""
        asked = self.scenario
        there = {
            "solar": asked.solar.existing_mw,
            "wind": asked.wind.existing_mw,
            "servers": asked.servers.existing_mw,
            "power": asked.battery.existing_mw,
            "energy": asked.battery.existing_mwh,
        }
        return prices | {"one": -sum(price * there[name] for name, price in prices.items())}

    def _used_cells(self, n: int, year: Traces, price: float) -> Total:
        there = self.scenario.battery.existing_mwh
        aged = year.hours / 8766 / self.rates.battery_life_years * there
        return {f"cells{n}": price, "one": -price * aged}

    def _embodied(self, n: int, year: Traces) -> Total:
        rates, length = self.rates, year.hours / 8766
        units = {
            "solar": rates.solar_kg_per_mwh * year.column("solar_cf").sum(),
            "wind": rates.wind_kg_per_mwh * year.column("wind_cf").sum(),
            "power": length * rates.battery_power_kg_per_mw / rates.battery_power_life_years,
            "servers": length * rates.servers_kg_per_mw / rates.pue / rates.servers_life_years,
        }
        return plus((1, self._new(units)), (1, self._used_cells(n, year, rates.battery_kg_per_mwh)))

    def _cost(self, n: int, year: Traces, carbon: Total) -> Total:
        costs, rates, length = self.costs, self.rates, year.hours / 8766
        rate = costs.discount_frac

        def yearly(capital: float, life: float) -> float:
            return capital * (rate / (1 - (1 + rate) ** -life) if rate else 1 / life)

        life = rates.battery_life_years
        capital = {
            "solar": length * yearly(costs.solar_usd_per_mw, costs.solar_life_years),
            "wind": length * yearly(costs.wind_usd_per_mw, costs.wind_life_years),
            "power": length * yearly(costs.battery_usd_per_mw, rates.battery_power_life_years),
            "servers": length
            * yearly(costs.servers_usd_per_mw / rates.pue, rates.servers_life_years),
        }
        suns, winds = year.column("solar_cf").sum(), year.column("wind_cf").sum()
        upkeep = {
            "solar": length * costs.solar_fixed_usd_per_mw_year
            + costs.solar_variable_usd_per_mwh * suns,
            "wind": length * costs.wind_fixed_usd_per_mw_year
            + costs.wind_variable_usd_per_mwh * winds,
            "energy": length * costs.battery_fixed_usd_per_mwh_year,
            "power": length * costs.battery_fixed_usd_per_mw_year,
            "servers": length * costs.servers_fixed_usd_per_mw_year / rates.pue,
            f"discharge{n}": np.full(year.hours, costs.battery_variable_usd_per_mwh),
        }
        energy = {
            f"grid{n}": year.column("price_usd_per_mwh"),
            f"surplus{n}": year.column("price_usd_per_mwh"),
            f"export{n}": -year.column("export_usd_per_mwh"),
        }
        return plus(
            (1, self._new(capital)),
            (1, self._used_cells(n, year, yearly(costs.battery_usd_per_mwh, life) * life)),
            (1, upkeep),
            (1, energy),
            (costs.demand_usd_per_mw_month, self._peaks(n, year)),
            (costs.carbon_usd_per_t / 1000, carbon),
        )

    def _peaks(self, n: int, year: Traces) -> Total:
        local = year.index.tz_convert(self.scenario.datacenter.time_zone)
        month = np.unique(local.strftime("%Y-%m"), return_inverse=True)[1]
        of_month = -sp.csr_array(np.eye(month.max() + 1)[month])
        self.rows.add(f"peak{n}", month.max() + 1)
        one = sp.identity(year.hours)
        bought = {f"grid{n}": one, f"surplus{n}": one}
        self.rows.at_most(bought | {f"peak{n}": of_month}, np.zeros(year.hours))
        return {f"peak{n}": np.ones(month.max() + 1)}

    def _limits(self) -> None:
        asked, costs, rows = self.scenario.limits, self.costs, self.rows
        length = float(np.dot(self.weights, self.lengths))
        caps = [
            (self.operational, asked.operational_t_per_year, 1000 * length),
            (self.embodied, asked.embodied_t_per_year, 1000 * length),
            (self.carbon, asked.total_t_per_year, 1000 * length),
            (self.cost, asked.cost_usd_per_year, length),
            (
                {"solar": self.scenario.solar.ha_per_mw, "wind": self.scenario.wind.ha_per_mw},
                asked.land_ha,
                1.0,
            ),
            (
                self._new(
                    {
                        "solar": costs.solar_usd_per_mw,
                        "wind": costs.wind_usd_per_mw,
                        "energy": costs.battery_usd_per_mwh,
                        "power": costs.battery_usd_per_mw,
                        "servers": costs.servers_usd_per_mw / costs.pue,
                    }
                ),
                asked.budget_usd,
                1.0,
            ),
        ]
        for total, limit, unit in caps:
            if limit is not None:
                rows.at_most(plus((1 / unit, total)), limit)
        for n, year in enumerate(self.years):
            self._limits_of_year(n, year)

    def _limits_of_year(self, n: int, year: Traces) -> None:
        asked, one = self.scenario.limits, sp.identity(year.hours)
        load_mwh = year.column("load_mw").sum()
        if asked.import_mw is not None:
            bought = {f"grid{n}": one, f"surplus{n}": one}
            self.rows.at_most(bought, np.full(year.hours, asked.import_mw))
        if asked.ramp_mw_per_h is not None:
            step = sp.csr_array(np.diff(np.eye(year.hours), axis=0))
            for sign in (1, -1):
                change = {f"grid{n}": sign * step, f"surplus{n}": sign * step}
                self.rows.at_most(change, np.full(year.hours - 1, asked.ramp_mw_per_h))
        if asked.coverage_frac is not None:
            every = np.ones(year.hours)
            bought = {f"grid{n}": every, f"surplus{n}": every}
            self.rows.at_most(bought, (1 - asked.coverage_frac) * load_mwh)
        if asked.cfe_frac is not None:
            dirty = {f"grid{n}": 1 - year.column("carbon_free_frac")}
            self.rows.at_most(dirty, (1 - asked.cfe_frac) * load_mwh)
