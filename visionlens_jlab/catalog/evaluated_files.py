"""The arrays of evaluations as they are read and compared; loaded when they are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from visionlens_jlab.catalog.outcomes import check_same_samples
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import CompareRequest, RunComparison

if TYPE_CHECKING:
    from visionlens_jlab.evaluation.evaluated import Evaluated


def load_evaluated(path: Path) -> Evaluated:
    """The arrays of one evaluation. DATASET_DAMAGED."""
    from visionlens_jlab.evaluation.evaluated import load

    try:
        return load(path)
    except (OSError, ValueError, KeyError) as error:
        raise VisionLensError(
            "DATASET_DAMAGED",
            "The outcomes of the evaluation cannot be read.",
            "Evaluate the run again.",
            {"cause": str(error)},
        ) from error


def compare_evaluated(
    names: tuple[str, str], a: Evaluated, b: Evaluated, request: CompareRequest
) -> RunComparison:
    """Run A against run B. EVALUATION_INVALID where they are not about the same samples."""
    from visionlens_jlab.evaluation.comparing import compare

    check_same_samples(a, b)
    comparison: RunComparison = compare(a, b, names, request)
    return comparison
