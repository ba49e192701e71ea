"""The arrays of evaluations as they are read and compared; loaded when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import CompareRequest, RunComparison

if TYPE_CHECKING:
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
