"""Fitting a projection, and placing new vectors in it: what is there stays where it is."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from visionlens_jlab.map.projections import layouts
from visionlens_jlab.map.projections.fitted import Fitted, vector_digests
from visionlens_jlab.map.projections.layouts import umap_module
from visionlens_jlab.map.projections.neighbours import nearest_among, neighbour_graph
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


_NEIGHBOURS = 15
_EPOCHS_FEW, _EPOCHS_MANY = 100, 30


@dataclass(frozen=True)
class Placed:
    """`coordinates` float32 (n, dimensions) of all ids; `new` and `outside` bool (n,)."""

    coordinates: Floats
    new: npt.NDArray[np.bool_]
    outside: npt.NDArray[np.bool_]
    """New ones farther from all others than these are from each other."""
    fitted: Fitted
    """The model with what was placed, but for what lies outside."""

    @property
    def warning(self) -> str | None:
        """What to tell the user; None when the new ones fit in."""
        new, outside = int(self.new.sum()), int(self.outside.sum())
        if outside <= max(1, 0.05 * new):
            return None
        return (
            f"{outside} of {new} new ones look like nothing that this projection was made from: "
            "their places say little. Project again."
        )


def place(fitted: Fitted, ids: Ids, vectors: Floats, *, watch: Watch) -> Placed | None:
    """Coordinates for every id of a space, those that the model has seen where they were.

    UMAP: umap-learn's own way of placing (weighted mean of the neighbours, then an optimisation
    that moves the new ones only); t-SNE and PaCMAP: the weighted mean alone; PCA: the axes.

    Parameters
    ----------
    ids : uint32 (n,), ascending
    vectors : float32 (n, d)

    Returns
    -------
    Placed or None
        None: too little is left of what it was fitted on, or more is new than that was.
    """
    digests = vector_digests(vectors)
    known = _known(fitted, ids, digests)
    seen = known >= 0
    if seen.sum() < max(FEW + 1, 0.5 * fitted.first) or len(ids) > 2 * fitted.first:
        return None
    coordinates = np.empty((len(ids), fitted.dimensions), dtype=np.float32)
    coordinates[seen] = fitted.coordinates[known[seen]]
    outside = np.zeros(len(ids), dtype=bool)
    new = np.flatnonzero(~seen)
    if len(new):
        there, queries = coordinates[seen], np.asarray(vectors[new])
        rows, distances = nearest_among(
            queries,
            np.asarray(vectors[seen]),
            min(int(fitted.parameters.get("n_neighbors", _NEIGHBOURS)), int(seen.sum())),
            tick=lambda done: watch("neighbours", done, len(new)),
        )
        outside[new] = distances[:, 0] > max(fitted.reach, 1e-6)
        if fitted.method == "pca":
            coordinates[new] = Components(fitted.mean, fitted.axes).apply(queries)
        elif fitted.method == "umap":
            coordinates[new] = _placed_by_umap(fitted, there, rows, distances, watch)
        else:
            weights = 1 / np.maximum(distances, 1e-6)
            weights /= weights.sum(axis=1, keepdims=True)
            coordinates[new] = (there[rows] * weights[:, :, None]).sum(axis=1)
    kept = ~outside
    grown = replace(
        fitted,
        ids=np.asarray(ids[kept], dtype=np.uint32),
        digests=digests[kept],
        coordinates=coordinates[kept],
    )
    return Placed(coordinates, ~seen, outside, grown)


def _known(fitted: Fitted, ids: Ids, digests: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Row of each id in the model; -1: it is new, or has another vector now."""
    row = np.minimum(np.searchsorted(fitted.ids, ids), len(fitted.ids) - 1)
    same = (fitted.ids[row] == ids) & (fitted.digests[row] == digests)
    return np.where(same, row, -1)


def _placed_by_umap(
    fitted: Fitted,
    there: Floats,
    rows: npt.NDArray[np.int32],
    distances: Floats,
    watch: Watch,
) -> Floats:
    """As `UMAP.transform` does it, from neighbours that are known."""
    import scipy.sparse

    umap = umap_module()
    count, k = rows.shape
    sigmas, rhos = umap.smooth_knn_dist(distances, float(k), local_connectivity=0.0)
    heads, tails, strengths, _ = umap.compute_membership_strengths(
        rows, distances, sigmas, rhos, bipartite=True
    )
    graph: Any = scipy.sparse.coo_matrix((strengths, (heads, tails)), shape=(count, len(there)))
    table = graph.tocsr()
    table.eliminate_zeros()
    first = umap.init_graph_transform(table, there).astype(np.float32)
    steps = _EPOCHS_FEW if count <= 10_000 else _EPOCHS_MANY
    graph.data[graph.data < graph.data.max() / steps] = 0
    graph.eliminate_zeros()
    state = np.random.RandomState(fitted.seed)
    with contextlib.redirect_stdout(io.StringIO()):
        placed = umap.optimize_layout_euclidean(
            np.ascontiguousarray(first),
            np.array(there, order="C"),
            graph.row,
            graph.col,
            steps,
            len(there),
            umap.make_epochs_per_sample(graph.data, steps),
            *fitted.curve,
            state.randint(-(1 << 31) + 1, (1 << 31) - 1, 3).astype(np.int64),
            1.0,
            0.25,
            fitted.parameters["negative_sample_rate"],
            parallel=fitted.seed is None,
            **layouts.epochs(lambda done, total: watch("layout", done, total)),
        )
    return np.asarray(placed, dtype=np.float32)
