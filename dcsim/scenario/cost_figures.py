"""Default of every figure of the cost account: one table, read by the plan and by the report alike.

All money is in USD of one year, `USD_YEAR`. Solar, wind and battery are those of NREL's Annual
Technology Baseline (ATB) 2024 for its projection year 2025: Advanced is low, Moderate mid,
Conservative high. Capital costs are overnight costs: without grid connection (about 100 USD/kW in
the ATB) and without interest while building. A level names a column of figures, not a cheap case:
at `low` lives are short, which makes a year dearer.
"""

from dataclasses import replace

from dcsim.scenario.figures import Range
from dcsim.units import W_PER_MW

USD_YEAR = 2022
"""Year of the dollars of every figure here."""

_KW_PER_MW = 1000.0
_USD_PER_MWH_PER_CENT_PER_KWH = 10.0

_CPI = {2010: 218.056, 2012: 229.594, 2022: 292.655, 2023: 304.702}
"""US consumer prices, BLS CPI-U, annual mean: 2012, 2022 and 2023 seen, 2010 recalled."""


def _in_2022_usd(usd: float, year: int) -> float:
    return usd * _CPI[USD_YEAR] / _CPI[year]


_SEEN_IN_REEDS = (
    "text seen as an input file of NREL's ReEDS-2.0 (inputs/plant_characteristics, dollaryear.csv: "
    "2022 USD)"
)

_ADVANCED_4H_USD_PER_KW = 1241.72
_ADVANCED_8H_USD_PER_KW = 2250.37
_BATTERY_USD_PER_KWH = Range(
    (_ADVANCED_8H_USD_PER_KW - _ADVANCED_4H_USD_PER_KW) / 4,
    309.93,
    402.31,
    "NREL ATB 2024, utility-scale battery storage, 2025, energy part; "
    + _SEEN_IN_REEDS
    + ". low: what each of the last 4 hours of an 8-hour battery adds",
)
_BATTERY_USD_PER_KW = Range(
    _ADVANCED_4H_USD_PER_KW - 4 * _BATTERY_USD_PER_KWH.low,
    311.36,
    374.56,
    "NREL ATB 2024, utility-scale battery storage, 2025, power part; "
    + _SEEN_IN_REEDS
    + ". low: a 4-hour battery less its energy part",
)

_BATTERY_UPKEEP_FRAC = 0.025
_BATTERY_UPKEEP = (
    "NREL ATB 2024: upkeep of utility-scale storage is 2.5 % of its capital cost a year, module "
    "replacement included; text seen in PyPSA's technology-data "
    "(inputs/US/manual_input_usa.csv), and its sums in ReEDS-2.0. Here of the "
)

_SERVERS_AND_NETWORK = 1 + 12.8 / 66.7
_REPAIRS_FRAC = 0.05
_SERVERS_LOW_USD_PER_W = _in_2022_usd(1450.0 / 165.0, 2010) * _SERVERS_AND_NETWORK
_SERVERS_HIGH_USD_PER_W = _in_2022_usd(7700.0 / 340.0, 2012) * _SERVERS_AND_NETWORK
_SERVERS_USD_PER_W = Range(
    _SERVERS_LOW_USD_PER_W,
    (_SERVERS_LOW_USD_PER_W + _SERVERS_HIGH_USD_PER_W) / 2,
    _SERVERS_HIGH_USD_PER_W,
    "low: Hamilton's model of a large datacenter (2010), as in Hennessy and Patterson, Computer "
    "Architecture, 5th and 6th ed., ch. 6: 1,450 USD per server of 165 W; high: Barroso, Clidaras "
    "and Hölzle, The Datacenter as a Computer, 2nd ed. (2013), ch. 6, case A: list price about "
    "7,700 USD (2012) per server of 340 W; mid: midpoint. Each in 2022 USD by consumer prices, and "
    "with Hamilton's share of network, 12.8 on 66.7 million USD. All recalled; their texts were "
    "not seen",
)


def _scaled(figure: Range, factor: float) -> Range:
    low, mid, high = (factor * value for value in (figure.low, figure.mid, figure.high))
    return Range(low, mid, high, figure.source)


def _battery_upkeep(capital: Range, part: str) -> Range:
    upkeep = _scaled(capital, _KW_PER_MW * _BATTERY_UPKEEP_FRAC)
    return replace(upkeep, source=_BATTERY_UPKEEP + part)


def _us_price(cents_per_kwh: float) -> float:
    return _in_2022_usd(cents_per_kwh * _USD_PER_MWH_PER_CENT_PER_KWH, 2023)


COSTS: dict[str, Range] = {
    "solar_usd_per_mw": _scaled(
        Range(
            1297.21,
            1323.05,
            1362.01,
            "NREL ATB 2024, utility-scale PV, 2025, overnight capital cost per AC power; "
            + _SEEN_IN_REEDS,
        ),
        _KW_PER_MW,
    ),
    "wind_usd_per_mw": _scaled(
        Range(
            1356.89,
            1380.34,
            1440.28,
            "NREL ATB 2024, land-based wind, turbine of 115 m hub height and 170 m rotor, 2025, "
            "overnight capital cost; " + _SEEN_IN_REEDS,
        ),
        _KW_PER_MW,
    ),
    "battery_usd_per_mwh": _scaled(_BATTERY_USD_PER_KWH, _KW_PER_MW),
    "battery_usd_per_mw": _scaled(_BATTERY_USD_PER_KW, _KW_PER_MW),
    "servers_usd_per_mw": _scaled(_SERVERS_USD_PER_W, W_PER_MW),
    "solar_fixed_usd_per_mw_year": _scaled(
        Range(
            20.60,
            21.00,
            21.50,
            "NREL ATB 2024, utility-scale PV, 2025, fixed O&M; " + _SEEN_IN_REEDS,
        ),
        _KW_PER_MW,
    ),
    "wind_fixed_usd_per_mw_year": _scaled(
        Range(
            30.14,
            31.25,
            31.87,
            "NREL ATB 2024, land-based wind, 2025, fixed O&M; " + _SEEN_IN_REEDS,
        ),
        _KW_PER_MW,
    ),
    "battery_fixed_usd_per_mwh_year": _battery_upkeep(_BATTERY_USD_PER_KWH, "energy part"),
    "battery_fixed_usd_per_mw_year": _battery_upkeep(_BATTERY_USD_PER_KW, "power part"),
    "servers_fixed_usd_per_mw_year": _scaled(
        Range(
            _SERVERS_USD_PER_W.low,
            _SERVERS_USD_PER_W.mid,
            _SERVERS_USD_PER_W.high,
            "Barroso, Clidaras and Hölzle, The Datacenter as a Computer, 2nd ed. (2013), ch. 6: "
            "repairs are about 5 % of the price of servers a year; recalled, its text was not seen",
        ),
        W_PER_MW * _REPAIRS_FRAC,
    ),
    "solar_variable_usd_per_mwh": Range(
        0.0, 0.0, 0.0, "NREL ATB 2024: all upkeep of utility-scale PV is fixed; " + _SEEN_IN_REEDS
    ),
    "wind_variable_usd_per_mwh": Range(
        0.0, 0.0, 0.0, "NREL ATB 2024: all upkeep of land-based wind is fixed; " + _SEEN_IN_REEDS
    ),
    "battery_variable_usd_per_mwh": Range(
        0.0,
        0.0,
        0.5125,
        "0: NREL ATB 2024, all upkeep of batteries is fixed; "
        + _SEEN_IN_REEDS
        + "; 0.5125: PNNL, Mongird et al., 2020 Grid Energy Storage Technology Cost and "
        "Performance Assessment, Li-ion; recalled, its text was not seen",
    ),
    "solar_life_years": Range(
        20.0,
        30.0,
        37.5,
        "20 and 30: the two capital recovery periods of NREL ATB 2024, seen in descriptions of its "
        "data; 37.5: technical life in 2025, Danish Energy Agency, seen in PyPSA's technology-data",
    ),
    "wind_life_years": Range(
        20.0,
        28.5,
        30.0,
        "20 and 30: the two capital recovery periods of NREL ATB 2024, seen in descriptions of its "
        "data; 28.5: technical life in 2025, Danish Energy Agency, seen in PyPSA's technology-data",
    ),
    "discount_frac": Range(
        0.03,
        0.05,
        0.07,
        "0.05: NREL ATB 2024, real cost of capital of land-based wind, 2025, Market case (solar: "
        "0.042), seen in PyPSA's technology-data; 0.03 and 0.07: OMB Circulars A-4 (2003) and A-94 "
        "(1992), real; recalled, their texts were not seen",
    ),
    "energy_usd_per_mwh": Range(
        _us_price(5.75),
        _us_price(8.04),
        _us_price(18.64),
        "EIA, Electric Power Annual 2023, average revenue per kWh of industrial customers, in 2022 "
        "USD by consumer prices (BLS CPI-U): New Mexico 5.75 and California 18.64 cents (text "
        "seen); US 8.04 cents (Table 2.4, seen as others quote it). It holds delivery and demand "
        "charges",
    ),
}
"""Default of every figure of the cost account, with low, mid, high and source."""
