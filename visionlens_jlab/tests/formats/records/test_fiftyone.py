"""FiftyOne's fields of labels: ground truth, runs, and what no dataset holds."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.base import ClassEntry
from visionlens_jlab.formats.writing.writer import Label, Picture
from visionlens_jlab.tests.formats.records.wild import NAMES, fiftyone
from visionlens_jlab.tests.formats.test_writers import HEIGHT, WIDTH, content_of, write
from visionlens_jlab.tests.formats.writers import write_image
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def test_fields_of_labels_are_ground_truth_and_runs(tmp_path: Path) -> None:
    fiftyone(tmp_path / "set")
    dataset = vl.ingest(tmp_path / "set", name="set", data_dir=tmp_path / "data")
    counts = dataset.sql("SELECT source, count(*) FROM annotation GROUP BY 1 ORDER BY 1")
    assert [tuple(row.values()) for row in counts.to_pylist()] == [
        ("ground_truth", 7),
        ("predictions", 1),
    ]
    assert dataset.runs == ["predictions"]
    report = dataset.add_predictions(
        "again", tmp_path / "set" / "samples.json", format="fiftyone", field="predictions"
    )
    assert report.annotations.imported == 1
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID"):
        dataset.add_predictions("none", tmp_path / "set", format="fiftyone", field="absent")
    dataset.close()


def test_fields_tags_and_places(tmp_path: Path) -> None:
    fiftyone(tmp_path)
    found = ingest_rows(tmp_path)
    first, second = found.samples[:2]
    assert (first["split"], second["split"]) == ("train", "val")
    assert (first["latitude"], first["longitude"]) == (1.0, 2.0)
    assert (second["speed"], second["source_tags"]) == (1.5, "good")
    (face,) = [one for one in found.classes if one["name"] == "face"]
    assert (face["keypoints"], face["skeleton"]) == (["a", "b", "c"], [[0, 1], [1, 2]])
    (dog,) = [one for one in found.annotations if one["class"] == "dog"]
    assert dog["area"] == 18
    (rain,) = [one for one in found.annotations if one["class"] == "rain"]
    assert json.loads(rain["attributes"]) == {"field": "weather"}


def test_what_is_no_image_or_no_field_is_reported(tmp_path: Path) -> None:
    fiftyone(tmp_path)
    path = tmp_path / "samples.json"
    content = json.loads(path.read_text())
    content["samples"][0] |= {
        "heat": {"_cls": "Heatmap", "map": 1},
        "vector": [0.5] * 512,
        "second": content["samples"][0]["ground_truth"],
    }
    content["samples"] += [{"filepath": "data/a.mp4", "_media_type": "video"}, {}, 5]
    path.write_text(json.dumps(content))
    (tmp_path / "frames.json").write_text('{"frames": []}')
    found = ingest_rows(tmp_path)
    told = {(one["code"], one["item"]) for one in found.issues}
    assert {
        ("FIELD_UNREAD", "samples.json: heat"),
        ("FIELD_UNREAD", "samples.json: vector"),
        ("FIELD_UNREAD", "frames.json"),
        ("RUN_FOUND", "samples.json: second"),
        ("IMAGE_ENTRY_INVALID", "samples.json: data/a.mp4"),
    } <= told
    assert found.codes["IMAGE_ENTRY_INVALID"] == 3
    second = ingest_rows(tmp_path, options={"ground_truth": "second"})
    assert ("RUN_FOUND", "samples.json: ground_truth") in {
        (one["code"], one["item"]) for one in second.issues
    }
    with pytest.raises(VisionLensError, match="No field of labels is named 'x'"):
        ingest_rows(tmp_path, options={"ground_truth": "x"})


def test_fields_tags_and_skeletons_come_back(tmp_path: Path) -> None:
    picture = write_image(tmp_path / "one.png", (WIDTH, HEIGHT))
    moment = datetime(2024, 5, 6, 7, 8, 9)
    one = Picture(
        "",
        "/nowhere/1.png",
        "1.png",
        "val",
        WIDTH,
        HEIGHT,
        built_in={"group": "g", "captured_at": moment, "latitude": 1.5, "longitude": -2.0},
        fields={"speed": 3, "wet": True, "metadata": "x", "seen": moment},
        tags=["later", "test"],
        labels=[
            Label(
                *("x", "car", "keypoints", (1, 2, 3, 4), 12.0, 0.25),
                geometry=b"[1,2,2,4,6,1,0,0,0]",
                tags=["odd"],
                fields={"worth": 2},
            )
        ],
    )
    content = content_of([one], is_run=True)
    content.classes[0] = ClassEntry("car", None, "vehicle", ["a", "b", "c"], [[0, 1]])
    (tmp_path / "out").mkdir()
    losses = write("fiftyone", content, tmp_path / "out", picture)
    assert {issue.code: issue.items for issue in losses.issues()} == {
        "CLASS_DETAILS_LOST": {"car": 1},
        "FIELD_AS_ATTRIBUTE": {"worth": 1},
        "FIELD_AS_TEXT": {"captured_at": 1, "seen": 1},
        "FIELD_RENAMED": {"metadata -> metadata_": 1},
        "TAG_LOST": {"test": 1},
    }
    found = ingest_rows(tmp_path / "out", options={"ground_truth": "predictions_keypoints"})
    (sample,), (label,) = found.samples, found.annotations
    kept = ("split", "group", "latitude", "longitude", "speed", "wet", "metadata_", "source_tags")
    assert [sample[name] for name in kept] == ["val", "g", 1.5, -2.0, 3, True, "x", "later"]
    assert sample["captured_at"].replace(tzinfo=None) == moment
    assert json.loads(label["geometry"]) == pytest.approx([1, 2, 2, 4, 6, 1, 0, 0, 0])
    assert label["confidence"] == 0.25
    assert json.loads(label["attributes"]) == {"tags": ["odd"], "worth": 2}
    assert found.classes[0]["keypoints"] == ["a", "b", "c"]


def test_an_image_of_unknown_size_keeps_its_classes(tmp_path: Path) -> None:
    picture = write_image(tmp_path / "one.png", (WIDTH, HEIGHT))
    one = Picture("", "/nowhere/1.png", NAMES[0], None)
    one.labels = [
        Label("box", "car", "box", (1, 2, 3, 4), 12.0),
        Label("rain", "no", "classification", None),
    ]
    (tmp_path / "out").mkdir()
    losses = write("fiftyone", content_of([one]), tmp_path / "out", picture)
    assert losses.annotations_lost == losses.count("IMAGE_WITHOUT_SIZE") == 1
    assert [row["class"] for row in ingest_rows(tmp_path / "out").annotations] == ["no"]
