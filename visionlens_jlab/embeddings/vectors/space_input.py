"""The vectors of an embedding space as a job's input: mapped where they lie, not copied."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.embeddings.vectors.segment_files import read_parts
from visionlens_jlab.embeddings.vectors.segments import Segments

if TYPE_CHECKING:
    from visionlens_jlab.core.jobs.context import JobContext

EXISTING = "existing.npy"
"""In the spool's input: by id whether it exists."""

Matrix = np.ndarray[Any, Any]


def read_space(context: JobContext) -> tuple[Matrix, Matrix]:
    """Ids uint32 (n,), ascending, and vectors float32 (n, d).

    Memory-mapped where they lie in one file in this order, else a copy. VECTORS_INVALID.
    """
    dimension = context.params["dimension"]
    parts = [
        part for file in context.params["segments"] for part in read_parts(Path(file), dimension)
    ]
    existing = np.load(context.spool / "input" / EXISTING, allow_pickle=False)
    ids, vectors = Segments(parts, dimension, existing).read()
    if np.all(ids[1:] > ids[:-1]):
        return ids, vectors
    order = np.argsort(ids)
    return ids[order], vectors[order]
