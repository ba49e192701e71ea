"""What reading has met of damage, and when it is looked for again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.errors import VisionLensError

_SECONDS = 10.0
"""For so long it is taken that nothing else was damaged."""


class DamageWatch:
    """What reading has met, and what was found when it was looked for last; from any thread."""

    def __init__(self) -> None:
        self._suspects: set[str] = set()
        self._found: list[Damage] = []
        self._at = -_SECONDS

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Remember the files that errors name."""
        try:
            yield
        except VisionLensError as error:
            if error.code == "DATASET_DAMAGED" and "file" in error.details:
                self._suspects.add(error.details["file"])
                self.forget()
            raise

    @property
    def suspects(self) -> frozenset[str]:
        """Names of the files that errors named."""
        return frozenset(self._suspects)

    def found(self, look: Callable[[frozenset[str]], list[Damage]]) -> list[Damage]:
        """What `look` finds, which takes the names of files to be read; asked now and then."""
        if time.monotonic() - self._at >= _SECONDS:
            self._found = look(self.suspects)
            self._at = time.monotonic()
        return self._found

    def forget(self) -> None:
        """Have it looked at anew."""
        self._at = -_SECONDS
