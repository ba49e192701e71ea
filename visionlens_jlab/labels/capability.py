"""What the capability `labels` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability

CAPABILITY = Capability(
    name="labels",
    routes=("visionlens_jlab.labels.routes:ROUTES",),
)
