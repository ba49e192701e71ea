"""Files of a dataset's folder by the names that its rows give them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from visionlens_jlab.config import slugify
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.core.system.private_files import remove
from visionlens_jlab.errors import VisionLensError


def own_file(folder: Path, name: str) -> Path:
    """A file by the name it is stored under; the dataset may come from anybody.

    Raises
    ------
    VisionLensError
        DATASET_DAMAGED where the name, or a link, leads out of the dataset's folder.
    """
    path = folder / name
    try:
        Confinement([os.path.realpath(folder)]).resolve(path)
    except VisionLensError as error:
        raise VisionLensError(
            "DATASET_DAMAGED", f"The dataset {folder.name!r} names a file that is not its own."
        ) from error
    return path


def remove_own_files(folder: Path, names: Iterable[str]) -> None:
    """Remove files by their names; those that are not the dataset's own stay."""
    for name in names:
        with suppress(VisionLensError):
            remove(own_file(folder, name))


def place_of(name: str) -> str:
    """A user's name for something in paths: itself where it can be, never that of another."""
    slug = slugify(name)
    if slug == name:
        return slug
    return f"{slug}-{hashlib.blake2s(name.encode(), digest_size=4).hexdigest()}"
