"""Names of indexes: one collection for each space of each dataset."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from visionlens_jlab.catalog.embedding_rows import place_of
from visionlens_jlab.vectors.store import Collection

if TYPE_CHECKING:
    from visionlens_jlab.catalog.store import DatasetStore

FOLDER = "index"


def prefix_of(uuid: str) -> str:
    """How the names of a dataset's collections begin."""
    return f"visionlens-{uuid}-"


def leftovers(store: DatasetStore, spaces: Iterable[str]) -> list[Collection]:
    """Embedded indexes of spaces that were deleted while nobody looked after them."""
    folder = store.folder / FOLDER
    if not folder.is_dir():
        return []
    stems = {path.stem.rpartition(".")[0] for path in folder.glob("*.json")}
    gone = stems - {place_of(space) for space in spaces}
    return [Collection(stem, 0, folder, stem) for stem in sorted(gone)]


def collection_of(store: DatasetStore, space: str, dimension: int) -> Collection:
    """The collection of a space."""
    stem = place_of(space)
    return Collection(f"{prefix_of(store.uuid)}{stem}", dimension, store.folder / FOLDER, stem)
