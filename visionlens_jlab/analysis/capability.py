"""What the capability `analysis` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind, PieceKind

CAPABILITY = Capability(
    name="analysis",
    pieces=(
        PieceKind("analysis", write="visionlens_jlab.analysis.store.rows:write_analysis"),
        PieceKind("checks", write="visionlens_jlab.analysis.store.rows:write_checks"),
    ),
    on_change="visionlens_jlab.analysis.store.rows:follow_change",
    follow="visionlens_jlab.analysis.setup:follow",
    routes=("visionlens_jlab.analysis.routes:ROUTES",),
    shapes=("visionlens_jlab.analysis.shapes:AnalysisResult",),
    jobs=(
        JobKind(
            name="analyse",
            lane="cpu",
            request="visionlens_jlab.analysis.shapes:AnalyseRequest",
            run="visionlens_jlab.analysis.job:run",
            setup="visionlens_jlab.analysis.setup:AnalyseSetup",
            errors=("ANALYSIS_INVALID",),
        ),
        JobKind(
            name="recheck",
            lane="cpu",
            request="visionlens_jlab.analysis.shapes:RecheckRequest",
            run="visionlens_jlab.analysis.job:recheck",
            setup="visionlens_jlab.analysis.setup:RecheckSetup",
            errors=("FINDING_NOT_FOUND",),
        ),
    ),
)
