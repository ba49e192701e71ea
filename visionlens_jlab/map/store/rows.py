"""Projections as rows; their coordinates lie in files of the dataset's folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.embeddings.vectors.segment_files import read_columns
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import Projection

_SELECT = """
    SELECT p.projection, p.space, e.level, p.method, p.dimensions, p.parameters, p.rows, p.preview,
           p.warning, p.created_at, p.file, p.model_file
    FROM projection p JOIN embedding_space e ON e.space = p.space
"""


def read_projections(reader: Reader) -> list[Projection]:
    """Every projection, oldest first."""
    return [
        _projection(row) for row in reader.rows(f"{_SELECT} ORDER BY p.created_at, p.projection")
    ]


def read_projection(reader: Reader, projection: str) -> tuple[Projection, str, str | None]:
    """A projection with the files of its coordinates and its model. PROJECTION_NOT_FOUND."""
    rows = reader.rows(f"{_SELECT} WHERE p.projection = ?", [projection])
    if not rows:
        raise VisionLensError("PROJECTION_NOT_FOUND", f"There is no projection {projection!r}.")
    return _projection(rows[0]), rows[0][-2], rows[0][-1]


def write_projection(
    cursor: duckdb.DuckDBPyConnection, projection: Projection, file: str, model_file: str | None
) -> None:
    """Add a projection, or another result under its id. SPACE_NOT_FOUND."""
    if not cursor.execute(
        "SELECT 1 FROM embedding_space WHERE space = ?", [projection.space]
    ).fetchall():
        raise VisionLensError(
            "SPACE_NOT_FOUND", f"There is no embedding space {projection.space!r}."
        )
    cursor.execute(
        "INSERT OR REPLACE INTO projection VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            projection.projection,
            projection.space,
            projection.method,
            projection.dimensions,
            json.dumps(projection.parameters),
            projection.rows,
            projection.preview,
            file,
            model_file,
            projection.warning,
            utc_now(),
        ],
    )


def remove_projection(cursor: duckdb.DuckDBPyConnection, projection: str) -> list[str]:
    """Remove a projection; its files. PROJECTION_NOT_FOUND."""
    rows = cursor.execute(
        "DELETE FROM projection WHERE projection = ? RETURNING file, model_file", [projection]
    ).fetchall()
    if not rows:
        raise VisionLensError("PROJECTION_NOT_FOUND", f"There is no projection {projection!r}.")
    return [file for file in rows[0] if file is not None]


def read_coordinates(
    path: Path, dimensions: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Ids uint32 (n,) and coordinates float32 (n, dimensions). DATASET_DAMAGED."""
    try:
        columns = read_columns(path)
        axes = [columns[name].astype(np.float32, copy=False) for name in "xyz"[:dimensions]]
        ids = columns["id"].astype(np.uint32, copy=False)
        if not len(ids):
            return ids, np.empty((0, dimensions), np.float32)
        return ids, np.stack(axes, axis=1)
    except (VisionLensError, KeyError, ValueError) as error:
        raise VisionLensError(
            "DATASET_DAMAGED",
            f"The coordinates of the projection ({path.name}) are damaged.",
            "Project again with refit=True: it is made anew.",
            {"file": path.name},
        ) from error


def _projection(row: tuple[Any, ...]) -> Projection:
    name, space, level, method, dimensions, parameters, rows, preview, warning, created = row[:10]
    return Projection(
        projection=name,
        space=space,
        level=level,
        method=method,
        dimensions=dimensions,
        parameters=json.loads(parameters),
        rows=rows,
        preview=preview,
        warning=warning,
        created_at=to_iso(created),
    )
