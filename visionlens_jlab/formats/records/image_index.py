"""Which file of an image source a name in a label file means."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from visionlens_jlab.formats.text.decoding import folded


class ImageIndex:
    """Finds images by path, else by name, else by name without suffix.

    Of several the one is meant that lies nearest to the label file; where that leaves several,
    none is: labels never go to a picture by guess.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = set(paths)
        self._by_name: dict[str, list[str]] = {}
        self._by_stem: dict[str, list[str]] = {}
        for path in sorted(self._paths):
            name = posixpath.basename(path)
            self._by_name.setdefault(folded(name), []).append(path)
            self._by_stem.setdefault(folded(posixpath.splitext(name)[0]), []).append(path)

    def find(self, name: str, label: str) -> list[str]:
        """The images that a name in the file `label` may mean; one: it is that."""
        plain = posixpath.normpath(name.replace("\\", "/")).lstrip("/") if name else ""
        folder = posixpath.dirname(label)
        for path in (posixpath.normpath(posixpath.join(folder, plain)), plain):
            if path in self._paths:
                return [path]
        base = posixpath.basename(plain)
        same = self._by_name.get(folded(base)) or self._by_stem.get(
            folded(posixpath.splitext(base)[0]), []
        )
        ending = [path for path in same if path.endswith(f"/{plain}")] or same
        if len(ending) < 2:
            return list(ending)
        near = {path: _nearness(path, label) for path in ending}
        most = max(near.values())
        return [path for path in ending if near[path] == most]

    def beside(self, label: str) -> list[str]:
        """The images whose name the label file has, but for the suffix."""
        return self.find(posixpath.splitext(posixpath.basename(label))[0] + ".jpg", label)


def _nearness(path: str, label: str) -> tuple[bool, int, bool]:
    """By the same folder, by folders in common, by a folder's end (`image_2` and `label_2`)."""
    here, there = posixpath.dirname(path), posixpath.dirname(label)
    end = posixpath.basename(there).rpartition("_")[2]
    pair = "_" in there and posixpath.basename(here).endswith(f"_{end}")
    return here == there, _shared(path, label), pair


def _shared(path: str, label: str) -> int:
    """How many folders two paths have in common from the top on."""
    count = 0
    for one, other in zip(path.split("/")[:-1], label.split("/")[:-1], strict=False):
        if one != other:
            break
        count += 1
    return count
