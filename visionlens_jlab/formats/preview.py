"""What looks like labels and will not be read, before anything is read: a few folders and files
are looked at."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.mask_images import mask_images
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.formats.signatures.signatures import MASK, Seen, look, reader_of
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

FOLDERS = 200
FILES = 20_000
LOOKS = 100
"""Bounds of one preview: an ingest looks at everything."""
LOOKS_ALIKE = 3
"""Files of one folder and suffix."""


def unread(request: Request, found: Detected) -> list[str]:
    """A sentence for each kind of label file that an ingest as detected would not read."""
    kinds: dict[Seen, list[str]] = {}
    for source in request.asked():
        for path, seen in _survey(source):
            if seen.labels and not _is_read(found, path, seen):
                kinds.setdefault(seen, []).append(path)
    return [_sentence(seen, paths) for seen, paths in kinds.items()]


def nothing_read(request: Request) -> VisionLensError:
    """The error for labels that were named and that no format reads."""
    if request.labels_file is not None:
        seen = look(request.label_source, request.labels_file)
        message = f"{request.labels_file} cannot be read: it seems to be {seen.what}."
        return VisionLensError("LABELS_INVALID", message, seen.advice or None)
    kinds: dict[Seen, list[str]] = {}
    for path, seen in _survey(request.label_source):
        kinds.setdefault(seen, []).append(path)
    told = " ".join(_sentence(seen, paths) for seen, paths in kinds.items() if seen.labels)
    message = f"There are no labels that can be read in {request.label_source.location}."
    return VisionLensError("LABELS_INVALID", f"{message} {told}".rstrip())


def _is_read(found: Detected, path: str, seen: Seen) -> bool:
    if reader_of(seen) != found.format:
        return False
    return found.format != "coco" or path in found.labels


def _sentence(seen: Seen, paths: Sequence[str]) -> str:
    more = f" and {len(paths) - 1} more seem" if len(paths) > 1 else " seems"
    return f"{paths[0]}{more} to be {seen.what}: not read. {seen.advice}".rstrip()


def _survey(source: Source) -> Iterator[tuple[str, Seen]]:
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
