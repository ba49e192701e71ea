"""Vectors of a notebook's own, and what looks most like a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.view import View
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.notebook.embeddings import add_embeddings, search_of
from visionlens_jlab.embeddings.shapes import EmbeddingSpace


class Searching:
    """The part of a Dataset that is about vectors."""

    _backend: DatasetBackend
    _ascending: Callable[[Level], np.ndarray]
    _of_all_sources: Callable[[Level], np.ndarray]

    def add_embeddings(
        self,
        space: str,
        matrix: Any,
        ids: Any = None,
        *,
        level: Level = "samples",
        model: str = "matrix",
        version: str = "1",
    ) -> EmbeddingSpace:
        """Add vectors of your own to an embedding space, made when it is not there.

        Parameters
        ----------
        space : str
            Its name. Vectors that an id has in it already are replaced.
        matrix : array, torch tensor, or path of a .npy, .parquet or .safetensors file
            (n, d), finite, no row all zero; kept as float32 of unit length.
        ids : iterable of int, Series, DataFrame or View, optional
            Of the rows, each once; nothing: those of the file, else every row that `count(level)`
            counts (of annotations the ground truth) in ascending order of ids.
        level : {"samples", "annotations"}
            Whose vectors they are.
        model, version : str
            What made them; another version needs another space.

        Raises
        ------
        VisionLensError
            VECTORS_INVALID naming the first wrong row, ID_UNKNOWN, DATASET_READ_ONLY.
        """
        described = EmbeddingSpace(
            space=space, level=level, model=model, version=version, dimension=0, created_at=""
        )
        return add_embeddings(
            self._backend,
            described,
            matrix,
            ids,
            rows=lambda: self._ascending(level),
            everything=lambda: self._of_all_sources(level),
        )

    @property
    def spaces(self) -> list[str]:
        """Names of the embedding spaces, the oldest first."""
        return [space.space for space in self._backend.spaces()]

    def delete_space(self, space: str) -> None:
        """Remove an embedding space with its vectors, index and projections.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.delete_space(space)

    def similar(
        self,
        query: Any,
        *,
        k: int | None = 50,
        space: str | None = None,
        view: View | None = None,
        threshold: float | None = None,
    ) -> View:
        """What looks most like a query, the closest first; `View.scores` has the cosines.

        Parameters
        ----------
        query : ids, View, DataFrame, vector, text, or image
            Ids of the space's level (whole numbers; they are found themselves too), a vector of
            the space's dimension (floats), a text, or an image: path, bytes or PIL image.
        k : int, optional
            At most so many; None: all, or those from `threshold` on.
        space : str, optional
            Where to search; by default the latest of the view's level.
        view : View, optional
            Search among its rows only, so that `k` of them are found where there are as many.
        threshold : float, optional
            The least cosine, from -1 to 1.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, ID_UNKNOWN, TEXT_UNSUPPORTED, MODEL_UNAVAILABLE, VECTORS_INVALID.
        """
        spec = search_of(
            self._backend,
            query,
            k=k,
            threshold=threshold,
            space=space,
            base=None if view is None else view.spec,
            everything=self._ascending,
        )
        return View(self._backend, spec)
