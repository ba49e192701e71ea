"""The files of projections: coordinates and fitted models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.map.store.rows import FOLDER, read_coordinates

if TYPE_CHECKING:
    import duckdb


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

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
        """Coordinates and models."""
        for row in cursor.execute("SELECT file, model_file FROM projection").fetchall():
            yield from row


def bad_projections(inspection: Inspection) -> dict[str, str]:
    """Projection -> what of it is damaged or lost, "coordinates" or "model"."""
    return {projection: what for projection, what, *_ in _bad(inspection)}


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
