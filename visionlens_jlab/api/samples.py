"""One sample: what is known of it, its thumbnail, its image."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from jupyter_server.base.handlers import JupyterHandler
from tornado.iostream import StreamClosedError
from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import SampleRequest, ThumbnailsRequest
from . import wire
from .base import Guarded, Resource
from .gates import Kind
from .guard import authorized, authorized_to_read
from .pictures import Picture
from .shapes import ThumbnailQuery

LASTING = "private, max-age=31536000, immutable"


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
        asked = self.query(ThumbnailQuery).v
        sample = int(sample_id)
        store = self.services.opened(dataset)
        known = store and asked and store.thumbnails.known(sample, asked, wait=False)
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
            return await self.dataset(dataset, lambda it: it.thumbnails.read(sample, asked))
        except VisionLensError as error:
            if error.code != "IMAGE_MISSING":
                raise
            await self.dataset(dataset, lambda it: it.mend_thumbnails([sample]), kind="picture")
        return await self.dataset(dataset, lambda it: it.thumbnails.read(sample, asked))


class ThumbnailsHandler(Resource):
    """`datasets/{dataset}/thumbnails`"""

    @authenticated
    @authorized_to_read
    async def post(self, dataset: str) -> None:
        """A screenful of thumbnails at once: a browser asks for few things at a time."""
        request = await self.body(ThumbnailsRequest)
        wanted = list(zip(request.samples, request.versions, strict=True))
        lost: list[int] = []
        contents = await self.dataset(dataset, lambda it: it.thumbnails.read_many(wanted, lost))
        if lost:
            await self.dataset(dataset, lambda it: it.mend_thumbnails(lost), kind="picture")
            contents = await self.dataset(dataset, lambda it: it.thumbnails.read_many(wanted))
        # Images are compressed already.
        self.finish(wire.packed(contents), set_content_type=wire.BINARY)


class ImageHandler(PictureHandler):
    """`datasets/{dataset}/samples/{sample_id}/image`"""

    @authenticated
    @authorized
    async def get(self, dataset: str, sample_id: str) -> None:
        """The image at full resolution, upright."""
        picture = await self.dataset(dataset, lambda store: Picture.of(store, int(sample_id)))
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
