"""A fitted projection and its file: plain arrays, so that reading one runs no code."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_jlab.errors import VisionLensError

Floats = npt.NDArray[np.float32]

FORMAT = 1


@dataclass(frozen=True)
class Fitted:
    """What is needed to place further vectors: no vectors, these lie in the segments.

    Attributes
    ----------
    ids : uint32 (n,)
        Whose vectors it knows, ascending.
    digests : uint64 (n,)
        Of these vectors: one that changed since no longer tells where things are.
    coordinates : float32 (n, dimensions)
    first : int
        How many it was fitted on; the others were placed later.
    reach : float
        Cosine distance to the nearest other one that all but one in a hundred of the fitted ones
        keep; what lies farther from all of them lies outside.
    curve : (float, float)
        The a and b of UMAP's curve of attraction.
    mean, axes : float32 (d,), (dimensions, d)
        Principal components; empty for other methods.
    """

    method: str
    parameters: dict[str, Any]
    seed: int | None
    ids: npt.NDArray[np.uint32]
    digests: npt.NDArray[np.uint64]
    coordinates: Floats
    reach: float
    first: int
    curve: tuple[float, float] = (0.0, 0.0)
    mean: Floats = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    axes: Floats = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))

    @property
    def dimensions(self) -> int:
        """2 or 3."""
        return int(self.coordinates.shape[1])

    def save(self, path: Path) -> None:
        """Write it as npz, for this user only."""
        facts = {
            "format": FORMAT,
            "method": self.method,
            "parameters": self.parameters,
            "seed": self.seed,
            "reach": self.reach,
            "first": self.first,
            "curve": list(self.curve),
        }
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            np.savez(
                file,
                facts=np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8),
                ids=self.ids,
                digests=self.digests,
                coordinates=self.coordinates,
                mean=self.mean,
                axes=self.axes,
            )

    @classmethod
    def load(cls, path: Path) -> Fitted:
        """Read it; DATASET_DAMAGED when it is none of ours."""
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            facts = json.loads(arrays["facts"].tobytes())
            if facts["format"] != FORMAT:
                raise ValueError(f"format {facts['format']}")
            return cls(
                facts["method"],
                facts["parameters"],
                facts["seed"],
                _shaped(arrays["ids"], np.uint32, 1),
                _shaped(arrays["digests"], np.uint64, 1),
                _shaped(arrays["coordinates"], np.float32, 2),
                float(facts["reach"]),
                int(facts["first"]),
                (float(facts["curve"][0]), float(facts["curve"][1])),
                _shaped(arrays["mean"], np.float32, 1),
                _shaped(arrays["axes"], np.float32, 2),
            )
        except Exception as error:  # zip, zlib, json, numpy: each has errors of its own
            raise VisionLensError(
                "DATASET_DAMAGED",
                f"The model of a projection ({path.name}) cannot be read.",
                "Project again.",
            ) from error


def vector_digests(vectors: Floats) -> npt.NDArray[np.uint64]:
    """A digest of each row: multilinear hashing (Carter and Wegman, 1979), the key fixed."""
    bits = np.ascontiguousarray(vectors, dtype="<f4").view(np.uint32)
    key = np.random.default_rng(0x5EED).integers(
        1, 1 << 63, size=bits.shape[1] + 1, dtype=np.uint64
    )
    digests = np.empty(len(bits), dtype=np.uint64)
    for start in range(0, len(bits), 8192):
        block = bits[start : start + 8192].astype(np.uint64)
        digests[start : start + 8192] = (block * key[1:]).sum(axis=1, dtype=np.uint64) + key[0]
    return digests


def _shaped(array: npt.NDArray[Any], kind: Any, axes: int) -> npt.NDArray[Any]:
    if array.dtype != kind or array.ndim != axes:
        raise ValueError("not the array that was written")
    return array
