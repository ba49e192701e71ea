"""Queries encoded in this process, where there is no worker."""

from __future__ import annotations

import base64
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.embeddings.shapes import Encoded, EncodeRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


class Encoder(Part):
    """Encodes queries of one dataset in this process."""

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query; as `encode_here`."""
        return encode_here(self.store, request)


def encode_here(store: OpenDataset, request: EncodeRequest) -> Encoded:
    """Encode with the model of a space and keep the query.

    SPACE_NOT_FOUND, MODEL_UNAVAILABLE, TEXT_UNSUPPORTED, IMAGE_UNREADABLE.
    """
    from visionlens_jlab.embeddings.queries.encode import encode, query_of

    started = time.monotonic()
    space = store.part(Embeddings).read(request.space)
    with tempfile.TemporaryDirectory(prefix="visionlens-") as folder:
        image = None
        if request.image is not None:
            image = Path(folder) / "query"
            image.write_bytes(base64.b64decode(request.image))
        vector = encode(query_of(space, store.folder, text=request.text, image=image))
    key = store.part(Embeddings).put_query(
        request.space,
        vector,
        kind="image" if request.text is None else "text",
        text=request.text,
    )
    return Encoded(query=key, text=request.text, seconds=time.monotonic() - started)
