"""What is damaged or lost beside the DuckDB file: looked for, and mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from visionlens_jlab.core.catalog.acknowledged import lost_messages, lost_writes
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.damage.stored_files import (
    Inspection,
    Rebuild,
    named,
    present,
    stored_files,
)
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.system.confinement import Confinement, not_trusted


def find_damages(inspection: Inspection, readable: Confinement) -> list[Damage]:
    """Everything that is found without changing anything; readable: where its roots may lead."""
    files = (damage for kind in stored_files() for damage in kind.damages(inspection))
    return [*_writes(inspection), *_images(inspection, readable), *files]


def _writes(inspection: Inspection) -> Iterator[Damage]:
    lost = lost_writes(inspection.reader.cursor, inspection.folder)
    for count, message in zip(filter(None, lost), lost_messages(lost), strict=True):
        yield Damage(
            kind="writes",
            name=str(count),
            message=message,
            hint="Look at your last changes and make them again, or restore the folder from a "
            "copy.",
        )


def _images(inspection: Inspection, readable: Confinement) -> Iterator[Damage]:
    rows = inspection.reader.rows(
        f"SELECT r.name, {LOCATION}, count(*) FROM source_root r "
        "JOIN sample s ON s.root = r.name GROUP BY ALL ORDER BY 1"
    )
    for name, location, count in rows:
        if not readable.allows_root(location):
            refused = not_trusted(location)
            yield Damage(kind="roots", name=name, message=refused.message, hint=refused.hint)
        elif "://" not in location and not Path(location).is_dir():
            yield Damage(
                kind="images",
                name=name,
                message=f"{count:,} images are not where they were: there is no folder {location}.",
                hint="Move the folder back, or put a link in its place: "
                f"ln -s NEW_FOLDER '{location.rstrip('/')}'",
            )


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
        found = present(self.store.folder) - set(self.store.replaced)
        with self.store.snapshot() as snapshot:
            found -= named(snapshot.reader.cursor)
        if not found or not idle():
            return []
        # In the writer's turn: what was being added a moment ago has its row by now.
        strays: list[str] = self.store.transaction(lambda cursor: sorted(found - named(cursor)))
        remove_own_files(self.store.folder, strays)
        return strays
