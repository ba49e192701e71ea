"""A reader with what is derived from the data at its version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

from visionlens_jlab.core.catalog.cache import Cache
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.statistics import Statistics, read_statistics
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, TABLES, field_set
from visionlens_jlab.core.predicates.sql import Among
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.outcome_shapes import OutcomeFilter
from visionlens_jlab.core.views.restriction import Restriction, read_restriction
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, ids_at_level
from visionlens_jlab.core.views.views import ResolvedView, count_all, resolve
from visionlens_jlab.embeddings.index.interface import IndexState, SearchIndex
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.store.searches import Found, run_search, without_search
from visionlens_jlab.embeddings.vectors.segment_files import Part, damaged, read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import CompareRequest, RunComparison
from visionlens_jlab.evaluation.store import rows as evaluation_rows
from visionlens_jlab.evaluation.store.files import compare_evaluated, load_evaluated
from visionlens_jlab.evaluation.store.outcomes import OutcomesById, outcomes_by_id, read_outcomes
from visionlens_jlab.media.store.thumbnails import Places

if TYPE_CHECKING:
    from visionlens_jlab.evaluation.evaluated import Evaluated

T = TypeVar("T")
_CACHED_IDS = 16_000_000
"""Ids kept over all views (64 MB)."""
_VIEW_IDS = 100_000
"""What a view counts for beside its ids: many tiny ones are dropped too."""
_KEPT = 64
_RESTRICTIONS_KEPT = 8
_SPACES_KEPT = 8
_SEARCHES_KEPT = 32
_SEGMENTS_KEPT = 1024
_EVALUATIONS_KEPT = 6


class Caches:
    """What one dataset's readers share: views, what SQL chose, thumbnails, vectors, all else."""

    def __init__(self, folder: Path, uuid: str = "") -> None:
        self.folder = folder
        self.uuid = uuid
        self.index: SearchIndex | None = None
        self.views: Cache[ResolvedView] = Cache(_CACHED_IDS, lambda view: len(view.ids) + _VIEW_IDS)
        self.derived: Cache[Any] = Cache(_KEPT)
        self.restrictions: Cache[Restriction] = Cache(_RESTRICTIONS_KEPT)
        self.places = Places()
        self.searches: Cache[Found] = Cache(_SEARCHES_KEPT)
        self.spaces: Cache[Segments] = Cache(_SPACES_KEPT)
        self.parts: Cache[list[Part]] = Cache(_SEGMENTS_KEPT)
        self.evaluated: Cache[Evaluated] = Cache(_EVALUATIONS_KEPT)
        self.comparisons: Cache[RunComparison] = Cache(_KEPT)


class Snapshot:
    """One thread's consistent look at the dataset."""

    def __init__(self, reader: Reader, caches: Caches) -> None:
        self.reader = reader
        self._caches = caches
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
        return self._caches.places

    def view(self, spec: ViewSpec) -> ResolvedView:
        """A view, from the cache where possible."""
        key = (self.reader.version, spec.model_dump_json())
        return self._caches.views.get(key, lambda: self._resolve(spec))

    def _resolve(self, spec: ViewSpec) -> ResolvedView:
        if spec.search is not None and not spec.sort:
            found = self.found(spec)
            if found.level == spec.level and not spec.all:
                return self._as_found(spec, found)
        return self._with_scores(resolve(self.reader, self.fields, spec, self.among(spec)))

    def _as_found(self, spec: ViewSpec, found: Found) -> ResolvedView:
        """What the search found is the view: it looked among what the rest lets through."""
        rest = self.view(without_search(spec))
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
        """What a view's SQL and search let through, readable on this snapshot; None: it has none.

        SQL_REFUSED, SQL_TIMEOUT; what `run_search` raises.
        """
        named = self._named(spec)
        if spec.search is None:
            return named
        found = self.found(spec)
        if found.level == "annotations" or named is None or named.level == "samples":
            return self._registered(("search", _key(spec)), found.level, lambda: found.ids)
        # The images found, but of their objects only those that SQL or outcomes name.
        of_search = self._registered(("samples", _key(spec)), found.level, lambda: found.ids)
        return self._both(("search", _key(spec)), of_search, named)

    def _named(self, spec: ViewSpec) -> Among | None:
        """What a view's SQL and outcomes let through."""
        of_sql = self._among_sql((spec.sql or "").strip())
        wanted = spec.outcomes
        if wanted is None:
            return of_sql
        key = ("outcomes", wanted.model_dump_json())
        restriction = self._caches.restrictions.get(
            (self.reader.version, *key), lambda: read_outcomes(self, wanted)
        )
        of_outcomes = self._registered(key, restriction.level, lambda: restriction.ids)
        if of_sql is None:
            return of_outcomes
        return self._both(("named", _key(spec)), of_sql, of_outcomes)

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

    def evaluated(self, evaluation: str) -> Evaluated:
        """The arrays of an evaluation. EVALUATION_NOT_FOUND, DATASET_DAMAGED."""
        stored = evaluation_rows.read_evaluation(self.reader, evaluation)
        path = own_file(self._caches.folder, stored.file)
        return self._caches.evaluated.get((stored.file,), lambda: load_evaluated(path))

    def images_of(self, evaluated: Evaluated, view: ViewSpec) -> Ids:
        """bool (m,): the images of an evaluation that a view shows."""
        shown = self.ids_at_level(self.view(view), "samples")
        return np.isin(evaluated.sample_ids, shown)

    def comparison(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """Two evaluations, kept. EVALUATION_NOT_FOUND, EVALUATION_INVALID."""
        names = (evaluation, request.other)
        files = [evaluation_rows.read_evaluation(self.reader, name).file for name in names]
        a, b = self.evaluated(evaluation), self.evaluated(request.other)
        return self._caches.comparisons.get(
            (*names, *files, request.model_dump_json()),
            lambda: compare_evaluated(names, a, b, request),
        )

    def outcomes(self, wanted: OutcomeFilter) -> OutcomesById:
        """What became of each annotation at the threshold of a view."""
        key = ("outcomes_by_id", wanted.evaluation, wanted.confidence)
        evaluated = self.evaluated(wanted.evaluation)
        return self.cached(key, lambda: outcomes_by_id(evaluated, wanted.confidence))

    def matching_among(self, spec: ViewSpec) -> Among | None:
        """`among`, where it decides which annotations of a sample match."""
        others = (spec.sql or "").strip() or spec.outcomes is not None
        of_images = spec.search is not None and self.found(spec).level == "samples"
        return None if of_images and not others else self.among(spec)

    def found(self, spec: ViewSpec) -> Found:
        """What a view's search finds. SPACE_NOT_FOUND, QUERY_NOT_FOUND, ID_UNKNOWN ..."""
        search = spec.search
        if search is None:
            raise ValueError("the view has no search")
        return self._caches.searches.get(
            (self.reader.version, _key(spec)), lambda: run_search(self, spec, search)
        )

    def search_index(
        self,
        space: str,
        segments: Segments,
        target: Ids,
        k: int,
        *,
        among: Ids | None,
        threshold: float | None,
    ) -> tuple[Ids, Ids] | None:
        """What the index finds; None: there is none that can tell."""
        index = self._caches.index
        if index is None:
            return None
        return index.search(
            self._caches.uuid, space, segments, target, k, among=among, threshold=threshold
        )

    def index_state(self, space: str) -> IndexState:
        """How far the index of a space is."""
        index = self._caches.index
        if index is None:
            return "none"
        return index.state(self._caches.uuid, space, self.segments(space))

    def owners(self, annotation_ids: Ids) -> Ids:
        """The sample of each annotation, uint32 (n,)."""
        self.reader.register_ids("owned", annotation_ids)
        return self.reader.ids(
            "SELECT a.sample_id FROM annotation a JOIN owned q ON q.id = a.annotation_id "
            "ORDER BY q.position"
        )

    def _with_scores(self, view: ResolvedView) -> ResolvedView:
        if view.spec.search is None:
            return view
        found = self.found(view.spec)
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
        restriction = self._caches.restrictions.get(
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

    def space_level(self, space: str) -> Level:
        """The level of a space. SPACE_NOT_FOUND."""
        return self.cached(
            ("space_level", space), lambda: embedding_rows.read_space(self.reader, space)[1]
        )

    def segments(self, space: str) -> Segments:
        """The vectors of a space that count at this version. SPACE_NOT_FOUND, DATASET_DAMAGED."""

        def read() -> Segments:
            row = embedding_rows.read_space(self.reader, space)
            level, dimension = row[1], row[4]
            files = embedding_rows.read_segment_files(self.reader, space)
            parts = [part for file, _ in files for part in self.parts(file, dimension)]
            rows = sum(embedding_rows.read_segment_rows(self.reader, space))
            if sum(len(part.ids) for part in parts) != rows:
                raise damaged(", ".join(Path(file).name for file, _ in files))
            latest = max((sequence for _, sequence in files), default=0)
            return Segments(parts, dimension, self.existing(level)[0], sequence=latest)

        return self._caches.spaces.get((self.reader.version, space), read)

    def query_vectors(self, space: str, keys: Sequence[str]) -> list[Ids]:
        """Vectors float32 (d,) of encoded queries of a space. QUERY_NOT_FOUND."""
        found = embedding_rows.read_queries(self.reader, space, keys) if keys else {}
        for key in keys:
            if key not in found:
                raise VisionLensError(
                    "QUERY_NOT_FOUND", f"There is no encoded query {key!r} of the space {space!r}."
                )
        return [found[key] for key in keys]

    def parts_after(self, space: str, after: int) -> list[Part]:
        """Rows of the segments of a space that later commits brought."""
        dimension = embedding_rows.read_space(self.reader, space)[4]
        files = embedding_rows.read_segment_files(self.reader, space, after)
        return [part for file, _ in files for part in self.parts(file, dimension)]

    def parts(self, file: str, dimension: int) -> list[Part]:
        """The rows of one segment. DATASET_DAMAGED."""
        path = own_file(self._caches.folder, file)
        return self._caches.parts.get((file,), lambda: read_parts(path, dimension))

    def cached(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """A value derived from the data at this version."""
        return cast(T, self._caches.derived.get((self.reader.version, *key), make))


def _key(spec: ViewSpec) -> str:
    """What decides about a search's result."""
    return spec.model_copy(update={"sort": []}).model_dump_json()


def _frozen(values: Ids) -> Ids:
    """The same values, which nobody can change: others share them."""
    shared = values.view()
    shared.flags.writeable = False
    return shared
