"""Routes of the models that embed, of projections with their coordinates, and of colours."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Rebuilding, Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Binary, Operation, Route
from visionlens_jlab.map.shapes import ColorsRequest, EmbedderList, ProjectionList
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    from visionlens_jlab.map.shapes import Projection
    from visionlens_jlab.map.store.colors import Coloring


class EmbeddersHandler(Resource):
    """`embedders`."""

    @Operation("Models that can embed", response=EmbedderList)
    async def get(self) -> None:
        """All that can be named, the best that is at hand first."""
        await self.answer(await self.work(_installed))


def _installed() -> EmbedderList:
    from visionlens_jlab.embeddings.models.registry import embedders
    from visionlens_jlab.map.projections.parameters import projection_methods

    return EmbedderList(embedders=embedders(), projections=projection_methods())


POINTS = Binary(
    wire.BINARY,
    "Coordinates as little-endian float32, (largest id + 1) x dimensions, NaN where there is none.",
)


class ProjectionsHandler(Rebuilding):
    """`datasets/{dataset}/projections`."""

    @Operation("Projections", response=ProjectionList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every projection, oldest first."""
        found = await self.dataset(dataset, lambda store: store.part(Projections).all())
        await self.rebuild(dataset)
        await self.answer(ProjectionList(projections=found))


class ProjectionHandler(Resource):
    """`datasets/{dataset}/projections/{projection}`."""

    @Operation(
        "Remove a projection",
        status=204,
        errors=(*DATASET, *CHANGE, "PROJECTION_NOT_FOUND"),
    )
    async def delete(self, dataset: str, projection: str) -> None:
        """Remove a projection."""
        await self.remove(dataset, lambda store: store.part(Projections).delete(projection))


class PointsHandler(Rebuilding):
    """`datasets/{dataset}/projections/{projection}/points`."""

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


COLORS = Binary(wire.BINARY, "A `ColorLegend` and the values by id; it says how.")


class ColorsHandler(Resource):
    """`datasets/{dataset}/colors`."""

    @Operation(
        "Values of a field by id",
        ColorsRequest,
        COLORS,
        errors=(*DATASET, "FIELD_UNKNOWN"),
        reads=True,
    )
    async def post(self, dataset: str) -> None:
        """A field's values by id, the legend before them."""
        request = await self.body(ColorsRequest)
        coloring = await self.dataset(
            dataset, lambda store: store.part(Projections).colors(request)
        )
        await self._send(await self.work(_frame, coloring), wire.BINARY)


def _frame(coloring: Coloring) -> bytes:
    """The legend's length, the legend, the values; see `ColorLegend`."""
    legend = coloring.legend.model_dump_json().encode()
    legend += b" " * (-len(legend) % 4)
    values = coloring.values
    little = values.astype(values.dtype.newbyteorder("<"), copy=False)
    return len(legend).to_bytes(4, "little") + legend + little.tobytes()


ROUTES = [
    Route("embedders", EmbeddersHandler),
    Route("datasets/{dataset}/projections", ProjectionsHandler),
    Route("datasets/{dataset}/projections/{projection}", ProjectionHandler),
    Route("datasets/{dataset}/projections/{projection}/points", PointsHandler),
    Route("datasets/{dataset}/colors", ColorsHandler),
]
