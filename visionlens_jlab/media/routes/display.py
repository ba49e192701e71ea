"""What an image holds, and how those of a dataset are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Operation, Route
from visionlens_jlab.media.routes.pictures import PICTURE
from visionlens_jlab.media.shapes import DisplayChoice, PictureInfo
from visionlens_jlab.media.store.display import Displays
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


class DisplayHandler(Resource):
    """`datasets/{dataset}/display`"""

    @Operation("How images are shown", response=DisplayChoice, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Page, bands and stretch of images that have more than one picture shows."""
        await self.answer_from(
            dataset, lambda store: DisplayChoice(display=store.part(Displays).chosen)
        )

    @Operation(
        "Choose how images are shown", DisplayChoice, DisplayChoice, errors=(*DATASET, *CHANGE)
    )
    async def put(self, dataset: str) -> None:
        """Keep it with the dataset; without a display: forget it."""
        asked = await self.body(DisplayChoice)
        await self.changed(dataset, lambda store: store.part(Displays).choose(asked.display))
        await self.answer(asked)


class PictureHandler(Resource):
    """`datasets/{dataset}/samples/{sample_id}/picture`"""

    @Operation("What an image holds", response=PictureInfo, errors=(*DATASET, *PICTURE))
    async def get(self, dataset: str, sample_id: str) -> None:
        """Pages, bands, type and range of its numbers; whether it is camera RAW."""
        await self.answer_from(dataset, lambda store: _info(store, int(sample_id)), kind="picture")


def _info(store: DatasetStore, sample_id: int) -> PictureInfo:
    from visionlens_jlab.media.browser import browser_type
    from visionlens_jlab.media.drawing import describe_image

    images = store.part(Images)
    with images.open(*images.path(sample_id)) as file:
        if browser_type(file) is not None:
            return PictureInfo()
        found = describe_image(file, store.part(Displays).layers)
        return PictureInfo(**msgspec.structs.asdict(found))


ROUTES = [
    Route("datasets/{dataset}/display", DisplayHandler),
    Route("datasets/{dataset}/samples/{sample_id:int}/picture", PictureHandler),
]
