"""Principal components of arrays that need not fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BLOCK_ROWS = 16_384
_EXACT_OPERATIONS = 1e11
"""Multiplications up to which the whole covariance is made."""
_OVERSAMPLING, _POWER_STEPS = 10, 4


@dataclass(frozen=True)
class Components:
    """`mean` (d,), `axes` (dimensions, d), orthonormal rows by descending variance."""

    mean: Floats
    axes: Floats

    def apply(self, vectors: Floats, tick: Callable[[int], None] | None = None) -> Floats:
        """Coordinates, float32 (n, dimensions). `tick` takes the number of rows done."""
        out = np.empty((len(vectors), len(self.axes)), dtype=np.float32)
        for start, block in _blocks(vectors):
            out[start : start + len(block)] = (block - self.mean) @ self.axes.T
            if tick is not None:
                tick(start + len(block))
        return out


def principal_components(
    vectors: Floats, dimensions: int, *, seed: int = 0, tick: Callable[[int], None] | None = None
) -> Components:
    """The first principal components.

    Small inputs go through their covariance matrix; for larger ones it is randomised subspace
    iteration (Halko, Martinsson and Tropp, 2011, algorithm 4.4), which reads the array a few times
    from front to back. The sign of an axis is such that its largest entry is positive.

    Parameters
    ----------
    vectors : float32 (n, d), may be memory-mapped
    dimensions : int
        Axes beyond min(n, d) are zero.
    tick : callable, optional
        Called with the rows done of the present pass; may raise.
    """
    n, width = vectors.shape
    mean = np.zeros(width)
    for start, block in _blocks(vectors):
        mean += block.sum(axis=0, dtype=np.float64)
        _tick(tick, start + len(block))
    mean32 = (mean / max(n, 1)).astype(np.float32)
    if n * width * width <= _EXACT_OPERATIONS:
        axes = _by_covariance(vectors, mean32, dimensions, tick)
    else:
        axes = _by_iteration(vectors, mean32, dimensions, seed, tick)
    largest = np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1)
    axes = axes * np.where(largest < 0, -1, 1)
    whole = np.zeros((dimensions, width), dtype=np.float32)
    whole[: len(axes)] = axes
    return Components(mean32, whole)


def _by_covariance(
    vectors: Floats, mean: Floats, dimensions: int, tick: Callable[[int], None] | None
) -> npt.NDArray[np.float64]:
    total = np.zeros((vectors.shape[1],) * 2)
    for start, block in _blocks(vectors):
        centred = block - mean
        total += centred.T @ centred
        _tick(tick, start + len(block))
    _, axes = np.linalg.eigh(total)
    return np.asarray(axes.T[::-1][:dimensions])


def _by_iteration(
    vectors: Floats,
    mean: Floats,
    dimensions: int,
    seed: int,
    tick: Callable[[int], None] | None,
) -> npt.NDArray[np.float64]:
    width = vectors.shape[1]
    rng = np.random.default_rng(seed)
    basis = rng.standard_normal((width, min(width, dimensions + _OVERSAMPLING)))
    for _ in range(_POWER_STEPS + 1):
        basis, _ = np.linalg.qr(basis)
        product = np.zeros_like(basis)
        small = np.zeros((basis.shape[1],) * 2)
        narrow = basis.astype(np.float32)
        for start, block in _blocks(vectors):
            centred = block - mean
            image = centred @ narrow
            product += centred.T @ image
            small += image.T @ image
            _tick(tick, start + len(block))
        last, basis = basis, product
    _, turn = np.linalg.eigh(small)
    return np.asarray((last @ turn[:, ::-1]).T[:dimensions])


def _blocks(vectors: Floats) -> Iterator[tuple[int, Floats]]:
    for start in range(0, len(vectors), BLOCK_ROWS):
        yield start, np.asarray(vectors[start : start + BLOCK_ROWS], dtype=np.float32)


def _tick(tick: Callable[[int], None] | None, done: int) -> None:
    if tick is not None:
        tick(done)
