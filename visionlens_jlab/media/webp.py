"""What a WebP file says before its pixels.

Pillow takes the memory of the whole picture, twice, only to tell its size.
"""

from __future__ import annotations

HEAD_BYTES = 30
"""Enough to tell the size."""
CANVAS_BYTES = 8
"""That Pillow takes for each pixel when it opens the file."""


def webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height by a file's first bytes; None: it is no WebP."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None

    def number(start: int, count: int) -> int:
        return int.from_bytes(head[start : start + count], "little")

    kind = head[12:16]
    if kind == b"VP8X":
        return number(24, 3) + 1, number(27, 3) + 1
    if kind == b"VP8L":
        return (number(21, 4) & 0x3FFF) + 1, (number(21, 4) >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(head) >= HEAD_BYTES:
        return number(26, 2) & 0x3FFF, number(28, 2) & 0x3FFF
    return None
