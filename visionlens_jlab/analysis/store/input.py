"""What a slice discovery reads of a dataset: units with their outcomes, groups, and fields."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from visionlens_jlab.analysis.shapes import AnalyseRequest, LeftOut
from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.analysis.slices.units import SliceInput, Units
from visionlens_jlab.analysis.store.fields import (
    Chosen,
    check_names,
    choose_fields,
    read_columns,
    read_scenes,
    scene_names,
)
from visionlens_jlab.analysis.store.groups import read_groups
from visionlens_jlab.analysis.store.units import Members, UnitSource, read_units
from visionlens_jlab.core.fields.field import quote
from visionlens_jlab.core.fields.fieldset import FieldSet
from visionlens_jlab.core.predicates.compiler import is_bare
from visionlens_jlab.core.predicates.normal import conjunction, conjuncts
from visionlens_jlab.core.predicates.shapes import Combine, Filter, Not, Quantified
from visionlens_jlab.core.system.arrow_columns import present_in, values_of
from visionlens_jlab.core.views.restriction import is_restricted
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.views.views import combined_filter
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store import label_quality as label_quality_rows
from visionlens_jlab.evaluation.store import rows as evaluation_rows
from visionlens_jlab.evaluation.store.evaluations import evaluated_of
from visionlens_jlab.evaluation.store.runs import GROUND_TRUTH, read_run

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot
    from visionlens_jlab.core.views.tables import Ids
    from visionlens_jlab.evaluation.evaluated import Evaluated
    from visionlens_jlab.evaluation.store.rows import Stored


_TRAINING = ("train", "training")


def read_slice_input(snapshot: Snapshot, request: AnalyseRequest) -> SliceInput:
    """What an analysis reads, of a consistent look at a dataset.

    Every sample, label and prediction of the run has a row; `units` are those that take part.

    EVALUATION_NOT_FOUND; ANALYSIS_INVALID where nothing was evaluated or nothing is left, of
    units or of the fields that are named, or for a view that is more than a filter;
    FIELD_UNKNOWN for a name of none; what the view's filter raises.
    """
    stored = _evaluation(snapshot, request.evaluation)
    evaluated = evaluated_of(snapshot, stored.detail.evaluation)
    run = stored.detail.run
    check_names(snapshot, request, scene_names(snapshot))
    chosen = choose_fields(snapshot, request)
    sample_ids = snapshot.reader.ids("SELECT sample_id FROM sample ORDER BY sample_id")
    labels, label_columns = _members(snapshot, chosen, GROUND_TRUTH, sample_ids)
    predictions, prediction_columns = _members(snapshot, chosen, run, sample_ids)
    answers = stored.request.protocol == "classification"
    scenes = read_scenes(snapshot, request, labels.samples, len(sample_ids), answers=answers)
    units = _units(
        snapshot,
        request,
        stored,
        evaluated,
        sample_ids=sample_ids,
        labels=labels,
        predictions=predictions,
        scenes=list(scenes),
    )
    samples = _samples(snapshot, chosen, scenes)
    tables, features, left_out = _described(
        request,
        chosen,
        [*chosen.fields, *chosen.tags, *scenes],
        {"samples": samples, "labels": label_columns, "predictions": prediction_columns},
    )
    groups = read_groups(snapshot, sample_ids)
    arrays = [sample_ids, groups, labels.samples, predictions.samples]
    arrays += [part for one in units for part in (one.rows, one.values)]
    return SliceInput(
        evaluation=stored.detail.evaluation,
        run=run,
        confidence=evaluated.confidence,
        digest=_digest(stored.digest, arrays, list(tables.values())),
        sample_ids=sample_ids,
        groups=groups,
        label_ids=labels.ids,
        label_samples=labels.samples,
        prediction_ids=predictions.ids,
        prediction_samples=predictions.samples,
        **tables,
        features=features,
        units=units,
        train=_train(snapshot, run),
        left_out=left_out,
        warnings=_warnings(snapshot, stored),
    )


def _samples(snapshot: Snapshot, chosen: Chosen, scenes: dict[Feature, pa.Array]) -> pa.Table:
    samples = read_columns(snapshot, chosen, "samples").drop_columns(["id"])
    for feature, column in scenes.items():
        samples = samples.append_column(feature.name, column)
    return samples


def _units(
    snapshot: Snapshot,
    request: AnalyseRequest,
    stored: Stored,
    evaluated: Evaluated,
    *,
    sample_ids: Ids,
    labels: Members,
    predictions: Members,
    scenes: list[Feature],
) -> list[Units]:
    among, known = _among(snapshot, stored, request)
    given = UnitSource(
        evaluation=stored.detail.evaluation,
        run=stored.detail.run,
        evaluated=evaluated,
        labels=labels,
        predictions=predictions,
        confidences=_confidences(snapshot, stored.detail.run),
        images=_images(snapshot, sample_ids, evaluated.sample_ids, among),
        among=among,
        images_known=known,
        quality=_label_quality(snapshot),
        scenes=tuple(one.name for one in scenes),
    )
    units = read_units(given, request)
    if not units:
        raise VisionLensError("ANALYSIS_INVALID", "Nothing that was evaluated is left to analyse.")
    return units


def _described(
    request: AnalyseRequest, chosen: Chosen, wanted: list[Feature], tables: dict[str, pa.Table]
) -> tuple[dict[str, pa.Table], list[Feature], list[LeftOut]]:
    """The columns that can describe a slice, their features, and what was left out."""
    features, constant = _informative(wanted, tables)
    left_out = [*chosen.left_out, *constant]
    _check_any(request, features, left_out)
    names = [one.name for one in features]
    kept = {
        name: table.select([column for column in names if column in table.column_names])
        for name, table in tables.items()
    }
    return kept, features, left_out


def _check_any(request: AnalyseRequest, features: list[Feature], left_out: list[LeftOut]) -> None:
    """ANALYSIS_INVALID where fields are named and none of them can describe a slice."""
    if not request.fields or features:
        return
    asked = frozenset(one.lower() for one in request.fields)
    reasons = [f"{one.field} ({one.reason})" for one in left_out if {one.field.lower()} & asked]
    raise VisionLensError(
        "ANALYSIS_INVALID",
        f"No field that was asked for can describe a slice: {', '.join(reasons or asked)}.",
        "Name other fields, or none to use all that can.",
    )


def _evaluation(snapshot: Snapshot, name: str | None) -> Stored:
    """The one that is named, else the newest."""
    if name is not None:
        return evaluation_rows.read_evaluation(snapshot.reader, name)
    found = evaluation_rows.read_evaluations(snapshot.reader)
    if not found:
        raise VisionLensError("ANALYSIS_INVALID", "Nothing has been evaluated yet.")
    return found[-1]


def _members(
    snapshot: Snapshot, chosen: Chosen, source: str, sample_ids: Ids
) -> tuple[Members, pa.Table]:
    """The annotations of a source, and their columns."""
    table = read_columns(snapshot, chosen, "annotations", source)
    owners = snapshot.reader.ids(
        "SELECT sample_id FROM annotation WHERE source = ? ORDER BY annotation_id", [source]
    )
    ids = values_of(table.column("id"))
    rows = np.searchsorted(sample_ids, owners).astype(np.int32)
    return Members(ids, rows), table.drop_columns(["id"])


def _confidences(snapshot: Snapshot, run: str) -> Ids:
    table = snapshot.reader.arrow(
        "SELECT coalesce(confidence, -1.0::DOUBLE) FROM annotation WHERE source = ? "
        "ORDER BY annotation_id",
        [run],
    )
    return values_of(table.column(0))


def _among(
    snapshot: Snapshot, stored: Stored, request: AnalyseRequest
) -> tuple[Filter | None, bool]:
    """The filter for images of the evaluation and of the request, and whether it is all."""
    evaluated_on, asked = stored.request.view, request.view
    known = evaluated_on is None or not is_restricted(evaluated_on)
    views = [evaluated_on if known else None, asked]
    filters = [filter_of_images(view, snapshot.fields) for view in views]
    return conjunction([one for one in filters if one is not None]), known


def _images(snapshot: Snapshot, sample_ids: Ids, evaluated: Ids, among: Filter | None) -> Ids:
    """`bool` (m,): samples that take part."""
    taking: Ids = np.isin(sample_ids, evaluated)
    if among is not None:
        taking &= np.isin(sample_ids, snapshot.view(ViewSpec(filter=among)).ids)
    return taking


def _label_quality(snapshot: Snapshot) -> dict[str, Ids]:
    """Scores of likely label errors by field, for each label by id; NaN: none."""
    rows = snapshot.reader.rows(
        "SELECT name FROM field WHERE level = 'annotations' AND source_name IN (?, ?)",
        [f"{label_quality_rows.SOURCE}{kind}" for kind in ("wrong_class", "badly_placed")],
    )
    names = [name for (name,) in rows]
    if not names:
        return {}
    listed = ", ".join(f"coalesce(a.{quote(name)}, 'nan'::DOUBLE)" for name in names)
    table = snapshot.reader.arrow(
        f"SELECT {listed} FROM annotation a WHERE a.source = 'ground_truth' "
        "ORDER BY a.annotation_id"
    )
    return {name: values_of(table.column(at)) for at, name in enumerate(names)}


def _train(snapshot: Snapshot, run: str) -> Ids:
    """`bool` (m,): samples of a split that the run's model was trained on, as far as is known."""
    trained = read_run(snapshot.reader, run).trained_on
    named = [split.lower() for split in trained] or list(_TRAINING)
    table = snapshot.reader.arrow(
        "SELECT list_contains(?, lower(coalesce(split, ''))) FROM sample ORDER BY sample_id",
        [named],
    )
    train = values_of(table.column(0))
    return train if train.any() else np.empty(0, bool)


def _informative(
    features: list[Feature], tables: dict[str, pa.Table]
) -> tuple[list[Feature], list[LeftOut]]:
    """Features with two values or more, and the others."""
    kept, constant = [], []
    for feature in features:
        own = [table for table in tables.values() if feature.name in table.column_names]
        if any(_varies(table.column(feature.name)) for table in own):
            kept.append(feature)
        else:
            constant.append(LeftOut(field=feature.field, reason="the same everywhere"))
    return kept, constant


def _varies(column: pa.ChunkedArray) -> bool:
    """Whether there are two values, a missing one among them."""
    there = present_in(column)
    if not there.any():
        return False
    if not there.all():
        return True
    part = column.combine_chunks()
    values = values_of(part.indices if pa.types.is_dictionary(part.type) else part)
    return bool((values != values[0]).any())


def _warnings(snapshot: Snapshot, stored: Stored) -> list[str]:
    from visionlens_jlab.evaluation.store.input import digest_of

    if digest_of(snapshot, stored.request) == stored.digest:
        return []
    return [
        "Labels, predictions or groups have changed since the evaluation was made: "
        "evaluate again for figures of the data as they are."
    ]


def _digest(start: str, arrays: list[Ids], tables: list[pa.Table]) -> str:
    """Of all that decides about an analysis's result, beside its request."""
    digest = hashlib.blake2b(start.encode(), digest_size=16)
    for array in arrays:
        digest.update(array.tobytes())
    for table in tables:
        for name, column in zip(table.column_names, table.columns, strict=True):
            digest.update(name.encode())
            part = column.combine_chunks()
            there = present_in(part)
            if pa.types.is_dictionary(part.type):
                digest.update("\0".join(part.dictionary.to_pylist()).encode())
                part = part.indices
            digest.update(there.tobytes())
            digest.update(np.where(there, values_of(part), 0).tobytes())
    return digest.hexdigest()


def filter_of_images(view: ViewSpec | None, fields: FieldSet) -> Filter | None:
    """A filter that holds, at either level, for the images that a view shows and what is on them.

    ANALYSIS_INVALID for a view that is more than a filter; PREDICATE_INVALID, FIELD_UNKNOWN.
    """
    if view is None:
        return None
    if is_restricted(view):
        raise VisionLensError(
            "ANALYSIS_INVALID",
            "Only a view made by a filter can be analysed, not one of SQL, a search or outcomes.",
            "Set the images apart by a tag or a field, and filter by that.",
        )
    parts = conjuncts(combined_filter(view))
    if view.level == "annotations" and not view.all:
        return Quantified(op="any", arg=Combine(op="and", args=parts)) if parts else None
    return conjunction(_all(parts, fields))


def _all(parts: list[Filter], fields: FieldSet) -> list[Filter]:
    """Conditions of a conjunction; those on annotations alone speak of one annotation."""
    bare = [part for part in parts if is_bare(part, fields)]
    others = [_one(part, fields) for part in parts if part not in bare]
    if bare:
        others.append(Quantified(op="any", arg=Combine(op="and", args=bare)))
    return others


def _one(node: Filter, fields: FieldSet) -> Filter:
    if is_bare(node, fields):
        return Quantified(op="any", arg=node)
    match node:
        case Combine(op="and"):
            return Combine(op="and", args=_all(list(node.args), fields))
        case Combine():
            return Combine(op="or", args=[_one(arg, fields) for arg in node.args])
        case Not():
            return Not(arg=_one(node.arg, fields))
        case _:
            return node
