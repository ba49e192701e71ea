"""Vectors of one's own, and searches, as a notebook asks for them."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, DatasetBackend, Remote
from visionlens_jlab.core.notebook.frames import ID_COLUMN, HasIds, ids_of, is_frame, is_series
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.embeddings.shapes import (
    EmbeddingSpace,
    Encoded,
    EncodeRequest,
    QueryVector,
    SpaceList,
)
from visionlens_jlab.errors import VisionLensError, unknown


class SpacesBackend(Protocol):
    """Embedding spaces of one dataset."""

    def all(self) -> list[EmbeddingSpace]:
        """Oldest first."""
        ...

    def read(self, space: str) -> EmbeddingSpace:
        """SPACE_NOT_FOUND."""
        ...

    def add(self, space: EmbeddingSpace, ids: np.ndarray, matrix: np.ndarray) -> int:
        """Vectors to a space, made when it is not there; VECTORS_INVALID, ID_UNKNOWN."""
        ...

    def delete(self, space: str) -> None:
        """With its vectors, index and projections; SPACE_NOT_FOUND."""
        ...

    def put_query(self, space: str, vector: np.ndarray) -> str:
        """The key of a vector that a view can search for; SPACE_NOT_FOUND, VECTORS_INVALID."""
        ...


class EncoderBackend(Protocol):
    """The models of the embedding spaces of one dataset."""

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query; MODEL_UNAVAILABLE, TEXT_UNSUPPORTED."""
        ...


class RemoteSpaces(Remote):
    """Embedding spaces over the REST API."""

    def all(self) -> list[EmbeddingSpace]:
        """Oldest first."""
        return self.get(SpaceList, "spaces").spaces

    def read(self, space: str) -> EmbeddingSpace:
        """SPACE_NOT_FOUND."""
        found = {one.space: one for one in self.all()}
        if space not in found:
            raise unknown("SPACE_NOT_FOUND", "embedding space", space, found)
        return found[space]

    def add(self, space: EmbeddingSpace, ids: np.ndarray, matrix: np.ndarray) -> int:
        """Vectors to a space, made when it is not there; VECTORS_INVALID, ID_UNKNOWN."""
        flat = pa.array(np.ascontiguousarray(matrix, dtype=np.float32).ravel())
        rows = pa.FixedSizeListArray.from_arrays(flat, matrix.shape[1])
        table = pa.table({"id": pa.array(ids, pa.uint32()), "vector": rows})
        about = {"level": space.level, "model": space.model, "version": space.version}
        self.put_table(EmbeddingSpace, table, "spaces", space.space, "vectors", **about)
        return len(ids)

    def delete(self, space: str) -> None:
        """With its vectors, index and projections; SPACE_NOT_FOUND."""
        self.remove("spaces", space)

    def put_query(self, space: str, vector: np.ndarray) -> str:
        """The key of a vector that a view can search for; SPACE_NOT_FOUND, VECTORS_INVALID."""
        body = QueryVector(vector=vector.tolist())
        return self.ask(Encoded, body, "spaces", space, "queries").query


class RemoteEncoder(Remote):
    """The server's models."""

    def encode(self, request: EncodeRequest) -> Encoded:
        """A text or an image as a query; MODEL_UNAVAILABLE, TEXT_UNSUPPORTED."""
        return self.ask(Encoded, request, "encode")


SPACES: BackendPart[SpacesBackend] = BackendPart(
    "visionlens_jlab.embeddings.store.embeddings:Embeddings", RemoteSpaces
)
ENCODER: BackendPart[EncoderBackend] = BackendPart(
    "visionlens_jlab.embeddings.queries.queries:Encoder", RemoteEncoder
)


_VECTOR_COLUMNS = ("vector", "embedding")
_TENSORS = ("vectors", "embeddings")


def read_matrix(source: Any, level: Level) -> tuple[Any, np.ndarray | None]:
    """A matrix (n, d) and the ids (n,) of its rows; None: the source names none.

    Parameters
    ----------
    source : array, torch tensor, or path
        `.npy`: the matrix. `.parquet`: a column `vector` or `embedding` of lists, and `id`,
        `sample_id` or `annotation_id`. `.safetensors`: a tensor `vectors` or `embeddings`, or the
        only one of two dimensions, and perhaps `ids`.
    level : {"samples", "annotations"}

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, VECTORS_INVALID.
    ImportError
        When a `.safetensors` file is given and safetensors is not installed.
    """
    if not isinstance(source, (str, os.PathLike)):
        return _on_cpu(source), None
    path = Path(source).expanduser()
    if not path.is_file():
        raise VisionLensError("DIR_NOT_FOUND", f"There is no file {path}.", "Check the path.")
    readers = {".npy": _npy, ".parquet": _parquet, ".safetensors": _safetensors}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _invalid(f"{path.name} is no .npy, .parquet or .safetensors file.")
    try:
        return reader(path, level)
    except (OSError, ValueError, KeyError) as error:
        raise _invalid(f"The vectors in {path.name} cannot be read: {error}") from error


def _npy(path: Path, _: Level) -> tuple[np.ndarray, None]:
    return np.load(path, mmap_mode="r", allow_pickle=False), None


def _parquet(path: Path, level: Level) -> tuple[np.ndarray, np.ndarray | None]:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    names = [name for name in _VECTOR_COLUMNS if name in table.column_names]
    if not names:
        raise _invalid(f"{path.name} has no column vector or embedding.")
    lists = table.column(names[0]).combine_chunks()
    lengths = np.diff(lists.offsets.to_numpy()) if hasattr(lists, "offsets") else np.zeros(1)
    if lists.null_count or len(np.unique(lengths)) > 1:
        raise _invalid(f"The vectors in {path.name} are not all of one length.")
    flat = lists.flatten().to_numpy(zero_copy_only=False)
    matrix = flat.reshape(len(lists), -1)
    for name in ("id", ID_COLUMN[level]):
        if name in table.column_names:
            return matrix, table.column(name).to_numpy()
    return matrix, None


def _safetensors(path: Path, _: Level) -> tuple[np.ndarray, np.ndarray | None]:
    from safetensors.numpy import load_file

    tensors: Mapping[str, np.ndarray] = load_file(path)
    flat = [name for name, tensor in tensors.items() if tensor.ndim == 2]
    named = [name for name in _TENSORS if name in tensors] or (flat if len(flat) == 1 else [])
    if not named:
        raise _invalid(f"{path.name} has no tensor vectors or embeddings, but {sorted(tensors)}.")
    return tensors[named[0]], tensors.get("ids")


def _on_cpu(source: Any) -> Any:
    """A tensor of another framework as numpy reads it."""
    for step in ("detach", "cpu", "numpy"):
        if hasattr(source, step) and not isinstance(source, np.ndarray):
            source = getattr(source, step)()
    return source


def _invalid(message: str) -> VisionLensError:
    return VisionLensError("VECTORS_INVALID", message)


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
