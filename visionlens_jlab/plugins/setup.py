"""What happens before and after a plugin runs: its input, as of now."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.plugins.capability import ANNOTATIONS, SAMPLES
from visionlens_jlab.plugins.installed import InstalledPlugins
from visionlens_jlab.plugins.shapes import Kind, OperatorRequest
from visionlens_jlab.plugins.store import operator_tables

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.shapes import Job

RUN: tuple[Kind, ...] = ("operator", "measure")
"""Kinds of contributions that this job runs."""


class OperatorSetup(DatasetSetup[OperatorRequest]):
    """The worker gets the samples, their annotations and where the plugin's code lies."""

    reads_images = True

    def checked(self, store: DatasetStore, request: OperatorRequest) -> OperatorRequest:
        """PLUGIN_NOT_FOUND, PLUGIN_OFF."""
        _plugins(store).usable(request.plugin, request.operator, *RUN)
        return request

    def prepare(
        self, store: DatasetStore, request: OperatorRequest, spool: Spool
    ) -> dict[str, Any]:
        """Write the tables; where the code, the log and the output lie."""
        plugins = _plugins(store)
        found, asked = plugins.usable(request.plugin, request.operator, *RUN)
        assert found.manifest is not None
        samples, annotations = operator_tables(store, request)
        if request.preview is not None:
            samples = samples.slice(0, request.preview)
            annotations = annotations.filter(pc.less(annotations["row"], len(samples)))
        write_stream(spool.input / SAMPLES, samples)
        write_stream(spool.input / ANNOTATIONS, annotations)
        return {
            "file": str(found.file),
            "module": found.module,
            **found.api,
            "asked": asked.model_dump(by_alias=True),
            "permissions": list(found.manifest.permissions),
            "samples": len(samples),
            "log": str(plugins.log_file(found.name)),
            "output": str(plugins.folder / "output" / found.name / spool.folder.name),
        }

    def discard(self, library: Library, job: Job) -> None:
        """Also an output folder that is empty, or that of a preview or a run that failed."""
        super().discard(library, job)
        if isinstance(job.parameters, OperatorRequest):
            plugins = InstalledPlugins(library.data_dir)
            output = plugins.folder / "output" / job.parameters.plugin / job.job
            passing = job.state != "done" or job.parameters.preview is not None
            if passing or (output.exists() and not any(output.iterdir())):
                shutil.rmtree(output, ignore_errors=True)


def _plugins(store: DatasetStore) -> InstalledPlugins:
    return InstalledPlugins(Path(store.folder).parent.parent)
