"""What the capability `ingestion` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind

CAPABILITY = Capability(
    name="ingestion",
    routes=(
        "visionlens_jlab.ingestion.routes.detection:ROUTES",
        "visionlens_jlab.ingestion.routes.folders:ROUTES",
        "visionlens_jlab.ingestion.routes.uploads:ROUTES",
    ),
    jobs=(
        JobKind(
            name="ingest",
            lane="cpu",
            request="visionlens_jlab.ingestion.shapes:IngestRequest",
            run="visionlens_jlab.ingestion.job.job:run",
            setup="visionlens_jlab.ingestion.setup:IngestSetup",
            creates=True,
            distinct=True,  # the second must be told that there is one
            rows="visionlens_jlab.ingestion.shapes:FrameIngest",
            confine="visionlens_jlab.ingestion.routes.places:confine",
            errors=(
                "DATASET_EXISTS",
                "DATASET_READ_ONLY",
                "DISK_SPACE",
                "DIR_NOT_FOUND",
                "DIR_EMPTY",
                "PERMISSION_DENIED",
                "PATH_NOT_ALLOWED",
                "FORMAT_UNKNOWN",
                "LABELS_INVALID",
                "SIGN_IN_NEEDED",
                "SOURCE_UNAVAILABLE",
                "SOURCE_NOT_INSTALLED",
            ),
        ),
    ),
)
