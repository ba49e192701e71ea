"""The decoys, recomputed from the files that were written."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict

import pytest

from visionlens_demo.generate import WORLDS
from visionlens_jlab.tests.demo.reading import Written


def test_the_tied_camera_has_no_effect_of_its_own(large: Written) -> None:
    entry, world = large.entries["tied_camera"], WORLDS[large.manifest["world"]]
    camera = large.satisfies(entry["predicate"])
    tied = large.satisfies(world.decoys.camera_tied_to[0].text())
    of_camera = [row for row in large.annotations if camera(row)]
    images = {row["image_id"] for row in of_camera}
    inside = {row["image_id"] for row in of_camera if tied(row)}
    assert len(inside) / len(images) == pytest.approx(0.85, abs=0.09)
    own, _ = large.missed("run_a", lambda row: camera(row) and tied(row))
    others, _ = large.missed("run_a", lambda row: not camera(row) and tied(row))
    assert abs(own - others) < 0.06


def test_frames_of_a_burst_share_difficulty_and_fields(large: Written) -> None:
    entry = large.entries["bursts"]
    images = [large.images[number] for number in entry["image_ids"]]
    by_group = defaultdict(list)
    for row in images:
        by_group[row["group"]].append(row)
    assert len(by_group) == entry["effect"]["bursts"]
    assert all(10 <= len(rows) <= 30 for rows in by_group.values())
    for rows in by_group.values():
        for name in entry["effect"]["burst_fields"]:
            assert len({row[name] for row in rows}) == 1
        times = [row["date_captured"] for row in rows]
        assert times == sorted(set(times))
    found, _ = large.outcome("run_a")
    outcomes = defaultdict(list)
    for row in large.annotations:
        if row["image_id"] in set(entry["image_ids"]):
            outcomes[large.field(row, "group")].append(row["id"] not in found)
    rates = [statistics.fmean(values) for values in outcomes.values() if statistics.fmean(values)]
    size = statistics.fmean(len(values) for values in outcomes.values())
    mean = statistics.fmean(rates)
    independent = (mean * (1 - mean) / size) ** 0.5
    assert statistics.pstdev(rates) > 2 * independent


def test_sixty_objects_are_missed_in_four_bursts(large: Written) -> None:
    entry = large.entries["doomed"]
    holds = large.satisfies(entry["predicate"])
    rows = [row for row in large.annotations if holds(row)]
    assert len(rows) == 60
    assert len({large.field(row, "group") for row in rows}) == 4
    for run in large.runs:
        assert large.missed(run, holds)[0] == 1.0


def test_a_field_has_very_many_values(large: Written) -> None:
    field = large.entries["many_values"]["effect"]["field"]
    counts = Counter(row[field] for row in large.coco["images"])
    assert 400 < len(counts) <= 500
    assert len(counts) == large.entries["many_values"]["effect"]["distinct"]


def test_values_are_missing_not_at_random(large: Written) -> None:
    entry = large.entries["missing_values"]
    field = entry["effect"]["field"]
    gaps = {row["id"] for row in large.coco["images"] if field not in row}
    assert gaps == set(entry["image_ids"])
    name, _, value = entry["predicate"].split(" ", 2)
    inside = [row for row in large.coco["images"] if row[name] == value.strip("'")]
    share = sum(row["id"] in gaps for row in inside) / len(inside)
    assert share > 0.5 > 0.3 > (len(gaps) - share * len(inside)) / (len(large.images) - len(inside))


def test_shifted_scores_are_a_matter_of_the_threshold(large: Written) -> None:
    entry = large.entries["shifted_scores"]
    holds = large.satisfies(entry["predicate"])
    for run in large.runs:
        inside, _ = large.missed(run, holds)
        outside, _ = large.missed(run, lambda row: not holds(row))
        lower, _ = large.missed(run, holds, 0.5 - entry["effect"][run]["shift"])
        assert inside > lower + 0.05
        assert lower < outside + 0.02
        assert entry["effect"][run]["inside_at_lower_confidence"] == pytest.approx(lower, abs=0.005)


def test_label_errors_concentrate_in_one_class(large: Written) -> None:
    name = large.entries["labels_concentrated"]["predicate"].split("'")[1]
    errors = Counter(item["class"] for item in large.entries["labels_swapped"]["truth"])
    assert errors.most_common(1)[0][0] == name
    effect = large.entries["labels_concentrated"]["effect"]
    assert effect["error_share_inside"] > 4 * effect["error_share_outside"]


def test_scenes_before_one_background_differ(large: Written) -> None:
    objects = defaultdict(list)
    for row in large.annotations:
        objects[row["image_id"]].append((row["category_id"], row["bbox"]))
    sets = large.entries["same_background"]["sets"]
    assert len(sets) >= 5
    world = WORLDS[large.manifest["world"]]
    for members in sets:
        assert len(members) == 3
        fields = (world.camera_field, world.place_field, world.light.name, world.weather.name)
        for name in fields:
            assert len({large.images[number][name] for number in members}) == 1
        assert len({large.images[number]["group"] for number in members}) == 3
        first, second, third = (objects[number] for number in members)
        assert first != second != third != first
