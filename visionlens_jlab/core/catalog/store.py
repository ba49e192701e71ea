"""One open dataset: the facade over the modules beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO, Any, TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Database, Reader
from visionlens_jlab.core.catalog.dataset import OpenDataset
from visionlens_jlab.core.catalog.follower import Follower
from visionlens_jlab.core.catalog.job_results import JobResults
from visionlens_jlab.core.catalog.outbox import describe, remove_samples, state_payload
from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.catalog.state import State
from visionlens_jlab.core.damage.mending import Mending
from visionlens_jlab.core.datasets.card import CardKeeper
from visionlens_jlab.core.datasets.info import field_infos, read_detail, read_info
from visionlens_jlab.core.datasets.report import read_report
from visionlens_jlab.core.datasets.roots import root_locations
from visionlens_jlab.core.datasets.shapes import (
    DatasetDetail,
    DatasetInfo,
    FieldInfo,
    IngestReport,
    Roots,
)
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.fields.user_fields import LIST_FIELDS, field_set
from visionlens_jlab.core.fields.values import write_field, write_tag
from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.sql.box import run_select, select_file
from visionlens_jlab.core.system.confinement import NOWHERE, Confinement
from visionlens_jlab.core.views.detail import read_sample
from visionlens_jlab.core.views.facets import read_facets
from visionlens_jlab.core.views.restriction import is_restricted
from visionlens_jlab.core.views.saved_views import (
    delete_saved_view,
    read_saved_views,
    write_saved_view,
)
from visionlens_jlab.core.views.shapes import (
    Changed,
    Facets,
    FacetsRequest,
    Predicate,
    SampleDetail,
    SavedView,
    TagRequest,
    Tiles,
    ViewSpec,
)
from visionlens_jlab.core.views.table_pages import Tables
from visionlens_jlab.core.views.tables import Ids, as_ids
from visionlens_jlab.core.views.tiles import read_tiles
from visionlens_jlab.core.views.views import ResolvedView, check_filter, count_all
from visionlens_jlab.errors import VisionLensError

T = TypeVar("T")


class DatasetStore(OpenDataset):
    """A dataset that this process holds; from any thread.

    Reading takes a cursor of its own per call. Each writing call is one transaction of the one
    writer, with an outbox row and version + 1. What capabilities add is in parts:
    `store.part(Evaluations).all()`.

    Attributes
    ----------
    tables : Tables
    results : JobResults
    mending : Mending
    """

    def __init__(
        self,
        database: Database,
        *,
        read_only: bool = False,
        allowed: Confinement = NOWHERE,
        state: State | None = None,
    ) -> None:
        super().__init__(database, read_only=read_only, allowed=allowed, state=state)
        self.tables = self.part(Tables)
        self.results = self.part(JobResults)
        self.mending = self.part(Mending)
        self._follower: Follower | None = None
        self._card = CardKeeper(self.folder, self.uuid)
        if state is not None and state.was_known_before(self.slug, self.uuid):
            with suppress(VisionLensError):  # what is damaged, or no room, is said elsewhere
                self.trust_roots(all_known=True)
        self._refresh_card()

    def attach(self, follower: Follower | None) -> None:
        """Tell somebody of what happens to this dataset."""
        if follower is None or self.read_only:
            return
        self._follower = follower
        follower.attached(self)
        self.database.on_open = lambda: follower.opened(self.slug)
        follower.opened(self.slug)

    # --- reading -----------------------------------------------------------------------------

    def info(self) -> DatasetInfo:
        """The dataset's card, as it is now."""
        with self.snapshot() as snapshot:
            info = read_info(snapshot.reader, self.slug)
        return info.model_copy(update={"damages": self.mending.damages()})

    def detail(self) -> DatasetDetail:
        """The card with classes, splits, tags, sources, fields and roots."""
        with self.snapshot() as snapshot:
            detail = read_detail(snapshot.reader, self.slug, snapshot.fields, snapshot.statistics)
        return detail.model_copy(update={"damages": self.mending.damages()})

    def fields(self) -> list[FieldInfo]:
        """Every field that filters, sorts and facets know."""
        with self.snapshot() as snapshot:
            return field_infos(snapshot.fields, snapshot.statistics)

    def view(self, spec: ViewSpec) -> ResolvedView:
        """The ids a view shows. FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID."""
        with self.snapshot() as snapshot:
            return snapshot.view(spec)

    def count(self, level: Level) -> int:
        """Samples, or ground-truth annotations."""
        with self.snapshot() as snapshot:
            return count_all(snapshot.reader, level)

    def tiles(self, spec: ViewSpec, ids: Sequence[int] | Ids, *, geometry: bool = False) -> Tiles:
        """What the grid draws for ids of the view's level; two statements in all.

        `geometry`: with the shapes of what is no plain box.
        """
        with self.snapshot() as snapshot:
            return read_tiles(snapshot, spec, as_ids(ids), geometry=geometry)

    def first_tiles(self, spec: ViewSpec, count: int, *, geometry: bool = False) -> Tiles:
        """The tiles that the view begins with, `count` of them at most."""
        with self.snapshot() as snapshot:
            return read_tiles(snapshot, spec, snapshot.view(spec).ids[:count], geometry=geometry)

    def facets(self, request: FacetsRequest) -> Facets:
        """Counts of each field under all conditions but its own."""
        with self.snapshot() as snapshot:
            return read_facets(snapshot, request)

    def sample(self, sample_id: int, spec: ViewSpec) -> SampleDetail:
        """Everything about one sample, its annotations marked as the view sees them. ID_UNKNOWN."""
        with self.snapshot() as snapshot:
            return read_sample(snapshot, sample_id, spec)

    def predicate(self, text: str | None, filter: Filter | None) -> Predicate:
        """Both forms of a predicate (and-ed when both are given), checked against the fields."""
        with self.snapshot() as snapshot:
            spec = ViewSpec(where=text, filter=filter)
            return check_filter(snapshot.reader, snapshot.fields, spec)

    def sql(self, query: str, *, timeout: float = 30) -> pa.Table:
        """The result of one SELECT over the tables, or the views `samples` and `annotations`.

        SQL_REFUSED, SQL_TIMEOUT, MEMORY_LIMIT, LIMIT_REACHED.
        """
        with self.snapshot() as snapshot:
            return run_select(snapshot.reader, query, timeout)

    def sql_file(self, query: str, *, timeout: float = 30) -> IO[bytes]:
        """The same as an Arrow stream in a file, so that it takes no memory."""
        with self.snapshot() as snapshot:
            return select_file(snapshot.reader, query, timeout)

    def saved_views(self) -> list[SavedView]:
        """The views kept under a name, by name."""
        with self.snapshot() as snapshot:
            return read_saved_views(snapshot.reader)

    def report(self, offset: int = 0, limit: int = 1000) -> IngestReport | None:
        """The latest ingest's report with a page of its items; None: never ingested."""
        with self.snapshot() as snapshot:
            return read_report(snapshot.reader, offset, limit)

    def roots(self) -> Roots:
        """Where the images lie, and which of these places may be read."""
        with self.snapshot() as snapshot:
            locations = root_locations(snapshot.reader)
        readable = self.trust.readable()
        refused = [name for name, place in locations.items() if not readable.allows_root(place)]
        return Roots(roots=locations, refused=refused, readable=list(readable.folders))

    # --- writing -----------------------------------------------------------------------------

    def set_field(
        self, name: str, ids: np.ndarray[Any, Any], values: pa.Array, *, level: Level = "samples"
    ) -> Changed:
        """Set `values[i]` on row `ids[i]`, in a new field if need be. FIELD_TYPE, ID_UNKNOWN."""
        wanted = as_ids(ids)

        def work(cursor: duckdb.DuckDBPyConnection) -> int:
            return write_field(
                cursor, _fields_in(cursor), level=level, name=name, ids=wanted, values=values
            )

        payload = {"field": name, "level": level, "count": len(wanted)}
        changed, version = self.commit(work, kind="set_field", payload=payload, by_hand=True)
        return Changed(version=version, changed=changed)

    def tag(self, request: TagRequest) -> Changed:
        """Add a tag to rows, or take it away.

        REQUEST_INVALID without either ids or a view, ID_UNKNOWN.
        """
        if (request.ids is None) == (request.view is None):
            raise VisionLensError("REQUEST_INVALID", "Give either ids or a view to tag.")
        given = None if request.ids is None else as_ids(request.ids)
        if given is not None:
            with self.snapshot() as snapshot:
                snapshot.check_exist(request.level, given)
        if request.view is not None and is_restricted(request.view):
            # The user's SQL and searches never run in the writer, nor are outcomes read there.
            with self.snapshot() as snapshot:
                given = snapshot.ids_at_level(snapshot.view(request.view), request.level)

        def work(cursor: duckdb.DuckDBPyConnection) -> int:
            ids = self._tagged(Reader(cursor), request) if given is None else given
            return write_tag(cursor, request.level, ids, request.tag, remove=request.remove)

        payload = {"tag": request.tag, "level": request.level, "remove": request.remove}
        changed, version = self.commit(work, kind="tag", payload=payload, by_hand=True)
        return Changed(version=version, changed=changed)

    def delete_samples(self, ids: Sequence[int] | Ids) -> Changed:
        """Delete samples with their annotations, tags and vectors; ids are not used again.

        The images stay where they are. ID_UNKNOWN.
        """
        wanted = as_ids(ids)
        with self.snapshot() as snapshot:
            snapshot.check_exist("samples", wanted)
        payload: dict[str, Any] = {}

        def work(cursor: duckdb.DuckDBPyConnection) -> int:
            listed = "sample_id IN (SELECT unnest(?::UINTEGER[]))"
            removed = remove_samples(cursor, listed, wanted.tolist())
            payload.update(describe(removed))
            return len(removed["samples"])

        changed, version = self.commit(work, kind="delete_samples", payload=payload, by_hand=True)
        return Changed(version=version, changed=changed)

    def save_view(self, name: str, spec: ViewSpec) -> SavedView:
        """Keep a view under a name; an earlier one of that name is replaced.

        FIELD_UNKNOWN, FIELD_TYPE, PREDICATE_INVALID, SQL_REFUSED where it cannot be shown.
        """
        self.view(spec)
        return self.keep(lambda cursor: write_saved_view(cursor, name, spec))

    def delete_view(self, name: str) -> None:
        """Forget a saved view. VIEW_NOT_FOUND."""
        self.keep(lambda cursor: delete_saved_view(cursor, name))

    def trust_roots(self, *, all_known: bool = False) -> None:
        """Note that this user wants the images to be read where the dataset says they lie.

        `all_known`: an earlier version let the user choose them, and did not note it.
        """
        with self.snapshot() as snapshot:
            locations = root_locations(snapshot.reader)
        self.trust.choose(locations.values(), all_known=all_known)
        self.watch.forget()

    def set_state(self, state: str, *, job: str | None = None) -> None:
        """Set the state that the card shows: ready, ingesting, incomplete or damaged.

        `job`: the ingest that has the dataset from now on, and no other one.
        """
        self.write(
            lambda cursor: cursor.execute("UPDATE meta SET state = ?", [state]) and None,
            kind="state",
            payload=state_payload(state, job),
        )
        self._refresh_card()

    def commit(
        self,
        work: Callable[[duckdb.DuckDBPyConnection], T],
        *,
        kind: str,
        payload: dict[str, Any],
        by_hand: bool = False,
    ) -> tuple[T, int]:
        """As `OpenDataset.commit`; the card and who follows are told."""
        result = super().commit(work, kind=kind, payload=payload, by_hand=by_hand)
        if self._card.is_due():
            self._refresh_card()
        if self._follower is not None:
            self._follower.committed(self.slug, kind)
        return result

    def release(self, *, wait: float = 30) -> bool:
        """As `OpenDataset.release`; the card and who follows are told."""
        if self.database.is_open:
            self._refresh_card()
        if not super().release(wait=wait):
            return False
        if self._follower is not None:
            self._follower.released(self.uuid)
        return True

    def _tagged(self, reader: Reader, request: TagRequest) -> Ids:
        snapshot = Snapshot(reader, self.caches)
        return snapshot.ids_at_level(snapshot.view(request.view or ViewSpec()), request.level)

    def _refresh_card(self) -> None:
        if not self.read_only:
            self._card.refresh(self.info)


def _fields_in(cursor: duckdb.DuckDBPyConnection) -> FieldSet:
    return field_set(cursor.execute(LIST_FIELDS).fetchall())
