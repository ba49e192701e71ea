"""What jobs bring of pixels, written with their pieces."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.catalog.staging import column, staged
from visionlens_jlab.core.fields.builtin import measures
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.media.capability import THUMBNAILS

_MEDIA_TYPES: dict[str, pa.DataType] = {
    "sample_id": pa.uint32(),
    "content_hash": pa.string(),
    "thumb_offset": pa.int64(),
    "thumb_length": pa.int32(),
    "thumb_width": pa.int32(),
    "thumb_height": pa.int32(),
    "dominant_color": pa.uint32(),
}


def write_media(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """What was read from the pixels; offsets are into the pack of the same piece."""
    table, placed = piece.tables["media"], files.name(THUMBNAILS)
    if not table.num_rows:
        return
    if "thumb_offset" not in table.column_names:  # shown before, now known to be whole
        with staged(cursor, table) as name:
            cursor.execute(
                f"UPDATE sample SET content_hash = p.content_hash FROM {name} p "
                "WHERE p.sample_id = sample.sample_id"
            )
        return
    pack = None if placed is None else Path(placed).name
    columns = {name: column(table, name, type_) for name, type_ in _MEDIA_TYPES.items()}
    measured = [field.name for field in measures() if field.name in table.column_names]
    columns |= {name: column(table, name, pa.float64()) for name in measured}
    assigned = "".join(f", {quote(name)} = p.{quote(name)}" for name in measured)
    with staged(cursor, pa.table(columns)) as name:
        cursor.execute(
            f"""
            UPDATE sample SET
                content_hash = p.content_hash,
                thumb_pack = CASE WHEN p.thumb_offset IS NULL THEN NULL ELSE ? END,
                thumb_offset = p.thumb_offset, thumb_length = p.thumb_length,
                thumb_width = p.thumb_width, thumb_height = p.thumb_height,
                dominant_color = CASE WHEN p.dominant_color IS NULL THEN NULL
                                 ELSE printf('#%06x', p.dominant_color) END{assigned}
            FROM {name} p WHERE p.sample_id = sample.sample_id
            """,
            [pack],
        )
