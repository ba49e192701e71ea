"""Asking again: full jitter over exponential back-off.

After "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): the n-th wait is drawn from
0 to `FIRST * 2**n` seconds, `LONGEST` at most.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

from visionlens_jlab.buckets.objects import Transient
from visionlens_jlab.errors import VisionLensError

FIRST, LONGEST = 0.2, 10.0
PATIENCE = 90.0
"""Seconds after which a storage counts as out of reach."""

Result = TypeVar("Result")


def persistent(
    address: str,
    call: Callable[[], Result],
    *,
    patience: float = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
) -> Result:
    """What a call gives, repeated while it fails in a way that may pass. SOURCE_UNAVAILABLE."""
    waited, attempt = 0.0, 0
    while True:
        try:
            return call()
        except Transient as error:
            longest = min(LONGEST, FIRST * 2**attempt)
            wait = max(error.wait, random.uniform(0, longest))  # noqa: S311  no secret
            attempt += 1
            if waited + wait > patience:
                raise VisionLensError(
                    "SOURCE_UNAVAILABLE",
                    f"{address} does not answer; it was asked {attempt} times.",
                    "Check the network, and try again later. What was read stays.",
                    details={"cause": str(error)[:300]},
                ) from error
            sleep(wait)
            waited += wait
