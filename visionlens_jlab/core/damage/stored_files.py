"""What a capability says of its files beside the database: checked, mended, and stray."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import duckdb

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.registry import capabilities
from visionlens_jlab.core.shapes import JobParameters
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.dataset import OpenDataset


@dataclass(frozen=True)
class Inspection:
    """One look at the files of a dataset, which changes nothing.

    Attributes
    ----------
    reader : Reader
    folder : Path
        The dataset's.
    thorough : bool
        Read every file and compare checksums; else see that each is there and long enough.
    suspects : collection of str
        Names of files that are read in any case.
    """

    reader: Reader
    folder: Path
    thorough: bool = False
    suspects: Collection[str] = ()

    def is_read(self, file: str) -> bool:
        """Whether a file below the folder is to be read."""
        return self.thorough or Path(file).name in self.suspects

    def is_bad(self, file: str, read: Callable[[Path], object]) -> bool:
        """Whether a file is lost or empty, or `read` cannot read it."""
        path = self.folder / file
        if not path.is_file() or not path.stat().st_size:
            return True
        if not self.is_read(file):
            return False
        try:
            read(path)
        except (VisionLensError, OSError):
            return True
        return False


class Rebuild(NamedTuple):
    """A job that makes again what is damaged or lost, as it was.

    Attributes
    ----------
    job : str
        Its name: the same until there is another result, so that what cannot be made is tried
        once.
    request : JobParameters
    what : str
        The beginning of a sentence, such as "The projection pca of 'clip'".
    """

    job: str
    request: JobParameters
    what: str

    @classmethod
    def of(cls, name: str, created_at: str, request: JobParameters, what: str) -> Rebuild:
        """The job for a result of a name, made at a time."""
        return cls(uuid.uuid5(uuid.NAMESPACE_OID, f"{name} {created_at}").hex, request, what)


class StoredFiles:
    """The files of one capability; a subclass is what `Capability.files` names."""

    folders: ClassVar[tuple[str, ...]] = ()
    """Below the dataset's: a file in them that no row names is one that a kill left."""

    def damages(self, inspection: Inspection) -> Iterable[Damage]:
        """What of them is damaged or lost."""
        return ()

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterable[str | None]:
        """The files in `folders` that rows name, below the dataset's folder."""
        return ()

    def rebuilds(self, store: OpenDataset, inspection: Inspection) -> Iterable[Rebuild]:
        """What jobs can make again of what is damaged or lost."""
        return ()

    def mend(self, store: OpenDataset) -> Iterable[str]:
        """Mend what can be mended; what was done, in sentences."""
        return ()

    def withdraw(self, store: OpenDataset, job: str, kept: set[int]) -> None:
        """Remove the files of a job's pieces but for those `kept`, where they are not to stay."""


def stored_files() -> list[StoredFiles]:
    """Those of every capability that declares some."""
    return [resolve(capability.files)() for capability in capabilities() if capability.files]


def present(dataset: Path) -> set[str]:
    """The files that rows should name, below the dataset's folder."""
    return {
        path.relative_to(dataset).as_posix()
        for kind in stored_files()
        for folder in kind.folders
        for path in (dataset / folder).rglob("*")
        if path.is_file()
    }


def named(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Those that rows name."""
    return {file for kind in stored_files() for file in kind.named(cursor) if file is not None}
