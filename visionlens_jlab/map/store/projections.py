"""Projections: their rows, the part of the open dataset, and the care for their files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.clock import to_iso, utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.damage.stored_files import Inspection, Rebuild, StoredFiles
from visionlens_jlab.core.datasets.own_files import own_file, remove_own_files
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.embeddings.vectors.segment_files import read_columns
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.capability import CLUSTERS, COORDINATES, FOLDER, MODEL
from visionlens_jlab.map.shapes import REQUESTED, ColorsRequest, Projection, ProjectRequest
from visionlens_jlab.map.store.clusters import write_clusters
from visionlens_jlab.map.store.colors import Coloring, read_colors

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset

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


Matrix = np.ndarray[Any, Any]


class Projections(Part):
    """The projections of one dataset."""

    def all(self) -> list[Projection]:
        """Every projection, oldest first."""
        with self.store.snapshot() as snapshot:
            return read_projections(snapshot.reader)

    def read(self, projection: str) -> Projection:
        """One projection. PROJECTION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return read_projection(snapshot.reader, projection)[0]

    def coordinates(self, projection: str) -> tuple[Ids, Matrix]:
        """Ids uint32 (n,) and coordinates float32 (n, dimensions). PROJECTION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            found, file, _ = read_projection(snapshot.reader, projection)
            path = own_file(self.store.folder, file)
            return read_coordinates(path, found.dimensions)

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
            file = read_projection(snapshot.reader, projection)[2]
        return None if file is None else own_file(self.store.folder, file)

    def delete(self, projection: str) -> None:
        """Remove a projection. PROJECTION_NOT_FOUND."""
        files: list[str] = self.store.write(
            lambda cursor: remove_projection(cursor, projection),
            kind="delete_projection",
            payload={"projection": projection},
        )
        remove_own_files(self.store.folder, files)

    def colors(self, request: ColorsRequest) -> Coloring:
        """One value of a field for each id, with what it means. FIELD_UNKNOWN."""
        with self.store.snapshot() as snapshot:
            return read_colors(snapshot, request)


def write_projected(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """A projection (`summary["projection"]`, a Projection), perhaps a model and clusters."""
    coordinates = files.name(COORDINATES)
    if coordinates is None:
        return
    projection = Projection.model_validate(piece.summary["projection"])
    write_projection(cursor, projection, coordinates, files.name(MODEL))
    if CLUSTERS in piece.tables:
        write_clusters(cursor, projection.level, piece.tables[CLUSTERS])


class ProjectionFiles(StoredFiles):
    """The files of projections. What is damaged of them is made again by a job of the map."""

    folders = (FOLDER,)

    def damages(self, inspection: Inspection) -> Iterator[Damage]:
        """Projections without their coordinates or without their model."""
        for _, what, space, method, dimensions in _bad(inspection):
            yield Damage(
                kind="projection",
                name=f"{method} of {space}",
                message=f"The {what} of the projection {method} of {space!r} are damaged or lost."
                if what == "coordinates"
                else f"The model of the projection {method} of {space!r} is damaged or lost: new "
                "vectors cannot be placed by it.",
                hint="It is made again when the map shows it, or by visionlens doctor --repair; so "
                f"does ds.project({space!r}, method={method!r}, dimensions={dimensions}, "
                "refit=True).",
            )

    def rebuilds(self, store: OpenDataset, inspection: Inspection) -> Iterator[Rebuild]:
        """Jobs with the same seed, by the model where that is whole: points come to lie as before.

        Clusters are a field and stay.
        """
        bad = {projection: what for projection, what, *_ in _bad(inspection)}
        for one in store.part(Projections).all() if bad else ():
            if one.projection in bad and not one.preview:
                request = _request(store.slug, one, refit=bad[one.projection] == "model")
                what = f"The projection {one.method} of {one.space!r}"
                yield Rebuild.of(one.projection, one.created_at, request, what)

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
        """Coordinates and models."""
        for row in cursor.execute("SELECT file, model_file FROM projection").fetchall():
            yield from row


def _request(dataset: str, found: Projection, *, refit: bool) -> ProjectRequest:
    parameters = dict(found.parameters)
    method = parameters.pop(REQUESTED, found.method)
    return ProjectRequest(
        dataset=dataset,
        space=found.space,
        method=method,
        dimensions=3 if found.dimensions == 3 else 2,
        seed=parameters.pop("seed", None),
        parameters=parameters,
        clusters=False,
        refit=refit,
    )


def _bad(inspection: Inspection) -> Iterator[tuple[str, str, str, str, int]]:
    """Projection, what of it is bad, space, method, dimensions."""
    rows = inspection.reader.rows(
        "SELECT projection, space, method, dimensions, file, model_file FROM projection "
        "ORDER BY created_at"
    )
    for projection, space, method, dimensions, file, model in rows:
        if model and inspection.is_bad(model, _read_model):
            yield projection, "model", space, method, dimensions
        elif inspection.is_bad(file, partial(read_coordinates, dimensions=dimensions)):
            yield projection, "coordinates", space, method, dimensions


def _read_model(path: Path) -> None:
    from visionlens_jlab.map.projections.fitted import Fitted

    Fitted.load(path)
