"""The embed job: every image, or every object, of a dataset gets a vector.

Rows go in pieces of `ROWS` in a fixed order, so that a later attempt repeats no piece that was
committed; what a killed attempt had computed beyond that lies in the cache.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.core.jobs.status import now
from visionlens_jlab.embeddings.capability import FITTED, VECTORS
from visionlens_jlab.embeddings.job.input import Known, read_items, read_known
from visionlens_jlab.embeddings.job.rows import RowEncoder
from visionlens_jlab.embeddings.job.vector_cache import VectorCache
from visionlens_jlab.embeddings.models.base import Encoder
from visionlens_jlab.embeddings.queries.encode import QueryFiles, encode, encode_with, unload
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.vectors.segments import write_segment
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.image_processes.pool import ImagePool

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.base import Embedder, Transform
    from visionlens_jlab.embeddings.models.whitening import Whitening


def version_in(
    embedder: Embedder, level: str, margin: float, changed: Transform | None = None
) -> str:
    """The model's version, how objects are cut out, and what changes images before."""
    version = embedder.version if level == "samples" else f"{embedder.version}-m{margin:g}"
    return version if changed is None else f"{version}-t{changed.version}"


def choose_space(
    embedder: Embedder,
    version: str,
    params: dict[str, Any],
    margin: float,
    known: list[Known],
) -> tuple[EmbeddingSpace, Known | None]:
    """The space that vectors of this version go into, and what it has; None: it is a new one.

    A space never changes its model: other weights under the same name make another space.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID when the space that was asked for is of another model.
    """
    taken = {one.space.space: one for one in known}
    asked = params["space"]
    if asked in taken and not _fits(taken[asked].space, embedder, version):
        raise VisionLensError(
            "VECTORS_INVALID",
            f"The space {asked!r} holds vectors of {taken[asked].space.model}, version "
            f"{taken[asked].space.version}, not of {embedder.name}, version {version}.",
            "Give another name for the space, or delete it first.",
        )
    name = asked or next(
        name
        for name in _names(embedder.name, params["level"])
        if name not in taken or _fits(taken[name].space, embedder, version)
    )
    if name in taken:
        return taken[name].space, taken[name]
    settings: dict[str, Any] = {"options": embedder.settings}
    if params["level"] == "annotations":
        settings["crop_margin"] = margin
    space = EmbeddingSpace(
        space=name,
        level=params["level"],
        model=embedder.name,
        version=version,
        dimension=embedder.dimension,
        has_text=embedder.has_text,
        settings=settings,
        created_at=now(),
    )
    return space, None


def _fits(space: EmbeddingSpace, embedder: Embedder, version: str) -> bool:
    if embedder.needs_fit:  # fitted ones carry the digest of what they were fitted with
        return space.model == embedder.name and space.version.startswith(f"{version}-")
    return space.model == embedder.name and space.version == version


def _names(model: str, level: str) -> itertools.chain[str]:
    """`clip-vit-base`, `clip-vit-base-2` ... from `transformers:openai/clip-vit-base`."""
    kind, _, name = model.partition(":")
    last = (
        PurePosixPath(name.partition(":")[2] or name).name
        if "//" in name or name.startswith(("/", "local-dir:"))
        else name
    )
    base = re.sub(r"[^A-Za-z0-9_.-]+", "-", last or kind).strip("-.")[:80] or kind
    if level == "annotations":
        base += "-objects"
    return itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))


ROWS = 1024
"""Rows of a piece."""
_RAW = "raw.f32"


def run(context: JobContext) -> dict[str, Any]:
    """Embed; the result names the space and counts what was done."""
    from visionlens_jlab.embeddings.models.files import FILES, staying
    from visionlens_jlab.embeddings.models.registry import make, transform

    params = context.params
    known = read_known(context.spool / "input")
    unload()  # one model at a time
    context.progress("model", 0, None, params["model"])
    with staying(params["model"], params.get(FILES)):
        embedder = make(params["model"] or _model_of(params, known), params["options"])
    changed = transform()
    try:
        return _Embedding(context, embedder, known, changed).run()
    finally:
        embedder.close()
        if changed is not None:
            changed.close()
        unload()


def _model_of(params: dict[str, Any], known: list[Known]) -> str | None:
    """The model of a space that is named without one."""
    for candidate in known:
        if candidate.space.space == params["space"]:
            return candidate.space.model
    return None


class _Embedding:
    """One run of the job."""

    def __init__(
        self,
        context: JobContext,
        embedder: Embedder,
        known: list[Known],
        changed: Transform | None,
    ) -> None:
        self._context = context
        self._embedder = embedder
        params = context.params
        margin = params["crop_margin"] if params["level"] == "annotations" else 0.0
        self._items = read_items(context.spool / "input", margin)
        version = version_in(embedder, params["level"], margin, changed)
        self._space, self._known = choose_space(embedder, version, params, margin, known)
        self._encoder = Encoder(embedder, params["batch_size"], context.log, changed)
        data_dir = context.spool.parent.parent
        self._queries = QueryFiles(data_dir)
        self._cache = VectorCache(data_dir, embedder.version, embedder.dimension)
        self._whitening = _whitening(self._known)
        have = np.zeros(0, np.uint32) if self._known is None else self._known.ids
        self._rows = np.flatnonzero(~np.isin(self._items.ids, have))

    def run(self) -> dict[str, Any]:
        with ImagePool(self._check, readable=self._context.params[READABLE]) as pool:
            rows = RowEncoder(
                self._context,
                self._items,
                self._encoder,
                self._cache,
                pool=pool,
                total=len(self._rows),
            )
            if self._embedder.needs_fit and self._whitening is None:
                vectors = self._fit(rows)
            else:
                vectors = (rows.encode(part) for part in self._parts())
            written = self._write(vectors)
        if len(self._rows) and rows.unreadable == len(self._rows):
            raise VisionLensError(
                "IMAGE_MISSING",
                f"None of the {len(self._rows):,} images could be read; the first: "
                f"{rows.problems[0]}",
            )
        for line in rows.problems:
            self._context.log("warning", line)
        return {
            "space": self._space.space,
            "written": written,
            "embedded": rows.embedded,
            "cached": rows.cached,
            "unreadable": rows.unreadable,
            "present": len(self._items) - len(self._rows),
        }

    def _parts(self) -> Iterator[np.ndarray[Any, Any] | None]:
        """Rows of each piece; None: it was committed by an earlier attempt."""
        for sequence, start in enumerate(range(0, len(self._rows), ROWS)):
            committed = self._context.committed(sequence)
            yield None if committed else self._rows[start : start + ROWS]

    def _write(self, vectors: Iterator[np.ndarray[Any, Any] | None]) -> int:
        """Hand over a piece for each part; the number of rows in them."""
        written = 0
        fitted = self._context.spool / FITTED
        for sequence, part in enumerate(vectors):
            if part is None:  # as far as its images can be read
                written += len(self._rows[sequence * ROWS : (sequence + 1) * ROWS])
                continue
            matrix = part if self._whitening is None else self._whitening.apply(part)
            start = sequence * ROWS
            usable = np.isfinite(matrix).all(1) & (np.abs(matrix).max(1, initial=0) > 0)
            ids = self._items.ids[self._rows[start : start + ROWS]][usable]
            files: dict[str, Path] = {}
            if len(ids):
                files[VECTORS] = self._context.spool / f"vectors-{sequence}.arrow"
                write_segment(files[VECTORS], ids, matrix[usable])
            if self._known is None and sequence == 0 and fitted.exists():
                files[FITTED] = self._context.spool / "first.npz"
                files[FITTED].write_bytes(fitted.read_bytes())
            summary = {"space": self._space.model_dump(mode="json")}
            self._context.emit(sequence, {}, files, summary)
            written += len(ids)
        return written

    def _fit(self, rows: RowEncoder) -> Iterator[np.ndarray[Any, Any] | None]:
        """Raw values of all rows first, on disk; then what they are fitted with, once."""
        from visionlens_jlab.embeddings.models.classical import ClassicalEmbedder
        from visionlens_jlab.embeddings.models.whitening import Whitening

        shape = (len(self._rows), self._embedder.dimension)
        if not len(self._rows):
            return iter(())
        raw = np.memmap(self._context.spool / _RAW, np.float32, "w+", shape=shape)
        for start in range(0, len(self._rows), ROWS):
            raw[start : start + ROWS] = rows.encode(self._rows[start : start + ROWS])
        self._check()
        self._context.progress("fit", 0, None)
        path = self._context.spool / FITTED
        if not path.exists():  # an earlier attempt's counts: pieces of it may be committed
            usable = np.isfinite(raw[:, 0])
            if not usable.any():
                raise VisionLensError("IMAGE_UNREADABLE", "None of the images can be read.")
            assert isinstance(self._embedder, ClassicalEmbedder)
            partial = path.with_suffix(".partial")
            partial.write_bytes(self._embedder.fit(np.asarray(raw[usable])).to_bytes())
            partial.replace(path)
        self._whitening = Whitening.from_bytes(path.read_bytes())
        update = {
            "version": f"{self._space.version}-{self._whitening.digest()}",
            "dimension": self._whitening.projection.shape[1],
        }
        self._space = self._space.model_copy(update=update)
        return (
            None if part is None else np.asarray(raw[i * ROWS : (i + 1) * ROWS])
            for i, part in enumerate(self._parts())
        )

    def _check(self) -> None:
        """Called several times a second: may raise JobCancelled; queries go first."""
        self._context.check_cancelled()
        self._queries.answer(self._reply)

    def _reply(self, query: dict[str, Any]) -> np.ndarray[Any, Any]:
        """A query for another model is answered on the processor: the job keeps the device."""
        if (query["space"], query["version"]) == (self._space.space, self._space.version):
            return encode_with(self._encoder, self._whitening, query)
        return encode(query, device="cpu")


def _whitening(known: Known | None) -> Whitening | None:
    if known is None or known.fitted is None:
        return None
    from visionlens_jlab.embeddings.models.whitening import Whitening

    return Whitening.from_bytes(known.fitted)
