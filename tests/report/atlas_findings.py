"""Made-up findings of batches: an atlas of all active authorities, and small ones by hand.

Figures are plausible, not planned: cleaner grids save less, wind is cheap to make, a battery helps
where there is much of either. The same call gives the same table.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from dcsim.grid.authorities import Authority, known_authorities
from dcsim.report.batch import (
    BA,
    FRONT_COLUMNS,
    KEY,
    PLAN_COLUMNS,
    SITE_COLUMNS,
    BatchFindings,
)

HOURS = 8760
LOAD_MW = 34.0
LOAD_MWH = LOAD_MW * HOURS
SOLAR_KG_PER_MWH, WIND_KG_PER_MWH = 48.0, 11.5
STRATEGIES = {"renewables": 0.0, "renewables_battery": 0.12, "renewables_shifting": 0.16,
              "all": 0.2}  # fmt: skip
"""What each takes off what renewables alone leave [-]."""
VIEWS = ("main", "marginal account", "embodied low", "embodied high")
VERSIONS = {"dcsim": "1.0", "highspy": "1.15.1"}
YAML = """name: base
grid:
  id: ERCO:reference
datacenter:
  capacity_mw: 40
  load: {kind: constant}
"""


def wave(n: int, step: float) -> float:
    """A number from 0 to 1 that looks irregular along n."""
    return (n * step) % 1.0


def site_of(authority: Authority, n: int) -> dict[str, Any]:
    fossil = authority.generation_mwh("coal") * 1000 + authority.generation_mwh("natural_gas") * 450
    total = sum(authority.generation_mwh(fuel) for fuel in ("coal", "natural_gas", "nuclear",
                "hydro", "wind", "solar", "oil", "other"))  # fmt: skip
    intensity = 30 + (fossil / total if total else 400.0)
    return {
        "hours": HOURS,
        "load_mw": LOAD_MW,
        "intensity_kg_per_mwh": intensity,
        "intensity_daily_swing_frac": 0.05 + 0.4 * wave(n, 0.618),
        "grid_carbon_free_frac": max(0.0, 1 - intensity / 900),
        "solar_cf": 0.16 + 0.012 * max(0.0, 44 - (authority.latitude or 40)) * wave(n, 0.755),
        "wind_cf": 0.2 + 0.2 * wave(n, 0.382),
        "calm_week_frac": 0.2 + 0.4 * wave(n, 0.271),
        "solar_from": f"{authority.ba_code}:reference",
        "wind_from": f"{authority.ba_code}:reference",
        "solar_usd_per_mwh": 60.0,
        "wind_usd_per_mwh": 45.0,
        "yields_borrowed": "",
        "origin": f"{authority.ba_code}:reference",
        "is_modelled": True,
        "warnings": "",
    }


def plan_of(
    strategy: str, site: Mapping[str, Any], gain: float, intensity: float, making: float
) -> dict[str, Any]:
    """A plan whose wind grows with what the grid carries; its carbon follows from its sizes."""
    clean = math.exp(-WIND_KG_PER_MWH * making / intensity * 4)
    if strategy == "nothing":
        wind = solar = battery = 0.0
        operational = intensity * LOAD_MWH
    else:
        wind = LOAD_MW * 2.2 * clean / site["wind_cf"] if site["wind_cf"] > 0.22 else 0.0
        solar = LOAD_MW * 0.5 * max(0.0, clean - 0.5) / site["solar_cf"] + (
            50 if wind == 0 and intensity > 100 else 0
        )
        battery = 3 * LOAD_MW * gain * site["calm_week_frac"] * 6 if "battery" in strategy or (
            strategy == "all") else 0.0  # fmt: skip
        operational = intensity * LOAD_MWH * (1 - 0.93 * clean) * (1 - gain)
    parts = {
        "embodied_solar_kg": SOLAR_KG_PER_MWH * making * solar * site["solar_cf"] * HOURS,
        "embodied_wind_kg": WIND_KG_PER_MWH * making * wind * site["wind_cf"] * HOURS,
        "embodied_battery_kg": battery * 104e3 / 15 * making,
        "embodied_servers_kg": 0.0,
    }
    embodied = sum(parts.values())
    return {
        "strategy": strategy,
        "solar_mw": solar,
        "wind_mw": wind,
        "battery_mwh": battery,
        "battery_mw": battery / 5,
        "extra_server_mw": 0.0,
        "total_kg": operational + embodied,
        "operational_kg": operational,
        "embodied_kg": embodied,
        **parts,
        "cost_usd": 77 * LOAD_MWH * (1.0 if strategy == "nothing" else 1.25 + gain),
        "capital_usd": 1.2e6 * (wind + solar),
        "coverage_frac": 1 - operational / (intensity * LOAD_MWH),
        "cfe_frac": 1 - operational / (intensity * LOAD_MWH) * 0.6,
        "load_mwh": LOAD_MWH,
        "grid_mwh": operational / intensity,
        "curtailed_mwh": 0.5 * wind * HOURS * site["wind_cf"],
        "unserved_mwh": 0.0,
        "peak_import_mw": 36.0,
        "moved_mwh": 2e4 if strategy == "all" else math.nan,
        "gap_frac": math.nan if strategy == "nothing" else 2.9e-14,
        "is_optimal": True,
        "replay_difference_frac": 1e-12 if strategy == "all" else math.nan,
        "infeasible": "",
    }


def infeasible(plan: Mapping[str, Any], why: str) -> dict[str, Any]:
    """The same plan, as a strategy that cannot keep the limits has it: all numbers missing."""
    empty = dict.fromkeys(PLAN_COLUMNS, math.nan)
    return {**empty, "strategy": plan["strategy"], "is_optimal": False, "infeasible": why}


def case_rows(key: str, ba: str, labels: Mapping[str, str], site: Mapping[str, Any],
              plans: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:  # fmt: skip
    return [{KEY: key, BA: ba, **labels, **site, **plan} for plan in plans]


def view_plans(view: str, site: Mapping[str, Any], n: int) -> list[dict[str, Any]]:
    intensity = site["intensity_kg_per_mwh"]
    if view == "marginal account":
        intensity = 0.5 * intensity + 150 + 300 * wave(n, 0.866)
    making = {"embodied low": 0.85, "embodied high": 1.15}.get(view, 1.0)
    names = STRATEGIES if view == "main" else {"all": STRATEGIES["all"]}
    nothing = plan_of("nothing", site, 0.0, intensity, making)
    return [nothing, *(plan_of(s, site, g, intensity, making) for s, g in names.items())]


def front_rows(key: str, ba: str, labels: Mapping[str, str],
               plan: Mapping[str, Any], nothing_kg: float) -> list[dict[str, Any]]:  # fmt: skip
    """Six points from what the plan embodies down to nothing, the first near the plan itself."""
    rows = []
    for point, share in enumerate((1.3, 1.0, 0.7, 0.4, 0.2, 0.0), start=1):
        saved = (nothing_kg - plan["operational_kg"]) * (1 - (1 - min(share, 1.0)) ** 2)
        operational = nothing_kg - saved - (share > 1) * 1e5
        rows.append({
            KEY: key, BA: ba, **labels, "strategy": "all", "front": "carbon", "point": point,
            "operational_kg": operational, "embodied_kg": share * plan["embodied_kg"],
            "total_kg": operational + share * plan["embodied_kg"], "cost_usd": math.nan,
            "solar_mw": plan["solar_mw"] * share, "wind_mw": plan["wind_mw"] * share,
            "battery_mwh": plan["battery_mwh"] * share, "battery_mw": plan["battery_mw"] * share,
            "extra_server_mw": 0.0, "gap_frac": 1e-9, "is_knee": point == 4,
            "is_optimum": point == 2,
        })  # fmt: skip
    return rows


def columns_of(axes: Mapping[str, Any]) -> list[str]:
    return [KEY, BA, *axes, *SITE_COLUMNS, *PLAN_COLUMNS]


def findings_of(
    axes: Mapping[str, tuple[str, ...]],
    plans: list[dict[str, Any]],
    fronts: list[dict[str, Any]] | None = None,
    failures: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> BatchFindings:
    """Findings from rows, with as many cases asked for as are in them."""
    table = pd.DataFrame(plans, columns=columns_of(axes))
    given: dict[str, Any] = {
        "name": "us-atlas",
        "description": "What to build at every active authority, and what would it save?",
        "axes": axes,
        "cases": table[KEY].nunique() + len(failures or []),
        "plans": table,
        "fronts": pd.DataFrame(fronts or [], columns=[KEY, BA, *axes, *FRONT_COLUMNS]),
        "failures": pd.DataFrame(failures or [], columns=[KEY, *axes, "kind", "message"]),
        "scenario_yaml": YAML,
        "versions": VERSIONS,
    }
    return BatchFindings(**{**given, **changes})


def atlas_findings(codes: Sequence[str] = (), views: tuple[str, ...] = VIEWS) -> BatchFindings:
    """All active authorities under some views; one cannot keep the limits and one failed."""
    active = {c: a for c, a in sorted(known_authorities().items()) if a.is_active}
    chosen = list(codes) or list(active)
    axes = {"ba": tuple(chosen), "view": views}
    plans, fronts = [], []
    failed = {KEY: "f" * 8, "ba": chosen[-1], "view": views[0], "kind": "SolveError",
              "message": "the solver stopped at its limit of 600 s"}  # fmt: skip
    for n, ba in enumerate(chosen):
        site = site_of(active[ba], n)
        for view in views:
            if (ba, view) == (failed["ba"], failed["view"]):
                continue
            labels, key = {"ba": ba, "view": view}, f"{ba}-{view}"
            some = view_plans(view, site, n)
            if n == len(chosen) - 2 and view == views[0]:
                why = "no feasible plan. Too little"
                some[1:] = [infeasible(one, f"strategy {one['strategy']} has {why}")
                            for one in some[1:]]  # fmt: skip
            elif view == views[0]:
                fronts += front_rows(key, ba, labels, some[-1], some[0]["total_kg"])
            plans += case_rows(key, ba, labels, site, some)
    return findings_of(axes, plans, fronts, [failed])


HAND_AXES = {"ba": ("CISO", "ERCO", "BPAT"), "view": ("main", "other")}
HAND_SITE = {
    "hours": 8760, "load_mw": 10.0, "intensity_kg_per_mwh": 100.0,
    "intensity_daily_swing_frac": 0.2, "grid_carbon_free_frac": 0.5, "solar_cf": 0.25,
    "wind_cf": 0.4, "calm_week_frac": 0.3, "origin": "CISO:2022", "is_modelled": False,
    "warnings": "",
    "solar_from": "CISO:2022", "wind_from": "CISO:2022",
    "solar_usd_per_mwh": 50.0, "wind_usd_per_mwh": 35.0, "yields_borrowed": "",
}  # fmt: skip


def hand_plan(strategy: str, operational_t: float = 0.0, **changes: Any) -> dict[str, Any]:
    """A plan of 10 MW over a year in round numbers: nothing is built unless said."""
    parts = {f"embodied_{source}_kg": 0.0 for source in ("solar", "wind", "battery", "servers")}
    plan = dict.fromkeys(PLAN_COLUMNS, 0.0) | parts | {"load_mwh": 87_600.0, **changes}
    embodied = sum(plan[name] for name in parts)
    return plan | {
        "strategy": strategy, "operational_kg": operational_t * 1000, "embodied_kg": embodied,
        "total_kg": operational_t * 1000 + embodied, "is_optimal": True, "infeasible": "",
        "gap_frac": math.nan if strategy == "nothing" else 0.0,
        "replay_difference_frac": 0.0 if strategy == "all" else math.nan,
    }  # fmt: skip


def hand_case(ba: str, view: str, *plans: dict[str, Any], **site: Any) -> list[dict[str, Any]]:
    labels, grid = {"ba": ba, "view": view}, f"{ba}:2022"
    of_grid = {"origin": grid, "solar_from": grid, "wind_from": grid}
    return case_rows(f"{ba}/{view}", ba, labels, {**HAND_SITE, **of_grid, **site}, plans)


def hand_findings(**changes: Any) -> BatchFindings:
    """Three places of 10 MW; what each has is told in the tests that use it.

    CISO emits 8,760 t doing nothing, and 2,000 t operational and 1,000 t for 25 MW of wind with
    its plan: 300 t per MW. ERCO emits 500 t per MW with solar alone; BPAT keeps its 100 t. Under
    the other view CISO emits most of the three, 600 t per MW.
    """
    wind = hand_plan("all", 2000, wind_mw=25.0, embodied_wind_kg=1e6, cost_usd=2e6,
                     curtailed_mwh=43_800.0)  # fmt: skip
    solar = hand_plan("all", 4000, solar_mw=20.0, embodied_solar_kg=1e6, battery_mwh=20.0,
                      battery_mw=5.0, cost_usd=0.5e6)  # fmt: skip
    rows = [
        *hand_case("CISO", "main", hand_plan("nothing", 8760, cost_usd=1e6),
                   hand_plan("renewables", 4000), wind),
        *hand_case("ERCO", "main", hand_plan("nothing", 10_000, cost_usd=1e6),
                   hand_plan("renewables", 5000), solar, origin="ERCO:2022"),
        *hand_case("BPAT", "main", hand_plan("nothing", 1000), hand_plan("renewables", 1000),
                   hand_plan("all", 1000), origin="BPAT:2022"),
        *hand_case("CISO", "other", hand_plan("nothing", 8760), hand_plan("all", 6000)),
        *hand_case("ERCO", "other", hand_plan("nothing", 10_000), hand_plan("all", 5000)),
        *hand_case("BPAT", "other", hand_plan("nothing", 1000), hand_plan("all", 900)),
    ]  # fmt: skip
    return findings_of(HAND_AXES, rows, **changes)
