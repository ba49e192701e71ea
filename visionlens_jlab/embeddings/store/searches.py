"""A view's search: what it finds among what the view's filter lets through."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.core.views.restriction import Ranking, unranked
from visionlens_jlab.core.views.shapes import SearchSpec, ViewSpec
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.embeddings.store.space_reader import SpaceReader
from visionlens_jlab.embeddings.vectors import exact
from visionlens_jlab.embeddings.vectors.segments import Segments
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot

_LEAST_LENGTH = 1e-6


def run_search(snapshot: Snapshot, spec: ViewSpec) -> Ranking:
    """Search among the ids that the rest of a view lets through.

    Raises
    ------
    VisionLensError
        SPACE_NOT_FOUND, QUERY_NOT_FOUND, ID_UNKNOWN for an id without a vector, REQUEST_INVALID
        for a search for nothing; what the view's filter raises.
    """
    search = spec.search
    if search is None:
        raise ValueError("the view has no search")
    spaces = SpaceReader(snapshot)
    level = spaces.level(search.space)
    segments = spaces.segments(search.space)
    rest = snapshot.view(unranked(spec))
    allowed = snapshot.ids_at_level(rest, level)
    if search.mode != "similar":
        sample = exact.diverse if search.mode == "diverse" else exact.outliers
        ids, scores = sample(segments, allowed, search.k)
        kept = scores >= (-np.inf if search.threshold is None else search.threshold)
        return Ranking(level, ids[kept], scores[kept])
    everything = level == rest.level == "samples" and len(allowed) == rest.total
    among = None if everything or _holds_all(allowed, segments) else allowed
    target = target_of(spaces, search, segments)
    nearest = partial(_nearest, spaces, search, target, among)
    if level in (spec.level, "samples"):
        return Ranking(level, *nearest(search.k))
    return _best_owners(snapshot, search.k, nearest)


def target_of(spaces: SpaceReader, search: SearchSpec, segments: Segments) -> Ids:
    """The unit vector float32 (d,) that a search looks for."""
    if not (search.like or search.unlike or search.queries):
        raise VisionLensError(
            "REQUEST_INVALID",
            "The search looks for nothing.",
            "Name ids that the result should be like or unlike, or an encoded text or image.",
        )
    if len(search.weights) > len(search.queries):
        raise VisionLensError("REQUEST_INVALID", "There are more weights than queries.")
    target = np.zeros(segments.dimension, dtype=np.float64)
    for ids, sign in ((search.like, 1), (search.unlike, -1)):
        target += sign * _examples(ids, segments, search.space).sum(axis=0)
    weights = [*search.weights, *[1.0] * len(search.queries)]
    queries = spaces.query_vectors(search.space, search.queries)
    for weight, vector in zip(weights, queries, strict=False):
        target += weight * vector / np.linalg.norm(vector)
    length = float(np.linalg.norm(target))
    if not np.isfinite(length) or length < _LEAST_LENGTH:
        raise VisionLensError(
            "REQUEST_INVALID",
            "What the search is for and what it is against cancel each other out.",
            "Take away an example or change a weight.",
        )
    return (target / length).astype(np.float32)


def _examples(ids: list[int], segments: Segments, space: str) -> Ids:
    if any(not 0 <= id_ < 2**32 for id_ in ids):
        raise VisionLensError("ID_UNKNOWN", "Ids must lie between 0 and 4294967295.")
    vectors = segments.vectors_of(np.asarray(ids, dtype=np.uint32))
    missing = np.isnan(vectors).any(axis=1)
    if missing.any():
        id_ = ids[int(np.flatnonzero(missing)[0])]
        raise VisionLensError(
            "ID_UNKNOWN",
            f"There is no vector of {id_} in the space {space!r}.",
            "Embed what was added since, or choose another example.",
        )
    return vectors


def _holds_all(allowed: Ids, segments: Segments) -> bool:
    """Whether the ids allowed hold every one that has a vector."""
    if len(allowed) < segments.count:
        return False
    return int(np.count_nonzero(segments.has(allowed))) == segments.count


def _nearest(
    spaces: SpaceReader,
    search: SearchSpec,
    target: Ids,
    among: Ids | None,
    k: int | None,
) -> tuple[Ids, Ids]:
    """From the index where it can tell, else from the vectors."""
    segments = spaces.segments(search.space)
    if k is not None:
        found = spaces.search_index(
            search.space, segments, target, k, among=among, threshold=search.threshold
        )
        if found is not None:
            return found
    return exact.nearest(segments, target, k, among=among, threshold=search.threshold)


def _best_owners(
    snapshot: Snapshot, k: int | None, nearest: Callable[[int | None], tuple[Ids, Ids]]
) -> Ranking:
    """The objects found, until they belong to `k` images."""
    asked = None if k is None else 4 * k
    while True:
        ids, scores = nearest(asked)
        _, firsts = np.unique(snapshot.owners(ids), return_index=True)
        if k is not None and len(firsts) > k:
            end = int(np.sort(firsts)[k])
            return Ranking("annotations", ids[:end], scores[:end])
        if asked is None or len(ids) < asked:
            return Ranking("annotations", ids, scores)
        asked = 16 * asked
