"""What jobs have found, as a notebook takes it."""

from __future__ import annotations

from typing import Any, Literal

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import Projection, ProjectRequest

PAGE = 1000
_COLUMNS = (
    "group",
    "sample_id",
    "distance",
    "confidence",
    "transform",
    "best",
    "split",
    "leak",
)


def projection_of(projections: list[Projection], job: Job) -> Projection:
    """The projection that a job made, or that was there already; PROJECTION_NOT_FOUND."""
    made = job.result.get("projection")
    for found in reversed(projections):
        if found.projection == made or (made is None and _asked_for(found, job)):
            return found
    raise VisionLensError("PROJECTION_NOT_FOUND", "Somebody has removed the projection.")


def duplicate_rows(backend: DatasetBackend, kind: Literal["exact", "near"]) -> dict[str, list[Any]]:
    """Every member of every group, as columns."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    offset, total = 0, 1
    while offset < total:
        page = backend.duplicates(kind, offset, PAGE)
        offset, total = offset + PAGE, page.total
        for group in page.groups:
            for member in group.members:
                row = member.model_dump() | {"group": group.group, "leak": group.leak}
                for name, values in columns.items():
                    values.append(row[name])
    return columns


def _asked_for(found: Projection, job: Job) -> bool:
    request = job.parameters
    return (
        isinstance(request, ProjectRequest)
        and not found.preview
        and (found.space, found.method, found.dimensions)
        == (request.space, request.method, request.dimensions)
        and found.parameters == {**request.parameters, "seed": request.seed}
    )
