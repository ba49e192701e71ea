"""Pictures of samples, as a notebook asks for them and shows them."""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from visionlens_jlab.core.notebook.backend import BackendPart, DatasetBackend, Remote
from visionlens_jlab.core.notebook.lens import TILES
from visionlens_jlab.media.shapes import ThumbnailsRequest

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS = 8
TILE = (104, 78)
GAP = 4
TRANSPARENT = (0, 0, 0, 0)
EMPTY = (224, 224, 224)
LARGEST = 100_000
QUALITIES = (75, 55, 35, 15)


class ImagesBackend(Protocol):
    """Images of one dataset."""

    def pictures(self, samples: Sequence[int]) -> list[bytes]:
        """A WebP image of each sample, empty where there is none; 200 at most."""
        ...


class RemoteImages(Remote):
    """Images over the REST API."""

    def pictures(self, samples: Sequence[int]) -> list[bytes]:
        """A WebP image of each sample, empty where there is none; 200 at most."""
        request = ThumbnailsRequest(samples=list(samples), versions=[""] * len(samples))
        body = self.ask_bytes(request, "thumbnails")
        lengths = struct.unpack_from(f"<{len(samples)}I", body)
        rest = memoryview(body)[4 * len(samples) :]
        starts = itertools.accumulate(lengths, initial=0)
        return [
            bytes(rest[start : start + length])
            for start, length in zip(starts, lengths, strict=False)
        ]


IMAGES: BackendPart[ImagesBackend] = BackendPart(
    "visionlens_jlab.media.store.images:Images", RemoteImages
)


def pictures_of(backend: DatasetBackend, samples: Sequence[int]) -> bytes | None:
    """Some samples as a contact sheet; None: there is nothing to show."""
    return contact_sheet(backend.part(IMAGES).pictures(samples[:TILES])) if samples else None


def contact_sheet(thumbnails: Sequence[bytes | None]) -> bytes | None:
    """Up to 24 images side by side as one WebP of less than 100 kB; None when there are none.

    An image that is missing or unreadable leaves an empty tile.
    """
    from PIL import Image

    shown = thumbnails[:TILES]
    if not shown:
        return None
    columns = min(COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    size = (columns * (TILE[0] + GAP) + GAP, rows * (TILE[1] + GAP) + GAP)
    sheet = Image.new("RGBA", size, TRANSPARENT)
    for place, data in enumerate(shown):
        row, column = divmod(place, columns)
        corner = (GAP + column * (TILE[0] + GAP), GAP + row * (TILE[1] + GAP))
        sheet.paste(_tile(data), corner)
    return _encode(sheet)


def _tile(data: bytes | None) -> Image:
    from PIL import Image, ImageOps

    from visionlens_jlab.media.headers import UnreadableImageError
    from visionlens_jlab.media.thumbnails import open_thumbnail

    if data:
        with suppress(UnreadableImageError):
            return ImageOps.fit(open_thumbnail(data).convert("RGB"), TILE)
    return Image.new("RGB", TILE, EMPTY)


def _encode(sheet: Image) -> bytes:
    for quality in QUALITIES:
        buffer = io.BytesIO()
        sheet.save(buffer, "WEBP", quality=quality)
        if buffer.tell() < LARGEST:
            break
    return buffer.getvalue()
