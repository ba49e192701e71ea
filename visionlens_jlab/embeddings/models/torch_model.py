"""Running a torch model over batches of prepared images."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import blake3
import numpy as np
import torch

from visionlens_jlab.embeddings.models.base import OutOfMemoryError, Vectors, is_out_of_memory
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.preparation import Preparation

CPU_BATCH = 16
GPU_BATCH = 256
_PRECISIONS = {
    "float32": None,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}

Encode = Callable[[torch.Tensor], torch.Tensor]


class TorchEmbedder:
    """A torch model behind the Embedder protocol.

    Parameters
    ----------
    name : str
    model : torch.nn.Module
        In evaluation mode from now on.
    encode : callable
        From images float32 (n, 3, size, size), normalised, to vectors (n, d).
    preparation : Preparation
    mean, std : sequence of 3 floats
        In units of the value range 0 to 1.
    texts : callable, optional
        From texts and the device to vectors (n, d).
    options : dict
        `device` ("cuda:1", default: a GPU where there is one), `precision` ("auto", "float32",
        "float16", "bfloat16"; auto: bfloat16 on CUDA), `compile` (bool).
    """

    needs_fit = False

    def __init__(
        self,
        name: str,
        model: torch.nn.Module,
        encode: Encode,
        preparation: Preparation,
        *,
        mean: Sequence[float],
        std: Sequence[float],
        texts: Callable[[Sequence[str], torch.device], torch.Tensor] | None = None,
        options: dict[str, Any],
    ) -> None:
        self.name = name
        self.preparation = preparation
        self.has_text = texts is not None
        self.settings = dict(options)
        self._device = device_of(options.get("device"))
        self._dtype = _precision(options.get("precision", "auto"), self._device)
        self.batch_size = CPU_BATCH if self._device.type == "cpu" else GPU_BATCH
        self.version = version_of(model, preparation, (*mean, *std))
        self._model: torch.nn.Module | None = model.eval().requires_grad_(False).to(self._device)
        self._encode: Encode = torch.compile(encode) if options.get("compile") else encode
        self._texts = texts
        self._mean = torch.tensor(mean, device=self._device).view(1, 3, 1, 1)
        self._std = torch.tensor(std, device=self._device).view(1, 3, 1, 1)
        size = preparation.size
        self.dimension = int(self.pixels(np.zeros((1, size, size, 3), np.uint8)).shape[1])

    def pixels(self, batch: np.ndarray) -> Vectors:
        """Vectors of prepared images."""
        with self._running():
            images = torch.from_numpy(batch)
            if self._device.type == "cuda":
                images = images.pin_memory()
            images = images.to(self._device, non_blocking=True).permute(0, 3, 1, 2)
            images = (images.float().div_(255) - self._mean) / self._std
            return _as_vectors(self._encode(images.contiguous()))

    def texts(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts. TEXT_UNSUPPORTED."""
        if self._texts is None:
            raise VisionLensError("TEXT_UNSUPPORTED", f"{self.name} knows no texts.")
        with self._running():
            return _as_vectors(self._texts(texts, self._device))

    def close(self) -> None:
        """Let go of the weights, on the device too."""
        self._model = None
        self._texts = None
        self._encode = _closed
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        mixed = (
            contextlib.nullcontext()
            if self._dtype is None
            else torch.autocast(self._device.type, dtype=self._dtype)
        )
        try:
            with torch.inference_mode(), mixed:
                yield
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            if self._device.type == "cuda":
                torch.cuda.empty_cache()
            raise OutOfMemoryError(str(error)) from error


def device_of(asked: str | None) -> torch.device:
    """The device that was asked for, else a GPU where there is one. MODEL_UNAVAILABLE."""
    try:
        if asked:
            device = torch.device(asked)
            torch.empty(1, device=device)
            return device
    except (RuntimeError, AssertionError) as error:
        raise VisionLensError(
            "MODEL_UNAVAILABLE",
            f"The device {asked!r} cannot be used: {str(error).splitlines()[0]}",
            "Leave the device out, or name one that torch knows, such as cuda or cpu.",
        ) from error
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def version_of(model: torch.nn.Module, *preparation: object) -> str:
    """Names the weights, whatever file they came from, and how images are prepared."""
    digest = blake3.blake3()
    for name, tensor in sorted(model.state_dict().items()):
        if isinstance(tensor, torch.Tensor):
            flat = tensor.detach().cpu().contiguous().view(-1)
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
            digest.update(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
    digest.update(repr(preparation).encode())
    return digest.hexdigest(length=8)


def _precision(asked: str, device: torch.device) -> torch.dtype | None:
    if asked == "auto":
        return torch.bfloat16 if device.type == "cuda" else None
    if asked not in _PRECISIONS:
        names = ", ".join(["auto", *_PRECISIONS])
        raise VisionLensError(
            "REQUEST_INVALID", f"There is no precision {asked!r}.", f"Use one of {names}."
        )
    return _PRECISIONS[asked]


def _as_vectors(output: torch.Tensor) -> Vectors:
    vectors: Vectors = output.float().cpu().numpy()
    return vectors


def _closed(_: torch.Tensor) -> torch.Tensor:
    raise RuntimeError("The model was closed.")
