"""A reader with what is derived from the data at its version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from visionlens_jlab.catalog import embedding_rows
from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import FieldSet
from visionlens_jlab.catalog.predicates import Among
from visionlens_jlab.catalog.restriction import Restriction, read_restriction
from visionlens_jlab.catalog.statistics import Statistics, read_statistics
from visionlens_jlab.catalog.tables import Ids, ids_at_level
from visionlens_jlab.catalog.thumbnails import Places
from visionlens_jlab.catalog.userfields import LIST_FIELDS, TABLES, field_set
from visionlens_jlab.catalog.views import ResolvedView, ViewCache, resolve
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import Level, ViewSpec
from visionlens_jlab.vectors.segments import Part, Segments, read_parts

T = TypeVar("T")
_KEPT = 64
_RESTRICTIONS_KEPT = 8
_SPACES_KEPT = 8
_SEGMENTS_KEPT = 1024


class Cache:
    """The most recently used values, `kept` of them; safe for threads."""

    def __init__(self, kept: int) -> None:
        self._values: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._kept = kept
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value for `key` (which names the version), made when it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return cast(T, self._values[key])
        value = make()
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._kept:
                self._values.popitem(last=False)
        return value


class Caches:
    """What one dataset's readers share: views, what SQL chose, thumbnails, vectors, all else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.views = ViewCache()
        self.derived = Cache(_KEPT)
        self.restrictions = Cache(_RESTRICTIONS_KEPT)
        self.places = Places()
        self.spaces = Cache(_SPACES_KEPT)
        self.parts = Cache(_SEGMENTS_KEPT)


class Snapshot:
    """One thread's consistent look at the dataset."""

    def __init__(self, reader: Reader, caches: Caches) -> None:
        self.reader = reader
        self._caches = caches
        self._among: dict[str, Among] = {}

    @property
    def fields(self) -> FieldSet:
        """The fields there are."""
        return self.cached(("fields",), lambda: field_set(self.reader.rows(LIST_FIELDS)))

    @property
    def statistics(self) -> Statistics:
        """Ranges and numbers of values of the fields."""
        return self.cached(("statistics",), lambda: read_statistics(self.reader, self.fields))

    @property
    def places(self) -> Places:
        """Where to remember thumbnails that will be asked for next."""
        return self._caches.places

    def view(self, spec: ViewSpec) -> ResolvedView:
        """A view, from the cache where possible."""
        return self._caches.views.get(
            self.reader.version,
            spec,
            lambda: resolve(self.reader, self.fields, spec, self.among(spec)),
        )

    def among(self, spec: ViewSpec) -> Among | None:
        """What a view's SQL lets through, readable on this snapshot; None: it has none.

        SQL_REFUSED, SQL_TIMEOUT.
        """
        sql = (spec.sql or "").strip()
        if not sql:
            return None
        if sql not in self._among:
            restriction: Restriction = self._caches.restrictions.get(
                (self.reader.version, sql), lambda: read_restriction(self.reader, sql)
            )
            name = f"among{len(self._among)}"
            self.reader.register_ids(name, restriction.ids)
            self._among[sql] = Among(restriction.level, name)
        return self._among[sql]

    def ids_at_level(self, view: ResolvedView, level: Level) -> Ids:
        """The rows of `level` that a view stands for, uint32."""
        among = self.among(view.spec)
        return ids_at_level(self.reader, self.fields, view, level, among)

    def existing(self, level: Level) -> tuple[Ids, int]:
        """By id of a level whether it exists, bool (next id,), and how many do."""

        def read() -> tuple[Ids, int]:
            table, key = TABLES[level]
            ids = self.reader.ids(f"SELECT {key} FROM {table}")
            mask = np.zeros(embedding_rows.id_limit(self.reader.cursor, level), dtype=bool)
            mask[ids] = True
            return mask, len(ids)

        return self.cached(("existing", level), read)

    def check_exist(self, level: Level, ids: Ids) -> None:
        """ID_UNKNOWN when one of the ids does not exist at a level."""
        mask, _ = self.existing(level)
        known = ids < len(mask)
        known[known] = mask[ids[known]]
        if not known.all():
            unknown = ids[~known]
            listed = ", ".join(map(str, unknown[:5].tolist())) + (", ..." * (len(unknown) > 5))
            raise VisionLensError("ID_UNKNOWN", f"There are no {level} with the ids {listed}.")

    def segments(self, space: str) -> Segments:
        """The vectors of a space that count at this version. SPACE_NOT_FOUND, VECTORS_INVALID."""

        def read() -> Segments:
            row = embedding_rows.read_space(self.reader, space)
            level, dimension = row[1], row[4]
            files = embedding_rows.read_segment_files(self.reader, space)
            parts = [part for file in files for part in self._parts(file, dimension)]
            return Segments(parts, dimension, self.existing(level)[0])

        return self._caches.spaces.get((self.reader.version, space), read)

    def query_vectors(self, space: str, keys: Sequence[str]) -> list[Ids]:
        """Vectors float32 (d,) of encoded queries of a space. QUERY_NOT_FOUND."""
        found = embedding_rows.read_queries(self.reader, space, keys)
        for key in keys:
            if key not in found:
                raise VisionLensError(
                    "QUERY_NOT_FOUND", f"There is no encoded query {key!r} of the space {space!r}."
                )
        return [found[key] for key in keys]

    def _parts(self, file: str, dimension: int) -> list[Part]:
        path = self._caches.folder / file
        return self._caches.parts.get((file,), lambda: read_parts(path, dimension))

    def cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A value derived from the data at this version."""
        return self._caches.derived.get((self.reader.version, *key), make)
