"""Flexible work in the replay, as fluid: queues that know what must and what can be served."""

from collections import deque

import numpy as np

from dcsim.errors import SimulationError
from dcsim.optimize.plan import ROUNDING_MW
from dcsim.scenario.spec import Tier


class DeadlineQueue:
    """Work that waits at most its deadline, served first come, first served."""

    def __init__(self, tier: Tier, hours: int) -> None:
        """Start empty; all work is done by the end of the horizon."""
        self.name = tier.name
        self._deadline_h = tier.deadline_h or 0
        self._last_hour = hours - 1
        self._waiting: deque[list[float]] = deque()  # [hour it is due, MWh]
        self.backlog_mwh = 0.0

    def arrive(self, hour: int, work_mwh: float) -> None:
        """Take in the work of an hour."""
        due = min(hour + self._deadline_h, self._last_hour)
        self._waiting.append([due, work_mwh])
        self.backlog_mwh += work_mwh

    def must_serve_mwh(self, hour: int) -> float:
        """Return the work that is late unless served in this hour [MWh]."""
        return float(sum(work for due, work in self._waiting if due <= hour))

    def serve(self, hour: int, work_mwh: float) -> float:
        """Serve work, oldest first.

        Returns:
            The work that has now missed its deadline [MWh]; it stays in the queue.

        Raises:
            SimulationError: More is ordered than there is, or less than nothing.
        """
        _refuse_beyond(self.name, work_mwh, self.backlog_mwh)
        left_mwh = work_mwh
        while self._waiting and left_mwh >= self._waiting[0][1]:
            left_mwh -= self._waiting.popleft()[1]
        if self._waiting and left_mwh > 0:
            self._waiting[0][1] -= left_mwh
        self.backlog_mwh = max(0.0, self.backlog_mwh - work_mwh)
        late_mwh = sum(work for due, work in self._waiting if due == hour)
        return late_mwh if late_mwh > ROUNDING_MW else 0.0


class DailyQueue:
    """Work that may be served at any hour of its local day, also ahead of its arrival."""

    def __init__(self, tier: Tier, arriving_mwh: np.ndarray, local_day: np.ndarray) -> None:
        """Know the work of every day in advance, as the tier's rule supposes."""
        self.name = tier.name
        self._work_of_day_mwh = np.bincount(local_day, weights=arriving_mwh)
        self._local_day = local_day
        self.backlog_mwh = 0.0

    def arrive(self, hour: int, work_mwh: float) -> None:
        """Begin a day with all of its work; what arrives later is part of it already."""
        if hour == 0 or self._local_day[hour] != self._local_day[hour - 1]:
            self.backlog_mwh = float(self._work_of_day_mwh[self._local_day[hour]])

    def must_serve_mwh(self, hour: int) -> float:
        """Return the work that must be served in this hour: all that is left at day's end."""
        is_last = hour + 1 == len(self._local_day)
        ends = is_last or self._local_day[hour] != self._local_day[hour + 1]
        return self.backlog_mwh if ends else 0.0

    def serve(self, hour: int, work_mwh: float) -> float:
        """Serve work of the day; return what is left undone at its end [MWh].

        Raises:
            SimulationError: More is ordered than the day owes, or less than nothing.
        """
        _refuse_beyond(self.name, work_mwh, self.backlog_mwh)
        self.backlog_mwh = max(0.0, self.backlog_mwh - work_mwh)
        late_mwh = self.must_serve_mwh(hour)
        return late_mwh if late_mwh > ROUNDING_MW else 0.0


Queue = DeadlineQueue | DailyQueue


def _refuse_beyond(name: str, work_mwh: float, most_mwh: float) -> None:
    if not 0 <= work_mwh <= most_mwh + ROUNDING_MW:
        raise SimulationError(
            f"tier {name} ordered to serve {work_mwh:.9g} MWh; it has {most_mwh:.9g} MWh to serve"
        )
