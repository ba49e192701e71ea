"""Where the images lie that a table names, as roots and paths below them."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from visionlens_jlab.core.system.confinement import is_address
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.request import Request
from visionlens_jlab.media.sources import OUT_OF_REACH

Resolve = Callable[[str], str | None]


@dataclass
class Located:
    """Images of one root: what the table calls each, and its path there."""

    root: str
    names: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@dataclass
class Places:
    """All images of a table."""

    places: list[Located]
    refused: list[str]
    """Names of images in folders that may not be read, whether they exist or not, or are gone."""


def locate(request: Request, names: list[str]) -> Places:
    """Find the roots of the images that a table names, relative to its own folder or absolute.

    Names beside the table stay below its folder. Of all others the real folder counts: they get
    one root where they have a folder in common that is not much wider than they are, else several.
    """
    stated = [name for name in names if is_address(name)]
    elsewhere = _by_address(request, stated)
    plain = [name for name in names if not is_address(name)] if stated else names
    found = _locate(request, plain) if plain or not stated else Places([], [])
    return Places(found.places + elsewhere.places, found.refused + elsewhere.refused)


def _by_address(request: Request, names: list[str]) -> Places:
    """Images that are named by their addresses: below that of the images, or in further roots."""
    images, refused, places = request.image_source.location, list[str](), dict[str, Located]()
    folders = dict.fromkeys(name.rpartition("/")[0] for name in names)
    for name in names:
        root = images if name.startswith(f"{images}/") else _widest(request, name, folders)
        if root is None or not request.may_read(name):
            refused.append(name)
            continue
        if root not in places:
            try:
                known = root == images
                called = request.image_root if known else request.add_root(root)[0]
            except VisionLensError as error:  # no address that can be read
                if error.code in OUT_OF_REACH:
                    raise
                refused.append(name)
                continue
            places[root] = Located(called)
        places[root].names.append(name)
        places[root].paths.append(name.removeprefix(f"{root}/"))
    return Places(list(places.values()), refused)


def _widest(request: Request, name: str, folders: Iterable[str]) -> str | None:
    """The folder that all on its host have in common, if it may be read; else its own."""
    host = "/".join(name.split("/")[:3])
    if not name.startswith(f"{host}/"):
        return None
    there = [one for one in folders if f"{one}/".startswith(f"{host}/")]
    shared = host + os.path.commonpath([f"/{one[len(host) + 1 :]}" for one in there]).rstrip("/")
    return shared if request.may_read(shared) else name.rpartition("/")[0]


def _locate(request: Request, names: list[str]) -> Places:
    base = request.image_source.location
    if is_address(base):
        return Places([Located(request.image_root, names, names)], [])
    inside = base.rstrip("/") + "/"
    stated = {name: _absolute(base, name) for name in names}
    if all(path.startswith(inside) for path in stated.values()):
        paths = [path.removeprefix(inside) for path in stated.values()]
        return Places([Located(request.image_root, names, paths)] if names else [], [])
    folder_of = _folders(request)
    real = {name: folder_of(path) for name, path in stated.items()}
    found = _places(request, {name: path for name, path in real.items() if path is not None})
    return Places(
        found.places, [name for name, path in real.items() if path is None] + found.refused
    )


def _folders(request: Request) -> Resolve:
    """A path with its folder's links followed, as far as the file may be read."""

    @lru_cache(maxsize=1 << 16)
    def folder(path: str) -> str:
        return os.path.realpath(path)

    def resolve(path: str) -> str | None:
        try:
            real = posixpath.join(folder(posixpath.dirname(path)), posixpath.basename(path))
            if not request.may_read(real):  # a link is not looked at before
                return None
            if os.path.islink(real) and not request.may_read(os.path.realpath(real)):  # noqa: PTH114
                return None
        except (OSError, ValueError):  # a null character
            return None
        return real

    return resolve


def _places(request: Request, kept: dict[str, str]) -> Places:
    """Roots in the order in which the table first names an image of each."""
    roots = _roots(list(dict.fromkeys(map(posixpath.dirname, kept.values()))), request)
    alone = len(set(roots.values())) == 1
    opened: dict[str, Located | None] = {}
    refused: list[str] = []
    for name, path in kept.items():
        root = roots[posixpath.dirname(path)]
        if root not in opened:
            opened[root] = _open(request, root, alone=alone)
        place = opened[root]
        if place is None:
            refused.append(name)
            continue
        place.names.append(name)
        place.paths.append(path.removeprefix(root.rstrip("/") + "/"))
    return Places([place for place in opened.values() if place is not None], refused)


def _open(request: Request, root: str, *, alone: bool) -> Located | None:
    """The root at a folder; None: one of several is not there. DIR_NOT_FOUND for the only one."""
    if root == request.image_source.location:
        return Located(request.image_root)
    if alone:
        request.look_in(root)
        return Located(request.image_root)
    return Located(request.add_root(root)[0]) if Path(root).is_dir() else None


def _roots(folders: list[str], request: Request) -> dict[str, str]:
    """Folder -> its root: folders that all of some lie in, none wider than a user's own."""
    if not folders:
        return {}
    shared = os.path.commonpath(folders)
    if not _is_wide(shared) and request.may_read(shared):
        return dict.fromkeys(folders, shared)
    parts: dict[str, list[str]] = {}
    for folder in folders:
        parts.setdefault(folder[len(shared) :].strip("/").partition("/")[0], []).append(folder)
    alone = dict.fromkeys(parts.pop("", []), shared)
    return alone | {k: v for below in parts.values() for k, v in _roots(below, request).items()}


def _is_wide(folder: str) -> bool:
    """Whether a folder holds what nobody meant: the system, or the homes of users."""
    home = Path.home()
    return folder == "/" or (home.is_relative_to(folder) and str(home) != folder)


def _absolute(base: str, name: str) -> str:
    plain = name.removeprefix("file://")
    return os.path.normpath(os.path.join(base, plain))  # noqa: PTH118  hot: once per image
