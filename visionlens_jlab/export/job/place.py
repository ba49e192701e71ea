"""The folder of an export: there when it is whole, else not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from visionlens_jlab.core.system.confinement import Confinement, not_allowed
from visionlens_jlab.errors import VisionLensError, system_errors

LONGEST_PARTIAL = 22
"""Bytes that the name of `partial_folder` has more."""
REPORT = "report.json"
"""In the spool: the report of a folder that is whole, or about to be."""


def check_place(path: Path, data_dir: Path) -> None:
    """Whether an export may go to a real path.

    EXPORT_NOT_EMPTY unless the folder is new or empty; PATH_NOT_ALLOWED in a folder whose files
    mean something to Jupyter or to VisionLens; PERMISSION_DENIED.
    """
    own = Confinement.of([data_dir, *_folders_of_jupyter()])
    if own.holds(path) or _is_of_environment(path):
        raise VisionLensError(
            "PATH_NOT_ALLOWED",
            f"{path} lies in a folder of Jupyter or VisionLens, which would take the files for "
            "their own.",
            "Export to another folder.",
        )
    with system_errors():
        try:
            taken = not path.is_dir() or any(path.iterdir())
        except FileNotFoundError:
            return
        if taken and path.exists():
            raise not_empty(path)


def _folders_of_jupyter() -> list[str]:
    """Those of this process, and the usual ones of any: another Jupyter may have other settings."""
    from jupyter_core import paths

    usual = [Path.home() / name for name in _USUAL]
    usual += [Path(sys.prefix) / name for name in ("share/jupyter", "etc/jupyter")]
    named = [Path(os.environ[name]) / "jupyter" for name in _NAMED if os.environ.get(name)]
    own = [*paths.jupyter_path(), *paths.jupyter_config_path(), paths.jupyter_runtime_dir()]
    return [*own, *map(str, [*usual, *named])]


_USUAL = (
    ".jupyter",
    ".ipython",
    ".local/share/jupyter",
    "Library/Jupyter",
    "AppData/Roaming/jupyter",
    "/usr/share/jupyter",
    "/usr/local/share/jupyter",
    "/etc/jupyter",
    "/usr/local/etc/jupyter",
)
"""Below the home, or absolute."""
_NAMED = ("APPDATA", "PROGRAMDATA", "XDG_DATA_HOME")


def _is_of_environment(path: Path) -> bool:
    """Whether the Jupyter of whatever environment would look there, for kernels or extensions."""
    return re.search("/(share|etc)/jupyter/", f"{path.as_posix().lower()}/") is not None


def check_real(path: Path) -> None:
    """PATH_NOT_ALLOWED where a link has taken the place of a folder above since it was checked."""
    if os.path.realpath(path.parent) != str(path.parent):
        raise not_allowed(str(path))


def not_empty(path: Path) -> VisionLensError:
    """What is said where something lies already."""
    return VisionLensError("EXPORT_NOT_EMPTY", f"{path} is there already and is no empty folder.")


def partial_folder(path: Path, job: str) -> Path:
    """Where a job writes before its folder appears at `path`."""
    return path.with_name(f".{path.name}.{job[:12]}.partial")


@contextmanager
def new_folder(path: Path, job: str) -> Iterator[Path]:
    """A folder beside `path` that takes its name at the end; nothing is left after an error."""
    check_real(path)
    made = _make_parents(path)
    partial = partial_folder(path, job)
    try:
        with system_errors():
            shutil.rmtree(partial, ignore_errors=True)  # of an attempt that was killed
            _make(partial, path)
            check_real(path)
            yield partial
            check_real(path)
            _rename(partial, path)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
        raise


def _make_parents(path: Path) -> list[Path]:
    """The folders above that were not there, deepest first."""
    missing = [folder for folder in path.parents if not folder.exists()]
    with system_errors():
        path.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _rename(partial: Path, path: Path) -> None:
    try:
        partial.replace(path)  # takes the place of an empty folder
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise not_empty(path) from error
        raise


def _make(folder: Path, path: Path) -> None:
    try:
        folder.mkdir()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VisionLensError(
            "PERMISSION_DENIED",
            f"No folder can be made at {path}.",
            "Name a place in a folder that exists and that you may write to.",
        ) from error
