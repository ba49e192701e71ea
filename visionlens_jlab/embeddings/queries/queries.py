"""The server's side of an encoding: asks, has the idle worker answer, or the job that runs."""

from __future__ import annotations

import asyncio
import base64
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.embeddings.queries.encode import QueryFiles
from visionlens_jlab.embeddings.shapes import Encoded, EncodeRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import numpy as np

    from visionlens_jlab.core.catalog.dataset import OpenDataset
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.jobs.host import Host
    from visionlens_jlab.core.jobs.worker_lane import WorkerLane


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


POLL_SECONDS = 0.01
WAIT_SECONDS = 120.0


def encode_for(host: Host, store: DatasetStore, request: EncodeRequest) -> Encoded:
    """A text as a query that is kept, for a job of this process: with a worker, else here.

    SPACE_NOT_FOUND, MODEL_UNAVAILABLE, TEXT_UNSUPPORTED, WORKER_LOST, WORKER_BUSY.
    """
    data_dir = host.library.data_dir
    found = host.on_worker("gpu", lambda lane: encode_text(lane, data_dir, store, request))
    return encode_here(store, request) if found is None else found


async def encode_text(
    lane: WorkerLane, data_dir: Path, store: DatasetStore, request: EncodeRequest
) -> Encoded:
    """A text as a query that is kept. SPACE_NOT_FOUND, and what `encode_query` raises."""
    from visionlens_jlab.embeddings.queries.encode import query_of

    started = time.monotonic()
    space = await asyncio.to_thread(store.part(Embeddings).read, request.space)
    query = query_of(space, store.folder, text=request.text, image=None)
    vector = await encode_query(lane, data_dir, query)
    key = await asyncio.to_thread(
        store.part(Embeddings).put_query, request.space, vector, kind="text", text=request.text
    )
    return Encoded(query=key, text=request.text, seconds=time.monotonic() - started)


async def encode_query(
    lane: WorkerLane, data_dir: Path, query: dict[str, Any], name: str | None = None
) -> np.ndarray[Any, Any]:
    """The vector float32 (d,) of a query.

    Parameters
    ----------
    lane : WorkerLane
        Whose worker has the models.
    query : dict
        As `encode.query_of` makes it.
    name : str, optional
        The id that `QueryFiles.keep_image` gave.

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE, IMAGE_UNREADABLE, TEXT_UNSUPPORTED, WORKER_LOST, WORKER_BUSY.
    """
    files = QueryFiles(data_dir)
    name = await asyncio.to_thread(files.ask, query, name)
    load = "from visionlens_jlab.embeddings.queries.encode import answer"
    code = f"{load}\nanswer({str(data_dir)!r}, {name!r})"
    deadline = time.monotonic() + WAIT_SECONDS
    try:
        while time.monotonic() < deadline:
            vector = await asyncio.to_thread(files.result, name)
            if vector is not None:
                return vector
            if await lane.execute_idle(code):
                vector = await asyncio.to_thread(files.result, name)
                if vector is not None:
                    return vector
                raise VisionLensError("WORKER_LOST", "The worker could not encode the query.")
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await asyncio.to_thread(files.forget, name)
    raise VisionLensError("WORKER_BUSY", "The worker did not come to the query in time.")
