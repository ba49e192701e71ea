"""Where a sample's thumbnail lies."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

FOLDER = "thumbnails"


class Thumbnail(NamedTuple):
    """A WebP image inside a pack file: `length` bytes from `offset`."""

    pack: Path
    offset: int
    length: int
    version: str
    """Changes whenever the bytes may have changed."""


def version_key(pack: str | None, offset: int | None) -> str | None:
    """The version key of a thumbnail, safe in an address; None: no thumbnail."""
    if pack is None or offset is None:
        return None
    return hashlib.blake2s(f"{pack}:{offset}".encode(), digest_size=8).hexdigest()
