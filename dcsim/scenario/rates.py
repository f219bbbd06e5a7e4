"""Embodied carbon per unit of what is built: one table, read by the plan and by the ledger alike.

Two rooms that each computed these would drift apart; a test holds the plan's objective and the
ledger's total together.
"""

from dataclasses import dataclass

from dcsim.scenario.chemistry import CHEMISTRIES, cycle_life_at
from dcsim.scenario.figures import Range
from dcsim.scenario.spec import Scenario
from dcsim.scenario.storage import Battery
from dcsim.units import HOURS_PER_YEAR, KG_PER_T, W_PER_MW

_SERVER_KG = 744.5
_SERVER_W = 120.0
_RACKS_AND_NETWORK = 1.15
_SERVERS_KG_PER_MW = _SERVER_KG / _SERVER_W * W_PER_MW

RATES: dict[str, Range] = {
    "solar_kg_per_mwh": Range(
        41.0,
        48.0,
        55.0,
        "41: IPCC AR5 WG3 Annex III, rooftop PV median, as in Carbon Explorer's grid factors; 48: "
        "the same table, utility PV median; 55: Carbon Explorer (ASPLOS'23), own solar",
    ),
    "wind_kg_per_mwh": Range(
        11.0,
        11.5,
        12.0,
        "11: IPCC AR5 WG3 Annex III, onshore median; 12: offshore median, and Carbon Explorer "
        "(ASPLOS'23), own wind; mid: midpoint",
    ),
    "battery_kg_per_mwh": Range(
        74.0 * KG_PER_T,
        104.0 * KG_PER_T,
        134.0 * KG_PER_T,
        "Carbon Explorer (ASPLOS'23): 74 t/MWh made with clean electricity, 134 t/MWh with "
        "fossil electricity; mid: midpoint",
    ),
    "battery_life_years": Range(
        15.0,
        15.0,
        15.0,
        "15 years, as NREL's Annual Technology Baseline has for utility-scale storage; recalled, "
        "its text was not seen",
    ),
    "battery_cycle_life": Range(
        3000.0,
        3000.0,
        3000.0,
        "Carbon Explorer (ASPLOS'23): 3,000 full cycles; it spreads them as one a day, 8.2 years",
    ),
    "battery_power_kg_per_mw": Range(
        20.0 * KG_PER_T,
        20.0 * KG_PER_T,
        20.0 * KG_PER_T,
        "assumption of dcsim, no published figure found: 20 t/MW of inverters and wiring",
    ),
    "battery_power_life_years": Range(
        15.0, 15.0, 15.0, "assumption of dcsim: as long as the cells"
    ),
    "servers_kg_per_mw": Range(
        _SERVERS_KG_PER_MW,
        _SERVERS_KG_PER_MW * _RACKS_AND_NETWORK,
        _SERVERS_KG_PER_MW * _RACKS_AND_NETWORK,
        "Carbon Explorer's input, 744.5 kg per 120 W server, times 1.15 for racks and network, in "
        "its true unit: 7,135 t/MW (its notebook has 7.13). low: without the 1.15; high: no "
        "higher figure in this unit was found, so it equals mid",
    ),
    "servers_life_years": Range(
        4.0, 4.0, 4.0, "Carbon Explorer (ASPLOS'23): servers are replaced after 4 years"
    ),
}
"""Default of every embodied figure, with low, mid, high and source."""


@dataclass(frozen=True)
class Rates:
    """Embodied carbon per unit, as this scenario has it.

    Solar and wind are charged per MWh generated [kg/MWh]; cells per MWh of capacity used up
    [kg/MWh]; battery power per MW and servers per MW of IT power [kg/MW] over their lives [years].
    """

    solar_kg_per_mwh: float
    wind_kg_per_mwh: float
    battery_kg_per_mwh: float
    battery_life_years: float
    battery_cycle_life: float
    battery_wear: bool
    battery_power_kg_per_mw: float
    battery_power_life_years: float
    servers_kg_per_mw: float
    servers_life_years: float
    pue: float

    def battery_power_kg_per_mw_year(self) -> float:
        """Return the making of battery power, spread over its life [kg per MW and year]."""
        return self.battery_power_kg_per_mw / self.battery_power_life_years

    def servers_kg_per_mw_year(self) -> float:
        """Return the making of servers, spread over their life [kg per facility MW and year].

        The rate is per MW that servers draw; a facility MW holds 1 / PUE of that.
        """
        return self.servers_kg_per_mw / self.pue / self.servers_life_years

    def cells_charged_mwh(
        self,
        battery_mwh: float,
        existing_mwh: float,
        discharged_mwh: float,
        depth_of_discharge: float,
        years: float,
    ) -> float:
        """Return how much of the cells a horizon is charged for: what it uses up [MWh].

        `max(E years / life, discharged / (cycle life * depth of discharge))`, age or throughput,
        whichever is more, both in MWh of cell capacity (model.md section 3). The second is zero
        with wear switched off. The ageing of cells that were there already is taken off: it would
        have come in any case, and what made them is spent.
        """
        aged_frac = years / self.battery_life_years
        by_use_mwh = discharged_mwh / (self.battery_cycle_life * depth_of_discharge)
        used_up_mwh = max(battery_mwh * aged_frac, by_use_mwh if self.battery_wear else 0.0)
        return max(used_up_mwh - existing_mwh * aged_frac, 0.0)


def rates_of(scenario: Scenario) -> Rates:
    """Return the rates of a scenario.

    Its own figures go first, then those of the battery's chemistry, then the table's, the last two
    at the level it names.
    """
    embodied = scenario.embodied
    given = embodied.model_dump(exclude={"level", "battery_wear"}, exclude_none=True)
    table = {name: entry.at(embodied.level) for name, entry in published_rates(scenario).items()}
    return Rates(battery_wear=embodied.battery_wear, pue=scenario.datacenter.pue, **(table | given))


def published_rates(scenario: Scenario) -> dict[str, Range]:
    """Return the published figures behind a scenario: the table's, or its battery chemistry's."""
    return RATES | _of_chemistry(scenario.battery)


def _of_chemistry(battery: Battery) -> dict[str, Range]:
    """Return the figures a battery's chemistry has of its own; the table is of `li-ion`."""
    chemistry = CHEMISTRIES.get(battery.chemistry)
    if chemistry is None:
        return {}
    cycles = cycle_life_at(chemistry, battery.depth_of_discharge)
    return {
        "battery_kg_per_mwh": chemistry.kg_per_mwh,
        "battery_life_years": chemistry.life_years,
        "battery_cycle_life": Range(cycles, cycles, cycles, chemistry.source),
    }


def years_of(hours: int) -> float:
    """Return the length of a horizon in years of 8,766 hours [years]."""
    return hours / HOURS_PER_YEAR
