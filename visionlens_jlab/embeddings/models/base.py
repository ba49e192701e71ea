"""What the rest of the project knows of a model that embeds, and running one over batches."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from PIL import Image

from visionlens_jlab.errors import VisionLensError
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


class Transform(Protocol):
    """Changes prepared images before they are embedded."""

    version: str

    def images(self, pixels: np.ndarray) -> np.ndarray:
        """Images uint8 (n, size, size, 3), of the same shape."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def encode_images(embedder: Embedder, images: Sequence[Image.Image]) -> Vectors:
    """Vectors (n, d) of images as Pillow has them, upright."""
    return embedder.pixels(np.stack([embedder.preparation.apply(image) for image in images]))


Matrix = np.ndarray[Any, Any]


class Encoder:
    """An embedder that one thread at a time uses, with a batch size that adapts.

    Parameters
    ----------
    embedder : Embedder
    batch_size : int or None
        To begin with; None: the embedder's own.
    log : callable
        Takes a level and a sentence.
    transform : Transform, optional
        Is applied to all images first.
    """

    def __init__(
        self,
        embedder: Embedder,
        batch_size: int | None,
        log: Callable[[str, str], None],
        transform: Transform | None = None,
    ) -> None:
        self.embedder = embedder
        self._transform = transform
        self.batch_size = batch_size or embedder.batch_size
        self._log = log
        self._lock = threading.Lock()

    def images(self, pixels: Matrix) -> Matrix:
        """Vectors (n, d) of prepared images uint8 (n, size, size, 3), however many.

        JOB_FAILED when not even one image fits into the memory of the device.
        """
        parts: list[Matrix] = []
        done = 0
        while done < len(pixels):
            batch = pixels[done : done + self.batch_size]
            try:
                with self._lock:
                    if self._transform is not None:
                        batch = self._transform.images(batch)
                    parts.append(self.embedder.pixels(batch))
            except OutOfMemoryError as error:
                self._halve(len(batch), error)
            else:
                done += len(batch)
        return np.concatenate(parts) if parts else np.zeros((0, self.embedder.dimension), "f4")

    def texts(self, texts: Sequence[str]) -> Matrix:
        """Vectors (n, d); TEXT_UNSUPPORTED."""
        with self._lock:
            return self.embedder.texts(texts)

    def _halve(self, tried: int, error: Exception) -> None:
        if tried == 1:
            raise VisionLensError(
                "JOB_FAILED",
                f"{self.embedder.name} does not fit into the memory of the device.",
                "Choose a smaller model, or the option device='cpu'.",
                {"exception": str(error)[:500]},
            ) from error
        self.batch_size = max(1, tried // 2)
        self._log("warning", f"Out of memory with {tried} images; going on with {self.batch_size}.")
