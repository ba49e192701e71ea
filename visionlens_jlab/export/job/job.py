"""The job that writes a dataset or view in a label format; it brings no pieces."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.core.jobs.spool import write_json
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.export.job.content import (
    ANNOTATIONS,
    CLASSES,
    SAMPLES,
    make_content,
    read_ahead,
    watched,
)
from visionlens_jlab.export.job.place import REPORT, new_folder, partial_folder
from visionlens_jlab.export.shapes import ExportReport
from visionlens_jlab.formats.writing.losses import Losses
from visionlens_jlab.formats.writing.registry import writer_of
from visionlens_jlab.formats.writing.writer import Target
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.media.sources import Source, connect_stored


def run(context: JobContext) -> dict[str, Any]:
    """Write what `context.params` (an ExportRequest) describe; the result is the report.

    Raises
    ------
    VisionLensError
        EXPORT_NOT_EMPTY, PERMISSION_DENIED, DISK_SPACE, REQUEST_INVALID for an option.
    JobCancelled
    """
    params = context.params
    path = Path(params["path"])
    finished = context.spool / REPORT
    moved = not partial_folder(path, context.job).exists()
    if finished.exists() and moved and path.is_dir() and any(path.iterdir()):
        report: dict[str, Any] = json.loads(finished.read_text(encoding="utf-8"))
        return report  # an earlier attempt was stopped after its last step
    samples, annotations, classes = (
        _read(context, name) for name in (SAMPLES, ANNOTATIONS, CLASSES)
    )
    content = make_content(
        samples,
        annotations,
        classes,
        is_run=params["source"] != "ground_truth",
        options=params["options"],
    )
    losses = Losses()
    if params["left_out"]:
        losses.add("ANNOTATION_NOT_IN_VIEW", params["source"], params["left_out"])
    with new_folder(path, context.job) as folder:
        target = Target(folder, params["images"], _connector(params[READABLE]), losses)
        watched_content = watched(content, _Ticker(context, samples.num_rows))
        writer_of(params["format"]).write(read_ahead(watched_content, target), target, losses)
        context.check_cancelled()
        report = ExportReport(
            path=str(path),
            format=params["format"],
            images=samples.num_rows - losses.count("IMAGE_LEFT_OUT"),
            annotations=annotations.num_rows - losses.annotations_lost,
            files=target.files,
            issues=losses.issues(),
        ).model_dump(mode="json")
        write_json(finished, report)
    for issue in report["issues"]:
        context.log("warning", f"{issue['count']}: {issue['message']}")
    context.log("info", f"{target.files} files in {path}.")
    return report


class _Ticker:
    """Says how far it is; writers may go through the pictures more than once."""

    def __init__(self, context: JobContext, total: int) -> None:
        self._context = context
        self._total = total
        self._done = 0

    def __call__(self) -> None:
        self._context.check_cancelled()
        self._context.progress("images", self._done % max(self._total, 1), self._total)
        self._done += 1


def _connector(readable: list[str]) -> Callable[[str], Source]:
    return lambda location: connect_stored(location, source_kinds(), Confinement(readable))


def _read(context: JobContext, name: str) -> pa.Table:
    with pa.memory_map(str(context.spool / "input" / name)) as file:
        return pa.ipc.open_stream(file).read_all()
