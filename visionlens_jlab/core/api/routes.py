"""The whole REST API: what tornado serves and what openapi.json says."""

from __future__ import annotations

from visionlens_jlab.core.api.operations import Route
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import capabilities

CORE = tuple(
    f"visionlens_jlab.core.api.{part}:ROUTES"
    for part in (
        "about",
        "resources.jobs",
        "resources.datasets",
        "resources.fields",
        "resources.views",
        "resources.workspace",
    )
)


def routes() -> list[Route]:
    """Those of the core, then those that capabilities declare."""
    declared = (part for capability in capabilities() for part in capability.routes)
    return [route for part in (*CORE, *declared) for route in resolve(part)]
