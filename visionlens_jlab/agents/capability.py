"""What the capability `agents` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability, JobKind

CAPABILITY = Capability(
    name="agents",
    routes=("visionlens_jlab.agents.routes:ROUTES",),
    jobs=(
        JobKind(
            name="agent",
            lane="agent",
            request="visionlens_jlab.agents.shapes:AskRequest",
            run="visionlens_jlab.agents.job:run",
            setup="visionlens_jlab.agents.setup:AgentSetup",
            distinct=True,  # questions asked twice are two
            check="visionlens_jlab.language_models.config:check",
            errors=("AGENT_NOT_FOUND", "MODEL_NOT_ALLOWED", "AGENT_UNAVAILABLE"),
        ),
    ),
)
