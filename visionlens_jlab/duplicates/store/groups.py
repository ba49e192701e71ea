"""Groups of duplicates, as a part of the open dataset."""

from __future__ import annotations

from typing import Literal

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.duplicates.shapes import Duplicates
from visionlens_jlab.duplicates.store.rows import read_duplicates, read_rest, read_run


class DuplicateGroups(Part):
    """The groups of duplicates of one dataset."""

    def read(
        self, kind: Literal["exact", "near"] = "near", offset: int = 0, limit: int = 100
    ) -> Duplicates:
        """A page of the groups that the last run of a kind found."""
        with self.store.snapshot() as snapshot:
            return read_duplicates(snapshot.reader, kind, offset, limit)

    def last_run(self, kind: Literal["exact", "near"]) -> str | None:
        """When duplicates of a kind were last looked for; None: never."""
        with self.store.snapshot() as snapshot:
            return read_run(snapshot.reader, kind)

    def rest(
        self, kind: Literal["exact", "near"], groups: list[int] | None, keep: list[int]
    ) -> list[int]:
        """Samples of groups (None: all) but for the best of each, or those kept instead."""
        with self.store.snapshot() as snapshot:
            return read_rest(snapshot.reader, kind, groups, keep)
