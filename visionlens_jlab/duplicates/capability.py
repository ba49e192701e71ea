"""What the capability `duplicates` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind, PieceKind

DUPLICATES = "duplicate_member"
SAMPLES = "samples.arrow"
"""In the spool's input: what is known of the samples."""

CAPABILITY = Capability(
    name="duplicates",
    pieces=(
        PieceKind(
            name="duplicates",
            tables=(DUPLICATES,),
            write="visionlens_jlab.duplicates.store:write_found",
        ),
    ),
    routes=("visionlens_jlab.duplicates.routes:ROUTES",),
    jobs=(
        JobKind(
            name="duplicates",
            lane="cpu",
            request="visionlens_jlab.duplicates.shapes:DuplicatesRequest",
            run="visionlens_jlab.duplicates.job:run",
            setup="visionlens_jlab.duplicates.setup:DuplicatesSetup",
        ),
    ),
)
