"""The dataset file of a YOLO dataset: `data.yaml`, darknet's `obj.data`, or a list of names."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ClassEntry, Issue
from visionlens_jlab.formats.folder_names import split_of_folder
from visionlens_jlab.formats.listing import is_file
from visionlens_jlab.formats.text.decoding import decode_text, text_lines
from visionlens_jlab.formats.text.yaml_values import MAX_BYTES, parse_yaml
from visionlens_jlab.media.sources import Source

NAME_FILES = ("classes.txt", "obj.names", "names.txt", "labels.txt", "predefined_classes.txt")
NOT_LABELS = frozenset(
    {*NAME_FILES, "train.txt", "val.txt", "valid.txt", "test.txt", "trainval.txt"}
    | {"requirements.txt", "readme.txt", "license.txt", "readme.roboflow.txt"}
    | {"readme.dataset.txt", "notes.txt"}
)
"""Text files that may lie beside images without being label files."""
USUAL = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml", "obj.data")
MAX_CLASSES = 100_000
MAX_PLACES = 2000
"""Folders and lists of images that one file may name."""
LONGEST_PATH = 4096
DEEPEST_PATH = 40
"""So many folders deep a path's end is looked for."""
_SUFFIXES = (".yaml", ".yml", ".data")


@dataclass
class YoloConfig:
    """What the dataset file says; empty without one."""

    path: str | None = None
    names_path: str | None = None
    """The file of names, where the names are in one of their own."""
    stated_base: str = ""
    """The YAML key `path`: what the splits are relative to."""
    splits: dict[str, list[str]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    listed: bool = True
    """Whether classes that are not in `names` are worth a word in the report."""
    task: str | None = None
    """What the lines hold, where the file says it: detect, segment, obb or pose."""
    keypoints: tuple[int, int] | None = None
    """(number, numbers each) in pose datasets."""
    keypoint_names: dict[int, list[str]] = field(default_factory=dict)
    """By class number."""
    issues: list[Issue] = field(default_factory=list)

    def classes(self) -> list[ClassEntry]:
        """The classes in order of their numbers; a name that occurs again is noted."""
        entries: dict[str, ClassEntry] = {}
        for number, name in sorted(self.names.items()):
            if name in entries:
                message = f"Class {number} has the name of class {entries[name].source_id}."
                self.note("CLASS_DUPLICATE", "repaired", name, message)
            else:
                points = self.keypoint_names.get(number)
                entries[name] = ClassEntry(name, str(number), keypoints=points)
        return list(entries.values())

    def note(self, code: str, action: Any, item: str, message: str) -> None:
        """Add an item to the report."""
        self.issues.append(Issue(code, action, "other", item, message))


def is_config(path: str) -> bool:
    """Whether a file's name may be that of a dataset file."""
    return path.lower().endswith(_SUFFIXES)


def read_config(source: Source, named: str | None) -> YoloConfig:
    """The dataset file: the one named, else the first that is one.

    Raises LABELS_INVALID when the one named is none.
    """
    if named:
        try:
            config = _parse(source, named)
        except ValueError as error:
            message = f"{named} cannot be read: {error}."
            raise VisionLensError("LABELS_INVALID", message) from error
        if config is None:
            raise VisionLensError("LABELS_INVALID", f"{named} is not a YOLO dataset file.")
        return config
    broken: list[Issue] = []
    for path in _candidates(source):
        try:
            config = _parse(source, path)
        except ValueError as error:
            if posixpath.basename(path).lower() in USUAL:
                message = f"The file cannot be read: {error}; the folders tell the splits."
                broken.append(Issue("CONFIG_INVALID", "skipped", "other", path, message))
            continue
        if config is not None:
            config.issues = broken + config.issues
            return config
    beside = _names_beside(source)
    names = {} if beside is None else _names_in(source, beside)
    return YoloConfig(names_path=beside, names=names, issues=broken)


def _candidates(source: Source) -> list[str]:
    folders, files = source.list()
    found = [entry.path for entry in files if is_config(entry.path)]
    for folder in [] if found else folders:
        _, files = source.list(folder)
        found += [e.path for e in files if posixpath.basename(e.path).lower() in USUAL]
    return sorted(found, key=lambda path: (posixpath.basename(path).lower() not in USUAL, path))


def _parse(source: Source, path: str) -> YoloConfig | None:
    with source.open(path) as file:
        data = file.read(MAX_BYTES + 1)
    if path.lower().endswith(".data"):
        return _parse_darknet(source, path, data)
    content, doubled = parse_yaml(decode_text(data))
    if not isinstance(content, dict):
        return None
    config = YoloConfig(path, splits=_splits(content))
    if not config.splits and not {"names", "nc"} & set(content):
        return None
    _bound_places(config)
    if isinstance(base := content.get("path"), str):
        config.stated_base = base.strip()
    for key in dict.fromkeys(doubled):
        message = f"The key {key} occurs twice; the later value counts."
        config.note("VALUE_INVALID", "kept", path, message)
    _take_names(config, source, content)
    task = content.get("task")
    config.task = task.strip().lower() if isinstance(task, str) else None
    config.keypoints = _keypoints(content.get("kpt_shape"))
    config.keypoint_names = _keypoint_names(content.get("kpt_names"), config)
    return config


def _parse_darknet(source: Source, path: str, data: bytes) -> YoloConfig | None:
    pairs = [line.partition("#")[0].partition("=") for line in text_lines(data)]
    content = {key.strip().lower(): value.strip() for key, _, value in pairs if value.strip()}
    config = YoloConfig(path, splits=_splits(content))
    if not config.splits and not {"names", "classes"} & set(content):
        return None
    named = content.get("names", "")
    for name in (*_tails(named), posixpath.splitext(path)[0] + ".names"):
        if name and is_file(source, name):
            config.names, config.names_path = _names_in(source, name), name
            return config
    config.names = _numbered(content.get("classes"))
    if named:
        config.note(
            "CONFIG_INVALID", "kept", path, f"The file of names {named[:200]} is not there."
        )
    return config


def _tails(stated: str) -> list[str]:
    """`data/obj.names` -> itself, `obj.names`: darknet's paths begin where it was started."""
    if len(stated) > LONGEST_PATH:
        return []
    parts = [part for part in stated.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return ["/".join(parts[start:]) for start in range(len(parts))][-DEEPEST_PATH:]


def _splits(content: dict[str, Any]) -> dict[str, list[str]]:
    splits: dict[str, list[str]] = {}
    for key, value in content.items():
        split = split_of_folder(key)
        places = list(_flat(value)) if split else []
        if split and places:
            splits.setdefault(split, []).extend(places)
    return splits


def _bound_places(config: YoloConfig) -> None:
    stated = sum(map(len, config.splits.values()))
    room = MAX_PLACES
    for split, places in config.splits.items():
        config.splits[split] = places[:room]
        room -= len(config.splits[split])
    if stated > MAX_PLACES:
        message = f"It names {stated} places of images; only the first {MAX_PLACES} were read."
        config.note("CONFIG_INVALID", "kept", config.path or "", message)


def _flat(value: Any) -> list[str]:
    if isinstance(value, list):
        return [place for item in value for place in _flat(item)]
    return [value.strip()] if isinstance(value, str) and value.strip() else []


def _take_names(config: YoloConfig, source: Source, content: dict[str, Any]) -> None:
    names, path = content.get("names"), config.path or ""
    if isinstance(names, dict):
        config.names = _names_of_mapping(names)
    elif isinstance(names, list):
        config.names = dict(enumerate(_texts(names)))
    elif isinstance(names, str) and names.strip():
        files = [name for name in _tails(names) if is_file(source, name)]
        if files and "." in files[0]:
            config.names, config.names_path = _names_in(source, files[0]), files[0]
        else:
            config.names = dict(enumerate(part.strip() for part in names.split(",")))
    config.names = {number: name or str(number) for number, name in config.names.items()}
    count = content.get("nc")
    if not config.names:
        config.names = _numbered(count)
    elif isinstance(count, str) and count.strip() != str(len(config.names)):
        message = f"nc is {count}, but there are {len(config.names)} names."
        config.note("VALUE_INVALID", "kept", path, message)


def _names_of_mapping(names: dict[str, Any]) -> dict[int, str]:
    texts = dict(zip(names, _texts(list(names.values())), strict=True))
    if any(_is_number(key) for key in texts) or not all(map(_is_number, texts.values())):
        return {int(key): name for key, name in texts.items() if _is_number(key)}
    return {int(number): name for name, number in texts.items()}


def _texts(values: list[Any]) -> list[str]:
    return [value.strip() if isinstance(value, str) else "" for value in values]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _numbered(count: Any) -> dict[int, str]:
    if not isinstance(count, str) or not _is_number(count) or int(count) > MAX_CLASSES:
        return {}
    return {number: str(number) for number in range(int(count))}


def _keypoints(shape: Any) -> tuple[int, int] | None:
    if isinstance(shape, list) and len(shape) == 2 and all(_is_number(str(n)) for n in shape):
        count, each = int(shape[0]), int(shape[1])
        return (count, each) if count > 0 and each in (2, 3) else None
    return None


def _keypoint_names(stated: Any, config: YoloConfig) -> dict[int, list[str]]:
    """`kpt_names`: one list for all classes, or a list for each class number."""
    if isinstance(stated, list) and stated and all(isinstance(name, str) for name in stated):
        return dict.fromkeys(config.names, stated)
    if isinstance(stated, dict):
        named = {int(key): value for key, value in stated.items() if _is_number(key)}
        return {key: _texts(value) for key, value in named.items() if isinstance(value, list)}
    return {}


def _names_beside(source: Source) -> str | None:
    for folder in ("", "labels", "annotations"):
        for name in NAME_FILES:
            path = posixpath.join(folder, name)
            if is_file(source, path):
                return path
    return None


def _names_in(source: Source, path: str) -> dict[int, str]:
    with source.open(path) as file:
        lines = text_lines(file.read(MAX_BYTES))
    while lines and not lines[-1].strip():
        lines.pop()
    return {i: line.strip() or str(i) for i, line in enumerate(lines)}
