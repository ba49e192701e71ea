"""Whether the images of one folder belong, one by one, to those of another.

Then the folders hold parts of the same things (images and masks, left and right), no classes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

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
