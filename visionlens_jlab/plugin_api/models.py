"""Embedders: models that give images, and perhaps texts, vectors in one space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np


class ModelContext(Protocol):
    """What a model is loaded with."""

    api: str
    """Version of this API."""


class Embedder(Protocol):
    """A model that was loaded.

    It may have a text `version` that changes with its weights: vectors of another one go into
    another space.
    """

    def images(self, *, pixels: np.ndarray, **rest: Any) -> np.ndarray:
        """float32 (n, d) of upright RGB images uint8 (n, side, side, 3); see `side`, `fit`."""
        ...

    # Also `texts(self, *, texts: Sequence[str], **rest) -> float32 (n, d)`, where the manifest
    # says `"text": True`.


class Loader(Protocol):
    """`target` of an embedder."""

    def __call__(
        self, *, context: ModelContext, arguments: Mapping[str, Any], **rest: Any
    ) -> Embedder:
        """Load the model; `arguments` are the options of `Dataset.embed`."""
        ...
