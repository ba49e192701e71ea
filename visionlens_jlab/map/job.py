"""The projection job: vectors in, two or three coordinates for each of them out.

At first come principal components, at once, as a stand-in; then the real thing. Where an earlier
model is named, new vectors are placed by it and nothing else moves.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.core.jobs.status import now
from visionlens_jlab.embeddings.vectors.segment_files import write_batches
from visionlens_jlab.embeddings.vectors.segments import read_space
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.capability import CLUSTERS, COORDINATES, MODEL
from visionlens_jlab.map.projections.clusters import can_cluster, clusters
from visionlens_jlab.map.projections.fitted import Fitted
from visionlens_jlab.map.projections.layouts import keep_compiled_code_in
from visionlens_jlab.map.projections.methods import fit, pca_preview, place
from visionlens_jlab.map.projections.parameters import available, install_command
from visionlens_jlab.map.shapes import REQUESTED, Projection, ProjectRequest

Matrix = np.ndarray[Any, Any]


def run(context: JobContext) -> dict[str, Any]:
    """Do the projection that `context.params` describe; the result names it.

    Params are those of `models.ProjectRequest` and what `ProjectSetup.prepare` adds.

    Raises
    ------
    VisionLensError
        VECTORS_INVALID, DATASET_DAMAGED.
    JobCancelled
    """
    keep_compiled_code_in(Path(context.params["compiled"]))
    with tempfile.TemporaryDirectory(prefix="projection-", dir=context.spool) as folder:
        return _Projecting(context, Path(folder)).run()


@dataclass
class _Projecting:
    context: JobContext
    folder: Path

    def __post_init__(self) -> None:
        params = self.context.params
        self.request = ProjectRequest.model_validate(
            {name: params[name] for name in ProjectRequest.model_fields if name in params}
        )

    def run(self) -> dict[str, Any]:
        """The result: the projection, and what to know of it."""
        self.watch("vectors", 0, None)
        ids, vectors = read_space(self.context)
        if not len(ids):
            raise VisionLensError("VECTORS_INVALID", "The space has no vectors.")
        if self.context.params["model"] is not None:
            placed = self.placed(ids, vectors)
            if placed is not None:
                return placed
        components, start = pca_preview(vectors, self.request.dimensions, self.watch)
        method, warning = self.method()
        if method != "pca":
            self.hand_over(0, ids, start, method="pca", preview=True)
        fitted = fit(
            method,
            ids,
            vectors,
            components,
            start,
            seed=self.request.seed,
            parameters=self.request.parameters,
            watch=self.watch,
        )
        last = 0 if method == "pca" else 1
        return self.hand_over(
            last, ids, fitted.coordinates, method=method, warning=warning, model=fitted
        )

    def placed(self, ids: Matrix, vectors: Matrix) -> dict[str, Any] | None:
        """Place what is new by the earlier model; None: it tells too little."""
        try:
            fitted = Fitted.load(Path(self.context.params["model"]))
        except VisionLensError as error:
            self.context.log("warning", error.message)
            return None
        found = place(fitted, ids, vectors, watch=self.watch)
        if found is None:
            self.context.log("info", "Too much has changed to place it; projecting anew.")
            return None
        self.context.log("info", f"Placed {int(found.new.sum())} new ones; nothing else moved.")
        return self.hand_over(
            0, ids, found.coordinates, method=fitted.method, warning=found.warning,
            model=found.fitted,
        )  # fmt: skip

    def method(self) -> tuple[str, str | None]:
        """The method that can be had, and a warning when it is another than was wanted."""
        wanted = self.request.method
        if available(wanted):
            return wanted, None
        warning = (
            f"{wanted} is not installed where jobs run ({install_command(wanted)}): "
            "these are principal components."
        )
        self.context.log("warning", warning)
        return "pca", warning

    def hand_over(
        self,
        sequence: int,
        ids: Matrix,
        coordinates: Matrix,
        *,
        method: str,
        preview: bool = False,
        warning: str | None = None,
        model: Fitted | None = None,
    ) -> dict[str, Any]:
        """A piece with coordinates, and the model unless it is a preview; what it is called."""
        parameters = self.request.stored_parameters
        if preview:
            parameters = {"seed": None}
        elif method != self.request.method:
            parameters[REQUESTED] = self.request.method
        name = self.context.params["projection"]
        if preview or method != self.request.method:
            name = f"{name}-{'preview' if preview else method}"
        projection = Projection(
            projection=name,
            space=self.request.space,
            level=self.context.params["level"],
            method=method,
            dimensions=self.request.dimensions,
            parameters=parameters,
            rows=len(ids),
            preview=preview,
            warning=warning,
            created_at=now(),
        )
        result = {"projection": name, "warning": warning}
        if self.context.committed(sequence):
            return result
        files = {COORDINATES: self.folder / COORDINATES}
        write_coordinates(files[COORDINATES], ids, coordinates)
        if model is not None:
            files[MODEL] = self.folder / MODEL
            model.save(files[MODEL])
        tables = {} if preview else self.clusters(ids, coordinates)
        summary = {"projection": projection.model_dump(mode="json")}
        self.context.emit(sequence, tables, files, summary)
        return result

    def clusters(self, ids: Matrix, coordinates: Matrix) -> dict[str, pa.Table]:
        """The table of clusters, where they are wanted and can be had."""
        if not self.request.clusters:
            return {}
        if not can_cluster():
            self.context.log("info", "No clusters: scikit-learn is not installed where jobs run.")
            return {}
        self.watch("clusters", 0, None)
        found = clusters(coordinates, seed=self.request.seed)
        kept = found >= 0
        return {CLUSTERS: pa.table({"id": ids[kept], "cluster": found[kept]})}

    def watch(self, stage: str, done: int, total: int | None) -> None:
        """Tell how far it is; raises JobCancelled."""
        self.context.check_cancelled()
        self.context.progress(stage, done, total)


def write_coordinates(path: Path, ids: Matrix, coordinates: Matrix) -> None:
    """An Arrow file of id (uint32) and x, y and perhaps z (float32)."""
    columns: list[pa.Array] = [pa.array(np.ascontiguousarray(ids, dtype=np.uint32))]
    columns += [
        pa.array(np.ascontiguousarray(coordinates[:, axis], dtype=np.float32))
        for axis in range(coordinates.shape[1])
    ]
    batch = pa.record_batch(columns, names=["id", *"xyz"[: coordinates.shape[1]]])
    write_batches(path, batch.schema, [batch])
