"""Image files sent from the browser to a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.core.api import wire
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, Binary, Operation, Route
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.routes.places import PLACE
from visionlens_jlab.ingestion.shapes import IngestRequest, Uploaded

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

FILE = Binary(wire.BINARY, "The file's bytes.")


class UploadHandler(Resource):
    """`datasets/{dataset}/uploads/{filename}`"""

    @Operation(
        "Send an image file",
        FILE,
        Uploaded,
        201,
        errors=(
            *DATASET,
            *CHANGE,
            "UPLOAD_INVALID",
            "UPLOAD_TOO_LARGE",
            "PERMISSION_DENIED",
        ),
    )
    async def put(self, dataset: str, filename: str) -> None:
        """Keep one image file; it becomes a sample with the next ingest of uploads."""
        body = self.request.body
        await self.answer(await self.dataset(dataset, lambda s: _store(s, filename, body)), 201)


class UploadsHandler(Resource):
    """`datasets/{dataset}/uploads`"""

    @Operation(
        "Ingest the files that were sent",
        response=Job,
        status=202,
        errors=(*DATASET, *CHANGE, *PLACE, "DATASET_EXISTS"),
    )
    async def post(self, dataset: str) -> None:
        """Queue the ingest of what was sent."""
        request = await self.dataset(dataset, _request)
        job = await (await self.services.runner()).submit(request, user=self.username)
        await self.answer(job, 202)


def _store(store: DatasetStore, filename: str, content: bytes) -> Uploaded:
    from visionlens_jlab.ingestion.uploads import store_upload

    if store.read_only:
        raise VisionLensError("DATASET_READ_ONLY", f"{store.slug!r} is open for reading only.")
    return store_upload(store.folder, filename, content)


def _request(store: DatasetStore) -> IngestRequest:
    from visionlens_jlab.ingestion.uploads import upload_folder

    folder = upload_folder(store.folder)
    if not folder.is_dir():
        raise VisionLensError("DIR_EMPTY", f"No image was sent to {store.slug} yet.")
    return IngestRequest(source=str(folder), name=store.slug, format="images", incremental=True)


ROUTES = [
    Route("datasets/{dataset}/uploads", UploadsHandler),
    Route("datasets/{dataset}/uploads/{filename}", UploadHandler),
]
