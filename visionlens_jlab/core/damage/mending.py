"""Looking for damage and mending what can be mended, as a part of the open dataset."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.damage import stray_files
from visionlens_jlab.core.damage.damages import find_damages
from visionlens_jlab.core.damage.stored_files import Inspection
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.datasets.trust import RootTrust

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


class Mending:
    """Damage of one dataset; mixed into `DatasetStore`."""

    folder: Path
    trust: RootTrust

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    _replaced: list[str]
    _watch: DamageWatch
    transaction: Callable[..., Any]

    def damages(self, *, thorough: bool = False) -> list[Damage]:
        """What is damaged or lost; without `thorough` as files tell by their lengths, and by what
        met it while reading.
        """
        with self._snapshot() as snapshot:
            look = Inspection(snapshot.reader, self.folder, thorough)
            if thorough:
                return find_damages(look, self.trust.readable())
            return self._watch.found(
                lambda suspects: find_damages(
                    replace(look, suspects=suspects), self.trust.readable()
                )
            )

    def remove_strays(self, idle: Callable[[], bool]) -> list[str]:
        """Remove files that a kill left before their commit.

        Parameters
        ----------
        idle : callable
            Whether no job has this dataset, which moves files in before it commits them. Asked
            once the files are listed: those of a job that begins later are not among them.

        Returns
        -------
        list of str
            The files that went, below the dataset's folder.
        """
        found = stray_files.present(self.folder) - set(self._replaced)
        with self._snapshot() as snapshot:
            found -= stray_files.named(snapshot.reader.cursor)
        if not found or not idle():
            return []
        # In the writer's turn: what was being added a moment ago has its row by now.
        strays: list[str] = self.transaction(
            lambda cursor: sorted(found - stray_files.named(cursor))
        )
        remove_own_files(self.folder, strays)
        return strays
