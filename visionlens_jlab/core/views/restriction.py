"""What a view's own SQL lets through: the ids that its rows name, in the order of its rows."""

from __future__ import annotations

import io
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.registry import restrictions
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.sql.box import user_query
from visionlens_jlab.core.sql.check import refused
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids, id_limit

VIEW_SECONDS = 5.0
"""A view is waited for: its SQL gets less time than a query of its own."""
_COLUMNS: dict[str, Level] = {"annotation_id": "annotations", "sample_id": "samples"}
_HINT = (
    "Select the column sample_id to show images, or annotation_id to show annotations: "
    "SELECT sample_id FROM samples."
)


@dataclass(frozen=True)
class Restriction:
    """Ids of `level`, uint32 (n,), each once; where there are both columns, annotations."""

    level: Level
    ids: Ids


@dataclass(frozen=True)
class Ranking(Restriction):
    """The same, best first, with `scores` float32 (n,)."""

    scores: Ids


def is_restricted(spec: ViewSpec) -> bool:
    """Whether more than a filter chooses the rows of a view."""
    members = (getattr(spec, kind.member) for kind in restrictions())
    return bool((spec.sql or "").strip()) or any(member is not None for member in members)


def unranked(spec: ViewSpec) -> ViewSpec:
    """What is ranked: the rest of a view."""
    ranking = {kind.member: None for kind in restrictions() if kind.ranks}
    return spec.model_copy(update={**ranking, "sort": []})


def read_restriction(reader: Reader, sql: str) -> Restriction:
    """Run a view's SQL; only the column of ids is fetched.

    Missing ids (NULL) and those that were never given out are left out.

    Raises
    ------
    VisionLensError
        SQL_REFUSED also when there is no column of ids; what `select_file` raises.
    """
    with user_query(reader, sql, VIEW_SECONDS, ids=True) as result:
        level = _COLUMNS[result.column().lower()]
        limit = id_limit(reader.cursor, level)
        return Restriction(level, _distinct(pa.ipc.open_stream(io.BufferedReader(result)), limit))


def id_column(relation: duckdb.DuckDBPyRelation) -> tuple[str, str]:
    """The column of ids of a query, and the type in which it is read. SQL_REFUSED."""
    for name in _COLUMNS:
        for column, type_ in zip(relation.columns, map(str, relation.types), strict=True):
            if column.lower() != name:
                continue
            if not type_.endswith(("INTEGER", "INT", '"NULL"', ",0)")):
                raise refused(f"Its column {column} holds no whole numbers.", _HINT)
            # Wider numbers than 64 bits come as the nearest float: those that matter are exact.
            is_wide = type_.startswith(("UBIG", "HUGE", "UHUGE", "DEC"))
            return column, "DOUBLE" if is_wide else "BIGINT"
    raise refused("It has no column that says what to show.", _HINT)


def _distinct(batches: pa.RecordBatchReader, limit: int) -> Ids:
    """Ids below `limit` in the order they first come; takes memory for `limit` ids only."""
    seen = np.zeros(limit, dtype=bool)
    first = np.empty(limit, dtype=np.uint32)
    found = []
    for batch in batches:
        numbers = batch.column(0).drop_null().to_numpy()
        ids = numbers[(numbers >= 0) & (numbers < limit)].astype(np.uint32)
        fresh = ids[~seen[ids]]
        places = np.arange(len(fresh), dtype=np.uint32)
        # Written backwards, so that the first place of an id stays.
        first[fresh[::-1]] = places[::-1]
        fresh = fresh[first[fresh] == places]
        seen[fresh] = True
        found.append(fresh)
    return np.concatenate([np.empty(0, np.uint32), *found])
