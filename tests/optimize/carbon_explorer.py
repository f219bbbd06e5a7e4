"""Carbon Explorer's accounting, written out in numpy from its formulas: a second opinion.

Formulas: Acun et al., "Carbon Explorer: A Holistic Framework for Designing Carbon Aware
Datacenters", ASPLOS'23, with units and constants as its public repository has them (`src/` at
61d4cfd, section 5 of its notebook at 8f5c54c); the battery is C/L/C of Kazhamiaka, Rosenberg and
Keshav, "Tractable lithium-ion storage models for optimizing energy systems", Energy Informatics 2,
2019. Nothing here is shared with the package, so that what it plans can be scored by another hand.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd

YEARS = 10
HOURS_PER_YEAR = 365 * 24

SOLAR_KG_PER_MWH = 55.0
WIND_KG_PER_MWH = 12.0
BATTERY_KG_PER_MWH = 74_000.0
BATTERY_YEARS = 3000 / 365
SERVERS_KG_PER_MW = 744.5 / 120 * 1.15 * 1000
"""744.5 kg for each server of 120 W is 1,000 times more: Carbon Explorer's slip, kept here."""
SERVERS_YEARS = 4.0

KG_PER_KT = 1e6


@dataclass(frozen=True)
class Site:
    """A site as Carbon Explorer sees it.

    Hourly load [MW]; solar and wind generation over the highest hour of the window [-]; and the
    one carbon intensity that all of the window is charged at [kg/MWh].
    """

    load_mw: np.ndarray
    solar_frac: np.ndarray
    wind_frac: np.ndarray
    mean_intensity_kg_per_mwh: float

    def renewable_mw(self, solar_mw: float, wind_mw: float) -> np.ndarray:
        """Return what so much solar and wind generate [MW]."""
        return solar_mw * self.solar_frac + wind_mw * self.wind_frac


@dataclass(frozen=True)
class Score:
    """Carbon over ten years [kt CO2]."""

    operational_kt: float
    embodied_kt: float

    @property
    def total_kt(self) -> float:
        """Return both together [kt CO2]."""
        return self.operational_kt + self.embodied_kt


def site_as_published(file: Path, mean_mw: float) -> Site:
    """Read a year as Carbon Explorer does.

    Its window includes its own end, an hour more than a year in which nothing is generated; what is
    missing is zero renewables, and is left out of the mean intensity.
    """
    table = pd.read_csv(file).drop(columns="timestamp")
    filled = table.reindex(range(len(table) + 1)).fillna(0.0)
    return _site(filled, mean_mw, float(table["avg_CI"].mean()))


def site_without_gaps(file: Path, mean_mw: float) -> Site:
    """Read a year as dcsim does: 8,760 hours, of which those missing are interpolated."""
    table = pd.read_csv(file).drop(columns=["timestamp", "avg_CI"]).interpolate()
    return _site(table, mean_mw, float(intensity(table).mean()))


FACTORS_KG_PER_MWH = {
    "WND": 11,
    "SUN": 41,
    "WAT": 24,
    "OIL": 650,
    "NG": 490,
    "COL": 820,
    "NUC": 12,
    "OTH": 230,
}


def intensity(table: pd.DataFrame) -> pd.Series:
    """Return the mean of the factors of all fuels, weighted by their generation [kg/MWh]."""
    generation = table[list(FACTORS_KG_PER_MWH)]
    return (generation * pd.Series(FACTORS_KG_PER_MWH)).sum(axis=1) / generation.sum(axis=1)


def _site(table: pd.DataFrame, mean_mw: float, intensity_kg_per_mwh: float) -> Site:
    return Site(
        load_mw=sine_load_mw(mean_mw, len(table)),
        solar_frac=over_its_maximum(table["SUN"].to_numpy()),
        wind_frac=over_its_maximum(table["WND"].to_numpy()),
        mean_intensity_kg_per_mwh=intensity_kg_per_mwh,
    )


def sine_load_mw(mean_mw: float, hours: int) -> np.ndarray:
    """Return `MW (1 + 0.025 sin(t/4))`, rolled by 6 h [MW]."""
    return np.roll(mean_mw * (1 + 0.025 * np.sin(np.arange(hours) / 4)), 6)


def over_its_maximum(generation_mw: np.ndarray) -> np.ndarray:
    """Return generation over its highest hour; nothing where none is generated [-]."""
    highest_mw = generation_mw.max()
    return generation_mw / highest_mw if highest_mw > 0 else np.zeros(len(generation_mw))


def coverage_percent(load_mw: np.ndarray, supply_mw: np.ndarray) -> float:
    """Return `100 (sum P - sum max(P - R, 0)) / sum P` [%]."""
    return float(100 * (1 - np.maximum(load_mw - supply_mw, 0).sum() / load_mw.sum()))


def score(
    site: Site,
    *,
    solar_mw: float = 0.0,
    wind_mw: float = 0.0,
    battery_mwh: float = 0.0,
    extra_server_mw: float = 0.0,
    load_mw: np.ndarray | None = None,
    discharge_mw: np.ndarray | float = 0.0,
) -> Score:
    """Score a design and how it ran by Carbon Explorer's accounting.

    Operational: mean load, times the share not covered, times the mean intensity, for ten years.
    Embodied: solar and wind for all they generate; battery and servers for their share of life.
    Extra servers are a share of the *highest* load where they make room, and the same share of
    the *mean* load where their carbon is counted.

    Args:
        site: Load, generation and intensity.
        solar_mw: Solar capacity over the window's highest hour [MW].
        wind_mw: Wind capacity, likewise [MW].
        battery_mwh: Battery capacity [MWh].
        extra_server_mw: Room for load above its highest hour [MW].
        load_mw: Load after shifting; the site's own if nothing is shifted [MW].
        discharge_mw: What the battery gives, hour by hour [MW].
    """
    load_mw = site.load_mw if load_mw is None else load_mw
    supply_mw = site.renewable_mw(solar_mw, wind_mw) + discharge_mw
    uncovered = 1 - coverage_percent(load_mw, supply_mw) / 100
    operational_kg = load_mw.mean() * uncovered * YEARS * HOURS_PER_YEAR
    operational_kg *= site.mean_intensity_kg_per_mwh
    years_in_window = len(site.load_mw) // 24 / 365
    generated_kg = SOLAR_KG_PER_MWH * solar_mw * site.solar_frac.sum()
    generated_kg += WIND_KG_PER_MWH * wind_mw * site.wind_frac.sum()
    server_mw = site.load_mw.mean() * (extra_server_mw / site.load_mw.max())
    embodied_kg = (
        generated_kg * YEARS / years_in_window
        + BATTERY_KG_PER_MWH * battery_mwh * YEARS / BATTERY_YEARS
        + SERVERS_KG_PER_MW * server_mw * YEARS / SERVERS_YEARS
    )
    return Score(float(operational_kg) / KG_PER_KT, float(embodied_kg) / KG_PER_KT)


@dataclass
class Battery:
    """C/L/C with Carbon Explorer's figures for lithium-ion.

    `P_c <= min(3 C / eta_c, (v2 C - E) / (eta_c dt - u2))`,
    `P_d <= min(3 C / eta_d, (E - v1 C) / (u1 + eta_d dt))`,
    `E += eta_c P_c dt - eta_d P_d dt`.
    """

    capacity_mwh: float
    stored_mwh: float
    eta_c: float = 0.97
    eta_d: float = 1.04
    rate_per_h: float = 3.0
    u1_h: float = 0.01
    v1: float = 0.0
    u2_h: float = -0.04
    v2: float = 1.0

    @classmethod
    def full(cls, capacity_mwh: float) -> Self:
        """Return a full battery, as Carbon Explorer starts with."""
        return cls(capacity_mwh, capacity_mwh)

    def charge(self, offered_mw: float, dt_h: float) -> float:
        """Take what it can of what is offered, and return that [MW]."""
        room_mwh = self.v2 * self.capacity_mwh - self.stored_mwh
        by_content_mw = room_mwh / (self.eta_c * dt_h - self.u2_h)
        taken_mw = min(offered_mw, self.rate_per_h * self.capacity_mwh / self.eta_c, by_content_mw)
        self.stored_mwh += self.eta_c * taken_mw * dt_h
        return taken_mw

    def discharge(self, wanted_mw: float, dt_h: float) -> float:
        """Give what it can of what is wanted, and return that [MW]."""
        within_mwh = self.stored_mwh - self.v1 * self.capacity_mwh
        by_content_mw = within_mwh / (self.u1_h + self.eta_d * dt_h)
        given_mw = min(wanted_mw, self.rate_per_h * self.capacity_mwh / self.eta_d, by_content_mw)
        self.stored_mwh -= self.eta_d * given_mw * dt_h
        return given_mw


def discharge_greedily(
    battery: Battery, load_mw: np.ndarray, renewable_mw: np.ndarray, substeps: int = 60
) -> np.ndarray:
    """Return what a battery gives, hour by hour, that charges on every surplus [MW].

    Args:
        battery: Is left as the last hour leaves it.
        load_mw: What is to be supplied.
        renewable_mw: What is generated.
        substeps: Steps of an hour, each at a power of its own.
    """
    dt_h = 1 / substeps
    given_mw = np.zeros(len(load_mw))
    for hour, gap_mw in enumerate((load_mw - renewable_mw).tolist()):
        if gap_mw > 0:
            steps = (battery.discharge(gap_mw, dt_h) for _ in range(substeps))
            given_mw[hour] = sum(steps) * dt_h
        else:
            for _ in range(substeps):
                battery.charge(-gap_mw, dt_h)
    return given_mw


def score_with_battery(
    site: Site,
    solar_mw: float,
    wind_mw: float,
    battery: Battery,
    load_mw: np.ndarray | None = None,
) -> Score:
    """Score a design whose battery is run greedily.

    Args:
        site: Load, generation and intensity.
        solar_mw: Solar capacity [MW].
        wind_mw: Wind capacity [MW].
        battery: As it starts; is left as the last hour leaves it.
        load_mw: Load after shifting; the site's own if nothing is shifted [MW].
    """
    load_mw = site.load_mw if load_mw is None else load_mw
    discharge_mw = discharge_greedily(battery, load_mw, site.renewable_mw(solar_mw, wind_mw))
    return score(
        site,
        solar_mw=solar_mw,
        wind_mw=wind_mw,
        battery_mwh=battery.capacity_mwh,
        load_mw=load_mw,
        discharge_mw=discharge_mw,
    )
