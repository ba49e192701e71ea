"""Rate and remaining time from a job's progress messages."""

from __future__ import annotations

import math
from dataclasses import dataclass

SMOOTHING_SECONDS = 4.0
LEAST_SECONDS = 1e-6
"""No clock tells shorter times; items over nearly nothing would be a rate without end."""


@dataclass(frozen=True)
class Step:
    """What a worker says of itself; `total` None: not known yet."""

    stage: str
    done: int
    total: int | None
    message: str | None = None


class Meter:
    """Smoothed rate of the present stage, in items per second.

    Recent seconds count more than earlier ones: the weight of an observation falls to 1/e in
    `SMOOTHING_SECONDS`. A new stage starts afresh, since its items are other items.
    """

    def __init__(self) -> None:
        self.step: Step | None = None
        self.rate: float | None = None
        self._done = 0
        self._time = 0.0

    @property
    def eta_seconds(self) -> float | None:
        """Seconds until the stage ends; None while there is no rate or no total."""
        if self.step is None or self.step.total is None or not self.rate:
            return None
        return max(self.step.total - self.step.done, 0) / self.rate

    def update(self, step: Step, now: float) -> None:
        """Take a step observed at `now` (seconds on any steady clock)."""
        before, self.step = self.step, step
        if before is None or before.stage != step.stage or step.done < self._done:
            self.rate, self._done, self._time = None, step.done, now
            return
        elapsed, items = now - self._time, step.done - self._done
        if elapsed < LEAST_SECONDS or items == 0:
            return  # the next step covers this time as well
        weight = 1 - math.exp(-elapsed / SMOOTHING_SECONDS)
        observed = items / elapsed
        self.rate = observed if self.rate is None else self.rate + weight * (observed - self.rate)
        self._done, self._time = step.done, now
