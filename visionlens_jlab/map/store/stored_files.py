"""The files of projections: coordinates and fitted models."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, Rebuild, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.map.capability import FOLDER
from visionlens_jlab.map.job.parameters import REQUESTED
from visionlens_jlab.map.shapes import Projection, ProjectRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.map.store.rows import read_coordinates

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.dataset import OpenDataset


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
        """With the same seed, and placed by its model where that is whole: points come to lie
        where they lay. Clusters are a field and stay.
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
