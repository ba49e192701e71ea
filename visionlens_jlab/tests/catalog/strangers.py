"""Folders of datasets as they come from anybody."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.system.confinement import NOWHERE
from visionlens_jlab.tests.api.servers import fill


def bring(data_dir: Path, images: Path, *, root: str | None = None, like: str = "") -> str:
    """Copy a stranger's dataset of the pictures in a folder into a data folder; its slug.

    Parameters
    ----------
    data_dir : Path
        This user's.
    images : Path
        The folder with the pictures, made where it is not there.
    root : str, optional
        What the dataset names as their place; default: that folder.
    like : str
        A uuid that it claims to have.
    """
    with tempfile.TemporaryDirectory() as place:
        theirs = Library(Path(place), allowed=NOWHERE)
        slug = fill(theirs, images, 3)
        theirs.close()
        here = data_dir / "datasets" / "brought"
        shutil.copytree(Path(place) / "datasets" / slug, here)
    with duckdb.connect(str(here / "dataset.duckdb")) as connection:
        # Whatever the stranger may know of this user.
        connection.execute("UPDATE meta SET folder = ?", [str(here.resolve())])
        if root is not None:
            connection.execute("UPDATE source_root SET location = ?", [root])
        if like:
            connection.execute("UPDATE meta SET uuid = ?", [like])
    return here.name
