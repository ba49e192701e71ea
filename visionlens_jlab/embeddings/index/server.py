"""A Qdrant server or cluster, by address and key; qdrant-client is loaded with its first use.

An index is a collection `<name>--<n>` under the alias `<name>`; how far it is stands in the
collection's own metadata.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.embeddings.index.base import (
    SEARCH_EF,
    Array,
    Collection,
    IndexInfo,
    Points,
    Source,
    VectorStoreError,
    batches,
)
from visionlens_jlab.embeddings.index.messages import build_call, run_builder

TIMEOUT_SECONDS = 30
INDEXED_FROM_KB = 10_000
INDEXING_SECONDS = 3600.0
_POLL_SECONDS = 0.25
_SCROLL_POINTS = 10_000


class ServerStore:
    """`VectorStore` on a server; from any thread.

    Parameters
    ----------
    url : str
    api_key : str
        Empty: none is needed. It is never logged.
    """

    def __init__(self, url: str, api_key: str = "") -> None:
        self._url = url
        self._api_key = api_key
        self._connection: Any = None
        self._lock = threading.Lock()

    def build(
        self,
        collection: Collection,
        source: Source,
        sequence: int,
        *,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """In a builder: reading and sending the vectors would stall this process."""
        run_builder(build_call(collection, source, sequence, self._url, self._api_key), progress)

    def upsert(
        self, collection: Collection, ids: Array, vectors: Array, sequence: int | None
    ) -> None:
        """See `VectorStore`."""
        with _errors():
            for some in batches(ids):
                _upsert(self._client, collection.name, ids[some], vectors[some], wait=True)
            self._reached(collection, sequence)

    def delete(self, collection: Collection, ids: Array, sequence: int | None) -> None:
        """See `VectorStore`."""
        from qdrant_client import models

        with _errors():
            for some in batches(ids, 10_000):
                selector = models.PointIdsList(points=ids[some].tolist())
                self._client.delete(collection.name, selector, wait=True)
            self._reached(collection, sequence)

    def search(
        self,
        collection: Collection,
        vector: Array,
        k: int,
        *,
        threshold: float | None = None,
    ) -> tuple[Array, Array]:
        """See `VectorStore`."""
        from qdrant_client import models

        with _errors():
            found = self._client.query_points(
                collection.name,
                query=vector.tolist(),
                limit=k,
                score_threshold=threshold,
                search_params=models.SearchParams(hnsw_ef=max(SEARCH_EF, k)),
                with_payload=False,
                with_vectors=False,
            ).points
        ids = np.fromiter((point.id for point in found), np.uint32, len(found))
        return ids, np.fromiter((point.score for point in found), np.float32, len(found))

    def ids(self, collection: Collection) -> Array:
        """See `VectorStore`."""
        found: list[Any] = []
        after: Any = None
        with _errors():
            while True:
                points, after = self._client.scroll(
                    collection.name,
                    limit=_SCROLL_POINTS,
                    offset=after,
                    with_payload=False,
                    with_vectors=False,
                )
                found += [point.id for point in points]
                if after is None:
                    return np.sort(np.asarray(found, dtype=np.uint32))

    def info(self, collection: Collection) -> IndexInfo | None:
        """See `VectorStore`."""
        with _errors():
            if not _real_names(self._client, collection.name):
                return None
            described = self._client.get_collection(collection.name).config
            metadata = described.metadata or {}
            if described.params.vectors.size != collection.dimension or "sequence" not in metadata:
                return None
            points = self._client.count(collection.name, exact=True).count
        return IndexInfo(int(metadata["sequence"]), points, int(metadata.get("built", points)))

    def collections(self, prefix: str, folder: Path) -> list[Collection]:
        """See `VectorStore`."""
        with _errors():
            there = [found.name for found in self._client.get_collections().collections]
        names = {name.rpartition("--")[0] for name in there if name.startswith(prefix)}
        return [Collection(name, 0, folder, name.removeprefix(prefix)) for name in sorted(names)]

    def release(self, collection: Collection) -> None:
        """A server lets others in anyway."""

    def drop(self, collection: Collection) -> None:
        """See `VectorStore`."""
        with _errors():
            _drop(self._client, collection.name)

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def _client(self) -> Any:
        with self._lock:
            if self._connection is None:
                self._connection = _connect(self._url, self._api_key)
            return self._connection

    def _reached(self, collection: Collection, sequence: int | None) -> None:
        if sequence is None:
            return
        for real in _real_names(self._client, collection.name):
            self._client.update_collection(real, metadata={"sequence": sequence})


def build(
    collection: Collection,
    source: Source,
    sequence: int,
    progress: Callable[[int, int], None],
    *,
    url: str,
    api_key: str,
) -> None:
    """Make a collection beside the one there is, wait for its index, and give it the alias."""
    from qdrant_client import models

    points = Points(collection, source)
    with _errors():
        client = _connect(url, api_key)
        there = _all_numbers(client, collection.name)
        real = f"{collection.name}--{max(there, default=0) + 1}"
        client.create_collection(
            real,
            vectors_config=models.VectorParams(
                size=collection.dimension, distance=models.Distance.COSINE
            ),
            optimizers_config=models.OptimizersConfigDiff(indexing_threshold=0),
            metadata={"sequence": sequence, "built": points.count},
        )
        try:
            done = 0
            for ids, vectors in points.batches():
                done += len(ids)
                _upsert(client, real, ids, vectors, wait=done == points.count)
                progress(done, points.count)
            _index(client, real, lambda: progress(done, points.count))
            _point_alias(client, collection.name, real)
        except BaseException:
            client.delete_collection(real)
            raise
        for number in there:
            client.delete_collection(f"{collection.name}--{number}")


def _index(client: Any, real: str, alive: Callable[[], None]) -> None:
    """Let the server index what was sent and wait for it."""
    from qdrant_client import models

    client.update_collection(
        real, optimizers_config=models.OptimizersConfigDiff(indexing_threshold=INDEXED_FROM_KB)
    )
    end = time.monotonic() + INDEXING_SECONDS
    while time.monotonic() < end:
        if client.get_collection(real).status == models.CollectionStatus.GREEN:
            return
        alive()
        time.sleep(_POLL_SECONDS)


def _point_alias(client: Any, alias: str, real: str) -> None:
    from qdrant_client import models

    create = models.CreateAlias(collection_name=real, alias_name=alias)
    operations: list[Any] = [models.CreateAliasOperation(create_alias=create)]
    if _real_names(client, alias):
        delete = models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias))
        operations.insert(0, delete)
    client.update_collection_aliases(operations)


def _upsert(client: Any, name: str, ids: Array, vectors: Array, *, wait: bool) -> None:
    from qdrant_client import models

    batch = models.Batch.model_construct(ids=ids.tolist(), vectors=vectors.tolist())
    client.upsert(name, batch, wait=wait)


def _drop(client: Any, name: str) -> None:
    for number in _all_numbers(client, name):
        client.delete_collection(f"{name}--{number}")


def _real_names(client: Any, alias: str) -> list[str]:
    """The collection behind an alias; empty: there is none."""
    return [
        found.collection_name for found in client.get_aliases().aliases if found.alias_name == alias
    ]


def _all_numbers(client: Any, name: str) -> list[int]:
    pattern = re.compile(rf"{re.escape(name)}--(\d+)")
    matches = (pattern.fullmatch(found.name) for found in client.get_collections().collections)
    return sorted(int(match[1]) for match in matches if match)


def _connect(url: str, api_key: str) -> Any:
    from qdrant_client import QdrantClient

    return QdrantClient(
        url=url,
        api_key=api_key or None,
        timeout=TIMEOUT_SECONDS,
        check_compatibility=False,
    )


@contextmanager
def _errors() -> Iterator[None]:
    """What the client raises as VectorStoreError, without the address and the key."""
    try:
        yield
    except (VectorStoreError, ImportError):
        raise
    except Exception as error:
        if type(error).__module__.startswith("visionlens_jlab"):
            raise
        status = getattr(error, "status_code", None)
        reason = type(error).__name__ if status is None else f"it answered {status}"
        raise VectorStoreError(f"The Qdrant server could not do it: {reason}.") from error
