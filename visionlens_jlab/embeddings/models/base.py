"""What the rest of the project knows of a model that embeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from PIL import Image

from visionlens_jlab.media.preparation import Preparation

Vectors = np.ndarray[Any, np.dtype[np.float32]]


class OutOfMemoryError(Exception):
    """A batch does not fit into the memory of the device; a smaller one may."""


_FULL = ("out of memory", "not enough memory", "can't allocate memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error of a model, of torch or another library, says that memory is short."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _FULL)


class Embedder(Protocol):
    """A model that gives images, and perhaps texts, a place in one space.

    Vectors are float32 and need not have unit length.
    """

    name: str
    version: str
    """Changes with the weights and with how images are prepared."""
    dimension: int
    has_text: bool
    preparation: Preparation
    batch_size: int
    """Images to begin with; less where the memory does not suffice."""
    needs_fit: bool
    """Whether its vectors are raw values, to be whitened by what a dataset says of them."""
    settings: dict[str, Any]
    """Beside `name`, what `registry.make` needs to make it again (JSON)."""

    def pixels(self, batch: np.ndarray) -> Vectors:
        """Vectors of prepared images, uint8 (n, size, size, 3). OutOfMemoryError."""
        ...

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts; TEXT_UNSUPPORTED where the model has none."""
        ...

    def close(self) -> None:
        """Let go of the memory."""
        ...


def encode_images(embedder: Embedder, images: Sequence[Image.Image]) -> Vectors:
    """Vectors (n, d) of images as Pillow has them, upright."""
    return embedder.pixels(np.stack([embedder.preparation.apply(image) for image in images]))
