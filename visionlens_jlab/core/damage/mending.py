"""Looking for damage and mending what can be mended, as a part of the open dataset."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.damage import damages
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.system.private_files import set_aside
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.thumbnails import FOLDER as THUMBNAILS

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.datasets.trust import RootTrust
    from visionlens_jlab.media.store.thumbnails import ThumbnailReader

_SECONDS = 10.0
"""For so long it is taken that nothing else was damaged."""
_BATCH = 256


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
    read_only: bool
    thumbnails: ThumbnailReader
    trust: RootTrust

    _snapshot: Callable[[], AbstractContextManager[Snapshot]]
    _forget_segments: Callable[[], None]
    open_image: Callable[[str, str], BinaryIO]
    transaction: Callable[..., Any]
    write: Callable[..., Any]
    _watch: DamageWatch

    def damages(self, *, thorough: bool = False) -> list[Damage]:
        """What is damaged or lost; without `thorough` as files tell by their lengths, and by what
        met it while reading.
        """
        with self._snapshot() as snapshot:
            if thorough:
                return damages.find_damages(
                    snapshot.reader, self.folder, self.trust.readable(), thorough=True
                )
            return self._watch.found(
                lambda suspects: damages.find_damages(
                    snapshot.reader, self.folder, self.trust.readable(), suspects=suspects
                )
            )

    def bad_projections(self, *, thorough: bool = False) -> dict[str, str]:
        """Projection -> what of it is damaged or lost, as `damages` finds it."""
        with self._snapshot() as snapshot:
            return damages.bad_projections(
                snapshot.reader, self.folder, thorough=thorough, suspects=self._watch.suspects
            )

    def set_aside_vectors(self, space: str) -> int:
        """Take damaged segments out of a space, so that their vectors can be made again.

        The files stay beside where they were. Gives the rows that are gone. SPACE_NOT_FOUND.
        """
        with self._snapshot() as snapshot:
            dimension = embedding_rows.read_space(snapshot.reader, space)[4]
            bad = damages.bad_segments(
                snapshot.reader, self.folder, space, lambda file: snapshot.parts(file, dimension)
            )
        if not bad:
            return 0
        self.write(
            lambda cursor: (
                cursor.execute(
                    "DELETE FROM vector_segment WHERE list_contains(?, file)", [list(bad)]
                )
                and None
            ),
            kind="vectors_set_aside",
            payload={"space": space, "files": list(bad)},
        )
        self._forget_segments()
        self._watch.forget()
        for file in bad:
            with suppress(OSError):  # it is lost
                set_aside(self.folder / file)
        return sum(bad.values())

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
                lost = list(damages.lost_thumbnails(snapshot.reader, self.folder, thorough=True))
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
        target = self.folder / THUMBNAILS / pack
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
                (self.folder / THUMBNAILS / pack).unlink()


def _write_places(cursor: duckdb.DuckDBPyConnection, table: pa.Table, pack: str) -> None:
    with staged(cursor, table) as name:
        cursor.execute(
            "UPDATE sample SET thumb_pack = ?, thumb_offset = p.thumb_offset, "
            f"thumb_length = p.thumb_length FROM {name} p WHERE p.sample_id = sample.sample_id",
            [pack],
        )
