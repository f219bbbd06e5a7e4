"""What laws are tried on: worlds of a day and a half, and askings with every part there is."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

HOURS = 36
"""A day and a half, so that there are two local days."""

Asking = dict[str, Any]
World = dict[str, list[float]]


@st.composite
def worlds(draw: st.DrawFn, hours: int = HOURS) -> World:
    """What the world does, rough and seeded; export never earns more than it costs."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    noon = np.clip(np.sin((np.arange(hours) % 24 - 6) / 12 * np.pi), 0, 1)
    price = rng.uniform(20, 120, hours)
    has_surplus = draw(st.booleans())
    columns = {
        "intensity": rng.uniform(0, 800, hours),
        "load": rng.uniform(5, 15, hours),
        "solar": noon * rng.uniform(0.3, 1, hours),
        "wind": rng.uniform(0, 1, hours) ** 2,
        "clean": rng.uniform(0, 1, hours),
        "price": price,
        "export_price": price * rng.uniform(0, 1, hours),
        "surplus": has_surplus * np.maximum(rng.uniform(-20, 10, hours), 0),
    }
    return {name: column.tolist() for name, column in columns.items()}


@st.composite
def batteries(draw: st.DrawFn) -> dict[str, Any]:
    """Batteries with losses, a part that exists, limits of the rate, and without."""
    depth = draw(st.floats(0.05, 1))
    rate_limits = {
        "charge_h": draw(st.floats(0, 0.3)),
        "discharge_h": draw(st.floats(0, 0.3)),
        "full_frac": 1 - draw(st.floats(0, 0.5)) * depth,
        "empty_frac": draw(st.floats(0, 0.2)) * depth,
    }
    existing = draw(st.booleans())
    return {
        "min_mwh": 2.0 if existing else 0.0,
        "min_mw": 1.0 if existing else 0.0,
        "existing_mwh": draw(st.floats(1, 4)) if existing else 0.0,
        "existing_mw": draw(st.floats(0, 1)) if existing else 0.0,
        "max_mwh": draw(st.floats(4, 60)),
        "depth_of_discharge": depth,
        "charge_efficiency": draw(st.floats(0.5, 1)),
        "discharge_efficiency": draw(st.floats(0.5, 1)),
        "rate_limits": rate_limits if draw(st.booleans()) else None,
        "grid_charging": draw(st.booleans()),
        "chemistry": draw(st.sampled_from(["li-ion", "lfp", "nmc"])),
    }


@st.composite
def askings(draw: st.DrawFn) -> Asking:
    """Parts of a scenario: tiers, battery, limits, and rates and prices at which building pays."""
    share = st.floats(0, 0.5)
    soon = {"name": "soon", "share_frac": draw(share), "deadline_h": draw(st.integers(0, 6))}
    tiers = [soon, {"name": "any", "share_frac": draw(share), "daily": True}]
    return {
        "datacenter": {"capacity_mw": 10, "flexible": tiers, "pue": draw(st.floats(1, 2))},
        "solar": {"max_mw": draw(st.floats(3, 40)), "existing_mw": draw(st.floats(0, 3))},
        "wind": {"max_mw": draw(st.floats(3, 40)), "existing_mw": draw(st.floats(0, 3))},
        "battery": draw(batteries()),
        "servers": {"max_mw": draw(st.floats(1, 10)), "existing_mw": draw(st.floats(0, 1))},
        "limits": {"import_mw": draw(st.floats(15, 30)), "export_mw": draw(st.floats(0, 5))},
        "embodied": {
            "battery_kg_per_mwh": draw(st.floats(0, 20_000)),
            "battery_cycle_life": draw(st.floats(100, 3000)),
            "servers_kg_per_mw": draw(st.floats(0, 200_000)),
        },
        "cost": {
            "level": draw(st.sampled_from(["low", "mid", "high"])),
            "demand_usd_per_mw_month": draw(st.sampled_from([0.0, 500.0])),
            "carbon_usd_per_t": draw(st.sampled_from([0.0, 50.0])),
            "discount_frac": draw(st.sampled_from([0.0, 0.05])),
            "battery_usd_per_mwh": draw(st.floats(1000, 300_000)),
            "battery_usd_per_mw": draw(st.floats(1000, 300_000)),
            "servers_usd_per_mw": draw(st.floats(1000, 1_000_000)),
        },
    }


OBJECTIVES: list[dict[str, Any]] = [
    {"minimize": "carbon"},
    {"minimize": "cost"},
    {"minimize": "weighted", "carbon_usd_per_t": 100.0},
]


def changed(asking: Asking, part: str, **values: Any) -> Asking:
    """Return an asking with some keys of a part changed."""
    return asking | {part: asking.get(part, {}) | values}
