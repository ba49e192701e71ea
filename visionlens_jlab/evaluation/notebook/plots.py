"""Plots of evaluations; matplotlib is imported only when one is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from visionlens_jlab.evaluation.shapes import Counts, Curves

if TYPE_CHECKING:
    import pandas as pd

BACKGROUND = "(background)"
"""Row of the confusion matrix for predictions of nothing, column for labels that were missed."""
SHOWN_CLASSES = 20


class Plotted(Protocol):
    """What plots show of an evaluation."""

    name: str

    @property
    def confidence(self) -> float:
        """The operating point."""
        ...

    @property
    def confusion(self) -> pd.DataFrame:
        """The confusion matrix."""
        ...

    def counts(self) -> Counts:
        """Counts of outcomes."""
        ...

    def curves(self, class_name: str | None = None) -> Curves:
        """Of one class or of all."""
        ...


def overview(evaluation: Plotted, class_name: str | None = None) -> Any:
    """Four plots in one figure."""
    figure, axes = _pyplot().subplots(2, 2, figsize=(10, 7.5), layout="constrained")
    precision_recall(evaluation, class_name, axes[0, 0])
    f1(evaluation, class_name, axes[0, 1])
    calibration(evaluation, class_name, axes[1, 0])
    errors(evaluation, axes[1, 1])
    figure.suptitle(evaluation.name if class_name is None else f"{evaluation.name}: {class_name}")
    return figure


def precision_recall(evaluation: Plotted, class_name: str | None, ax: Any) -> Any:
    """Precision by recall, a curve for each IoU."""
    ax = _axes(ax)
    for curve in evaluation.curves(class_name).precision_recall:
        ax.plot(curve.x, curve.y, label=curve.name)
    return _labelled(ax, "Recall", "Precision", legend=True)


def f1(evaluation: Plotted, class_name: str | None, ax: Any) -> Any:
    """F1 by confidence, with the operating point."""
    ax = _axes(ax)
    curve = evaluation.curves(class_name).f1
    ax.plot(curve.x, curve.y)
    ax.axvline(evaluation.confidence, linestyle="--", linewidth=1, color="0.5")
    return _labelled(ax, "Confidence", "F1")


def calibration(evaluation: Plotted, class_name: str | None, ax: Any) -> Any:
    """Precision by mean confidence; the diagonal is a calibrated model."""
    ax = _axes(ax)
    curves = evaluation.curves(class_name)
    ax.plot([0, 1], [0, 1], linestyle="--", linewidth=1, color="0.5")
    label = None if curves.ece is None else f"ECE {curves.ece:.3f}"
    ax.plot(curves.calibration.x, curves.calibration.y, marker="o", label=label)
    return _labelled(ax, "Confidence", "Precision", legend=label is not None)


def errors(evaluation: Plotted, ax: Any) -> Any:
    """What mending each type of error alone adds to AP50."""
    ax = _axes(ax)
    shares = evaluation.counts().errors
    names = [share.type for share in shares]
    ax.barh(names, [share.delta_ap50 or 0.0 for share in shares])
    ax.invert_yaxis()
    ax.set_xlabel("ΔAP50")
    return ax


def confusion(evaluation: Plotted, classes: Sequence[str] | None, ax: Any) -> Any:
    """The confusion matrix, each row in shares of its label's class."""
    matrix = evaluation.confusion
    if classes is None:
        own = [name for name in matrix.index if name != BACKGROUND]
        counts = matrix.loc[own, own].to_numpy(copy=True)
        np.fill_diagonal(counts, 0)
        confused = counts.sum(axis=0) + counts.sum(axis=1)
        chosen = {own[row] for row in np.argsort(-confused, kind="stable")[:SHOWN_CLASSES]}
        classes = [name for name in own if name in chosen]
    names = [*classes, BACKGROUND]
    shown = matrix.reindex(index=names, columns=names, fill_value=0)
    totals = matrix.sum(axis=1).reindex(names, fill_value=0).to_numpy()
    shares = shown.to_numpy() / np.maximum(totals, 1)[:, None]
    ax = _axes(ax)
    image = ax.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    ax.set_xticks(range(len(names)), names, rotation=90)
    ax.set_yticks(range(len(names)), names)
    ax.figure.colorbar(image, ax=ax, label="Share of the row")
    ax.set_xlabel("Predicted")
    ax.set_ylabel("True")
    return ax


def _labelled(ax: Any, x: str, y: str, *, legend: bool = False) -> Any:
    ax.set(xlabel=x, ylabel=y, xlim=(0, 1), ylim=(0, 1.02))
    if legend:
        ax.legend()
    return ax


def _axes(ax: Any) -> Any:
    return _pyplot().subplots(layout="constrained")[1] if ax is None else ax


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("Plots need matplotlib: pip install matplotlib.") from error
    return pyplot
