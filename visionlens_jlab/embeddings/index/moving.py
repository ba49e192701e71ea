"""Moving the search indexes of a dataset to another place: built there from the segments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.embeddings.index.base import VectorStore, VectorStoreError
from visionlens_jlab.embeddings.index.client import EdgeClient
from visionlens_jlab.embeddings.index.places import (
    VectorConfig,
    choose_url,
    chosen_url,
    collection_of,
)
from visionlens_jlab.embeddings.index.server import ServerStore
from visionlens_jlab.embeddings.index.upkeep import Index, build
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore


def move_indexes(
    store: DatasetStore,
    target: VectorConfig,
    *,
    default_url: str = "",
    progress: Callable[[str, int, int], None],
) -> dict[str, int]:
    """Build every index of a dataset at another place, compare, then remove the old ones.

    Until the last one is there nothing has changed for the dataset.

    Parameters
    ----------
    store : DatasetStore
    target : VectorConfig
        Without an address: back into the dataset's folder.
    default_url : str
        Where its indexes are when it was never moved; empty: in its folder.
    progress : callable
        Takes the space, points done and points in all.

    Returns
    -------
    dict of str to int
        Space -> points.

    Raises
    ------
    VisionLensError
        VECTOR_STORE_DOWN; REQUEST_INVALID when they are there already.
    """
    before = chosen_url(store.folder, default_url)
    if before == target.url:
        raise VisionLensError(
            "REQUEST_INVALID", f"The indexes of {store.name!r} are there already."
        )
    old, new = _engine(before, target.api_key), _engine(target.url, target.api_key)
    try:
        moved = {
            space: _build(store, space, dimension, new, progress)
            for space, dimension in store.part(Embeddings).dimensions().items()
        }
        choose_url(store.folder, target.url)
        for space, dimension in store.part(Embeddings).dimensions().items():
            old.drop(collection_of(store, space, dimension))
    except VectorStoreError as error:
        raise VisionLensError("VECTOR_STORE_DOWN", str(error)) from error
    finally:
        old.close()
        new.close()
    return moved


def _build(
    store: DatasetStore,
    space: str,
    dimension: int,
    engine: VectorStore,
    progress: Callable[[str, int, int], None],
) -> int:
    collection = collection_of(store, space, dimension)
    build(Index(store, space, collection, engine), lambda done, total: progress(space, done, total))
    there, wanted = engine.ids(collection), store.part(Embeddings).segments(space).ids
    if not np.array_equal(there, wanted):
        raise VectorStoreError(f"It holds {len(there)} of the {len(wanted)} vectors of {space!r}.")
    return len(there)


def _engine(url: str, api_key: str) -> VectorStore:
    return ServerStore(url, api_key) if url else EdgeClient()
