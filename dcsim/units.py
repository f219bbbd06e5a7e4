"""Conversion factors, and the unit and time rules of the whole package.

Inside dcsim: MW, MWh, hours, kg CO2e. 1 g/kWh is 1 kg/MWh. The unit is in the name
(`_mw`, `_mwh`, `_kg_per_mwh`); shares end in `_frac`, capacity factors in `_cf`.

Stamps are UTC, time-zone aware, and label the *beginning* of the hour they stand for; every
value is the mean over that hour. With a one-hour step, MW and MWh a step are the same number;
the names keep the unit. No flow is signed: every power is zero or more and its name has the
direction.
"""

STEP_H = 1.0
"""Length of one step [h]. Every table in dcsim is hourly."""

HOURS_PER_DAY = 24

MINUTES_PER_HOUR = 60.0

SECONDS_PER_HOUR = 3600.0

HOURS_PER_YEAR = 8766.0
"""Length of the year embodied carbon is spread over: 365.25 days, so that horizons of any
length compare with each other [h]."""

DAYS_PER_WEEK = 7

MONTHS_PER_YEAR = 12

KG_PER_T = 1000.0

W_PER_MW = 1e6

USD_PER_MILLION = 1e6

PERCENT = 100.0
