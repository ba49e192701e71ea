"""Projections and colours of the map, as a part of the open dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.datasets.own_files import own_file, remove_own_files
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.map.shapes import ColorsRequest, Projection
from visionlens_jlab.map.store import rows as projection_rows
from visionlens_jlab.map.store.colors import Coloring, read_colors

Matrix = np.ndarray[Any, Any]


class Projections(Part):
    """The projections of one dataset."""

    def all(self) -> list[Projection]:
        """Every projection, oldest first."""
        with self.store.snapshot() as snapshot:
            return projection_rows.read_projections(snapshot.reader)

    def read(self, projection: str) -> Projection:
        """One projection. PROJECTION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return projection_rows.read_projection(snapshot.reader, projection)[0]

    def coordinates(self, projection: str) -> tuple[Ids, Matrix]:
        """Ids uint32 (n,) and coordinates float32 (n, dimensions). PROJECTION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            found, file, _ = projection_rows.read_projection(snapshot.reader, projection)
            path = own_file(self.store.folder, file)
            return projection_rows.read_coordinates(path, found.dimensions)

    def points(self, projection: Projection) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        ids, coordinates = self.coordinates(projection.projection)
        size = int(ids.max()) + 1 if len(ids) else 0
        points = np.full((size, projection.dimensions), np.nan, dtype=np.float32)
        points[ids] = coordinates
        return points

    def model(self, projection: str) -> Path | None:
        """The fitted model of a projection; None: it has none. PROJECTION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            file = projection_rows.read_projection(snapshot.reader, projection)[2]
        return None if file is None else own_file(self.store.folder, file)

    def delete(self, projection: str) -> None:
        """Remove a projection. PROJECTION_NOT_FOUND."""
        files: list[str] = self.store.write(
            lambda cursor: projection_rows.remove_projection(cursor, projection),
            kind="delete_projection",
            payload={"projection": projection},
        )
        remove_own_files(self.store.folder, files)

    def colors(self, request: ColorsRequest) -> Coloring:
        """One value of a field for each id, with what it means. FIELD_UNKNOWN."""
        with self.store.snapshot() as snapshot:
            return read_colors(snapshot, request)
