"""Values kept for the readers of a dataset, each made by one of those who ask for it at once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """The most recently used values; safe for threads.

    Parameters
    ----------
    limit : int
        What the values kept may cost together; the latest is kept in any case.
    cost : callable
        Of a value; by default 1 each.
    """

    def __init__(self, limit: int, cost: Callable[[T], int] = lambda _: 1) -> None:
        self._limit = limit
        self._cost = cost
        self._values: OrderedDict[tuple[Any, ...], T] = OrderedDict()
        self._held = 0
        self._making: dict[tuple[Any, ...], Future[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value for `key` (which names the version), made when it is not there.

        Who asks while another makes it waits for that one, and meets its error.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            making = self._making.get(key)
            if making is None:
                mine = self._making[key] = Future()
        if making is not None:
            return making.result()
        try:
            value = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            self._keep(key, value)
            mine.set_result(value)
            return value
        finally:
            with self._lock:
                del self._making[key]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._held = 0

    def _keep(self, key: tuple[Any, ...], value: T) -> None:
        with self._lock:
            self._values[key] = value
            self._held += self._cost(value)
            while len(self._values) > 1 and self._held > self._limit:
                self._held -= self._cost(self._values.popitem(last=False)[1])
