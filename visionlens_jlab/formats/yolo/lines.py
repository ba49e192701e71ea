"""Lines of YOLO label files; all coordinates are fractions of the upright image.

Numbers after the class, by task:

- detect: `cx cy w h [confidence [track]]`;
- segment: `x1 y1 x2 y2 x3 y3 ... [confidence]`, and boxes as in detect;
- obb: `x1 y1 x2 y2 x3 y3 x4 y4 [confidence]`, and boxes as in detect;
- pose: `cx cy w h`, then x, y (and visibility) of each keypoint, `[confidence]`.

Numbers stand apart by white space, commas or semicolons; `#` begins a comment. Where each of
five or more words is a number with one comma (`0 0,5 0,5 0,2 0,2`), it is the decimal comma.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from visionlens_jlab.core.geometry.shapes import bounding_box, polygon_area

Task = Literal["detect", "segment", "obb", "pose"]
_DECIMAL_COMMA = re.compile(r"-?\d+(,\d+)?")
_SEPARATORS = re.compile(r"[,;]")


class Layout(NamedTuple):
    """How lines are read.

    `keypoints`: number of keypoints and numbers for each; `ids`: class name -> number, for lines
    that begin with a name.
    """

    task: Task = "segment"
    keypoints: tuple[int, int] | None = None
    ids: Mapping[str, int] = {}


class Line(NamedTuple):
    """One label in fractions of the image; `box` is x, y, w, h with the top left corner.

    `area` is that of the polygon in square fractions, NaN for a box. `extra` are columns that
    mean nothing known; `inverted`: width or height was negative and lost its sign.
    """

    class_id: int
    kind: str
    box: tuple[float, float, float, float]
    confidence: float = math.nan
    shape: list[float] | None = None
    area: float = math.nan
    track: int | None = None
    extra: str = ""
    inverted: bool = False


def split_words(text: str) -> list[str]:
    """The words of a line without its comment; [] for a line that holds none."""
    if "#" in text:
        text = text.partition("#")[0]
    if "," not in text and ";" not in text:
        return text.split()
    words = text.split()
    if len(words) >= 5 and all(map(_DECIMAL_COMMA.fullmatch, words)):
        return text.replace(",", ".").split()
    return _SEPARATORS.sub(" ", text).split()


def parse_line(words: Sequence[str], layout: Layout) -> Line:
    """Parse the words of one line. Raises ValueError with the reason."""
    class_id = _class_id(words[0], layout.ids)
    numbers, extra = _numbers(words[1:])
    if layout.task == "pose":
        line = _pose(class_id, numbers, layout.keypoints)
    elif len(numbers) in (4, 5) or layout.task == "detect" or _is_tracked(numbers):
        line = _detection(class_id, numbers)
    else:
        line = _outline(class_id, numbers, layout.task)
    return line._replace(extra=" ".join([*line.extra.split(), *extra])) if extra else line


def _class_id(word: str, ids: Mapping[str, int]) -> int:
    try:
        number = float(word)
    except ValueError:
        if word in ids:
            return ids[word]
        raise ValueError(f"{word} is neither a class number nor one of the names") from None
    if not number.is_integer():
        raise ValueError(f"{word} is not a class number")
    return int(number)


def _numbers(words: Sequence[str]) -> tuple[list[float], Sequence[str]]:
    """Numbers up to the first word that is none, and the words from there on."""
    numbers: list[float] = []
    for index, word in enumerate(words):
        try:
            number = float(word)
        except ValueError:
            if index < 4:
                raise ValueError(f"{word} is not a number") from None
            return numbers, words[index:]
        if not math.isfinite(number):
            raise ValueError(f"{word} is not finite")
        numbers.append(number)
    return numbers, ()


def _is_tracked(numbers: list[float]) -> bool:
    # Six coordinates of a triangle and box, confidence, track differ by the track's number.
    return len(numbers) == 6 and numbers[5] > 1 and numbers[5].is_integer()


def _detection(class_id: int, numbers: list[float]) -> Line:
    if len(numbers) < 4:
        raise ValueError(f"{len(numbers)} numbers after the class are no box")
    cx, cy, w, h = numbers[:4]
    inverted = w < 0 or h < 0
    if inverted:
        w, h = abs(w), abs(h)
    box = cx - w / 2, cy - h / 2, w, h
    if len(numbers) == 4 and not inverted:
        return Line(class_id, "box", box)
    if len(numbers) > 6 and not 0 <= numbers[4] <= 1:  # neither confidence nor track: see yolo_task
        return Line(class_id, "box", box, extra=" ".join(map(repr, numbers[4:])), inverted=inverted)
    confidence = numbers[4] if len(numbers) > 4 else math.nan
    track = None
    rest = numbers[5:]
    if rest and rest[0].is_integer() and rest[0] >= 0:
        track, rest = int(rest[0]), rest[1:]
    extra = " ".join(map(repr, rest))
    return Line(class_id, "box", box, confidence, None, math.nan, track, extra, inverted)


def _outline(class_id: int, numbers: list[float], task: Task) -> Line:
    confidence = math.nan
    if len(numbers) >= 7 and len(numbers) % 2 and 0 <= numbers[-1] <= 1:
        confidence, numbers = numbers[-1], numbers[:-1]
    around = bounding_box([numbers])
    if len(numbers) < 6 or len(numbers) % 2 or around is None:
        raise ValueError(f"{len(numbers)} numbers after the class are neither a box nor a polygon")
    kind = "oriented_box" if task == "obb" and len(numbers) == 8 else "polygon"
    return Line(class_id, kind, around, confidence, numbers, polygon_area(numbers))


def _pose(class_id: int, numbers: list[float], keypoints: tuple[int, int] | None) -> Line:
    line = _detection(class_id, numbers[:4])
    if len(numbers) == 5:
        return line._replace(confidence=numbers[4])
    count, each = keypoints or _guessed(numbers)
    end = 4 + count * each
    if len(numbers) in (end, end + 1):
        confidence = numbers[end] if len(numbers) > end else math.nan
        shape = _triples(numbers[4:end], each)
        if not any(shape):  # all must have as many columns, also what has no keypoints
            return line._replace(confidence=confidence)
        return line._replace(kind="keypoints", shape=shape, confidence=confidence)
    return line._replace(extra=" ".join(map(repr, numbers[4:])))


def _guessed(numbers: list[float]) -> tuple[int, int]:
    rest = numbers[4:]
    if len(rest) % 3 == 0 and (len(rest) % 2 or set(rest[2::3]) <= {0.0, 1.0, 2.0}):
        return len(rest) // 3, 3
    return len(rest) // 2, 2


def _triples(numbers: list[float], each: int) -> list[float]:
    shape: list[float] = []
    for start in range(0, len(numbers), each):
        x, y = numbers[start : start + 2]
        visible = numbers[start + 2] if each > 2 else 2.0 if (x, y) != (0.0, 0.0) else 0.0
        shape += [x, y, visible]
    return shape
