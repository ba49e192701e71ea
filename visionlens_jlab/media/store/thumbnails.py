"""Where thumbnails lie, and their bytes."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from visionlens_jlab.core.catalog.places import Places
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.thumbnails import SEAL_BYTES, is_whole

_PACKS_OPEN = 16
_AT_ONCE = getattr(os, "RWF_NOWAIT", None)


class Thumbnail(NamedTuple):
    """A WebP image inside a pack file: `length` bytes from `offset`."""

    pack: Path
    offset: int
    length: int
    version: str
    """Changes whenever the bytes may have changed."""


class _OpenPack:
    """A pack's descriptor; closed when the last who reads from it has let go."""

    def __init__(self, path: Path) -> None:
        self.descriptor = -1
        self.descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))

    def __del__(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)


class Packs:
    """The pack files of a dataset, the latest of them kept open; safe for threads."""

    def __init__(self, folder: Path, kept: int = _PACKS_OPEN) -> None:
        self._folder = folder
        self._kept = kept
        self._open: OrderedDict[str, _OpenPack] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, pack: str, offset: int, length: int) -> bytes:
        """Some bytes of a pack; IMAGE_MISSING when they are not there."""
        start = max(0, offset - SEAL_BYTES)
        try:
            content = os.pread(self._opened(pack).descriptor, offset - start + length, start)
        except OSError as error:
            raise VisionLensError("IMAGE_MISSING", f"The thumbnails in {pack} are gone.") from error
        image = content[offset - start :]
        if len(image) < length or not is_whole(image, content[: offset - start]):
            raise VisionLensError("IMAGE_MISSING", f"The thumbnail in {pack} is damaged.")
        return image

    def read_at_once(self, pack: str, offset: int, length: int) -> bytes | None:
        """The same from memory only, in microseconds; None: it would have to wait for a disk."""
        opened = self._open.get(pack)
        if opened is None or _AT_ONCE is None:
            return None
        start = max(0, offset - SEAL_BYTES)
        content = bytearray(offset - start + length)
        try:
            count = os.preadv(opened.descriptor, [content], start, _AT_ONCE)
        except OSError:  # not in memory, or a file system that cannot tell
            return None
        image = bytes(content[offset - start :])
        whole = count == len(content) and is_whole(image, bytes(content[: offset - start]))
        return image if whole else None

    def close(self) -> None:
        """Let go of every file."""
        with self._lock:
            self._open.clear()

    def _opened(self, pack: str) -> _OpenPack:
        with self._lock:
            opened = self._open.get(pack)
            if opened is None:
                opened = self._open[pack] = _OpenPack(
                    own_file(self._folder.parent, f"{self._folder.name}/{pack}")
                )
            self._open.move_to_end(pack)
            while len(self._open) > self._kept:
                self._open.popitem(last=False)
            return opened


class ThumbnailReader:
    """The thumbnails of one dataset; safe for threads.

    Parameters
    ----------
    folder : Path
        Where the packs lie.
    places : Places
        What tiles told lately; those need no statement.
    find : callable
        Where the thumbnails of samples lie, of those that have one: one statement.
    """

    def __init__(
        self,
        folder: Path,
        places: Places,
        find: Callable[[Sequence[int]], dict[int, Thumbnail]],
    ) -> None:
        self._places = places
        self._packs = Packs(folder)
        self._find = find

    def read(self, sample_id: int, version: str | None = None) -> tuple[bytes, str]:
        """A sample's thumbnail, WebP, and its version key. IMAGE_MISSING.

        Under the `version` that tiles gave without a statement, under another the present one.
        """
        known = version and self.known(sample_id, version)
        if known and version:
            return known, version
        place = self._find([sample_id]).get(sample_id)
        if place is None:
            raise VisionLensError("IMAGE_MISSING", f"Sample {sample_id} has no thumbnail yet.")
        return self._packs.read(place.pack.name, place.offset, place.length), place.version

    def read_many(
        self, wanted: Sequence[tuple[int, str]], lost: list[int] | None = None
    ) -> list[bytes]:
        """The same for pairs of sample and version key, empty where there is none.

        Those that were made and cannot be read any more are added to `lost`.
        """
        found = {sample: self.known(sample, version) for sample, version in wanted}
        missing = [sample for sample, content in found.items() if content is None]
        places = self._find(missing) if missing else {}
        for sample, place in places.items():
            try:
                found[sample] = self._packs.read(place.pack.name, place.offset, place.length)
            except VisionLensError:
                if lost is not None:
                    lost.append(sample)
        return [found[sample] or b"" for sample, _ in wanted]

    def lost_of(self, samples: Sequence[int]) -> list[int]:
        """Those of some samples whose thumbnails were made and cannot be read any more."""
        return [
            sample
            for sample, place in self._find(samples).items()
            if not self._can_read(place.pack.name, place.offset, place.length)
        ]

    def _can_read(self, pack: str, offset: int, length: int) -> bool:
        try:
            self._packs.read(pack, offset, length)
        except VisionLensError:
            return False
        return True

    def known(self, sample_id: int, version: str, *, wait: bool = True) -> bytes | None:
        """The thumbnail under a version key that tiles gave lately, without a statement.

        None: not known. Without `wait` also None where a disk would have to be waited for.
        """
        place = self._places.find(sample_id, version)
        if place is None:
            return None
        if not wait:
            return self._packs.read_at_once(*place)
        with suppress(VisionLensError):
            return self._packs.read(*place)
        return None

    def forget(self) -> None:
        """Start anew: packs were removed."""
        self._places.forget()
        self.close()

    def close(self) -> None:
        """Let go of every file."""
        self._packs.close()
