"""Routes of embedding spaces and of encoded queries; which models the browser may name."""

from __future__ import annotations

import base64
import binascii
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import (
    ARROW_STREAM,
    CHANGE,
    DATASET,
    SPACE,
    Operation,
    Route,
)
from visionlens_jlab.core.api.wire import read_arrow
from visionlens_jlab.core.system.confinement import not_allowed
from visionlens_jlab.embeddings.models.files import KINDS, path_of
from visionlens_jlab.embeddings.shapes import (
    EmbeddingSpace,
    Encoded,
    EncodeRequest,
    QueryList,
    QueryVector,
    SpaceList,
    VectorsQuery,
)
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.api.services import PathPolicy
    from visionlens_jlab.core.catalog.store import DatasetStore

_PART = r"(?!\.)[\w.\-]{1,200}(?<!\.)"
_HUB_NAME = re.compile(rf"{_PART}(/{_PART})?(@[\w.\-]{{1,200}})?|", re.ASCII)
"""Up to two parts, none of which leads up; empty: none."""


class _Asking(Protocol):
    @property
    def model(self) -> str | None: ...


Request = TypeVar("Request", bound=_Asking)


def confine(
    policy: PathPolicy, request: Request, *, unrestricted: bool, rows: bool = False
) -> Request:
    """The request, its model checked unless it comes from the user's own kernel."""
    if not unrestricted:
        confine_model(policy, request.model)
    return request


def confine_model(policy: PathPolicy, model: str | None) -> None:
    """Check that the files of a model lie where the browser may read; PATH_NOT_ALLOWED.

    What is no path must be a name of the hub, which leads nowhere.
    """
    path = path_of(model)
    kind, _, name = (model or "").partition(":")
    if path is not None:
        policy.resolve(path)
    elif kind in KINDS and not _HUB_NAME.fullmatch(name.removeprefix("hf-hub:")):
        raise not_allowed(name)


_LISTED = 1000


class SpacesHandler(Resource):
    """`datasets/{dataset}/spaces`."""

    @Operation("Embedding spaces", response=SpaceList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every embedding space, oldest first."""
        spaces = await self.dataset(dataset, lambda store: store.part(Embeddings).all())
        await self.answer(SpaceList(spaces=spaces))


class SpaceHandler(Resource):
    """`datasets/{dataset}/spaces/{space}`."""

    @Operation("Remove a space", status=204, errors=(*DATASET, *CHANGE, "SPACE_NOT_FOUND"))
    async def delete(self, dataset: str, space: str) -> None:
        """Remove a space with its vectors, queries and projections."""
        await self.remove(dataset, lambda store: store.part(Embeddings).delete(space))


class VectorsHandler(Resource):
    """`datasets/{dataset}/spaces/{space}/vectors`."""

    @Operation("Vectors of a space", response=ARROW_STREAM, errors=(*DATASET, *SPACE))
    async def get(self, dataset: str, space: str) -> None:
        """Ids and vectors of a space, by id."""
        await self.answer_table(await self.dataset(dataset, lambda store: _table(store, space)))

    @Operation(
        "Add vectors",
        ARROW_STREAM,
        EmbeddingSpace,
        query=VectorsQuery,
        errors=(*DATASET, *CHANGE, *SPACE, "ID_UNKNOWN", "PATH_NOT_ALLOWED"),
    )
    async def put(self, dataset: str, space: str) -> None:
        """Add vectors to a space, made when it is not there."""
        asked = self.query(VectorsQuery)
        if not self.from_kernel:  # a text search would load it
            await self.work(confine_model, self.services.policy, asked.model)

        def add(store: DatasetStore) -> tuple[EmbeddingSpace, str, int]:
            added = EmbeddingSpace(
                space=space,
                level=asked.level,
                model=asked.model,
                version=asked.version,
                dimension=0,
                created_at="",
            )
            store.part(Embeddings).add(added, *_columns(self.request.body))
            return store.part(Embeddings).read(space), store.slug, store.version

        made, slug, version = await self.dataset(dataset, add)
        self.services.announcer.dataset(slug, version, "changed")
        await self.answer(made)


class QueriesHandler(Resource):
    """`datasets/{dataset}/spaces/{space}/queries`."""

    @Operation("Encoded queries", response=QueryList, errors=(*DATASET, "SPACE_NOT_FOUND"))
    async def get(self, dataset: str, space: str) -> None:
        """What the latest queries were made from."""
        queries = await self.dataset(
            dataset, lambda store: store.part(Embeddings).queries(space, _LISTED)
        )
        await self.answer(QueryList(queries=queries))

    @Operation(
        "Keep a vector to search for",
        QueryVector,
        Encoded,
        errors=(*DATASET, *CHANGE, *SPACE),
    )
    async def post(self, dataset: str, space: str) -> None:
        """Keep a vector that views can search for."""
        body = await self.body(QueryVector)
        started = time.monotonic()
        key = await self.dataset(
            dataset,
            lambda store: store.part(Embeddings).put_query(space, body.vector, kind="vector"),
        )
        await self.answer(Encoded(query=key, seconds=time.monotonic() - started))


def _table(store: DatasetStore, space: str) -> pa.Table:
    import numpy as np
    import pyarrow as pa

    segments = store.part(Embeddings).segments(space)
    batches = []
    for ids, vectors in segments.parts():
        flat = pa.array(np.ascontiguousarray(vectors).ravel())
        listed = pa.FixedSizeListArray.from_arrays(flat, segments.dimension)
        batches.append(pa.table({"id": pa.array(ids), "vector": listed}))
    if not batches:
        type_ = pa.list_(pa.float32(), segments.dimension)
        return pa.table({"id": pa.array([], pa.uint32()), "vector": pa.array([], type_)})
    return pa.concat_tables(batches)


def _columns(body: bytes) -> tuple[Any, Any]:
    """Ids (n,) and matrix (n, d) of an Arrow stream; REQUEST_INVALID, VECTORS_INVALID."""
    import numpy as np
    import pyarrow as pa

    table = read_arrow(body)
    if table.column_names != ["id", "vector"]:
        raise VisionLensError("REQUEST_INVALID", "The table must have the columns id and vector.")
    if table["id"].null_count:
        raise VisionLensError("REQUEST_INVALID", "id must not hold missing values.")
    try:
        ids = table["id"].cast(pa.uint32()).to_numpy()
    except pa.ArrowException as error:
        raise VisionLensError("REQUEST_INVALID", f"id must hold uint32: {error}") from error
    vectors = table["vector"].combine_chunks()
    type_ = vectors.type
    if not pa.types.is_fixed_size_list(type_) or not _is_number(type_.value_type):
        raise VisionLensError(
            "REQUEST_INVALID", "vector must hold lists of numbers, all of one fixed size."
        )
    if vectors.null_count or vectors.flatten().null_count:
        raise VisionLensError("REQUEST_INVALID", "vector must not hold missing values.")
    flat = vectors.flatten().to_numpy(zero_copy_only=False)
    return ids, np.asarray(flat).reshape(len(ids), type_.list_size)


def _is_number(type_: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_floating(type_) or pa.types.is_integer(type_))


ENCODE = (
    "MODEL_UNAVAILABLE",
    "TEXT_UNSUPPORTED",
    "IMAGE_UNREADABLE",
    "UPLOAD_INVALID",
    "WORKER_BUSY",
)


class EncodeHandler(Resource):
    """`datasets/{dataset}/encode`."""

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
        from visionlens_jlab.embeddings.queries.encode import QueryFiles, query_of

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
    Route("datasets/{dataset}/spaces", SpacesHandler),
    Route("datasets/{dataset}/spaces/{space}", SpaceHandler),
    Route("datasets/{dataset}/spaces/{space}/vectors", VectorsHandler),
    Route("datasets/{dataset}/spaces/{space}/queries", QueriesHandler),
    Route("datasets/{dataset}/encode", EncodeHandler),
]
