"""Four weather years as one problem of 35,064 hours: seconds, memory, and the regret table.

Run it with `make bench`. Each study is a process of its own, so that its memory is its own; seconds
are of its processor, since the machine may be busy with other things.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

pytestmark = [pytest.mark.benchmark, pytest.mark.real_data]

YEARS = (2019, 2020, 2021, 2022)
SAME_FRAC = 1e-6
ALL_YEARS = "all years"

_BEGIN = """
import json, sys, time
from dcsim.scenario.load import load_scenario
from dcsim.traces.years import build_years

name, overrides = json.loads(sys.argv[1])
scenario = load_scenario(name, overrides)
years = build_years(scenario)
begun = time.process_time()

def tell(**found):
    lines = open("/proc/self/status").read().splitlines()
    peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    seconds = time.process_time() - begun
    print(json.dumps({"seconds": seconds, "peak_mb": peak_kb / 1024, **found}))
"""

_JOINT = (
    _BEGIN
    + """
from dcsim.optimize.solve import optimize

plan = optimize(scenario, years)
proof = plan.certificate
tell(
    objective=proof.objective, gap=proof.gap, rows=proof.rows, columns=proof.columns,
    nonzeros=proof.nonzeros, iterations=proof.iterations, design=plan.design.as_dict(),
    hours=sum(year.hours for year in years), wall={**vars(plan.seconds)},
)
"""
)

_REGRET = (
    _BEGIN
    + """
from dcsim.optimize.regret import regret_of

steps = []
def note(step):
    steps.append((step, time.process_time()))
table = regret_of(scenario, years, "all", note)
ends = [at for _, at in steps[1:]] + [time.process_time()]
tell(
    steps=[(step, end - at) for (step, at), end in zip(steps, ends)],
    table=json.loads(table.as_frame().to_json(orient="records")),
)
"""
)


def run(code: str, name: str, overrides: list[str]) -> dict[str, Any]:
    argument = json.dumps([name, overrides])
    done = subprocess.run(
        [sys.executable, "-c", code, argument], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def four_years(folder: Path, code: str, *more: str) -> list[str]:
    """Overrides that put a grid's four years in place of a scenario's grid."""
    files = {year: folder / "eia930_hourly" / f"{code}_{year}.csv.gz" for year in YEARS}
    listed = ", ".join(f"{{name: '{year}', file: {file}}}" for year, file in files.items())
    grid = [f"grid.file={files[2019]}", "grid.id=null", "grid.repair=interpolate"]
    return [*grid, "grid.capacity_factor=maximum", f"years=[{listed}]", *more]


@pytest.mark.parametrize("code", ["ERCO", "CISO"])
@pytest.mark.parametrize(
    ("name", "more"),
    [("reference-problem", ()), ("quickstart", ("battery.rate_limits={}",))],
    ids=["reference problem", "full model"],
)
def test_four_years(code: str, name: str, more: tuple[str, ...], real_data: Path) -> None:
    overrides = four_years(real_data, code, *more)
    joint = run(_JOINT, name, overrides)
    regret = run(_REGRET, name, overrides)
    print_joint(f"{code} 2019-2022, {name}", joint)
    table = pd.DataFrame(regret["table"])
    print_regret(regret, table)
    together = table[table["made_for"] == ALL_YEARS]["total_kg"].sum()
    assert joint["hours"] == 35_064
    assert together == pytest.approx(joint["objective"], rel=SAME_FRAC)
    assert table["regret_frac"].min() > -SAME_FRAC


def print_joint(title: str, joint: dict[str, Any]) -> None:
    print(f"\n\n{title}: {joint['objective']:,.3f} kg, gap {joint['gap']:.1e}")
    size = ", ".join(f"{joint[key]:,} {key}" for key in ("rows", "columns", "nonzeros"))
    print(f"  {joint['hours']:,} hours: {size}, {joint['iterations']:,} iterations")
    wall = ", ".join(f"{step} {seconds:.1f}" for step, seconds in joint["wall"].items())
    print(f"  as one: {joint['seconds']:.1f} s of processor, peak {joint['peak_mb']:,.0f} MB")
    print(f"  of it by the clock: {wall} s")


def print_regret(regret: dict[str, Any], table: pd.DataFrame) -> None:
    print(f"  table: {regret['seconds']:.1f} s of processor, peak {regret['peak_mb']:,.0f} MB")
    for step, seconds in regret["steps"]:
        print(f"    {step:34}{seconds:7.2f}")
    names = list(dict.fromkeys(table["made_for"]))
    for title, column, per in (("t", "total_kg", 1e-3), ("above its best, %", "regret_frac", 1e2)):
        wide = (per * table.pivot(index="made_for", columns="year", values=column)).loc[names]
        print(f"  {title}\n{wide.round(2).to_string()}")
    sizes = table.drop_duplicates("made_for").set_index("made_for").iloc[:, 4:]
    print(sizes.round(1).to_string())
