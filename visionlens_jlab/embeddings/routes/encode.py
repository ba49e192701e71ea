"""Texts and images as queries of an embedding space."""

from __future__ import annotations

import base64
import binascii
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import CHANGE, DATASET, SPACE, Operation, Route
from visionlens_jlab.embeddings.shapes import Encoded, EncodeRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
ENCODE = (
    "MODEL_UNAVAILABLE",
    "TEXT_UNSUPPORTED",
    "IMAGE_UNREADABLE",
    "UPLOAD_INVALID",
    "WORKER_BUSY",
)


class EncodeHandler(Resource):
    """`datasets/{dataset}/encode`"""

    @Operation(
        "A text or an image as a query",
        EncodeRequest,
        Encoded,
        errors=(*DATASET, *CHANGE, *SPACE, *ENCODE),
    )
    async def post(self, dataset: str) -> None:
        """Encode a text or an image with the space's model; the key to search with."""
        from visionlens_jlab.embeddings.queries.queries import encode_query

        started = time.monotonic()
        request: EncodeRequest = await self.body(EncodeRequest)
        data_dir, runner = self.services.data_dir, await self.services.runner()
        async with self.services.gates["encode"].entered(self.username):
            name, query = await self.dataset(dataset, lambda store: self._query(store, request))
            vector = await encode_query(runner.workers["gpu"], data_dir, query, name)
        key = await self.dataset(
            dataset,
            lambda store: store.part(Embeddings).put_query(
                request.space,
                vector,
                kind="image" if request.text is None else "text",
                text=request.text or request.name,
            ),
        )
        seconds = time.monotonic() - started
        await self.answer(Encoded(query=key, text=request.text, seconds=seconds))

    def _query(
        self, store: DatasetStore, request: EncodeRequest
    ) -> tuple[str | None, dict[str, Any]]:
        """The query, and the id under which its image lies."""
        from visionlens_jlab.embeddings.queries.encode import query_of
        from visionlens_jlab.embeddings.queries.files import QueryFiles

        space = store.part(Embeddings).read(request.space)
        image = Path() if request.image is not None else None
        query = query_of(space, store.folder, text=request.text, image=image)
        if request.image is None:
            return None, query
        files = QueryFiles(self.services.data_dir)
        name, path = files.keep_image(image_bytes(request.image))
        return name, {**query, "image": str(path)}


def image_bytes(encoded: str) -> bytes:
    """The content of an image sent as base64. UPLOAD_INVALID."""
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VisionLensError("UPLOAD_INVALID", "The image is not base64.") from error


ROUTES = [
    Route("datasets/{dataset}/encode", EncodeHandler),
]
