"""The files of thumbnails: packs, of which each sample has a part."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.media.capability import FOLDER
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.media.store.lost_thumbnails import lost_thumbnails

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


class ThumbnailFiles(StoredFiles):
    """The packs of thumbnails."""

    def damages(self, inspection: Inspection) -> Iterator[Damage]:
        """How many thumbnails are not there any more, or not whole."""
        lost = lost_thumbnails(inspection.reader, inspection.folder, inspection.thorough)
        count = sum(1 for _ in lost)
        if count:
            yield Damage(
                kind="thumbnails",
                name="",
                message=f"The thumbnails of {count:,} images are damaged or lost.",
                hint="They are made again when they are looked at; all at once: "
                "visionlens doctor --repair",
            )

    def mend(self, store: OpenDataset) -> Iterator[str]:
        """Make them again."""
        made = store.part(Images).mend()
        if made:
            yield f"{made:,} thumbnails were made again."

    def withdraw(self, store: OpenDataset, job: str, kept: set[int]) -> None:
        """Remove packs of pieces that were never committed."""
        for pack in (store.folder / FOLDER).glob(f"{job}-*.pack"):
            if int(pack.stem.rpartition("-")[2]) not in kept:
                pack.unlink(missing_ok=True)
        # A piece made again has the same name and may have other bytes.
        store.part(Images).thumbnails.forget()
