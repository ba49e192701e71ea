"""Whitening: makes raw values comparable, by what one dataset says about their spread."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from visionlens_jlab.errors import VisionLensError

Matrix = np.ndarray[Any, Any]
Groups = tuple[tuple[int, float], ...]

SHRINKAGE = 1.0
"""Added to each variance, in units of the mean variance: keeps noise from being blown up."""
MOST_ROWS = 20_000
"""Rows that are fitted on; more change next to nothing."""


@dataclass(frozen=True)
class Whitening:
    """A mean float32 (raw,) and a projection float32 (raw, d)."""

    mean: Matrix
    projection: Matrix

    @classmethod
    def fit(cls, raw: Matrix, dimension: int, groups: Groups) -> Whitening:
        """Principal components of the rows, each divided by its regularised deviation.

        Parameters
        ----------
        raw : ndarray, (n, r)
            At least one row; at most `MOST_ROWS` of them, evenly spread, are used.
        dimension : int
            Components to keep; where the rows span fewer, the rest is zero.
        groups : tuple of (int, float)
            Length and weight of the parts of a row: a part's deviation becomes its weight.
        """
        step = max(1, -(-len(raw) // MOST_ROWS))
        rows = np.asarray(raw[::step], dtype=np.float64)
        # not quite the mean: where all rows are the same, something of them must stay
        mean = rows.sum(axis=0) / (len(rows) + 1)
        scale = _balance(rows - mean, groups)
        centred = (rows - mean) * scale
        variances, axes = np.linalg.eigh(centred.T @ centred / len(rows))
        order = np.argsort(variances)[::-1][:dimension]
        kept = np.maximum(variances[order], 0)
        noise = SHRINKAGE * max(float(variances.clip(0).mean()), 1e-12) * _spread(len(rows), raw)
        weights = np.where(kept > 1e-9 * max(kept[0], 1e-30), 1 / np.sqrt(kept + noise), 0)
        projection = scale[:, None] * axes[:, order] * weights
        return cls(mean.astype(np.float32), projection.astype(np.float32))

    def apply(self, raw: Matrix) -> Matrix:
        """Whitened rows, float32 (n, d)."""
        return np.asarray((raw - self.mean) @ self.projection, dtype=np.float32)

    def digest(self) -> str:
        """Names these numbers."""
        return hashlib.blake2b(
            self.mean.tobytes() + self.projection.tobytes(), digest_size=6
        ).hexdigest()

    def to_bytes(self) -> bytes:
        """As a file, for `from_bytes`."""
        file = io.BytesIO()
        np.savez(file, mean=self.mean, projection=self.projection)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Whitening:
        """Read what `to_bytes` wrote. DATASET_DAMAGED."""
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as file:
                return cls(file["mean"], file["projection"])
        except Exception as error:  # zip, zlib, numpy: each has errors of its own
            raise VisionLensError(
                "DATASET_DAMAGED",
                "What the embedding space was fitted with is damaged: nothing can be added to it.",
                "Embed into a space of another name.",
            ) from error


def _balance(centred: Matrix, groups: Groups) -> Matrix:
    """A factor for each column."""
    factors = []
    start = 0
    for length, weight in groups:
        total = np.square(centred[:, start : start + length]).sum() / len(centred)
        factors.append(np.full(length, weight / np.sqrt(total) if total > 1e-12 else 0.0))
        start += length
    return np.concatenate(factors)


def _spread(rows: int, raw: Matrix) -> float:
    """The mean variance over the directions that the rows can span."""
    return float(raw.shape[1] / max(1, min(rows, raw.shape[1])))
