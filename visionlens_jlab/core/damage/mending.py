"""Looking for damage and mending what can be mended, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.damage import stray_files
from visionlens_jlab.core.damage.damages import find_damages
from visionlens_jlab.core.damage.stored_files import Inspection, Rebuild, stored_files
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.shapes import Damage


class Mending(Part):
    """Damage of one dataset."""

    def damages(self, *, thorough: bool = False) -> list[Damage]:
        """What is damaged or lost; without `thorough` as files tell by their lengths, and by what
        met it while reading.
        """
        with self.store.snapshot() as snapshot:
            look = Inspection(snapshot.reader, self.store.folder, thorough)
            if thorough:
                return find_damages(look, self.store.trust.readable())
            return self.store.watch.found(
                lambda suspects: find_damages(
                    replace(look, suspects=suspects), self.store.trust.readable()
                )
            )

    def rebuilds(self, *, thorough: bool = False) -> list[Rebuild]:
        """The jobs that make again what is damaged or lost; looked for as `damages` does."""
        if self.store.read_only:
            return []
        with self.store.snapshot() as snapshot:
            suspects = self.store.watch.suspects
            look = Inspection(snapshot.reader, self.store.folder, thorough, suspects)
            return [one for files in stored_files() for one in files.rebuilds(self.store, look)]

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
        found = stray_files.present(self.store.folder) - set(self.store.replaced)
        with self.store.snapshot() as snapshot:
            found -= stray_files.named(snapshot.reader.cursor)
        if not found or not idle():
            return []
        # In the writer's turn: what was being added a moment ago has its row by now.
        strays: list[str] = self.store.transaction(
            lambda cursor: sorted(found - stray_files.named(cursor))
        )
        remove_own_files(self.store.folder, strays)
        return strays
