"""What a plan must keep to: the connection, coverage, caps on carbon and cost, budget, land."""

from dcsim.scenario.part import Fraction, NonNegative, Part


class Limits(Part):
    """Limits of the whole plan; those of one capacity stand with it."""

    import_mw: NonNegative | None = None
    """Most power drawn from the grid; no limit if left out [MW]."""
    export_mw: NonNegative = 0.0
    """Most power given to the grid; earns no carbon credit [MW]."""
    ramp_mw_per_h: NonNegative | None = None
    """Most that import may change from one hour to the next [MW/h]."""
    coverage_frac: Fraction | None = None
    """Least share of each year's load met by own solar and wind, directly or through the battery.
    Every MWh imported counts as not covered, what is lost in the battery included [-]."""
    cfe_frac: Fraction | None = None
    """Least 24/7 carbon-free energy score of each year: the above, and grid power that is
    carbon-free in the hour it is imported [-]."""
    operational_t_per_year: NonNegative | None = None
    """Most operational carbon [t CO2e a year]."""
    embodied_t_per_year: NonNegative | None = None
    """Most embodied carbon [t CO2e a year]."""
    total_t_per_year: NonNegative | None = None
    """Most operational and embodied carbon together [t CO2e a year]."""
    cost_usd_per_year: NonNegative | None = None
    """Most that building and running may cost [USD a year]."""
    budget_usd: NonNegative | None = None
    """Most capital spent on what is built new [USD]."""
    land_ha: NonNegative | None = None
    """Most land for solar and wind together, at their `ha_per_mw` [ha]."""
