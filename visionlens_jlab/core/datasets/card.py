"""`dataset.json`: the card of a dataset, for whoever cannot open its DuckDB file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from visionlens_jlab.core.catalog.database import FILE_NAME
from visionlens_jlab.core.datasets.owner import read_owner
from visionlens_jlab.core.datasets.shapes import DatasetInfo
from visionlens_jlab.core.system.private_files import write_private_file
from visionlens_jlab.errors import VisionLensError

_FILE = "dataset.json"
_SECONDS = 2.0
"""The card is rewritten at most this often while commits come."""


def write_card(folder: Path, info: DatasetInfo) -> None:
    """Replace the card."""
    write_private_file(folder / _FILE, info.model_dump_json(indent=1).encode())


def read_card(folder: Path) -> DatasetInfo | None:
    """The card as it was written; None: there is none, or it cannot be read."""
    try:
        return DatasetInfo.model_validate_json((folder / _FILE).read_bytes())
    except (OSError, ValidationError):
        return None


class CardKeeper:
    """Keeps the card of an open dataset up to date; from any thread."""

    def __init__(self, folder: Path, uuid: str) -> None:
        self._folder = folder
        self._uuid = uuid
        self._lock = threading.Lock()
        self._version: int | None = None
        self._written = 0.0

    def is_due(self) -> bool:
        """Whether it may be rewritten now, while commits come."""
        return time.monotonic() - self._written > _SECONDS

    def refresh(self, read: Callable[[], DatasetInfo]) -> None:
        """Write the card if the dataset has changed since it was written; later on a full disk.

        Of a dataset that is damaged meanwhile the last one stays.
        """
        with self._lock, suppress(OSError, VisionLensError):
            info = read()
            if self._version is None:
                card = read_card(self._folder)
                self._version = card.version if card and card.uuid == self._uuid else -1
            if info.version != self._version:
                write_card(self._folder, info)
                self._version = info.version
            self._written = time.monotonic()


def current_card(folder: Path) -> DatasetInfo:
    """The card under the folder's own name; busy when held elsewhere, damaged without a file."""
    card = read_card(folder) or _unknown(folder)
    card = card.model_copy(update={"dataset": folder.name})
    if not (folder / FILE_NAME).is_file():
        return card.model_copy(update={"state": "damaged"})
    owner = read_owner(folder)
    if owner is not None and not owner.is_me and owner.is_alive():
        return card.model_copy(update={"state": "busy", "owner": str(owner)})
    return card


def _unknown(folder: Path) -> DatasetInfo:
    at = datetime.fromtimestamp(folder.stat().st_mtime, UTC).isoformat()
    return DatasetInfo(
        dataset=folder.name,
        uuid="",
        name=folder.name,
        created_at=at,
        modified_at=at,
        version=0,
        samples=0,
        annotations=0,
        classes=0,
    )
