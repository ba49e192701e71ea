"""Lists of classes beside files of images: a name a line, JSON, or a label map of TensorFlow."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from typing import Any

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.request import Request
from visionlens_jlab.formats.text.decoding import decode_text

LINES = ("classes.txt", "classnames.txt", "class_names.txt", "labels.txt", "names.txt")
JSON = ("classes.json", "classnames.json", "class_names.json", "labels.json")
_LARGEST = 16 << 20


def class_names(request: Request, shard: str, suffix: str = "") -> dict[int, str]:
    """Names by number from the list nearest above a file; empty: there is none.

    `suffix`: of the files that are looked for, such as `.pbtxt`; else those of `LINES` and `JSON`.
    """
    known: dict[tuple[str, str], dict[int, str]] = request.notes.setdefault("class_lists", {})  # type: ignore[assignment]
    folder = posixpath.dirname(shard)
    while True:
        key = folder, suffix
        if key not in known:
            known[key] = _in_folder(request, folder, suffix)
        if known[key] or not folder:
            return known[key]
        folder = posixpath.dirname(folder)


def _in_folder(request: Request, folder: str, suffix: str) -> dict[int, str]:
    source = request.image_source
    try:
        _, files = source.list(folder)
    except VisionLensError:
        return {}
    for entry in files:
        name = posixpath.basename(entry.path).lower()
        wanted = name.endswith(suffix) if suffix else name in (*LINES, *JSON)
        if not wanted or entry.bytes > _LARGEST:
            continue
        read: Callable[[str], dict[int, str]] = _lines
        if suffix == ".pbtxt":
            read = label_map
        elif name in JSON:
            read = _json
        try:
            with source.open(entry.path) as file:
                found = read(decode_text(file.read(_LARGEST)))
        except (ValueError, OSError, RecursionError, VisionLensError):
            continue  # the account names what nobody reads
        if found:
            request.note_read(source, entry.path)
            return found
    return {}


def _lines(content: str) -> dict[int, str]:
    lines = [line.strip() for line in content.lstrip("\ufeff").splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return {number: line for number, line in enumerate(lines) if line}


def _json(content: str) -> dict[int, str]:
    """A list of names, or names by number, or numbers by name."""
    found: Any = json.loads(content.lstrip("\ufeff"))
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return dict(enumerate(found))
    if not isinstance(found, dict):
        return {}
    if all(isinstance(one, str) for one in found.values()):
        return {int(key): value for key, value in found.items() if key.isdecimal()}
    if all(type(one) is int for one in found.values()):
        return {value: key for key, value in found.items()}
    return {}


_ITEM = re.compile(r"\bitem\s*:?\s*\{((?:[^{}\"']|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')*)\}")
_MEMBER = re.compile(r"\b(id|name|display_name)\s*:\s*(\d+|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')")


def label_map(content: str) -> dict[int, str]:
    """Names by number of a label map in text form; a name for people goes before a code."""
    found: dict[int, str] = {}
    plain = re.sub(r"^\s*#.*$", "", content, flags=re.MULTILINE)
    for item in _ITEM.finditer(plain):
        members = dict(_MEMBER.findall(item[1]))
        name = members.get("display_name") or members.get("name")
        if name and members.get("id", "").isdecimal():
            found[int(members["id"])] = unquoted(name)
    return found


def unquoted(value: str) -> str:
    """A text as protocol buffers quote it."""
    inner = value[1:-1] if value[:1] in "\"'" else value
    return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), inner)


def quoted(value: str) -> str:
    """The other way round."""
    plain = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
