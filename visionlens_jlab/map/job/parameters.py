"""What a projection says it was made with."""

from __future__ import annotations

from typing import Any

from visionlens_jlab.map.shapes import ProjectRequest

REQUESTED = "requested"
"""Among a projection's parameters: the method that was wanted, where it could not be had."""


def stored_parameters(request: ProjectRequest) -> dict[str, Any]:
    """The parameters that are kept with a projection."""
    return {**request.parameters, "seed": request.seed}
