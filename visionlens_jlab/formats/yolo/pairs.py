"""Which label file belongs to which image.

In this order: the path with its last `images` made `labels` (as Ultralytics does), or with
`labels/` before it; the file beside the image; the path that is the same but for `images` and
`labels` folders and other words for a split, if there is one; the one label file with that name,
where one image has it. Case and Unicode form make no difference.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator

from visionlens_jlab.formats.folder_names import IMAGE_WORDS, LABEL_WORDS, split_of_folder
from visionlens_jlab.formats.text.decoding import folded
from visionlens_jlab.formats.yolo.config import NOT_LABELS
from visionlens_jlab.formats.yolo.places import Place


class Pairs:
    """The label files of a place.

    Parameters
    ----------
    images : iterable of str
        Paths of the images to be read, as labels speak of them.
    unlisted : iterable of str
        Paths of images that are left out: their label files are not astray.
    no_labels : set of str
        Text files that are lists of images.
    names : Counter
        How many images have a name, those of other places with these label files included.
    """

    def __init__(
        self,
        place: Place,
        images: Iterable[str],
        unlisted: Iterable[str],
        no_labels: set[str],
        names: Counter[str],
    ) -> None:
        self._own = place.own_labels
        texts = [
            path
            for path in place.label_files
            if path.lower().endswith(".txt") and path not in no_labels
        ]
        self._exact: dict[str, str] = {}
        for path in texts:
            self._exact.setdefault(folded(path[:-4]), path)
        listed = list(images)
        self._image_folders = {posixpath.dirname(path) for path in listed}
        self._roots = _label_roots(texts, self._image_folders)
        self._texts = [p for p in texts if posixpath.basename(p).lower() not in NOT_LABELS]
        inside = [p for p in self._texts if self._own or self._in_root(p)]
        self._by_key = _unique((_key(p[:-4]), p) for p in inside)
        self._by_name = _unique((folded(posixpath.basename(p[:-4])), p) for p in inside)
        stems = [_stem(path) for path in listed]
        self._names = names
        self.labels = {p: self._find(stem) for p, stem in zip(listed, stems, strict=True)}
        self._unlisted = {self._find(_stem(path)) for path in unlisted}

    def _find(self, stem: str) -> str | None:
        for option in _options(stem, self._own):
            found = self._exact.get(folded(option))
            if found is not None:
                return found
        found = self._by_key.get(_key(stem))
        if found is None and self._names[name := image_name(stem)] == 1:
            found = self._by_name.get(name)
        return found

    @property
    def used(self) -> set[str]:
        """The label files of the images."""
        return {path for path in self.labels.values() if path}

    def astray(self) -> Iterator[tuple[str, bool]]:
        """Label files without image here; with each whether it may also be some other text."""
        used = self.used
        folders = {posixpath.dirname(path) for path in used}
        for path in self._texts:
            if path in used or path in self._unlisted:
                continue
            folder = posixpath.dirname(path)
            if self._own or self._in_root(path):
                yield path, False
            elif folder in folders or folder in self._image_folders:
                yield path, True

    def _in_root(self, path: str) -> bool:
        return any(path.startswith(f"{root}/") for root in self._roots)


def image_name(stem: str) -> str:
    """The name that an image and its label file have in common."""
    return folded(posixpath.basename(stem))


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _options(stem: str, own: bool) -> Iterator[str]:
    parts = stem.split("/")
    images = [i for i, part in enumerate(parts[:-1]) if part.lower() in IMAGE_WORDS]
    if own:
        if images:
            yield "/".join(parts[images[-1] + 1 :])
        yield stem
    if images:
        yield "/".join([*parts[: images[-1]], "labels", *parts[images[-1] + 1 :]])
    elif not own:
        yield f"labels/{stem}"
    yield stem
    if own:
        yield "/".join(parts[-2:])
        yield parts[-1]


def _label_roots(texts: list[str], image_folders: set[str]) -> set[str]:
    """Folders like `labels` beside or above images, or in a split's folder there.

    Others may hold predictions.
    """
    above = {""}
    for folder in image_folders:
        parts = folder.split("/")
        above |= {"/".join(parts[:end]) for end in range(1, len(parts) + 1)}
    roots = set()
    for folder in {posixpath.dirname(path) for path in texts}:
        parts = folder.split("/")
        for index, part in enumerate(parts):
            if part.lower() in LABEL_WORDS:
                parent = "/".join(parts[:index])
                grand = "/".join(parts[: index - 1]) if index else ""
                if parent in above or (split_of_folder(parts[index - 1]) and grand in above):
                    roots.add("/".join(parts[: index + 1]))
                break
    return roots


def _key(stem: str) -> tuple[str, ...]:
    *folders, name = folded(stem).split("/")
    plain = [split_of_folder(part) or part for part in folders]
    return (*(p for p in plain if p not in IMAGE_WORDS and p not in LABEL_WORDS), name)


def _unique(pairs: Iterable[tuple[object, str]]) -> dict[object, str]:
    found: dict[object, str] = {}
    doubled: set[object] = set()
    for key, path in pairs:
        if key in found:
            doubled.add(key)
        found[key] = path
    return {key: path for key, path in found.items() if key not in doubled}
