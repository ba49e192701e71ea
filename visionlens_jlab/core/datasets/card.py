"""`dataset.json`: the card of a dataset, for whoever cannot open its DuckDB file."""

from __future__ import annotations

import threading
import time
import uuid as uuids
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from pydantic import ValidationError

from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import FILE_NAME, Database
from visionlens_jlab.core.datasets.owner import read_owner
from visionlens_jlab.core.datasets.roots import follow_move
from visionlens_jlab.core.datasets.shapes import DatasetInfo
from visionlens_jlab.core.sql import views as sqlviews
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


@dataclass(frozen=True)
class Identity:
    """What stays the same about a dataset while it is open."""

    uuid: str
    name: str
    copy_of: str | None = None
    """The uuid of the dataset that its folder was copied from just before."""


def initialize(database: Database, name: str) -> None:
    """Fill an empty database: version 0, ids from 0."""

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        now = utc_now()
        cursor.execute(
            "INSERT INTO meta VALUES (?, ?, ?, ?, ?, 0, 0, 0, 'ready', NULL, NULL, 0)",
            [str(uuids.uuid4()), name, _place(database.folder), now, now],
        )
        sqlviews.refresh(cursor)

    database.transaction(work)


def identify(database: Database) -> Identity:
    """The dataset's identity; a copy of a folder that still exists gets its own uuid first."""
    with database.read() as reader:
        rows = reader.rows("SELECT uuid, name, folder FROM meta")
    if not rows:
        raise VisionLensError(
            "DATASET_DAMAGED", f"The dataset {database.folder.name!r} was never completed."
        )
    uuid, name, place = rows[0]
    if database.read_only:
        return Identity(uuid, name)
    here = _place(database.folder)
    copy_of = None
    if place != here:
        original = read_card(Path(place))
        if original is not None and original.uuid == uuid:
            copy_of, uuid = uuid, str(uuids.uuid4())

    def work(cursor: duckdb.DuckDBPyConnection) -> None:
        cursor.execute("UPDATE meta SET uuid = ?", [uuid])
        follow_move(cursor, here)
        # An older version may have written the dataset, with fewer columns in the views.
        sqlviews.refresh(cursor)

    try:
        database.transaction(work)
    except VisionLensError as error:
        if error.code != "DISK_SPACE":  # on a full disk the dataset opens as it is
            raise
    return Identity(uuid, name, copy_of)


def _place(folder: Path) -> str:
    return str(folder.resolve())
