"""Models that are files of this machine: where they lie, and that they lie there still."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from visionlens_jlab.core.system.confinement import not_allowed

KINDS = ("transformers", "open_clip")
"""Kinds of models whose names may be paths; those of providers never are."""

FILES = "files"
"""Param of jobs: where a model's files were when the job was queued."""


def path_of(model: str | None) -> str | None:
    """The path in a model's name; None: it is a name of the hub, or of no such kind.

    Files come as `kind:/folder`, `kind:local-dir:/folder` or `kind:architecture//file`.
    """
    kind, _, name = (model or "").partition(":")
    if kind not in KINDS:
        return None
    if "local-dir:" in name:
        return name.partition("local-dir:")[2]
    if "//" in name:
        return name[name.index("//") + 1 :]
    return name if name.startswith(("/", "~", ".")) else None


def real_path_of(model: str | None) -> str | None:
    """Where the files of a model lie, wherever links lead now."""
    path = path_of(model)
    return None if path is None else os.path.realpath(path)


@contextmanager
def staying(model: str | None, real: str | None) -> Iterator[None]:
    """PATH_NOT_ALLOWED where a model, before or after this, does not lie where it was checked.

    `real` is what `real_path_of` gave then; None: nothing was checked.
    """
    _check(model, real)
    yield
    _check(model, real)


def _check(model: str | None, real: str | None) -> None:
    if real is not None and real_path_of(model) != real:
        raise not_allowed(str(path_of(model)))
