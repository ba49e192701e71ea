"""Embedding spaces and their vectors."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

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
from visionlens_jlab.embeddings.routes.models import confine_model
from visionlens_jlab.embeddings.shapes import (
    EmbeddingSpace,
    Encoded,
    QueryList,
    QueryVector,
    SpaceList,
    VectorsQuery,
)
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore

_LISTED = 1000


class SpacesHandler(Resource):
    """`datasets/{dataset}/spaces`"""

    @Operation("Embedding spaces", response=SpaceList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every embedding space, oldest first."""
        spaces = await self.dataset(dataset, lambda store: store.part(Embeddings).all())
        await self.answer(SpaceList(spaces=spaces))


class SpaceHandler(Resource):
    """`datasets/{dataset}/spaces/{space}`"""

    @Operation("Remove a space", status=204, errors=(*DATASET, *CHANGE, "SPACE_NOT_FOUND"))
    async def delete(self, dataset: str, space: str) -> None:
        """Remove a space with its vectors, queries and projections."""
        await self.remove(dataset, lambda store: store.part(Embeddings).delete(space))


class VectorsHandler(Resource):
    """`datasets/{dataset}/spaces/{space}/vectors`"""

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
    """`datasets/{dataset}/spaces/{space}/queries`"""

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


ROUTES = [
    Route("datasets/{dataset}/spaces", SpacesHandler),
    Route("datasets/{dataset}/spaces/{space}", SpaceHandler),
    Route("datasets/{dataset}/spaces/{space}/vectors", VectorsHandler),
    Route("datasets/{dataset}/spaces/{space}/queries", QueriesHandler),
]
