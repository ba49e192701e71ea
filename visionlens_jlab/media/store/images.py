"""Where the images of a dataset lie, as a part of the open dataset."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.datasets.roots import LOCATION, root_locations
from visionlens_jlab.core.datasets.shapes import Roots
from visionlens_jlab.core.system.private_files import set_aside
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.crops import CropSource, read_crop_source
from visionlens_jlab.media.store.stored_files import lost_thumbnails
from visionlens_jlab.media.store.thumbnails import FOLDER, Thumbnail, ThumbnailReader, version_key

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.damage.mending import DamageWatch
    from visionlens_jlab.core.datasets.trust import RootTrust

_BATCH = 256


class Images:
    """The images of one dataset; mixed into `DatasetStore`."""

    folder: Path
    read_only: bool
    thumbnails: ThumbnailReader
    transaction: Callable[..., Any]
    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    _watch: DamageWatch
    trust: RootTrust

    def trust_roots(self, *, all_known: bool = False) -> None:
        """Note that this user wants the images to be read where the dataset says they lie.

        `all_known`: an earlier version let the user choose them, and did not note it.
        """
        with self._snapshot() as snapshot:
            locations = root_locations(snapshot.reader)
        self.trust.choose(locations.values(), all_known=all_known)
        self._watch.forget()

    def roots(self) -> Roots:
        """Where the images lie, and which of these places may be read."""
        with self._snapshot() as snapshot:
            locations = root_locations(snapshot.reader)
        readable = self.trust.readable()
        refused = [name for name, place in locations.items() if not readable.allows_root(place)]
        return Roots(roots=locations, refused=refused, readable=list(readable.folders))

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

    def no_thumbnail(self, sample_id: int) -> VisionLensError:
        """IMAGE_MISSING, with what the report of the ingest says of the image."""
        with self._snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT message FROM ingest_issue WHERE sample_id = ? "
                "AND code = 'IMAGE_UNREADABLE' ORDER BY sequence DESC LIMIT 1",
                [sample_id],
            )
        said = rows[0][0] if rows else "None was made yet."
        return VisionLensError("IMAGE_MISSING", f"Sample {sample_id} has no thumbnail. {said}")

    def mend_thumbnails(
        self,
        samples: Sequence[int] | None = None,
        faults: dict[int, VisionLensError] | None = None,
    ) -> int:
        """Make thumbnails again that were made and cannot be read; of some samples or of all.

        Gives how many; those whose images cannot be read stay away, and `faults` says why.
        """
        faults = {} if faults is None else faults
        if self.read_only:
            return 0
        if samples is None:
            with self._snapshot() as snapshot:
                lost = list(lost_thumbnails(snapshot.reader, self.folder, thorough=True))
        else:
            lost = self.thumbnails.lost_of(samples)
        starts = range(0, len(lost), _BATCH)
        made = sum(self._remake(lost[start : start + _BATCH], faults) for start in starts)
        self._watch.forget()
        return made

    def _remake(self, samples: list[int], faults: dict[int, VisionLensError]) -> int:
        from visionlens_jlab.media.drawing import draw_crop
        from visionlens_jlab.media.thumbnails import LONG_SIDE, PackWriter

        with self._snapshot() as snapshot:
            sources = snapshot.reader.rows(
                f"SELECT s.sample_id, coalesce({LOCATION}, ''), s.path, s.thumb_pack, s.width, "
                "s.height FROM sample s LEFT JOIN source_root r ON r.name = s.root "
                "WHERE s.sample_id IN (SELECT unnest(?::UINTEGER[])) AND s.width IS NOT NULL",
                [samples],
            )
        pack = f"mended-{uuid.uuid4().hex}.pack"
        target = self.folder / FOLDER / pack
        if target.parent.exists() and not target.parent.is_dir():
            set_aside(target.parent)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        rows = []
        with PackWriter(target) as writer:
            for sample, location, path, _, width, height in sources:
                box, size = (0.0, 0.0, float(width), float(height)), (width, height)
                try:
                    with self.open_image(location, path) as file:
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
        self.transaction(lambda cursor: _write_places(cursor, table, pack))
        self._remove_unnamed({row[3] for row in sources})
        return len(rows)

    def _remove_unnamed(self, packs: set[str]) -> None:
        """Remove packs of which nothing is shown any more."""
        with self._snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT DISTINCT thumb_pack FROM sample WHERE list_contains(?, thumb_pack)",
                [list(packs)],
            )
        for pack in packs - {row[0] for row in rows}:
            with suppress(OSError):
                (self.folder / FOLDER / pack).unlink()

    def crop_source(self, annotation_id: int) -> CropSource:
        """What the picture of an annotation is made from. ID_UNKNOWN."""
        with self._snapshot() as snapshot:
            return read_crop_source(snapshot.reader, annotation_id)

    def open_image(self, location: str, path: str) -> BinaryIO:
        """The file at a path below a root, as these methods tell them.

        Raises
        ------
        VisionLensError
            ROOT_NOT_TRUSTED; PATH_NOT_ALLOWED where it leads out of the root; DIR_NOT_FOUND,
            IMAGE_MISSING, PERMISSION_DENIED.
        """
        from visionlens_jlab.media.sources import LocalSource

        return LocalSource.stored(location, self.trust.readable_for(location)).open(path)

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


def _write_places(cursor: duckdb.DuckDBPyConnection, table: pa.Table, pack: str) -> None:
    with staged(cursor, table) as name:
        cursor.execute(
            "UPDATE sample SET thumb_pack = ?, thumb_offset = p.thumb_offset, "
            f"thumb_length = p.thumb_length FROM {name} p WHERE p.sample_id = sample.sample_id",
            [pack],
        )
