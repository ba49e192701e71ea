"""The models that can embed, the methods that can project."""

from __future__ import annotations

from tornado.web import authenticated

from .base import Resource
from .guard import authorized
from .shapes import EmbedderList


class EmbeddersHandler(Resource):
    """`embedders`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """All that can be named, the best that is at hand first."""
        await self.answer(await self.work(_installed))


def _installed() -> EmbedderList:
    from ..embedding.projection_methods import projection_methods
    from ..embedding.registry import embedders

    return EmbedderList(embedders=embedders(), projections=projection_methods())
