"""Names of indexes: one collection for each space of each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visionlens_jlab.catalog.embedding_rows import place_of
from visionlens_jlab.vectors.store import Collection

if TYPE_CHECKING:
    from visionlens_jlab.catalog.store import DatasetStore

FOLDER = "index"


def prefix_of(uuid: str) -> str:
    """How the names of a dataset's collections begin."""
    return f"visionlens-{uuid}-"


def collection_of(store: DatasetStore, space: str, dimension: int) -> Collection:
    """The collection of a space."""
    stem = place_of(space)
    return Collection(f"{prefix_of(store.uuid)}{stem}", dimension, store.folder / FOLDER, stem)
