"""What the capability `embeddings` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import (
    Capability,
    JobKind,
    PieceFile,
    PieceKind,
    ViewRestriction,
)

FOLDER = "vectors"
"""Of its files, below the dataset's."""
VECTORS = "vectors.arrow"
FITTED = "fitted.npz"
"""What a space's vectors were made with, beside the model; comes with its first piece."""

CAPABILITY = Capability(
    name="embeddings",
    pieces=(
        PieceKind(
            name="space",
            files=(PieceFile(VECTORS, ".arrow", outbox="vectors"), PieceFile(FITTED, ".npz")),
            folder=FOLDER,
            folder_of="space",
            write="visionlens_jlab.embeddings.store.stored_files:write_vectors",
        ),
    ),
    files="visionlens_jlab.embeddings.store.stored_files:EmbeddingFiles",
    restrictions=(
        ViewRestriction(
            "search", read="visionlens_jlab.embeddings.store.searches:run_search", ranks=True
        ),
    ),
    routes=("visionlens_jlab.embeddings.routes:ROUTES",),
    follow="visionlens_jlab.embeddings.setup:follow",
    jobs=(
        JobKind(
            name="embed",
            lane="gpu",
            request="visionlens_jlab.embeddings.shapes:EmbedRequest",
            run="visionlens_jlab.embeddings.job.job:run",
            setup="visionlens_jlab.embeddings.setup:EmbedSetup",
            confine="visionlens_jlab.embeddings.routes:confine",
        ),
    ),
)
