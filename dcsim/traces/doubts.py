"""What of a grid's hours is refused for planning, and what a reader of the plan is warned of.

A plain file is taken as it is, so a long gap or a wrong sign in the planned hours is refused. An
import keeps what it filled and graded; a plan in such hours carries a warning, and is refused
where they are most of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from dcsim.grid.generation import FUELS, GridGeneration, Repair, Source
from dcsim.grid.records import INDEX
from dcsim.grid.repair.changes import counted_by_rule, warnings_of_shares, within
from dcsim.grid.repair.gaps import (
    Gap,
    long_gaps,
    refuse_long_gaps,
    refuse_mostly_filled,
    warnings_of_gaps,
)
from dcsim.grid.repair.negative import clip_negative, refuse_below_zero, warnings_of_below_zero
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.scenario.spec import Scenario


def checked_grid(
    generation: GridGeneration, scenario: Scenario, hours: pd.DatetimeIndex
) -> GridGeneration:
    """Return a grid whose source has warnings of what was repaired in the planned hours.

    Args:
        generation: The whole record.
        scenario: Says which plants run as its fleets did.
        hours: The horizon.

    Raises:
        DataError: The hours of a plain file lie in a long gap or have a fuel of the wrong sign, or
            most of the hours are filled.
    """
    source = generation.source
    origin = str(scenario.grid.file or source.origin)
    planned = generation.table.loc[hours]
    gaps = _long_gaps(generation, hours)
    if scenario.grid.file is not None:
        refuse_long_gaps(gaps, origin)
        refuse_below_zero(planned, origin)
    if generation.changes is not None and generation.has_generation:
        parts = {"generation": FUELS, **{fuel: [fuel] for fuel in _fleets(scenario)}}
        refuse_mostly_filled(generation.changes, planned, parts, origin)
    rest = replace(source, repairs=_repairs_outside(gaps, generation, hours))
    warnings = (
        *source.warnings,
        *warnings_of_gaps(gaps, hours, origin),
        *warnings_of_below_zero(planned, origin),
        *warnings_of_shares(rest, len(hours)),
    )
    repairs = (*source.repairs, *clip_negative(generation.table)[1])
    return replace(generation, source=replace(source, repairs=repairs, warnings=warnings))


def warned_of_shares(sources: Sequence[Source], hours: int) -> Iterator[Source]:
    """Yield sources with a warning for every repair of a large share of the hours."""
    for source in sources:
        yield replace(source, warnings=(*source.warnings, *warnings_of_shares(source, hours)))


def _long_gaps(generation: GridGeneration, hours: pd.DatetimeIndex) -> list[Gap]:
    if generation.changes is None:
        return []
    known = generation.table if generation.has_generation else generation.records
    return [] if known is None else long_gaps(generation.changes, known, hours)


def _repairs_outside(
    gaps: Sequence[Gap], generation: GridGeneration, hours: pd.DatetimeIndex
) -> tuple[Repair, ...]:
    """Return what was changed in some hours of generation by fuel, apart from long gaps."""
    if generation.changes is None:
        return ()
    fuels = generation.changes[generation.changes["column"].isin(FUELS)]
    changed = within(fuels, hours)
    for gap in gaps:
        is_inside = gap.mask(pd.DatetimeIndex(changed[INDEX]))
        changed = changed[~(is_inside & changed["column"].isin(gap.columns).to_numpy())]
    return tuple(counted_by_rule(changed))


def _fleets(scenario: Scenario) -> list[str]:
    """Return the fuels whose fleets own plants run as."""
    plants: dict[str, SolarOption | WindOption] = {"solar": scenario.solar, "wind": scenario.wind}
    return [
        fuel
        for fuel, plant in plants.items()
        if plant.source != "weather" and (plant.enabled or plant.least_mw > 0)
    ]
