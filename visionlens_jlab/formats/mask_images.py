"""Which image files are masks of others: labels, and no images of their own.

Two layouts are known: a folder named for masks (`masks`, `gtFine`, `trainannot`) that stands where
images have a folder `images`, or whose images have the names of others; and masks beside their
images (`x_mask.png`). Only the names are looked at. Folders whose images belong, one by one, to
those of another hold parts of the same things (images and masks, left and right), no classes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from visionlens_jlab.formats.folder_names import IMAGE_WORDS
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Entry, Source

_SHARED = 0.9
"""So much of the larger folder must have the names of the other."""
_NUMBER = re.compile(r"\d+")
_PEEKED = 3
_PNG = b"\x89PNG\r\n\x1a\n"
_WITHOUT_COLOUR = (0, 3)
"""Greyscale and palette, as the header of a PNG file calls them."""


def correspond(source: Source, one: Sequence[Entry], other: Sequence[Entry]) -> bool:
    """Whether two folders, given by their files, hold parts of the same things.

    Classes numbered alike (`cat/0001.png`, `dog/0001.png`) have their names in common too: names
    that only count tell nothing unless one folder has the look of masks.
    """
    first, second = _by_stem(one), _by_stem(other)
    shared = first.keys() & second.keys()
    if len(shared) < 2 or len(shared) < _SHARED * max(len(first), len(second)):
        return False
    if not _only_count(shared):
        return True
    some = sorted(shared)[:_PEEKED]
    return _are_masks(source, [first[stem] for stem in some]) != _are_masks(
        source, [second[stem] for stem in some]
    )


def _by_stem(files: Sequence[Entry]) -> dict[str, str]:
    paths = (entry.path for entry in files if is_image(entry.path))
    return {folded(posixpath.splitext(posixpath.basename(path))[0]): path for path in paths}


def _only_count(stems: set[str]) -> bool:
    """Whether names differ in one number, and most numbers of the range are there."""
    numbers = {}
    for stem in stems:
        found = _NUMBER.findall(stem)
        if not found or len(found[-1]) > 15:
            return False
        head, _, tail = stem.rpartition(found[-1])
        numbers[int(found[-1])] = head, tail
    around = set(numbers.values())
    return len(around) == 1 and max(numbers) - min(numbers) < 2 * len(numbers)


def _are_masks(source: Source, paths: Sequence[str]) -> bool:
    return all(_has_no_colour(source, path) for path in paths)


def _has_no_colour(source: Source, path: str) -> bool:
    with source.open(path) as file:
        head = file.read(26)
    return head.startswith(_PNG) and len(head) == 26 and head[25] in _WITHOUT_COLOUR


MASK_FORMATS = ("PNG", "BMP", "TIFF", "GIF")
"""What masks are read from. Of icons Pillow decodes the pixels to tell their size."""

_FOLDER = re.compile(
    r"(.*[-_ ]|train|val|valid|test)?(masks?|labels?|labelids|labelcol|annot(ation)?s?|anno|gts?"
    r"|gt(fine|coarse)|ground[-_ ]?truths?|seg(s|m|maps?|mentations?)?|segmentation(class|object)"
    r"|trimaps?|semantic|instances?|panoptic|mattes?)([-_ ].*)?"
)
_OPPOSITE = re.compile(r"(no|non|not|without|un)[-_ ]?(mask|label|annot|seg).*")
"""Beside such a folder `mask` is a class: people with and without one."""
_SUFFIX = (
    r"(mask|masks|seg|segm|segmentation|label|labels|labelids|gt|gtfine|gtcoarse|groundtruth"
    r"|instanceids|labeltrainids|color|colour|trimap|matte|annotation|annot|l)"
)
_MASK_END = re.compile(rf"^(.+?)([-_. ]{_SUFFIX})+([-_. ]?\d+)?$")
_BESIDE_END = re.compile(
    r"^(.+?)[-_. ]((gt(fine|coarse)[-_. ])?(labelids|instanceids|labeltrainids)"
    r"|mask|masks|seg|segmentation|gt|groundtruth)([-_. ]?\d+)?$"
)
_IMAGE_END = re.compile(r"[-_. ](leftimg8bit|img|image|sat|rgb)$")
_LOSSY = (".jpg", ".jpeg", ".jpe", ".jfif")


def mask_images(paths: Iterable[str]) -> frozenset[str]:
    """Those of the image files that are masks of others among them."""
    by_folder: dict[str, list[str]] = {}
    for path in paths:
        by_folder.setdefault(posixpath.dirname(path), []).append(path)
    opposed = {posixpath.dirname(f) for f in by_folder if _OPPOSITE.fullmatch(_name(f))}
    named = {
        folder
        for folder in by_folder
        if _is_named_for_masks(folder) and posixpath.dirname(folder) not in opposed
    }
    plain = {
        _base(path) for folder in by_folder if folder not in named for path in by_folder[folder]
    }
    found: set[str] = set()
    prefixes = _image_prefixes(folder for folder in by_folder if folder not in named)
    for folder, inside in by_folder.items():
        if folder in named and _stands_for_images(folder, prefixes):
            found.update(inside)
        elif folder in named:
            found.update(path for path in inside if _is_like_another(path, plain))
        else:
            found.update(_beside(inside))
    return frozenset(found)


def _is_named_for_masks(folder: str) -> bool:
    return any(map(_FOLDER.fullmatch, folder.lower().split("/")))


def _name(folder: str) -> str:
    return posixpath.basename(folder).lower()


def _image_prefixes(folders: Iterable[str]) -> set[tuple[str, ...]]:
    """The folders above, and with, one that is named for images."""
    found = set()
    for folder in folders:
        parts = folder.lower().split("/")
        for index, part in enumerate(parts):
            if part in IMAGE_WORDS:
                found.add(tuple(parts[:index]))
    return found


def _stands_for_images(folder: str, prefixes: set[tuple[str, ...]]) -> bool:
    """Whether beside the folder's part that is named for masks one is named for images."""
    parts = folder.lower().split("/")
    return any(
        _FOLDER.fullmatch(part) and tuple(parts[:index]) in prefixes
        for index, part in enumerate(parts)
    )


def _is_like_another(path: str, plain: set[str]) -> bool:
    stem = _stem(path)
    if stem in plain:
        return not path.lower().endswith(_LOSSY)
    match = _MASK_END.match(stem)
    return match is not None and (match.group(1) in plain)


def _beside(paths: Sequence[str]) -> Iterable[str]:
    stems = {_stem(path) for path in paths} | {_base(path) for path in paths}
    for path in paths:
        match = _BESIDE_END.match(_stem(path))
        if match is not None and match.group(1) in stems:
            yield path


class Partner(NamedTuple):
    """A mask of an image; of several the least tells most."""

    rank: int
    mask: str
    image: str


_RANKS = ("labelid", "labeltrainid", "label", "semantic", "class", "mask", "seg")
_LAST = ("instance", "color", "colour", "edge")
"""What a mask's name says of its values: numbers of classes first."""


def mask_partner(path: str, images: Mapping[str, Sequence[str]]) -> Partner | None:
    """The image that a mask is of, where one alone has its name, nearest to it.

    Parameters
    ----------
    images : mapping
        `image_base` of images -> their paths.
    """
    stem = _stem(path)
    match = _MASK_END.match(stem)
    found = images.get(stem) or images.get(_base(path))
    if not found and match is not None:
        found = images.get(match.group(1)) or images.get(_IMAGE_END.sub("", match.group(1)))
    if not found:
        return None
    near = {image: _shared_parts(image, path) for image in found}
    best = [image for image in found if near[image] == max(near.values())]
    if len(best) != 1:
        return None
    said = path.lower()
    rank = next((at for at, word in enumerate(_RANKS) if word in said), len(_RANKS))
    if any(word in stem for word in _LAST):
        rank = len(_RANKS) + 1
    return Partner(rank, path, best[0])


def _shared_parts(image: str, mask: str) -> int:
    """How many folders both lie in, whatever stands before."""
    return len(set(image.lower().split("/")[:-1]) & set(mask.lower().split("/")[:-1]))


def image_base(path: str) -> str:
    """What an image is called, without what says that it is one."""
    return _base(path)


def _stem(path: str) -> str:
    return folded(posixpath.splitext(posixpath.basename(path))[0])


def _base(path: str) -> str:
    """The stem without what says that it is the image."""
    return _IMAGE_END.sub("", _stem(path))
