"""What the capability `map` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind, PieceFile, PieceKind

FOLDER = "projections"
"""Of its files, below the dataset's."""
COORDINATES, MODEL = "coordinates.arrow", "model.bin"
CLUSTERS = "cluster"
"""A table (id, cluster) that may come with coordinates."""

CAPABILITY = Capability(
    name="map",
    pieces=(
        PieceKind(
            name="projection",
            tables=(CLUSTERS,),
            files=(PieceFile(COORDINATES, ".arrow"), PieceFile(MODEL, ".model")),
            folder=FOLDER,
            write="visionlens_jlab.map.store.projections:write_projected",
        ),
    ),
    files="visionlens_jlab.map.store.projections:ProjectionFiles",
    routes=("visionlens_jlab.map.routes:ROUTES",),
    follow="visionlens_jlab.map.setup:follow",
    shapes=("visionlens_jlab.map.shapes:ColorLegend",),
    jobs=(
        JobKind(
            name="project",
            lane="cpu",
            request="visionlens_jlab.map.shapes:ProjectRequest",
            run="visionlens_jlab.map.job:run",
            setup="visionlens_jlab.map.setup:ProjectSetup",
        ),
    ),
)
