"""The datasets of one data folder."""

from __future__ import annotations

import builtins
import shutil
import threading
import time
import uuid as uuids
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from visionlens_jlab.config import OPEN_DATASETS, allowed_roots, slugify
from visionlens_jlab.core.catalog.database import Database
from visionlens_jlab.core.catalog.follower import Follower
from visionlens_jlab.core.catalog.state import FILE_NAME, State
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets import card
from visionlens_jlab.core.datasets.card import current_card, read_card
from visionlens_jlab.core.datasets.shapes import DatasetInfo
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.core.system.private_files import make_private_folder, remove
from visionlens_jlab.errors import VisionLensError, system_errors, unknown

CACHE = "cache"
FOLDERS_OF_JOBS = ("spool", "queries")
"""Further folders of the data directory, made by whoever needs them."""
_DELETED = ".deleted-"
"""How the folder of a dataset is called that is being deleted."""


class Library:
    """Finds, opens, makes and deletes datasets; from any thread.

    Parameters
    ----------
    data_dir : Path
        Made when missing, for its owner only.
    address : str, optional
        Where this server answers; shown to others while it holds a dataset.
    idle_seconds : float
        After this time without a call `release_idle` lets go of a dataset.
    memory_mb : int, optional
        MiB that DuckDB may take for each open dataset; by default `config.default_memory_limit`.
    most_open : int
        Datasets held at once; beyond, those used longest ago are let go of, unless in use.
    allowed : Confinement, optional
        Folders that links and label files may lead into; by default `config.allowed_roots`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        address: str | None = None,
        idle_seconds: float = 600,
        memory_mb: int | None = None,
        most_open: int = OPEN_DATASETS,
        allowed: Confinement | None = None,
    ) -> None:
        self.allowed = allowed_roots() if allowed is None else allowed
        self.data_dir = Path(data_dir)
        self._folder = self.data_dir / "datasets"
        with system_errors():
            make_private_folder(self.data_dir)
            make_private_folder(self._folder)
            for name in (CACHE, *FOLDERS_OF_JOBS):
                if name == CACHE or (self.data_dir / name).is_dir():
                    with suppress(OSError):  # datasets on a read-only disk can be read
                        make_private_folder(self.data_dir / name)
        self.state = State(self.data_dir / FILE_NAME, self._known)
        self._address = address
        self._idle_seconds = idle_seconds
        self._memory_mb = memory_mb
        self.most_open = most_open
        self.follower: Follower | None = None
        """Is told of what happens to the datasets opened from now on."""
        self._stores: dict[str, DatasetStore] = {}
        self._lock = threading.RLock()

    def list(self) -> builtins.list[DatasetInfo]:
        """The card of each dataset, by name. Opens nothing; those of other processes are busy."""
        with self._lock:
            stores = dict(self._stores)
        cards = []
        for folder in self._folders():
            store = stores.get(folder.name)
            held = store is not None and store.database.is_open
            cards.append(_card_of(store) if store is not None and held else current_card(folder))
        return sorted(cards, key=lambda card: (card.name.lower(), card.dataset))

    def create(self, name: str) -> DatasetStore:
        """An empty dataset. DATASET_EXISTS when one has that name; DISK_SPACE."""
        with self._lock, system_errors():
            if any(_name_of(folder) == name for folder in self._folders()):
                raise VisionLensError("DATASET_EXISTS", f"There is a dataset {name!r} already.")
            self._make_room()
            folder = self._new_folder(name)
            database = self._database(folder, create=True)
            try:
                card.initialize(database, name)
                store = DatasetStore(database, allowed=self.allowed, state=self.state)
            except BaseException:
                database.release()
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return self._keep(store)

    def open(self, name: str, *, read_only: bool = False) -> DatasetStore:
        """A dataset by slug, name or uuid.

        Raises
        ------
        VisionLensError
            DATASET_NOT_FOUND; DATASET_BUSY naming host, PID and address of the holder;
            DATASET_TOO_NEW; DATASET_DAMAGED.
        """
        with self._lock:
            folder = self._find(name)
            store = self._stores.get(folder.name)
            if store is not None and not (folder / "dataset.duckdb").is_file():
                del self._stores[folder.name]
                store = None
            if store is None or not store.database.is_open:
                self._make_room()
            if store is None or store.read_only > read_only:
                store = self._open(folder, read_only)
            return (
                DatasetStore(store.database, read_only=True, allowed=self.allowed, state=self.state)
                if store.read_only < read_only
                else store
            )

    def slug_of(self, name: str) -> str:
        """The slug of a dataset by slug, name or uuid; opens nothing. DATASET_NOT_FOUND."""
        with self._lock:
            return self._find(name).name

    def opened(self, slug: str) -> DatasetStore | None:
        """A dataset that was opened before and is writable; looks at no disk."""
        return self._stores.get(slug)

    def delete(self, name: str, *, by: str | None = None) -> None:
        """Remove a dataset's folder and leave a tombstone; its jobs are over, but for the one `by`.

        DATASET_NOT_FOUND, DATASET_BUSY.
        """
        with self._lock:
            folder = self._find(name)
            uuid = self._release_for_delete(folder)
            # Renamed first: a half-deleted folder is never taken for a dataset.
            doomed = self._folder / f"{_DELETED}{uuids.uuid4().hex}"
            with system_errors():
                folder.rename(doomed)
        try:
            self.state.bury_dataset(folder.name, uuid, by=by)
        except VisionLensError:  # no room for the tombstone, but there will be
            remove(doomed)
            self.state.bury_dataset(folder.name, uuid, by=by)
        remove(doomed)
        if self.follower is not None:
            self.follower.deleted(uuid)

    def clear_deleted(self) -> None:
        """Remove what is left of datasets whose deletion was cut short by a kill."""
        for doomed in self._folder.glob(f"{_DELETED}*"):
            card = read_card(doomed)
            if card is not None:
                self.state.bury_dataset(card.dataset, card.uuid)
            remove(doomed)

    def release_idle(self) -> int:
        """Close stores unused for `idle_seconds`; how many were closed."""
        with self._lock:
            stores = list(self._stores.values())
        now = time.monotonic()
        return sum(
            store.database.is_open
            and now - store.database.last_used >= self._idle_seconds
            and store.release(wait=0)
            for store in stores
        )

    def _make_room(self) -> None:
        """Let go of those used longest ago, until one more may be open; those in use stay."""
        held = [store for store in self._stores.values() if store.database.is_open]
        held.sort(key=lambda store: store.database.last_used)
        for store in held[: max(0, len(held) - self.most_open + 1)]:
            store.release(wait=0)

    def close(self) -> None:
        """Close every store."""
        with self._lock:
            for store in self._stores.values():
                store.close()
            self._stores.clear()

    def _open(self, folder: Path, read_only: bool) -> DatasetStore:
        previous = self._stores.pop(folder.name, None)
        if previous is not None:
            previous.close()
        database = self._database(folder, read_only=read_only)
        try:
            return self._keep(DatasetStore(database, allowed=self.allowed, state=self.state))
        except BaseException:
            database.release()
            raise

    def _database(self, folder: Path, *, read_only: bool = False, create: bool = False) -> Database:
        return Database(
            folder,
            address=self._address,
            read_only=read_only,
            create=create,
            memory_mb=self._memory_mb,
        )

    def _keep(self, store: DatasetStore) -> DatasetStore:
        self._stores[store.slug] = store
        store.attach(self.follower)
        self.state.remember_dataset(store.slug, store.uuid, store.name)
        return store

    def _release_for_delete(self, folder: Path) -> str:
        """The uuid of a dataset that nobody holds any more; opening it proves that."""
        card = read_card(folder)
        store = self._stores.get(folder.name)
        try:
            store = store or self._open(folder, read_only=False)
            uuid = store.uuid
            if not store.release():
                raise VisionLensError("DATASET_BUSY", f"The dataset {folder.name!r} is in use.")
        except Exception as error:  # whatever is wrong with it: it is to go
            if isinstance(error, VisionLensError) and error.code == "DATASET_BUSY":
                raise
            uuid = card.uuid if card else ""
        self._stores.pop(folder.name, None)
        return uuid or str(uuids.uuid4())

    def _known(self) -> Iterator[tuple[str, str, str]]:
        """slug, uuid and name of the datasets, by their cards."""
        for folder in self._folders():
            card = read_card(folder)
            if card is not None:
                yield folder.name, card.uuid, card.name

    def _folders(self) -> builtins.list[Path]:
        return sorted(
            folder
            for folder in self._folder.iterdir()
            if folder.is_dir() and not folder.name.startswith(".")
        )

    def _find(self, name: str) -> Path:
        """The dataset's folder; `name` is compared with what there is, never used as a path."""
        folders = self._folders()
        for matches in (
            lambda folder: folder.name == name,
            lambda folder: _name_of(folder) == name,
            lambda folder: _uuid_of(folder) == name,
        ):
            for folder in folders:
                if matches(folder):
                    return folder
        raise unknown("DATASET_NOT_FOUND", "dataset", name, map(_name_of, folders))

    def _new_folder(self, name: str) -> Path:
        slug = slugify(name)
        for number in range(1, 10_000):
            folder = self._folder / (slug if number == 1 else f"{slug}-{number}")
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                continue
            return folder
        raise VisionLensError("DATASET_EXISTS", f"There are too many datasets like {name!r}.")


def _card_of(store: DatasetStore) -> DatasetInfo:
    """The card of an open dataset; the one on the disk where its file was damaged meanwhile."""
    try:
        return store.info()
    except VisionLensError:
        return current_card(store.folder).model_copy(update={"state": "damaged"})


def _name_of(folder: Path) -> str:
    card = read_card(folder)
    return folder.name if card is None else card.name


def _uuid_of(folder: Path) -> str | None:
    card = read_card(folder)
    return None if card is None else card.uuid
