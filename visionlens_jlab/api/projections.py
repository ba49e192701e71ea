"""Projections of embedding spaces, and where they put each id."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tornado.web import authenticated

from . import wire
from .base import Resource
from .guard import authorized
from .shapes import ProjectionList

if TYPE_CHECKING:
    import numpy as np

    from ..catalog.store import DatasetStore
    from ..models import Projection


class ProjectionsHandler(Resource):
    """`datasets/{dataset}/projections`"""

    @authenticated
    @authorized
    async def get(self, dataset: str) -> None:
        """Every projection, oldest first."""
        found = await self.dataset(dataset, lambda store: store.projections())
        await self.answer(ProjectionList(projections=found))


class ProjectionHandler(Resource):
    """`datasets/{dataset}/projections/{projection}`"""

    @authenticated
    @authorized
    async def delete(self, dataset: str, projection: str) -> None:
        """Remove a projection."""

        def delete(store: DatasetStore) -> tuple[str, int]:
            store.delete_projection(projection)
            return store.slug, store.version

        slug, version = await self.dataset(dataset, delete)
        self.services.announcer.dataset(slug, version, "changed")
        self.set_status(204)
        self.finish()


class PointsHandler(Resource):
    """`datasets/{dataset}/projections/{projection}/points`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, projection: str) -> None:
        """Coordinates by id, NaN where there are none."""
        found = await self.dataset(dataset, lambda store: store.projection(projection))
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("ETag", f'"{_tag(found)}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        points = await self.dataset(dataset, lambda store: by_id(*store.coordinates(projection)))
        self.set_header("VisionLens-Count", str(found.rows))
        await self._send(points.astype("<f4", copy=False).tobytes(), wire.BINARY)


def by_id(ids: np.ndarray, coordinates: np.ndarray) -> np.ndarray:
    """Float32 (largest id + 1, dimensions), rows of NaN where there is no id."""
    import numpy as np

    size = int(ids.max()) + 1 if len(ids) else 0
    points = np.full((size, coordinates.shape[1]), np.nan, dtype=np.float32)
    points[ids] = coordinates
    return points


def _tag(found: Projection) -> str:
    """Another result under the same id is another one."""
    name = f"{found.projection}:{found.created_at}"
    return hashlib.blake2s(name.encode(), digest_size=12).hexdigest()
