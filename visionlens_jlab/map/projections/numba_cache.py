"""umap-learn, loaded so that what it compiles is kept on the disk."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from visionlens_jlab.errors import VisionLensError

_folder: Path | None = None


def keep_compiled_code_in(folder: Path) -> None:
    """Folder for what numba compiles for us; before umap is loaded for the first time.

    Numba's own NUMBA_CACHE_DIR goes before it.
    Cache files are pickles: the folder must be writable for this user alone.
    """
    global _folder  # noqa: PLW0603  numba's own configuration is global, too
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    _folder = folder


def umap_module() -> Any:
    """`umap.umap_`; MODEL_UNAVAILABLE where umap-learn is not installed."""
    if "umap.umap_" in sys.modules:
        return sys.modules["umap.umap_"]
    with _cached_compilation():
        try:
            return importlib.import_module("umap.umap_")
        except ImportError as error:
            raise VisionLensError(
                "MODEL_UNAVAILABLE",
                "UMAP needs umap-learn, which is not installed where jobs run.",
                "pip install 'visionlens-jlab[umap]', or project with method pca.",
            ) from error


@contextmanager
def _cached_compilation() -> Iterator[None]:
    """Have `numba.njit` cache on the disk unless told otherwise.

    umap-learn asks for it for one function only: without this, each process compiles for about six
    seconds again.
    """
    try:
        import numba
    except ImportError:  # the import of umap tells
        yield
        return
    plain: Callable[..., Any] = numba.njit
    config: Any = numba.config
    folder = config.CACHE_DIR

    def njit(*arguments: Any, **options: Any) -> Any:
        options.setdefault("cache", True)
        return plain(*arguments, **options)

    numba.njit = njit
    if _folder is not None and not os.environ.get("NUMBA_CACHE_DIR"):
        config.CACHE_DIR = str(_folder)
    try:
        yield
    finally:
        numba.njit = plain
        config.CACHE_DIR = folder
