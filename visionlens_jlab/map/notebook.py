"""Projections, as a notebook asks for them."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import numpy as np

from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, Remote
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V
from visionlens_jlab.embeddings.notebook.embeddings import SPACES, choose_space
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import Projection, ProjectionList, ProjectRequest


class ProjectionsBackend(Protocol):
    """Projections of one dataset."""

    def all(self) -> list[Projection]:
        """Oldest first."""
        ...

    def points(self, projection: Projection) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        ...


class RemoteProjections(Remote):
    """Projections over the REST API."""

    def all(self) -> list[Projection]:
        """Oldest first."""
        return self.get(ProjectionList, "projections").projections

    def points(self, projection: Projection) -> np.ndarray:
        """Float32 (largest id + 1, dimensions), rows of NaN; PROJECTION_NOT_FOUND."""
        content = self.content("GET", "projections", projection.projection, "points")
        flat = np.frombuffer(content, "<f4").astype(np.float32)
        return flat.reshape(-1, projection.dimensions)


PROJECTIONS: BackendPart[ProjectionsBackend] = BackendPart(
    "visionlens_jlab.map.store.projections:Projections", RemoteProjections
)


class Projecting(Dataset[V, S]):
    """The part of a Dataset that makes maps."""

    def project(
        self,
        space: str | None = None,
        method: Literal["umap", "pca", "tsne", "pacmap"] = "umap",
        *,
        dimensions: Literal[2, 3] = 2,
        seed: int | None = 42,
        clusters: bool = True,
        refit: bool = False,
        **parameters: Any,
    ) -> np.ndarray:
        """Coordinates of a space's vectors, as the map shows them; waits, with a progress bar.

        What was computed before is not computed again. Vectors that came later are placed by the
        model of before, and nothing else moves.

        Parameters
        ----------
        space : str, optional
            By default the latest space, of samples where there is one.
        method : {"umap", "pca", "tsne", "pacmap"}
            Where its package is missing you get principal components and a note of it.
        dimensions : {2, 3}
            Columns.
        seed : int, optional
            The same seed gives the same coordinates; None: faster, on all processors.
        clusters : bool
            Find clusters of the points (HDBSCAN); the field `cluster` names each after the classes
            that set it apart.
        refit : bool
            Start anew.
        **parameters
            umap: `n_neighbors`, `min_dist`, `spread`, `n_epochs`, `negative_sample_rate`,
            `low_memory`; tsne: `perplexity`, `n_iter`, `early_exaggeration_iter`, `low_memory`;
            pacmap: `n_neighbors`, `MN_ratio`, `FP_ratio`.

        Returns
        -------
        numpy.ndarray
            Float32 (largest id + 1, dimensions): row i belongs to the id i of the space's level,
            NaN where there is no vector.

        Raises
        ------
        VisionLensError
            SPACE_NOT_FOUND, VECTORS_INVALID for a space without vectors, REQUEST_INVALID for a
            parameter that the method does not have.
        """
        chosen = choose_space(self._backend.part(SPACES).all(), space, "samples")
        request = shaped(
            ProjectRequest,
            dataset=self._backend.dataset,
            space=chosen.space,
            method=method,
            dimensions=dimensions,
            seed=seed,
            clusters=clusters,
            refit=refit,
            parameters=parameters,
        )
        job = run_shown(self._backend, request, f"Projecting {chosen.space}")
        projections = self._backend.part(PROJECTIONS)
        found = _projection_of(projections.all(), job)
        if found.warning:
            print(found.warning)  # noqa: T201
        points = projections.points(found)
        ids = self._ascending(chosen.level)
        rows = max(int(ids[-1]) + 1 if len(ids) else 0, len(points))
        missing = np.full((rows - len(points), dimensions), np.nan, dtype=np.float32)
        return np.concatenate([points, missing])


def _projection_of(projections: list[Projection], job: Job) -> Projection:
    """The projection that a job made, or that was there already; PROJECTION_NOT_FOUND."""
    made = job.result.get("projection")
    for found in reversed(projections):
        if found.projection == made or (made is None and _asked_for(found, job)):
            return found
    raise VisionLensError("PROJECTION_NOT_FOUND", "Somebody has removed the projection.")


def _asked_for(found: Projection, job: Job) -> bool:
    request = job.parameters
    return (
        isinstance(request, ProjectRequest)
        and not found.preview
        and (found.space, found.method, found.dimensions)
        == (request.space, request.method, request.dimensions)
        and found.parameters == {**request.parameters, "seed": request.seed}
    )
