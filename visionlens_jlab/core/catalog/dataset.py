"""One dataset that this process has open: its file, snapshots, commits, and parts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb

from visionlens_jlab.core.catalog.database import Database
from visionlens_jlab.core.catalog.snapshot import Caches, Snapshot
from visionlens_jlab.core.catalog.state import State
from visionlens_jlab.core.damage.watch import DamageWatch
from visionlens_jlab.core.datasets.card import identify
from visionlens_jlab.core.datasets.own_files import remove_own_files
from visionlens_jlab.core.datasets.roots import RootTrust
from visionlens_jlab.core.system.confinement import NOWHERE, Confinement
from visionlens_jlab.errors import VisionLensError

T = TypeVar("T")


class OpenDataset:
    """What every part of an open dataset builds on; from any thread.

    Reading takes a cursor of its own per call. Each writing call is one transaction of the one
    writer. `close` lets go of the file; a later call takes it again.
    """

    def __init__(
        self,
        database: Database,
        *,
        read_only: bool = False,
        allowed: Confinement = NOWHERE,
        state: State | None = None,
    ) -> None:
        self.database = database
        self.folder: Path = database.folder
        self.slug = database.folder.name
        self.read_only = read_only or database.read_only
        identity = identify(database)
        self.uuid, self.name = identity.uuid, identity.name
        self.trust = RootTrust(self.folder, self.uuid, allowed, state)
        if identity.copy_of is not None:
            self.trust.choose_as(identity.copy_of)
        self.caches = Caches(database.folder, self.uuid)
        self.watch = DamageWatch()
        self.replaced: list[str] = []
        """Files that no row names any more, though a reader may still have them open."""
        self._parts: dict[type[Part], Part] = {}
        self._parts_lock = threading.RLock()

    def part(self, kind: type[P]) -> P:
        """The one part of a kind that this dataset has, made when it is first asked for."""
        found = self._parts.get(kind)
        if found is None:
            with self._parts_lock:
                found = self._parts.get(kind) or self._parts.setdefault(kind, kind(self))
        return cast("P", found)

    @property
    def version(self) -> int:
        """The number of commits so far."""
        with self.snapshot() as snapshot:
            return snapshot.reader.version

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One consistent look at the dataset, for one thread."""
        with self.database.read() as reader, self.watch.noting():
            yield Snapshot(reader, self.caches)

    def commit(
        self,
        work: Callable[[duckdb.DuckDBPyConnection], T],
        *,
        kind: str,
        payload: dict[str, Any],
        by_hand: bool = False,
    ) -> tuple[T, int]:
        """Run `work` in one transaction with an outbox row; its result and the new version.

        `by_hand`: with an audit row too. Rolled back when `work` raises.
        """
        self.check_writable()
        return self.database.commit(work, kind=kind, payload=payload, by_hand=by_hand)

    def write(
        self, work: Callable[[duckdb.DuckDBPyConnection], T], *, kind: str, payload: dict[str, Any]
    ) -> T:
        """As `commit`, without the version."""
        return self.commit(work, kind=kind, payload=payload)[0]

    def transaction(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """Run `work` in a transaction that is no change of the data: no version, no outbox."""
        self.check_writable()
        return self.database.transaction(work)

    def keep(self, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """As `transaction`, for what users would miss: it is counted."""
        self.check_writable()
        return self.database.keep(work)

    def check_writable(self) -> None:
        """DATASET_READ_ONLY where it is open for reading only."""
        if self.read_only:
            raise VisionLensError(
                "DATASET_READ_ONLY", f"The dataset {self.slug!r} is open for reading only."
            )

    def close(self) -> None:
        """Let go of the file, so that another process may open the dataset."""
        self.release()

    def release(self, *, wait: float = 30) -> bool:
        """Close once nobody reads or writes; False when still in use after `wait` seconds."""
        for part in list(self._parts.values()):
            part.close()
        if not self.database.release(wait=wait):
            return False
        self.remove_replaced()
        return True

    def remove_replaced(self) -> None:
        """Remove the files that were replaced before."""
        files, self.replaced = self.replaced, []
        remove_own_files(self.folder, files)


class Part:
    """What one module adds to an open dataset; `store.part(Kind)` gives the one of a dataset."""

    def __init__(self, store: OpenDataset) -> None:
        self.store = store

    def close(self) -> None:
        """Let go of what is open; a later call takes it again."""


P = TypeVar("P", bound=Part)
