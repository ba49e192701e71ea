"""Text of label files, whatever wrote it."""

from __future__ import annotations

import codecs
import re
import unicodedata

_LINE_END = re.compile(r"\r\n|\r|\n")
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


def folded(path: str) -> str:
    """A path for comparing without regard to case and Unicode form (macOS decomposes names)."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()
