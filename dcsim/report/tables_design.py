"""The table of the design: what to build, what making it costs, and what its limits cost."""

from dcsim.report.numbers import DASH, capacity, period, plain, tonnes, with_unit
from dcsim.report.study import Study
from dcsim.report.tables import PARTS, TONNES, Part, Table, table_of
from dcsim.report.tables_limits import saving_text
from dcsim.report.views import exists_already
from dcsim.scenario.plant import PowerOption
from dcsim.scenario.spec import opens_battery, opens_shifting
from dcsim.scenario.storage import Battery


def design_table(study: Study) -> Table:
    """Return what the plan builds, what making it costs, and what its limits cost."""
    ledger = study.chosen.footprint.ledger
    rows = [
        (
            part.label,
            capacity(study.chosen.design.as_dict()[part.capacity]),
            part.unit,
            tonnes(ledger.total_kg(source=part.source)),
            _limit_text(study, part),
            saving_text(study, part.limit, f"one more {part.unit}"),
        )
        for part in PARTS
    ]
    what = "of what is new in it" if exists_already(study.scenario) else "of it"
    return table_of(
        "design",
        f"What there is under the plan, and the embodied carbon {what} "
        f"{period(study.horizon_hours)}",
        [
            ("", False),
            ("Capacity", True),
            ("Unit", False),
            (f"Embodied [{TONNES}]", True),
            ("Limit", False),
            ("What the limit costs", False),
        ],
        [*rows, _connection_row(study)],
    )


def _connection_row(study: Study) -> tuple[str, ...]:
    limit_mw = study.scenario.limits.import_mw
    return (
        "Grid connection, highest import",
        capacity(study.chosen.footprint.scores.peak_import_mw),
        "MW",
        DASH,
        "none" if limit_mw is None else f"at most {with_unit(plain(limit_mw), 'MW')}",
        saving_text(study, "limits.import_mw", "one more MW"),
    )


def _limit_text(study: Study, part: Part) -> str:
    """Return what the scenario allows of a capacity, and what exists of it, in words."""
    option_name, most_field = part.limit.split(".")
    option: PowerOption | Battery = getattr(study.scenario, option_name)
    existing, least, most = (
        getattr(option, most_field.replace("max", which)) for which in ("existing", "min", "max")
    )
    is_open = _is_open(study.chosen.strategy, option_name)
    told = {
        "not in this strategy": not is_open,
        "switched off": is_open and not option.enabled,
        f"{_size(existing, part)} exist already": existing > 0,
        f"at least {_size(least, part)}": least > existing,
        f"at most {_size(most or 0, part)}": is_open and option.enabled and most is not None,
    }
    return ", ".join(text for text, is_told in told.items() if is_told) or "none"


def _size(size: float, part: Part) -> str:
    return with_unit(plain(size), part.unit)


def _is_open(strategy: str, option: str) -> bool:
    """Say whether a strategy may build an option: batteries, or servers to shift work to."""
    opens = {"battery": opens_battery, "servers": opens_shifting}.get(option)
    return opens is None or opens(strategy)
