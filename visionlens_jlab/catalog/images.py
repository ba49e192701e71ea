"""Where the images of a dataset lie, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from visionlens_jlab.catalog.crops import CropSource, read_crop_source
from visionlens_jlab.catalog.own_files import own_file
from visionlens_jlab.catalog.roots import LOCATION
from visionlens_jlab.catalog.thumbnails import FOLDER, Thumbnail, version_key
from visionlens_jlab.confinement import Confinement
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.catalog.snapshot import Snapshot


class Images:
    """The images of one dataset; mixed into `DatasetStore`."""

    folder: Path
    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    allowed: Confinement
    """Folders that links may lead into, besides the roots of the dataset."""

    def image_path(self, sample_id: int) -> tuple[str, str]:
        """The location of a sample's root (empty: none) and the path below it. ID_UNKNOWN."""
        with self._snapshot() as snapshot:
            rows = snapshot.reader.rows(
                f"SELECT coalesce({LOCATION}, ''), s.path FROM sample s "
                "LEFT JOIN source_root r ON r.name = s.root WHERE s.sample_id = ?",
                [sample_id],
            )
        if not rows:
            raise VisionLensError("ID_UNKNOWN", f"There is no sample {sample_id}.")
        return rows[0][0], rows[0][1]

    def thumbnail(self, sample_id: int) -> Thumbnail | None:
        """Where a sample's thumbnail lies; None: no such sample, or none made."""
        return self._thumbnail_places([sample_id]).get(sample_id)

    def crop_source(self, annotation_id: int) -> CropSource:
        """What the picture of an annotation is made from. ID_UNKNOWN."""
        with self._snapshot() as snapshot:
            return read_crop_source(snapshot.reader, annotation_id)

    def open_image(self, location: str, path: str) -> BinaryIO:
        """The file at a path below a root, as these methods tell them.

        Raises
        ------
        VisionLensError
            PATH_NOT_ALLOWED where it leads out of the root, or the root has become a link;
            DIR_NOT_FOUND, IMAGE_MISSING, PERMISSION_DENIED.
        """
        from visionlens_jlab.media.sources import LocalSource

        return LocalSource.stored(location, self.allowed).open(path)

    def _thumbnail_places(self, samples: Sequence[int]) -> dict[int, Thumbnail]:
        """Where the thumbnails of samples lie, of those that have one."""
        with self._snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT sample_id, thumb_pack, thumb_offset, thumb_length FROM sample "
                "WHERE sample_id IN (SELECT unnest(?::UINTEGER[])) AND thumb_pack IS NOT NULL",
                [list(samples)],
            )
        return {
            sample: Thumbnail(own_file(self.folder, f"{FOLDER}/{pack}"), offset, length, version)
            for sample, pack, offset, length in rows
            if (version := version_key(pack, offset))
        }
