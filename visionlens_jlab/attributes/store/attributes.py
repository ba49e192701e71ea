"""Visual attributes and their calibration, as a part of the open dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from visionlens_jlab.attributes.calibration import calibrate, labels_wanted, next_draw
from visionlens_jlab.attributes.shapes import (
    Attribute,
    Calibration,
    CalibrationLabels,
    CalibrationTask,
    VisionModelInfo,
)
from visionlens_jlab.attributes.store import rows
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.snapshot import Snapshot

YES = "yes"


class Attributes(Part):
    """The visual attributes of one dataset."""

    def all(self) -> list[Attribute]:
        """Every attribute with the calibration of its answers, oldest first."""
        with self.store.snapshot() as snapshot:
            return [_calibrated(snapshot, one) for one in rows.read_attributes(snapshot.reader)]

    def read(self, name: str) -> Attribute:
        """One attribute. ATTRIBUTE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return _calibrated(snapshot, rows.read_attribute(snapshot.reader, name))

    def models(self) -> list[VisionModelInfo]:
        """What can be asked in this process; the configured one first."""
        from visionlens_jlab.attributes.models.registry import vision_models
        from visionlens_jlab.config import may_trust_remote_code
        from visionlens_jlab.language_models.config import AgentConfig

        return vision_models(AgentConfig.from_environment(), remote_code=may_trust_remote_code())

    def asked_ids(self, name: str) -> np.ndarray[Any, Any]:
        """Ids (uint32) of the units that were asked about. ATTRIBUTE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return rows.asked_ids(snapshot.reader, rows.read_attribute(snapshot.reader, name))

    def delete(self, name: str) -> None:
        """Remove an attribute with its answers and labels. ATTRIBUTE_NOT_FOUND."""
        self.store.write(
            lambda cursor: rows.remove_attribute(cursor, name),
            kind="delete_attribute",
            payload={"attribute": name},
        )

    def calibration_task(self, name: str, answer: str = YES, count: int = 20) -> CalibrationTask:
        """Which units to label next, drawn among hits and misses apart and then mixed.

        ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID for an answer that there is not.
        """
        with self.store.snapshot() as snapshot:
            asked = rows.read_attribute(snapshot.reader, name)
            _check_answer(asked, answer)
            strata = rows.strata(snapshot.reader, asked, answer)
            ids = [
                drawn
                for hit, wanted in zip((True, False), next_draw(*strata, count), strict=True)
                for drawn in rows.draw(snapshot.reader, asked, answer, hit=hit, count=wanted)
            ]
        return CalibrationTask(
            attribute=name,
            answer=answer,
            question=asked.spec.question,
            # by id: their order must not tell which are hits
            ids=sorted(ids),
            labelled=strata[0].labels + strata[1].labels,
            wanted=labels_wanted(*strata),
        )

    def calibrate(self, name: str, given: CalibrationLabels) -> Attribute:
        """Take a user's labels, or a field's; the attribute with its calibrations.

        ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN.
        """
        with self.store.snapshot() as snapshot:
            asked = rows.read_attribute(snapshot.reader, name)
            _check_answer(asked, given.answer)
            work = (
                _of_ids(snapshot, asked, given)
                if given.field is None
                else _of_field(snapshot, asked, given.answer, given.field)
            )
        self.store.keep(work)
        return self.read(name)


def usable_fields(snapshot: Snapshot) -> set[str]:
    """The fields of answers that analyses may use: each answer that was given is calibrated."""
    return {
        one.field
        for asked in rows.read_attributes(snapshot.reader)
        if (one := _calibrated(snapshot, asked)).usable
    }


def attribute_fields(snapshot: Snapshot) -> set[str]:
    """Every field that holds answers or their agreement, usable or not."""
    found = rows.read_attributes(snapshot.reader)
    return {name for one in found for name in (one.attribute.field, one.agreement)}


def _calibrated(snapshot: Snapshot, asked: rows.Asked) -> Attribute:
    given = set(rows.given_answers(snapshot.reader, asked))
    calibrations: list[Calibration] = []
    for answer in asked.answers:
        strata = rows.strata(snapshot.reader, asked, answer)
        calibrations.append(calibrate(asked.spec.name, answer, *strata))
    usable = bool(given) and all(one.usable for one in calibrations if one.answer in given)
    return asked.attribute.model_copy(update={"calibrations": calibrations, "usable": usable})


def _check_answer(asked: rows.Asked, answer: str) -> None:
    allowed = [YES] if asked.spec.kind == "yes_no" else asked.answers
    if answer not in allowed:
        raise VisionLensError(
            "ATTRIBUTE_INVALID",
            f"{answer!r} is no answer of {asked.spec.name!r} to be labelled.",
            f"Use one of: {', '.join(allowed)}."
            + (" Labels of yes tell about no." if allowed == [YES] else ""),
        )


def _of_ids(
    snapshot: Snapshot, asked: rows.Asked, given: CalibrationLabels
) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Writes labels of units."""
    ids = np.array(sorted(given.labels), np.int64)
    if len(ids) and not 0 <= ids[0] <= ids[-1] <= np.iinfo(np.uint32).max:
        raise VisionLensError("ID_UNKNOWN", "An id is out of range.")
    snapshot.check_exist(asked.spec.level, ids.astype(np.uint32))
    hits = rows.hits_among(snapshot.reader, asked, given.answer, ids.tolist())
    unanswered = set(given.labels) - set(hits)
    if unanswered:
        raise VisionLensError(
            "ATTRIBUTE_INVALID",
            f"{asked.spec.name!r} has no answer for {len(unanswered)} of them, "
            f"such as {min(unanswered)}.",
            "Label those that the calibration draws.",
        )
    labels = [(one, truth, hits[one]) for one, truth in given.labels.items() if truth is not None]
    removed = [one for one, truth in given.labels.items() if truth is None]
    return lambda cursor: rows.write_labels(cursor, asked, given.answer, labels, removed)


def _of_field(
    snapshot: Snapshot, asked: rows.Asked, answer: str, name: str
) -> Callable[[duckdb.DuckDBPyConnection], None]:
    """Writes labels that a field holds."""
    level = asked.spec.level
    own = {asked.attribute.field, asked.agreement}
    field = next((one for one in snapshot.fields.user(level) if one.name == name), None)
    if field is None or name in own:
        raise VisionLensError(
            "FIELD_UNKNOWN", f"There is no field {name!r} of {level} that could say it."
        )
    return lambda cursor: rows.write_labels_of_field(cursor, asked, answer, field)
