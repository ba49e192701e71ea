"""Asking an index, where that is faster than scanning the vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from visionlens_jlab.vectors.segments import Segments
from visionlens_jlab.vectors.upkeep import Index

Array = np.ndarray[Any, Any]

MOST_ASKED = 2_000
"""Results an index is asked for at most."""
_SLACK = 50


class Costs(NamedTuple):
    """What an index takes for a search and for each result, in vectors that a scan reads meanwhile.

    Measured at 100,000 x 512 (`benchmarks/vectors.py`): a scan reads 4 to 6 vectors in a
    microsecond.
    """

    search: int
    result: int


COSTS = Costs(10_000, 50)


def ask(
    index: Index,
    segments: Segments,
    target: Array,
    k: int,
    *,
    among: Array | None,
    threshold: float | None,
    costs: Costs,
) -> tuple[Array, Array] | None:
    """What an index finds, with the vectors' own scores; None where a scan does better.

    The index is asked for as many as hold `k` that are allowed, if those lie anywhere, and half as
    many again. Where too few of them are allowed after all, those are for a scan too: it takes less
    time than to send the ids allowed to the engine, however many they are. VectorStoreError.
    """
    candidates = segments.count if among is None else len(among)
    if candidates == 0:
        return None
    asked = math.ceil(1.5 * k * segments.count / candidates) + _SLACK
    if asked > MOST_ASKED or candidates < costs.search + costs.result * asked:
        return None
    ids, _ = index.engine.search(index.collection, target, asked, threshold=threshold)
    all_of_them = threshold is not None and len(ids) < asked
    ids = ids[segments.has(ids)]
    if among is not None:
        ids = ids[np.isin(ids, among)]
    if len(ids) < min(k, candidates) and not all_of_them:
        return None
    scores = segments.vectors_of(ids) @ target
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]
