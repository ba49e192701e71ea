"""Adding predictions and evaluating them, as a notebook asks for it."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import DatasetBackend
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.frames import as_rows
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.report import Report
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.notebook.backend import EVALUATIONS, RUNS
from visionlens_jlab.evaluation.notebook.evaluation import Evaluation
from visionlens_jlab.evaluation.shapes import EvaluateRequest, PredictionsRequest, RunChange

DEFAULT_REPLICATES = 1000


class Evaluating(Dataset[V, S]):
    """The part of a Dataset that is about prediction runs."""

    def add_predictions(
        self,
        run: str,
        source: Any,
        *,
        format: Literal["coco", "yolo", "voc", "text", "classification", "dataframe", "fiftyone"]
        | None = None,
        replace: bool = False,
        trained_on: str | Sequence[str] = (),
        **options: Any,
    ) -> Report:
        """Add a model's predictions as a run; waits, with a progress bar.

        Predictions belong to the image whose id in the label file, path, file name or name without
        its ending they state. What belongs to none is left out and listed in the report; a run of
        which nothing belongs to an image, or to a class, of the dataset is refused.

        Parameters
        ----------
        run : str
            Its name, such as that of the model.
        source : path, pandas DataFrame or Arrow table
            COCO results (boxes, masks, keypoints; an object with `images` and `categories` of its
            own is read by file names and names of classes); a folder of YOLO text files with
            confidence; text files of the VOC devkit (`comp4_det_test_car.txt`), or one for each
            image with lines `class confidence x1 y1 x2 y2`; a field of FiftyOne's `samples.json`; a
            CSV or Parquet
            file or a table with one prediction a row (`filename` or `sample_id`, `class`,
            `confidence`, perhaps `x, y, w, h` in pixels of the upright image) or one image a row
            with a column of probabilities for each class. The files of a folder are one run: no
            image may be in two of them.
        format : str, optional
            By default found out.
        replace : bool
            Put these in the place of the predictions of a run that exists.
        trained_on : str or sequence of str
            Splits that the model was trained on; figures on them are marked.
        **options
            `split`: the predictions are about its images only; `categories`: what the numbers of
            classes mean (`{1: "person", 18: "dog"}`, or names from 0 on) where it is not what they
            mean in the dataset's own label files; yolo: `task` ("detect", "segment", "obb",
            "pose"); voc: `voc_origin` (1: pixels are counted from 1); fiftyone: `field`.

        Returns
        -------
        Report
            Counts `images` and `annotations` (found, imported, skipped), and the items left out.

        Raises
        ------
        VisionLensError
            RUN_EXISTS, PREDICTIONS_INVALID, FORMAT_UNKNOWN, DIR_NOT_FOUND, DATASET_READ_ONLY.
        """
        rows = as_rows(source)
        if rows is None and not isinstance(source, str | os.PathLike):
            raise VisionLensError("REQUEST_INVALID", f"{source!r} is no path and no table.")
        request = shaped(
            PredictionsRequest,
            dataset=self._backend.dataset,
            run=run,
            source=type(source).__name__ if rows is not None else _absolute(source),
            format="dataframe" if rows is not None else format,
            replace=replace,
            trained_on=[trained_on] if isinstance(trained_on, str) else list(trained_on),
            options=options,
        )
        run_shown(self._backend, request, f"Adding {run}", rows)
        report = Report.read(functools.partial(self._backend.part(RUNS).report, run))
        if report is None:
            raise VisionLensError("RUN_NOT_FOUND", f"Somebody has removed the run {run!r}.")
        for warning in report.warnings():
            print(f"{warning} See the report.")  # noqa: T201
        return report

    def rename_run(self, run: str, name: str) -> None:
        """Give a run another name; its evaluations follow.

        Raises
        ------
        VisionLensError
            RUN_NOT_FOUND, RUN_EXISTS, DATASET_READ_ONLY.
        """
        self._backend.part(RUNS).change(run, shaped(RunChange, run=name))

    def delete_run(self, run: str) -> None:
        """Remove a run with its predictions and its evaluations.

        Raises
        ------
        VisionLensError
            RUN_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.part(RUNS).delete(run)

    def evaluate(
        self,
        run: str,
        *,
        protocol: Literal["coco", "voc", "classification", "segmentation"] = "coco",
        geometry: Literal["box", "mask", "keypoints"] = "box",
        iou: float | Sequence[float] | None = None,
        confidence: float | None = None,
        class_aware: bool = True,
        max_dets: int = 100,
        view: View | None = None,
        name: str | None = None,
        operating_iou: float = 0.5,
        replicates: int | None = None,
        **options: Any,
    ) -> Evaluation[V]:
        """Evaluate a run against the labels; waits, with a progress bar.

        Parameters
        ----------
        run : str
            A prediction run.
        protocol : {"coco", "voc", "classification", "segmentation"}
            How figures are defined.
        geometry : {"box", "mask", "keypoints"}
            What overlaps are measured between.
        iou : float or sequence of float, optional
            Thresholds that metrics average over; by default the protocol's (COCO .50 to .95).
        confidence : float, optional
            Predictions from here on are counted; by default that of the greatest F1.
        class_aware : bool
            Whether a prediction must have the class of the label it matches.
        max_dets : int
            COCO: predictions of an image and class that take part, the most confident ones.
        view : View, optional
            Only its samples.
        name : str, optional
            Of the evaluation; one of that name is replaced. By default made from the run.
        operating_iou : float
            Outcomes are counted at this overlap.
        replicates : int, optional
            Of the bootstrap, whose intervals follow in a job of their own; by default 1,000 where
            a server runs it, without one 0: see `Evaluation.add_intervals`.
        **options
            coco: `areas`, ranges in square pixels instead of small, medium and large, such as
            `{"tiny": (0, 256), "rest": (256, 1e10)}` for `APtiny`, `ARrest`; voc: `interpolation`
            ("11" or "all"), `inclusive`; classification: `top_k`; keypoints: `sigmas`.

        Returns
        -------
        Evaluation
            Figures, tables and the annotations behind them.

        Raises
        ------
        VisionLensError
            RUN_NOT_FOUND, EVALUATION_INVALID, REQUEST_INVALID, DATASET_READ_ONLY.
        """
        return _evaluate(
            self._backend,
            run,
            protocol=protocol,
            geometry=geometry,
            iou=iou,
            confidence=confidence,
            class_aware=class_aware,
            max_dets=max_dets,
            view=view,
            name=name,
            operating_iou=operating_iou,
            replicates=replicates,
            **options,
        )

    def evaluations(self) -> list[Evaluation[V]]:
        """Every evaluation, oldest first; `stale` says which are out of date."""
        known = self._backend.part(EVALUATIONS).all()
        return [Evaluation(self._backend, one.evaluation) for one in known]


class EvaluatingView(View[V, S]):
    """The part of a View that is about prediction runs."""

    def evaluate(self, run: str, **settings: Any) -> Evaluation[V]:
        """Evaluate a run on the samples of this view; arguments as in `Dataset.evaluate`.

        Raises
        ------
        VisionLensError
            RUN_NOT_FOUND, EVALUATION_INVALID, REQUEST_INVALID, DATASET_READ_ONLY.
        """
        return _evaluate(self._backend, run, view=self, **settings)


_SETTINGS = frozenset(EvaluateRequest.model_fields) - {"dataset", "run", "view", "options"}


def _evaluate(
    backend: DatasetBackend, run: str, *, view: View | None = None, **given: Any
) -> Evaluation:
    """Run an evaluation to its end; what is no setting is an option of the protocol.

    REQUEST_INVALID names what is wrong with it.
    """
    settings = {name: value for name, value in given.items() if name in _SETTINGS}
    options = {name: value for name, value in given.items() if name not in _SETTINGS}
    iou = settings.get("iou")
    if iou is not None:
        settings["iou"] = list(iou) if isinstance(iou, Iterable) else [iou]
    if settings.get("replicates") is None:
        settings["replicates"] = DEFAULT_REPLICATES if backend.linked else 0
    spec = None if view is None else view.spec
    request = shaped(
        EvaluateRequest,
        {"dataset": backend.dataset, "run": run, "view": spec, "options": options, **settings},
    )
    job = run_shown(backend, request, f"Evaluating {request.run}")
    return Evaluation(backend, job.result["evaluation"])


def _absolute(path: str | os.PathLike[str]) -> str:
    """The path as seen from here: the server has another working directory."""
    return str(Path(path).expanduser().absolute())
