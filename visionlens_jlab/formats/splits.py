"""Split names in file and folder names."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
    "trainval": "trainval",
}
_FOLDER = re.compile(rf"({'|'.join(_WORDS)})([-_]?(dev|images|imgs|set))?[-_]?\d*")


def split_of_folder(name: str) -> str | None:
    """The split a folder stands for: `train2017` -> train, `valid` -> val; else None."""
    match = _FOLDER.fullmatch(name.lower())
    return _WORDS[match.group(1)] if match else None


def split_of_file(stem: str) -> str | None:
    """The split named by a part of a file's stem: `instances_val2017` -> val; else None."""
    for word in re.split(r"[^a-z]+", stem.lower()):
        if word in _WORDS:
            return _WORDS[word]
    return None


def split_of_path(path: str) -> str | None:
    """The split named by the first folder of a path that names one; else None."""
    return _split_of_folders(path.rpartition("/")[0])


@lru_cache(maxsize=4096)
def _split_of_folders(path: str) -> str | None:
    for name in path.split("/"):
        split = split_of_folder(name)
        if split:
            return split
    return None


def ordered(splits: set[str] | list[str]) -> list[str]:
    """Train, val, test first, others by name."""
    usual = ["train", "val", "test"]
    return [s for s in usual if s in splits] + sorted(s for s in set(splits) if s not in usual)
