"""The job that adds a run: one piece with all its predictions, so that it is there or is not."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.datasets.shapes import IngestReport, ReportCount, ReportItem
from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.core.system.confinement import not_allowed
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.capability import CLASSES, IMAGES, ROWS
from visionlens_jlab.formats.base import Issue
from visionlens_jlab.formats.predictions.base import PredictionBatch, Unmatched
from visionlens_jlab.formats.predictions.reading import read_predictions
from visionlens_jlab.formats.predictions.targets import DatasetClass, Targets, with_categories
from visionlens_jlab.formats.text.decoding import some
from visionlens_jlab.ingestion.job.annotations import Prepared
from visionlens_jlab.ingestion.job.tables import FactsLog, ImageFacts

KEPT_ITEMS = 10_000
"""Items kept in the report; what goes beyond them is counted."""
SHOWN_NAMES = 5


def run(context: JobContext) -> dict[str, Any]:
    """Read the predictions that `context.params` (a PredictionsRequest) name.

    Raises
    ------
    VisionLensError
        PREDICTIONS_INVALID, FORMAT_UNKNOWN, DIR_NOT_FOUND, PERMISSION_DENIED.
    JobCancelled
    """
    params = context.params
    options = params.get("options") or {}
    targets = read_targets(context.spool / "input", options)
    rows_file = context.spool / "input" / ROWS
    rows = _table(rows_file) if rows_file.exists() else None
    if rows is None and os.path.realpath(params["source"]) != params["source"]:
        raise not_allowed(params["source"])  # a link has taken its place since it was queued
    started = datetime.now(UTC)
    format, batches = read_predictions(
        params["source"], params.get("format"), targets, options, rows
    )
    collected = _Collected(params["run"], targets, _names(context.spool / "input"))
    for batch in batches:
        context.check_cancelled()
        collected.add(batch)
        context.progress("predictions", collected.found, None)
    collected.check()
    report = collected.report(format, params["source"], started)
    info = {
        "run": params["run"],
        "format": format,
        "source": params["source"],
        "trained_on": params.get("trained_on") or [],
        "replace": bool(params.get("replace")),
        "report": report.model_dump(mode="json"),
    }
    context.emit(0, {"annotation": collected.table()}, summary={"run": info})
    shown = report.model_copy(update={"items": report.items[:100]})
    for warning in report.warnings():
        context.log("warning", warning)
    return {"run": params["run"], "report": shown.model_dump(mode="json")}


def read_targets(folder: Path, options: dict[str, Any]) -> Targets:
    """The dataset's images and classes from a job's input.

    Options: `split`, the images of which are meant alone; `categories`. REQUEST_INVALID.
    """
    split = options.get("split")
    images, classes = _table(folder / IMAGES), _table(folder / CLASSES)
    splits = images.column("split").to_pylist()
    if split is not None:
        images = images.filter(pa.array([one == split for one in splits], pa.bool_()))
        splits = [split] * images.num_rows
    sizes = [images.column(name).fill_null(0).to_numpy() for name in ("width", "height")]
    return Targets(
        images.column("sample_id").to_numpy(),
        images.column("path").to_pylist(),
        source_ids=images.column("source_id").to_pylist(),
        sizes=np.stack(sizes, axis=1).astype(np.int64),
        classes=with_categories(
            [DatasetClass(**row) for row in classes.to_pylist()], options.get("categories")
        ),
        splits=splits,
    )


def _names(folder: Path) -> list[str]:
    """Of the dataset's classes."""
    listed: list[str] = _table(folder / CLASSES).column("name").to_pylist()
    return listed


@dataclass
class _Collected:
    """All batches so far; `names` are those of the dataset's classes."""

    run: str
    targets: Targets
    names: list[str]
    found: int = 0
    files: int = 0
    files_skipped: int = 0
    issues: list[Issue] = field(default_factory=list)
    unmatched: Unmatched = field(default_factory=Unmatched)
    parts: list[pa.Table] = field(default_factory=list)
    missing: int = 0
    beyond: int = 0
    classes: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._facts = _facts(self.targets)
        self._named = np.zeros(len(self.targets), dtype=bool)

    def add(self, batch: PredictionBatch) -> None:
        """Take a batch."""
        self.found += batch.found
        self.files += batch.files
        self.files_skipped += batch.files_skipped
        self.issues += batch.issues
        self.unmatched.update(batch.unmatched)
        self._named[batch.named] = True
        rows = batch.rows
        if rows is None or not len(rows.classes):
            return
        self._check_confidence(rows)
        self.classes.update(name for name in rows.classes if name is not None)
        prepared = Prepared(rows, self._facts, self.run)
        self.issues += prepared.issues
        self.parts.append(prepared.table)

    def check(self) -> None:
        """A run of which nothing fits the dataset would only look like a bad model.

        Raises
        ------
        VisionLensError
            PREDICTIONS_INVALID
        """
        strangers = [*self.unmatched.unknown, *self.unmatched.ambiguous]
        if strangers and not self._named.any():
            several = "" if self.unmatched.unknown else ", each of several images"
            raise VisionLensError(
                "PREDICTIONS_INVALID",
                f"None of the {self.found:,} predictions is of an image of the dataset. They name "
                f"{some(strangers, SHOWN_NAMES)}{several}; the dataset has "
                f"{some(self.targets.paths, SHOWN_NAMES)}.",
                "Name the images as the dataset does, or by sample_id; with split= only images of "
                "that split are meant.",
            )
        if self.found and not self.parts:
            first = next((i for i in self.issues if i.action == "skipped"), None)
            why = "" if first is None else f" {first.item}: {first.message}"
            raise VisionLensError(
                "PREDICTIONS_INVALID", f"None of the {self.found:,} predictions can be read.{why}"
            )
        if self.classes and self.names and not self.classes.keys() & set(self.names):
            raise VisionLensError(
                "PREDICTIONS_INVALID",
                "No prediction is of a class of the dataset. They are of "
                f"{some(self.classes, SHOWN_NAMES)}; the dataset has "
                f"{some(self.names, SHOWN_NAMES)}.",
                "Name the classes as the dataset does; where they are numbers, say what these "
                "mean with categories=.",
            )

    def table(self) -> pa.Table:
        """The `annotation` table."""
        if not self.parts:
            return pa.table({"sample_id": pa.array([], pa.uint32())})
        return pa.concat_tables(self.parts).unify_dictionaries()

    def report(self, format: str, source: str, started: datetime) -> IngestReport:
        """What was found, taken in and left out."""
        issues = [*self.unmatched.issues(), *self.issues, *self._about_confidence()]
        by_code: dict[str, int] = {}
        for issue in issues:
            by_code[issue.code] = by_code.get(issue.code, 0) + 1
        imported = sum(part.num_rows for part in self.parts)
        images, strange = (
            int(self._named.sum()),
            len(self.unmatched.unknown | self.unmatched.ambiguous),
        )
        return IngestReport(
            job=None,
            format=format,
            source=source,
            started_at=started.isoformat(),
            finished_at=datetime.now(UTC).isoformat(),
            images=_count(images + strange, images),
            annotations=_count(self.found, imported),
            label_files=_count(self.files, self.files - self.files_skipped),
            by_code=dict(sorted(by_code.items())),
            items=[self._item(issue) for issue in issues[:KEPT_ITEMS]],
            items_total=len(issues),
        )

    def _check_confidence(self, rows: Any) -> None:
        confidence = rows.confidence
        if confidence is None:
            confidence = np.full(len(rows.classes), np.nan)
        missing = np.isnan(confidence)
        self.missing += int(missing.sum())
        rows.confidence = np.where(missing, 1.0, confidence)
        self.beyond += int(((rows.confidence < 0) | (rows.confidence > 1)).sum())

    def _about_confidence(self) -> list[Issue]:
        issues = []
        for code, count, what in (
            ("CONFIDENCE_MISSING", self.missing, "state no confidence; 1 was taken"),
            ("CONFIDENCE_RANGE", self.beyond, "have a confidence outside 0 to 1"),
        ):
            if count:
                message = f"{count} predictions {what}."
                issues.append(Issue(code, "kept", "other", self.run, message))
        return issues

    def _item(self, issue: Issue) -> ReportItem:
        sample = None if issue.image is None else int(self.targets.sample_ids[issue.image])
        return ReportItem(
            code=issue.code,
            action=issue.action,
            kind=issue.kind,
            item=issue.item,
            message=issue.message,
            sample_id=sample,
        )


def _facts(targets: Targets) -> FactsLog:
    """The images as those of an ingest: their frames are upright, none is known from before."""
    count = len(targets)
    log = FactsLog()
    log.add(
        ImageFacts(
            sample_ids=targets.sample_ids.astype(np.int64),
            known=np.zeros(count, dtype=bool),
            widths=targets.sizes[:, 0],
            heights=targets.sizes[:, 1],
            rotations=np.ones(count, dtype=np.int8),
            ambiguous=np.zeros(count, dtype=bool),
        )
    )
    return log


def _count(found: int, imported: int) -> ReportCount:
    return ReportCount(found=found, imported=imported, skipped=found - imported)


def _table(path: Path) -> pa.Table:
    with path.open("rb") as file:
        return pa.ipc.open_stream(file).read_all()
