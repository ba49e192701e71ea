"""A reader with what is derived from the data at its version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar, cast

from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.catalog.fieldset import FieldSet
from visionlens_jlab.catalog.statistics import Statistics, read_statistics
from visionlens_jlab.catalog.userfields import LIST_FIELDS, field_set
from visionlens_jlab.catalog.views import ResolvedView, ViewCache
from visionlens_jlab.models import ViewSpec

T = TypeVar("T")
_KEPT = 64


class Caches:
    """What one dataset's readers share: views, and anything else derived from one version."""

    def __init__(self) -> None:
        self.views = ViewCache()
        self._derived: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value for `key` (which names the version), made when it is not there."""
        with self._lock:
            if key in self._derived:
                self._derived.move_to_end(key)
                return cast(T, self._derived[key])
        value = make()
        with self._lock:
            self._derived[key] = value
            while len(self._derived) > _KEPT:
                self._derived.popitem(last=False)
        return value


class Snapshot:
    """One thread's consistent look at the dataset."""

    def __init__(self, reader: Reader, caches: Caches) -> None:
        self.reader = reader
        self._caches = caches

    @property
    def fields(self) -> FieldSet:
        """The fields there are."""
        return self.cached(("fields",), lambda: field_set(self.reader.rows(LIST_FIELDS)))

    @property
    def statistics(self) -> Statistics:
        """Ranges and numbers of values of the fields."""
        return self.cached(("statistics",), lambda: read_statistics(self.reader, self.fields))

    def view(self, spec: ViewSpec) -> ResolvedView:
        """A view, from the cache where possible."""
        return self._caches.views.get(self.reader, self.fields, spec)

    def cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A value derived from the data at this version."""
        return self._caches.get((self.reader.version, *key), make)
