"""Groups of duplicates: their rows, reading and resolving them."""

from __future__ import annotations

import json
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.catalog.staging import column, staged
from visionlens_jlab.core.views.shapes import Changed, TagRequest
from visionlens_jlab.duplicates.capability import DUPLICATES
from visionlens_jlab.duplicates.shapes import (
    SMALL_SIDE,
    DuplicateGroup,
    DuplicateMember,
    Duplicates,
    ResolveRequest,
)
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

_TYPES: dict[str, pa.DataType] = {
    "group_id": pa.int32(),
    "sample_id": pa.uint32(),
    "distance": pa.float32(),
    "confidence": pa.float32(),
    "transform": pa.string(),
    "best": pa.bool_(),
}
# Members that still exist, of groups that still have two.
_PRESENT = """
    SELECT d.group_id, d.sample_id, d.distance, d.confidence, d.transform, d.best, s.split
    FROM duplicate_member d JOIN sample s ON s.sample_id = d.sample_id WHERE d.kind = ?
    QUALIFY count(*) OVER (PARTITION BY d.group_id) > 1
"""


def write_duplicates(
    cursor: duckdb.DuckDBPyConnection, run: dict[str, Any], table: pa.Table | None
) -> None:
    """Put a run's groups in the place of those of the last run of its kind.

    Parameters
    ----------
    cursor : duckdb.DuckDBPyConnection
    run : dict
        `kind`, `parameters`, `samples`: how many were compared.
    table : pa.Table, optional
        group_id, sample_id, distance, confidence, transform, best.
    """
    kind = run["kind"]
    cursor.execute("DELETE FROM duplicate_member WHERE kind = ?", [kind])
    groups = 0
    if table is not None and table.num_rows:
        rows = pa.table({name: column(table, name, type_) for name, type_ in _TYPES.items()})
        with staged(cursor, rows) as name:
            cursor.execute(f"INSERT INTO duplicate_member SELECT ?, * FROM {name}", [kind])
        groups = len(rows.column("group_id").unique())
    cursor.execute(
        "INSERT OR REPLACE INTO duplicate_run VALUES (?, ?, ?, ?, ?)",
        [kind, json.dumps(run.get("parameters") or {}), run.get("samples", 0), groups, utc_now()],
    )


def read_duplicates(
    reader: Reader, kind: Literal["exact", "near"], offset: int = 0, limit: int = 100
) -> Duplicates:
    """A page of the groups that the last run of a kind found, by group."""
    runs = reader.rows("SELECT created_at FROM duplicate_run WHERE kind = ?", [kind])
    splits = reader.rows(
        "SELECT group_id, count(*), list_sort(list(DISTINCT split) FILTER (split IS NOT NULL)) "
        f"FROM ({_PRESENT}) GROUP BY group_id ORDER BY group_id",
        [kind],
    )
    shown = [row[0] for row in splits[offset : offset + limit]]
    rows = reader.rows(
        f"SELECT * FROM ({_PRESENT}) WHERE list_contains(?, group_id) "
        "ORDER BY group_id, best DESC, confidence DESC, sample_id",
        [kind, shown],
    )
    leaks = [row[2] for row in splits if row[2] and len(row[2]) > 1]
    pairs: dict[str, int] = {}
    for names in leaks:
        for i, one in enumerate(names):
            for other in names[i + 1 :]:
                pairs[f"{one}|{other}"] = pairs.get(f"{one}|{other}", 0) + 1
    small = reader.rows(
        "SELECT count(*) FROM sample WHERE ? = 'near' AND greatest(width, height) < ?",
        [kind, SMALL_SIDE],
    )
    return Duplicates(
        kind=kind,
        created_at=to_iso(runs[0][0]) if runs else None,
        groups=[_group(id_, list(members)) for id_, members in groupby(rows, key=itemgetter(0))],
        total=len(splits),
        samples=sum(row[1] for row in splits),
        leaks=len(leaks),
        leak_pairs=pairs,
        small=small[0][0],
    )


def read_run(reader: Reader, kind: str) -> str | None:
    """When the last run of a kind was; None: never."""
    rows = reader.rows("SELECT created_at FROM duplicate_run WHERE kind = ?", [kind])
    return to_iso(rows[0][0]) if rows else None


def read_rest(reader: Reader, kind: str, groups: list[int] | None, keep: list[int]) -> list[int]:
    """Samples of groups (None: all) that are neither the best nor kept in its place.

    Where the best one is no more, the most confident member is in its place.
    """
    chosen = "true" if groups is None else "list_contains(?::INTEGER[], group_id)"
    rows = reader.rows(
        f"WITH present AS ({_PRESENT}), ranked AS ("
        "SELECT group_id, sample_id, list_contains(?::UINTEGER[], sample_id) AS kept, "
        "row_number() OVER "
        "(PARTITION BY group_id ORDER BY best DESC, confidence DESC, sample_id) AS rank "
        f"FROM present WHERE {chosen}) "
        "SELECT sample_id FROM ranked WHERE NOT kept "
        "AND (rank > 1 OR group_id IN (SELECT group_id FROM ranked WHERE kept)) ORDER BY sample_id",
        [kind, keep, *([] if groups is None else [groups])],
    )
    return [row[0] for row in rows]


def _group(group: int, rows: list[tuple[Any, ...]]) -> DuplicateGroup:
    names = ("sample_id", "distance", "confidence", "transform", "best", "split")
    members = [DuplicateMember(**dict(zip(names, row[1:], strict=True))) for row in rows]
    splits = {member.split for member in members if member.split is not None}
    return DuplicateGroup(group=group, members=members, leak=len(splits) > 1)


class DuplicateGroups(Part):
    """The groups of duplicates of one dataset."""

    def read(
        self, kind: Literal["exact", "near"] = "near", offset: int = 0, limit: int = 100
    ) -> Duplicates:
        """A page of the groups that the last run of a kind found."""
        with self.store.snapshot() as snapshot:
            return read_duplicates(snapshot.reader, kind, offset, limit)

    def last_run(self, kind: Literal["exact", "near"]) -> str | None:
        """When duplicates of a kind were last looked for; None: never."""
        with self.store.snapshot() as snapshot:
            return read_run(snapshot.reader, kind)

    def rest(
        self, kind: Literal["exact", "near"], groups: list[int] | None, keep: list[int]
    ) -> list[int]:
        """Samples of groups (None: all) but for the best of each, or those kept instead."""
        with self.store.snapshot() as snapshot:
            return read_rest(snapshot.reader, kind, groups, keep)


def resolve(store: DatasetStore, request: ResolveRequest) -> Changed:
    """Tag or remove all but the best samples of groups of duplicates.

    Raises
    ------
    VisionLensError
        DUPLICATES_CHANGED when the groups are not those of the run that is meant;
        DATASET_READ_ONLY.
    """
    if store.part(DuplicateGroups).last_run(request.kind) != request.created_at:
        raise VisionLensError(
            "DUPLICATES_CHANGED", f"The {request.kind} duplicates are not those of that run."
        )
    rest = store.part(DuplicateGroups).rest(request.kind, request.groups, request.keep)
    if not rest:
        return Changed(version=store.version, changed=0)
    if request.action == "remove":
        return store.delete_samples(rest)
    return store.tag(TagRequest(tag=request.tag, ids=rest))


def write_found(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """The groups of a run (`summary["duplicates"]`: kind, parameters, samples)."""
    write_duplicates(cursor, piece.summary["duplicates"], piece.tables.get(DUPLICATES))
