"""What happens before and after an export: its input, as of now."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.core.system.confinement import check_name
from visionlens_jlab.errors import VisionLensError, check_options, unknown
from visionlens_jlab.export.job.content import ANNOTATIONS, CLASSES, SAMPLES
from visionlens_jlab.export.job.place import LONGEST_PARTIAL, REPORT, check_place, partial_folder
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.export.store import export_tables
from visionlens_jlab.formats.writing.registry import writer_of

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library


_OPTIONS = {
    "yolo": ("task",),
    **dict.fromkeys(("webdataset", "tfrecord", "parquet_images"), ("shard_megabytes",)),
}


class ExportSetup(DatasetSetup[ExportRequest]):
    """The worker gets the samples, annotations and classes; the dataset stays as it is."""

    changes_dataset = False
    reads_images = True

    def checked(self, store: DatasetStore, request: ExportRequest) -> ExportRequest:
        """EXPORT_NOT_EMPTY, RUN_NOT_FOUND, REQUEST_INVALID."""
        path = Path(request.path).expanduser()
        if not path.is_absolute() or path.parent == path:
            raise VisionLensError(
                "REQUEST_INVALID", f"{request.path!r} is no absolute path of a folder."
            )
        check_name(f"{path}{'.' * LONGEST_PARTIAL}")
        path = Path(os.path.realpath(path))
        check_place(path, store.folder.parent.parent)
        if request.format.startswith("plugin:"):
            writer_of(request.format)  # FORMAT_UNKNOWN
        known_options = _OPTIONS.get(request.format, ())
        check_options(f"Exports as {request.format}", request.options, known_options)
        known = ["ground_truth", *(source.name for source in store.detail().sources)]
        if request.source not in known:
            raise unknown("RUN_NOT_FOUND", "source of labels", request.source, dict.fromkeys(known))
        return request.model_copy(update={"path": str(path)})

    def makes(self, request: ExportRequest) -> object:
        """A folder."""
        return request.path

    def prepare(self, store: DatasetStore, request: ExportRequest, spool: Spool) -> dict[str, Any]:
        """Write the tables."""
        tables = export_tables(store, request)
        write_stream(spool.input / SAMPLES, tables.samples)
        write_stream(spool.input / ANNOTATIONS, tables.annotations)
        write_stream(spool.input / CLASSES, tables.classes)
        return {"left_out": tables.left_out}

    def rest(self, library: Library, job: Job) -> None:
        """Also what a killed worker left beside the folder."""
        _remove_partial(library, job)
        super().rest(library, job)

    def discard(self, library: Library, job: Job) -> None:
        """Also what a killed worker left beside the folder."""
        _remove_partial(library, job)
        super().discard(library, job)


def _remove_partial(library: Library, job: Job) -> None:
    if not isinstance(job.parameters, ExportRequest):
        return
    partial = partial_folder(Path(job.parameters.path), job.job)
    if partial.exists():
        # First: a report says that the folder took its name, unless it is still here.
        (Spool.of(library.data_dir, job.job).folder / REPORT).unlink(missing_ok=True)
        shutil.rmtree(partial, ignore_errors=True)
