"""What lies in a folder of the server, for choosing a dataset."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import Folder, FolderEntry
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.shards.places import PARQUET, TAR, TFRECORD
from visionlens_jlab.media.sources import IGNORED_NAMES, ListsInParts, Source

LABEL_SUFFIXES = frozenset({".json", ".yaml", ".yml", ".data", ".csv", *PARQUET, *TAR, *TFRECORD})
MOST_ENTRIES = 2_000
MOST_SEEN = 200_000
"""A folder with more files is not read to its end."""


def list_folder(path: Path, allows: Callable[[Path], bool]) -> Folder:
    """The folders and label files in a folder, and the number of its images.

    Parameters
    ----------
    path : Path
        Absolute, without links.
    allows : callable
        Whether a real path may be shown; links that lead elsewhere are left out.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, PERMISSION_DENIED.
    """
    entries: list[FolderEntry] = []
    images = seen = 0
    try:
        with os.scandir(path) as found:
            for item in found:
                seen += 1
                if seen > MOST_SEEN:
                    break
                if item.name.startswith(".") or item.name in IGNORED_NAMES:
                    continue
                if is_image(item.name):
                    images += 1
                elif entry := _entry(item, allows):
                    entries.append(entry)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VisionLensError("DIR_NOT_FOUND", f"There is no folder {path}.") from error
    except OSError as error:
        raise VisionLensError("PERMISSION_DENIED", f"{path} cannot be listed.") from error
    entries.sort(key=lambda entry: (entry.kind != "folder", entry.name.lower(), entry.name))
    return Folder(
        path=str(path),
        parent=str(path.parent) if path.parent != path and allows(path.parent) else None,
        entries=entries[:MOST_ENTRIES],
        images=images,
        truncated=seen > MOST_SEEN or len(entries) > MOST_ENTRIES,
    )


def list_address(source: Source, allows: Callable[[str], bool], page: str | None = None) -> Folder:
    """The same of a place in a bucket, or its next part where that is long.

    DIR_NOT_FOUND, and what its storage refuses.
    """
    if isinstance(source, ListsInParts):
        names, files, following = source.part("", page)
    else:
        names, files, following = *source.list(), None
    address = source.location
    above = address.rpartition("/")[0]
    labels = [
        FolderEntry(name=file.path, path=f"{address}/{file.path}", kind="labels", bytes=file.bytes)
        for file in files
        if PurePosixPath(file.path).suffix.lower() in LABEL_SUFFIXES
    ]
    folders = [FolderEntry(name=name, path=f"{address}/{name}", kind="folder") for name in names]
    return Folder(
        path=address,
        parent=above if not above.endswith("/") and allows(above) else None,
        entries=[*folders, *labels],
        images=sum(is_image(file.path) for file in files),
        truncated=following is not None,
        next=following,
    )


def list_above(named: str, allowed: Sequence[str]) -> Folder | None:
    """What leads from the beginning of an address to those that may be read; None: nothing."""
    base = named if named.endswith("://") else named.rstrip("/") + "/"
    names = sorted({one[len(base) :].split("/")[0] for one in allowed if one.startswith(base)})
    if not names:
        return None
    entries = [FolderEntry(name=name, path=base + name, kind="folder") for name in names]
    return Folder(path=named, parent=None, entries=entries, images=0)


def _entry(item: os.DirEntry[str], allows: Callable[[Path], bool]) -> FolderEntry | None:
    try:
        if item.is_symlink() and not allows(Path(item.path).resolve()):
            return None
        if item.is_dir():
            return FolderEntry(name=_text(item.name), path=_text(item.path), kind="folder")
        if PurePosixPath(item.name).suffix.lower() not in LABEL_SUFFIXES:
            return None
        size = item.stat().st_size
    except (OSError, RuntimeError):  # gone, or a link that leads in a circle
        return None
    return FolderEntry(name=_text(item.name), path=_text(item.path), kind="labels", bytes=size)


def _text(name: str) -> str:
    """A file name as JSON can hold it."""
    return name.encode("utf-8", "replace").decode()
