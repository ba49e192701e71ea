"""What the capability `duplicates` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind

CAPABILITY = Capability(
    name="duplicates",
    routes=("visionlens_jlab.duplicates.routes:ROUTES",),
    jobs=(
        JobKind(
            name="duplicates",
            lane="cpu",
            request="visionlens_jlab.duplicates.shapes:DuplicatesRequest",
            run="visionlens_jlab.duplicates.job.job:run",
            setup="visionlens_jlab.duplicates.setup:DuplicatesSetup",
        ),
    ),
)
