"""How long an event loop was not free."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

TICK = 0.002


class Stalls:
    """`longest`: seconds by which the loop was late at worst."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def watch(self) -> None:
        """Look every two milliseconds."""
        while True:
            asked = time.monotonic()
            await asyncio.sleep(TICK)
            self.longest = max(self.longest, time.monotonic() - asked - TICK)


@contextlib.asynccontextmanager
async def measured() -> AsyncIterator[Stalls]:
    """Measure the running loop meanwhile."""
    stalls = Stalls()
    task = asyncio.create_task(stalls.watch())
    try:
        yield stalls
    finally:
        task.cancel()
