"""The images of samples: thumbnails, and each at full resolution."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from jupyter_server.base.handlers import JupyterHandler
from tornado.iostream import StreamClosedError

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Guarded, Resource
from visionlens_jlab.core.api.operations import DATASET, Binary, Operation, Route
from visionlens_jlab.core.api.services import Kind
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.routes.pictures import PICTURE, Picture
from visionlens_jlab.media.shapes import ImageQuery, ThumbnailQuery, ThumbnailsRequest
from visionlens_jlab.media.store.images import Images

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

LASTING = "private, max-age=31536000, immutable"

IMAGE = Binary("image/*", "The image, upright.")
THUMBNAILS = Binary(
    wire.BINARY,
    "The length of each image as little-endian uint32, 0: none; then the images (WebP).",
)


class PictureHandler(Guarded, JupyterHandler):  # type: ignore[misc]
    """Base of what `<img>` loads: never interpreted as anything but an image."""

    @property
    def content_security_policy(self) -> str:
        """Nothing in an image may load or run anything."""
        return "default-src 'none'; sandbox"

    def not_modified(self, etag: str) -> bool:
        """Set the ETag; whether the client has this version already."""
        self.set_header("ETag", f'"{etag}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return True
        return False


class ThumbnailHandler(PictureHandler):
    """`datasets/{dataset}/samples/{sample_id}/thumbnail`"""

    @Operation(
        "Thumbnail",
        response=Binary("image/webp", "The thumbnail."),
        query=ThumbnailQuery,
        errors=(*DATASET, "ID_UNKNOWN", "IMAGE_MISSING"),
        cached=True,
    )
    async def get(self, dataset: str, sample_id: str) -> None:
        """The WebP thumbnail; cached for ever under its version key."""
        asked = self.query(ThumbnailQuery).v
        sample = int(sample_id)
        store = self.services.opened(dataset)
        known = store and asked and store.part(Images).thumbnails.known(sample, asked, wait=False)
        if known and asked:
            content, version = known, asked
        else:
            content, version = await self._read(dataset, sample, asked)
        self.set_header("Cache-Control", LASTING if asked == version else "no-cache")
        if self.not_modified(version):
            return
        self.set_header("Content-Type", "image/webp")
        self.finish(content)

    async def _read(self, dataset: str, sample: int, asked: str | None) -> tuple[bytes, str]:
        """Thumbnail and version key; one that is lost is made again."""
        try:
            return await self.dataset(
                dataset, lambda it: it.part(Images).thumbnails.read(sample, asked)
            )
        except VisionLensError as error:
            if error.code != "IMAGE_MISSING":
                raise
        faults: dict[int, VisionLensError] = {}
        await self.dataset(
            dataset, lambda it: it.part(Images).mend([sample], faults), kind="picture"
        )
        if sample in faults:
            raise faults[sample]

        def read(store: DatasetStore) -> tuple[bytes, str]:
            if store.part(Images).thumbnail(sample) is None:
                raise store.part(Images).no_thumbnail(sample)
            return store.part(Images).thumbnails.read(sample, asked)

        return await self.dataset(dataset, read)


class ThumbnailsHandler(Resource):
    """`datasets/{dataset}/thumbnails`"""

    @Operation("Thumbnails of tiles", ThumbnailsRequest, THUMBNAILS, errors=DATASET, reads=True)
    async def post(self, dataset: str) -> None:
        """A screenful of thumbnails at once: a browser asks for few things at a time."""
        request = await self.body(ThumbnailsRequest)
        wanted = list(zip(request.samples, request.versions, strict=True))
        lost: list[int] = []
        contents = await self.dataset(
            dataset, lambda it: it.part(Images).thumbnails.read_many(wanted, lost)
        )
        if lost:
            await self.dataset(dataset, lambda it: it.part(Images).mend(lost), kind="picture")
            contents = await self.dataset(
                dataset, lambda it: it.part(Images).thumbnails.read_many(wanted)
            )
        # Images are compressed already.
        self.finish(wire.packed(contents), set_content_type=wire.BINARY)


class ImageHandler(PictureHandler):
    """`datasets/{dataset}/samples/{sample_id}/image`"""

    @Operation(
        "Image at full resolution",
        response=IMAGE,
        query=ImageQuery,
        errors=(*DATASET, *PICTURE),
        cached=True,
    )
    async def get(self, dataset: str, sample_id: str) -> None:
        """The image at full resolution, upright; camera RAW developed where that is asked for."""
        developed = self.query(ImageQuery).developed
        picture = await self.dataset(
            dataset, lambda store: Picture.of(store, int(sample_id), developed=developed)
        )
        with closing(picture):
            self.set_header("Cache-Control", "private, no-cache")
            if self.not_modified(picture.etag):
                return
            kind: Kind = "read" if picture.is_shown else "picture"
            content, content_type = await self.limited(kind, picture.content)
            self.set_header("Content-Type", content_type)
            await self._write(wire.chunks(content))

    async def _write(self, chunks: Iterator[bytes]) -> None:
        try:
            while chunk := await self.work(next, chunks, b""):
                self.write(chunk)
                await self.flush()
        except StreamClosedError:
            return
        self.finish()


ROUTES = [
    Route("datasets/{dataset}/thumbnails", ThumbnailsHandler),
    Route("datasets/{dataset}/samples/{sample_id:int}/thumbnail", ThumbnailHandler),
    Route("datasets/{dataset}/samples/{sample_id:int}/image", ImageHandler),
]
