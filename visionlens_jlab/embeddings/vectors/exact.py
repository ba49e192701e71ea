"""Exact answers from the vectors themselves: what the index is held against, and does without."""

from __future__ import annotations

from typing import Any

import numpy as np

from visionlens_jlab.embeddings.vectors.segments import Segments

Array = np.ndarray[Any, Any]

MOST_DIVERSE = 2_000
"""A diverse sample has at most so many."""
MOST_CANDIDATES = 20_000
"""It is taken from at most so many, drawn at random with a fixed seed."""
_MOST_DISTANCES = 4_000_000
"""Fewer candidates for larger samples: the time stays about a second."""
NEIGHBOURS = 5
ALL_REFERENCES = 4_000
"""Up to so many vectors, distances for outliers are to the neighbours among all of them."""
MOST_REFERENCES = 512
"""Else among so many, drawn likewise."""
_SEED = 51
_BLOCK_ROWS = 4096


def nearest(
    segments: Segments,
    target: Array,
    k: int | None,
    *,
    among: Array | None = None,
    threshold: float | None = None,
) -> tuple[Array, Array]:
    """The ids whose vectors are closest to `target` by cosine.

    Parameters
    ----------
    segments : Segments
    target : ndarray, float32 (d,)
        Of unit length.
    k : int, optional
        At most so many; None: all.
    among : ndarray, uint32, optional
        The ids that may be found; None: all.
    threshold : float, optional
        The least score, from -1 to 1.

    Returns
    -------
    ids : ndarray, uint32 (n,)
        By descending score, equal ones by id.
    scores : ndarray, float32 (n,)
    """
    ids, scores = segments.scores(np.asarray(target, dtype=np.float32), among)
    if threshold is not None:
        kept = scores >= threshold
        ids, scores = ids[kept], scores[kept]
    if k is not None and k < len(ids):
        # Those that tie with the last one are sorted out below.
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= least
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]


def diverse(segments: Segments, ids: Array, k: int | None) -> tuple[Array, Array]:
    """A farthest-point sample: each next id is the one farthest from those before it.

    Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985. It begins with the
    id closest to the mean.

    Returns
    -------
    ids : ndarray, uint32 (n,)
        In the order they were chosen.
    scores : ndarray, float32 (n,)
        1 minus the greatest cosine with an earlier one, not rising; the first has 2.
    """
    wanted = min(k or MOST_DIVERSE, MOST_DIVERSE)
    most = max(wanted, min(MOST_CANDIDATES, _MOST_DISTANCES // wanted))
    candidates, vectors = _drawn(segments, ids, most)
    if not len(candidates):
        return candidates, np.empty(0, np.float32)
    count = min(wanted, len(candidates))
    chosen = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
    scores = [2.0]
    closest = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        closest[chosen[-1]] = np.inf
        farthest = int(np.argmin(closest))
        chosen.append(farthest)
        scores.append(min(scores[-1], 1.0 - float(closest[farthest])))
        np.maximum(closest, vectors @ vectors[farthest], out=closest)
    return candidates[chosen], np.asarray(scores, dtype=np.float32)


def outliers(segments: Segments, ids: Array, k: int | None) -> tuple[Array, Array]:
    """The ids farthest from their neighbours, the farthest first.

    The score is the mean of 1 minus cosine to the nearest neighbours among a sample of the ids
    (Sugiyama and Borgwardt, "Rapid distance-based outlier detection via sampling", 2013); with no
    more ids than `ALL_REFERENCES` the sample is all of them.

    Returns
    -------
    ids : ndarray, uint32 (n,)
    scores : ndarray, float32 (n,)
    """
    wanted = ids[segments.has(ids)]
    few = len(wanted) <= ALL_REFERENCES
    references, sample = _drawn(segments, wanted, ALL_REFERENCES if few else MOST_REFERENCES)
    if len(references) < 2:
        return references, np.zeros(len(references), np.float32)
    neighbours = min(NEIGHBOURS, len(references) - 1)
    scores = np.empty(len(wanted), dtype=np.float32)
    for start in range(0, len(wanted), _BLOCK_ROWS):
        block = wanted[start : start + _BLOCK_ROWS]
        close = segments.vectors_of(block) @ sample.T
        close[block[:, None] == references[None, :]] = -np.inf  # not its own neighbour
        best = np.partition(close, close.shape[1] - neighbours, axis=1)[:, -neighbours:]
        scores[start : start + len(block)] = 1 - best.mean(axis=1)
    order = np.lexsort((wanted, -scores))[:k]
    return wanted[order], scores[order]


def _drawn(segments: Segments, ids: Array, most: int) -> tuple[Array, Array]:
    """At most so many of the ids that have a vector, ascending, and their vectors."""
    wanted = np.sort(ids[segments.has(ids)])
    if len(wanted) > most:
        wanted = np.sort(np.random.default_rng(_SEED).choice(wanted, most, replace=False))
    return wanted, segments.vectors_of(wanted)
