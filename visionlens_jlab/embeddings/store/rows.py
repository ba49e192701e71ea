"""Embedding spaces, their segments and encoded queries as rows; runs inside the writer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.acknowledged import LOST
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.outbox import named_ids
from visionlens_jlab.core.datasets.own_files import place_of
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.capability import FOLDER
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Query
from visionlens_jlab.errors import VisionLensError, unknown

_SPACES = """
    SELECT space, level, model, version, dimension, has_text, settings, created_at
    FROM embedding_space
"""


FITTED = "fitted"
"""The setting that names the file a space's vectors were fitted with."""


def folder_of(space: str) -> str:
    """A space's folder below the dataset's, for its segments."""
    return f"{FOLDER}/{place_of(space)}"


def read_spaces(reader: Reader) -> list[tuple[Any, ...]]:
    """Rows of `_SPACES`, oldest first."""
    return reader.rows(f"{_SPACES} ORDER BY created_at, space")


def read_space(reader: Reader, space: str) -> tuple[Any, ...]:
    """A space's row; SPACE_NOT_FOUND."""
    rows = reader.rows(f"{_SPACES} WHERE space = ?", [space])
    if not rows:
        raise _no_space(reader.cursor, space)
    return rows[0]


def read_segment_files(reader: Reader, space: str, after: int = -1) -> list[tuple[str, int]]:
    """Segments of a space below the dataset's folder, oldest first, and the commits they came with.

    `after`: only those of later commits.
    """
    rows = reader.rows(
        "SELECT file, sequence FROM vector_segment WHERE space = ? AND sequence > ? "
        "ORDER BY position",
        [space, after],
    )
    return [(row[0], int(row[1])) for row in rows]


def read_segment_rows(reader: Reader, space: str) -> list[int]:
    """Rows of each segment of a space, oldest first."""
    rows = reader.rows("SELECT rows FROM vector_segment WHERE space = ? ORDER BY position", [space])
    return [int(row[0]) for row in rows]


def read_removals(reader: Reader, level: Level, after: int) -> np.ndarray[Any, Any]:
    """Ids of a level that commits after one removed, or brought back, uint32."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE sequence > ? "
        "AND (contains(payload, '\"removed\"') OR contains(payload, '\"restored\"'))",
        [after],
    )
    return named_ids((json.loads(row[0]) for row in rows), level)


def was_deleted(reader: Reader, space: str, after: int) -> bool:
    """Whether a commit after one deleted a space of this name, or was found to be lost."""
    rows = reader.rows(
        "SELECT payload FROM outbox WHERE sequence > ? AND kind IN ('delete_space', ?)",
        [after, LOST],
    )
    return any(json.loads(row[0]).get("space", space) == space for row in rows)


def replace_segments(
    cursor: duckdb.DuckDBPyConnection, space: str, old: list[str], new: str, rows: int
) -> bool:
    """Put one segment in the place of a space's oldest; False when they are no longer those."""
    found = cursor.execute(
        "SELECT file, position, sequence FROM vector_segment WHERE space = ? ORDER BY position "
        "LIMIT ?",
        [space, len(old)],
    ).fetchall()
    if not old or [row[0] for row in found] != old:
        return False
    position, sequence = found[-1][1], max(row[2] for row in found)
    cursor.execute(
        "DELETE FROM vector_segment WHERE space = ? AND position <= ?", [space, position]
    )
    cursor.execute(
        "INSERT INTO vector_segment VALUES (?, ?, ?, ?, ?)", [space, position, new, rows, sequence]
    )
    return True


def write_space(cursor: duckdb.DuckDBPyConnection, space: EmbeddingSpace) -> None:
    """Add a space, or check that it is the one there is.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when there is another of its name.
    """
    _check_name(space.space)
    found = cursor.execute(
        "SELECT level, model, version, dimension FROM embedding_space WHERE space = ?",
        [space.space],
    ).fetchall()
    if not found:
        cursor.execute(
            "INSERT INTO embedding_space VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                space.space,
                space.level,
                space.model,
                space.version,
                space.dimension,
                space.has_text,
                json.dumps(space.settings),
                utc_now(),
            ],
        )
        return
    given = (space.level, space.model, space.version, space.dimension)
    names = ("level", "model", "version", "dimension")
    for name, there, wanted in zip(names, found[0], given, strict=True):
        if there != wanted:
            raise VisionLensError(
                "VECTORS_INVALID",
                f"The space {space.space!r} has the {name} {there}, not {wanted}.",
                "Give another name for the space, or delete it first.",
            )


def write_segment_row(cursor: duckdb.DuckDBPyConnection, space: str, file: str, rows: int) -> None:
    """Register a segment as the latest of its space, under the version this commit makes."""
    cursor.execute(
        "INSERT INTO vector_segment SELECT ?, (SELECT coalesce(max(position), -1) + 1 "
        "FROM vector_segment WHERE space = ?), ?, ?, version + 1 FROM meta",
        [space, space, file, rows],
    )


def remove_space(cursor: duckdb.DuckDBPyConnection, space: str) -> list[str]:
    """Remove a space with all that is made from it; the files that nobody needs any more.

    SPACE_NOT_FOUND.
    """
    gone = cursor.execute(
        "DELETE FROM embedding_space WHERE space = ? RETURNING settings", [space]
    ).fetchall()
    if not gone:
        raise _no_space(cursor, space)
    files = cursor.execute(
        "SELECT file FROM vector_segment WHERE space = $space UNION ALL "
        "SELECT unnest([file, model_file]) FROM projection WHERE space = $space",
        {"space": space},
    ).fetchall()
    for table in ("vector_segment", "query_vector", "projection"):
        cursor.execute(f"DELETE FROM {table} WHERE space = ?", [space])
    fitted = json.loads(gone[0][0]).get(FITTED)
    return [file for (file,) in [*files, (fitted,)] if file is not None]


def query_key(space: str, vector: np.ndarray[Any, Any]) -> str:
    """The key of an encoded query: the same vector has the same key."""
    return hashlib.blake2s(
        space.encode() + b"\0" + np.asarray(vector, np.float32).tobytes(), digest_size=12
    ).hexdigest()


def write_query(
    cursor: duckdb.DuckDBPyConnection,
    space: str,
    kind: str,
    vector: np.ndarray[Any, Any],
    text: str | None,
) -> str:
    """Keep an encoded query; its key."""
    key = query_key(space, vector)
    cursor.execute(
        "INSERT INTO query_vector VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (query) DO NOTHING",
        [key, space, kind, text, vector.tolist(), utc_now()],
    )
    return key


def read_queries(
    reader: Reader, space: str, keys: Iterable[str]
) -> dict[str, np.ndarray[Any, Any]]:
    """Vectors float32 (d,) of encoded queries of a space; those that are not there are left out."""
    rows = reader.rows(
        "SELECT query, vector FROM query_vector WHERE space = ? AND list_contains(?, query)",
        [space, list(keys)],
    )
    return {row[0]: np.asarray(row[1], dtype=np.float32) for row in rows}


def list_queries(reader: Reader, space: str, limit: int) -> list[Query]:
    """The encoded queries of a space, the latest first."""
    rows = reader.rows(
        "SELECT query, kind, text FROM query_vector WHERE space = ? "
        "ORDER BY created_at DESC, query LIMIT ?",
        [space, limit],
    )
    return [Query(query=query, kind=kind, text=text) for query, kind, text in rows]


def _check_name(space: str) -> None:
    if not space or len(space) > 200 or any(c in space for c in "/\\") or space in (".", ".."):
        raise VisionLensError(
            "VECTORS_INVALID",
            f"{space!r} is no name for an embedding space.",
            "Use up to 200 characters without slashes.",
        )


def _no_space(cursor: duckdb.DuckDBPyConnection, space: str) -> VisionLensError:
    known = cursor.execute("SELECT space FROM embedding_space ORDER BY created_at").fetchall()
    return unknown("SPACE_NOT_FOUND", "embedding space", space, [name for (name,) in known])
