"""Text of label files, whatever wrote it."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any, BinaryIO

BLOCK = 1 << 18
LONGEST_LINE = 1 << 20
_LINE_END = re.compile(r"\r\n|\r|\n")
_BYTE_LINE_END = re.compile(rb"\r\n|\r(?!\Z)|\n")
"""A line feed may still come behind a carriage return at the end."""
_CUT = "a line of more than 1 MB"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(data: bytes) -> str:
    """UTF-8 or UTF-16 by its byte order mark, else UTF-8, else Windows-1252; never fails."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def text_lines(data: bytes) -> list[str]:
    """Lines without their ends (CR LF, LF or CR); blank ones included."""
    return _LINE_END.split(decode_text(data))


def stream_lines(file: BinaryIO) -> Iterator[str]:
    """The lines of a file as `text_lines` gives them, without holding it in memory.

    What is not UTF-8 is read as Windows-1252 line by line. A line of more than `LONGEST_LINE`
    bytes is replaced by words that say so.
    """
    block = file.read(BLOCK)
    encoding = next((name for mark, name in _MARKS if block.startswith(mark)), None)
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    rest, cut = b"", False
    while block:
        if decoder is not None:
            block = decoder.decode(block).encode("utf-8", "replace")
        *whole, rest = _BYTE_LINE_END.split(rest + block)
        for line in whole:
            yield _CUT if cut else _line(line)
            cut = False
        if len(rest) > LONGEST_LINE:
            rest, cut = b"", True
        block = file.read(BLOCK)
    yield _CUT if cut else _line(rest.removesuffix(b"\r"))


def _line(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def some(names: Collection[Any], shown: int = 10) -> str:
    """The first of many names, and how many more there are."""
    listed, more = ", ".join(map(str, islice(names, shown))), len(names) - shown
    return f"{listed} and {more:,} more" if more > 0 else listed


def folded(path: str) -> str:
    """A path for comparing without regard to case and Unicode form (macOS decomposes names)."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
