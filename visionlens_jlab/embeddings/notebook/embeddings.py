"""Vectors of one's own, and searches, as a notebook asks for them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.frames import HasIds, ids_of, is_frame, is_series
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.search_shapes import SearchSpec
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.embeddings.notebook.backend import ENCODER, SPACES
from visionlens_jlab.embeddings.notebook.matrices import read_matrix
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, EncodeRequest
from visionlens_jlab.errors import VisionLensError, unknown

MOST_EXAMPLES = 1000
_BATCH_BYTES = 32 << 20


def add_embeddings(
    backend: DatasetBackend,
    space: EmbeddingSpace,
    matrix: Any,
    ids: Any,
    *,
    rows: Callable[[], np.ndarray],
    everything: Callable[[], np.ndarray],
) -> EmbeddingSpace:
    """Check a matrix and add it, some megabytes at a time; nothing when a row is wrong.

    `rows`: the ids that are meant where none are given; `everything`: those that exist.
    """
    from visionlens_jlab.embeddings.vectors.segments import checked_matrix

    given, own_ids = read_matrix(matrix, space.level)
    vectors = checked_matrix(given)
    ids = own_ids if ids is None else ids
    wanted = rows() if ids is None else ids_of(ids, space.level, rows)
    known = everything()
    if len(wanted) != len(vectors):
        of = (
            f"the dataset has {len(wanted):,} {space.level}"
            if ids is None
            else f"there are {len(wanted):,} ids"
        )
        raise VisionLensError(
            "VECTORS_INVALID",
            f"The matrix has {len(vectors):,} rows, but {of}.",
            "Give ids=, one for each row, each once.",
        )
    strange = wanted[~np.isin(wanted, known)]
    if len(strange):
        raise VisionLensError(
            "ID_UNKNOWN", f"There are no {space.level} with the ids {strange[:5].tolist()}."
        )
    at_once = max(1, _BATCH_BYTES // (4 * vectors.shape[1]))
    spaces = backend.part(SPACES)
    for start in range(0, max(len(vectors), 1), at_once):
        part = slice(start, start + at_once)
        spaces.add(space, wanted[part], vectors[part])
    return spaces.read(space.space)


def search_of(
    backend: DatasetBackend,
    query: Any,
    *,
    k: int | None,
    threshold: float | None,
    space: str | None,
    base: ViewSpec | None,
    everything: Callable[[Level], np.ndarray],
) -> ViewSpec:
    """A view that searches for a query.

    Raises
    ------
    VisionLensError
        SPACE_NOT_FOUND when nothing was embedded; what encoding raises.
    """
    of_text = isinstance(query, str) and not _is_file(query)
    found = choose_space(
        backend.part(SPACES).all(), space, base.level if base else None, of_text=of_text
    )
    base = base or ViewSpec(level=found.level)
    search = shaped(SearchSpec, space=found.space, k=k, threshold=threshold)
    if _is_vector(query):
        key = backend.part(SPACES).put_query(found.space, np.asarray(query, dtype=np.float32))
        search.queries = [key]
    elif of_text:
        request = shaped(EncodeRequest, space=found.space, text=query)
        search.queries = [backend.part(ENCODER).encode(request).query]
    elif (image := _image_bytes(query)) is not None:
        encoded = base64.b64encode(image).decode()
        request = shaped(EncodeRequest, space=found.space, image=encoded)
        search.queries = [backend.part(ENCODER).encode(request).query]
    else:
        ids = ids_of(query, found.level, lambda: everything(found.level))
        if not 0 < len(ids) <= MOST_EXAMPLES:
            raise VisionLensError(
                "REQUEST_INVALID",
                f"A search takes 1 to {MOST_EXAMPLES:,} examples; these are {len(ids):,}.",
            )
        search.like = ids.tolist()
    return base.model_copy(update={"search": search})


def choose_space(
    spaces: list[EmbeddingSpace],
    name: str | None,
    level: Level | None,
    *,
    of_text: bool = False,
) -> EmbeddingSpace:
    """The space that was named, else the latest of the level, for text one that has text."""
    if name is not None:
        for space in spaces:
            if space.space == name:
                return space
        known = [space.space for space in spaces]
        raise unknown("SPACE_NOT_FOUND", "embedding space", name, known)
    if not spaces:
        raise VisionLensError(
            "SPACE_NOT_FOUND",
            "The dataset has no embedding space.",
            "Make one with embed() or add_embeddings().",
        )
    wanted = [space for space in spaces if space.has_text] if of_text else spaces
    if not wanted:
        raise VisionLensError("TEXT_UNSUPPORTED", "No embedding space of the dataset reads text.")
    return next((space for space in reversed(wanted) if space.level == level), wanted[-1])


def _is_vector(query: Any) -> bool:
    """One row of numbers that are not whole: ids are whole."""
    if isinstance(query, (str, bytes, Path, HasIds)) or is_frame(query) or is_series(query):
        return False
    try:
        array = np.asarray(query)
    except (TypeError, ValueError):
        return False
    return array.ndim == 1 and array.dtype.kind == "f" and len(array) > 0


def _is_file(text: str) -> bool:
    try:
        return Path(text).expanduser().is_file()
    except (OSError, ValueError):
        return False


def _image_bytes(query: Any) -> bytes | None:
    """The file of an image, given by path, as bytes or as a PIL image; None: it is none."""
    if isinstance(query, (str, Path)):
        try:
            return Path(query).expanduser().read_bytes()
        except OSError as error:
            raise VisionLensError("IMAGE_MISSING", f"There is no image {query}.") from error
    if isinstance(query, bytes):
        return query
    if type(query).__module__.partition(".")[0] == "PIL":
        sink = io.BytesIO()
        query.save(sink, "PNG")
        return sink.getvalue()
    return None
