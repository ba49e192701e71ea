"""Who a dataset is: its uuid and name, and that a copied folder is another dataset."""

from __future__ import annotations

import uuid as uuids
from dataclasses import dataclass
from pathlib import Path

import duckdb

from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import Database
from visionlens_jlab.core.datasets.card import read_card
from visionlens_jlab.core.datasets.roots import follow_move
from visionlens_jlab.core.sql import views as sqlviews
from visionlens_jlab.errors import VisionLensError


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
