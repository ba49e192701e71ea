"""Ids of COCO files: looked up as they are, else as the number they stand for."""

from __future__ import annotations

import math
from typing import Any, Generic, TypeVar

import numpy as np

T = TypeVar("T")


class IdMap(Generic[T]):
    """What ids mean. `"7"`, `7`, `7.0` and `"007"` are the same id where no other is meant.

    `exact` is the plain dict, for whoever looks up many.
    """

    def __init__(self) -> None:
        self.exact: dict[Any, T] = {}
        self._loose: dict[Any, T] = {}
        self._known = 0

    def add(self, identity: Any, meaning: T) -> bool:
        """Note an id; False when it was known: the first meaning stays."""
        if identity in self.exact:
            return False
        self.exact[identity] = meaning
        return True

    def find(self, identity: Any) -> T | None:
        """The meaning of an id; None when there is none."""
        found = self.exact.get(identity)
        return self.loose(identity) if found is None else found

    def loose(self, identity: Any) -> T | None:
        """The meaning of an id that is not in `exact`; None when there is none."""
        if identity is None:
            return None
        if self._known != len(self.exact):
            self._loose = {}
            for known, meaning in self.exact.items():
                self._loose.setdefault(_plain(known), meaning)
            self._known = len(self.exact)
        return self._loose.get(_plain(identity))


class SeenIds:
    """Finds ids that occur more than once; 8 bytes an id."""

    def __init__(self) -> None:
        self._parts: list[np.ndarray] = []
        self._names: dict[int, Any] = {}
        """What is no number of 64 bits, by the number that stands for it."""

    def add(self, ids: list[Any]) -> None:
        """Note the ids of a block; None is no id."""
        try:
            part = np.array(ids, dtype=np.int64)
        except (TypeError, ValueError, OverflowError):
            self._names.update({hash(one): one for one in ids if type(one) is not int})
            part = np.array([hash(one) for one in ids if one is not None], dtype=np.int64)
        self._parts.append(part)

    def repeated(self) -> tuple[int, list[Any]]:
        """How often an id occurred that was there before, and these ids."""
        every = np.sort(np.concatenate(self._parts)) if self._parts else np.empty(0, np.int64)
        again = every[1:][every[1:] == every[:-1]]
        return len(again), [self._names.get(one, one) for one in np.unique(again).tolist()]


def _plain(identity: Any) -> Any:
    if not isinstance(identity, str):
        return identity
    text = identity.strip()
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return text
    return text if math.isnan(number) else number
