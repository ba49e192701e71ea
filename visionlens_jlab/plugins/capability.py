"""What the capability `plugins` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind, PieceKind

TAGS, VALUES = "operator_tags", "operator_values"
"""Tables of a piece: tag, sample_id (uint32); and field, sample_id (uint32), value as JSON."""
SAMPLES, ANNOTATIONS, MATCHES = "samples.arrow", "annotations.arrow", "matches.arrow"
"""Input of a run."""

CAPABILITY = Capability(
    name="plugins",
    plugin="visionlens_jlab.plugins.plugin",
    pieces=(
        PieceKind(
            name="operator",
            tables=(TAGS, VALUES),
            write="visionlens_jlab.plugins.store:write_changes",
        ),
    ),
    follow="visionlens_jlab.plugins.hooks:follow",
    on_workspace="visionlens_jlab.plugins.watching:workspace_changed",
    routes=("visionlens_jlab.plugins.routes:ROUTES",),
    jobs=(
        JobKind(
            name="operator",
            lane="plugin",
            request="visionlens_jlab.plugins.shapes:OperatorRequest",
            run="visionlens_jlab.plugins.job:run",
            setup="visionlens_jlab.plugins.setup:OperatorSetup",
            distinct=True,  # what a plugin does twice is done twice
            check="visionlens_jlab.plugins.installed:check",
            errors=("PLUGIN_NOT_FOUND", "PLUGIN_OFF", "EVALUATION_NOT_FOUND"),
        ),
        JobKind(
            name="hooks",
            lane="plugin",
            request="visionlens_jlab.plugins.shapes:HooksRequest",
            run="visionlens_jlab.plugins.job:run_hooks",
            setup="visionlens_jlab.plugins.hooks:HooksSetup",
            errors=("EVALUATION_NOT_FOUND",),
        ),
    ),
)
