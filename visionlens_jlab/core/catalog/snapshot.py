"""A reader with what is derived from the data at its version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.capability import resolve as resolve_name
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.places import Places
from visionlens_jlab.core.catalog.statistics import Statistics, read_statistics
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, TABLES, field_set
from visionlens_jlab.core.predicates.sql import Among
from visionlens_jlab.core.registry import restrictions
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.restriction import (
    Ranking,
    Restriction,
    is_restricted,
    read_restriction,
    unranked,
)
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, id_limit, ids_at_level
from visionlens_jlab.core.views.views import ResolvedView, count_all, resolve
from visionlens_jlab.errors import VisionLensError

T = TypeVar("T")


class Cache(Generic[T]):
    """The most recently used values; safe for threads.

    Parameters
    ----------
    limit : int
        What the values kept may cost together; the latest is kept in any case.
    cost : callable
        Of a value; by default 1 each.
    """

    def __init__(self, limit: int, cost: Callable[[T], int] = lambda _: 1) -> None:
        self._limit = limit
        self._cost = cost
        self._values: OrderedDict[tuple[Any, ...], T] = OrderedDict()
        self._held = 0
        self._making: dict[tuple[Any, ...], Future[T]] = {}
        self._lock = threading.Lock()

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """The value for `key` (which names the version), made when it is not there.

        Who asks while another makes it waits for that one, and meets its error.
        """
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            making = self._making.get(key)
            if making is None:
                mine = self._making[key] = Future()
        if making is not None:
            return making.result()
        try:
            value = make()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            self._keep(key, value)
            mine.set_result(value)
            return value
        finally:
            with self._lock:
                del self._making[key]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._held = 0

    def _keep(self, key: tuple[Any, ...], value: T) -> None:
        with self._lock:
            self._values[key] = value
            self._held += self._cost(value)
            while len(self._values) > 1 and self._held > self._limit:
                self._held -= self._cost(self._values.popitem(last=False)[1])


_CACHED_IDS = 16_000_000
"""Ids kept over all views (64 MB)."""
_VIEW_IDS = 100_000
"""What a view counts for beside its ids: many tiny ones are dropped too."""
_KEPT = 64
_RESTRICTIONS_KEPT = 8
_RANKINGS_KEPT = 32


class Caches:
    """What one dataset's readers share: views, what chose them, thumbnails, all else."""

    def __init__(self, folder: Path, uuid: str = "") -> None:
        self.folder = folder
        self.uuid = uuid
        self.views: Cache[ResolvedView] = Cache(_CACHED_IDS, lambda view: len(view.ids) + _VIEW_IDS)
        self.derived: Cache[Any] = Cache(_KEPT)
        self.restrictions: Cache[Restriction] = Cache(_RESTRICTIONS_KEPT)
        self.rankings: Cache[Ranking] = Cache(_RANKINGS_KEPT)
        self.places = Places()
        self._kept: dict[type, Any] = {}

    def kept(self, kind: type[T]) -> T:
        """What a capability keeps of its own for this dataset, made when it is first asked for."""
        found = self._kept.get(kind)
        return cast(T, self._kept.setdefault(kind, kind()) if found is None else found)


class Snapshot:
    """One thread's consistent look at the dataset."""

    def __init__(self, reader: Reader, caches: Caches) -> None:
        self.reader = reader
        self.caches = caches
        self._among: dict[tuple[str, str], Among] = {}

    @property
    def fields(self) -> FieldSet:
        """The fields there are."""
        return self.cached(("fields",), lambda: field_set(self.reader.rows(LIST_FIELDS)))

    @property
    def statistics(self) -> Statistics:
        """Ranges and numbers of values of the fields."""
        return self.cached(("statistics",), lambda: read_statistics(self.reader, self.fields))

    @property
    def class_names(self) -> dict[int, str]:
        """Class id -> name."""
        return self.cached(
            ("class_names",), lambda: dict(self.reader.rows("SELECT class_id, name FROM class"))
        )

    @property
    def places(self) -> Places:
        """Where to remember thumbnails that will be asked for next."""
        return self.caches.places

    def view(self, spec: ViewSpec) -> ResolvedView:
        """A view, from the cache where possible."""
        key = (self.reader.version, spec.model_dump_json())
        return self.caches.views.get(key, lambda: self._resolve(spec))

    def _resolve(self, spec: ViewSpec) -> ResolvedView:
        found = None if spec.sort else self.ranking(spec)
        if found is not None and found.level == spec.level and not spec.all:
            return self._as_ranked(spec, found)
        return self._with_scores(resolve(self.reader, self.fields, spec, self.among(spec)))

    def _as_ranked(self, spec: ViewSpec, found: Ranking) -> ResolvedView:
        """What was ranked is the view: it is the best of what the rest lets through."""
        rest = self.view(unranked(spec))
        return replace(
            rest,
            spec=spec,
            ids=_frozen(found.ids),
            total=rest.total
            if spec.level == "samples"
            else count_all(self.reader, spec.level, all_sources=True),
            scores=_frozen(found.scores),
        )

    def among(self, spec: ViewSpec) -> Among | None:
        """What a view's SQL and restrictions let through, readable on this snapshot; None: none.

        SQL_REFUSED, SQL_TIMEOUT; what reading the restrictions raises.
        """
        named = self._named(spec)
        found = self.ranking(spec)
        if found is None:
            return named
        if found.level == "annotations" or named is None or named.level == "samples":
            return self._registered(("ranked", _key(spec)), found.level, lambda: found.ids)
        # The images found, but of their objects only those that are named.
        of_ranking = self._registered(("samples", _key(spec)), found.level, lambda: found.ids)
        return self._both(("ranked", _key(spec)), of_ranking, named)

    def _named(self, spec: ViewSpec) -> Among | None:
        """What a view's SQL, and each restriction that does not rank, let through."""
        named = self._among_sql((spec.sql or "").strip())
        for kind in restrictions():
            wanted = getattr(spec, kind.member)
            if kind.ranks or wanted is None:
                continue
            key = (kind.member, wanted.model_dump_json())
            restriction = self.caches.restrictions.get(
                (self.reader.version, *key), partial(resolve_name(kind.read), self, spec)
            )
            chosen = self._registered(key, restriction.level, partial(_ids, restriction))
            if named is None:
                named = chosen
            else:
                named = self._both((f"named {kind.member}", _key(spec)), named, chosen)
        return named

    def ranking(self, spec: ViewSpec) -> Ranking | None:
        """The best of what the rest of a view lets through; None: nothing ranks it."""
        for kind in restrictions():
            if kind.ranks and getattr(spec, kind.member) is not None:
                return self.caches.rankings.get(
                    (self.reader.version, _key(spec)),
                    partial(resolve_name(kind.read), self, spec),
                )
        return None

    def columns(self, spec: ViewSpec, annotation_ids: Ids) -> dict[str, pa.Array]:
        """What a view's restrictions say of annotations, by the names of columns."""
        found: dict[str, pa.Array] = {}
        for kind in restrictions():
            if kind.columns and getattr(spec, kind.member) is not None:
                found |= resolve_name(kind.columns)(self, spec)(annotation_ids)
        return found

    def _both(self, key: tuple[str, str], first: Among, second: Among) -> Among:
        """Those of one that are among another too, in the order of the first."""
        level: Level = "samples" if first.level == second.level == "samples" else "annotations"
        if first.level == second.level:
            joined = f"{second.relation} q ON q.id = f.id"
        else:
            owned, owners = (first, second) if first.level == "annotations" else (second, first)
            joined = (
                f"annotation a ON a.annotation_id = f.id JOIN {owners.relation} q "
                "ON q.id = a.sample_id"
                if owned is first
                else f"annotation a ON a.sample_id = f.id JOIN {owned.relation} q "
                "ON q.id = a.annotation_id"
            )
        chosen = "q.id" if first.level == "samples" and level == "annotations" else "f.id"
        sql = (
            f"SELECT {chosen} FROM {first.relation} f JOIN {joined} ORDER BY f.position, q.position"
        )
        return self._registered(key, level, lambda: self.reader.ids(sql))

    def matching_among(self, spec: ViewSpec) -> Among | None:
        """`among`, where it decides which annotations of a sample match."""
        ranked = self.ranking(spec)
        of_images = ranked is not None and ranked.level == "samples"
        return None if of_images and not is_restricted(unranked(spec)) else self.among(spec)

    def owners(self, annotation_ids: Ids) -> Ids:
        """The sample of each annotation, uint32 (n,)."""
        self.reader.register_ids("owned", annotation_ids)
        return self.reader.ids(
            "SELECT a.sample_id FROM annotation a JOIN owned q ON q.id = a.annotation_id "
            "ORDER BY q.position"
        )

    def _with_scores(self, view: ResolvedView) -> ResolvedView:
        found = self.ranking(view.spec)
        if found is None:
            return view
        among = self._registered(("scores", _key(view.spec)), found.level, lambda: found.ids)
        if found.level == view.level:
            sql = f"SELECT id, position FROM {among.relation}"
        elif view.level == "samples":
            sql = (
                f"SELECT a.sample_id AS id, min(q.position) AS position FROM {among.relation} q "
                "JOIN annotation a ON a.annotation_id = q.id GROUP BY a.sample_id"
            )
        else:
            sql = (
                f"SELECT a.annotation_id AS id, q.position FROM {among.relation} q "
                "JOIN annotation a ON a.sample_id = q.id"
            )
        self.reader.register_ids("scored", view.ids)
        positions = self.reader.ids(
            f"SELECT coalesce(p.position, {len(found.ids)}) FROM scored v "
            f"LEFT JOIN ({sql}) p ON p.id = v.id ORDER BY v.position"
        )
        scores = np.append(found.scores, np.float32(np.nan))[positions]
        return replace(view, scores=_frozen(scores))

    def _among_sql(self, sql: str) -> Among | None:
        if not sql:
            return None
        restriction = self.caches.restrictions.get(
            (self.reader.version, sql), lambda: read_restriction(self.reader, sql)
        )
        return self._registered(("sql", sql), restriction.level, lambda: restriction.ids)

    def _registered(self, key: tuple[str, str], level: Level, ids: Callable[[], Ids]) -> Among:
        """Ids as a relation of this snapshot."""
        if key not in self._among:
            name = f"among{len(self._among)}"
            self.reader.register_ids(name, ids())
            self._among[key] = Among(level, name)
        return self._among[key]

    def ids_at_level(self, view: ResolvedView, level: Level) -> Ids:
        """The rows of `level` that a view stands for, uint32."""
        among = self.among(view.spec)
        return ids_at_level(self.reader, self.fields, view, level, among)

    def existing(self, level: Level) -> tuple[Ids, int]:
        """By id of a level whether it exists, bool (next id,), and how many do."""

        def read() -> tuple[Ids, int]:
            table, key = TABLES[level]
            ids = self.reader.ids(f"SELECT {key} FROM {table}")
            mask = np.zeros(id_limit(self.reader.cursor, level), dtype=bool)
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

    def cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A value derived from the data at this version."""
        return cast(T, self.caches.derived.get((self.reader.version, *key), make))


def _ids(restriction: Restriction) -> Ids:
    return restriction.ids


def _key(spec: ViewSpec) -> str:
    """What decides about a ranking."""
    return spec.model_copy(update={"sort": []}).model_dump_json()


def _frozen(values: Ids) -> Ids:
    """The same values, which nobody can change: others share them."""
    shared = values.view()
    shared.flags.writeable = False
    return shared
