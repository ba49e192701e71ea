"""A reader with what is derived from the data at its version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar, cast

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import FieldSet
from visionlens_jlab.catalog.predicates import Among
from visionlens_jlab.catalog.restriction import Restriction, read_restriction
from visionlens_jlab.catalog.statistics import Statistics, read_statistics
from visionlens_jlab.catalog.tables import Ids, ids_at_level
from visionlens_jlab.catalog.thumbnails import Places
from visionlens_jlab.catalog.userfields import LIST_FIELDS, field_set
from visionlens_jlab.catalog.views import ResolvedView, ViewCache, resolve
from visionlens_jlab.models import Level, ViewSpec

T = TypeVar("T")
_KEPT = 64
_RESTRICTIONS_KEPT = 8


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
    """What one dataset's readers share: views, what SQL chose, thumbnails, all else derived."""

    def __init__(self) -> None:
        self.views = ViewCache()
        self.derived = Cache(_KEPT)
        self.restrictions = Cache(_RESTRICTIONS_KEPT)
        self.places = Places()


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

    def cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A value derived from the data at this version."""
        return self._caches.derived.get((self.reader.version, *key), make)
