"""The files of evaluations: the outcomes of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from visionlens_jlab.core.damage.stored_files import Inspection, StoredFiles
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.evaluation.store.files import load_evaluated
from visionlens_jlab.evaluation.store.rows import FOLDER

if TYPE_CHECKING:
    import duckdb


class EvaluationFiles(StoredFiles):
    """The files of evaluations."""

    folders = (FOLDER,)

    def damages(self, inspection: Inspection) -> Iterator[Damage]:
        """Evaluations without their outcomes."""
        rows = inspection.reader.rows(
            "SELECT evaluation, run, file FROM evaluation ORDER BY created_at"
        )
        for name, run, file in rows:
            if inspection.is_bad(file, load_evaluated):
                yield Damage(
                    kind="evaluation",
                    name=name,
                    message=f"The outcomes of the evaluation {name!r} are damaged or lost; its "
                    "figures are there.",
                    hint=f"ds.evaluate({run!r}, name={name!r}) with the settings of before makes "
                    "them again.",
                )

    def named(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[str | None]:
        """The outcomes of each."""
        yield from (row[0] for row in cursor.execute("SELECT file FROM evaluation").fetchall())
