"""The plants, recomputed from the files that were written."""

from __future__ import annotations

import pytest

from visionlens_demo.generate import WORLDS
from visionlens_jlab.tests.demo.reading import Written, iou

RUNS = ("run_a", "run_b")
TOLERANCE = 0.02


def _rates(large: Written, run: str):
    plants = WORLDS[large.manifest["world"]].plants
    return plants.run_a if run == "run_a" else plants.run_b


def test_every_plant_and_decoy_is_there(large: Written) -> None:
    assert set(large.entries) == {
        "interaction", "deep", "weak", "worse", "small", "hidden", "false_positives",
        "labels_missing", "labels_swapped", "labels_misplaced", "copies_exact", "copies_resized",
        "copies_recompressed", "copies_cropped", "copies_flipped", "leaks", "tied_camera", "bursts",
        "doomed", "many_values", "missing_values", "shifted_scores", "labels_concentrated",
        "same_background",
    }  # fmt: skip
    assert {entry["status"] for entry in large.entries.values()} == {"planted"}
    assert {entry["kind"] for entry in large.entries.values()} == {"plant", "decoy"}
    assert all(entry["cause"] and entry["unit"] for entry in large.entries.values())


@pytest.mark.parametrize("key", ["interaction", "deep", "weak", "worse", "small"])
def test_slices_hold_as_the_manifest_says(large: Written, key: str) -> None:
    entry = large.entries[key]
    holds = large.satisfies(entry["predicate"])
    ids = [row["id"] for row in large.annotations if holds(row)]
    assert ids == entry["annotation_ids"]
    for run in RUNS:
        inside, count = large.missed(run, holds)
        outside, _ = large.missed(run, lambda row: not holds(row))
        assert entry["effect"][run]["inside"]["rate"] == pytest.approx(inside, abs=0.002)
        assert entry["effect"][run]["outside"]["rate"] == pytest.approx(outside, abs=0.002)
        assert entry["effect"][run]["inside"]["objects"] == count
        groups = {large.field(row, "group") for row in large.annotations if holds(row)}
        assert entry["effect"][run]["inside"]["groups"] == len(groups) >= 40
        if key != "worse":
            # Few objects: what label errors and accidental overlaps move weighs more.
            allowed = TOLERANCE if count > 500 else 0.05
            assert inside == pytest.approx(getattr(_rates(large, run), key), abs=allowed)


def test_nothing_shows_in_either_condition_of_the_interaction_alone(large: Written) -> None:
    entry = large.entries["interaction"]
    for part in entry["predicate"].split(" and "):
        holds = large.satisfies(part)
        inside, _ = large.missed("run_a", holds)
        outside, _ = large.missed("run_a", lambda row, holds=holds: not holds(row))
        assert inside == pytest.approx(outside, abs=0.015)
        assert entry["effect"]["alone"][part]["run_a"]["inside"]["rate"] == pytest.approx(
            inside, abs=0.002
        )
    overall, _ = large.missed("run_a")
    inside, _ = large.missed("run_a", large.satisfies(entry["predicate"]))
    assert inside > overall + 0.2


def test_the_weak_slice_is_weak(large: Written) -> None:
    holds = large.satisfies(large.entries["weak"]["predicate"])
    inside, _ = large.missed("run_a", holds)
    outside, _ = large.missed("run_a", lambda row: not holds(row))
    assert 0.05 < inside - outside < 0.09


def test_the_deep_slice_needs_all_three_conditions(large: Written) -> None:
    parts = large.entries["deep"]["predicate"].split(" and ")
    assert len(parts) == 3
    inside, _ = large.missed("run_a", large.satisfies(" and ".join(parts)))
    for left_out in range(3):
        others = [part for number, part in enumerate(parts) if number != left_out]
        both, last = large.satisfies(" and ".join(others)), large.satisfies(parts[left_out])
        without, _ = large.missed(
            "run_a", lambda row, both=both, last=last: both(row) and not last(row)
        )
        assert inside > without + 0.15


def test_run_b_is_better_overall_and_worse_in_its_slice(large: Written) -> None:
    overall = large.entries["worse"]["effect"]["overall"]
    rates = {run: large.missed(run)[0] for run in RUNS}
    assert rates["run_b"] < rates["run_a"] - 0.015
    for run in RUNS:
        assert overall[run]["rate"] == pytest.approx(rates[run], abs=0.002)
    holds = large.satisfies(large.entries["worse"]["predicate"])
    assert large.missed("run_b", holds)[0] > large.missed("run_a", holds)[0] + 0.04


def test_no_field_tells_of_the_hidden_failure(large: Written) -> None:
    entry = large.entries["hidden"]
    images = set(entry["image_ids"])
    assert entry["predicate"] is None
    for run in RUNS:
        inside, _ = large.missed(run, lambda row: row["image_id"] in images)
        assert inside == pytest.approx(_rates(large, run).hidden, abs=TOLERANCE)
        assert entry["effect"][run]["inside"]["rate"] == pytest.approx(inside, abs=0.002)
    world = WORLDS[large.manifest["world"]]
    for category in (world.light, world.weather, *world.categories):
        for value in category.values:
            members = [row for row in large.coco["images"] if row[category.name] == value]
            share = sum(row["id"] in images for row in members) / len(members)
            assert 0.02 < share < 0.25, (category.name, value)


def test_false_positives_rise_under_their_condition(large: Written) -> None:
    entry = large.entries["false_positives"]
    where = set(entry["image_ids"])
    name, _, value = entry["predicate"].split(" ", 2)
    assert where == {row["id"] for row in large.coco["images"] if row[name] == value.strip("'")}
    for run in RUNS:
        _, wrong = large.outcome(run)
        inside = sum(row["image_id"] in where for row in wrong) / len(where)
        outside = (len(wrong) - inside * len(where)) / (len(large.images) - len(where))
        assert inside > 1.5 * outside
        assert entry["effect"][run]["inside"] == pytest.approx(inside, abs=0.01)
        assert entry["effect"][run]["outside"] == pytest.approx(outside, abs=0.01)


def test_small_ones_are_confused_with_the_named_class(large: Written) -> None:
    entry = large.entries["small"]
    other = next(key for key, name in large.classes.items() if name == entry["confused_as"])
    ids = set(entry["annotation_ids"])
    found, wrong = large.outcome("run_a")
    boxes = {}
    for row in wrong:
        if row["category_id"] == other:
            boxes.setdefault(row["image_id"], []).append(row["bbox"])
    confused = sum(
        row["id"] not in found
        and any(iou(row["bbox"], box) >= 0.5 for box in boxes.get(row["image_id"], []))
        for row in large.annotations
        if row["id"] in ids
    )
    share = confused / len(ids)
    assert entry["effect"]["run_a"]["confused_inside"] == pytest.approx(share, abs=0.02)
    assert share > 0.25 > 0.1 > entry["effect"]["run_a"]["confused_large"]


def test_the_best_threshold_is_the_operating_point(large: Written) -> None:
    for value in large.manifest["confidence_of_maximum_f1"].values():
        assert value == pytest.approx(0.5, abs=0.06)


def test_label_errors_have_their_truth(large: Written) -> None:
    annotations = {row["id"]: row for row in large.annotations}
    swapped = large.entries["labels_swapped"]["truth"]
    assert len(swapped) == len(large.entries["labels_swapped"]["annotation_ids"]) > 50
    for item in swapped:
        written = large.classes[annotations[item["annotation_id"]]["category_id"]]
        assert written != item["class"]
    for item in large.entries["labels_misplaced"]["truth"]:
        overlap = iou(annotations[item["annotation_id"]]["bbox"], item["bbox"])
        assert 0.05 < overlap < 0.5
    by_image = {}
    for row in large.annotations:
        by_image.setdefault(row["image_id"], []).append(row)
    for item in large.entries["labels_missing"]["truth"]:
        same = [
            row
            for row in by_image[item["image_id"]]
            if large.classes[row["category_id"]] == item["class"]
        ]
        assert all(iou(row["bbox"], item["bbox"]) < 0.5 for row in same)


def test_the_runs_see_what_the_labels_miss(large: Written) -> None:
    truths = [
        (item["image_id"], item["class"], item["bbox"])
        for item in large.entries["labels_missing"]["truth"]
    ]
    for run in RUNS:
        predictions = {}
        for row in large.runs[run]:
            key = (row["image_id"], large.classes[row["category_id"]])
            predictions.setdefault(key, []).append(row)
        seen = sum(
            any(
                iou(row["bbox"], box) >= 0.5 and row["score"] > 0.6
                for row in predictions.get((image, name), [])
            )
            for image, name, box in truths
        )
        assert seen / len(truths) > 0.97
