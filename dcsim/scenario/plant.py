"""What the plan may build to generate with, and whose weather it stands in.

A plant runs as the region's fleet did (`source: fleet`), or where it has none as the nearest one
(`source: nearest`), or as physics says from a weather file of its own site (`source: weather`);
every other key below belongs to the last.
"""

import math
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from dcsim.scenario.part import Efficiency, Fraction, NonNegative, Part, check_order

WeatherFormat = Literal["epw", "tmy3", "nsrdb", "pvgis", "sam", "sam_wind", "srw", "windpowerlib"]

Loss = Annotated[float, Field(strict=True, ge=0, lt=1)]


class PowerOption(Part):
    """A capacity the plan may build: solar, wind or extra servers."""

    enabled: bool = True
    """Off: nothing is built beyond what exists and `min_mw`."""
    min_mw: NonNegative = 0.0
    """Least capacity; its making is counted [MW]."""
    max_mw: NonNegative | None = None
    """Most capacity, such as what the land holds; no limit if left out [MW]."""
    existing_mw: NonNegative = 0.0
    """Capacity that is there already; its making is not counted [MW]."""

    @property
    def least_mw(self) -> float:
        """Return the capacity there is in any case [MW]."""
        return max(self.min_mw, self.existing_mw)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        check_order(self.min_mw, self.max_mw, "min_mw", "max_mw")
        check_order(self.existing_mw, self.max_mw, "existing_mw", "max_mw")
        return self


class PlantOption(PowerOption):
    """A capacity that generates with the weather."""

    source: Literal["fleet", "nearest", "weather"] = "fleet"
    """Whose output the plant has, for its size: the region's fleet; that, or of a reference year
    without one the fleet of the nearest authority that has one; or its own by physics."""
    file: Path | None = None
    """The site's weather: EPW, TMY3, NSRDB, PVGIS or SAM's CSV; of wind alone also SAM's wind CSV
    and SRW, and windpowerlib's table. Gzipped or not (grids/WEATHER.md)."""
    format: WeatherFormat | None = None
    """Format of the file; found out from its content if left out."""
    ha_per_mw: NonNegative = 0.0
    """Land taken by each MW [ha/MW]."""
    yield_frac: Annotated[float, Field(strict=True, gt=0, lt=1)] | None = None
    """Mean capacity factor of a year that the output is scaled to, whatever its source: the hours
    keep their shape and none passes 1. As the source has it if left out [-]."""

    @model_validator(mode="after")
    def _source_fits(self) -> Self:
        if self.source == "weather" and self.file is None:
            raise ValueError("source: weather needs a file")
        if self.source != "weather":
            _refuse(self, set(type(self).model_fields) - _OF_ANY_SOURCE, "source: weather")
        return self


_OF_ANY_SOURCE = {*PowerOption.model_fields, "source", "ha_per_mw", "yield_frac"}


def _refuse(option: PlantOption, names: set[str], needed: str) -> None:
    """Refuse keys that were given a value of their own where they mean nothing."""
    fields = type(option).model_fields
    stray = [n for n in fields if n in names and getattr(option, n) != fields[n].default]
    if stray:
        raise ValueError(f"{', '.join(stray)} can only be given with {needed}")


class SolarOption(PlantOption):
    """Solar power. Capacity is AC, what the inverters can give."""

    ha_per_mw: NonNegative = 3.6
    """Land taken by each MW: 8.9 acres/MW AC, all of the site, mean by capacity of US plants (Ong
    et al., NREL/TP-6A20-56290, 2013; recalled, its text was not seen) [ha/MW]."""
    mount: Literal["tracking", "fixed"] = "tracking"
    """Rows that turn about one level axis with the sun, or that stand still."""
    tilt_deg: Annotated[float, Field(strict=True, ge=0, le=90)] | None = None
    """Of fixed rows, from level; as many degrees as the site's latitude if left out [degrees]."""
    azimuth_deg: Annotated[float, Field(strict=True, ge=0, le=360)] | None = None
    """Where fixed rows face, or the axis of tracking ones points, clockwise from north; towards
    the equator if left out [degrees]."""
    max_angle_deg: Annotated[float, Field(strict=True, gt=0, le=90)] = 60.0
    """How far tracking rows turn from level; an assumption [degrees]."""
    backtrack: bool = True
    """Whether tracking rows turn back at low sun so as not to shade each other."""
    ground_coverage_frac: Efficiency = 0.4
    """Width of tracking rows over their spacing; PVWatts Version 5 [-]."""
    dc_ac_ratio: Annotated[float, Field(strict=True, ge=0.5, le=5)] = 1.3
    """DC over AC nameplate; average of US plants of 50 to 100 MW (EIA, Today in Energy, article
    35372) [-]."""
    losses_frac: Loss = 0.14
    """Soiling, shading, mismatch, wiring, connections, light-induced degradation, nameplate and
    availability together, taken from DC power; PVWatts Version 5 (Dobos, NREL/TP-6A20-62641,
    2014) [-]."""
    inverter_efficiency: Efficiency = 0.96
    """At full load; PVWatts Version 5 [-]."""
    power_per_c_frac: Annotated[float, Field(strict=True, ge=-0.02, le=0)] = -0.0035
    """Change of module power for each degree C above 25; the premium module of PVWatts Version 5,
    its standard module has -0.0047 [1/C]."""
    albedo_frac: Fraction = 0.2
    """Share of sunlight the ground reflects; PVWatts Version 5 [-]."""

    _OF_FIXED: ClassVar[set[str]] = {"tilt_deg"}
    _OF_TRACKING: ClassVar[set[str]] = {"max_angle_deg", "backtrack", "ground_coverage_frac"}

    @model_validator(mode="after")
    def _mount_fits(self) -> Self:
        if self.mount == "tracking":
            _refuse(self, self._OF_FIXED, "mount: fixed")
        else:
            _refuse(self, self._OF_TRACKING, "mount: tracking")
        return self


class WindOption(PlantOption):
    """Wind power. Capacity is what the turbines are rated at."""

    ha_per_mw: NonNegative = 0.3
    """Land taken by each MW: roads and pads that stay, not the space between (Denholm et al.,
    NREL/TP-6A2-45834, 2009; recalled, its text was not seen) [ha/MW]."""
    turbine: str = "V126/3300"
    """Type of turbine, of those windpowerlib has power curves for. The default has the rotor, 126 m
    for 3.3 MW, of a common low-wind machine; the choice is an assumption."""
    hub_height_m: Annotated[float, Field(strict=True, gt=0, le=300)] | None = None
    """Height of the hub above ground; of those the turbine is sold with, the nearest to 100 m if
    left out [m]."""
    measured_at_m: Annotated[float, Field(strict=True, gt=0, le=300)] | None = None
    """Height above ground of the file's wind speed. If left out, by the file's format and version:
    2 m in the NSRDB since PSM v3, what the labels say in tables of wind, else 10 m [m]."""
    roughness_m: Annotated[float, Field(strict=True, gt=0, lt=5)] | None = None
    """Roughness length of the ground, for a logarithmic profile; 0.03 if nothing is given: open
    flat terrain, grass, airports (Davenport's classification, WMO No. 8) [m]."""
    shear_exponent: Annotated[float, Field(strict=True, ge=0, le=1)] | None = None
    """Instead of the logarithmic profile: speed grows with height to this power [-]."""
    wake_frac: Loss = 0.05
    """Share lost to the wakes of the farm's other turbines; an assumption [-]."""
    losses_frac: Loss = 0.074
    """Lost to downtime and wiring: turbine 3.58 %, grid 1.5 %, balance of plant 0.5 %, electrical
    1.91 % and 0.1 %, the defaults of NREL's System Advisor Model [-]."""

    @model_validator(mode="after")
    def _one_profile(self) -> Self:
        if self.roughness_m is not None and self.shear_exponent is not None:
            raise ValueError("give roughness_m or shear_exponent, not both")
        measured_at_m = self.measured_at_m or math.inf
        if self.roughness_m is not None and self.roughness_m >= measured_at_m:
            raise ValueError(
                f"roughness_m ({self.roughness_m:g}) must be below measured_at_m "
                f"({measured_at_m:g})"
            )
        return self
