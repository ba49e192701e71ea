"""The files of evaluations: the outcomes of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, Rebuild, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.evaluation.capability import FOLDER
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.evaluation.store.files import load_evaluated

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.dataset import OpenDataset


class EvaluationFiles(StoredFiles):
    """The files of evaluations."""

    folders = (FOLDER,)

    def damages(self, inspection: Inspection) -> Iterator[Damage]:
        """Evaluations without their outcomes."""
        for name, run in _bad(inspection):
            yield Damage(
                kind="evaluation",
                name=name,
                message=f"The outcomes of the evaluation {name!r} are damaged or lost; its "
                "figures are there.",
                hint="They are made again when somebody looks at it, or by visionlens doctor "
                "--repair, while labels and predictions are those of before; else "
                f"ds.evaluate({run!r}, name={name!r}) evaluates those of now.",
            )

    def rebuilds(self, store: OpenDataset, inspection: Inspection) -> Iterator[Rebuild]:
        """Those whose labels and predictions are as they were: nobody's figures change unasked."""
        for name, _ in _bad(inspection):
            found = store.part(Evaluations).read(name)
            if not found.stale:
                request = store.part(Evaluations).request(name)
                yield Rebuild.of(name, found.created_at, request, f"The evaluation {name!r}")

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
        """The outcomes of each."""
        yield from (row[0] for row in cursor.execute("SELECT file FROM evaluation").fetchall())


def _bad(inspection: Inspection) -> Iterator[tuple[str, str]]:
    """Evaluation and run."""
    rows = inspection.reader.rows(
        "SELECT evaluation, run, file FROM evaluation ORDER BY created_at"
    )
    yield from ((name, run) for name, run, file in rows if inspection.is_bad(file, load_evaluated))
