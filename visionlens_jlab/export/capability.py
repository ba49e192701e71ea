"""What the capability `export` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind

CAPABILITY = Capability(
    name="export",
    shapes=("visionlens_jlab.export.shapes:ExportReport",),
    jobs=(
        JobKind(
            name="export",
            lane="cpu",
            request="visionlens_jlab.export.shapes:ExportRequest",
            run="visionlens_jlab.export.job.job:run",
            setup="visionlens_jlab.export.setup:ExportSetup",
            confine="visionlens_jlab.export.routes:confine",
            errors=("EXPORT_NOT_EMPTY",),
        ),
    ),
)
