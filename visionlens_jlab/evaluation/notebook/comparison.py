"""One run against another, as a notebook holds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Generic, Literal

from visionlens_jlab.core.notebook.arguments import checked_methods, shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.frames import number_frame
from visionlens_jlab.core.notebook.view import V, Viewing
from visionlens_jlab.core.views.shapes import OutcomeFilter, ViewSpec
from visionlens_jlab.evaluation.shapes import RunComparison

if TYPE_CHECKING:
    import pandas as pd


@checked_methods
class ComparedRuns(Viewing[V], Generic[V]):
    """Run A against run B: `metrics` and `per_class` as DataFrames, and who does better where."""

    def __init__(
        self, backend: DatasetBackend, found: RunComparison, confidence: float | None
    ) -> None:
        self._backend = backend
        self._found = found
        self._confidence = confidence

    @property
    def metrics(self) -> pd.DataFrame:
        """Each metric of both, the difference B - A with its 95% interval, and p."""
        return self._table(self._found.metrics)

    @property
    def per_class(self) -> pd.DataFrame:
        """The same of each class's first metric."""
        return self._table(self._found.per_class)

    @property
    def better(self) -> int:
        """Samples on which B makes fewer errors than A."""
        return self._found.better

    @property
    def worse(self) -> int:
        """Samples on which B makes more errors than A."""
        return self._found.worse

    @property
    def equal(self) -> int:
        """Samples on which both make as many."""
        return self._found.equal

    def view(self, change: Literal["better", "worse", "equal"]) -> V:
        """The samples on which B does better, worse or as well."""
        wanted = shaped(
            OutcomeFilter,
            evaluation=self._found.a,
            confidence=self._confidence,
            against=self._found.b,
            change=change,
        )
        return self._view(ViewSpec(outcomes=wanted))

    def _table(self, differences: Sequence[Any]) -> pd.DataFrame:
        columns = ["name", "label", "a", "b", "difference", "low", "high", "p", "reliable"]
        return number_frame([one.model_dump() for one in differences], columns, "name")

    def __repr__(self) -> str:
        return (
            f"<{self._found.a} against {self._found.b}: better on {self.better:,} samples, worse "
            f"on {self.worse:,}>"
        )
