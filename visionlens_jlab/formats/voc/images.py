"""Which image a Pascal VOC file or mask belongs to, also where several images have one name.

A label file in `<set>/Annotations/` speaks of images below `<set>/`, never of those below another
set; one that lies among images speaks of those beside it. Of the images left, the one in its own
folder is meant, else the one nearest to it whose folders repeat those below `Annotations`, else the
one that `<path>`, `<folder>` and the file's suffix agree with, else the one in `JPEGImages` or
`images`. What contradicts, or leaves several, is not decided: boxes never go to a picture by guess.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from typing import NamedTuple

from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.media.headers import is_image

LABEL_FOLDERS = frozenset({"annotations", "annotation", "xmls", "xml", "labels"})
MASK_FOLDERS = {"segmentationclass": "class", "segmentationobject": "object"}
_LAYOUT = {"jpegimages": 2, "images": 1, "image": 1, "imgs": 1, "img": 1}


class Stated(NamedTuple):
    """What an XML file says of its image."""

    filename: str | None = None
    folder: str | None = None
    path: str | None = None


class Match(NamedTuple):
    """The image of a label file; `others`: those between which nothing decides."""

    image: str | None
    others: tuple[str, ...] = ()


class ImageFinder:
    """Finds the images of label files.

    Parameters
    ----------
    files : iterable of str
        Every file among the images.
    labels : iterable of str
        Every XML file.
    stated : callable
        What the XML file at a path says of its image.
    invent : bool
        Whether the name stated stands for an image that is not there.
    """

    def __init__(
        self,
        files: Iterable[str],
        labels: Iterable[str],
        stated: Callable[[str], Stated],
        *,
        invent: bool,
    ) -> None:
        self._stated = stated
        self._invent = invent
        self._by_stem: dict[str, list[str]] = {}
        folders = set()
        for path in filter(is_image, files):
            if not is_mask(path):
                folders.add(posixpath.dirname(path))
                self._by_stem.setdefault(stem_of(path), []).append(path)
        listed = list(labels)
        self._sets = {_set_of(label)[0] for label in listed if _in_label_folder(label)}
        self._among = folders & {posixpath.dirname(label) for label in listed}
        """Folders with images and label files."""

    def find(self, label: str) -> Match:
        """The image of a label file."""
        options = self._allowed(label, self._by_stem.get(stem_of(label), []))
        if len(options) == 1:
            return Match(options[0])
        stated = self._stated(label)
        if options:
            return self._decide(label, options, stated)
        name = _base(stated.filename)
        if not name:
            return Match(None)
        # A name may hold dots and have no suffix.
        options = self._by_stem.get(stem_of(name), []) or self._by_stem.get(folded(name), [])
        allowed = self._allowed(label, options)
        if len(allowed) > 1:
            return self._decide(label, allowed, stated)
        if allowed:
            return Match(allowed[0])
        return Match(name if self._invent and not options else None)

    def nearest(self, labels: list[str], image: str) -> str:
        """Of label files of one image the one it belongs to most; the first of equal ones."""
        own = stem_of(image)
        return max(labels, key=lambda label: (stem_of(label) == own, _place(label, image)))

    def _allowed(self, label: str, options: list[str]) -> list[str]:
        """Those that are not of another set."""
        own, folder = _set_of(label)[0], posixpath.dirname(label)
        allowed = []
        for image in options:
            beside = posixpath.dirname(image)
            if folder in self._among and beside in self._among:
                ok = beside == folder
            else:
                owner = max(filter(lambda one: _holds(one, image), self._sets), key=len, default="")
                ok = _holds(owner, f"{own}/")
            if ok:
                allowed.append(image)
        return allowed

    def _decide(self, label: str, options: list[str], stated: Stated) -> Match:
        place = {image: _place(label, image) for image in options}
        nearest = max(place.values())
        near = [image for image in options if place[image] == nearest]
        said = {image: _agreement(image, stated) for image in options}
        if not nearest[0] and max(said.values()) > max(said[image] for image in near):
            return Match(None, tuple(options))  # the places say one thing, the file another
        name = folded(_base(stated.filename))

        def rank(image: str) -> tuple[bool, int, int]:
            folder = folded(posixpath.basename(posixpath.dirname(image)))
            exact = folded(posixpath.basename(image)) == name
            return exact, said[image], _LAYOUT.get(folder, 0)

        best = max(map(rank, near))
        found = [image for image in near if rank(image) == best]
        return Match(found[0]) if len(found) == 1 else Match(None, tuple(found))


class Masks:
    """Masks by set and name: `SegmentationClass/<name>.png` and `SegmentationObject/<name>.png`.

    Parameters
    ----------
    files : iterable of str
        Every file among the labels.
    images : iterable of str
        Those whose masks are asked for.
    """

    def __init__(self, files: Iterable[str], images: Iterable[str]) -> None:
        self._found: dict[tuple[str, str], dict[str, str]] = {}
        for path in filter(is_image, files):
            folder = posixpath.dirname(path)
            kind = MASK_FOLDERS.get(posixpath.basename(folder).lower())
            if kind:
                key = posixpath.dirname(folder), stem_of(path)
                self._found.setdefault(key, {})[kind] = path
        sets = {base for base, _ in self._found}
        alone = len(sets) == 1 and not any(_holds(min(sets), image) for image in images)
        self._apart = min(sets) if alone else None
        """The only set, where its images lie elsewhere."""

    def key(self, image: str) -> tuple[str, str] | None:
        """Which masks an image has; None: none."""
        stem = stem_of(image)
        folder = posixpath.dirname(image)
        sets = [folder]
        while folder:
            folder = posixpath.dirname(folder)
            sets.append(folder)
        if self._apart is not None:
            sets.append(self._apart)
        return next((key for base in sets if (key := (base, stem)) in self._found), None)

    def take(self, key: tuple[str, str] | None) -> dict[str, str]:
        """Masks by kind, which are then nobody else's."""
        return {} if key is None else self._found.pop(key, {})

    def left(self) -> list[str]:
        """The masks that nobody took."""
        return [path for kinds in self._found.values() for path in kinds.values()]


def is_mask(path: str) -> bool:
    """Whether a file lies in a folder of masks."""
    return posixpath.basename(posixpath.dirname(path)).lower() in MASK_FOLDERS


def stem_of(path: str) -> str:
    """The name that image, label file and mask have in common."""
    return folded(posixpath.splitext(posixpath.basename(path.replace("\\", "/")))[0])


def _base(path: str | None) -> str:
    return posixpath.basename((path or "").replace("\\", "/"))


def _in_label_folder(label: str) -> bool:
    return any(part.lower() in LABEL_FOLDERS for part in label.split("/")[:-1])


def _set_of(label: str) -> tuple[str, list[str]]:
    """The folder whose images a label file speaks of, and the folders below its `Annotations`."""
    parts = label.split("/")[:-1]
    for index, part in enumerate(parts):
        if part.lower() in LABEL_FOLDERS:
            return "/".join(parts[:index]), parts[index + 1 :]
    return "/".join(parts), []


def _holds(folder: str, path: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _place(label: str, image: str) -> tuple[bool, int, int]:
    """How near an image is: same folder, folders shared, folders below `Annotations` repeated."""
    base, below = _set_of(label)
    folders = image.split("/")[:-1]
    shared = _shared(base.split("/") if base else [], folders)
    repeated = len({folded(part) for part in below} & {folded(part) for part in folders[shared:]})
    return posixpath.dirname(label) == posixpath.dirname(image), shared, repeated


def _agreement(image: str, stated: Stated) -> int:
    """How well the folders of an image agree with `<path>`, else with `<folder>`."""
    folders = [folded(part) for part in image.split("/")[:-1]]
    tail = _shared(_folders(stated.path)[:-1][::-1], folders[::-1])
    named = _folders(stated.folder)[-1:]
    own = 2 if named == folders[-1:] and named else int(bool(named) and named[0] in folders)
    return 3 * tail + own


def _folders(path: str | None) -> list[str]:
    return [folded(part) for part in (path or "").replace("\\", "/").split("/") if part]


def _shared(a: list[str], b: list[str]) -> int:
    """Number of first parts that are equal."""
    pairs = zip(a, b, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(a), len(b)))
