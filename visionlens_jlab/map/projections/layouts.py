"""The methods that lay out a graph of neighbours; each imports its library when it is used.

umap-learn is loaded so that what it compiles is kept on the disk.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import math
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from visionlens_jlab.errors import VisionLensError

_folder: Path | None = None


def keep_compiled_code_in(folder: Path) -> None:
    """Folder for what numba compiles for us; before umap is loaded for the first time.

    Numba's own NUMBA_CACHE_DIR goes before it.
    Cache files are pickles: the folder must be writable for this user alone.
    """
    global _folder  # noqa: PLW0603  numba's own configuration is global, too
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _folder = folder


def umap_module() -> Any:
    """`umap.umap_`; MODEL_UNAVAILABLE where umap-learn is not installed."""
    if "umap.umap_" in sys.modules:
        return sys.modules["umap.umap_"]
    with _cached_compilation():
        try:
            return importlib.import_module("umap.umap_")
        except ImportError as error:
            raise VisionLensError(
                "MODEL_UNAVAILABLE",
                "UMAP needs umap-learn, which is not installed where jobs run.",
                "pip install 'visionlens-jlab[umap]', or project with method pca.",
            ) from error


@contextmanager
def _cached_compilation() -> Iterator[None]:
    """Have `numba.njit` cache on the disk unless told otherwise.

    umap-learn asks for it for one function only: without this, each process compiles for about six
    seconds again.
    """
    try:
        import numba
    except ImportError:  # the import of umap tells
        yield
        return
    plain: Callable[..., Any] = numba.njit
    config: Any = numba.config
    folder = config.CACHE_DIR

    def njit(*arguments: Any, **options: Any) -> Any:
        options.setdefault("cache", True)
        return plain(*arguments, **options)

    numba.njit = njit
    if _folder is not None and not os.environ.get("NUMBA_CACHE_DIR"):
        config.CACHE_DIR = str(_folder)
    try:
        yield
    finally:
        numba.njit = plain
        config.CACHE_DIR = folder


Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Tick = Callable[[int, int], None]
"""Takes steps done and steps in all; may raise."""


class _EpochFile(io.TextIOBase):
    """Takes what tqdm writes, and makes steps of it."""

    def __init__(self, tick: Tick) -> None:
        self._tick = tick

    def write(self, text: str) -> int:
        found = re.search(r"(\d+)\s*/\s*(\d+)", text)
        if found:
            self._tick(int(found[1]), int(found[2]))
        return len(text)


class _IterationFile(io.TextIOBase):
    """Takes what PaCMAP prints, and makes steps of it."""

    def __init__(self, tick: Tick, total: int) -> None:
        self._tick = tick
        self._total = total

    def write(self, text: str) -> int:
        found = re.search(r"Iteration:\s*(\d+)", text)
        if found:
            self._tick(int(found[1]), self._total)
        return len(text)


def epochs(tick: Tick) -> dict[str, Any]:
    """Options of umap-learn's optimiser that report every epoch."""
    bar = {"file": _EpochFile(tick), "mininterval": 0, "miniters": 1, "disable": False}
    return {"verbose": False, "tqdm_kwds": bar}


def curve(parameters: dict[str, Any]) -> tuple[float, float]:
    """The a and b of UMAP's curve of attraction for `spread` and `min_dist`."""
    spread = float(parameters["spread"])
    a, b = umap_module().find_ab_params(spread, min(float(parameters["min_dist"]), spread))
    return float(a), float(b)


def umap(
    rows: Rows,
    distances: Floats,
    start: Floats,
    parameters: dict[str, Any],
    *,
    seed: int | None,
    tick: Tick,
) -> Floats:
    """UMAP (McInnes, Healy and Melville, 2018) from given neighbours and first coordinates.

    umap-learn's graph and optimiser; only the neighbours and the start are ours. From principal
    components the layout keeps as much of the large structure as from a spectral one (Kobak and
    Linderman, 2021), which takes much longer to find.
    """
    module = umap_module()
    state = np.random.RandomState(seed)
    k = rows.shape[1]
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), _no_warnings():
        graph = module.fuzzy_simplicial_set(
            np.empty((len(rows), 1), dtype=np.float32),  # only its length counts
            k,
            state,
            "cosine",
            knn_indices=rows,
            knn_dists=distances,
        )[0]
        a, b = curve(parameters)
        coordinates, _ = module.simplicial_set_embedding(
            start,
            graph,
            start.shape[1],
            1.0,
            a,
            b,
            1.0,
            parameters["negative_sample_rate"],
            parameters["n_epochs"] or None,
            start,
            state,
            "cosine",
            {},
            False,
            {},
            False,
            parallel=seed is None,
            **epochs(tick),
        )
    return np.asarray(coordinates, dtype=np.float32)


def tsne(
    rows: Rows,
    distances: Floats,
    start: Floats,
    parameters: dict[str, Any],
    *,
    seed: int | None,
    tick: Tick,
) -> Floats:
    """t-SNE (van der Maaten and Hinton, 2008) by openTSNE, from given neighbours and start."""
    try:
        import openTSNE
        from openTSNE.affinity import PerplexityBasedNN
        from openTSNE.nearest_neighbors import PrecomputedNeighbors
    except ImportError as error:
        raise _missing("t-SNE", "openTSNE") from error
    perplexity = min(parameters["perplexity"], (rows.shape[1] - 1) / 3)
    # Euclidean distances, as the method has them: squared they are twice the cosine distance.
    index = PrecomputedNeighbors(rows[:, 1:], np.sqrt(2 * distances[:, 1:]))
    jobs = -1 if seed is None else 1
    with _no_warnings():
        affinities = PerplexityBasedNN(
            perplexity=perplexity, knn_index=index, n_jobs=jobs, random_state=seed
        )
        layout = openTSNE.TSNEEmbedding(
            1e-4 * start / max(float(start[:, 0].std()), 1e-12),
            affinities,
            negative_gradient_method="fft" if start.shape[1] == 2 and len(rows) > 10_000 else "bh",
            n_jobs=jobs,
            random_state=seed,
        )
        first, second = parameters["early_exaggeration_iter"], parameters["n_iter"]
        for before, count, exaggeration, momentum in (
            (0, first, 12, 0.5),
            (first, second, 1, 0.8),
        ):
            steps = _Steps(tick, before, first + second)
            layout.optimize(
                count,
                inplace=True,
                propagate_exception=True,
                exaggeration=exaggeration,
                momentum=momentum,
                learning_rate=max(200.0, len(rows) / exaggeration),
                callbacks=steps,
                callbacks_every_iters=1,
            )
    return np.asarray(layout, dtype=np.float32)


class _Steps:
    """A callback of openTSNE."""

    def __init__(self, tick: Tick, before: int, total: int) -> None:
        self._tick, self._before, self._total = tick, before, total

    def __call__(self, iteration: int, error: float, embedding: Any) -> None:
        self._tick(self._before + iteration, self._total)


def pacmap(
    vectors: Floats, start: Floats, parameters: dict[str, Any], *, seed: int | None, tick: Tick
) -> Floats:
    """PaCMAP (Wang, Huang, Rudin and Shaposhnik, 2021), which finds its own pairs."""
    try:
        import pacmap as module
    except ImportError as error:
        raise _missing("PaCMAP", "pacmap") from error
    logging.getLogger("pacmap").setLevel(logging.ERROR)
    reducer = module.PaCMAP(
        n_components=start.shape[1],
        n_neighbors=min(parameters["n_neighbors"], max(2, len(vectors) // 10)),
        MN_ratio=parameters["MN_ratio"],
        FP_ratio=parameters["FP_ratio"],
        random_state=seed,
        verbose=True,
    )
    total = sum(reducer.num_iters) if not isinstance(reducer.num_iters, int) else 450
    with contextlib.redirect_stdout(_IterationFile(tick, total)), _no_warnings():
        coordinates = reducer.fit_transform(
            np.ascontiguousarray(vectors, dtype=np.float32), init=start
        )
    return np.asarray(coordinates, dtype=np.float32)


def scaled(start: Floats) -> Floats:
    """First coordinates with the largest at 10, and no two the same."""
    largest = float(np.abs(start).max(initial=0))
    noise = np.random.default_rng(0).normal(0, 1e-4, start.shape)
    out = start * (10 / largest if largest > 0 and math.isfinite(largest) else 0) + noise
    return np.asarray(out, dtype=np.float32)


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    """Libraries warn their programmer, not the user."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _missing(method: str, package: str) -> VisionLensError:
    return VisionLensError(
        "MODEL_UNAVAILABLE",
        f"{method} needs {package}, which is not installed where jobs run.",
        f"pip install {package}, or project with another method.",
    )
