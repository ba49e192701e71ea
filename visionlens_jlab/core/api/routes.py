"""The whole REST API: what tornado serves and what openapi.json says."""

from __future__ import annotations

from visionlens_jlab.core.api.operations import Route
from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import capabilities

CORE = tuple(
    f"visionlens_jlab.core.{part}:ROUTES"
    for part in (
        "api.about",
        "jobs.routes",
        "datasets.routes",
        "fields.routes",
        "views.routes",
        "workspace.routes",
    )
)


def routes() -> list[Route]:
    """Those of the core, then those that capabilities declare."""
    declared = (part for capability in capabilities() for part in capability.routes)
    return [route for part in (*CORE, *declared) for route in resolve(part)]
