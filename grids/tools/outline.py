"""Make `grids/us_outline.csv`: coast and state borders of the lower 48, coarse.

    python grids/tools/outline.py STATES_JSON [OUT]

`STATES_JSON` is `states-10m.json` of us-atlas, which is the US Census Bureau's cartographic
boundary file of 2017 (public domain) in TopoJSON. Lines are thinned by Douglas and Peucker's rule
on the map's own projection, border by border, so that neighbours still meet.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dcsim.report.projection import albers_km

TOLERANCE_KM = {"coast": 9.0, "state": 14.0}
LEAST_ISLAND_KM2 = 1500.0
LEFT_OUT = {"02", "15", "60", "66", "69", "72", "78"}
"""FIPS codes of Alaska, Hawaii and the territories."""
DISTRICT = "11"
"""Too small to be drawn."""

Arc = np.ndarray
"""Points of a line: longitude, latitude [degrees]."""


def outline(topology: dict[str, Any]) -> pd.DataFrame:
    """Return the points of every line, in order, by line number and kind."""
    states = [s for s in topology["objects"]["states"]["geometries"] if s["id"] not in LEFT_OUT]
    times = Counter(number for state in states for ring in _rings(state) for number in _arcs(ring))
    arcs = {number: _points(topology, number) for number in times}
    in_district = {
        n for s in states if s["id"] == DISTRICT for ring in _rings(s) for n in _arcs(ring)
    }
    shared = [n for n in sorted(times) if times[n] == 2 and n not in in_district]
    lines = [("coast", ring) for ring in _coasts(topology, arcs, times)]
    lines += [("state", thinned(arcs[n], TOLERANCE_KM["state"])) for n in shared]
    return pd.concat([_rows(i, kind, points) for i, (kind, points) in enumerate(lines)])


def _coasts(topology: dict[str, Any], arcs: dict[int, Arc], times: Counter[int]) -> list[Arc]:
    """Return the rings of the nation that are made of these arcs and large enough, thinned."""
    nation = topology["objects"]["nation"]["geometries"][0]
    rings = []
    for ring in _rings(nation):
        if any(number not in times for number in _arcs(ring)):
            continue
        pieces = [_turned(thinned(arcs[_plain(n)], TOLERANCE_KM["coast"]), n) for n in ring]
        points = np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])
        if _area_km2(points) >= LEAST_ISLAND_KM2:
            rings.append(points)
    return rings


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [ring for polygon in polygons for ring in polygon]


def _plain(number: int) -> int:
    """Return the number of an arc that a ring may follow backwards (TopoJSON: ones' complement)."""
    return ~number if number < 0 else number


def _arcs(ring: list[int]) -> list[int]:
    return [_plain(number) for number in ring]


def _turned(points: Arc, number: int) -> Arc:
    return points[::-1] if number < 0 else points


def _points(topology: dict[str, Any], number: int) -> Arc:
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    steps = np.cumsum(np.array(topology["arcs"][number]), axis=0)
    return steps * np.array(scale) + np.array(shift)


def _area_km2(points: Arc) -> float:
    x, y = albers_km(points[:, 1], points[:, 0])
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def thinned(points: Arc, tolerance_km: float) -> Arc:
    """Return the points that matter: no one left out is farther from the line than that [km].

    A closed line is first cut at its point farthest from the start.
    """
    x, y = albers_km(points[:, 1], points[:, 0])
    return points[_kept(np.column_stack([x, y]), tolerance_km)]


def _kept(line: np.ndarray, tolerance_km: float) -> list[int]:
    if len(line) < 3:
        return list(range(len(line)))
    away = _distances(line)
    farthest = int(away.argmax())
    if away[farthest] <= tolerance_km:
        return [0, len(line) - 1]
    before = _kept(line[: farthest + 1], tolerance_km)
    after = _kept(line[farthest:], tolerance_km)
    return before + [farthest + i for i in after[1:]]


def _distances(line: np.ndarray) -> np.ndarray:
    """Return how far each point is from the straight way from the first to the last."""
    way, from_start = line[-1] - line[0], line - line[0]
    length = float(np.hypot(*way))
    if length == 0:
        return np.asarray(np.hypot(*from_start.T))
    along = np.clip(from_start @ way / length**2, 0, 1)
    return np.asarray(np.hypot(*(from_start - along[:, None] * way).T))


def _rows(number: int, kind: str, points: Arc) -> pd.DataFrame:
    return pd.DataFrame(
        {"line": number, "kind": kind, "latitude": points[:, 1], "longitude": points[:, 0]}
    )


if __name__ == "__main__":
    default = Path(__file__).parent.parent / "us_outline.csv"
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else default
    table = outline(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    table.to_csv(target, index=False, float_format="%.2f", lineterminator="\n")
