"""Projections of embedding spaces, and where they put each id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Rebuilding, Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Binary, Operation, Route
from visionlens_jlab.map.shapes import ProjectionList
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    from visionlens_jlab.map.shapes import Projection

POINTS = Binary(
    wire.BINARY,
    "Coordinates as little-endian float32, (largest id + 1) x dimensions, NaN where there is none.",
)


class ProjectionsHandler(Rebuilding):
    """`datasets/{dataset}/projections`"""

    @Operation("Projections", response=ProjectionList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every projection, oldest first."""
        found = await self.dataset(dataset, lambda store: store.part(Projections).all())
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
        points = await self.read(dataset, lambda store: store.part(Projections).points(found))
        self.set_header("VisionLens-Count", str(found.rows))
        await self._send(points.astype("<f4", copy=False).tobytes(), wire.BINARY)


def _tag(found: Projection) -> str:
    """Another result under the same id is another one."""
    name = f"{found.projection}:{found.created_at}"
    return hashlib.blake2s(name.encode(), digest_size=12).hexdigest()


ROUTES = [
    Route("datasets/{dataset}/projections", ProjectionsHandler),
    Route("datasets/{dataset}/projections/{projection}", ProjectionHandler),
    Route("datasets/{dataset}/projections/{projection}/points", PointsHandler),
]
