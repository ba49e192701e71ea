"""What the capability `attributes` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind, PieceKind

ANSWERS = "attribute_answer"
"""Table of a piece: attribute, id (uint32), answer (null: not readable), agreement (float64)."""
ASKED, ASKED_FOLDER = "asked.json", "asked"
"""What was asked before, and the ids it was asked about, in the input of a job."""

CAPABILITY = Capability(
    name="attributes",
    pieces=(
        PieceKind(
            name="attributes",
            tables=(ANSWERS,),
            write="visionlens_jlab.attributes.store.rows:write_answers",
        ),
    ),
    routes=("visionlens_jlab.attributes.routes:ROUTES",),
    jobs=(
        JobKind(
            name="attributes",
            lane="gpu",
            request="visionlens_jlab.attributes.shapes:AttributeRequest",
            run="visionlens_jlab.attributes.job:run",
            setup="visionlens_jlab.attributes.setup:AttributesSetup",
            distinct=True,  # questions asked twice are two
            check="visionlens_jlab.language_models.config:check",
            confine="visionlens_jlab.embeddings.routes:confine",
            errors=("ATTRIBUTE_INVALID", "MODEL_NOT_ALLOWED", "AGENT_UNAVAILABLE"),
        ),
    ),
)
