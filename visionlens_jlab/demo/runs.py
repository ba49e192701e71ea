"""The demonstration's two models, as runs with an evaluation each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visionlens_jlab.notebook.dataset import Dataset
    from visionlens_jlab.notebook.evaluation import Evaluation


def have_runs(dataset: Dataset, folder: str | Path) -> list[Evaluation]:
    """Add and evaluate the runs of a rendered dataset, but for those that are there."""
    found = {one.run: one for one in dataset.evaluations()}
    for results in sorted(Path(folder, "predictions").glob("*.json")):
        run = results.stem
        if run not in dataset.runs:
            dataset.add_predictions(run, results)
        if run not in found:
            found[run] = dataset.evaluate(run)
    return list(found.values())
