"""One sample: what is known of it, its thumbnail, its image."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_server.base.handlers import JupyterHandler
from tornado.iostream import StreamClosedError
from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import SampleRequest
from .base import Guarded, Resource
from .guard import authorized, authorized_to_read
from .pictures import Picture, read_slice
from .shapes import ThumbnailQuery

CHUNK = 1 << 20


class SampleHandler(Resource):
    """`datasets/{dataset}/samples/{sample_id}`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str, sample_id: str) -> None:
        """Fields and annotations of a sample, as seen through a view."""
        request = await self.body(SampleRequest)
        await self.answer(
            await self.dataset(dataset, lambda store: store.sample(int(sample_id), request.view))
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

    @authenticated
    @authorized
    async def get(self, dataset: str, sample_id: str) -> None:
        """The WebP thumbnail; cached for ever under its version key."""
        asked = self.query(ThumbnailQuery)
        found = await self.dataset(dataset, lambda store: store.thumbnail(int(sample_id)))
        if found is None:
            raise VisionLensError("IMAGE_MISSING", f"Sample {sample_id} has no thumbnail yet.")
        lasting = asked.v == found.version
        self.set_header(
            "Cache-Control", "private, max-age=31536000, immutable" if lasting else "no-cache"
        )
        if self.not_modified(found.version):
            return
        self.set_header("Content-Type", "image/webp")
        self.finish(await self.work(read_slice, found.pack, found.offset, found.length))


class ImageHandler(PictureHandler):
    """`datasets/{dataset}/samples/{sample_id}/image`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, sample_id: str) -> None:
        """The image at full resolution, upright."""
        picture = await self.dataset(
            dataset, lambda store: Picture.of(*store.image_path(int(sample_id)))
        )
        self.set_header("Cache-Control", "private, no-cache")
        if self.not_modified(picture.etag):
            return
        self.set_header("Content-Type", picture.content_type)
        await self._write(picture.chunks(CHUNK))

    async def _write(self, chunks: Iterator[bytes]) -> None:
        try:
            while chunk := await self.work(next, chunks, b""):
                self.write(chunk)
                await self.flush()
        except StreamClosedError:
            return
        self.finish()
