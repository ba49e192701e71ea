"""Masks of classes: `images/` with `masks/`, or `x.jpg` with `x_mask.png`; see `mask_images`.

Each class of a mask is one annotation of its pixels, with the attribute `semantic`. Of several
masks of an image the one whose name says numbers of classes is read. Where no list says what the
values mean they are the names, and masks of nothing but 0 and 255 have the class `foreground`.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats import mask_reading
from visionlens_jlab.formats.base import ClassEntry, Issue, detected
from visionlens_jlab.formats.folder_names import ordered, split_of_path
from visionlens_jlab.formats.mask_images import Partner, image_base, mask_partner
from visionlens_jlab.formats.masks.class_lists import (
    EMPTY,
    ClassList,
    may_list_classes,
    read_class_list,
)
from visionlens_jlab.formats.records.format import RecordFormat
from visionlens_jlab.formats.records.record import Object, Record
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.shapes import Detected
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Source

FOREGROUND = "foreground"
VOID = "255"
PEEKED = 8
"""Masks that tell whether there are but two values."""


class MasksFormat(RecordFormat):
    """Masks as images."""

    name = "masks"
    label = "Masks as images"
    description = "A PNG for each image, in a folder masks or named x_mask.png: classes by value."
    suffixes = (".png", ".bmp", ".tif", ".tiff", ".gif")
    signature = "a mask"

    def detect(self, request: Request) -> Detected | None:
        if request.file or request.labels_file:
            return None
        partners = _partners(request)
        if not partners:
            return None
        folders = sorted({posixpath.dirname(path) for path in partners})
        first = next(iter(partners))
        return detected(
            self,
            request,
            f"{first} is a mask of {partners[first]}.",
            images=request.image_source.location,
            labels=folders[:20],
            splits=ordered({split for path in folders if (split := split_of_path(f"{path}/"))}),
        )

    def parse(self, data: bytes, path: str, request: Request) -> Iterator[Record]:
        """The record of the mask's image; with the first the classes that are listed."""
        listed = _class_list(request)
        masks = _read(request.label_source, path, listed)
        first = not request.notes.setdefault("masks begun", False)
        request.notes["masks begun"] = True
        record = Record(_partners(request)[path])
        if masks:
            record.height, record.width = masks[0].size
        binary = _is_binary(request, listed)
        for mask in masks:
            name = FOREGROUND if binary else mask.name
            if mask.name == VOID and not binary and VOID not in listed.names:
                continue  # the border that is not to be judged
            thing = Object(name, "mask", mask.box, coded=mask.runs, covered=mask.area)
            thing.attributes["semantic"] = True
            record.objects.append(thing)
        if first:
            record.classes = [ClassEntry(name) for name in listed.names]
        if first and listed == EMPTY:
            message = "No list says what the values of the masks mean: they are the names."
            issue = Issue("CLASS_UNNAMED", "kept", "other", posixpath.dirname(path) or ".", message)
            record.issues.append(issue)
        yield record

    def _label_files(self, request: Request) -> list[str]:
        return sorted(_partners(request))


def _partners(request: Request) -> dict[str, str]:
    """Mask -> its image: for each image the mask that tells most."""
    known = request.notes.get("masks")
    if isinstance(known, dict):
        return known
    images: dict[str, list[str]] = {}
    for entry in request.own_images():
        images.setdefault(image_base(entry.path), []).append(entry.path)
    best: dict[str, Partner] = {}
    for path in _masks(request):
        found = mask_partner(path, images)
        if found is not None and (found.image not in best or found < best[found.image]):
            best[found.image] = found
    partners = {found.mask: image for image, found in best.items()}
    request.notes["masks"] = partners
    return partners


def _masks(request: Request) -> list[str]:
    source, images = request.label_source, request.image_source
    if source.location == images.location:
        return sorted(request.masks(source))
    found = filter(is_image, request.files(source))
    above = f"{images.location}/"
    if not source.location.startswith(above):
        return sorted(found)
    below, known = source.location[len(above) :], request.masks(images)
    return sorted(path for path in found if f"{below}/{path}" in known)


def _read(source: Source, path: str, listed: ClassList) -> list[mask_reading.Mask]:
    """Raises ValueError, VisionLensError, OSError."""
    with ExitStack() as stack:
        file = mask_reading.file_of(stack.enter_context(source.open(path)), stack)
        return mask_reading.read(
            mask_reading.SemanticMask(
                file, list(listed.numbers.items()), list(listed.colors.items())
            )
        )


def _is_binary(request: Request, listed: ClassList) -> bool:
    """Whether the first masks have no value but 255 beside the background."""
    if listed != EMPTY:
        return False
    known = request.notes.get("masks binary")
    if known is None:
        seen: Counter[str | None] = Counter()
        for path in sorted(_partners(request))[:PEEKED]:
            try:
                seen.update(mask.name for mask in _read(request.label_source, path, listed))
            except (ValueError, VisionLensError, OSError):
                continue
        known = request.notes["masks binary"] = set(seen) == {VOID}
    return bool(known)


def _class_list(request: Request) -> ClassList:
    """The list of classes, of several the one nearest to the top; the others may say the same."""
    known = request.notes.get("mask classes")
    if isinstance(known, ClassList):
        return known
    source, found = request.label_source, EMPTY
    paths = [path for path in request.files(source) if may_list_classes(path)]
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        try:
            with source.open(path) as file:
                listed = read_class_list(path, file.read(1 << 20))
        except (VisionLensError, OSError):
            continue
        found = listed if found == EMPTY else found
        if listed != EMPTY and listed == found:
            request.note_read(source, path)
    request.notes["mask classes"] = found
    return found
