"""Where files lie, behind one small protocol.

Paths are POSIX style, relative to the source's location. A source gives access to nothing outside
its location, wherever links lead, but where they lead into folders that may be read anyway.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol, runtime_checkable

from visionlens_jlab.core.system.confinement import NOWHERE, Confinement, is_address, not_trusted
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.shards.members import open_member
from visionlens_jlab.media.shards.places import inside

IGNORED_NAMES = frozenset({"__MACOSX", "Thumbs.db", "__pycache__"})
"""Left out of listings, as is every name that begins with a dot."""


class Entry(NamedTuple):
    """A file of a source: relative path, size in bytes, modification time in ns since 1970."""

    path: str
    bytes: int
    modified_ns: int | None = None


class Source(Protocol):
    """Files under one location."""

    location: str
    """Absolute path or address; the location of the dataset's root."""

    def list(self, path: str = "") -> tuple[list[str], list[Entry]]:
        """Names of the folders, and the files, directly in a folder; sorted."""
        ...

    def walk(self, path: str = "") -> Iterator[Entry]:
        """Every file below a folder, in a fixed order."""
        ...

    def stat(self, path: str) -> Entry | None:
        """The file, or None when there is none."""
        ...

    def is_dir(self, path: str) -> bool:
        """Whether the path is a folder."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Open for reading. Raises IMAGE_MISSING, PERMISSION_DENIED, PATH_NOT_ALLOWED."""
        ...


@runtime_checkable
class ReadsAhead(Protocol):
    """A source whose files take long to come."""

    def reading(
        self, paths: Sequence[str], first: int | None = None
    ) -> AbstractContextManager[object]:
        """While it is entered, this thread opens the files in this order; they are fetched ahead.

        `first`: mostly so many bytes of each are enough.
        """
        ...


Part = tuple[list[str], list[Entry], str | None]
"""Of a listing, and what leads to the next."""


@runtime_checkable
class ListsInParts(Protocol):
    """A source whose folders may be long."""

    def part(self, path: str, page: str | None) -> Part:
        """A part of `list`, and what leads to the next; None: the first, the last."""
        ...


@runtime_checkable
class Unlisted(Protocol):
    """A source whose files cannot be listed: only what somebody names can be found."""

    def look_up(self, paths: Sequence[str]) -> dict[str, Entry]:
        """Those of the files that are there."""
        ...


def unlisted(location: str) -> VisionLensError:
    """What is said where a listing is needed."""
    return VisionLensError(
        "REQUEST_INVALID",
        f"{location[:500]} names no label file, and what lies at an address of the web cannot be "
        "listed.",
        "Name the label file (https://host/annotations/instances.json, or a table with a column "
        "of images), or one here with labels=.",
    )


OUT_OF_REACH = frozenset({"SIGN_IN_NEEDED", "SOURCE_UNAVAILABLE", "SOURCE_NOT_INSTALLED"})
"""Codes that say nothing of the file: none of the others can be read now either."""


@runtime_checkable
class Elsewhere(Protocol):
    """A source that may go out of reach while it is read."""

    lost: VisionLensError | None
    """Of `OUT_OF_REACH`; who met it may have taken it for a fault of one file. None: it answers."""


def check_reach(sources: Iterable[Source]) -> None:
    """Raise what was met by anybody who read one of them, if anything was."""
    for source in sources:
        if isinstance(source, Elsewhere) and source.lost is not None:
            raise source.lost


def reading(
    source: Source, paths: Sequence[str], first: int | None = None
) -> AbstractContextManager[object]:
    """`ReadsAhead.reading` where the source has it."""
    return source.reading(paths, first) if isinstance(source, ReadsAhead) else nullcontext()


class SourceKind(Protocol):
    """A kind of storage, known by the scheme of its addresses (`file`, `gs` ...)."""

    scheme: str

    def connect(self, address: str) -> Source:
        """The source at an address. Raises DIR_NOT_FOUND, PERMISSION_DENIED."""
        ...


Listing = tuple[list[str], list[Entry]]
"""Names of folders and the files directly in a folder."""


class LocalSource:
    """A folder on this machine.

    Parameters
    ----------
    root : str or Path
        An existing folder, as a user names it; where it leads now is the location. Raises
        DIR_NOT_FOUND or PERMISSION_DENIED otherwise.
    linked : Confinement
        Folders that links may lead into besides.
    """

    def __init__(self, root: str | Path, linked: Confinement = NOWHERE) -> None:
        path = Path(root).expanduser()
        if not path.is_dir():
            raise VisionLensError("DIR_NOT_FOUND", f"There is no folder {path}.")
        if not os.access(path, os.R_OK | os.X_OK):
            raise VisionLensError("PERMISSION_DENIED", f"The folder {path} cannot be read.")
        self.location = os.path.realpath(path)
        self.refused: dict[str, str] = {}
        """Path -> why a link or a name was passed over by `walk`."""
        self._confined: dict[str, str] = {"": self.location}
        self._readable = linked.and_in([self.location])

    @classmethod
    def stored(cls, location: str, readable: Confinement) -> LocalSource:
        """The root of a dataset, which anybody may have named: it must lead into `readable`.

        Raises ROOT_NOT_TRUSTED otherwise, and as the constructor does.
        """
        if not readable.allows_root(location):
            raise not_trusted(location)
        source = cls(location, readable)
        if not readable.holds(source.location):  # exchanged meanwhile
            raise not_trusted(location)
        return source

    def list(self, path: str = "") -> tuple[list[str], list[Entry]]:
        return self._list(path, {})

    def _list(self, path: str, refused: dict[str, str]) -> Listing:
        folder = self._folder(path)
        prefix = f"{path}/" if path else ""
        folders: list[str] = []
        files: list[Entry] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = entry.name
                    if name[0] == "." or name in IGNORED_NAMES:
                        continue
                    usual = name.isascii() and not entry.is_symlink()
                    reason = None if usual else self._refuse(entry)
                    if reason:
                        refused[_printable(prefix + name)] = reason
                    elif entry.is_file():
                        status = entry.stat()
                        files.append(Entry(prefix + name, status.st_size, status.st_mtime_ns))
                    elif entry.is_dir():
                        folders.append(name)
        except PermissionError as error:
            raise VisionLensError(
                "PERMISSION_DENIED", f"The folder {folder} cannot be read."
            ) from error
        except FileNotFoundError as error:
            raise VisionLensError("DIR_NOT_FOUND", f"There is no folder {folder}.") from error
        return sorted(folders), sorted(files)

    def _refuse(self, entry: os.DirEntry[str]) -> str | None:
        if not entry.name.isascii() and _printable(entry.name) != entry.name:
            return "The name is not in UTF-8."
        if not entry.is_symlink():
            return None
        real = os.path.realpath(entry.path)
        # What a link outside leads to is not looked at: whether anything is there stays unsaid.
        if not self._readable.holds(real):
            return f"The link leads outside {self.location}."
        folder = os.path.isdir(real)  # noqa: PTH112  never raises
        if not folder and not os.path.isfile(real):  # noqa: PTH113
            return "The link leads nowhere."
        # Folders elsewhere may be large and hold what nobody meant.
        outside = folder and not self._inside(real)
        return f"The link leads to a folder outside {self.location}." if outside else None

    def walk(self, path: str = "") -> Iterator[Entry]:
        yield from self._walk(path, (os.path.realpath(self._folder(path)),))

    def _walk(self, path: str, ancestors: tuple[str, ...]) -> Iterator[Entry]:
        folders, files = self._list(path, self.refused)
        yield from files
        for name in folders:
            below = f"{path}/{name}" if path else name
            real = os.path.realpath(self._folder(below))
            if real not in ancestors:  # a link back to a folder above would never end
                yield from self._walk(below, (*ancestors, real))

    def stat(self, path: str) -> Entry | None:
        try:
            status = self.local(path).stat()
        except OSError:
            return None
        return Entry(path, status.st_size, status.st_mtime_ns)

    def is_dir(self, path: str) -> bool:
        return self.local(path).is_dir()

    def open(self, path: str) -> BinaryIO:
        found = inside(path)
        if found is not None and self.local(found.shard).is_file():
            return open_member(self._readable.open(str(self.local(found.shard))), *found)
        return self._readable.open(str(self.local(path)))

    def local(self, path: str) -> Path:
        """The real path of a file. Raises PATH_NOT_ALLOWED when it lies outside the root."""
        if "\0" in path:
            raise VisionLensError("PATH_NOT_ALLOWED", "The path holds a null character.")
        folder, _, name = path.rpartition("/")
        if name in ("", ".", ".."):
            return Path(self._folder(path))
        joined = os.path.join(self._folder(folder), name)  # noqa: PTH118  hot: once per image
        if os.path.islink(joined):  # noqa: PTH114
            return Path(self._check(os.path.realpath(joined), path))
        return Path(joined)

    def _folder(self, path: str) -> str:
        # Cached: resolving every component again for each of a million files would cost minutes.
        known = self._confined.get(path)
        if known is None:
            if "\0" in path:
                raise VisionLensError("PATH_NOT_ALLOWED", "The path holds a null character.")
            real = os.path.realpath(Path(self.location) / path)
            # Neither links to folders elsewhere nor `..` are walked: a name gives no more.
            if not self._inside(real):
                raise self._outside(path)
            known = self._confined[path] = real
        return known

    def _check(self, real: str, path: str) -> str:
        if not self._readable.holds(real):
            raise self._outside(path)
        return real

    def _outside(self, path: str) -> VisionLensError:
        return VisionLensError(
            "PATH_NOT_ALLOWED",
            f"{path} leads outside {self.location}.",
            "Name the folder that holds the files with images= or labels=.",
        )

    def _inside(self, real: str) -> bool:
        return real == self.location or real.startswith(self.location.rstrip(os.sep) + os.sep)


def _printable(name: str) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace")


class LocalKind:
    """Folders on this machine: plain paths."""

    scheme = "file"

    def connect(self, address: str) -> Source:
        return LocalSource(_plain(address))


def connect(address: str, kinds: list[SourceKind], linked: Confinement = NOWHERE) -> Source:
    """The source at an address; a plain path means `file`, whose links may lead into `linked`.

    Raises DIR_NOT_FOUND when no kind of storage knows the scheme.
    """
    wanted = _scheme(address)
    for kind in kinds:
        if isinstance(kind, LocalKind) and kind.scheme == wanted:
            return LocalSource(_plain(address), linked)
        if kind.scheme == wanted:
            return kind.connect(address)
    raise VisionLensError(
        "DIR_NOT_FOUND",
        f"Addresses that begin with {wanted}:// are not known here.",
        "Name a folder of the machine on which the Jupyter server runs, or one that begins with "
        f"{', '.join(f'{kind.scheme}://' for kind in kinds if kind.scheme != 'file')}.",
    )


def connect_stored(location: str, kinds: list[SourceKind], readable: Confinement) -> Source:
    """The source at the location of a dataset's root: see `LocalSource.stored`."""
    if _scheme(location) == LocalKind.scheme:
        return LocalSource.stored(_plain(location), readable)
    if not readable.allows_root(location):
        raise not_trusted(location)
    return connect(location, kinds)


def _scheme(address: str) -> str:
    return address.partition("://")[0] if is_address(address) else LocalKind.scheme


def _plain(address: str) -> str:
    return address.removeprefix("file://")
