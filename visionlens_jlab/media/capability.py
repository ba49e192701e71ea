"""What the capability `media` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability

CAPABILITY = Capability(
    name="media",
    routes=(
        "visionlens_jlab.media.routes.images:ROUTES",
        "visionlens_jlab.media.routes.crops:ROUTES",
    ),
)
