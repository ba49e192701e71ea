"""Fitting a projection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from visionlens_jlab.map.projections import layouts
from visionlens_jlab.map.projections.exact import nearest_among
from visionlens_jlab.map.projections.fitted import Fitted, vector_digests
from visionlens_jlab.map.projections.neighbours import neighbour_graph
from visionlens_jlab.map.projections.numba_cache import umap_module
from visionlens_jlab.map.projections.parameters import METHODS
from visionlens_jlab.map.projections.pca import Components, principal_components

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.uint32]

FEW = 10
"""With so few vectors every method is PCA."""
LOW_MEMORY_BYTES = 1 << 30
"""Vectors that take more are not copied into memory, unless asked for."""
LOW_MEMORY_DIMENSIONS = 64
_REACH_QUERIES, _REACH_ROWS = 1000, 20_000


class Watch(Protocol):
    """Is told how far a projection is; what it raises ends the projection."""

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        """`stage` is `components`, `neighbours` or `layout`."""
        ...


def pca_preview(vectors: Floats, dimensions: int, watch: Watch) -> tuple[Components, Floats]:
    """Principal components, and the coordinates along them, float32 (n, dimensions)."""
    tick = _rows(watch, "components", len(vectors))
    components = principal_components(vectors, dimensions, tick=tick)
    return components, components.apply(vectors, tick)


def fit(
    method: str,
    ids: Ids,
    vectors: Floats,
    components: Components,
    start: Floats,
    *,
    seed: int | None,
    parameters: dict[str, Any],
    watch: Watch,
) -> Fitted:
    """Project all vectors of a space.

    Parameters
    ----------
    method : {"umap", "pca", "tsne", "pacmap"}
    ids : uint32 (n,), ascending
    vectors : float32 (n, d)
        Of unit length; may be memory-mapped.
    components, start
        What `pca_preview` gave; `start`'s columns are the number of dimensions.
    seed : int or None
        The same seed gives the same coordinates on one machine, on one processor; None: on all of
        them, and different each time.
    parameters : dict
        From `resolved_parameters`.
    watch : Watch

    Raises
    ------
    VisionLensError
        MODEL_UNAVAILABLE when the method's package is missing.
    """
    if method not in METHODS:
        raise KeyError(method)
    curve = (0.0, 0.0)
    if method == "pca" or len(vectors) <= FEW:
        coordinates = start
    elif method == "pacmap":
        first = layouts.scaled(start)
        tick = _steps(watch, "layout")
        coordinates = layouts.pacmap(vectors, first, parameters, seed=seed, tick=tick)
    else:
        coordinates = _from_neighbours(method, vectors, start, parameters, seed=seed, watch=watch)
        if method == "umap":
            curve = layouts.curve(parameters)
    by_axes = method == "pca"
    return Fitted(
        method,
        parameters,
        seed,
        np.asarray(ids, dtype=np.uint32),
        vector_digests(vectors),
        coordinates,
        _reach(vectors),
        len(vectors),
        curve,
        components.mean if by_axes else np.empty(0, dtype=np.float32),
        components.axes if by_axes else np.empty((0, 0), dtype=np.float32),
    )


def _from_neighbours(
    method: str,
    vectors: Floats,
    start: Floats,
    parameters: dict[str, Any],
    *,
    seed: int | None,
    watch: Watch,
) -> Floats:
    n = len(vectors)
    if method == "umap":
        umap_module()  # missing: said before anything is computed
    wanted = parameters["n_neighbors"] if method == "umap" else 3 * parameters["perplexity"] + 1
    low_memory = parameters["low_memory"]
    if low_memory is None:
        low_memory = vectors.nbytes > LOW_MEMORY_BYTES
    compared = _reduced(vectors, watch) if low_memory else vectors
    rows, distances = neighbour_graph(
        compared,
        min(int(wanted), n - 1),
        seed=seed,
        tick=_rows(watch, "neighbours", n),
    )
    lay_out = layouts.umap if method == "umap" else layouts.tsne
    first = layouts.scaled(start)
    return lay_out(rows, distances, first, parameters, seed=seed, tick=_steps(watch, "layout"))


def _reduced(vectors: Floats, watch: Watch) -> Floats:
    """The vectors along their first principal components, of unit length again."""
    if vectors.shape[1] <= LOW_MEMORY_DIMENSIONS:
        return vectors
    tick = _rows(watch, "components", len(vectors))
    reduced = principal_components(vectors, LOW_MEMORY_DIMENSIONS, tick=tick).apply(vectors, tick)
    lengths = np.linalg.norm(reduced, axis=1, keepdims=True)
    reduced /= np.maximum(lengths, np.finfo(np.float32).tiny)
    return reduced


def _reach(vectors: Floats) -> float:
    """See `Fitted.reach`; from a sample of the vectors."""
    n = len(vectors)
    if n < 2:
        return 0.0
    rng = np.random.default_rng(0)
    rows = np.sort(rng.permutation(n)[:_REACH_ROWS])
    chosen = np.asarray(vectors[rows])
    queries = chosen[np.sort(rng.permutation(len(chosen))[:_REACH_QUERIES])]
    _, distances = nearest_among(queries, chosen, 2)
    return float(np.quantile(distances[:, -1], 0.99))


def _rows(watch: Watch, stage: str, total: int) -> Callable[[int], None]:
    return lambda done: watch(stage, done, total)


def _steps(watch: Watch, stage: str) -> Callable[[int, int], None]:
    return lambda done, total: watch(stage, done, total)
