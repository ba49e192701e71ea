"""What the numbers and colours in masks mean: lists that lie beside them, in any of their shapes.

`labelmap.txt` (`name:r,g,b:parts:actions`), names line by line (`classes.txt`, also with a number
before them), colours with names (`label_colors.txt`, `class_dict.csv`), Roboflow's `_classes.csv`
(`Pixel Value, Class`), and JSON: a list of names, number -> name, name -> number, name -> colour,
or records with such members.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, NamedTuple

from visionlens_jlab.formats.records.json_files import read_json
from visionlens_jlab.formats.text.decoding import text_lines
from visionlens_jlab.formats.voc.masks import read_labelmap

Color = tuple[int, int, int]
BACKGROUND = frozenset(
    {"background", "_background_", "__ignore__", "ignore", "unlabeled", "unlabelled", "void", "bg"}
)
_NUMBER_FIRST = re.compile(r"(\d{1,5})\s*[:,\t ]\s*(\S.*)")
_COLOR_FIRST = re.compile(r"(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\S.*)")
_COLOR_LAST = re.compile(r"(.*\S)[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")
_WORD = re.compile(
    r"(label|class|color|colour|palette|categor|id2label|names|legend)[\w-]*\.(txt|csv|json|names)"
)


class ClassList(NamedTuple):
    """Names by number, and by colour; either may be empty."""

    numbers: dict[int, str]
    colors: dict[Color, str]

    @property
    def names(self) -> list[str]:
        """All of them but the background, in their order."""
        listed = [*self.numbers.values(), *self.colors.values()]
        return [name for name in dict.fromkeys(listed) if name.lower() not in BACKGROUND]


EMPTY = ClassList({}, {})


def may_list_classes(path: str) -> bool:
    """Whether a file has the name of such a list."""
    name = posixpath.basename(path).lower()
    return name in ("_classes.csv", "obj.names") or _WORD.fullmatch(name) is not None


def read_class_list(path: str, data: bytes) -> ClassList:
    """The list in a file; empty: it is none."""
    if path.lower().endswith(".json"):
        try:
            return _of_json(read_json(data))
        except ValueError:
            return EMPTY
    colors = {color: name for color, name in read_labelmap(data).items() if max(color) <= 255}
    if colors:
        return ClassList({}, colors)
    lines = [line.strip() for line in text_lines(data)]
    lines = [line for line in lines if line and not line.startswith("#")]
    return _of_lines(lines)


def _of_lines(lines: list[str]) -> ClassList:
    found = ClassList({}, {})
    rest = [line for line in lines if not _take_color(line, found.colors)]
    if found.colors:
        return found  # what is left is a heading
    numbered = [_NUMBER_FIRST.fullmatch(line) for line in rest]
    if any(numbered) and all(numbered[1:]):
        named = {int(match[1]): match[2].strip() for match in numbered if match}
        return ClassList(named, {})
    return ClassList({number: line.strip("\"' ,") for number, line in enumerate(rest)}, {})


def _take_color(line: str, colors: dict[Color, str]) -> bool:
    for pattern, order in ((_COLOR_FIRST, (1, 2, 3, 4)), (_COLOR_LAST, (2, 3, 4, 1))):
        match = pattern.fullmatch(line)
        if match is None:
            continue
        red, green, blue, name = (match[group] for group in order)
        color = int(red), int(green), int(blue)
        if max(color) <= 255:
            colors[color] = name.strip("\"' ,\t")
            return True
    return False


def _of_json(content: Any) -> ClassList:
    found = ClassList({}, {})
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list) and value]
        if len(content) <= 3 and lists and isinstance(lists[0][0], dict | str):
            content = lists[0]
    if isinstance(content, dict):
        for key, value in content.items():
            _take_pair(str(key), value, found)
    elif isinstance(content, list):
        for number, one in enumerate(content):
            _take_record(number, one, found)
    return found


def _take_pair(key: str, value: Any, found: ClassList) -> None:
    color = _color(value)
    if color is not None:
        found.colors[color] = key
    elif key.isdecimal() and len(key) < 6 and isinstance(value, str):
        found.numbers[int(key)] = value
    elif type(value) is int and 0 <= value < 1 << 16 and not key.isdecimal():
        found.numbers[value] = key
    elif isinstance(value, dict):
        _take_record(
            int(key) if key.isdecimal() and len(key) < 6 else None, {"name": key, **value}, found
        )


def _take_record(number: int | None, one: Any, found: ClassList) -> None:
    if isinstance(one, str):
        if number is not None:
            found.numbers[number] = one
        return
    if not isinstance(one, dict):
        return
    name = next(
        (one[key] for key in ("name", "label", "class", "title") if isinstance(one.get(key), str)),
        None,
    )
    color = next((c for key in ("color", "colour", "rgb") if (c := _color(one.get(key)))), None)
    stated = next(
        (
            one[key]
            for key in ("id", "value", "index", "trainId")
            if type(one.get(key)) is int and 0 <= one[key] < 1 << 16
        ),
        number,
    )
    if name is not None and color is not None:
        found.colors[color] = name
    elif name is not None and stated is not None:
        found.numbers[stated] = name


def _color(value: Any) -> Color | None:
    if isinstance(value, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        red, green, blue = bytes.fromhex(value[1:])
        return red, green, blue
    if not isinstance(value, list) or len(value) not in (3, 4):
        return None
    if not all(type(part) is int and 0 <= part <= 255 for part in value):
        return None
    red, green, blue = value[:3]
    return red, green, blue
