"""Where search indexes are kept, in datasets' folders or on a Qdrant server; their names."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.config import ENV_QDRANT_API_KEY, ENV_QDRANT_URL
from visionlens_jlab.core.datasets.own_files import place_of
from visionlens_jlab.core.system.private_files import write_private_file
from visionlens_jlab.embeddings.index.base import Collection

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

CHOICE = "vector_store.json"
"""In a dataset's folder: the server that its indexes were moved to."""


@dataclass(frozen=True)
class VectorConfig:
    """Address of a Qdrant server (empty: embedded) and its key."""

    url: str = ""
    api_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> VectorConfig:
        """From `VISIONLENS_QDRANT_URL` and `VISIONLENS_QDRANT_API_KEY`."""
        return cls(os.environ.get(ENV_QDRANT_URL, ""), os.environ.get(ENV_QDRANT_API_KEY, ""))


def chosen_url(dataset: Path, default: str) -> str:
    """The server of a dataset's indexes: the one it was moved to, else the default; empty: none."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((dataset / CHOICE).read_text(encoding="utf-8"))["url"])
    return default


def choose_url(dataset: Path, url: str) -> None:
    """Remember where a dataset's indexes are; the key is a setting and never written."""
    write_private_file(dataset / CHOICE, json.dumps({"url": url}).encode())


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
