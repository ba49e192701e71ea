"""What happens before and after the jobs about findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, RecheckRequest
from visionlens_jlab.analysis.slices.units import INPUT
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.core.jobs.spool import Spool
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import EvaluateRequest
from visionlens_jlab.evaluation.store.evaluations import Evaluations

if TYPE_CHECKING:
    from pathlib import Path

    from visionlens_jlab.analysis.slices.units import SliceInput
    from visionlens_jlab.core.catalog.store import DatasetStore


class AnalyseSetup(DatasetSetup[AnalyseRequest]):
    """The worker gets units and fields of one version, and the tests made before."""

    def checked(self, store: DatasetStore, request: AnalyseRequest) -> AnalyseRequest:
        """With the newest evaluation where none is named. ANALYSIS_INVALID, EVALUATION_NOT_FOUND.

        What the view raises.
        """
        if request.view is not None:
            store.view(request.view)
        if request.evaluation is not None:
            store.part(Evaluations).read(request.evaluation)
            return request
        known = store.part(Evaluations).all()
        if not known:
            raise VisionLensError("ANALYSIS_INVALID", "Nothing has been evaluated yet.")
        return request.model_copy(update={"evaluation": known[-1].evaluation})

    def prepare(self, store: DatasetStore, request: AnalyseRequest, spool: Spool) -> dict[str, Any]:
        """Write the input. ANALYSIS_INVALID, FIELD_UNKNOWN, SPACE_NOT_FOUND."""
        store.part(Findings).make_clusters(request)
        source = store.part(Findings).source(request)
        _save(source.given, spool.input / INPUT)
        return {"earlier": source.earlier, "digest": source.digest}


class RecheckSetup(DatasetSetup[RecheckRequest]):
    """The worker gets units and, of each finding, the rows its predicate gives now."""

    def checked(self, store: DatasetStore, request: RecheckRequest) -> RecheckRequest:
        """FINDING_NOT_FOUND, EVALUATION_NOT_FOUND."""
        if request.evaluation is not None:
            store.part(Evaluations).read(request.evaluation)
        for finding in request.findings or ():
            store.part(Findings).read(finding)
        return request

    def prepare(self, store: DatasetStore, request: RecheckRequest, spool: Spool) -> dict[str, Any]:
        """Write the input, the units of each target once."""
        places: dict[int, str] = {}
        checks = []
        for number, source in enumerate(store.part(Findings).check_sources(request)):
            if id(source.given) not in places:
                places[id(source.given)] = f"{INPUT}{number}"
                _save(source.given, spool.input / places[id(source.given)])
            ids = f"ids{number}.npy"
            np.save(spool.input / ids, source.ids, allow_pickle=False)
            checks.append(
                {
                    "finding": source.finding.finding,
                    "title": source.finding.title,
                    "direction": source.finding.confirmation.difference,
                    "request": source.request.model_dump(mode="json"),
                    "units": places[id(source.given)],
                    "ids": ids,
                    "digest": source.digest,
                }
            )
        return {"checks": checks}


def follow(job: Job, settings: Mapping[str, Any]) -> list[RecheckRequest]:
    """After an evaluation a check of the findings that it had."""
    asked, name = job.parameters, job.result.get("evaluation")
    if not isinstance(asked, EvaluateRequest) or not name or not job.result.get("findings"):
        return []
    return [RecheckRequest(dataset=asked.dataset, evaluation=name)]


def _save(given: SliceInput, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    given.save(folder)
