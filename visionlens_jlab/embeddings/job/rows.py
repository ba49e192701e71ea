"""Vectors of rows: from the cache, else from decoded images."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.embeddings.job.input import Items
from visionlens_jlab.embeddings.job.vector_cache import VectorCache, cache_key
from visionlens_jlab.embeddings.models.base import Encoder
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import PixelsResult, PixelsTask

PARTS_PER_TASK = 16
MOST_PROBLEMS = 200
"""Lines of the log about images without a vector."""

Matrix = np.ndarray[Any, Any]
Group = list[int]
"""Rows of one image."""


class RowEncoder:
    """Gives the vectors of rows, counting what came from where.

    Parameters
    ----------
    context : JobContext
    items : Items
    encoder : Encoder
    cache : VectorCache
    pool : ImagePool
        Decodes.
    total : int
        Rows of the job.
    """

    def __init__(
        self,
        context: JobContext,
        items: Items,
        encoder: Encoder,
        cache: VectorCache,
        *,
        pool: ImagePool,
        total: int,
    ) -> None:
        self._context = context
        self._items = items
        self._encoder = encoder
        self._cache = cache
        self._pool = pool
        self._total = total
        self._done = 0
        self.embedded = 0
        self.cached = 0
        self.unreadable = 0
        self.problems: list[str] = []

    def encode(self, rows: Matrix | None) -> Matrix | None:
        """Vectors float32 (n, d) of rows, NaN where there is none; None stays None."""
        if rows is None:
            self._step(0)
            return None
        found = np.full((len(rows), self._encoder.embedder.dimension), np.nan, np.float32)
        keys = [self._key(int(row), self._items.content_hash(int(row))) for row in rows]
        cached = self._cache.get(keys)
        for position, vector in cached.items():
            found[position] = vector
        self.cached += len(cached)
        self._step(len(cached))
        missing = [position for position in range(len(rows)) if position not in cached]
        self._decode(rows, missing, found)
        return found

    def _decode(self, rows: Matrix, missing: list[int], found: Matrix) -> None:
        """Fill in what has to be computed; the model works while the next images are decoded."""
        tasks = list(self._tasks(rows, missing))
        with ThreadPoolExecutor(1, "visionlens-model") as model:
            running: Future[None] | None = None
            batch = _Batch(self._encoder.embedder.preparation.size)
            results = self._pool.map(task for task, _ in tasks)
            for (task, positions), result in zip(tasks, results, strict=True):
                assert isinstance(result, PixelsResult)
                self._take(rows, task, positions, result, batch)
                if len(batch) >= self._encoder.batch_size:
                    _finish(running)
                    running = model.submit(self._compute, batch, found)
                    batch = _Batch(self._encoder.embedder.preparation.size)
            _finish(running)
            self._compute(batch, found)

    def _tasks(
        self, rows: Matrix, missing: list[int]
    ) -> Iterator[tuple[PixelsTask, list[list[int]]]]:
        """Tasks for the pool, with the positions of each image's parts."""
        open_location, images, count = "", list[tuple[str, list[int]]](), 0
        for position in missing:
            location, path = self._items.image(int(rows[position]))
            whole = self._items.box(int(rows[position])) is None
            again = bool(images) and location == open_location and images[-1][0] == path
            if images and (location != open_location or (count >= PARTS_PER_TASK and not again)):
                yield self._task(open_location, rows, images), [parts for _, parts in images]
                images, count, again = [], 0, False
            open_location = location
            if again and not whole and self._items.box(int(rows[images[-1][1][0]])) is not None:
                images[-1][1].append(position)
            else:
                images.append((path, [position]))
            count += 1
        if images:
            yield self._task(open_location, rows, images), [parts for _, parts in images]

    def _task(self, location: str, rows: Matrix, images: list[tuple[str, list[int]]]) -> PixelsTask:
        boxes = [
            [box for p in parts if (box := self._items.box(int(rows[p]))) is not None]
            for _, parts in images
        ]
        sizes = [self._items.size(int(rows[parts[0]])) for _, parts in images]
        paths = [path for path, _ in images]
        return PixelsTask(location, paths, boxes, sizes, self._encoder.embedder.preparation)

    def _take(
        self,
        rows: Matrix,
        task: PixelsTask,
        positions: list[list[int]],
        result: PixelsResult,
        batch: _Batch,
    ) -> None:
        """Add the pixels of a result to the batch; note what has none."""
        side = self._encoder.embedder.preparation.size
        pixels = np.frombuffer(result.pixels, np.uint8).reshape(-1, side, side, 3)
        part = taken = 0
        for path, places, digest in zip(task.paths, positions, result.hashes, strict=True):
            for position in places:
                error = result.errors[part]
                part += 1
                if error is not None:
                    self._note(f"{path}: {error}")
                    continue
                key = None if digest is None else self._key(int(rows[position]), digest)
                batch.add(position, key, pixels[taken])
                taken += 1

    def _compute(self, batch: _Batch, found: Matrix) -> None:
        if not len(batch):
            return
        vectors = self._encoder.images(batch.pixels())
        found[batch.positions] = vectors
        keyed = [i for i, key in enumerate(batch.keys) if key is not None]
        self._cache.put([key for key in batch.keys if key is not None], vectors[keyed])
        self.embedded += len(batch)
        self._step(len(batch))

    def _key(self, row: int, digest: str | None) -> bytes | None:
        return None if digest is None else cache_key(digest, self._items.box(row))

    def _note(self, problem: str) -> None:
        self.unreadable += 1
        self._step(1)
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def _step(self, done: int) -> None:
        self._done += done
        self._context.progress("images", min(self._done, self._total), self._total)


class _Batch:
    """Prepared images on their way to the model."""

    def __init__(self, side: int) -> None:
        self._side = side
        self.positions: list[int] = []
        self.keys: list[bytes | None] = []
        self._pixels: list[Matrix] = []

    def __len__(self) -> int:
        return len(self.positions)

    def add(self, position: int, key: bytes | None, pixels: Matrix) -> None:
        self.positions.append(position)
        self.keys.append(key)
        self._pixels.append(pixels)

    def pixels(self) -> Matrix:
        return np.stack(self._pixels)


def _finish(running: Future[None] | None) -> None:
    if running is not None:
        running.result()
