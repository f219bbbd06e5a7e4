"""The battery the plan may build: its size, what it loses, and how fast it may be used."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dcsim.scenario.part import Efficiency, NonNegative, Part, Positive, check_order

ChemistryName = Literal["li-ion", "lfp", "nmc"]


class RateLimits(Part):
    """C/L/C: at a high rate, less of a cell's capacity can be reached.

    `empty E + discharge_h d <= stored <= full E - charge_h c` (Kazhamiaka, Rosenberg and Keshav,
    "Tractable lithium-ion storage models for optimizing energy systems", Energy Informatics 2,
    2019). The defaults are those of Carbon Explorer (ASPLOS'23).
    """

    charge_h: NonNegative = 0.04
    """Capacity out of reach for each MW of charging; -u2 of the paper [h]."""
    full_frac: Efficiency = 1.0
    """Share of the capacity that can be filled at no rate at all; v2 of the paper [-]."""
    discharge_h: NonNegative = 0.01
    """Content out of reach for each MW of discharging; u1 of the paper [h]."""
    empty_frac: Annotated[float, Field(strict=True, ge=0, lt=1)] = 0.0
    """Share of the capacity that cannot be drawn at no rate at all; v1 of the paper [-]."""

    @model_validator(mode="after")
    def _room(self) -> Self:
        check_order(self.empty_frac, self.full_frac, "empty_frac", "full_frac")
        return self


class Battery(Part):
    """The battery the plan may build. Energy and power are chosen separately."""

    enabled: bool = True
    """Off: nothing is built beyond what exists, `min_mwh` and `min_mw`."""
    min_mwh: NonNegative = 0.0
    """Least energy capacity; its making is counted [MWh]."""
    max_mwh: NonNegative | None = None
    """Most energy capacity [MWh]."""
    existing_mwh: NonNegative = 0.0
    """Energy capacity that is there already; its making is not counted [MWh]."""
    min_mw: NonNegative = 0.0
    """Least power capacity; its making is counted [MW]."""
    max_mw: NonNegative | None = None
    """Most power capacity [MW]."""
    existing_mw: NonNegative = 0.0
    """Power capacity that is there already; its making is not counted [MW]."""
    chemistry: ChemistryName = "li-ion"
    """Whose making, life and cycle life the cells have: Carbon Explorer's Li-ion, or LFP or NMC
    with cycle lives that depend on the depth of discharge (`dcsim/scenario/chemistry.py`)."""
    charge_efficiency: Efficiency = 0.97
    """Energy stored over energy taken from the bus. Carbon Explorer's Li-ion value [-]."""
    discharge_efficiency: Efficiency = 0.96
    """Energy given to the bus over energy drawn from the cells. Carbon Explorer draws 1.04 MWh
    for each delivered, that is 0.96 [-]."""
    depth_of_discharge: Efficiency = 1.0
    """Share of the energy capacity in use; the rest is never discharged [-]."""
    max_c_rate: Positive = 1.0
    """Most power per energy capacity [1/h]."""
    rate_limits: RateLimits | None = None
    """How much less can be used at a high rate (C/L/C); none if left out."""
    grid_charging: bool = True
    """Whether the grid may charge it; off: in no hour more than own solar and wind generate."""

    @property
    def least_mwh(self) -> float:
        """Return the energy capacity there is in any case [MWh]."""
        return max(self.min_mwh, self.existing_mwh)

    @property
    def least_mw(self) -> float:
        """Return the power capacity there is in any case [MW]."""
        return max(self.min_mw, self.existing_mw)

    @property
    def kept_frac(self) -> float:
        """Return the share of the capacity that is never discharged [-]."""
        return 1 - self.depth_of_discharge

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.min_mwh, self.max_mwh, "min_mwh", "max_mwh")
        check_order(self.existing_mwh, self.max_mwh, "existing_mwh", "max_mwh")
        check_order(self.min_mw, self.max_mw, "min_mw", "max_mw")
        check_order(self.existing_mw, self.max_mw, "existing_mw", "max_mw")
        if self.least_mw > self.max_c_rate * self.least_mwh:
            raise ValueError(
                f"min_mw and existing_mw ({self.least_mw:g}) must not be above max_c_rate times "
                f"min_mwh and existing_mwh ({self.max_c_rate * self.least_mwh:g})"
            )
        return self

    @model_validator(mode="after")
    def _depth_fits(self) -> Self:
        if self.rate_limits is not None and self.kept_frac >= self.rate_limits.full_frac:
            raise ValueError(
                f"depth_of_discharge ({self.depth_of_discharge:g}) keeps {self.kept_frac:g} of the "
                f"capacity, and rate_limits.full_frac ({self.rate_limits.full_frac:g}) lets no "
                "more be filled"
            )
        return self
