"""Formats, and what an ingest would find."""

from __future__ import annotations

from tornado.web import authenticated

from ..models import Detected, DetectRequest
from .base import Resource
from .guard import authorized, authorized_to_read
from .paths import PathPolicy
from .shapes import FormatList


class FormatsHandler(Resource):
    """`formats`"""

    @authenticated
    @authorized
    async def get(self) -> None:
        """Formats that can be read."""
        await self.answer(await self.work(_formats))


class DetectHandler(Resource):
    """`detect`"""

    @authenticated
    @authorized_to_read
    async def post(self) -> None:
        """Which format lies here, and where its parts are."""
        request = await self.body(DetectRequest)
        request = await self.work(
            self.services.policy.confine, request, unrestricted=self.from_kernel
        )
        await self.answer(await self.work(_detect, request, self.services.policy))


def _formats() -> FormatList:
    from ..formats.registry import format_infos

    return FormatList(formats=format_infos())


def _detect(request: DetectRequest, policy: PathPolicy) -> Detected:
    from ..formats.detect import detect

    return detect(request, allowed=policy.confinement)
