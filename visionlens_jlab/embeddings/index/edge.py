"""The embedded engine, Qdrant Edge. Only in the vector process and in builders.

An index is a folder `<stem>.<n>` beside `<stem>.<n>.json`, which is written last and says how far
the index is; the largest n counts.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as engine

from visionlens_jlab.core.system.private_files import make_private_folder, write_private_file
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

_LOCK_SECONDS = 5.0
"""An index that another process is just letting go of is waited for so long."""
_SCROLL_POINTS = 10_000


@dataclass(frozen=True)
class _Meta:
    """What stands beside an index."""

    sequence: int
    dimension: int
    built: int


@dataclass
class _Open:
    shard: Any
    folder: Path
    meta: _Meta


class EdgeStore:
    """Indexes in folders of the datasets; for one thread."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def upsert(
        self, collection: Collection, ids: Array, vectors: Array, sequence: int | None
    ) -> None:
        """See `VectorStore`."""
        opened = self._needed(collection)
        with _errors():
            for some in batches(ids):
                _upsert(opened.shard, ids[some], vectors[some])
            self._reached(opened, sequence)

    def delete(self, collection: Collection, ids: Array, sequence: int | None) -> None:
        """See `VectorStore`."""
        opened = self._needed(collection)
        with _errors():
            for some in batches(ids, 10_000):
                opened.shard.update(engine.UpdateOperation.delete_points(ids[some].tolist()))
            self._reached(opened, sequence)

    def search(
        self,
        collection: Collection,
        vector: Array,
        k: int,
        *,
        threshold: float | None = None,
    ) -> tuple[Array, Array]:
        """See `VectorStore`."""
        opened = self._needed(collection)
        request = engine.QueryRequest(
            limit=k,
            query=engine.Query.Nearest(vector.tolist()),
            score_threshold=threshold,
            params=engine.SearchParams(hnsw_ef=max(SEARCH_EF, k)),
            with_payload=False,
            with_vector=False,
        )
        with _errors():
            found = opened.shard.query(request)
        ids = np.fromiter((point.id for point in found), np.uint32, len(found))
        return ids, np.fromiter((point.score for point in found), np.float32, len(found))

    def ids(self, collection: Collection) -> Array:
        """See `VectorStore`."""
        opened = self._needed(collection)
        found: list[int] = []
        after: Any = None
        with _errors():
            while True:
                request = engine.ScrollRequest(
                    offset=after, limit=_SCROLL_POINTS, with_payload=False, with_vector=False
                )
                points, after = opened.shard.scroll(request)
                found += [point.id for point in points]
                if after is None:
                    return np.sort(np.asarray(found, dtype=np.uint32))

    def info(self, collection: Collection) -> IndexInfo | None:
        """See `VectorStore`."""
        opened = self._opened(collection)
        if opened is None:
            return None
        with _errors():
            points = int(opened.shard.count(engine.CountRequest()))
        return IndexInfo(opened.meta.sequence, points, opened.meta.built)

    def release(self, collection: Collection) -> None:
        """See `VectorStore`."""
        opened = self._open.pop(_key(collection), None)
        if opened is not None:
            with suppress(Exception):
                opened.shard.close()

    def drop(self, collection: Collection) -> None:
        """See `VectorStore`."""
        self.release(collection)
        for number in _numbers(collection):
            _remove(collection, number)

    def close(self) -> None:
        """See `VectorStore`."""
        for opened in self._open.values():
            with suppress(Exception):
                opened.shard.close()
        self._open.clear()

    def _needed(self, collection: Collection) -> _Open:
        opened = self._opened(collection)
        if opened is None:
            raise VectorStoreError(f"There is no index {collection.stem}.")
        return opened

    def _opened(self, collection: Collection) -> _Open | None:
        """The newest index, opened; those before it are removed. None: there is none."""
        newest = _newest(collection)
        opened = self._open.get(_key(collection))
        if newest is None:
            self.release(collection)
            return None
        number, meta = newest
        folder = _folder(collection, number)
        if opened is not None and opened.folder == folder:
            return opened
        self.release(collection)
        if meta.dimension != collection.dimension:
            return None
        shard = _load(folder)
        if shard is None:
            return None
        opened = self._open[_key(collection)] = _Open(shard, folder, meta)
        for old in _numbers(collection):
            if old < number:
                _remove(collection, old)
        return opened

    def _reached(self, opened: _Open, sequence: int | None) -> None:
        if sequence is None:
            return
        opened.shard.flush()
        opened.meta = replace(opened.meta, sequence=sequence)
        _write_meta(opened.folder, opened.meta)


def build(
    collection: Collection,
    source: Source,
    sequence: int,
    progress: Callable[[int, int], None],
) -> None:
    """Make an index beside the one there is; whoever opens it next finds it the newest."""
    points = Points(collection, source)
    make_private_folder(collection.folder)
    # Never a number again, also of an unfinished one: its builder may outlive its killed server.
    number = max(_numbers(collection), default=0) + 1
    folder = _folder(collection, number)
    make_private_folder(folder)
    config = engine.EdgeConfig(
        vectors=engine.EdgeVectorParams(size=collection.dimension, distance=engine.Distance.Cosine)
    )
    try:
        with _errors():
            shard = engine.EdgeShard.create(str(folder), config)
            done = 0
            for ids, vectors in points.batches():
                _upsert(shard, ids, vectors)
                done += len(ids)
                progress(done, points.count)
            shard.optimize()
            shard.flush()
            shard.close()
        _write_meta(folder, _Meta(sequence, collection.dimension, points.count))
    except BaseException:
        _remove(collection, number)
        raise


def _upsert(shard: Any, ids: Array, vectors: Array) -> None:
    points = [
        engine.Point(id_, vector, None)
        for id_, vector in zip(ids.tolist(), vectors.tolist(), strict=True)
    ]
    shard.update(engine.UpdateOperation.upsert_points(points))


def _load(folder: Path) -> Any:
    """The shard of a folder; None when it is damaged."""
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            return engine.EdgeShard.load(str(folder))
        except BaseException as error:  # a panic of the engine is no Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            if "WouldBlock" not in str(error):
                return None
            if time.monotonic() > end:
                raise VectorStoreError(f"Another process has {folder.name} open.") from error
        time.sleep(0.05)


@contextmanager
def _errors() -> Iterator[None]:
    """What the engine raises as VectorStoreError."""
    try:
        yield
    except (VectorStoreError, KeyboardInterrupt, SystemExit, OSError):
        raise
    except BaseException as error:
        if type(error).__module__.startswith("visionlens_jlab"):
            raise
        raise VectorStoreError(str(error)) from error


def _key(collection: Collection) -> str:
    return str(collection.folder / collection.stem)


def _folder(collection: Collection, number: int) -> Path:
    return collection.folder / f"{collection.stem}.{number}"


def _numbers(collection: Collection) -> list[int]:
    """The numbers of the indexes of a collection, whole or not."""
    pattern = re.compile(rf"{re.escape(collection.stem)}\.(\d+)(\.json)?")
    if not collection.folder.is_dir():
        return []
    matches = (pattern.fullmatch(path.name) for path in collection.folder.iterdir())
    return sorted({int(match[1]) for match in matches if match})


def _newest(collection: Collection) -> tuple[int, _Meta] | None:
    for number in reversed(_numbers(collection)):
        folder = _folder(collection, number)
        with suppress(OSError, ValueError, TypeError):
            meta = _Meta(**json.loads(_meta_path(folder).read_text(encoding="utf-8")))
            if folder.is_dir():
                return number, meta
    return None


def _meta_path(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.json")


def _write_meta(folder: Path, meta: _Meta) -> None:
    write_private_file(_meta_path(folder), json.dumps(asdict(meta)).encode())


def _remove(collection: Collection, number: int) -> None:
    folder = _folder(collection, number)
    _meta_path(folder).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
