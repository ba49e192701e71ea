"""Runs an embedder over batches as large as the memory allows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.embeddings.models.base import Embedder

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
    """

    def __init__(
        self, embedder: Embedder, batch_size: int | None, log: Callable[[str, str], None]
    ) -> None:
        self.embedder = embedder
        self.batch_size = batch_size or embedder.batch_size
        self._log = log
        self._lock = threading.Lock()

    def images(self, pixels: Matrix) -> Matrix:
        """Vectors (n, d) of prepared images uint8 (n, size, size, 3), however many.

        JOB_FAILED when not even one image fits into the memory of the device.
        """
        from visionlens_jlab.embeddings.models.base import OutOfMemoryError

        parts: list[Matrix] = []
        done = 0
        while done < len(pixels):
            batch = pixels[done : done + self.batch_size]
            try:
                with self._lock:
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
