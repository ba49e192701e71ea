"""The picture of one annotation."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from visionlens_jlab.core.api.operations import DATASET, Binary, Operation, Route
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.routes.images import LASTING, PictureHandler
from visionlens_jlab.media.routes.pictures import PICTURE
from visionlens_jlab.media.shapes import CropQuery
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.media.store.crops import CropSource


class CropHandler(PictureHandler):
    """`datasets/{dataset}/annotations/{annotation_id}/crop`"""

    @Operation(
        "Annotation with its surroundings",
        response=Binary("image/webp", "The part of the image, upright."),
        query=CropQuery,
        errors=(*DATASET, *PICTURE),
        cached=True,
    )
    async def get(self, dataset: str, annotation_id: str) -> None:
        """The annotation with its surroundings, WebP; cached for ever under its version key."""
        asked = self.query(CropQuery)
        source = await self.dataset(
            dataset, lambda store: store.part(Images).crop_source(int(annotation_id))
        )
        lasting = asked.v is not None and asked.v == source.version
        self.set_header("Cache-Control", LASTING if lasting else "no-cache")
        name = f"{source}:{asked.size}:{asked.aspect}"
        if lasting and self.not_modified(hashlib.sha256(name.encode()).hexdigest()[:32]):
            return
        content = await self.dataset(
            dataset, lambda store: _crop(store, source, asked), kind="picture"
        )
        self.set_header("Content-Type", "image/webp")
        self.finish(content)


def _crop(store: DatasetStore, source: CropSource, asked: CropQuery) -> bytes:
    from visionlens_jlab.media.drawing import draw_crop

    if source.box is None:
        raise VisionLensError(
            "IMAGE_MISSING", "The annotation is of the whole image.", "Ask for the sample's image."
        )
    with store.part(Images).open(source.location, source.path) as file:
        return draw_crop(
            file, source.box, long_side=asked.size, size=source.size, aspect=asked.aspect
        )


ROUTES = [
    Route("datasets/{dataset}/annotations/{annotation_id:int}/crop", CropHandler),
]
