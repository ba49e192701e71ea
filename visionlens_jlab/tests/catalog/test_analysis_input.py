"""What slice discovery reads, against views of the same dataset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import visionlens_jlab as vl
from visionlens_demo.generate import generate
from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.analysis.slices.terms import Feature
from visionlens_jlab.analysis.slices.units import Population, SliceInput, Units
from visionlens_jlab.analysis.store.groups import joined_groups
from visionlens_jlab.analysis.store.input import read_slice_input
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.duplicates import store as duplicate_rows
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import CountsRequest
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.map.store import clusters as cluster_rows

RUN = "run_a"
BOXES = ("miss_rate", "false_positive_rate", "confidence_gap", "label_error")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatasetStore]:
    """Street, 240 images without pixels, one run; with tags, copies, user fields, clusters."""
    folder = tmp_path_factory.mktemp("analysis")
    generate(folder / "demo", 240, 3, "street", render=False)
    dataset = vl.ingest(folder / "demo", name="street", data_dir=folder / "home", labels_only=True)
    dataset.add_predictions(RUN, folder / "demo" / "predictions" / f"{RUN}.json")
    evaluation = dataset.evaluate(RUN, confidence=0.5, replicates=0)
    evaluation.label_quality()
    dataset.tag(np.arange(60), "it's")
    dataset.set_field("wet roof", [i % 3 == 0 if i % 5 else None for i in range(240)])
    dataset.set_field("doubt", np.linspace(0, 1, dataset.count("annotations")), level="annotations")
    store: DatasetStore = dataset._backend._store
    store.write(_clusters_and_copies, kind="test", payload={})
    yield store
    dataset.close()


def _clusters_and_copies(cursor: Any) -> None:
    ids = pa.array(range(200), pa.uint32())
    clusters = pa.array([i % 4 for i in range(200)], pa.int32())
    cluster_rows.write_clusters(cursor, "samples", pa.table({"id": ids, "cluster": clusters}))
    copies = pa.table({"group_id": [0, 0, 1, 1], "sample_id": [3, 230, 230, 100]})
    for column in ("distance", "confidence"):
        copies = copies.append_column(column, pa.array([0.0] * 4))
    copies = copies.append_column("transform", pa.array(["none"] * 4))
    copies = copies.append_column("best", pa.array([True, False] * 2))
    duplicate_rows.write_duplicates(cursor, {"kind": "near"}, copies)


def read(store: DatasetStore, **asked: Any) -> SliceInput:
    with store.snapshot() as snapshot:
        return read_slice_input(snapshot, AnalyseRequest(dataset="street", **asked))


@pytest.fixture(scope="module")
def given(store: DatasetStore) -> SliceInput:
    return read(store)


def named(given: SliceInput, field: str) -> Feature:
    return next(one for one in given.features if one.field == field)


def units_of(
    given: SliceInput, target: str, level: str = "annotations", error: Any = None
) -> Units:
    return next(
        one for one in given.units if (one.target, one.level, one.error) == (target, level, error)
    )


def with_where(view: ViewSpec, *parts: str) -> ViewSpec:
    return view.model_copy(update={"where": " and ".join(part for part in parts if part) or None})


def test_units_are_what_their_views_show(store: DatasetStore, given: SliceInput) -> None:
    for units in given.units:
        ids = given.ids(units.population)[units.rows]
        assert np.all(np.diff(units.rows) > 0)
        shown = store.view(with_where(units.view, units.base)).ids
        assert np.sort(shown).tolist() == ids.tolist()
        failing = ids[units.values >= 0.5] if units.target != "confidence_gap" else None
        if failing is not None:
            shown = store.view(with_where(units.failures, units.base)).ids
            assert np.sort(shown).tolist() == failing.tolist()
        if units.base:
            counted = store.view(ViewSpec(level="annotations", where=units.base)).ids
            assert counted.tolist() == given.ids(units.population)[units.members].tolist()
            of_sql = store.sql(f"SELECT annotation_id FROM annotations WHERE {units.base_sql}")
            assert sorted(of_sql.column(0).to_pylist()) == counted.tolist()
    targets = {(one.target, one.level) for one in given.units}
    assert targets >= {(target, "annotations") for target in BOXES}
    assert ("false_positive_rate", "samples") in targets
    assert ("miss_rate", "samples") not in targets


def test_values_are_outcomes(store: DatasetStore, given: SliceInput) -> None:
    misses = units_of(given, "miss_rate")
    counts = store.part(Evaluations).counts(RUN, CountsRequest())
    assert misses.values.mean() == pytest.approx(1 - counts.recall)
    invented = units_of(given, "false_positive_rate")
    assert invented.values.mean() == pytest.approx(1 - counts.precision)
    an_image = units_of(given, "false_positive_rate", "samples")
    assert an_image.values.sum() == invented.values.sum()
    assert len(an_image.rows) == 240 and an_image.scale == "count"
    gap = units_of(given, "confidence_gap")
    assert ((gap.values >= 0.5) == (invented.values == 1)).all() and gap.scale == "score"


def test_signs_beside_units(store: DatasetStore, given: SliceInput) -> None:
    misses = units_of(given, "miss_rate")
    below = ~np.isnan(misses.found_at)
    assert below.any() and (misses.values[below] == 1).all()
    assert (misses.found_at[below] < 0.5).all()
    quality = store.view(
        ViewSpec(
            level="annotations", where="likely_wrong_class >= 0.5 or likely_badly_placed >= 0.5"
        )
    ).ids
    assert given.label_ids[misses.rows[misses.doubtful]].tolist() == quality.tolist()
    assert units_of(given, "false_positive_rate").doubtful.any()


def values_at(given: SliceInput, feature: Feature, population: Population) -> pa.ChunkedArray:
    if feature.level == "annotations" or population == "samples":
        return given.table(population).column(feature.name)
    rows = pa.array(given.sample_rows(population))
    return given.samples.column(feature.name).take(rows)


def one_of(feature: Feature, values: pa.ChunkedArray) -> tuple[str, np.ndarray]:
    """A predicate on a feature and where its column says that it holds."""
    if feature.kind == "flag":
        holds = feature.holds[0] or f"{feature.field} = true"
        return holds, values.fill_null(False).to_numpy()
    some = values.drop_null()[len(values.drop_null()) // 2].as_py()
    if feature.kind == "category":
        written = some.replace("'", "''")
        found = pc.equal(values.cast(pa.string()), some).fill_null(False)
        return f"{feature.field} = '{written}'", found.to_numpy()
    written = int(some) if feature.kind == "integer" else some
    found = pc.greater_equal(values, some).fill_null(False)
    return f"{feature.field} >= {written!r}", found.to_numpy()


@pytest.mark.parametrize("population", ["labels", "predictions", "samples"])
def test_predicates_and_sql_say_what_columns_say(
    store: DatasetStore, given: SliceInput, population: Population
) -> None:
    level = "samples" if population == "samples" else "annotations"
    source = {"labels": "source = 'ground_truth'", "predictions": f"source = '{RUN}'"}
    asked = 0
    for feature in given.features:
        if level == "samples" and feature.level == "annotations":
            continue
        values = values_at(given, feature, population)
        if values.null_count == len(values):
            continue
        predicate, holds = one_of(feature, values)
        ids = given.ids(population)[holds].tolist()
        where = " and ".join(filter(None, [source.get(population), predicate]))
        assert store.view(ViewSpec(level=level, where=where)).ids.tolist() == ids, predicate
        if feature.kind == "flag":
            joined = "" if level == "samples" else "annotations JOIN "
            using = "" if level == "samples" else " USING (sample_id)"
            sql = f"SELECT {level[:-1]}_id FROM {joined}samples{using} WHERE {feature.sql}"
            if level == "annotations":
                sql += f" AND annotations.{source[population]}"
            assert sorted(store.sql(sql).column(0).to_pylist()) == ids, sql
            contrary = feature.holds[1]
            where = " and ".join(filter(None, [source.get(population), contrary]))
            shown = store.view(ViewSpec(level=level, where=where)).ids
            assert len(shown) == len(values) - values.null_count - len(ids)
        asked += 1
    assert asked > 15


def test_which_fields_take_part(given: SliceInput) -> None:
    by_field = {one.field: one for one in given.features}
    assert by_field["cluster"].origin == "cluster"
    assert by_field["class"].level == "annotations"
    assert by_field['"wet roof"'].kind == "flag"
    assert by_field["tag"].holds == ("tag = 'it''s'", "tag != 'it''s'")
    assert by_field["count()"].kind == "integer"
    assert {"relative_area", "edge_distance", "doubt", "weather", "camera"} <= set(by_field)
    left_out = {one.field: one.reason for one in given.left_out}
    of_outcomes = {"likely_wrong_class", "likely_badly_placed", "likely_missing", "suggested_class"}
    assert {left_out[name] for name in of_outcomes} == {"worked out from an evaluation's outcomes"}
    assert {"group", "filename", "captured_at", "confidence", "source", "area"} <= set(left_out)
    assert left_out["license"] == "the same everywhere"
    assert not set(left_out) & set(by_field)
    # what the ground truth holds says which predictions are false
    scenes = {one.name for one in given.features if one.origin == "scene"}
    for units in given.units:
        assert set(units.without) == (scenes if units.population == "predictions" else set())


def test_fields_by_request(store: DatasetStore) -> None:
    some = read(
        store, fields=["weather", "class", "count()"], exclude=["class"], target="miss_rate"
    )
    assert [one.field for one in some.features] == ["weather", "count()"]
    assert [one.target for one in some.units] == ["miss_rate"]
    reasons = {one.field: one.reason for one in some.left_out}
    assert reasons["class"] == reasons["camera"] == "left out by the request"
    assert "cluster" not in {one.field for one in read(store, space="").features}


@pytest.mark.parametrize("named", ["fields", "exclude"])
@pytest.mark.parametrize(
    ("asked", "near"),
    [("wether", "weather"), ("any(class = 'padestrian')", "any(class = 'pedestrian')")],
)
def test_names_of_no_field_are_refused(
    store: DatasetStore, named: str, asked: str, near: str
) -> None:
    with pytest.raises(VisionLensError) as caught:
        read(store, **{named: ["class", asked]})
    assert caught.value.code == "FIELD_UNKNOWN"
    assert near in caught.value.hint


@pytest.mark.parametrize("name", ["WET ROOF", '"wet roof"', "sample.wet roof"])
def test_a_field_may_be_named_in_other_ways(store: DatasetStore, name: str) -> None:
    assert [one.field for one in read(store, fields=[name]).features] == ['"wet roof"']
    assert '"wet roof"' not in {one.field for one in read(store, exclude=[name]).features}


def test_fields_that_cannot_describe_a_slice_are_told(store: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as caught:
        read(store, fields=["filename", "group"])
    assert caught.value.code == "ANALYSIS_INVALID"
    assert "filename (a name, not a property)" in caught.value.message
    assert "group (the unit of inference)" in caught.value.message


def test_what_an_image_is_of_is_no_scene(tmp_path: Path) -> None:
    """Of classified images the class says it; of other things on them a scene does."""
    rows = pa.table(
        {
            "filename": [f"{n}.jpg" for n in range(40)],
            "class": ["cat" if n % 3 else "dog" for n in range(40)],
        }
    )
    dataset = vl.ingest(rows.to_pandas(), name="pets", data_dir=tmp_path, labels_only=True)
    answers = rows.append_column("confidence", pa.array([0.9] * 40)).to_pandas()
    dataset.add_predictions("m", answers)
    dataset.evaluate("m", protocol="classification", replicates=0)
    given = read(dataset._backend._store)
    assert "class" in {one.field for one in given.features}
    assert not [one.field for one in given.features if one.origin == "scene"]
    dataset.close()


def test_targets_and_levels_by_request(store: DatasetStore) -> None:
    images = read(store, level="samples").units
    assert {one.level for one in images} == {"samples"}
    assert {one.target for one in images} == {"miss_rate", "false_positive_rate", "error_type"}
    missed = read(store, target="error_type", error="missed").units
    assert [(one.error, one.population) for one in missed] == [("missed", "labels")]


def test_groups_hang_together(store: DatasetStore, given: SliceInput) -> None:
    names = store.tables.read("samples", columns=["sample_id", "group"]).to_pydict()
    of = dict(zip(names["sample_id"], names["group"], strict=True))
    joined = {of[one] for one in (3, 230, 100)}
    for group in np.unique(given.groups):
        members = {of[int(one)] for one in given.sample_ids[given.groups == group]}
        assert len(members) == 1 or members == joined
    assert len(np.unique(given.groups)) == len(set(of.values())) - len(joined) + 1


def test_what_is_joined_is_one() -> None:
    groups = np.array([0, 1, 2, 3, 1])
    found = joined_groups(groups, np.array([0, 4]), np.array([3, 2]))
    assert found.tolist() == [0, 1, 1, 0, 1]
    assert joined_groups(groups[:0], groups[:0], groups[:0]).tolist() == []


def test_a_view_restricts_units_and_leaves_halves(store: DatasetStore, given: SliceInput) -> None:
    where = "weather = 'rain' and class = 'car'"
    some = read(store, view=ViewSpec(where=where))
    shown = set(store.view(ViewSpec(where=where)).ids.tolist())
    misses = units_of(some, "miss_rate")
    assert set(some.sample_ids[some.label_samples[misses.rows]].tolist()) == shown
    assert (some.discovery == given.discovery).all()
    for units in some.units:
        ids = np.sort(store.view(with_where(units.view, units.base)).ids)
        assert ids.tolist() == some.ids(units.population)[units.rows].tolist()
    boxes = read(
        store, view=ViewSpec(where="class = 'car' or weather = 'fog'", level="annotations")
    )
    images = units_of(boxes, "false_positive_rate", "samples")
    assert store.view(images.view).ids.tolist() == boxes.sample_ids[images.rows].tolist()
    either = ViewSpec(
        where="not (weather = 'rain' or class = 'bus') or (speed > 9 and class = 'car')"
    )
    images = units_of(read(store, view=either), "false_positive_rate", "samples")
    assert store.view(either).ids.tolist() == given.sample_ids[images.rows].tolist()


def test_the_same_data_have_the_same_digest(store: DatasetStore, given: SliceInput) -> None:
    assert read(store).digest == given.digest
    assert read(store, exclude=["weather"]).digest != given.digest


def test_what_cannot_be_analysed(store: DatasetStore) -> None:
    for asked in (
        {"view": ViewSpec(sql="SELECT sample_id FROM samples")},
        {"view": ViewSpec(where="weather = 'hail'")},
        {"target": "label_error", "level": "samples"},
    ):
        with pytest.raises(VisionLensError) as caught:
            read(store, **asked)
        assert caught.value.code == "ANALYSIS_INVALID"
    with pytest.raises(VisionLensError) as caught:
        read(store, evaluation="none")
    assert caught.value.code == "EVALUATION_NOT_FOUND"


def test_the_files_hold_all_of_it(given: SliceInput, tmp_path: Path) -> None:
    given.save(tmp_path / "input")
    again = SliceInput.load(tmp_path / "input")
    assert again.features == given.features and again.samples.equals(given.samples)
    assert [one.without for one in again.units] == [one.without for one in given.units]
