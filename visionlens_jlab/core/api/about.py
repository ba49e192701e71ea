"""Version, contract, and what lies below the prefix but does not exist."""

from __future__ import annotations

import json

from tornado.web import HTTPError

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Binary, Operation, Route
from visionlens_jlab.core.api.shapes import About, Limits
from visionlens_jlab.core.views.shapes import TilesRequest
from visionlens_jlab.version import __version__

CONTRACT = Binary("application/json", "This document.")


class AboutHandler(Resource):
    """`about`."""

    @Operation("Version and limits", response=About)
    async def get(self) -> None:
        """The extension's version and limits."""
        limits = Limits(tile_ids=_most_tiles(), body_bytes=self.services.body_bytes)
        await self.answer(About(version=__version__, limits=limits))


class OpenApiHandler(Resource):
    """`openapi.json`."""

    @Operation("The contract", response=CONTRACT)
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


ROUTES = [Route("about", AboutHandler), Route("openapi.json", OpenApiHandler)]
