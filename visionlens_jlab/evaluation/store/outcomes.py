"""What evaluations say of annotations: views of outcomes, and columns beside a table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.outcome_shapes import OutcomeFilter
from visionlens_jlab.core.views.restriction import Restriction
from visionlens_jlab.core.views.shapes import SampleDetail, ViewSpec
from visionlens_jlab.core.views.tables import read_table

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.evaluation.evaluated import Evaluated

COLUMNS = ("outcome", "partner_id", "iou", "error")
"""Of a table of annotations whose view asks for outcomes."""


def is_restricted(spec: ViewSpec) -> bool:
    """Whether more than a filter chooses the rows of a view."""
    return bool((spec.sql or "").strip() or spec.search or spec.outcomes)


def read_outcomes(snapshot: Snapshot, wanted: OutcomeFilter) -> Restriction:
    """The annotations with some outcomes, or the samples on which another evaluation differs.

    Raises
    ------
    VisionLensError
        EVALUATION_NOT_FOUND, EVALUATION_INVALID.
    """
    from visionlens_jlab.evaluation.selection import select

    evaluated = snapshot.evaluated(wanted.evaluation)
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
    """bool (m,): the images on which the other evaluation does better, worse or as well."""
    other = snapshot.evaluated(wanted.against or "")
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
        from visionlens_jlab.evaluation.matching.errors import ERRORS
        from visionlens_jlab.evaluation.matching.outcomes import OUTCOMES

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


def sample_with_outcomes(
    snapshot: Snapshot, found: SampleDetail, wanted: OutcomeFilter | None
) -> SampleDetail:
    """A sample with what became of its annotations."""
    if wanted is None or not found.annotations:
        return found
    ids = np.array([one.annotation_id for one in found.annotations], dtype=np.uint32)
    columns = {
        name: values.to_pylist() for name, values in snapshot.outcomes(wanted).columns(ids).items()
    }
    annotations = [
        one.model_copy(update={name: values[row] for name, values in columns.items()})
        for row, one in enumerate(found.annotations)
    ]
    return found.model_copy(update={"annotations": annotations})


def table_with_outcomes(
    snapshot: Snapshot,
    level: Level,
    *,
    wanted: OutcomeFilter | None,
    ids: Ids,
    columns: Sequence[str] | None,
) -> pa.Table:
    """Rows of ids, with what became of annotations where outcomes are asked for."""
    if wanted is None or level == "samples":
        return read_table(snapshot.reader, snapshot.fields, level, ids=ids, columns=columns)
    added = snapshot.outcomes(wanted).columns(ids)
    own = [name for name in added if columns is None or name in columns]
    rest = None if columns is None else [name for name in columns if name not in added]
    if rest == []:
        return pa.table({name: added[name] for name in columns or ()})
    table = read_table(snapshot.reader, snapshot.fields, level, ids=ids, columns=rest)
    for name in own:  # a field of the user's own of that name gives way
        if name in table.column_names:
            table = table.drop_columns([name])
        table = table.append_column(name, added[name])
    return table if columns is None else table.select(list(columns))
