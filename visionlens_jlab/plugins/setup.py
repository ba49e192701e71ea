"""What happens before and after a plugin runs: its input, as of now."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.plugins.capability import ANNOTATIONS, MATCHES, SAMPLES
from visionlens_jlab.plugins.installed import InstalledPlugins
from visionlens_jlab.plugins.kinds import Kind
from visionlens_jlab.plugins.shapes import OperatorRequest
from visionlens_jlab.plugins.store import evaluated_tables, operator_tables

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.shapes import Job

RUN: tuple[Kind, ...] = ("operator", "measure", "evaluator")
"""Kinds of contributions that this job runs."""


class OperatorSetup(DatasetSetup[OperatorRequest]):
    """The worker gets the samples, their annotations and where the plugin's code lies."""

    reads_images = True

    def checked(self, store: DatasetStore, request: OperatorRequest) -> OperatorRequest:
        """PLUGIN_NOT_FOUND, PLUGIN_OFF."""
        asked = _plugins(store).usable(request.plugin, request.operator, *RUN)
        evaluates = asked.contribution.kind == "evaluator"
        if evaluates != (request.evaluation is not None):
            wanted = "needs an" if evaluates else "takes no"
            raise VisionLensError("REQUEST_INVALID", f"{request.operator} {wanted} evaluation.")
        if request.evaluation is not None:
            store.part(Evaluations).read(request.evaluation)
        return request

    def prepare(
        self, store: DatasetStore, request: OperatorRequest, spool: Spool
    ) -> dict[str, Any]:
        """Write the tables; where the code, the log and the output lie."""
        plugins = _plugins(store)
        asked = plugins.usable(request.plugin, request.operator, *RUN)
        facts: dict[str, Any] = {}
        if request.evaluation is None:
            samples, annotations = operator_tables(store, request)
        else:
            samples, annotations, matches, facts["about"] = evaluated_tables(
                store, request.evaluation
            )
            write_stream(spool.input / MATCHES, matches)
        if request.preview is not None:
            samples = samples.slice(0, request.preview)
            annotations = annotations.filter(pc.less(annotations["row"], len(samples)))
        write_stream(spool.input / SAMPLES, samples)
        write_stream(spool.input / ANNOTATIONS, annotations)
        return {
            "process": asked.request,
            **facts,
            "samples": len(samples),
            "log": str(asked.log),
            "output": str(plugins.folder / "output" / asked.plugin.name / spool.folder.name),
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
    return InstalledPlugins.here(Path(store.folder).parent.parent)
