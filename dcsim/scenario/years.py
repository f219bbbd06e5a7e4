"""The years one design must serve: weather years, and the grid and load to come."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from dcsim.scenario.part import Part, Positive

Rate = Annotated[float, Field(strict=True, gt=-1, le=1)]

LEAST_TIMES, MOST_TIMES = 0.01, 100.0
"""How far an outlook may change the grid's intensity or the load; beyond it is no outlook [-]."""


def in_utc(stamp: datetime | None) -> datetime | None:
    """Return a stamp in UTC.

    Raises:
        ValueError: It has no zone, or is centuries off.
    """
    if stamp is None:
        return None
    if stamp.tzinfo is None:
        raise ValueError("needs a zone, for example 2022-01-01T00:00Z")
    if not 1900 <= stamp.year <= 2200:
        raise ValueError("must be between the years 1900 and 2200")
    return stamp.astimezone(UTC)


class Year(Part):
    """One year of weather, grid and load that the design must serve."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$")]
    """Names it in tables and files: letters, digits, dots, dashes and underscores."""
    grid: str | None = None
    """Grid of this year, such as `CISO:2019`; the scenario's if neither grid nor file is given."""
    file: Path | None = None
    """Or a file of hourly generation by fuel."""
    solar_nameplate_mw: Positive | None = None
    """Nameplate of the solar fleet behind its own grid, as `grid.solar_nameplate_mw` [MW]."""
    wind_nameplate_mw: Positive | None = None
    """Nameplate of the wind fleet behind its own grid, as `grid.wind_nameplate_mw` [MW]."""
    start: datetime | None = None
    """Its first hour; as the scenario's horizon, or the first of its own grid's data."""
    intensity_frac: Positive = 1.0
    """What the grid's carbon intensity is multiplied by [-]."""
    load_frac: Positive = 1.0
    """What the load is multiplied by [-]."""
    weight: Positive = 1.0
    """How many such years the horizon holds [-]."""

    _start_in_utc = field_validator("start")(in_utc)

    @property
    def has_own_grid(self) -> bool:
        """Tell whether it has another grid than the scenario."""
        return self.grid is not None or self.file is not None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.grid is not None and self.file is not None:
            raise ValueError("give grid or file, not both")
        own = (self.solar_nameplate_mw, self.wind_nameplate_mw)
        if own != (None, None) and not self.has_own_grid:
            raise ValueError("nameplates go with a grid or file of its own")
        return self


class Outlook(Part):
    """A lifetime over which the grid gets cleaner and the load grows, in steps.

    Each step is one year of hours that stands for `step_years`, at the mean of their multipliers
    `(1 + rate) ** (years from now)`.
    """

    years: Annotated[int, Field(strict=True, ge=1, le=50)]
    """How many years from now, the first included [years]."""
    step_years: Annotated[int, Field(strict=True, ge=1, le=50)] = 5
    """How many years one planned year stands for; the last step may be shorter [years]."""
    intensity_per_year_frac: Rate = 0.0
    """Change of the grid's carbon intensity from year to year, such as -0.04 [1/year]."""
    load_per_year_frac: Rate = 0.0
    """Change of the load from year to year [1/year]."""

    @model_validator(mode="after")
    def _within_reason(self) -> Self:
        for name in ("intensity_per_year_frac", "load_per_year_frac"):
            rate = float(getattr(self, name))
            times = (1 + rate) ** (self.years - 1)
            if not LEAST_TIMES <= times <= MOST_TIMES:
                raise ValueError(
                    f"{name} ({rate:g}) makes {times:.3g} times as much in year {self.years}; must "
                    f"be within {LEAST_TIMES:g} and {MOST_TIMES:g}"
                )
        return self

    def steps(self) -> tuple[Year, ...]:
        """Return the planned years, named by the years from now they stand for."""
        firsts = range(0, self.years, self.step_years)
        return tuple(self._step(n, min(n + self.step_years, self.years)) for n in firsts)

    def _step(self, first: int, end: int) -> Year:
        def mean_of(rate: float) -> float:
            return sum((1 + rate) ** n for n in range(first, end)) / (end - first)

        return Year(
            name=f"year-{first + 1}" if end == first + 1 else f"years-{first + 1}-{end}",
            intensity_frac=mean_of(self.intensity_per_year_frac),
            load_frac=mean_of(self.load_per_year_frac),
            weight=float(end - first),
        )


def years_of_outlook(years: tuple[Year, ...], outlook: Outlook | None) -> tuple[Year, ...]:
    """Return every planned year: each weather year in each step of the outlook.

    The weights of the weather years are shares of each step: a step of five years with two weather
    years of weight 1 holds two and a half of each.
    """
    if outlook is None:
        return years
    if not years:
        return outlook.steps()
    whole = sum(year.weight for year in years)
    return tuple(
        year.model_copy(
            update={
                "name": f"{year.name}-{step.name}",
                "intensity_frac": year.intensity_frac * step.intensity_frac,
                "load_frac": year.load_frac * step.load_frac,
                "weight": step.weight * year.weight / whole,
            }
        )
        for step in outlook.steps()
        for year in years
    )
