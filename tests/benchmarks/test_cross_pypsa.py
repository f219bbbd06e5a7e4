"""The same problem in PyPSA, variant by variant, on real records of 2021 and 2022.

Each pair is built twice, from the same files, with nothing in common but the figures of the
question; the optima must agree to 1e-6. Run it with `make bench`, which prints them.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from dcsim.optimize.plan import Plan
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.years import build_years

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.real_data,
    # PyPSA and the libraries below it warn of their own future; that is not ours to mend.
    pytest.mark.filterwarnings("ignore"),
]

SAME_FRAC = 1e-6
YEAR_H = 8760
WEEKS_H = 8 * 7 * 24
SUMMER_H = 151 * 24  # hours before June
Agree = Callable[..., Plan]
DAYS_FROM_UTC = "datacenter.time_zone=UTC"


@pytest.fixture(scope="module")
def pypsa_side() -> ModuleType:
    """The variants in PyPSA; imported late, so that only benchmarks need PyPSA."""
    pytest.importorskip("pypsa")
    return importlib.import_module("tests.benchmarks.pypsa_variants")


@pytest.fixture
def agree(pypsa_side: ModuleType) -> Agree:
    """Solve both sides, hold their optima together, and give our plan."""

    def check(title: str, scenario: Scenario, network: object, strategy: Strategy = "all") -> Plan:
        plan = optimize(scenario, build_years(scenario), strategy)
        ours, theirs = plan.certificate.objective, pypsa_side.solve_network(network)
        unit, apart = plan.certificate.unit, ours / theirs - 1
        print(f"\n{title}: dcsim {ours:,.3f} {unit}, PyPSA {theirs:,.3f} ({apart:+.1e})")
        assert ours == pytest.approx(theirs, rel=SAME_FRAC)
        return plan

    return check


def records_of(folder: Path, code: str, year: int) -> Path:
    return folder / "eia930_hourly" / f"{code}_{year}.csv.gz"


def asked_of(file: Path, *more: str, hours: int | None = None, first: int = 0) -> Scenario:
    """The reference problem on some hours of a file in UTC."""
    window = []
    if hours is not None:
        start = pd.Timestamp(f"{file.name[5:9]}-01-01T00:00Z") + pd.Timedelta(hours=first)
        window = [f"horizon.hours={hours}", f"horizon.start={start.isoformat()}"]
    grid = [f"grid.file={file}", "grid.id=null", DAYS_FROM_UTC]
    return load_scenario("reference-problem", [*grid, *window, *more])


@pytest.mark.parametrize("code", ["ERCO", "CISO"])
def test_battery_only(code: str, real_data: Path, pypsa_side: ModuleType, agree: Agree) -> None:
    file = records_of(real_data, code, 2022)
    world = pypsa_side.world_of_fuels(file, YEAR_H)
    network = pypsa_side.without_shifting(world)
    agree(f"{code} 2022, battery only", asked_of(file), network, "renewables_battery")


@pytest.mark.parametrize(("code", "frac"), [("ERCO", 0.995), ("CISO", 0.995)])
def test_coverage(
    code: str, frac: float, real_data: Path, pypsa_side: ModuleType, agree: Agree
) -> None:
    file = records_of(real_data, code, 2022)
    world = pypsa_side.world_of_fuels(file, WEEKS_H, SUMMER_H)
    scenario = asked_of(file, f"limits.coverage_frac={frac}", hours=WEEKS_H, first=SUMMER_H)
    network = pypsa_side.with_coverage(world, frac)
    plan = agree(f"{code}, coverage at least {frac:.1%}", scenario, network)
    assert plan.shadow_prices["limits.coverage_frac"] > 0


@pytest.mark.parametrize("code", ["ERCO", "CISO"])
def test_two_weather_years(
    code: str, real_data: Path, pypsa_side: ModuleType, agree: Agree
) -> None:
    files = {year: records_of(real_data, code, year) for year in (2021, 2022)}
    worlds = [pypsa_side.world_of_fuels(file, WEEKS_H) for file in files.values()]
    years = ", ".join(
        f"{{name: '{year}', file: {file}, weight: {weight}}}"
        for (year, file), weight in zip(files.items(), (1.0, 3.0), strict=True)
    )
    scenario = asked_of(files[2021], f"years=[{years}]", f"horizon.hours={WEEKS_H}")
    network = pypsa_side.with_years(worlds, (1.0, 3.0))
    agree(f"{code}, 2021 and three times 2022", scenario, network)


@pytest.mark.parametrize(
    ("hours", "first", "export_mw"), [(YEAR_H, 0, 0.0), (WEEKS_H, SUMMER_H, 20.0)]
)
def test_cost(
    hours: int,
    first: int,
    export_mw: float,
    real_data: Path,
    tmp_path: Path,
    pypsa_side: ModuleType,
    agree: Agree,
) -> None:
    """Capital, upkeep, hourly prices (export at half of them), peaks and a carbon price."""
    file = records_of(real_data, "ERCO", 2022)
    prices = real_data / "eia930_hourly" / "price_ERCO_2022.csv.gz"
    world = pypsa_side.world_of_fuels(file, hours, first)
    usd_per_mwh = pypsa_side.prices_of_file(prices, hours, first)
    start = pd.Timestamp("2022-01-01") + pd.Timedelta(hours=first)
    months = pd.date_range(start, periods=hours, freq="h").month.to_numpy()
    network = pypsa_side.with_cost(world, usd_per_mwh, months, export_mw=export_mw)
    scenario = asked_of(
        file,
        *(f"cost.{key}={value!r}" for key, value in pypsa_side.USD.items()),
        f"cost.energy_file={prices}",
        f"cost.export_file={half_price_file(prices, tmp_path)}",
        f"cost.discount_frac={pypsa_side.DISCOUNT_FRAC}",
        f"cost.carbon_usd_per_t={pypsa_side.USD_PER_T}",
        f"cost.demand_usd_per_mw_month={pypsa_side.DEMAND_USD_PER_MW_MONTH}",
        "objective.minimize=cost",
        f"limits.export_mw={export_mw}",
        hours=hours,
        first=first,
    )
    plan = agree(f"ERCO 2022, cost, {hours} h, export up to {export_mw:g} MW", scenario, network)
    assert bool(plan.dispatch["export_mw"].any()) == (export_mw > 0)


def half_price_file(prices: Path, folder: Path) -> Path:
    table = pd.read_csv(prices)
    table["Price (USD/MWh)"] /= 2
    path = folder / "export.csv"
    table.to_csv(path, index=False)
    return path


def test_embodied_cap(real_data: Path, pypsa_side: ModuleType, agree: Agree) -> None:
    file, cap_t = records_of(real_data, "CISO", 2022), 3000.0
    world = pypsa_side.world_of_fuels(file, WEEKS_H, SUMMER_H)
    network = pypsa_side.with_embodied_cap(world, cap_t)
    limit = f"limits.embodied_t_per_year={cap_t}"
    scenario = asked_of(file, limit, hours=WEEKS_H, first=SUMMER_H)
    plan = agree(f"CISO, embodied at most {cap_t:g} t a year", scenario, network)
    assert plan.shadow_prices["limits.embodied_t_per_year"] > 0


def test_own_charging(real_data: Path, pypsa_side: ModuleType, agree: Agree) -> None:
    file = records_of(real_data, "CISO", 2022)
    world = pypsa_side.world_of_fuels(file, WEEKS_H, SUMMER_H)
    limit = "battery.grid_charging=false"
    scenario = asked_of(file, limit, hours=WEEKS_H, first=SUMMER_H)
    network = pypsa_side.with_own_charging(world)
    plan = agree("CISO, no charging from the grid", scenario, network)
    assert plan.binding_hours["own_charging"] > 0


def test_full_model(real_data: Path, pypsa_side: ModuleType, agree: Agree) -> None:
    """Two tiers with deadlines, C/L/C on both sides, 95 % of the depth, cells worn by use."""
    file = records_of(real_data, "ERCO", 2022)
    world = pypsa_side.world_of_fuels(file, WEEKS_H, SUMMER_H)
    full = pypsa_side.Full(
        tiers={"soon": (0.2, 4), "batch": (0.2, 24)},
        depth_of_discharge=0.95,
        charge_h=0.3,
        discharge_h=0.8,
        cycle_life=1500.0,
    )
    tiers = ", ".join(
        f"{{name: {name}, share_frac: {share}, deadline_h: {deadline}}}"
        for name, (share, deadline) in full.tiers.items()
    )
    scenario = asked_of(
        file,
        f"datacenter.flexible=[{tiers}]",
        f"battery.depth_of_discharge={full.depth_of_discharge}",
        f"battery.rate_limits={{charge_h: {full.charge_h}, discharge_h: {full.discharge_h}}}",
        f"embodied.battery_cycle_life={full.cycle_life}",
        "embodied.battery_wear=true",
        hours=WEEKS_H,
        first=SUMMER_H,
    )
    plan = agree("ERCO, full model", scenario, pypsa_side.full_model(world, full))
    assert min(plan.binding_hours[row] for row in ("storage_most", "rate_least")) > 0
