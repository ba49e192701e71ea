"""Image files sent from the browser to a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.web import authenticated

from ..errors import VisionLensError
from ..models import IngestRequest, Uploaded
from .base import Resource
from .guard import authorized

if TYPE_CHECKING:
    from ..catalog.store import DatasetStore


class UploadHandler(Resource):
    """`datasets/{dataset}/uploads/{filename}`"""

    @authenticated
    @authorized
    async def put(self, dataset: str, filename: str) -> None:
        """Keep one image file; it becomes a sample with the next ingest of uploads."""
        body = self.request.body
        await self.answer(await self.dataset(dataset, lambda s: _store(s, filename, body)), 201)


class UploadsHandler(Resource):
    """`datasets/{dataset}/uploads`"""

    @authenticated
    @authorized
    async def post(self, dataset: str) -> None:
        """Queue the ingest of what was sent."""
        request = await self.dataset(dataset, _request)
        job = await (await self.services.runner()).submit(request)
        await self.answer(job, 202)


def _store(store: DatasetStore, filename: str, content: bytes) -> Uploaded:
    from ..media.uploads import store_upload

    if store.read_only:
        raise VisionLensError("DATASET_READ_ONLY", f"{store.slug!r} is open for reading only.")
    return store_upload(store.folder, filename, content)


def _request(store: DatasetStore) -> IngestRequest:
    from ..media.uploads import upload_folder

    folder = upload_folder(store.folder)
    if not folder.is_dir():
        raise VisionLensError("DIR_EMPTY", f"No image was sent to {store.slug} yet.")
    return IngestRequest(source=str(folder), name=store.slug, format="images", incremental=True)
