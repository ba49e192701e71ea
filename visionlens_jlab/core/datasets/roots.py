"""Where source roots lie, and which of them may be read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.staging import staged
from visionlens_jlab.core.catalog.state import State
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError

LOCATION = (
    "CASE WHEN starts_with(r.location, './') "
    "THEN (SELECT folder FROM meta) || substr(r.location, 2) ELSE r.location END"
)
"""The location of root `r` as it is now. NULL where there is no such root."""
_STORED = (
    "CASE WHEN starts_with(location, folder || '/') "
    "THEN '.' || substr(location, length(folder) + 1) ELSE location END"
)
"""`location` relative to the dataset's `folder` where it lies in there."""


def root_locations(reader: Reader) -> dict[str, str]:
    """Name -> location of each root, as it is now."""
    return dict(reader.rows(f"SELECT name, {LOCATION} FROM source_root r ORDER BY name"))


def write_roots(cursor: duckdb.DuckDBPyConnection, table: pa.Table) -> None:
    """Add source roots; a known name gets the new location."""
    with staged(cursor, table) as name:
        cursor.execute(
            f"INSERT INTO source_root SELECT name, {_STORED} "
            f"FROM (SELECT t.name, t.location, m.folder FROM {name} t, meta m) "
            "ON CONFLICT (name) DO UPDATE SET location = excluded.location"
        )


def follow_move(cursor: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Note where the dataset's folder is now; what lay in it when it was open last still does."""
    # Older versions kept absolute locations only.
    cursor.execute(
        f"UPDATE source_root SET location = {_STORED} FROM (SELECT folder FROM meta) "
        "WHERE starts_with(location, folder || '/')"
    )
    cursor.execute("UPDATE meta SET folder = ?", [folder])


class RootTrust:
    """Of one dataset; from any thread.

    Parameters
    ----------
    folder : Path
        The dataset's own.
    uuid : str
    allowed : Confinement
        Folders that may be read anyway.
    state : State, optional
        None: nothing was chosen, and what is from now on is forgotten with this object.
    """

    def __init__(
        self, folder: Path, uuid: str, allowed: Confinement, state: State | None = None
    ) -> None:
        self._own = Confinement([os.path.realpath(folder)])
        self._allowed = allowed.and_in(self._own.folders)
        self._uuid = uuid
        self._state = state
        self._chosen: frozenset[str] = frozenset()

    def readable(self) -> Confinement:
        """The folders and addresses whose images may be read, as of now."""
        if self._state is not None:
            self._chosen |= self._state.trusted_roots(self._uuid)
        return self._allowed.and_in(sorted(self._chosen))

    def readable_for(self, location: str) -> Confinement:
        """The same; what was chosen by others meanwhile is looked up where a root needs it."""
        known = self._allowed.and_in(sorted(self._chosen))
        return known if known.allows_root(location) else self.readable()

    def choose(self, locations: Iterable[str], *, all_known: bool = False) -> None:
        """Note that this user wants images to be read where these roots lead now."""
        real = {_real(location) for location in locations}
        chosen = {place for place in real if not self._own.holds(place)}  # they move with it
        self._chosen |= chosen
        if self._state is not None:
            self._state.trust_roots(self._uuid, sorted(chosen), all_known=all_known)

    def choose_as(self, uuid: str) -> None:
        """Note the same as for the dataset that this one is a copy of."""
        if self._state is not None:
            self._chosen |= self._state.trusted_roots(uuid)
            with suppress(VisionLensError):  # on a full disk the dataset opens all the same
                self._state.trust_roots(self._uuid, sorted(self._chosen))


def _real(location: str) -> str:
    """Where a root leads; an address leads nowhere else."""
    return location if "://" in location else os.path.realpath(location)
