"""Reads a large JSON object piece by piece, without ever holding it whole.

A text is cut at what looks like the end of an element, and the cut is proved by parsing what is
before it (about 1 GB a second): `},{` also occurs inside elements and strings. Where that fails,
brackets outside strings are counted (in numpy, some hundred MB a second).
"""

from __future__ import annotations

import codecs
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
import numpy as np

BLOCK = 1 << 20
"""Bytes read at once: what becomes of them takes 20 times as much memory. An element may be longer;
the buffer then grows."""
GLANCE = 1 << 16
"""Bytes looked at first: what is short needs no search through a whole block."""

MAX_DEPTH = 400
"""Of lists and objects in each other: what is deeper no parser takes."""

_OPEN, _CLOSE, _QUOTE = 1, 2, 3
_KINDS = np.zeros(256, dtype=np.uint8)
_KINDS[[ord("["), ord("{")]] = _OPEN
_KINDS[[ord("]"), ord("}")]] = _CLOSE
_KINDS[ord('"')] = _QUOTE
_BACKSLASH = ord("\\")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}]+")
_BLANK = b" \t\r\n"
_BETWEEN = b", \t\r\n"
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_SEPARATORS = re.compile(rb"[, \t\r\n]*")
_NEXT_OBJECT = re.compile(rb"\s*\{")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_LOOK_BACK = 16
"""Objects inside the last element that are passed over in search of its beginning."""
_AFTER = _BLANK + b"\0\x1a"
"""What some programs leave behind the end."""


class MalformedJsonError(ValueError):
    """The file is not one JSON object, or ends early."""


def find_cut(data: bytes) -> tuple[int, int]:
    """Where the text inside a list or object can be cut.

    Parameters
    ----------
    data : bytes
        Begins between two elements.

    Returns
    -------
    cut : int
        Just after the last whole list or object at this level; 0 when there is none.
    end : int
        Position of the bracket that closes this level; -1 when it is not in `data`.
    """
    return _cut_by_parsing(data) or _cut_by_counting(data)


def _cut_by_parsing(data: bytes) -> tuple[int, int] | None:
    """As `find_cut` for the elements of a list; None where it does not work out."""
    cut = _last_boundary(data)
    if not cut:
        return None
    view = memoryview(data)
    error = _parse_error(view[:cut])
    if error is None:
        return cut, -1
    # Perhaps the list ends before; the parser says about where.
    trailing = _TRAILING.search(error)
    end = data.rfind(b"]", 0, int(trailing.group(1)) + 1) if trailing else -1
    if end < 0 or _parse_error(view[:end]) is not None:
        return None
    return 0, end


def _last_boundary(data: bytes) -> int:
    """Just after the last `}` that a comma and an object follow; 0: there is none."""
    at = len(data)
    for _ in range(_LOOK_BACK):
        at = data.rfind(b"},", 0, at)
        if at < 0:
            break
        if _NEXT_OBJECT.match(data, at + 2):
            return at + 1
    return 0


def _parse_error(elements: memoryview) -> str | None:
    """Why the text is not the inside of a list; None: it is."""
    # Blanks in place of separators, so that the positions in messages stay. One copy, no more.
    text = bytearray(b"[")
    text += elements
    text += b"]"
    separators = len(_SEPARATORS.match(elements).group())  # type: ignore[union-attr]
    text[1 : 1 + separators] = b" " * separators
    try:
        _ANYTHING.decode(text)
    except msgspec.DecodeError as error:
        return str(error)
    except RecursionError:
        return "nested too deeply"
    return None


def _cut_by_counting(data: bytes) -> tuple[int, int]:
    text = np.frombuffer(data, dtype=np.uint8)
    kinds = _KINDS[text]
    positions = np.flatnonzero(kinds)
    kinds = kinds[positions]
    quotes = kinds == _QUOTE
    if b'\\"' in data:
        _unmark_escaped(text, positions, quotes)
    outside = (np.cumsum(quotes) & 1) == 0
    opens = (kinds == _OPEN) & outside
    closes = (kinds == _CLOSE) & outside
    depth = np.cumsum(opens.astype(np.int32) - closes.astype(np.int32), dtype=np.int32)
    if depth.max(initial=0) > MAX_DEPTH:
        raise MalformedJsonError(f"its lists are nested more than {MAX_DEPTH} deep")
    ending = np.flatnonzero(closes & (depth < 0))
    if ending.size:
        return 0, int(positions[ending[0]])
    whole = np.flatnonzero(closes & (depth == 0))
    return (int(positions[whole[-1]]) + 1 if whole.size else 0), -1


def _unmark_escaped(text: np.ndarray, positions: np.ndarray, quotes: np.ndarray) -> None:
    marked = np.flatnonzero(quotes)
    at = positions[marked]
    suspects = marked[(at > 0) & (text[at - 1] == _BACKSLASH)]
    for index in suspects.tolist():
        run = end = int(positions[index])
        while run > 0 and text[run - 1] == _BACKSLASH:
            run -= 1
        if (end - run) % 2:
            quotes[index] = False


def open_utf8(file: BinaryIO) -> BinaryIO:
    """The file itself, or a temporary copy in UTF-8 of one in UTF-16 or UTF-32.

    Raises ValueError when the text is broken.
    """
    head = file.read(4)
    file.seek(0)
    encoding = json.detect_encoding(head)
    if encoding.startswith("utf-8"):
        return file
    copy = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    with file:
        reader = codecs.getreader(encoding)(file)
        while text := reader.read(BLOCK):
            copy.write(text.encode("utf-8", "replace"))
    copy.seek(0)
    return copy


class JsonObjectReader:
    """Walks the members of the JSON object in a file.

    Parameters
    ----------
    file : binary file
        Seekable.
    offset : int
        Where to begin: 0, or the offset of a value that `members` reported.
    """

    def __init__(self, file: BinaryIO, offset: int = 0) -> None:
        self._file = file
        self._file.seek(offset)
        self._base = offset
        self._buffer = b""
        self._at = 0
        self._value_pending = False

    def members(self) -> Iterator[tuple[str, int]]:
        """(key, offset of its value) of each member.

        The value may be taken with `elements` or `value` before going on; else it is skipped.
        Raises MalformedJsonError.
        """
        if self._peek() == 0xEF:
            self._at += 3  # byte order mark
        self._expect(b"{")
        if self._peek() == ord("}"):
            self._end()
            return
        while True:
            self._peek()
            key = json.loads(self._match(_STRING))
            self._expect(b":")
            self._peek()
            self._value_pending = True
            yield key, self._base + self._at
            if self._value_pending:
                self._skip()
            if self._peek() == ord("}"):
                self._end()
                return
            self._expect(b",")

    def elements(self) -> Iterator[bytes]:
        """The elements of the list that comes next, as JSON lists of whole elements."""
        if self._peek() != ord("["):
            raise MalformedJsonError("a list was expected")
        for block in self._blocks():
            inner = block.strip(_BETWEEN)
            if inner:
                yield b"[" + inner + b"]"

    def value(self) -> bytes:
        """The value that comes next, whole."""
        first = self._peek()
        if first in b"[{":
            blocks = b"".join(self._blocks())
            return bytes([first]) + blocks + (b"]" if first == ord("[") else b"}")
        self._value_pending = False
        return self._match(_STRING if first == ord('"') else _SCALAR)

    def finish(self) -> list[str]:
        """Walk to the end of the object, after one of its values was taken; the keys passed over.

        Raises MalformedJsonError when the file breaks off or goes on after it.
        """
        keys = []
        while self._peek() == ord(","):
            self._at += 1
            self._peek()
            keys.append(json.loads(self._match(_STRING)))
            self._expect(b":")
            self._skip()
        self._end()
        return keys

    def _end(self) -> None:
        self._expect(b"}")
        while True:
            rest = self._buffer[self._at :].strip(_AFTER)
            if rest:
                raise MalformedJsonError("there is more after the end of the JSON object")
            self._at = len(self._buffer)
            if not self._fill():
                return

    def next_byte(self) -> int:
        """First byte of the value that comes next."""
        return self._peek()

    def _skip(self) -> None:
        if self._peek() in b"[{":
            for _ in self._blocks():
                pass
        else:
            self.value()

    def _blocks(self) -> Iterator[bytes]:
        self._value_pending = False
        self._at += 1
        size, window = BLOCK, GLANCE
        while True:
            data = self._buffer[self._at : self._at + window]
            cut, end = find_cut(data)
            if end >= 0:
                self._at += end + 1
                yield data[:end]
                return
            if cut:
                self._at += cut
                size = BLOCK
                yield data[:cut]
            if window == GLANCE:
                window = sys.maxsize
                continue
            if not self._fill(size) and not cut:
                raise MalformedJsonError("the file ends early")
            size *= 2

    def _fill(self, size: int | None = None) -> bool:
        data = self._file.read(size or BLOCK)
        self._base += self._at
        self._buffer = self._buffer[self._at :] + data
        self._at = 0
        return bool(data)

    def _peek(self) -> int:
        while True:
            rest = self._buffer[self._at : self._at + 1]
            if rest and rest not in _BLANK:
                return rest[0]
            if rest:
                self._at += 1
            elif not self._fill():
                raise MalformedJsonError("the file ends early")

    def _expect(self, character: bytes) -> None:
        if self._peek() != character[0]:
            raise MalformedJsonError(
                f"{character.decode()} was expected at byte {self._base + self._at}"
            )
        self._at += 1

    def _match(self, pattern: re.Pattern[bytes]) -> bytes:
        while True:
            match = pattern.match(self._buffer, self._at)
            if match and match.end() < len(self._buffer):
                self._at = match.end()
                return match.group()
            if not self._fill():
                raise MalformedJsonError(f"nothing readable at byte {self._base + self._at}")
