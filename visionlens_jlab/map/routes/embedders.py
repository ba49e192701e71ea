"""The models that can embed, the methods that can project."""

from __future__ import annotations

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.map.shapes import EmbedderList


class EmbeddersHandler(Resource):
    """`embedders`"""

    @Operation("Models that can embed", response=EmbedderList)
    async def get(self) -> None:
        """All that can be named, the best that is at hand first."""
        await self.answer(await self.work(_installed))


def _installed() -> EmbedderList:
    from visionlens_jlab.embeddings.models.registry import embedders
    from visionlens_jlab.map.installed_methods import projection_methods

    return EmbedderList(embedders=embedders(), projections=projection_methods())


ROUTES = [
    Route("embedders", EmbeddersHandler),
]
