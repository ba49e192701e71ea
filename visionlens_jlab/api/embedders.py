"""The models that can embed."""

from __future__ import annotations

from tornado.web import authenticated

from ..models import EmbedderInfo
from .base import Resource
from .guard import authorized
from .shapes import EmbedderList


class EmbeddersHandler(Resource):
    """`embedders`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Every embedder that can be named, the best that is at hand first."""
        await self.answer(EmbedderList(embedders=await self.work(_embedders)))


def _embedders() -> list[EmbedderInfo]:
    from ..embedding.registry import embedders

    return embedders()
