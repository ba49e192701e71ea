"""A plugin's scheme of addresses among the kinds of storage."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from visionlens_jlab.buckets.connecting import object_cache
from visionlens_jlab.buckets.objects import Changed, Content, Object, Page, Transient
from visionlens_jlab.buckets.source import BucketSource
from visionlens_jlab.core.system.confinement import LONGEST
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.installed import Asked, InstalledPlugins
from visionlens_jlab.plugins.link import Message
from visionlens_jlab.plugins.service import PluginService, RaisedError

SECONDS = 60.0
"""A source that says nothing for so long is ended, and asked anew with the next call."""
MOST_BYTES = 32 << 20
"""Of one read."""
_BUILT_IN = ("file", "gs", "s3", "az", "http", "https")


class PluginSourceKind:
    """One scheme."""

    def __init__(self, asked: Asked) -> None:
        self.scheme = str(asked.contribution.scheme)
        self._asked = asked

    def connect(self, address: str) -> BucketSource:
        """The source at an address; the plugin's code runs when it is first read."""
        return connected(self._asked.stamp, address)


def source_kinds() -> list[PluginSourceKind]:
    """Those of plugins that may run; schemes that come with the product are not replaced."""
    kinds = map(PluginSourceKind, InstalledPlugins.here().active("source"))
    return [kind for kind in kinds if kind.scheme not in _BUILT_IN]


@lru_cache(maxsize=64)
def connected(stamp: tuple[str, ...], address: str) -> BucketSource:
    """The source at an address. `stamp` says of which file: one that was saved is another."""
    scheme = address.partition("://")[0]
    kinds = InstalledPlugins.here().active("source")
    asked = next(one for one in kinds if one.stamp == stamp and one.contribution.scheme == scheme)
    location = address.rstrip("/")
    return BucketSource(location, "", PluginObjects(asked, location), object_cache())


class PluginObjects:
    """`Objects` of what a plugin lists and reads, through its process."""

    def __init__(self, asked: Asked, location: str) -> None:
        self._asked = asked
        self._location = location
        self._service = PluginService(asked, {"address": location}, seconds=SECONDS)

    def page(self, prefix: str, *, folders: bool, token: str | None) -> Page:
        """One part of a folder; without `folders` those below it come after it, in turn."""
        pending, inner = json.loads(token) if token else ([prefix.rstrip("/")], None)
        folder = pending[0]
        message = self._call("list", folder, inner)
        names, objects, after = _page(message, folder)
        below = [f"{folder}/{name}" if folder else name for name in names]
        below = [path for path in below if len(path) <= LONGEST]  # folders in folders, for ever
        if folders:
            following = None if after is None else json.dumps([[folder], after])
            return Page([f"{one}/" for one in below], objects, following)
        if after is not None:
            return Page([], objects, json.dumps([[folder, *below, *pending[1:]], after]))
        left = [*below, *pending[1:]]
        return Page([], objects, json.dumps([left, None]) if left else None)

    def head(self, key: str) -> Object | None:
        """What is known of a file; None: there is none."""
        message = self._call("stat", key)
        return None if message is None or message.value is None else _object(message.value)

    def read(
        self, key: str, start: int = 0, end: int | None = None, version: str | None = None
    ) -> Content | None:
        """Bytes of a file; None: there is none."""
        found = self.head(key)
        if found is None:
            return None
        if version is not None and found.version != version:
            raise Changed(key)
        last = found.bytes if end is None else min(end, found.bytes)
        parts = []
        while start < last:
            message = self._call("read", key, start, min(last, start + MOST_BYTES))
            if message is None or message.value is not True:
                return None
            if not message.blob:
                raise Transient(f"{key} was to have {found.bytes} bytes and ends at {start}.")
            parts.append(message.blob[: last - start])
            start += len(parts[-1])
        return Content(b"".join(parts), found.version)

    def _call(self, method: str, *arguments: Any) -> Message | None:
        """None: there is no such file."""
        try:
            return self._service.call(method, *arguments)
        except RaisedError as error:
            if error.kind == "missing":
                return None
            if error.kind == "denied":
                raise VisionLensError(
                    "PERMISSION_DENIED", f"{self._location} cannot be read: {error}"
                ) from error
            if error.kind == "system":
                raise Transient(str(error)) from error
            raise self._unavailable(str(error)) from error
        except VisionLensError as error:
            if error.code != "PLUGIN_FAILED":
                raise
            raise self._unavailable(error.message) from error

    def _unavailable(self, cause: str) -> VisionLensError:
        name = self._asked.plugin.name
        return VisionLensError(
            "SOURCE_UNAVAILABLE",
            f"The plugin {name} failed to read {self._location}: {cause}",
            f"See the log of {name} in Plugins. It is started again when it is next needed.",
        )


def _page(message: Message | None, folder: str) -> tuple[list[str], list[Object], str | None]:
    if message is None:
        return [], [], None
    match message.value:
        case [list() as names, list() as files, None | str() as after]:
            objects = [_object(one) for one in files]
            plain = [one for one in names if isinstance(one, str) and one and "/" not in one]
            return plain, objects, after
    raise _nonsense()


def _object(row: Any) -> Object:
    match row:
        case [str(path), int(size), None | int() | float() as modified, str(version)] if size >= 0:
            changed = None if modified is None else int(modified * 1e9)
            return Object(path, size, changed, version or f"{size}-{changed}")
    raise _nonsense()


def _nonsense() -> VisionLensError:
    return VisionLensError("SOURCE_UNAVAILABLE", "The plugin sent something that is no listing.")
