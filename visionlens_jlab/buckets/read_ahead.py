"""Objects that will be asked for in this order, read by several threads at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from visionlens_jlab.buckets.objects import Content

PARALLEL = 16
"""Requests at once; also the objects held in memory at most, besides that in use."""


class ReadAhead:
    """While it is entered, `take` gives what `read` gives, mostly without waiting.

    Nothing is fetched before the first is taken; those that are passed over are let go.

    Parameters
    ----------
    read : callable
        Reads one object.
    keys : sequence of str
        In the order in which they will be asked for.
    """

    def __init__(self, read: Callable[[str], Content | None], keys: Sequence[str]) -> None:
        self._read = read
        self._waiting = deque(keys)
        self._under_way: dict[str, Future[Content | None]] = {}
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="visionlens-objects")

    def __enter__(self) -> ReadAhead:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._waiting.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def take(self, key: str) -> Content | None:
        """What one object holds. Raises what reading it raises."""
        self._fill()
        if key not in self._under_way:
            return self._read(key)
        for passed in list(self._under_way):
            future = self._under_way.pop(passed)
            if passed == key:
                break
        self._fill()
        return future.result()

    def _fill(self) -> None:
        while self._waiting and len(self._under_way) < PARALLEL:
            key = self._waiting.popleft()
            if key not in self._under_way:
                self._under_way[key] = self._threads.submit(self._read, key)
