"""A lens as a small static picture: a contact sheet and one line of text."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING

from visionlens_jlab.core.workspace.shapes import Workspace

if TYPE_CHECKING:
    from PIL.Image import Image

TILES = 24
COLUMNS = 8
TILE = (104, 78)
GAP = 4
TRANSPARENT = (0, 0, 0, 0)
EMPTY = (224, 224, 224)
LARGEST = 100_000
QUALITIES = (75, 55, 35, 15)


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

    if data is not None:
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


def header(workspace: Workspace) -> str:
    """`347 of 1,000 samples, 12 selected`, as every panel says it."""
    return (
        f"{workspace.count:,} of {workspace.total:,} {workspace.view.level},"
        f" {workspace.selection.count:,} selected"
    )


def to_html(name: str, workspace: Workspace, sheet: bytes | None) -> str:
    """The picture as HTML that needs nothing else; what users typed is escaped."""
    predicate = f" <code>{escape(workspace.predicate)}</code>" if workspace.predicate else ""
    image = (
        f'<img alt="{escape(header(workspace))}" style="max-width:100%;border-radius:4px"'
        f' src="data:image/webp;base64,{base64.b64encode(sheet).decode()}">'
        if sheet
        else ""
    )
    return (
        '<div style="font-family:sans-serif;font-size:13px">'
        f'<div style="margin:4px 0"><b>{escape(name)}</b> {header(workspace)}{predicate}</div>'
        f"{image}</div>"
    )
