"""What notebooks ask about embedding spaces, of a server or of this process."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.notebook.backend import BackendPart, Remote
from visionlens_jlab.embeddings.shapes import (
    EmbeddingSpace,
    Encoded,
    EncodeRequest,
    QueryVector,
    SpaceList,
)
from visionlens_jlab.errors import unknown


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
    "visionlens_jlab.embeddings.queries.here:Encoder", RemoteEncoder
)
