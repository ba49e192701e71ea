"""What happens before and after a projection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.core.jobs.status import store_of
from visionlens_jlab.embeddings.setup import offer_space
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.projections.parameters import resolved_parameters
from visionlens_jlab.map.shapes import REQUESTED, Projection, ProjectRequest
from visionlens_jlab.map.store.projections import Projections

if TYPE_CHECKING:
    from pathlib import Path

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue


class ProjectSetup(DatasetSetup[ProjectRequest]):
    """A projection is known by its space, method, parameters and vectors: one there is serves."""

    def checked(self, store: DatasetStore, request: ProjectRequest) -> ProjectRequest:
        """With every parameter. SPACE_NOT_FOUND, VECTORS_INVALID, REQUEST_INVALID."""
        space = store.part(Embeddings).read(request.space)
        if not space.vectors:
            raise VisionLensError(
                "VECTORS_INVALID",
                f"The space {request.space!r} has no vectors.",
                "Embed the dataset, or add vectors to the space first.",
            )
        parameters = resolved_parameters(request.method, request.parameters)
        return request.model_copy(update={"parameters": parameters})

    def makes(self, request: ProjectRequest) -> object:
        """The latest projection of its sort."""
        return _sort_of(request)

    def begin(self, library: Library, queue: JobQueue, job: Job) -> dict[str, Any] | None:
        """None: it was made before."""
        store = store_of(library, job)
        request = _request_of(job)
        if not store.results.committed(job.job) and not request.refit:
            name = projection_id(store, request)
            if any(_serves(store, found, name) for found in store.part(Projections).all()):
                return None
        return super().begin(library, queue, job)

    def prepare(self, store: DatasetStore, request: ProjectRequest, spool: Spool) -> dict[str, Any]:
        """The vectors to read, and the model to place them by where there is one."""
        model = None if request.refit else _model(store, request)
        return offer_space(store, request.space, spool) | {
            "projection": spool.folder.name if request.refit else projection_id(store, request),
            "model": None if model is None else str(model),
            "compiled": str(spool.folder.parent.parent / "cache" / "numba"),
        }

    def conclude(self, library: Library, queue: JobQueue, job: Job) -> int | None:
        """Remove what a finished projection takes the place of."""
        if job.state == "done":
            _remove_superseded(library, job)
        return super().conclude(library, queue, job)


def projection_id(store: DatasetStore, request: ProjectRequest) -> str:
    """The same for the same request on the same vectors."""
    ids = store.part(Embeddings).segments(request.space).ids
    facts = [
        store.uuid,
        *_sort_of(request),
        store.part(Embeddings).vectors_version(request.space),
        hashlib.blake2s(ids.tobytes()).hexdigest(),
    ]
    return hashlib.blake2s(json.dumps(facts, sort_keys=True).encode(), digest_size=12).hexdigest()


def _sort_of(request: ProjectRequest) -> tuple[Any, ...]:
    return request.space, request.method, request.dimensions, request.stored_parameters


def _same_sort(found: Projection, request: ProjectRequest) -> bool:
    parameters = {key: value for key, value in found.parameters.items() if key != REQUESTED}
    method = found.parameters.get(REQUESTED, found.method)
    return (found.space, method, found.dimensions, parameters) == _sort_of(request)


def _serves(store: DatasetStore, found: Projection, name: str) -> bool:
    """Whether it is what would be made, and whole."""
    if found.projection != name or found.preview or REQUESTED in found.parameters:
        return False
    try:
        store.part(Projections).coordinates(name)
    except VisionLensError as error:
        if error.code != "DATASET_DAMAGED":
            raise
        return False
    return True


def _model(store: DatasetStore, request: ProjectRequest) -> Path | None:
    """The model of the latest projection of the same sort."""
    for found in reversed(store.part(Projections).all()):
        if _same_sort(found, request) and not found.preview and REQUESTED not in found.parameters:
            return store.part(Projections).model(found.projection)
    return None


def _remove_superseded(library: Library, job: Job) -> None:
    store, request = store_of(library, job), _request_of(job)
    there = store.part(Projections).all()
    same = [found for found in there if _same_sort(found, request) and not found.preview]
    previews = [found for found in there if found.space == request.space and found.preview]
    for found in same[:-1] + previews:
        store.part(Projections).delete(found.projection)


def _request_of(job: Job) -> ProjectRequest:
    if not isinstance(job.parameters, ProjectRequest):
        raise VisionLensError("JOB_FAILED", f"Job {job.job} says nothing of a projection.")
    return job.parameters


def follow(job: Job, settings: Mapping[str, Any]) -> list[ProjectRequest]:
    """After an embed job the projection that it asks for, else the one that the setting names."""
    asked, space = job.parameters, job.result.get("space")
    if not isinstance(asked, EmbedRequest) or not space:
        return []
    method = asked.project or (settings.get("map") if job.result.get("written") else None)
    return [ProjectRequest(dataset=asked.dataset, space=space, method=method)] if method else []
