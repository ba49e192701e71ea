"""What the demonstration shows beyond its labels: two models, where one fails, a map, copies."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from visionlens_jlab.analysis.notebook.finding import Finding
    from visionlens_jlab.evaluation.notebook.evaluation import Evaluation
    from visionlens_jlab.notebook import Dataset, View

ANALYSED = "run_a"


def have_runs(dataset: Dataset, folder: str | Path) -> list[Evaluation[View]]:
    """Add and evaluate the runs of a rendered dataset, but for those that are there."""
    found = {one.run: one for one in dataset.evaluations()}
    for results in sorted(Path(folder, "predictions").glob("*.json")):
        run = results.stem
        if run not in dataset.runs:
            dataset.add_predictions(run, results)
        if run not in found:
            found[run] = dataset.evaluate(run)
    return list(found.values())


def have_findings(dataset: Dataset) -> list[Finding[View]]:
    """Analyse the first run, unless that was done."""
    if not any(one.detail.evaluation == ANALYSED for one in dataset.analyses()):
        return dataset.analyse(run=ANALYSED)
    return dataset.findings(ANALYSED)


def have_map(dataset: Dataset) -> None:
    """Embed the images, project them with clusters, and look for copies.

    Without pandas, which the table of copies needs, these are not looked for.
    """
    dataset.embed(project="umap")
    if find_spec("pandas") is not None:
        dataset.duplicates()
