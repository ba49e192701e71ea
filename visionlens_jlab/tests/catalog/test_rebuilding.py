"""Derived files that are damaged are made again as they were."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.cli import checks as doctor
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.evaluation.shapes import CountsRequest
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.labels.shapes import AnnotationEdit, EditRequest
from visionlens_jlab.labels.store.edits import Edits
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.catalog import prepared
from visionlens_jlab.tests.catalog.damaging import Damaging, delete, flip, folder, truncate
from visionlens_jlab.tests.catalog.prepared import MODEL, OUTCOMES, POINTS, found, named


@pytest.mark.parametrize(
    ("pattern", "damage"),
    [(POINTS, flip(0.5)), (POINTS, delete), (POINTS, folder), (MODEL, flip(0.5)), (MODEL, delete)],
)
def test_points_come_to_lie_where_they_lay(pattern: str, damage: Damaging, home: Path) -> None:
    before = _points(home)
    damage(sorted(home.glob(pattern))[0])
    said = [
        one.message for one in doctor.check_datasets(home, repair=True) if "repaired" in one.subject
    ]
    assert said == ["The projection pca of 'clip' was made again."]
    ids, coordinates = _points(home)
    assert (ids == before[0]).all() and abs(coordinates - before[1]).max() < 1e-5
    assert not named(found(home), "projection")


@pytest.mark.parametrize("damage", [flip(0.5), truncate(0.9), delete, folder])
def test_outcomes_are_made_again_as_they_were(damage: Damaging, home: Path) -> None:
    before = _outcomes(home)
    damage(next(home.glob(OUTCOMES)))
    said = [
        one.message for one in doctor.check_datasets(home, repair=True) if "repaired" in one.subject
    ]
    assert said == ["The evaluation 'a' was made again."]
    assert _outcomes(home) == before
    assert not named(found(home), "evaluation")


def test_outcomes_of_other_labels_are_not_made_again_unasked(home: Path) -> None:
    library = Library(home)
    store = library.open(prepared.NAME)
    store.part(Edits).edit(EditRequest(edits=[AnnotationEdit(annotation_id=0, delete=True)]))
    assert store.part(Evaluations).read("a").stale
    library.close()
    next(home.glob(OUTCOMES)).unlink()
    assert not [
        one for one in doctor.check_datasets(home, repair=True) if "repaired" in one.subject
    ]
    assert named(found(home), "evaluation a")


def _outcomes(home: Path) -> tuple[Any, ...]:
    library = Library(home)
    evaluations = library.open(prepared.NAME).part(Evaluations)
    detail, counts = evaluations.read("a"), evaluations.counts("a", CountsRequest(confidence=0.3))
    library.close()
    return detail.model_dump(exclude={"created_at", "seconds"}), counts


def _points(home: Path) -> Any:
    library = Library(home)
    store = library.open(prepared.NAME)
    [projection] = store.part(Projections).all()
    points = store.part(Projections).coordinates(projection.projection)
    library.close()
    return points
