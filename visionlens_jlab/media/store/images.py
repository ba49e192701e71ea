"""Where the images of a dataset lie, as a part of the open dataset."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.places import version_key
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.system.confinement import is_address
from visionlens_jlab.core.system.private_files import set_aside
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.capability import FOLDER
from visionlens_jlab.media.shards.places import inside
from visionlens_jlab.media.store.crops import CropSource, read_crop_source
from visionlens_jlab.media.store.lost_thumbnails import lost_thumbnails
from visionlens_jlab.media.store.thumbnails import Thumbnail, ThumbnailReader

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset

_BATCH = 256


class Images(Part):
    """The images of one dataset."""

    def __init__(self, store: OpenDataset) -> None:
        super().__init__(store)
        self.thumbnails = ThumbnailReader(
            store.folder / FOLDER, store.caches.places, self._thumbnail_places
        )

    def close(self) -> None:
        """Let go of the packs."""
        self.thumbnails.close()

    def path(self, sample_id: int) -> tuple[str, str]:
        """The location of a sample's root (empty: none) and the path below it. ID_UNKNOWN."""
        with self.store.snapshot() as snapshot:
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

    def pictures(self, samples: Sequence[int]) -> list[bytes]:
        """A WebP image of each sample, empty where there is none; lost ones are made again."""
        wanted, lost = [(sample, "") for sample in samples], list[int]()
        contents = self.thumbnails.read_many(wanted, lost)
        if lost and self.mend(lost):
            contents = self.thumbnails.read_many(wanted)
        return contents

    def no_thumbnail(self, sample_id: int) -> VisionLensError:
        """IMAGE_MISSING, with what the report of the ingest says of the image."""
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT message FROM ingest_issue WHERE sample_id = ? "
                "AND code = 'IMAGE_UNREADABLE' ORDER BY sequence DESC LIMIT 1",
                [sample_id],
            )
        said = rows[0][0] if rows else "None was made yet."
        return VisionLensError("IMAGE_MISSING", f"Sample {sample_id} has no thumbnail. {said}")

    def mend(
        self,
        samples: Sequence[int] | None = None,
        faults: dict[int, VisionLensError] | None = None,
    ) -> int:
        """Make thumbnails again that were made and cannot be read; of some samples or of all.

        Gives how many; those whose images cannot be read stay away, and `faults` says why.
        """
        faults = {} if faults is None else faults
        if self.store.read_only:
            return 0
        if samples is None:
            with self.store.snapshot() as snapshot:
                lost = list(lost_thumbnails(snapshot.reader, self.store.folder, thorough=True))
        else:
            lost = self.thumbnails.lost_of(samples)
        starts = range(0, len(lost), _BATCH)
        made = sum(self._remake(lost[start : start + _BATCH], faults) for start in starts)
        self.store.watch.forget()
        return made

    def _remake(self, samples: list[int], faults: dict[int, VisionLensError]) -> int:
        from visionlens_jlab.media.drawing import draw_crop
        from visionlens_jlab.media.thumbnails import LONG_SIDE, PackWriter

        with self.store.snapshot() as snapshot:
            sources = snapshot.reader.rows(
                f"SELECT s.sample_id, coalesce({LOCATION}, ''), s.path, s.thumb_pack, s.width, "
                "s.height FROM sample s LEFT JOIN source_root r ON r.name = s.root "
                "WHERE s.sample_id IN (SELECT unnest(?::UINTEGER[])) AND s.width IS NOT NULL",
                [samples],
            )
        pack = f"mended-{uuid.uuid4().hex}.pack"
        target = self.store.folder / FOLDER / pack
        if target.parent.exists() and not target.parent.is_dir():
            set_aside(target.parent)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        rows = []
        with PackWriter(target) as writer:
            for sample, location, path, _, width, height in sources:
                box, size = (0.0, 0.0, float(width), float(height)), (width, height)
                try:
                    with self.open(location, path) as file:
                        image = draw_crop(file, box, long_side=LONG_SIDE, size=size)
                except VisionLensError as error:
                    faults[sample] = error
                    continue
                rows.append((sample, *writer.add(image)))
        if not rows:
            target.unlink()
            return 0
        names = ("sample_id", "thumb_offset", "thumb_length")
        table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
        self.store.transaction(lambda cursor: _write_places(cursor, table, pack))
        self._remove_unnamed({row[3] for row in sources})
        return len(rows)

    def _remove_unnamed(self, packs: set[str]) -> None:
        """Remove packs of which nothing is shown any more."""
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT DISTINCT thumb_pack FROM sample WHERE list_contains(?, thumb_pack)",
                [list(packs)],
            )
        for pack in packs - {row[0] for row in rows}:
            with suppress(OSError):
                (self.store.folder / FOLDER / pack).unlink()

    def crop_source(self, annotation_id: int) -> CropSource:
        """What the picture of an annotation is made from. ID_UNKNOWN."""
        with self.store.snapshot() as snapshot:
            return read_crop_source(snapshot.reader, annotation_id)

    def open(self, location: str, path: str) -> BinaryIO:
        """The file at a path below a root, as these methods tell them.

        Raises
        ------
        VisionLensError
            ROOT_NOT_TRUSTED; PATH_NOT_ALLOWED where it leads out of the root; DIR_NOT_FOUND,
            IMAGE_MISSING, PERMISSION_DENIED; those of `sources.OUT_OF_REACH`.
        """
        from visionlens_jlab.media.drawing import kept_member
        from visionlens_jlab.media.registry import source_kinds
        from visionlens_jlab.media.sources import connect_stored

        readable = self.store.trust.readable_for(location)
        kinds = source_kinds() if is_address(location) else []
        source, found = connect_stored(location, kinds, readable), inside(path)
        if found is None or source.is_dir(found.shard):
            return source.open(path)
        return kept_member(source, *found)

    def _thumbnail_places(self, samples: Sequence[int]) -> dict[int, Thumbnail]:
        """Where the thumbnails of samples lie, of those that have one."""
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT sample_id, thumb_pack, thumb_offset, thumb_length FROM sample "
                "WHERE sample_id IN (SELECT unnest(?::UINTEGER[])) AND thumb_pack IS NOT NULL",
                [list(samples)],
            )
        return {
            sample: Thumbnail(
                own_file(self.store.folder, f"{FOLDER}/{pack}"), offset, length, version
            )
            for sample, pack, offset, length in rows
            if (version := version_key(pack, offset))
        }


def _write_places(cursor: duckdb.DuckDBPyConnection, table: pa.Table, pack: str) -> None:
    with staged(cursor, table) as name:
        cursor.execute(
            "UPDATE sample SET thumb_pack = ?, thumb_offset = p.thumb_offset, "
            f"thumb_length = p.thumb_length FROM {name} p WHERE p.sample_id = sample.sample_id",
            [pack],
        )
