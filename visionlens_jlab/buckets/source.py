"""A bucket, or a part of it, as a source of files."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, NamedTuple, TypeVar

from visionlens_jlab.buckets.objects import Changed, Content, Object, Objects, Page
from visionlens_jlab.buckets.ranged_file import RangedFile
from visionlens_jlab.buckets.read_ahead import ReadAhead
from visionlens_jlab.buckets.retries import persistent
from visionlens_jlab.core.system.object_cache import ObjectCache
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.shards.members import open_member
from visionlens_jlab.media.shards.places import inside
from visionlens_jlab.media.sources import IGNORED_NAMES, OUT_OF_REACH, Entry, Part

Result = TypeVar("Result")
PART_BYTES = 8 << 20
"""A larger object is fetched in parts, each repeated by itself."""
FRESH_SECONDS = 60.0
"""So long an object is taken for the one it was, without asking the storage."""
TRIES = 3
"""How often an object that changes while it is read is begun anew."""
MOST_KNOWN = 100_000
MOST_PAGES, MOST_LISTED = 100_000, 20_000_000
"""Of one listing: a source may say for ever that there is more."""
PAGES_AT_ONCE, ENTRIES_AT_ONCE = 5, 500
"""What a browser of folders is given at a time: so many requests at most, or so many folders."""


class _Seen(NamedTuple):
    object: Object
    at: float


class BucketSource:
    """See `Source`.

    Parameters
    ----------
    location : str
        Address without a slash at its end, such as `gs://bucket/photos`.
    prefix : str
        What the keys of its objects begin with: empty, or ending with a slash.
    """

    def __init__(self, location: str, prefix: str, objects: Objects, cache: ObjectCache) -> None:
        self.location = location
        self._prefix = prefix
        self._objects = objects
        self._cache = cache
        self.lost: VisionLensError | None = None
        self.refused: dict[str, str] = {}
        """Key -> why it is passed over."""
        self._seen: dict[str, _Seen] = {}
        self._ahead = threading.local()

    def list(self, path: str = "") -> tuple[list[str], list[Entry]]:
        folders: list[str] = []
        files: list[Entry] = []
        prefix = self._folder(path)
        for page in self._pages(prefix, folders=True):
            folders += _names(page, prefix)
            files += self._entries(page)
        if not folders and not files and not self._is_there(self._folder(path)):
            raise VisionLensError("DIR_NOT_FOUND", f"There is nothing at {self.location}/{path}.")
        return sorted(folders), sorted(files)

    def part(self, path: str, page: str | None) -> Part:
        """See `ListsInParts`: a few requests, or as many as bring something to show."""
        folders: list[str] = []
        files: list[Entry] = []
        for _ in range(PAGES_AT_ONCE):
            names, entries, page = self._page(path, page)
            folders += names
            files += entries
            if page is None or len(folders) >= ENTRIES_AT_ONCE:
                break
        if page is None and not folders and not files and not self._is_there(self._folder(path)):
            raise VisionLensError("DIR_NOT_FOUND", f"There is nothing at {self.location}/{path}.")
        return sorted(folders), sorted(files), page

    def _page(self, path: str, token: str | None) -> Part:
        prefix = self._folder(path)
        page = self._asked(partial(self._objects.page, prefix, folders=True, token=token))
        return _names(page, prefix), list(self._entries(page)), page.token

    def walk(self, path: str = "") -> Iterator[Entry]:
        for page in self._pages(self._folder(path), folders=False):
            yield from self._entries(page)

    def _pages(self, prefix: str, *, folders: bool) -> Iterator[Page]:
        """A listing to its end; SOURCE_UNAVAILABLE where it has none."""
        token: str | None = None
        listed = 0
        for _ in range(MOST_PAGES):
            call = partial(self._objects.page, prefix, folders=folders, token=token)
            page = self._asked(call)
            yield page
            listed += len(page.folders) + len(page.objects)
            if page.token is None:
                return
            if page.token == token or listed > MOST_LISTED:
                break
            token = page.token
        self.lost = VisionLensError(
            "SOURCE_UNAVAILABLE",
            f"{self.location} does not come to an end: at most {MOST_LISTED:,} files in "
            f"{MOST_PAGES:,} parts are listed, and none of its parts twice.",
            "Name a folder below it; where a plugin lists it, see that its last page names no "
            "further one.",
        )
        raise self.lost

    def stat(self, path: str) -> Entry | None:
        found = self._head(self._key(path))
        return None if found is None else Entry(path, found.bytes, found.modified_ns)

    def is_dir(self, path: str) -> bool:
        return self._is_there(self._folder(path))

    def open(self, path: str) -> BinaryIO:
        """Open for reading: a file in the cache, or what was read ahead.

        Raises
        ------
        VisionLensError
            IMAGE_MISSING, PERMISSION_DENIED, SIGN_IN_NEEDED, SOURCE_UNAVAILABLE.
        """
        key, found = self._key(path), inside(path)
        if found is not None and self._head(self._key(found.shard)) is not None:
            return open_member(self._kept(found.shard), *found)
        ahead: ReadAhead | None = getattr(self._ahead, "now", None)
        if ahead is not None and found is None:
            content = ahead.take(key)
            if content is None:
                raise self._missing(path)
            first = getattr(self._ahead, "first", None)
            if first is None or len(content.data) < first:
                return io.BytesIO(content.data)
            return io.BufferedReader(RangedFile(content, partial(self._part, key)))
        return self._kept(path)

    def _kept(self, path: str) -> BinaryIO:
        """The object as a file in the cache."""
        key = self._key(path)
        for _ in range(TRIES):
            found = self._head(key)
            if found is None:
                raise self._missing(path)
            try:
                return self._cached(found)
            except Changed:
                self._seen.pop(key, None)
        raise VisionLensError(
            "SOURCE_UNAVAILABLE",
            f"{path} is written all the time: it changed {TRIES} times while it was read.",
            "Wait until whoever writes it is done.",
        )

    @contextmanager
    def reading(self, paths: Sequence[str], first: int | None = None) -> Iterator[None]:
        """While it is entered, this thread opens the files in this order; they are fetched ahead.

        `first`: mostly so many bytes of each are enough.
        """
        keys = [self._key(path) for path in paths if inside(path) is None]
        with ReadAhead(lambda key: self._whole(key, first), keys) as ahead:
            self._ahead.now, self._ahead.first = ahead, first
            try:
                yield
            finally:
                self._ahead.now = None

    def _folder(self, path: str) -> str:
        """What the keys of a folder's objects begin with."""
        return self._key(path) + "/" if path else self._prefix

    def _entries(self, page: Page) -> Iterator[Entry]:
        for one in page.objects:
            path = one.key[len(self._prefix) :]
            if "\0" in path:
                self.refused[path.replace("\0", "\\0")[:500]] = "Its key holds a null character."
                continue
            # an object whose key ends with a slash stands for a folder
            if path and not path.endswith("/") and all(map(_is_listed, path.split("/"))):
                yield Entry(path, one.bytes, one.modified_ns)

    def _is_there(self, prefix: str) -> bool:
        page = self._asked(lambda: self._objects.page(prefix, folders=True, token=None))
        return bool(page.folders or page.objects) or prefix == ""

    def _head(self, key: str) -> Object | None:
        seen = self._seen.get(key)
        if seen is not None and time.monotonic() - seen.at < FRESH_SECONDS:
            return seen.object
        found = self._asked(lambda: self._objects.head(key))
        if found is not None:
            if len(self._seen) >= MOST_KNOWN:
                self._seen.clear()
            self._seen[key] = _Seen(found, time.monotonic())
        return found

    def _cached(self, found: Object) -> BinaryIO:
        name = f"{self.location}\n{found.key}\n{found.version}"
        return self._cache.find(name) or self._cache.keep(
            name, lambda file: self._download(found, file)
        )

    def _download(self, found: Object, file: BinaryIO) -> None:
        start = 0
        while start < found.bytes or start == 0:
            end = min(start + PART_BYTES, found.bytes)
            content = self._part(found.key, start, end or None, found.version)
            file.write(content.data)
            start += max(1, len(content.data))

    def _part(self, key: str, start: int, end: int | None, version: str | None) -> Content:
        content = self._asked(lambda: self._objects.read(key, start, end, version))
        if content is None:
            raise self._missing(key[len(self._prefix) :])
        return content

    def _whole(self, key: str, first: int | None) -> Content | None:
        return self._asked(lambda: self._objects.read(key, 0, first))

    def _asked(self, call: Callable[[], Result]) -> Result:
        try:
            return persistent(self.location, call)
        except VisionLensError as error:
            if error.code in OUT_OF_REACH:
                self.lost = error
            raise

    def _key(self, path: str) -> str:
        if "\0" in path or any(part in (".", "..") for part in path.split("/")):
            raise VisionLensError("PATH_NOT_ALLOWED", f"{path[:200]!r} is no key of an object.")
        return self._prefix + path

    def _missing(self, path: str) -> VisionLensError:
        return VisionLensError("IMAGE_MISSING", f"There is no {path} in {self.location}.")


def _names(page: Page, prefix: str) -> list[str]:
    return [name for one in page.folders if _is_listed(name := one[len(prefix) : -1])]


def _is_listed(name: str) -> bool:
    return not name.startswith(".") and name not in IGNORED_NAMES
