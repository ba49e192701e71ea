"""The images and classes of a dataset, as files of predictions name them."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.coco.records import CocoClasses, IdMap
from visionlens_jlab.formats.text.decoding import folded

UNKNOWN, AMBIGUOUS = -1, -2
_NUMBERED = re.compile(r"(?:COCO_\w+_)?0*(\d{1,18})", re.IGNORECASE)
"""A stem that is an id with zeros before it, or COCO's file names."""


class DatasetClass(NamedTuple):
    """A class of the dataset; `source_id` is its number in the files it came from."""

    name: str
    source_id: str | None = None
    keypoints: int = 0


class Targets:
    """What predictions can be about.

    Parameters
    ----------
    sample_ids : np.ndarray
        uint32 (n,).
    paths : sequence of str
        Below their roots; with their file names.
    source_ids : sequence of str or None
        What label files call the images.
    sizes : np.ndarray
        int64 (n, 2): width and height of the upright images, 0 unknown.
    classes : sequence of DatasetClass
    splits : sequence of str or None, optional
        Each label file numbers its images from the beginning: the split says whose they are.
    """

    def __init__(
        self,
        sample_ids: np.ndarray,
        paths: Sequence[str],
        *,
        source_ids: Sequence[str | None],
        sizes: np.ndarray,
        classes: Sequence[DatasetClass],
        splits: Sequence[str | None] | None = None,
    ) -> None:
        self.sample_ids = sample_ids
        self.paths = paths
        self.sizes = sizes
        self.classes = classes
        self._source_ids = source_ids
        self._splits = splits or [None] * len(paths)
        self._shared: dict[Any, list[int]] = {}
        self._by_path: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = {}
        self._known_folders: set[str] = set()
        self._by_id: dict[Any, int] | None = None
        self._by_sample: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def size(self, image: int) -> tuple[int, int] | None:
        """Height and width of an image; None: not known."""
        width, height = self.sizes[image].tolist() if image >= 0 else (0, 0)
        return (height, width) if width and height else None

    @property
    def shares_ids(self) -> bool:
        """Whether label files call several images by one id."""
        self._ids()
        return bool(self._shared)

    def narrow(self, identities: Iterable[Any]) -> None:
        """Take shared ids for those of the only split that has most of some ids."""
        index = self._ids()
        wanted = {_plain(identity) for identity in identities}
        have = Counter(
            self._splits[row]
            for key in wanted
            for row in self._shared.get(key) or [index.get(key, UNKNOWN)]
            if row >= 0
        ).most_common(2)
        if not have or (len(have) > 1 and have[0][1] == have[1][1]):
            return
        for key, rows in self._shared.items():
            own = [row for row in rows if self._splits[row] == have[0][0]]
            index[key] = own[0] if len(own) == 1 else AMBIGUOUS

    def by_sample_id(self, sample_ids: Iterable[Any]) -> list[int]:
        """The images of sample ids of the dataset; UNKNOWN for others."""
        if self._by_sample is None:
            self._by_sample = {one: row for row, one in enumerate(self.sample_ids.tolist())}
        known = self._by_sample
        return [known.get(one, UNKNOWN) if type(one) is int else UNKNOWN for one in sample_ids]

    def by_id(self, identity: Any) -> int:
        """The image that label files call so; else the one whose name is the number or the text.

        `"7"`, `7` and `7.0` are one id. UNKNOWN or AMBIGUOUS where no single image is meant.
        """
        index, key = self._ids(), _plain(identity)
        found = index.get(key)
        if found is None:
            found = self.by_name(identity) if isinstance(identity, str) else UNKNOWN
            index[key] = found
        return found

    def by_name(self, name: str) -> int:
        """The image of a path, file name or stem; of several the one whose folders agree best.

        UNKNOWN also where the name says that it lies in another folder of the dataset's.
        """
        path = name.replace("\\", "/").removeprefix("./")
        rows = self.of_name(path)
        exact = self._by_path.get(path)
        if exact is not None:
            return exact
        if len(rows) > 1:
            return self._nearest(path, rows)
        return rows[0] if rows and self._may_lie_in(_folders(path), rows[0]) else UNKNOWN

    def of_name(self, name: str) -> list[int]:
        """The images of the file name, or stem, that a path ends with."""
        if not self._by_path:
            self._index_names()
        base = folded(posixpath.basename(name.replace("\\", "/")))
        return self._by_name.get(base) or self._by_name.get(_stem(base), [])

    def _may_lie_in(self, folders: list[str], row: int) -> bool:
        """Whether the folders stated do not contradict the image's.

        They do where they name one of the dataset's folders in which the image does not lie, and
        not all of those in which it lies.
        """
        own = set(filter(None, _folders(self.paths[row])))
        return own.issubset(folders) or self._known_folders.intersection(folders) <= own

    def _nearest(self, path: str, rows: list[int]) -> int:
        """Of images of one name the only one that shares the most folders with a path."""
        wanted = _folders(path)
        shared = [_common_end(wanted, _folders(self.paths[row])) for row in rows]
        best = max(shared)
        found = [row for row, count in zip(rows, shared, strict=True) if count == best]
        return found[0] if len(found) == 1 else AMBIGUOUS

    def _ids(self) -> dict[Any, int]:
        if self._by_id is None:
            self._by_id = self._index_ids()
        return self._by_id

    def _index_ids(self) -> dict[Any, int]:
        """Ids that are stated; beside them, where they differ, the numbers in file names."""
        rows_of: dict[Any, list[int]] = {}
        for row, identity in enumerate(self._source_ids):
            if identity is not None:
                rows_of.setdefault(_plain(identity), []).append(row)
        self._shared = {key: rows for key, rows in rows_of.items() if len(rows) > 1}
        stated = {key: rows[0] if len(rows) == 1 else AMBIGUOUS for key, rows in rows_of.items()}
        numbered: dict[Any, int] = {}
        for row, path in enumerate(self.paths):
            match = _NUMBERED.fullmatch(posixpath.splitext(posixpath.basename(path))[0])
            if match:
                key = int(match.group(1))
                numbered[key] = AMBIGUOUS if key in numbered else row
        return numbered | stated

    def _index_names(self) -> None:
        for row, path in enumerate(self.paths):
            self._by_path[path] = AMBIGUOUS if path in self._by_path else row
            self._known_folders.update(filter(None, _folders(path)))
            base = folded(posixpath.basename(path))
            for key in dict.fromkeys((base, _stem(base))):
                self._by_name.setdefault(key, []).append(row)


def with_categories(classes: Sequence[DatasetClass], stated: Any) -> list[DatasetClass]:
    """The classes under the numbers that predictions use.

    Parameters
    ----------
    classes : sequence of DatasetClass
    stated : mapping of number to name, sequence of names, or None
        As the model numbers its classes; a sequence from 0 on. None: as the dataset's files do.

    Raises
    ------
    VisionLensError
        REQUEST_INVALID
    """
    if stated is None:
        return list(classes)
    if isinstance(stated, list):
        stated = dict(enumerate(stated))
    if not isinstance(stated, dict) or not all(isinstance(v, str) for v in stated.values()):
        raise VisionLensError(
            "REQUEST_INVALID",
            "categories must say the name of each class number.",
            "Give categories={1: 'person', 18: 'dog'}, or a list of names from 0 on.",
        )
    keypoints = {known.name: known.keypoints for known in classes}
    named = [
        DatasetClass(name, str(number), keypoints.get(name, 0)) for number, name in stated.items()
    ]
    rest = [known._replace(source_id=None) for known in classes]
    return named + [known for known in rest if known.name not in stated.values()]


class KnownClasses(CocoClasses):
    """The dataset's classes by the numbers of the files it came from, for readers of COCO."""

    def __init__(self, file: str, classes: Sequence[DatasetClass]) -> None:
        super().__init__(file)
        for known in classes:
            if known.source_id is not None:
                self.names.add(_plain(known.source_id), known.name)
            if known.keypoints:
                self._keypoints[known.name] = known.keypoints
        self._numbers = {_plain(known.source_id) for known in classes}
        for known in classes:  # where a number is the name of another class, the number counts
            self.names.add(known.name, known.name)
        self._dataset = [known.name for known in classes]

    def take_numbers(self, blocks: Sequence[bytes]) -> None:
        """Take the numbers of a file's own categories, where it lists some."""
        if not blocks:
            return
        self.names, self._numbers = IdMap(), set()
        for block in blocks:
            self.add(block)
        for name in self._dataset:
            self.names.add(name, name)

    def strangers(self, used: Counter[str | None]) -> list[Issue]:
        """An item for each class that predictions have by its name and the dataset has not."""
        others = {name: used[name] for name in used if name not in self._unknown}
        return strange_classes(others, self._dataset, self._file)

    def shifted(self, used: set[Any]) -> list[Issue]:
        """An item where numbers may be one too high: COCO's begin at 1, the dataset's at 0."""
        numbers = {_plain(number) for number in used}
        if not numbers or 0 not in self._numbers or 0 in numbers:
            return []
        return [
            Issue(
                "CLASSES_SHIFTED",
                "kept",
                "other",
                self._file,
                "No result has category 0, which the dataset's classes begin with; its numbers "
                "were read as the dataset's. Give categories= where the model's begin at 1.",
            )
        ]


def strange_classes(used: Mapping[str | None, int], known: Iterable[str], item: str) -> list[Issue]:
    """An item for each class name that the dataset does not have; `used`: name -> predictions."""
    names = set(known)
    return [
        Issue(
            *("CLASS_UNKNOWN", "kept", "other", f"{item}: class {name}"),
            f"The dataset has no class {name}; {count} predictions have it as name.",
        )
        for name, count in used.items()
        if name is not None and name not in names
    ]


def numbered_classes(classes: Sequence[DatasetClass]) -> dict[int, str]:
    """Class number -> name: as the dataset's own files number them, else by their order."""
    stated = {
        number: known.name
        for known in classes
        if isinstance(number := _plain(known.source_id), int)
    }
    return stated or {number: known.name for number, known in enumerate(classes)}


def _plain(identity: Any) -> Any:
    if isinstance(identity, float) and identity.is_integer():
        return int(identity)
    if isinstance(identity, str):
        text = identity.strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else text
    return identity


def _stem(name: str) -> str:
    return posixpath.splitext(name)[0]


def _folders(path: str) -> list[str]:
    return folded(posixpath.dirname(path)).split("/")


def _common_end(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count
