"""What of an open dataset is damaged or lost beside its DuckDB file, and how to mend it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

from visionlens_jlab.core.catalog.acknowledged import lost_messages, lost_writes
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.datasets.roots import LOCATION
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.system.confinement import Confinement, not_trusted
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.vectors.segment_files import Part, read_parts
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.files import load_evaluated
from visionlens_jlab.map.store import rows as projection_rows
from visionlens_jlab.media.store.thumbnails import FOLDER as THUMBNAILS
from visionlens_jlab.media.store.thumbnails import Packs

_BYTES_OF_NUMBER = 4


def find_damages(
    reader: Reader,
    folder: Path,
    readable: Confinement,
    *,
    thorough: bool = False,
    suspects: Collection[str] = (),
) -> list[Damage]:
    """Everything that is found without changing anything.

    Parameters
    ----------
    reader : Reader
    folder : Path
        The dataset's.
    readable : Confinement
        Where its roots may lead.
    thorough : bool
        Read every file and compare checksums; else see that each is there and long enough.
    suspects : collection of str
        Names of files that are read in any case.
    """
    look = _Look(reader, folder, thorough, suspects)
    found = (
        look.writes(),
        look.images(readable),
        look.vectors(),
        look.fitted(),
        look.projections(),
    )
    return [damage for kind in (*found, look.evaluations(), look.thumbnails()) for damage in kind]


def bad_projections(
    reader: Reader, folder: Path, *, thorough: bool = False, suspects: Collection[str] = ()
) -> dict[str, str]:
    """Projection -> what of it is damaged or lost, "coordinates" or "model"; as `find_damages`."""
    look = _Look(reader, folder, thorough, suspects)
    return {projection: what for projection, what, *_ in look.bad_projections()}


class _Look:
    def __init__(
        self, reader: Reader, folder: Path, thorough: bool, suspects: Collection[str]
    ) -> None:
        self._reader = reader
        self._folder = folder
        self._thorough = thorough
        self._suspects = suspects

    def writes(self) -> Iterator[Damage]:
        lost = lost_writes(self._reader.cursor, self._folder)
        for count, message in zip(filter(None, lost), lost_messages(lost), strict=True):
            yield Damage(
                kind="writes",
                name=str(count),
                message=message,
                hint="Look at your last changes and make them again, or restore the folder from a "
                "copy.",
            )

    def images(self, readable: Confinement) -> Iterator[Damage]:
        rows = self._reader.rows(
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
                    message=f"{count:,} images are not where they were: there is no folder "
                    f"{location}.",
                    hint="Move the folder back, or put a link in its place: "
                    f"ln -s NEW_FOLDER '{location.rstrip('/')}'",
                )

    def vectors(self) -> Iterator[Damage]:
        for row in embedding_rows.read_spaces(self._reader):
            space, dimension = row[0], row[4]

            def read(file: str, dimension: int = dimension) -> list[Part] | None:
                return read_parts(self._folder / file, dimension) if self._is_read(file) else None

            lost = bad_segments(self._reader, self._folder, space, read)
            if lost:
                yield Damage(
                    kind="vectors",
                    name=space,
                    message=f"{sum(lost.values()):,} vectors of the space {space!r} are damaged or "
                    f"lost ({', '.join(Path(file).name for file in lost)}).",
                    hint=f"ds.embed(..., space={space!r}) with the model of before, or "
                    "ds.add_embeddings(...) for vectors of your own: what is lost is set aside and "
                    "made again, the rest stays.",
                )

    def fitted(self) -> Iterator[Damage]:
        from visionlens_jlab.embeddings.models.whitening import Whitening

        rows = self._reader.rows("SELECT space, settings FROM embedding_space ORDER BY space")
        for space, settings in rows:
            file = json.loads(settings).get(embedding_rows.FITTED)
            if file and self._is_bad(file, lambda path: Whitening.from_bytes(path.read_bytes())):
                yield Damage(
                    kind="vectors",
                    name=space,
                    message=f"What the space {space!r} was fitted with is damaged or lost: its "
                    "vectors can be searched, but none can be added.",
                    hint="ds.embed(..., space='another name') makes a space that can be added to.",
                )

    def projections(self) -> Iterator[Damage]:
        for _, what, space, method, dimensions in self.bad_projections():
            yield Damage(
                kind="projection",
                name=f"{method} of {space}",
                message=f"The {what} of the projection {method} of {space!r} are damaged or lost."
                if what == "coordinates"
                else f"The model of the projection {method} of {space!r} is damaged or lost: new "
                "vectors cannot be placed by it.",
                hint="It is made again when the map shows it, or by visionlens doctor --repair; so "
                f"does ds.project({space!r}, method={method!r}, dimensions={dimensions}, "
                "refit=True).",
            )

    def bad_projections(self) -> Iterator[tuple[str, str, str, str, int]]:
        """Projection, what of it is bad, space, method, dimensions."""
        rows = self._reader.rows(
            "SELECT projection, space, method, dimensions, file, model_file FROM projection "
            "ORDER BY created_at"
        )
        for projection, space, method, dimensions, file, model in rows:
            if model and self._is_bad(model, _read_model):
                yield projection, "model", space, method, dimensions
            elif self._is_bad(file, partial(_read_coordinates, dimensions)):
                yield projection, "coordinates", space, method, dimensions

    def evaluations(self) -> Iterator[Damage]:
        rows = self._reader.rows("SELECT evaluation, run, file FROM evaluation ORDER BY created_at")
        for name, run, file in rows:
            if self._is_bad(file, load_evaluated):
                yield Damage(
                    kind="evaluation",
                    name=name,
                    message=f"The outcomes of the evaluation {name!r} are damaged or lost; its "
                    "figures are there.",
                    hint=f"ds.evaluate({run!r}, name={name!r}) with the settings of before makes "
                    "them again.",
                )

    def thumbnails(self) -> Iterator[Damage]:
        count = sum(1 for _ in lost_thumbnails(self._reader, self._folder, self._thorough))
        if count:
            yield Damage(
                kind="thumbnails",
                name="",
                message=f"The thumbnails of {count:,} images are damaged or lost.",
                hint="They are made again when they are looked at; all at once: "
                "visionlens doctor --repair",
            )

    def _is_read(self, file: str) -> bool:
        return self._thorough or Path(file).name in self._suspects

    def _is_bad(self, file: str, read: Callable[[Path], object]) -> bool:
        path = self._folder / file
        if not path.is_file() or not path.stat().st_size:
            return True
        if not self._is_read(file):
            return False
        try:
            read(path)
        except (VisionLensError, OSError):
            return True
        return False


def bad_segments(
    reader: Reader,
    folder: Path,
    space: str,
    read: Callable[[str], Sequence[Part] | None],
) -> dict[str, int]:
    """File -> rows of the segments of a space that are not as they were written.

    `read` takes a file below the folder; None: its length is enough.
    """
    rows = reader.rows(
        "SELECT s.file, s.rows, e.dimension FROM vector_segment s JOIN embedding_space e "
        "ON e.space = s.space WHERE s.space = ? ORDER BY s.position",
        [space],
    )
    return {
        file: int(count)
        for file, count, dimension in rows
        if _is_bad_segment(folder / file, int(count), int(dimension), partial(read, file))
    }


def _is_bad_segment(
    path: Path, rows: int, dimension: int, read: Callable[[], Sequence[Part] | None]
) -> bool:
    try:
        if not path.is_file() or path.stat().st_size < rows * (dimension + 1) * _BYTES_OF_NUMBER:
            return True
        parts = read()
        if parts is None:
            return False
        for part in parts:
            part.checked()
    except (OSError, VisionLensError):
        return True
    return sum(len(part.ids) for part in parts) != rows


def _read_coordinates(dimensions: int, path: Path) -> None:
    projection_rows.read_coordinates(path, dimensions)


def _read_model(path: Path) -> None:
    from visionlens_jlab.map.projections.fitted import Fitted

    Fitted.load(path)


def lost_thumbnails(reader: Reader, folder: Path, thorough: bool) -> Iterator[int]:
    """Samples whose thumbnails were made and are not there any more, or not whole."""
    sizes = {}
    packs = Packs(folder / THUMBNAILS)
    rows = reader.rows(
        "SELECT thumb_pack, max(thumb_offset + thumb_length) FROM sample "
        "WHERE thumb_pack IS NOT NULL GROUP BY ALL"
    )
    for pack, end in rows:
        path = folder / THUMBNAILS / pack
        try:
            sizes[pack] = os.stat(path).st_size if path.is_file() else 0  # noqa: PTH116
        except OSError:
            sizes[pack] = 0
        if sizes[pack] >= end and not thorough:
            del sizes[pack]
    for pack, size in sizes.items():
        yield from _lost_of_pack(reader, packs, pack, size)
    packs.close()


def _lost_of_pack(reader: Reader, packs: Packs, pack: str, size: int) -> Iterator[int]:
    rows = reader.rows(
        "SELECT sample_id, thumb_offset, thumb_length FROM sample WHERE thumb_pack = ? "
        "ORDER BY thumb_offset",
        [pack],
    )
    for sample, offset, length in rows:
        if offset + length > size:
            yield sample
            continue
        try:
            packs.read(pack, offset, length)
        except VisionLensError:
            yield sample
