"""What each target counts: labels, predictions or images, each with its value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from visionlens_jlab.analysis.shapes import AnalyseRequest, Target
from visionlens_jlab.analysis.slices.units import Units
from visionlens_jlab.core.predicates.normal import conjunction
from visionlens_jlab.core.predicates.renderer import literal
from visionlens_jlab.core.predicates.shapes import Combine, Compare, Filter
from visionlens_jlab.core.views.shapes import ErrorType, Outcome, OutcomeFilter, ViewSpec

if TYPE_CHECKING:
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.evaluation.evaluated import Evaluated
    from visionlens_jlab.evaluation.label_quality import LabelQuality

_ERRORS: tuple[ErrorType, ...] = get_args(ErrorType)
_DOUBTFUL = 0.5
"""Score from which a label is a likely error."""
_OF_LABELS = ("", "annotations.source = 'ground_truth'", np.empty(0, np.int32))
"""A predicate is of labels where it names no source; SQL has to."""
_LABELS: Filter = Compare(field="source", cmp="=", value="ground_truth")


@dataclass(frozen=True)
class Members:
    """Rows of one population: `ids` uint32 ascending, `samples` int32 the row of each's image."""

    ids: Ids
    samples: Ids


@dataclass(frozen=True)
class UnitSource:
    """What units are made from."""

    evaluation: str
    run: str
    evaluated: Evaluated
    labels: Members
    predictions: Members
    confidences: Ids
    """float64: of each row of `predictions`."""
    images: Ids
    """bool (m,): sample rows that take part."""
    among: Filter | None
    """What says so in a view, of objects together with the outcomes they have."""
    images_known: bool
    """Whether `among` says so of images too: those without an object have no outcome."""
    quality: dict[str, Ids]
    """Field of label quality -> float64 of every label, NaN: none."""
    scenes: tuple[str, ...]
    """Names of features that say what the ground truth is."""


def read_units(given: UnitSource, request: AnalyseRequest) -> list[Units]:
    """The units of every target and level that a request asks for; none without a unit."""
    maker = _UnitMaker(given)
    found: list[Units] = []
    if request.level != "samples":
        for target in _targets(request):
            found += maker.of_objects(target, request.error)
    if request.level != "annotations" and given.images_known:
        # Unless images are asked for: misses of an image say nothing that its labels do not.
        asked = _targets(request) if request.level else ("false_positive_rate",)
        for target in _targets(request):
            found += maker.of_images(target, request.error) if target in asked else []
    return [one for one in found if len(one.rows)]


def _targets(request: AnalyseRequest) -> tuple[Target, ...]:
    return get_args(Target) if request.target is None else (request.target,)


@dataclass(frozen=True)
class _Outcomes:
    """What came of the members of one population that take part."""

    population: Literal["labels", "predictions"]
    rows: Ids
    """int32 (n,): of the population, ascending."""
    failing: Ids
    """bool (n,)."""
    error: Ids
    """int8 (n,): place in `_ERRORS`, -1: none."""
    own: Ids
    """int (n,): rows of the evaluation's arrays."""


class _UnitMaker:
    def __init__(self, given: UnitSource) -> None:
        from visionlens_jlab.evaluation.matching import outcomes

        evaluated = given.evaluated
        self._given = given
        found = outcomes.events(evaluated, evaluated.confidence)
        hit = found.outcome == outcomes.TRUE_POSITIVE
        missed = found.outcome == outcomes.FALSE_NEGATIVE
        wrong = found.outcome == outcomes.FALSE_POSITIVE
        self._labels = self._outcomes_of("labels", found.label, hit | missed, missed, found.error)
        self._predictions = self._outcomes_of(
            "predictions", found.prediction, hit | wrong, wrong, found.error
        )

    def of_objects(self, target: Target, error: ErrorType | None) -> list[Units]:
        """Units at level annotations."""
        if target == "miss_rate":
            return [self._misses()]
        if target == "false_positive_rate":
            return [self._invented()]
        if target == "error_type":
            return [self._errors(one) for one in _ERRORS if error in (None, one)]
        return [self._confidence()] if target == "confidence_gap" else self._doubted()

    def of_images(self, target: Target, error: ErrorType | None) -> list[Units]:
        """Units at level samples: how many failures an image has."""
        if target == "miss_rate":
            return [self._counted(target, self._labels, outcomes=["false_negative"])]
        if target == "false_positive_rate":
            return [self._counted(target, self._predictions, outcomes=["false_positive"])]
        if target != "error_type":
            return []
        return [
            self._counted(target, self._of_error(one), error=one)
            for one in _ERRORS
            if error in (None, one)
        ]

    # --- objects ---------------------------------------------------------------------------------

    def _misses(self) -> Units:
        part = self._labels
        return self._units(
            "miss_rate",
            part,
            part.failing,
            failing=["false_negative"],
            found_at=self._found_at(part),
            doubtful=self._doubtful_labels,
        )

    def _invented(self) -> Units:
        part = self._predictions
        return self._units(
            "false_positive_rate",
            part,
            part.failing,
            failing=["false_positive"],
            doubtful=self._doubtful_predictions,
        )

    def _errors(self, error: ErrorType) -> Units:
        part = self._of_error(error)
        of_labels = error == "missed"
        doubtful = self._doubtful_labels if of_labels else self._doubtful_predictions
        return self._units("error_type", part, part.failing, error=error, doubtful=doubtful)

    def _confidence(self) -> Units:
        """Confidence less whether it was right: above 0 where a model is too sure."""
        part = self._predictions
        scores = self._given.evaluated.predictions.scores[part.own]
        return self._units(
            "confidence_gap",
            part,
            scores - ~part.failing,
            failing=["false_positive"],
            scale="score",
        )

    def _doubted(self) -> list[Units]:
        fields = self._given.quality
        if not fields:
            return []
        part = self._labels
        known = np.fmax.reduce([values[part.rows] for values in fields.values()])
        units = self._units("label_error", part, np.nan_to_num(known), failing=[], scale="score")
        likely = [Compare(field=one, cmp=">=", value=_DOUBTFUL) for one in fields]
        among = conjunction([_LABELS, Combine(op="or", args=[*likely]), *self._among()])
        failures = units.view.model_copy(update={"filter": among})
        return [replace(units, failures=failures)]

    def _units(
        self,
        target: Target,
        part: _Outcomes,
        values: Ids,
        *,
        failing: list[Outcome] | None = None,
        error: ErrorType | None = None,
        scale: Literal["rate", "score"] = "rate",
        **signs: Ids,
    ) -> Units:
        of_labels = part.population == "labels"
        all_of: list[Outcome] = [
            "true_positive",
            "false_negative" if of_labels else "false_positive",
        ]
        base, base_sql, members = _OF_LABELS if of_labels else self._base()
        return Units(
            target=target,
            error=error,
            level="annotations",
            population=part.population,
            scale=scale,
            rows=part.rows,
            values=np.asarray(values, dtype=np.float64),
            view=self._view(of_labels, outcomes=all_of),
            failures=self._view(of_labels, outcomes=failing or [], errors=[error] if error else []),
            base=base,
            base_sql=base_sql,
            members=members,
            without=() if of_labels else self._given.scenes,
            **signs,
        )

    def _view(
        self, of_labels: bool, *, outcomes: list[Outcome], errors: list[ErrorType] | None = None
    ) -> ViewSpec:
        wanted = OutcomeFilter(
            evaluation=self._given.evaluation, outcomes=outcomes, errors=errors or []
        )
        # Outcomes lift the restriction to ground truth; a prediction's `base` names its source.
        own = [_LABELS] if of_labels else []
        among = conjunction([*own, *self._among()])
        return ViewSpec(level="annotations", filter=among, outcomes=wanted)

    def _among(self) -> list[Filter]:
        return [] if self._given.among is None else [self._given.among]

    def _base(self) -> tuple[str, str, Ids]:
        """What says which predictions count, in a predicate and in SQL; and their rows."""
        run, confidence = literal(self._given.run), literal(self._given.evaluated.confidence)
        enough = self._given.confidences >= self._given.evaluated.confidence
        return (
            f"source = {run} and confidence >= {confidence}",
            f"annotations.source = {run} AND annotations.confidence >= {confidence}",
            np.flatnonzero(enough).astype(np.int32),
        )

    # --- images ----------------------------------------------------------------------------------

    def _counted(
        self,
        target: Target,
        part: _Outcomes,
        *,
        outcomes: list[Outcome] | None = None,
        error: ErrorType | None = None,
    ) -> Units:
        given = self._given
        samples = self._members(part.population).samples[part.rows[part.failing]]
        many = np.bincount(samples, minlength=len(given.images))
        rows = np.flatnonzero(given.images)
        wanted = OutcomeFilter(
            evaluation=given.evaluation, outcomes=outcomes or [], errors=[error] if error else []
        )
        view = ViewSpec(level="samples", filter=given.among)
        return Units(
            target=target,
            error=error,
            level="samples",
            population="samples",
            scale="count",
            rows=rows.astype(np.int32),
            values=many[rows].astype(np.float64),
            view=view,
            failures=view.model_copy(update={"outcomes": wanted}),
        )

    # --- what came of each -----------------------------------------------------------------------

    def _members(self, population: Literal["labels", "predictions"]) -> Members:
        return self._given.labels if population == "labels" else self._given.predictions

    def _outcomes_of(
        self,
        population: Literal["labels", "predictions"],
        own: Ids,
        taking_part: Ids,
        failing: Ids,
        error: Ids,
    ) -> _Outcomes:
        evaluated, members = self._given.evaluated, self._members(population)
        kept = np.flatnonzero(taking_part & (own >= 0))
        side = evaluated.labels if population == "labels" else evaluated.predictions
        rows = _rows_of(members.ids, side.ids[own[kept]])
        there = rows >= 0
        there[there] = self._given.images[members.samples[rows[there]]]
        rows, first = np.unique(rows[there], return_index=True)
        kept = kept[there][first]
        return _Outcomes(population, rows.astype(np.int32), failing[kept], error[kept], own[kept])

    def _of_error(self, error: ErrorType) -> _Outcomes:
        part = self._labels if error == "missed" else self._predictions
        return replace(part, failing=part.error == _ERRORS.index(error))

    def _found_at(self, part: _Outcomes) -> Ids:
        """Confidence of the prediction, too unsure to count, that finds a missed label."""
        evaluated = self._given.evaluated
        partner = evaluated.operating.prediction[part.own]
        scores = np.append(evaluated.predictions.scores, np.nan)[partner]
        below = part.failing & (scores < evaluated.confidence)
        return np.where(below, scores, np.nan)

    @cached_property
    def _doubtful_labels(self) -> Ids:
        """Of `_labels`."""
        quality = self._quality
        score = np.maximum(quality.wrong_class, quality.badly_placed)
        ids = self._given.evaluated.labels.ids[self._labels.own]
        return _score_of(quality.label_ids, score, ids) >= _DOUBTFUL

    @cached_property
    def _doubtful_predictions(self) -> Ids:
        """Of `_predictions`: a label is likely missing, or the one an error points at is wrong."""
        from visionlens_jlab.evaluation.matching.outcomes import error_types

        part, quality, evaluated = self._predictions, self._quality, self._given.evaluated
        ids = evaluated.predictions.ids[part.own]
        missing = _score_of(quality.prediction_ids, quality.missing, ids)
        target = error_types(evaluated).target[part.own]
        score = np.maximum(quality.wrong_class, quality.badly_placed)
        wrong = _score_of(quality.label_ids, score, np.append(evaluated.labels.ids, 0)[target])
        return np.maximum(missing, np.where(target >= 0, wrong, 0)) >= _DOUBTFUL

    @cached_property
    def _quality(self) -> LabelQuality:
        from visionlens_jlab.evaluation.label_quality import scores

        return scores(self._given.evaluated)


def _rows_of(known: Ids, ids: Ids) -> Ids:
    """Row of each id among those known, which ascend; -1 where it is not there."""
    if not len(known):
        return np.full(len(ids), -1)
    rows = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[rows] == ids, rows, -1)


def _score_of(known: Ids, scores: Ids, ids: Ids) -> Ids:
    """Scores by id; 0 where there is none."""
    return np.append(scores, 0.0)[_rows_of(known, ids)]
