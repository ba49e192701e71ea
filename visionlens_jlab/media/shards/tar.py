"""Members of tar archives, read by `tarfile` as the archive goes by; nothing is unpacked.

Headers come from anybody: what one states is believed only as far as the file reaches.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

LONGEST_HEADER = 1 << 20
"""Bytes of a header with all its extensions; `tarfile` reads them at once."""
LONGEST_NAME = 1000
_NOWHERE = ("", ".", "..")


class Member(NamedTuple):
    """A file in an archive; `odd` says why it cannot be read."""

    name: str
    offset: int
    length: int
    odd: str = ""


class _Headers:
    """An archive as `tarfile` may read it: no header may be larger than is sensible."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        if size > LONGEST_HEADER:
            raise tarfile.ReadError(f"a header claims {size:,} bytes")
        return self._file.read(size)


def members(file: BinaryIO) -> Iterator[Member]:
    """Every file of an archive in its order, and what stands in a file's place.

    Where the archive breaks off, the last member has no name and says where.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    try:
        with tarfile.TarFile(fileobj=cast(BinaryIO, _Headers(file)), mode="r") as archive:
            while (info := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # it keeps every one
                if archive.offset <= info.offset or info.size < 0:
                    raise tarfile.ReadError(f"the header of {_shown(info.name)} leads back")
                if not info.isdir():
                    yield _member(info, size)
            end = archive.offset
    except (tarfile.TarError, ValueError, OverflowError, OSError) as error:
        reason = str(error) or type(error).__name__
        yield Member("", 0, 0, f"The archive breaks off: {reason[:200]}.")
        return
    file.seek(min(end, size))
    if any(file.read(tarfile.BLOCKSIZE)):
        yield Member("", end, 0, f"The archive breaks off at byte {end:,}: there is no header.")


def _member(info: tarfile.TarInfo, size: int) -> Member:
    name = info.name.removeprefix("./")
    return Member(_shown(name), info.offset_data, info.size, _odd(info, name, size))


def _odd(info: tarfile.TarInfo, name: str, size: int) -> str:
    """Why a member is not taken; empty: it is."""
    reasons = (
        (info.issym() or info.islnk(), "It is a link."),
        (info.issparse(), "It is a sparse file."),
        (not info.isreg(), "It is no file."),
        (name != _shown(name), "Its name is not in UTF-8, or too long."),
        ("\0" in name or "\\" in name, "Its name is none that a file may have."),
        (not set(name.split("/")).isdisjoint(_NOWHERE), "Its name leads out of the archive."),
        (info.offset_data + info.size > size, f"It claims {info.size:,} bytes; the file ends."),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _shown(name: str) -> str:
    return name[:LONGEST_NAME].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
