"""Formats, and what an ingest would find."""

from __future__ import annotations

from tornado.web import authenticated

from ..models import DetectRequest
from .base import Resource
from .guard import authorized
from .shapes import FormatList


class FormatsHandler(Resource):
    """`formats`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Formats that can be read."""
        from ..formats import registry

        await self.answer(FormatList(formats=await self.work(registry.list_formats)))


class DetectHandler(Resource):
    """`detect`"""

    @authenticated
    @authorized
    async def post(self) -> None:
        """Which format lies here, and where its parts are."""
        from ..formats import registry

        request = await self.body(DetectRequest)
        request = await self.work(
            self.services.policy.confine, request, unrestricted=self.from_kernel
        )
        await self.answer(await self.work(registry.detect, request))
