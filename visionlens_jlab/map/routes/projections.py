"""Projections of embedding spaces, and where they put each id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.codes import CHANGE, DATASET
from visionlens_jlab.core.api.operations import Binary, Operation, Route
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import ProjectionList
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    import numpy as np

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.map.shapes import Projection, ProjectRequest

POINTS = Binary(
    wire.BINARY,
    "Coordinates as little-endian float32, (largest id + 1) x dimensions, NaN where there is none.",
)


class Rebuilding(Resource):
    """What looks at projections and may find them damaged."""

    async def rebuild(self, dataset: str) -> None:
        """Queue what makes damaged projections of a dataset again, each once."""
        runner = await self.services.runner()
        wanted = await self.library(lambda library: _rebuilds(library.open(dataset)))
        for name, request in wanted.items():
            try:
                await runner.submit_once(request, name)
            except VisionLensError as error:  # whoever looked at them is told of the damage
                self.log.warning("A projection of %s stays damaged: %s", dataset, error)


class ProjectionsHandler(Rebuilding):
    """`datasets/{dataset}/projections`"""

    @Operation("Projections", response=ProjectionList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every projection, oldest first."""
        found = await self.dataset(dataset, lambda store: store.part(Projections).all())
        if await self.dataset(dataset, lambda store: store.part(Projections).bad()):
            await self.rebuild(dataset)
        await self.answer(ProjectionList(projections=found))


class ProjectionHandler(Resource):
    """`datasets/{dataset}/projections/{projection}`"""

    @Operation(
        "Remove a projection",
        status=204,
        errors=(*DATASET, *CHANGE, "PROJECTION_NOT_FOUND"),
    )
    async def delete(self, dataset: str, projection: str) -> None:
        """Remove a projection."""
        await self.remove(dataset, lambda store: store.part(Projections).delete(projection))


class PointsHandler(Rebuilding):
    """`datasets/{dataset}/projections/{projection}/points`"""

    @Operation(
        "Coordinates by id",
        response=POINTS,
        headers=("VisionLens-Count",),
        errors=(*DATASET, "PROJECTION_NOT_FOUND"),
        cached=True,
    )
    async def get(self, dataset: str, projection: str) -> None:
        """Coordinates by id, NaN where there are none."""
        found = await self.dataset(dataset, lambda store: store.part(Projections).read(projection))
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("ETag", f'"{_tag(found)}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        try:
            points = await self.dataset(
                dataset, lambda it: by_id(*it.part(Projections).coordinates(projection))
            )
        except VisionLensError as error:
            if error.code != "DATASET_DAMAGED":
                raise
            await self.rebuild(dataset)
            hint = "They are made again by a job: look once it is done."
            raise VisionLensError(error.code, error.message, hint, error.details) from error
        self.set_header("VisionLens-Count", str(found.rows))
        await self._send(points.astype("<f4", copy=False).tobytes(), wire.BINARY)


def by_id(ids: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Float32 (largest id + 1, dimensions), rows of NaN where there is no id."""
    import numpy as np

    size = int(ids.max()) + 1 if len(ids) else 0
    points = np.full((size, coordinates.shape[1]), np.nan, dtype=np.float32)
    points[ids] = coordinates
    return points


def _rebuilds(store: DatasetStore) -> dict[str, ProjectRequest]:
    from visionlens_jlab.map.rebuilding import rebuilds

    return rebuilds(store)


def _tag(found: Projection) -> str:
    """Another result under the same id is another one."""
    name = f"{found.projection}:{found.created_at}"
    return hashlib.blake2s(name.encode(), digest_size=12).hexdigest()


ROUTES = [
    Route("datasets/{dataset}/projections", ProjectionsHandler),
    Route("datasets/{dataset}/projections/{projection}", ProjectionHandler),
    Route("datasets/{dataset}/projections/{projection}/points", PointsHandler),
]
