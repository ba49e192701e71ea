"""What jobs bring of projections, written with their pieces."""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.map.capability import CLUSTERS, COORDINATES, MODEL
from visionlens_jlab.map.shapes import Projection
from visionlens_jlab.map.store.clusters import write_clusters
from visionlens_jlab.map.store.rows import write_projection


def write_projected(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """A projection (`summary["projection"]`, a Projection), perhaps a model and clusters."""
    coordinates = files.name(COORDINATES)
    if coordinates is None:
        return
    projection = Projection.model_validate(piece.summary["projection"])
    write_projection(cursor, projection, coordinates, files.name(MODEL))
    if CLUSTERS in piece.tables:
        write_clusters(cursor, projection.level, piece.tables[CLUSTERS])
