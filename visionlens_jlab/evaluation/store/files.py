"""The arrays of evaluations as they are read and compared; loaded when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from visionlens_jlab.core.catalog.cache import Cache
from visionlens_jlab.core.datasets.own_files import own_file
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import CompareRequest, RunComparison
from visionlens_jlab.evaluation.store.rows import read_evaluation

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.evaluation.evaluated import Evaluated


def load_evaluated(path: Path) -> Evaluated:
    """The arrays of one evaluation. DATASET_DAMAGED."""
    from visionlens_jlab.evaluation.evaluated import load

    return load(path)


def compare_evaluated(
    names: tuple[str, str], a: Evaluated, b: Evaluated, request: CompareRequest
) -> RunComparison:
    """Run A against run B. EVALUATION_INVALID where they have no sample or protocol in common."""
    from visionlens_jlab.evaluation.comparison import compare

    try:
        compared = compare(
            a,
            b,
            confidence=request.confidence,
            other_confidence=request.other_confidence,
            replicates=request.replicates,
            seed=request.seed,
        )
    except ValueError as error:
        raise VisionLensError(
            "EVALUATION_INVALID",
            f"{names[0]!r} and {names[1]!r} cannot be compared: {error}.",
            "Evaluate both runs alike, on samples that they share.",
        ) from error
    return compared.model(*names)


class _Kept:
    """What is kept of evaluations, for one dataset."""

    def __init__(self) -> None:
        self.evaluated: Cache[Evaluated] = Cache(6)
        self.comparisons: Cache[RunComparison] = Cache(64)


def evaluated_of(snapshot: Snapshot, evaluation: str) -> Evaluated:
    """The arrays of an evaluation. EVALUATION_NOT_FOUND, DATASET_DAMAGED."""
    stored = read_evaluation(snapshot.reader, evaluation)
    path = own_file(snapshot.caches.folder, stored.file)
    kept = snapshot.caches.kept(_Kept)
    return kept.evaluated.get((stored.file,), lambda: load_evaluated(path))


def images_of(snapshot: Snapshot, evaluated: Evaluated, view: ViewSpec) -> Ids:
    """bool (m,): the images of an evaluation that a view shows."""
    return np.isin(evaluated.sample_ids, snapshot.ids_at_level(snapshot.view(view), "samples"))


def comparison_of(snapshot: Snapshot, evaluation: str, request: CompareRequest) -> RunComparison:
    """Two evaluations, kept. EVALUATION_NOT_FOUND, EVALUATION_INVALID."""
    names = (evaluation, request.other)
    files = [read_evaluation(snapshot.reader, name).file for name in names]
    a, b = (evaluated_of(snapshot, name) for name in names)
    return snapshot.caches.kept(_Kept).comparisons.get(
        (*names, *files, request.model_dump_json()),
        lambda: compare_evaluated(names, a, b, request),
    )
