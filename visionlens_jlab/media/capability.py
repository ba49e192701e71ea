"""What the capability `media` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, PieceFile, PieceKind

FOLDER = "thumbnails"
"""Of its files, below the dataset's."""
THUMBNAILS = "thumbnails.pack"
TILES = "tiles"
"""Folder of large images' tiles, below the data directory."""

CAPABILITY = Capability(
    name="media",
    pieces=(
        PieceKind(
            name="media",
            tables=("media",),
            files=(PieceFile(THUMBNAILS, ".pack"),),
            folder=FOLDER,
            write="visionlens_jlab.media.store.pieces:write_media",
            of_ingest=True,
        ),
    ),
    plugin="visionlens_jlab.media.plugin",
    files="visionlens_jlab.media.store.stored_files:ThumbnailFiles",
    routes=(
        "visionlens_jlab.media.routes.images:ROUTES",
        "visionlens_jlab.media.routes.crops:ROUTES",
        "visionlens_jlab.media.routes.tiles:ROUTES",
        "visionlens_jlab.media.routes.display:ROUTES",
    ),
)
