"""Names of indexes: one collection for each space of each dataset."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.core.datasets.own_files import place_of
from visionlens_jlab.embeddings.index.base import Collection

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

FOLDER = "index"
PREFIX = "visionlens-"
_OF_INDEX = re.compile(r"(.+)\.\d+(\.json)?")


def prefix_of(uuid: str) -> str:
    """How the names of a dataset's collections begin."""
    return f"{PREFIX}{uuid}-"


def embedded(prefix: str, folder: Path) -> list[Collection]:
    """The embedded indexes in a folder, unfinished ones too."""
    if not folder.is_dir():
        return []
    matches = (_OF_INDEX.fullmatch(path.name) for path in folder.iterdir())
    stems = {match[1] for match in matches if match}
    return [Collection(f"{prefix}{stem}", 0, folder, stem) for stem in sorted(stems)]


def collection_of(store: DatasetStore, space: str, dimension: int) -> Collection:
    """The collection of a space."""
    stem = place_of(space)
    return Collection(f"{prefix_of(store.uuid)}{stem}", dimension, store.folder / FOLDER, stem)
