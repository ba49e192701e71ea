"""What evaluations say of annotations: views of outcomes, and columns beside their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.views.restriction import Restriction
from visionlens_jlab.core.views.shapes import OutcomeFilter, ViewSpec
from visionlens_jlab.evaluation.store.evaluations import evaluated_of

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.evaluation.evaluated import Evaluated

COLUMNS = ("outcome", "partner_id", "iou", "error")
"""Of a table of annotations whose view asks for outcomes."""


def outcomes(snapshot: Snapshot, wanted: OutcomeFilter) -> OutcomesById:
    """What became of each annotation at the threshold of a view."""
    key = ("outcomes_by_id", wanted.evaluation, wanted.confidence)
    found = evaluated_of(snapshot, wanted.evaluation)
    return snapshot.cached(key, lambda: outcomes_by_id(found, wanted.confidence))


def outcome_columns(snapshot: Snapshot, spec: ViewSpec) -> Callable[[Ids], dict[str, pa.Array]]:
    """Of ids of annotations, what became of them: `COLUMNS`."""
    return outcomes(snapshot, _wanted(spec)).columns


def _wanted(spec: ViewSpec) -> OutcomeFilter:
    if spec.outcomes is None:
        raise ValueError("the view asks for no outcomes")
    return spec.outcomes


def read_outcomes(snapshot: Snapshot, spec: ViewSpec) -> Restriction:
    """The annotations with some outcomes, or the samples on which another evaluation differs.

    Raises
    ------
    VisionLensError
        EVALUATION_NOT_FOUND, EVALUATION_INVALID.
    """
    from visionlens_jlab.evaluation.selection import select

    wanted = _wanted(spec)
    evaluated = evaluated_of(snapshot, wanted.evaluation)
    images = None
    if wanted.against is not None and wanted.change is not None:
        images = _changed(snapshot, wanted, evaluated)
        if not _speaks_of_outcomes(wanted):
            return Restriction("samples", evaluated.sample_ids[images])
    return Restriction("annotations", select(evaluated, wanted, images))


def _speaks_of_outcomes(wanted: OutcomeFilter) -> bool:
    return bool(
        wanted.outcomes
        or wanted.classes
        or wanted.cell
        or wanted.errors
        or wanted.confidence_range
        or wanted.iou_range
        or wanted.area_range
    )


def _changed(snapshot: Snapshot, wanted: OutcomeFilter, evaluated: Evaluated) -> Ids:
    """The images on which the other evaluation does better, worse or as well, bool (m,)."""
    other = evaluated_of(snapshot, wanted.against or "")
    order = np.argsort(other.sample_ids)
    places = np.searchsorted(other.sample_ids, evaluated.sample_ids, sorter=order)
    rows = order[np.minimum(places, len(order) - 1)]
    shared: Ids = other.sample_ids[rows] == evaluated.sample_ids
    fewer = errors_by_image(evaluated, wanted.confidence) - errors_by_image(other, None)[rows]
    if wanted.change == "better":
        return shared & (fewer > 0)
    return shared & ((fewer < 0) if wanted.change == "worse" else (fewer == 0))


def errors_by_image(evaluated: Evaluated, confidence: float | None) -> Ids:
    """int64 (m,): false positives and false negatives of each image at a threshold."""
    from visionlens_jlab.evaluation.matching.outcomes import FALSE_NEGATIVE, FALSE_POSITIVE, events

    found = events(evaluated, evaluated.confidence if confidence is None else confidence)
    wrong = np.isin(found.outcome, (FALSE_POSITIVE, FALSE_NEGATIVE))
    return np.bincount(found.images[wrong], minlength=len(evaluated.sample_ids))


@dataclass(frozen=True)
class OutcomesById:
    """Of each annotation that takes part at a threshold.

    `ids` uint32 ascending (n,); `outcome` int8 and `error` int8 (-1: none) as in `evaluation`;
    `partner` int64 (-1: none); `iou` float64 (NaN: none).
    """

    ids: Ids
    outcome: Ids
    partner: Ids
    iou: Ids
    error: Ids

    def rows_of(self, ids: Ids) -> Ids:
        """Row of each id, -1 for one that takes no part."""
        rows = np.searchsorted(self.ids, ids)
        rows[rows == len(self.ids)] = 0
        there = self.ids[rows] == ids if len(self.ids) else np.zeros(len(ids), dtype=bool)
        return np.where(there, rows, -1)

    def columns(self, ids: Ids) -> dict[str, pa.Array]:
        """`COLUMNS` for ids in their order; nothing for those that take no part."""
        from visionlens_jlab.evaluation.matching.outcomes import ERRORS, OUTCOMES

        rows = self.rows_of(ids)
        missing = rows < 0
        outcome = np.where(missing, -1, _at(self.outcome, rows))
        error = np.where(missing, -1, _at(self.error, rows))
        partner, iou = _at(self.partner, rows), _at(self.iou, rows)
        return {
            "outcome": _words(outcome, OUTCOMES),
            "partner_id": pa.array(
                np.maximum(partner, 0).astype(np.uint32), mask=missing | (partner < 0)
            ),
            "iou": pa.array(iou, mask=missing | np.isnan(iou)),
            "error": _words(error, ERRORS),
        }


def outcomes_by_id(evaluated: Evaluated, confidence: float | None) -> OutcomesById:
    """What became of each annotation at a threshold (None: the evaluation's own).

    A match gives both ends the other as partner; what is below the threshold takes no part.
    """
    from visionlens_jlab.evaluation.matching.outcomes import events

    found = events(evaluated, evaluated.confidence if confidence is None else confidence)
    predicted, labelled = found.prediction >= 0, found.label >= 0
    both = predicted & labelled
    no_one = np.int64(-1)
    prediction_ids = np.where(
        predicted, _at(evaluated.predictions.ids, found.prediction).astype(np.int64), no_one
    )
    label_ids = np.where(labelled, _at(evaluated.labels.ids, found.label).astype(np.int64), no_one)
    # Of a crowd that took in several predictions the first one is the partner.
    _, firsts = np.unique(label_ids[labelled], return_index=True)
    ids = np.concatenate([prediction_ids[predicted], label_ids[labelled][firsts]])
    matched = np.where(both, found.iou, np.nan)

    def ends(values: Ids) -> Ids:
        return np.concatenate([values[predicted], values[labelled][firsts]])

    partner = np.concatenate([label_ids[predicted], prediction_ids[labelled][firsts]])
    order = np.argsort(ids, kind="stable")
    return OutcomesById(
        ids[order].astype(np.uint32),
        ends(found.outcome)[order],
        partner[order],
        np.concatenate([found.iou[predicted], matched[labelled][firsts]])[order],
        ends(found.error)[order],
    )


def _at(values: Ids, rows: Ids) -> Ids:
    """Values of rows; of -1 whatever is there."""
    return values[rows] if len(values) else np.zeros(len(rows), dtype=values.dtype)


def _words(codes: Ids, words: tuple[str, ...]) -> pa.Array:
    indices = pa.array(np.maximum(codes, 0).astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string())).cast(pa.string())
