"""Finds the images, label folders, splits and class names of a YOLO dataset.

With a YAML file (`path`, `train`/`val`/`test`, `names`) as Ultralytics defines it, or without one
from `images/` and `labels/` folders, split folders, or label files beside their images.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

import yaml

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.sources import Entry, Source

from .base import Issue
from .request import Request
from .splits import ordered, split_of_folder, split_of_path

NAME_FILES = ("classes.txt", "obj.names", "names.txt", "labels.txt")
NOT_LABELS = frozenset({*NAME_FILES, "train.txt", "val.txt", "test.txt", "requirements.txt"})
"""Text files that may lie beside images without being label files."""
SPLIT_KEYS = ("train", "val", "test")
PEEKED_FILES = 20
PEEKED_LINES = 10
PEEK = 4096


@dataclass
class YoloConfig:
    """What the YAML file says; empty without one."""

    path: str | None = None
    base: str = ""
    """Folder that the splits are relative to."""
    splits: dict[str, list[str]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    keypoints: tuple[int, int] | None = None
    """(number, numbers each) in pose datasets."""


@dataclass
class YoloImages:
    """Images to read, in order, each with its split; and the folders their labels lie in."""

    entries: list[Entry] = field(default_factory=list)
    splits: list[str | None] = field(default_factory=list)
    label_folders: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)

    def add(self, entries: list[Entry], split: str | None) -> None:
        """Add the images of a split; one that is there already stays in its first split."""
        known = {entry.path for entry in self.entries}
        for entry in entries:
            if entry.path not in known:
                self.entries.append(entry)
                self.splits.append(split or split_of_path(entry.path))


def read_config(source: Source, named: str | None) -> YoloConfig:
    """The dataset's YAML file: the one named, else the first with class names.

    Raises LABELS_INVALID when the one named is none.
    """
    if named:
        config = _parse_config(source, named)
        if config is None:
            raise VisionLensError("LABELS_INVALID", f"{named} is not a YOLO dataset file.")
        return config
    _, files = source.list()
    candidates = [e.path for e in files if e.path.lower().endswith((".yaml", ".yml"))]
    candidates.sort(key=lambda path: (path not in ("data.yaml", "dataset.yaml"), path))
    for path in candidates:
        config = _parse_config(source, path)
        if config is not None:
            return config
    return YoloConfig(names=_names_beside(source))


def _parse_config(source: Source, path: str) -> YoloConfig | None:
    try:
        with source.open(path) as file:
            content = yaml.safe_load(file.read().decode("utf-8-sig", "replace"))
    except yaml.YAMLError:
        return None
    if not isinstance(content, dict) or not ({"names", *SPLIT_KEYS} & set(content)):
        return None
    splits = {key: _listed(content.get(key)) for key in SPLIT_KEYS if content.get(key)}
    if not splits and "names" not in content:
        return None
    base = _base(source, posixpath.dirname(path), content.get("path"))
    return YoloConfig(path, base, splits, _names(content), _keypoints(content.get("kpt_shape")))


def _names(content: dict[str, Any]) -> dict[int, str]:
    names = content.get("names")
    if isinstance(names, dict):
        return {int(key): str(name) for key, name in names.items() if str(key).isdigit()}
    if isinstance(names, list):
        return {index: str(name) for index, name in enumerate(names)}
    return {}


def _keypoints(shape: Any) -> tuple[int, int] | None:
    if isinstance(shape, list) and len(shape) == 2 and all(isinstance(n, int) for n in shape):
        return shape[0], shape[1]
    return None


def _listed(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _base(source: Source, folder: str, stated: Any) -> str:
    # `path` is often that of another machine: the YAML file's own folder is then meant.
    if not isinstance(stated, str):
        return folder
    plain = posixpath.normpath(posixpath.join(folder, stated.replace("\\", "/")))
    inside = plain.removeprefix(source.location).lstrip("/")
    if plain in (source.location, "."):
        return ""
    usable = not plain.startswith("..") and (
        not plain.startswith("/") or plain.startswith(source.location + "/")
    )
    return inside if usable and source.is_dir(inside) else folder


def _names_beside(source: Source) -> dict[int, str]:
    for folder in ("", "labels"):
        for name in NAME_FILES:
            path = posixpath.join(folder, name)
            if source.stat(path) is not None:
                with source.open(path) as file:
                    lines = file.read().decode("utf-8-sig", "replace").splitlines()
                return {i: line.strip() for i, line in enumerate(lines) if line.strip()}
    return {}


def find_images(request: Request, config: YoloConfig) -> YoloImages:
    """The images of every split of the YAML file, or all when it names none."""
    found = YoloImages()
    source = request.image_source
    everything = request.image_files()
    if request.images is None:
        for split in ordered(list(config.splits)):
            for stated in config.splits[split]:
                entries = _split_entries(request, config, stated, everything)
                if entries is None:
                    message = f"{split}: {stated} is not there."
                    found.issues.append(Issue("SPLIT_MISSING", "kept", "other", split, message))
                else:
                    found.add(entries, split)
    if not found.entries:
        below = "images" if source.is_dir("images") and request.images is None else ""
        prefix = f"{below}/" if below else ""
        found.add([entry for entry in everything if entry.path.startswith(prefix)], None)
    return found


def _split_entries(
    request: Request, config: YoloConfig, stated: str, everything: list[Entry]
) -> list[Entry] | None:
    source = request.source
    for path in _possible_paths(source, config, stated):
        if source.is_dir(path):
            prefix = f"{path}/" if path else ""
            return [entry for entry in everything if entry.path.startswith(prefix)]
        if path.endswith(".txt") and source.stat(path):
            return _listed_entries(request, config, path)
    return None


def _possible_paths(source: Source, config: YoloConfig, stated: str) -> list[str]:
    plain = stated.replace("\\", "/")
    if plain.startswith(source.location + "/"):
        return [plain[len(source.location) + 1 :]]
    folder = posixpath.dirname(config.path or "")
    # Roboflow writes `../train/images` and means `train/images`.
    inner = plain.lstrip("/")
    while inner.startswith(("../", "./")):
        inner = inner.partition("/")[2]
    paths = [posixpath.normpath(posixpath.join(base, plain)) for base in (config.base, folder)]
    paths += [posixpath.normpath(posixpath.join(base, inner)) for base in (config.base, folder)]
    inside = [path for path in paths if not path.startswith(("..", "/"))]
    return ["" if path == "." else path for path in inside]


def _listed_entries(request: Request, config: YoloConfig, path: str) -> list[Entry]:
    files = request.files(request.source)
    with request.source.open(path) as file:
        lines = file.read().decode("utf-8-sig", "replace").splitlines()
    entries = []
    for line in lines:
        if not line.strip():
            continue
        beside = posixpath.join(posixpath.dirname(path), line.strip())
        options = _possible_paths(request.source, config, line.strip())
        options.append(posixpath.normpath(beside))
        known = next((option for option in options if option in files), None)
        entries.append(Entry(known or options[0], files.get(known or "", -1)))
    return entries


def label_path(image: str, root: str | None = None) -> list[str]:
    """Where the label file of an image may lie, the likeliest first.

    `root` is '' when the labels have a folder of their own (`labels=`), None otherwise.
    """
    stem = image.rpartition(".")[0]
    name = f"{posixpath.basename(stem)}.txt"
    beside = f"{stem}.txt"
    before, images, after = f"/{stem}".rpartition("/images/")
    swapped = f"{before}/labels/{after}.txt".lstrip("/") if images else None
    if root is None:
        return [swapped, beside] if swapped else [f"labels/{beside}", beside]
    folder = posixpath.basename(posixpath.dirname(stem))
    own = [after + ".txt"] if images else []
    return [*own, beside, *([swapped] if swapped else []), posixpath.join(folder, name), name]


def looks_like_labels(source: Source, paths: list[str]) -> bool:
    """Whether one of the first of these text files begins with a YOLO line among others."""
    return any(_has_label(source, path) for path in paths[:PEEKED_FILES])


def _has_label(source: Source, path: str) -> bool:
    with source.open(path) as file:
        lines = file.read(PEEK).decode("utf-8-sig", "replace").splitlines()
    rows = [line.split() for line in lines[:PEEKED_LINES]]
    return any(
        len(words) >= 5 and words[0].isdigit() and all(map(_is_number, words[1:])) for words in rows
    )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def first_labels(request: Request) -> list[str]:
    """Some label files where they usually lie, without listing everything."""
    source = request.label_source
    folders, _ = source.list()
    starts = ["labels"] if "labels" in folders else []
    for name in folders:
        if split_of_folder(name):
            starts += [f"{name}/labels", name]
    starts.append("")
    for start in starts:
        if start and not source.is_dir(start):
            continue
        inner, files = source.list(start)
        texts = _label_texts(files)
        for name in inner if start.endswith("labels") or request.labels else []:
            texts += _label_texts(source.list(posixpath.join(start, name))[1])
            if len(texts) >= PEEKED_FILES:
                break
        beside_ok = start.endswith("labels") or request.labels is not None
        if texts and (beside_ok or any(is_image(entry.path) for entry in files)):
            return texts
    return []


def _label_texts(files: list[Entry]) -> list[str]:
    paths = [entry.path for entry in files if entry.path.lower().endswith(".txt")]
    return [path for path in paths if posixpath.basename(path).lower() not in NOT_LABELS]
