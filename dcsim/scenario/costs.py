"""Cost per unit of what is built and run: read by the plan and by the ledger alike.

Capital is paid back over the life of what is built by equal yearly sums (an annuity at the real
discount rate), so that a year of the horizon bears a year's share, as it does of embodied carbon.
"""

import math
from dataclasses import dataclass

from dcsim.scenario.cost_figures import COSTS
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.units import HOURS_PER_YEAR


@dataclass(frozen=True)
class Costs:
    """Cost per unit, as this scenario has it.

    Capital is per unit built [USD/MW, USD/MWh], fixed upkeep per unit there is
    [USD/MW a year, USD/MWh a year], variable upkeep per MWh that passes [USD/MWh]; servers are per
    MW of IT power. Lives [years].
    """

    discount_frac: float
    energy_usd_per_mwh: float
    demand_usd_per_mw_month: float
    carbon_usd_per_t: float
    solar_usd_per_mw: float
    wind_usd_per_mw: float
    battery_usd_per_mwh: float
    battery_usd_per_mw: float
    servers_usd_per_mw: float
    solar_fixed_usd_per_mw_year: float
    wind_fixed_usd_per_mw_year: float
    battery_fixed_usd_per_mwh_year: float
    battery_fixed_usd_per_mw_year: float
    servers_fixed_usd_per_mw_year: float
    solar_variable_usd_per_mwh: float
    wind_variable_usd_per_mwh: float
    battery_variable_usd_per_mwh: float
    solar_life_years: float
    wind_life_years: float
    battery_life_years: float
    battery_power_life_years: float
    servers_life_years: float
    pue: float

    def solar_capital_usd_per_mw_year(self) -> float:
        """Return what building solar costs, spread over its life [USD per MW and year]."""
        return self._yearly(self.solar_usd_per_mw, self.solar_life_years)

    def wind_capital_usd_per_mw_year(self) -> float:
        """Return what building wind costs, spread over its life [USD per MW and year]."""
        return self._yearly(self.wind_usd_per_mw, self.wind_life_years)

    def own_usd_per_mwh(self, fuel: str, yield_frac: float) -> float:
        """Return the cost of a MWh of new solar or wind, capital and upkeep [USD/MWh].

        Args:
            fuel: `solar` or `wind`.
            yield_frac: Mean capacity factor, above 0 [-].
        """
        is_solar = fuel == "solar"
        capital = (
            self.solar_capital_usd_per_mw_year if is_solar else self.wind_capital_usd_per_mw_year
        )
        fixed = self.solar_fixed_usd_per_mw_year if is_solar else self.wind_fixed_usd_per_mw_year
        variable = self.solar_variable_usd_per_mwh if is_solar else self.wind_variable_usd_per_mwh
        return (capital() + fixed) / (HOURS_PER_YEAR * yield_frac) + variable

    def battery_power_capital_usd_per_mw_year(self) -> float:
        """Return what battery power costs, spread over its life [USD per MW and year]."""
        return self._yearly(self.battery_usd_per_mw, self.battery_power_life_years)

    def servers_capital_usd_per_mw_year(self) -> float:
        """Return what servers cost, spread over their life [USD per facility MW and year].

        The cost is per MW that servers draw; a facility MW holds 1 / PUE of that.
        """
        return self._yearly(self.servers_usd_per_mw, self.servers_life_years) / self.pue

    def servers_fixed_usd_per_facility_mw_year(self) -> float:
        """Return the fixed upkeep of servers [USD per facility MW and year]."""
        return self.servers_fixed_usd_per_mw_year / self.pue

    def cells_usd_per_mwh(self) -> float:
        """Return what a MWh of cells used up costs, interest included [USD/MWh].

        Cells that age use up `N / life` of themselves in N years, and are charged their annuity.
        """
        return self._yearly(self.battery_usd_per_mwh, self.battery_life_years) * (
            self.battery_life_years
        )

    def _yearly(self, capital_usd: float, life_years: float) -> float:
        return capital_usd * capital_recovery_per_year(life_years, self.discount_frac)


def capital_recovery_per_year(life_years: float, discount_frac: float) -> float:
    """Return the share of capital to pay each year of a life: `r / (1 - (1 + r) ** -n)` [1/year].

    At no discount it is `1 / n`.
    """
    if discount_frac == 0:
        return 1 / life_years
    # 1 - (1 + r) ** -n, which would lose its digits at a small r
    return discount_frac / -math.expm1(-life_years * math.log1p(discount_frac))


def costs_of(scenario: Scenario) -> Costs:
    """Return the costs of a scenario: its own figures, else the table's at the level it names."""
    cost, rates = scenario.cost, rates_of(scenario)
    table = {name: figure.at(cost.level) for name, figure in COSTS.items()}
    given = {name: own for name in COSTS if (own := getattr(cost, name)) is not None}
    return Costs(
        demand_usd_per_mw_month=cost.demand_usd_per_mw_month,
        carbon_usd_per_t=cost.carbon_usd_per_t,
        battery_life_years=rates.battery_life_years,
        battery_power_life_years=rates.battery_power_life_years,
        servers_life_years=rates.servers_life_years,
        pue=rates.pue,
        **(table | given),
    )
