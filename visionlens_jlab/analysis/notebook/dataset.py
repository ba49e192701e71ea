"""Looking for where a run fails more, as a notebook asks for it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from visionlens_jlab.analysis.notebook.backend import FINDINGS, REPORTS
from visionlens_jlab.analysis.notebook.finding import Analysis, Finding
from visionlens_jlab.analysis.shapes import (
    AnalyseRequest,
    FindingReport,
    RecheckRequest,
    SliceRequest,
    SliceTest,
    Target,
)
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View, outside
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.shapes import ErrorType
from visionlens_jlab.errors import VisionLensError, unknown
from visionlens_jlab.evaluation.notebook.backend import EVALUATIONS
from visionlens_jlab.evaluation.notebook.evaluation import Evaluation

_FORMATS: dict[str, Literal["html", "markdown"]] = {
    ".html": "html",
    ".htm": "html",
    ".zip": "markdown",
}


class Analysing(Dataset[V, S]):
    """The part of a Dataset that is about findings."""

    def analyse(
        self,
        target: Target | None = None,
        *,
        evaluation: str | Evaluation | None = None,
        run: str | None = None,
        view: View | None = None,
        depth: int = 2,
        **options: Any,
    ) -> list[Finding[V]]:
        """Find where a run fails more than elsewhere; waits, with a progress bar.

        Statistics find: slices are looked for in one half of the groups of images (scenes, videos,
        bursts, near-duplicates) and confirmed in the other one. No language model takes part. The
        same data and seed give the same findings.

        Parameters
        ----------
        target : str, optional
            `miss_rate` (labels not found), `false_positive_rate`, `error_type`, `confidence_gap`
            (how far confidence and precision lie apart) or `label_error` (likely wrong labels);
            by default all that the evaluation has.
        evaluation : Evaluation or str, optional
            By default the newest, of `run` where that is given.
        run : str, optional
            Instead of an evaluation: its newest one.
        view : View, optional
            Only its samples.
        depth : int
            Conditions of a slice, from 1 to 3 at most.
        **options
            `error` (of target error_type), `level` ("samples" or "annotations"), `fields`,
            `exclude`, `space` (embedding space whose clusters are fields), `min_objects` (20) and
            `min_groups` (8) in each half, `alpha` (.05), `limit` (20), `seed` (0).

        Returns
        -------
        list of Finding
            As they rank. `analyses()` says what else was tested, what was too small to be tested,
            and what was left out. A warning says why there is nothing.

        Raises
        ------
        VisionLensError
            ANALYSIS_INVALID, EVALUATION_NOT_FOUND, FIELD_UNKNOWN, REQUEST_INVALID,
            DATASET_READ_ONLY.
        """
        request = shaped(
            AnalyseRequest,
            dataset=self._backend.dataset,
            evaluation=self._evaluation_of(evaluation, run),
            target=target,
            view=None if view is None else view.spec,
            depth=depth,
            **options,
        )
        job = run_shown(self._backend, request, f"Analysing {self._backend.dataset}")
        info = self._backend.part(FINDINGS).analysis(job.result["analysis"])
        found = Analysis[V](self._backend, info)
        for text in found.silences:
            warnings.warn(text, stacklevel=outside())
        return found.findings

    def findings(self, evaluation: str | Evaluation | None = None) -> list[Finding[V]]:
        """Findings of one evaluation or of all, those of the newest analysis first."""
        named = self._backend.part(FINDINGS).all(_name(evaluation))
        found = named or self._none_of(evaluation)
        return [Finding(self._backend, one) for one in found]

    def analyses(self, evaluation: str | Evaluation | None = None) -> list[Analysis[V]]:
        """Analyses of one evaluation or of all, newest first."""
        named = self._backend.part(FINDINGS).analyses(_name(evaluation))
        found = named or self._none_of(evaluation)
        return [Analysis(self._backend, one) for one in found]

    def test_slice(
        self,
        where: str,
        target: Target = "miss_rate",
        *,
        evaluation: str | Evaluation | None = None,
        run: str | None = None,
        level: Level = "annotations",
        error: ErrorType | None = None,
    ) -> SliceTest:
        """Test one slice of your own; it counts among all tests of the evaluation.

        Parameters
        ----------
        where : str
            The slice as a predicate.
        target : str
            As in `analyse`.
        evaluation, run : optional
            As in `analyse`.
        level : {"annotations", "samples"}
            What the units are.
        error : str, optional
            Of target error_type.

        Returns
        -------
        SliceTest
            `discovery` and `confirmation` (effects of both halves), `confirmed`, `tests` so far.

        Raises
        ------
        VisionLensError
            ANALYSIS_INVALID, EVALUATION_NOT_FOUND, PREDICATE_INVALID, FIELD_UNKNOWN,
            DATASET_READ_ONLY.
        """
        name = self._evaluation_of(evaluation, run)
        if name is None:
            raise VisionLensError("ANALYSIS_INVALID", "The dataset has no evaluation.")
        request = shaped(
            SliceRequest, evaluation=name, target=target, error=error, level=level, where=where
        )
        return self._backend.part(FINDINGS).test_slice(request)

    def recheck(
        self,
        findings: Sequence[Finding] | None = None,
        *,
        evaluation: str | Evaluation | None = None,
    ) -> list[Finding[V]]:
        """Ask whether findings still hold; waits, with a progress bar.

        Of an evaluation that is made again they are checked anyway.

        Parameters
        ----------
        findings : sequence of Finding, optional
            By default all, or all of `evaluation`.

        Returns
        -------
        list of Finding
            Read again, with `holds` and `detail.now`.

        Raises
        ------
        VisionLensError
            FINDING_NOT_FOUND, EVALUATION_NOT_FOUND, DATASET_READ_ONLY.
        """
        names = None if findings is None else [one.id for one in findings]
        request = shaped(
            RecheckRequest,
            dataset=self._backend.dataset,
            evaluation=_name(evaluation),
            findings=names,
        )
        run_shown(self._backend, request, f"Checking findings of {self._backend.dataset}")
        if findings is not None:
            return [one.refresh() for one in findings]
        return self.findings(evaluation)

    def export_findings(
        self,
        path: str | os.PathLike[str],
        *,
        findings: Sequence[Finding] | None = None,
        evaluation: str | Evaluation | None = None,
        pictures: int = 8,
    ) -> Path:
        """Write a report of findings with pictures of failures.

        Parameters
        ----------
        path : str or path
            `.html`: one file that needs nothing else; `.zip`: Markdown with pictures beside it.
        findings : sequence of Finding, optional
            By default all that were not rejected, or those of `evaluation`.
        pictures : int
            Of each finding, 20 at most.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        VisionLensError
            REQUEST_INVALID for another ending, FINDING_NOT_FOUND, PERMISSION_DENIED, DISK_SPACE.
        """
        from visionlens_jlab.errors import system_errors

        target = Path(path).expanduser().absolute()
        if target.suffix.lower() not in _FORMATS:
            raise VisionLensError(
                "REQUEST_INVALID", f"{target.name!r} ends neither in .html nor in .zip."
            )
        request = shaped(
            FindingReport,
            format=_FORMATS[target.suffix.lower()],
            findings=None if findings is None else [one.id for one in findings],
            evaluation=_name(evaluation),
            pictures=pictures,
        )
        content = self._backend.part(REPORTS).build(request)
        with system_errors():
            target.write_bytes(content)
        return target

    def _none_of(self, evaluation: str | Evaluation | None) -> list[Any]:
        """Nothing; EVALUATION_NOT_FOUND where there is no such evaluation either."""
        evaluations, name = self._backend.part(EVALUATIONS).all(), _name(evaluation)
        known = [one.evaluation for one in evaluations]
        if name is not None and name not in known:
            raise unknown("EVALUATION_NOT_FOUND", "evaluation", name, known)
        return []

    def _evaluation_of(self, evaluation: str | Evaluation | None, run: str | None) -> str | None:
        """The name of what is meant; None: there is none at all."""
        if evaluation is not None:
            return _name(evaluation)
        evaluations = self._backend.part(EVALUATIONS).all()
        known = [one for one in evaluations if run in (None, one.run)]
        if run is not None and not known:
            raise VisionLensError("ANALYSIS_INVALID", f"The run {run!r} has no evaluation.")
        whole = [one for one in known if one.predicate is None]
        chosen = (whole or known)[-1:]
        for one in () if whole else chosen:
            print(  # noqa: T201
                f"The analysis is of {one.evaluation}, an evaluation of the images where "
                f"{one.predicate}: there is none of all images."
            )
        return chosen[0].evaluation if chosen else None


def _name(evaluation: str | Evaluation | None) -> str | None:
    return evaluation.name if isinstance(evaluation, Evaluation) else evaluation
