"""What findings rest on: an evaluation, and the rows of a slice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.evaluation.store.rows import Stored as Evaluation

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot


def evidence_digest(evaluation: Evaluation, digest: str | None = None) -> str:
    """Of what findings of an evaluation rest on: its input, and how it was made.

    `digest`: of another input than that of the evaluation.
    """
    settings = evaluation.request.model_dump_json(exclude={"replicates", "dataset", "run", "name"})
    text = f"{evaluation.digest if digest is None else digest}:{settings}"
    return hashlib.blake2s(text.encode(), digest_size=16).hexdigest()


def ids_of(snapshot: Snapshot, predicate: str, level: Level) -> Any:
    """uint32 (n,): what a predicate gives at a level; what `view` raises."""
    return snapshot.view(ViewSpec(level=level, where=predicate)).ids
