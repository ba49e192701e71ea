"""Version, contract, and what lies below the prefix but does not exist."""

from __future__ import annotations

import json

from tornado.web import HTTPError, authenticated

from .. import __version__
from ..models import TilesRequest
from .base import Resource
from .guard import authorized
from .shapes import About, Limits


class AboutHandler(Resource):
    """`about`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """The extension's version and limits."""
        limits = Limits(tile_ids=_most_tiles(), body_bytes=self.services.body_bytes)
        await self.answer(About(version=__version__, limits=limits))


class OpenApiHandler(Resource):
    """`openapi.json`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """The contract of this API."""
        self.finish(await self.work(lambda: json.dumps(self.services.contract())))


class UnknownHandler(Resource):
    """Everything else below the prefix."""

    async def prepare(self) -> None:
        """Refuse strangers first, then anybody."""
        await super().prepare()
        raise HTTPError(404, "There is nothing at this address.")


def _most_tiles() -> int:
    schema = TilesRequest.model_json_schema()
    return int(schema["properties"]["ids"]["anyOf"][0]["maxItems"])
