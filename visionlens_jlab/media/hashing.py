"""Content identity."""

from __future__ import annotations

from blake3 import blake3


def content_hash(data: bytes) -> str:
    """BLAKE3 of a file's bytes: 64 hexadecimal digits."""
    return str(blake3(data).hexdigest())
