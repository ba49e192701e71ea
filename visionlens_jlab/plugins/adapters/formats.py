"""A plugin's format among those that are read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import islice
from typing import Any, BinaryIO

from visionlens_jlab.formats.base import Batch, detected
from visionlens_jlab.formats.folder_names import ordered, split_of_path
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import (
    Object,
    Record,
    number,
    points_object,
    polygon_object,
    ring_of,
    side,
    text,
)
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.signatures.signatures import HEAD
from visionlens_jlab.formats.survey import survey
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source
from visionlens_jlab.plugins.adapters.writing import PluginWriter
from visionlens_jlab.plugins.child import failure
from visionlens_jlab.plugins.installed import Asked
from visionlens_jlab.plugins.link import MOST_BYTES, Message
from visionlens_jlab.plugins.service import PluginService, RaisedError

SNIFF_SECONDS = 10.0
SNIFFED = 3
"""Files whose name fits that are looked at before a format is taken for another's."""
_PAGE = 1000
_FLAGS = ("difficult", "truncated", "occluded")


class PluginFormat(RecordFormat):
    """Its files are told by their names, and by what its `sniff` says of them, if it has one."""

    by_file_name = True

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self.name = asked.name
        self.label = asked.label
        self.description = asked.contribution.description
        self.looks = asked.contribution.sniff is not None

    def is_mine(self, path: str) -> bool:
        """Whether a name, or a path, fits one of the manifest's patterns."""
        name = posixpath.basename(path)
        return not is_image(path) and any(
            fnmatch(path if "/" in one else name, one) for one in self._asked.contribution.patterns
        )

    def detect(self, request: Request) -> Detected | None:
        """By names; where it may be another format's too, a process looks at some of the files."""
        source, named = request.label_source, request.file or request.labels_file
        paths = [named] if named is not None else survey(request).others(source)
        found = list(filter(self.is_mine, paths))
        if found and self.looks and request.stated_format != self.name:
            found = found if self._sniffs(source, found[:SNIFFED]) else []
        if not found:
            return None
        folders = sorted({posixpath.dirname(path) for path in found})
        return detected(
            self,
            request,
            f"{found[0]} is what the plugin {self._asked.plugin.name} reads.",
            images=request.image_source.location,
            labels=(folders if len(found) > 1 else found)[:20],
            splits=ordered({split for path in found if (split := split_of_path(path))}),
        )

    def read(self, request: Request) -> Iterator[Batch]:
        """As every format of records; one process reads all files. PLUGIN_FAILED."""
        files = _Files(request)
        service = PluginService(
            self._asked,
            answers={"files": files.list, "size": files.size, "read": files.read},
            check=request.check,
        )
        request.notes[self.name] = service
        try:
            service.start()
            yield from super().read(request)
        finally:
            service.close()
            files.close()

    def records(self, source: Source, path: str, request: Request) -> Iterator[Record]:
        """What its reader gives; what that raises is the file's defect: ValueError."""
        service = request.notes[self.name]
        assert isinstance(service, PluginService)
        record: Record | None = None
        try:
            for message in service.stream("read", path):
                facts, labels = _parts(message)
                if facts is not None:
                    if record is not None:
                        yield record
                    record = _record(facts)
                if record is None:
                    raise failure("It sent labels without an image.")
                for one in labels:
                    _add(record, one)
        except RaisedError as error:
            raise ValueError(str(error)) from error
        if record is not None:
            yield record

    def writer(self) -> PluginWriter | None:
        """What writes the format; None: it is only read."""
        return PluginWriter(self._asked) if self._asked.contribution.write else None

    def _sniffs(self, source: Source, paths: list[str]) -> bool:
        service = PluginService(self._asked, seconds=SNIFF_SECONDS)
        try:
            for path in paths:
                with source.open(path) as file:
                    head = file.read(HEAD)
                if service.call("sniff", path, blob=head).value is True:
                    return True
        except RaisedError as error:
            raise OSError(str(error)) from error
        finally:
            service.close()
        return False


class _Files:
    """What a reader may look at: the folder with the labels."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._open: tuple[str, BinaryIO] | None = None

    def list(self, blob: bytes, after: str) -> Message:
        """The next paths, and after which to go on."""
        paths = sorted(self._request.files(self._request.label_source))
        page = list(islice((path for path in paths if path > after), _PAGE))
        return Message([page, page[-1] if len(page) == _PAGE else None])

    def size(self, blob: bytes, path: str) -> Message:
        """Bytes of a file."""
        known = self._request.files(self._request.label_source).get(path)
        if known is None:
            raise FileNotFoundError(f"There is no {path}")
        return Message(known)

    def read(self, blob: bytes, path: str, start: int, size: int) -> Message:
        """A part of a file."""
        if self._open is None or self._open[0] != path:
            self.close()
            self._open = path, self._request.label_source.open(path)
        file = self._open[1]
        file.seek(start)
        return Message(None, file.read(min(size, MOST_BYTES)))

    def close(self) -> None:
        """Let go of the file."""
        if self._open is not None:
            self._open[1].close()
            self._open = None


def _parts(message: Message) -> tuple[dict[str, Any] | None, list[Any]]:
    match message.value:
        case [dict() as facts, list() as labels]:
            return facts, labels
        case [None, list() as labels]:
            return None, labels
    raise failure("It sent something that is no image with labels.")


def _record(facts: dict[str, Any]) -> Record:
    name, problems = facts.get("name"), facts.get("problems")
    if not isinstance(name, str) or not isinstance(problems, list):
        raise failure("It sent something that is no image with labels.")
    return Record(
        name,
        side(facts.get("width")),
        side(facts.get("height")),
        text(facts.get("split")),
        invalid=[str(one)[:300] for one in problems],
    )


def _add(record: Record, label: Any) -> None:
    try:
        record.objects.append(_object(label))
    except (ValueError, TypeError, KeyError) as error:
        record.invalid.append(str(error)[:300])


def _object(label: Any) -> Object:
    if not isinstance(label, dict) or not isinstance(label["attributes"], dict):
        raise failure("It sent something that is no label.")
    kind, box, points = label["kind"], label["box"], label["points"]
    name = text(label["label"])
    more: dict[str, Any] = {
        "attributes": label["attributes"],
        "flags": {one: bool(label[one]) for one in _FLAGS if label[one] is not None},
    }
    if kind == "classification":
        return Object(name, kind, **more)
    if kind == "polygon":
        return polygon_object(name, points, **more)
    if kind == "keypoints":
        return points_object(name, points, **more)
    if kind == "oriented_box":
        made = polygon_object(name, points, **more)
        if len(ring_of(points)) != 8:
            raise ValueError("an oriented box has four corners")
        made.kind = kind
        return made
    if kind != "box" or box is None:
        raise ValueError(f"{kind!r} is no kind of label that a plugin can give")
    x, y, w, h = (number(value, name) for value, name in zip(box, "xywh", strict=True))
    if w < 0 or h < 0:
        raise ValueError("a box has a negative size")
    return Object(name, "box", (x, y, w, h), **more)
