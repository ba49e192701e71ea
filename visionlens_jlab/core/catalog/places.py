"""Where the thumbnails of samples lie, as their rows tell, and the keys of their pictures."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence

_PLACES_KEPT = 20_000


def version_key(pack: str | None, offset: int | None) -> str | None:
    """The version key of a thumbnail, safe in an address; None: no thumbnail."""
    if pack is None or offset is None:
        return None
    return hashlib.blake2s(f"{pack}:{offset}".encode(), digest_size=8).hexdigest()


def crop_key(thumbnail: str | None, box: Sequence[float]) -> str | None:
    """Changes with the image (told by its thumbnail's key) and the box; None: no picture of it."""
    if thumbnail is None or not box:
        return None
    text = f"{thumbnail}:{[float(side) for side in box]}"
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


class Places:
    """Where the thumbnails of tiles lie that were asked for lately; safe for threads.

    A place is given out only under its version key, which names pack and offset: whoever knows it
    means these bytes, so no commit makes a place wrong.
    """

    def __init__(self, kept: int = _PLACES_KEPT) -> None:
        self._places: OrderedDict[int, tuple[str, int, int, str]] = OrderedDict()
        self._kept = kept
        self._lock = threading.Lock()

    def remember(
        self, sample_id: int, pack: str | None, offset: int | None, length: int | None
    ) -> str | None:
        """Keep a sample's place; its version key, None without a thumbnail."""
        version = version_key(pack, offset)
        if version is None or pack is None or offset is None or length is None:
            return version
        with self._lock:
            self._places[sample_id] = (pack, offset, length, version)
            self._places.move_to_end(sample_id)
            if len(self._places) > self._kept:
                self._places.popitem(last=False)
        return version

    def find(self, sample_id: int, version: str) -> tuple[str, int, int] | None:
        """Pack, offset and length of a sample's thumbnail, if they are known under this key."""
        place = self._places.get(sample_id)
        return place[:3] if place is not None and place[3] == version else None

    def forget(self) -> None:
        """Start anew."""
        with self._lock:
            self._places.clear()
