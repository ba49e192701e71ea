"""Threads that wait for builders, so that a small index never waits behind a large one."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections.abc import Callable

SMALL_ROWS = 200_000
"""One thread builds nothing larger."""
_MOST = 4


class Builds:
    """Runs what is submitted, the smallest first.

    Parameters
    ----------
    count : int, optional
        Threads, 2 at least; by default half as many as there are processors, 4 at most.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = max(2, min(_MOST, (os.cpu_count() or 1) // 2) if count is None else count)
        self._waiting: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._closed = False
        self._changed = threading.Condition()

    def submit(self, rows: int, work: Callable[[], None]) -> None:
        """Have it run, `work` must not raise; RuntimeError once it was closed."""
        with self._changed:
            if self._closed:
                raise RuntimeError("no more builds")
            heapq.heappush(self._waiting, (rows, next(self._numbers), work))
            for number in range(len(self._threads), self._count):
                most = SMALL_ROWS if number == 0 else None
                thread = threading.Thread(
                    target=self._run, args=(most,), name=f"visionlens-index-{number}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """Forget what waits, and wait for the end of what runs."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self, most: int | None) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._has_work(most))
                if self._closed:
                    return
                work = heapq.heappop(self._waiting)[2]
            work()

    def _has_work(self, most: int | None) -> bool:
        return bool(self._waiting) and (most is None or self._waiting[0][0] <= most)
