"""Formats, and what an ingest would find."""

from __future__ import annotations

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import Operation, Route
from visionlens_jlab.core.api.services import PathPolicy
from visionlens_jlab.formats.shapes import Detected, DetectRequest
from visionlens_jlab.ingestion.routes.places import PLACE, confine
from visionlens_jlab.ingestion.shapes import FormatList


class FormatsHandler(Resource):
    """`formats`"""

    @Operation("Formats", response=FormatList)
    async def get(self) -> None:
        """Formats that can be read."""
        await self.answer(await self.work(_formats))


class DetectHandler(Resource):
    """`detect`"""

    @Operation("What an ingest would find", DetectRequest, Detected, errors=PLACE, reads=True)
    async def post(self) -> None:
        """Which format lies here, and where its parts are."""
        request = await self.body(DetectRequest)
        request = await self.work(
            confine, self.services.policy, request, unrestricted=self.from_kernel
        )
        policy = self.services.policy
        await self.answer(await self.limited("query", lambda: _detect(request, policy)))


def _formats() -> FormatList:
    from visionlens_jlab.formats.detect import format_infos

    return FormatList(formats=format_infos())


def _detect(request: DetectRequest, policy: PathPolicy) -> Detected:
    from visionlens_jlab.formats.detect import detect

    return detect(request, allowed=policy.confinement)


ROUTES = [
    Route("formats", FormatsHandler),
    Route("detect", DetectHandler),
]
