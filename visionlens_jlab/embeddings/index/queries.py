"""Asking an index, where that is faster than scanning the vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from visionlens_jlab.embeddings.index.upkeep import Index
from visionlens_jlab.embeddings.vectors.segments import Segments

Array = np.ndarray[Any, Any]

MOST_ASKED = 2_000
"""Results an index is asked for at most."""
_SLACK = 50
_MOST_ROUNDS = 2


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
    many again; where fewer of them are allowed, once more for as many as the first answer promises
    to be enough. If they are not, those allowed are for a scan: it takes less time than to send
    their ids to the engine, however many they are. VectorStoreError.
    """
    candidates = segments.count if among is None else len(among)
    wanted = min(k, candidates)
    if candidates == 0:
        return None
    asked = k + _SLACK if among is None else _enough(k * segments.count / candidates)
    for _ in range(_MOST_ROUNDS):
        if asked > MOST_ASKED or candidates < costs.search + costs.result * asked:
            return None
        found, _ = index.engine.search(index.collection, target, asked, threshold=threshold)
        ids = found[segments.has(found)]
        if among is not None:
            ids = ids[np.isin(ids, among)]
        if len(ids) >= wanted or (threshold is not None and len(found) < asked):
            scores = segments.vectors_of(ids) @ target
            order = np.lexsort((ids, -scores))[:k]
            return ids[order], scores[order]
        if not len(ids):
            return None
        asked = _enough(k * asked / len(ids))
    return None


def _enough(expected: float) -> int:
    """How many to ask for, where so many are expected to do."""
    return math.ceil(1.5 * expected) + _SLACK
