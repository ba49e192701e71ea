"""Evaluations of the open dataset: their arrays, what jobs bring, and the care for files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.pieces import Piece, PlacedFiles
from visionlens_jlab.core.catalog.snapshot import Cache
from visionlens_jlab.core.damage.stored_files import Inspection, Rebuild, StoredFiles
from visionlens_jlab.core.datasets.own_files import own_file, remove_own_files
from visionlens_jlab.core.datasets.shapes import Damage
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.tables import Ids
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.capability import FOLDER, MATCH, OUTCOMES, QUALITY
from visionlens_jlab.evaluation.shapes import (
    CompareRequest,
    Counts,
    CountsRequest,
    Curves,
    EvaluateRequest,
    EvaluationDetail,
    EvaluationInfo,
    RunComparison,
)
from visionlens_jlab.evaluation.store import label_quality, rows, runs
from visionlens_jlab.evaluation.store.input import Input, digest_of, read_input
from visionlens_jlab.evaluation.store.rows import read_evaluation

if TYPE_CHECKING:
    import duckdb

    from visionlens_jlab.core.catalog.dataset import OpenDataset
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
    """The images of an evaluation that a view shows, bool (m,)."""
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


class Evaluations(Part):
    """Runs and evaluations of one dataset."""

    def all(self) -> list[EvaluationInfo]:
        """Every evaluation, oldest first."""
        with self.store.snapshot() as snapshot:
            return [
                EvaluationInfo.model_validate(
                    _with_state(snapshot, stored).model_dump(exclude={"per_class", "errors"})
                )
                for stored in rows.read_evaluations(snapshot.reader)
            ]

    def read(self, evaluation: str) -> EvaluationDetail:
        """One evaluation with its tables. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            stored = rows.read_evaluation(snapshot.reader, evaluation)
            return _with_state(snapshot, stored)

    def request(self, evaluation: str) -> EvaluateRequest:
        """What makes it again, under the dataset's name of now. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            request = rows.read_evaluation(snapshot.reader, evaluation).request
        return request.model_copy(update={"dataset": self.store.slug, "name": evaluation})

    def file(self, evaluation: str) -> tuple[Path, str]:
        """What re-counts are made from, and the digest of its input. EVALUATION_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            stored = rows.read_evaluation(snapshot.reader, evaluation)
        return own_file(self.store.folder, stored.file), stored.digest

    def delete(self, evaluation: str) -> None:
        """Remove an evaluation; its run stays. EVALUATION_NOT_FOUND."""
        files: list[str] = self.store.write(
            lambda cursor: rows.remove_evaluation(cursor, evaluation),
            kind="delete_evaluation",
            payload={"evaluation": evaluation},
        )
        remove_own_files(self.store.folder, files)

    def input(self, request: EvaluateRequest) -> Input:
        """What an evaluation is made from, at one version. RUN_NOT_FOUND, EVALUATION_INVALID."""
        with self.store.snapshot() as snapshot:
            return read_input(snapshot, request)

    def counts(self, evaluation: str, request: CountsRequest) -> Counts:
        """Counts at another confidence, or of the samples of a view. EVALUATION_NOT_FOUND."""
        from visionlens_jlab.evaluation.counts import recount

        with self.store.snapshot() as snapshot:
            evaluated = evaluated_of(snapshot, evaluation)
            images = None
            if request.view is not None:
                images = images_of(snapshot, evaluated, request.view)
            return recount(evaluated, request.confidence, images)

    def curves(
        self, evaluation: str, class_name: str | None = None, confidence: float | None = None
    ) -> Curves:
        """What the plots show, of one class or of all. EVALUATION_NOT_FOUND, REQUEST_INVALID."""
        from visionlens_jlab.evaluation.metrics.curves import curves

        with self.store.snapshot() as snapshot:
            evaluated = evaluated_of(snapshot, evaluation)
        try:
            return curves(evaluated, class_name, confidence)
        except KeyError as error:
            raise VisionLensError(
                "REQUEST_INVALID", f"The evaluation knows no class {class_name!r}."
            ) from error

    def compare(self, evaluation: str, request: CompareRequest) -> RunComparison:
        """Run A against run B, paired by group; takes seconds, and is kept.

        EVALUATION_NOT_FOUND; EVALUATION_INVALID where they are not about the same samples.
        """
        with self.store.snapshot() as snapshot:
            return comparison_of(snapshot, evaluation, request)


def _with_state(snapshot: Snapshot, stored: rows.Stored) -> EvaluationDetail:
    """The evaluation with whether it is out of date."""
    stale = digest_of(snapshot, stored.request) != stored.digest
    return stored.detail.model_copy(update={"stale": stale})


def begin_run(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> Ids:
    """A run (`summary["run"]`, see `runs.begin_run`): the piece's annotations are of it.

    The ids of the predictions that it replaces.
    """
    return runs.begin_run(cursor, piece.summary["run"])


def write_evaluated(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """An evaluation (`summary["evaluation"]`: detail, request, digest)."""
    outcomes = files.name(OUTCOMES)
    if outcomes is not None:
        # The file of one that it replaces goes with the strays: the commit may still fail.
        summary = piece.summary["evaluation"]
        rows.write_evaluation(cursor, summary, piece.tables[MATCH], outcomes)


def write_intervals(cursor: duckdb.DuckDBPyConnection, piece: Piece, files: PlacedFiles) -> None:
    """An evaluation from now on (`summary["intervals"]`: detail, digest)."""
    outcomes = files.name(OUTCOMES)
    if outcomes is not None:
        rows.update_evaluation(cursor, piece.summary["intervals"], outcomes)


def write_label_quality(cursor: duckdb.DuckDBPyConnection, piece: Piece, _: PlacedFiles) -> None:
    """Scores of likely label errors (`summary["label_quality"]`: fields)."""
    fields = piece.summary["label_quality"]["fields"]
    label_quality.write_scores(cursor, piece.tables[QUALITY], fields)


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
