"""Predictions and their evaluation through the public API, with and without a server."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError

pytest.importorskip("pandas")


def results(folder: Path, *rows: tuple[int, int, list[float], float]) -> Path:
    """COCO results of the small COCO folder: image number, category, box, score."""
    path = folder / "results.json"
    listed = [
        {"image_id": 100 + image, "category_id": category, "bbox": box, "score": score}
        for image, category, box, score in rows
    ]
    path.write_text(json.dumps(listed))
    return path


@pytest.fixture
def evaluated(ds: vl.Dataset, tmp_path: Path) -> vl.Dataset:
    """The small dataset with a run: two hits, a confusion, a miss by place, a wild guess."""
    path = results(
        tmp_path,
        (0, 1, [10, 5.5, 10, 20], 0.9),  # car, found
        (0, 1, [50.25, 8, 6, 12], 0.8),  # person, taken for a car
        (1, 1, [10, 5.5, 11, 20], 0.7),  # car, found
        (2, 1, [80, 40, 30, 30], 0.6),  # nothing there
        (3, 1, [16, 5.5, 13, 20], 0.5),  # car, badly placed
        (99, 1, [0, 0, 9, 9], 0.9),  # no such image
    )
    ds.add_predictions("model", path)
    return ds


@pytest.mark.own_dataset
def test_numbers_lead_to_what_they_count(evaluated: vl.Dataset) -> None:
    ds = evaluated
    found = ds.evaluate("model", confidence=0.1, replicates=0)
    counts = found.counts()
    assert (counts.true_positives, counts.false_positives, counts.false_negatives) == (2, 3, 14)
    assert found.confusion.loc["person", "car"] == 1
    assert found.confusion.to_numpy().sum() == sum(cell.count for cell in counts.confusion)
    for outcome in ("true_positive", "false_positive", "false_negative"):
        view = found.view(outcome)
        frame = view.to_pandas()
        assert set(frame.outcome) == {outcome}
        assert view.count() == len(frame)
        assert view.count("samples") == frame.sample_id.nunique()
        assert (
            view.count() == {"true_positive": 4, "false_positive": 3, "false_negative": 14}[outcome]
        )
        # at level samples the same annotations are those that match
        samples = found.view(outcome, level="samples")
        assert samples.ids.tolist() == sorted(frame.sample_id.unique())
        assert sorted(samples.ids_at("annotations")) == sorted(frame.annotation_id)
    cell = found.view(cell=("person", "car")).to_pandas()
    assert sorted(cell["class"]) == ["car", "person"]
    assert cell.sample_id.unique().tolist() == [0]
    written = {"evaluation": "model", "cell": {"true": "person", "predicted": "car"}}
    assert ds.view(outcomes=written, level="annotations").to_pandas().equals(cell)
    with pytest.raises(VisionLensError, match="cell: "):
        ds.view(outcomes={"evaluation": "model", "cell": "car"})
    assert set(found.errors["count"].items()) >= {("classification", 1), ("background", 1)}
    pairs = found.matches.query("outcome == 'true_positive'")
    assert pairs.loc[pairs.partner_id].partner_id.tolist() == pairs.annotation_id.tolist()
    assert (pairs.iou == 1).all()
    # narrowed by a filter, both must hold
    assert found.view("false_positive").where("confidence < 0.55").count() == 1
    assert ds.sql("SELECT count(*) AS n FROM match").to_pylist() == [{"n": 21}]


@pytest.mark.own_dataset
def test_another_confidence_equals_a_fresh_evaluation(evaluated: vl.Dataset) -> None:
    found = evaluated.evaluate("model", confidence=0.1, name="low", replicates=0)
    for confidence in (0.0, 0.55, 0.75, 0.95):
        fresh = evaluated.evaluate("model", confidence=confidence, name="fresh", replicates=0)
        again = found.at(confidence)
        assert again.counts() == fresh.counts()
        assert again.per_class.equals(fresh.per_class)
        columns = ["outcome", "partner_id", "iou", "error"]
        assert again.matches[columns].equals(fresh.matches[columns])
    assert [one.name for one in evaluated.evaluations()] == ["low", "fresh"]


@pytest.mark.own_dataset
def test_evaluations_say_when_they_are_out_of_date(evaluated: vl.Dataset, tmp_path: Path) -> None:
    ds = evaluated
    whole = ds.evaluate("model", replicates=0, name="whole")
    part = ds.where("sample_id < 6").evaluate("model", replicates=0, name="part")
    ds.set_field("weather", {0: "rain"})
    ds.tag([0], "seen")
    assert not whole.stale
    assert not part.stale
    path = results(tmp_path, (7, 1, [10, 5.5, 10, 20], 0.9))
    ds.add_predictions("other", path)
    assert not whole.stale
    ds.set_field("group", {11: "night"})
    assert whole.stale
    assert not part.stale
    ds.add_predictions("model", path, replace=True)
    assert part.stale
    again = ds.where("sample_id < 8").evaluate("model", replicates=0, name="part")
    assert not again.stale
    assert again.counts().true_positives == 0 or again.confidence <= 0.9
    assert len(ds.evaluations()) == 2


@pytest.mark.own_dataset
def test_runs_are_renamed_and_removed(evaluated: vl.Dataset) -> None:
    ds = evaluated
    before = ds.evaluate("model", replicates=0)
    ds.rename_run("model", "better name")
    assert ds.runs == ["better name"]
    assert before.run == "better name"
    assert not before.stale
    assert ds.where("source = 'better name'").count() == 4
    with pytest.raises(VisionLensError, match="RUN_NOT_FOUND"):
        ds.rename_run("model", "x")
    with pytest.raises(VisionLensError, match="REQUEST_INVALID"):
        ds.rename_run("better name", "ground_truth")
    ds.delete_run("better name")
    assert ds.runs == []
    assert ds.evaluations() == []
    with pytest.raises(VisionLensError, match="EVALUATION_NOT_FOUND"):
        before.metrics  # noqa: B018
    assert ds.sql("SELECT count(*) AS n FROM match").to_pylist() == [{"n": 0}]


@pytest.mark.own_dataset
def test_what_matches_no_image_is_reported(evaluated: vl.Dataset, tmp_path: Path) -> None:
    ds = evaluated
    with pytest.raises(VisionLensError, match="RUN_EXISTS"):
        ds.add_predictions("model", tmp_path / "results.json")
    report = ds.add_predictions("model", tmp_path / "results.json", replace=True)
    assert (report.annotations.found, report.annotations.skipped) == (6, 1)
    assert report.by_code == {"PREDICTIONS_WITHOUT_IMAGE": 1}
    items = report.to_pandas()
    assert items.item.tolist() == ["199"]
    with pytest.raises(VisionLensError, match="DIR_NOT_FOUND"):
        ds.add_predictions("none", tmp_path / "missing.json")
    (tmp_path / "broken.json").write_text('[{"image_id": 100, "category_id"')
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID"):
        ds.add_predictions("none", tmp_path / "broken.json")
    with pytest.raises(VisionLensError, match="EVALUATION_INVALID"):
        ds.evaluate("model", geometry="keypoints")
    with pytest.raises(VisionLensError, match="RUN_NOT_FOUND"):
        ds.evaluate("none")
    assert ds.runs == ["model"]


@pytest.mark.own_dataset
def test_predictions_from_a_dataframe(ds: vl.Dataset) -> None:
    import pandas as pd

    labels = ds.to_pandas("annotations")
    frame = labels[["sample_id", "class", "x", "y", "w", "h"]].assign(score=0.5)
    report = ds.add_predictions("same", frame)
    assert report.annotations.imported == len(labels)
    assert ds.evaluate("same", replicates=0).metrics["AP"] == 1
    corners = pd.DataFrame(
        {"filename": ["03", "nowhere"], "label": ["car", "car"], "confidence": [0.9, 0.8]}
        | {"xmin": [10.0, 0], "ymin": [5.5, 0], "xmax": [23.0, 5], "ymax": [25.5, 5]}
    )
    report = ds.add_predictions("one", corners)
    assert (report.annotations.imported, report.images.skipped) == (1, 1)
    assert ds.evaluate("one", replicates=0).counts().true_positives == 1


@pytest.mark.own_dataset
def test_two_runs_are_compared(evaluated: vl.Dataset, tmp_path: Path) -> None:
    ds = evaluated
    better = results(
        tmp_path,
        (0, 1, [10, 5.5, 10, 20], 0.9),
        (0, 2, [50.25, 8, 6, 12], 0.8),
        (4, 1, [10, 5.5, 14, 20], 0.7),
    )
    ds.add_predictions("better", better)
    a = ds.evaluate("model", confidence=0.1, replicates=0)
    b = ds.evaluate("better", confidence=0.1, replicates=0)
    compared = a.compare(b, replicates=100)
    assert compared.metrics.loc["AP50", "difference"] == pytest.approx(
        b.metrics["AP50"] - a.metrics["AP50"]
    )
    assert (compared.better, compared.worse, compared.equal) == (4, 1, 7)
    assert compared.view("better").ids.tolist() == [0, 2, 3, 4]
    assert compared.view("worse").ids.tolist() == [1]
    assert compared.view("equal").count() == 7


@pytest.mark.own_dataset
def test_likely_label_errors_are_fields(evaluated: vl.Dataset) -> None:
    ds = evaluated
    found = ds.evaluate("model", confidence=0.1, replicates=0)
    fields = found.label_quality()
    assert set(fields) == {"missing", "wrong_class", "badly_placed"}
    missing = ds.view(
        f"{fields['missing']} > 0 and source = 'model'",
        sort=f"-{fields['missing']}",
        level="annotations",
    ).to_pandas()
    # the guess where nothing is; those beside a label speak of that label
    assert missing.sample_id.tolist()[0] == 2
    wrong = ds.view(f"{fields['wrong_class']} > 0", level="annotations").to_pandas()
    assert wrong[["class", "suggested_class"]].to_numpy().tolist() == [["person", "car"]]
    placed = ds.view(sort=f"-{fields['badly_placed']}", level="annotations").to_pandas()
    assert placed.sample_id.tolist()[0] == 3
    # again, by another run that finds nothing wrong: what was said before is gone
    same = ds.to_pandas("annotations")[["sample_id", "class", "x", "y", "w", "h"]]
    ds.add_predictions("same", same.assign(confidence=0.9))
    assert ds.evaluate("same", replicates=0).label_quality() == fields
    assert ds.view(f"{fields['wrong_class']} > 0", level="annotations").count() == 0
    assert ds.view(f"{fields['missing']} > 0 and source = 'model'").count() == 0


@pytest.mark.own_dataset
def test_intervals_follow_in_a_job_of_their_own(evaluated: vl.Dataset) -> None:
    found = evaluated.evaluate("model", confidence=0.1, replicates=100)
    before = found.counts()
    deadline = time.monotonic() + 60
    while not found.detail.intervals and time.monotonic() < deadline:
        time.sleep(0.1)
    table = found.intervals
    assert table.loc["AP50", "low"] <= table.loc["AP50", "high"]
    assert not found.stale
    after = evaluated.evaluations()[0].counts()
    assert after.confusion == before.confusion
    assert {one.low is None for one in after.per_class} == {False}


@pytest.mark.own_dataset
def test_intervals_and_plots(evaluated: vl.Dataset) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    found = evaluated.evaluate("model", confidence=0.1, replicates=0)
    assert found.intervals.low.isna().all()
    table = found.add_intervals(100)
    assert table.loc["AP50", "low"] <= table.loc["AP50", "value"] <= table.loc["AP50", "high"]
    assert not table.loc["AP50", "reliable"]  # twelve groups are few
    assert not np.isnan(found.per_class.loc["car", "low"])
    assert len(found.plot().axes) == 4
    assert found.plot_confusion().get_xlabel() == "Predicted"
    axes = found.plot_precision_recall("car")
    assert len(axes.lines) == 2
    matplotlib.pyplot.close("all")
