"""The demonstration's two models, as runs with an evaluation each, and where one fails."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visionlens_jlab.notebook.dataset import Dataset
    from visionlens_jlab.notebook.evaluation import Evaluation
    from visionlens_jlab.notebook.finding import Finding

ANALYSED = "run_a"


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


def have_findings(dataset: Dataset) -> list[Finding]:
    """Analyse the first run, unless that was done."""
    if not any(one.detail.evaluation == ANALYSED for one in dataset.analyses()):
        return dataset.analyse(run=ANALYSED)
    return dataset.findings(ANALYSED)
