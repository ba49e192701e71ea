"""What lies in the folders of an ingest, told from a few files: a preview, no reading."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.mask_images import mask_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.signatures.signatures import MASK, Seen, look
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

FOLDERS = 200
FILES = 20_000
LOOKS = 100
"""Bounds of one preview: an ingest looks at everything."""
LOOKS_ALIKE = 3
"""Files of one folder and suffix."""


class Survey:
    """What the files of a request seem to be; each place is looked at once."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[str, Seen]]] = {}
        self._files: dict[str, list[str]] = {}

    def paths(self, source: Source, what: str) -> list[str]:
        """Some files that seem to be one thing."""
        return [path for path, seen in self._around(source) if seen.what == what]

    def others(self, source: Source) -> list[str]:
        """Some files that are no images of their own."""
        return [path for path, _ in self._around(source)]

    def _around(self, source: Source) -> list[tuple[str, Seen]]:
        known = self._seen.get(source.location)
        if known is None:
            known = self._seen[source.location] = list(look_around(source))
        return known

    def files(self, source: Source) -> list[str]:
        """Files of the folders nearest to the top."""
        if source.location not in self._files:
            self._files[source.location] = _files(source)
        return self._files[source.location]

    def named(self, source: Source, path: str) -> Seen:
        """What one file seems to be."""
        return look(source, path)


def survey(request: Request) -> Survey:
    """The one of a request."""
    known = request.notes.setdefault("survey", Survey())
    assert isinstance(known, Survey)
    return known


def look_around(source: Source) -> Iterator[tuple[str, Seen]]:
    """Some files that are no images of their own, with what they seem to be."""
    files = _files(source)
    images = [path for path in files if is_image(path)]
    masks = mask_images(images)
    stems = {folded(posixpath.splitext(posixpath.basename(path))[0]) for path in images}
    alike: dict[tuple[str, str], list[Seen]] = {}
    looks = 0
    for path in files:
        if is_image(path):
            if path in masks:
                yield path, MASK
            continue
        stem, suffix = posixpath.splitext(path)
        seen = alike.setdefault((posixpath.dirname(path), suffix.lower()), [])
        if len(seen) < LOOKS_ALIKE and looks < LOOKS:
            looks += 1
            beside = folded(posixpath.basename(stem)) in stems
            seen.append(look(source, path, beside=beside))
        if seen:
            yield path, seen[-1]


def _files(source: Source) -> list[str]:
    """Files of the folders nearest to the top."""
    found: list[str] = []
    folders = [""]
    for folder in folders:  # grows as it goes
        try:
            below, files = source.list(folder)
        except VisionLensError:
            continue
        found += [entry.path for entry in files]
        room = FOLDERS - len(folders)
        folders += [posixpath.join(folder, name) for name in below[: max(room, 0)]]
        if len(found) >= FILES:
            break
    return found
