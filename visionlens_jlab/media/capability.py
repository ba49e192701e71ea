"""What the capability `media` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability

CAPABILITY = Capability(
    name="media",
    plugin="visionlens_jlab.media.plugin",
    files="visionlens_jlab.media.store.stored_files:ThumbnailFiles",
    routes=(
        "visionlens_jlab.media.routes.images:ROUTES",
        "visionlens_jlab.media.routes.crops:ROUTES",
    ),
)
