from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.coco import records as coco_records
from visionlens_jlab.formats.coco.shapes import PlainPolygons
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    write_coco,
    write_image,
    write_json,
    write_text,
)
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows


def labels(folder, **params):
    return ingest_rows(folder, labels_only=True, **params)


def test_boxes_polygons_crowds_and_keypoints(tmp_path):
    polygon = [[1.5, 2, 10, 2, 10, 8.25]]
    annotations = [
        coco_box(1, 1, [1.25, 2, 3, 4]),
        coco_box(2, 1, [1.5, 2, 8.5, 6.25], segmentation=polygon, area=26.5),
        coco_box(
            3, 2, [0, 0, 5, 5], segmentation={"counts": [1, 2, 1197], "size": [30, 40]}, iscrowd=1
        ),
        coco_box(
            4, 2, [1, 1, 9, 9], keypoints=[2, 3, 2, 0, 0, 0], num_keypoints=1, segmentation=polygon
        ),
        {"id": 5, "image_id": 2, "category_id": 18, "segmentation": [1, 1, 5, 1, 5, 4]},
        {"id": 6, "image_id": 2, "category_id": 18},
    ]
    found = labels(write_coco(tmp_path, 2, annotations))
    rows = found.annotations
    assert [row["kind"] for row in rows] == [
        "box",
        "polygon",
        "mask",
        "keypoints",
        "polygon",
        "classification",
    ]
    assert json.loads(rows[1]["geometry"]) == polygon
    assert rows[1]["area"] == 26.5
    assert rows[0]["area"] == 12.0
    assert [row["is_crowd"] for row in rows] == [False, False, True, False, False, False]
    assert json.loads(rows[2]["geometry"]) == {
        "counts": [1, 2, 1197],
        "size": [30, 40],
    }
    assert json.loads(rows[3]["geometry"]) == [2, 3, 2, 0, 0, 0]
    assert json.loads(rows[3]["attributes"]) == {"segmentation": polygon}
    assert [rows[4][key] for key in "xywh"] == [1, 1, 4, 3]
    assert json.loads(rows[4]["geometry"]) == [[1, 1, 5, 1, 5, 4]]
    assert rows[5]["x"] is None
    assert [row["class"] for row in rows[-2:]] == ["dog", "dog"]
    assert [row["source_id"] for row in found.classes] == ["1", "18"]


def test_members_of_images_become_fields(tmp_path):
    write_image(tmp_path / "data" / "1.png")
    write_image(tmp_path / "data" / "2.png")
    more = {
        "weather": "fog",
        "lanes": 3,
        "speed": 1,
        "wet": True,
        "camera": "front",
        "group": "burst 1",
        "captured_at": "2024-05-01T10:00:00+02:00",
        "latitude": 48.5,
        "longitude": 9,
        "caption": "x",
        "split": "valid",
        "license": 4,
        "bytes": 7,
        "boxes": [1, 2],
        "nothing": "",
    }
    content = coco([coco_image(1, **more), coco_image(2, speed=0.5, lanes="two")], [])
    content["licenses"] = [{"id": 4, "name": "CC0"}]
    write_json(tmp_path / "labels.json", content)
    found = labels(tmp_path)
    first, second = found.samples
    assert (first["weather"], first["wet"], first["speed"]) == ("fog", True, 1.0)
    assert (first["lanes"], second["lanes"]) == ("3", "two")
    assert first["captured_at"] == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert (first["camera"], first["group"], first["caption"]) == ("front", "burst 1", "x")
    assert (first["latitude"], first["longitude"], first["split"]) == (48.5, 9.0, "val")
    assert (first["license"], first["boxes"]) == ("CC0", "[1, 2]")
    assert first["bytes_2"] == 7
    assert first["bytes"] == (tmp_path / "data" / "1.png").stat().st_size
    assert "nothing" not in first
    assert found.codes == {"FIELD_RENAMED": 1}


def test_attributes_and_flags_of_annotations(tmp_path):
    annotations = [
        coco_box(1, 1, [1, 2, 3, 4], occluded=True, attributes={"truncated": 0, "colour": "red"}),
        coco_box(2, 1, [1, 2, 3, 4], truncated=0.5, score=0.25),
        coco_box(3, 1, [1, 2, 3, 4], attributes="odd"),
    ]
    rows = labels(write_coco(tmp_path, 1, annotations)).annotations
    assert (rows[0]["occluded"], rows[0]["truncated"], rows[0]["difficult"]) == (True, False, None)
    assert json.loads(rows[0]["attributes"]) == {"colour": "red"}
    assert json.loads(rows[1]["attributes"]) == {"truncated": 0.5}
    assert rows[1]["confidence"] == 0.25
    assert json.loads(rows[2]["attributes"]) == {"attributes": "odd"}


def test_odd_things_are_listed_and_nothing_else_is_lost(tmp_path):
    annotations = [
        coco_box(1, 1, [1, 2, 0, 4]),
        coco_box(2, 1, [35, 2, 10, 4]),
        coco_box(3, 99, [1, 2, 3, 4]),
        coco_box(4, 1, [1, 2, 3]),
        coco_box(5, 1, [1, 2, 3, 4], category_id=77),
        coco_box(6, 1, [1, 2, 3, 4], keypoints=[1, 1]),
        coco_box(7, 1, None, segmentation=[["a"]]),
        {"id": 8, "image_id": 1},
        {"id": 9},
        coco_box(10, 1, [39.5, 2, 1.5, 4]),
    ]
    folder = write_coco(tmp_path, 1, annotations)
    content = json.loads((folder / "annotations/instances.json").read_text())
    content["images"] += [
        coco_image(1, file_name="twin.png"),
        coco_image(5, file_name="gone.png"),
        coco_image(6, file_name="1.png"),
        {"id": 7},
        coco_image(8, file_name="old/place/moved.png"),
    ]
    content["categories"].append({"id": 3, "name": "car"})
    write_json(folder / "annotations/instances.json", content)
    for name in ("images/twin.png", "images/extra.png", "images/deep/moved.png"):
        write_image(folder / name)
    found = labels(folder)
    assert found.codes == {
        "BOX_EMPTY": 1, "BOX_OUTSIDE": 1, "ANNOTATION_WITHOUT_IMAGE": 1, "ANNOTATION_INVALID": 4,
        "SHAPE_INVALID": 1, "CLASS_UNKNOWN": 1, "DUPLICATE_ID": 1, "IMAGE_MISSING": 1,
        "DUPLICATE_IMAGE": 1, "IMAGE_ENTRY_INVALID": 1, "IMAGE_PATH_REPAIRED": 1,
        "IMAGE_WITHOUT_LABELS": 1, "CLASS_DUPLICATE": 1,
    }  # fmt: skip
    assert found.summary["images"] == {"found": 6, "imported": 5, "skipped": 1}
    assert found.summary["annotations"] == {"found": 10, "imported": 5, "skipped": 5}
    assert "77" in [row["class"] for row in found.annotations]
    assert all(row["sample_id"] == 0 for row in found.annotations)
    assert {row["path"] for row in found.samples} >= {"images/deep/moved.png", "images/extra.png"}


@pytest.mark.parametrize(
    "order", [("images", "annotations", "categories"), ("annotations", "categories", "images")]
)
def test_sections_in_any_order(tmp_path, order):
    folder = write_coco(tmp_path, 2, [coco_box(1, 2, [1, 2, 3, 4])])
    path = folder / "annotations/instances.json"
    content = json.loads(path.read_text())
    write_json(path, {key: content[key] for key in order})
    found = labels(folder)
    assert found.boxes("images/2.png") == [(1, 2, 3, 4)]
    assert found.annotations[0]["class"] == "car"


@pytest.mark.parametrize(
    "order",
    [
        ("images", "annotations", "categories", "annotations"),
        ("categories", "images", "annotations", "images"),
        ("categories", "images", "images", "annotations"),
    ],
)
def test_a_section_that_comes_twice_is_told(tmp_path, order):
    folder = write_coco(tmp_path, 2, [coco_box(1, 2, [1, 2, 3, 4])])
    path = folder / "annotations/instances.json"
    content = json.loads(path.read_text())
    write_text(path, "{" + ",".join(f'"{key}": {json.dumps(content[key])}' for key in order) + "}")
    found = labels(folder)
    twice = max(order, key=order.count)
    assert len(found.samples) == 2
    assert len(found.annotations) == 1
    assert [row["item"] for row in found.issues if row["code"] == "SECTION_REPEATED"] == [
        f"annotations/instances.json: {twice}"
    ]


def test_unusual_shapes_are_read_too(tmp_path):
    folder = write_coco(tmp_path, 2, [coco_box(1, 2, [1.5, 2, 3, 4])])
    path = folder / "annotations/instances.json"
    content = json.loads(path.read_text())
    write_json(path, {"version": 1, "dataset": content})
    nested = labels(folder, format="coco")
    content["images"] = {str(image["id"]): image for image in content["images"]}
    write_json(path, content)
    keyed = labels(folder, format="coco")
    assert nested.boxes("images/2.png") == keyed.boxes("images/2.png") == [(1.5, 2, 3, 4)]


def test_splits_from_files_folders_and_images(tmp_path):
    for split in ("train2017", "val2017"):
        write_image(tmp_path / "images" / split / "1.png")
        content = coco([coco_image(1)], [coco_box(1, 1, [1, 2, 3, 4])])
        write_json(tmp_path / "annotations" / f"instances_{split}.json", content)
        write_json(tmp_path / "annotations" / f"captions_{split}.json", content)
    found = labels(tmp_path)
    assert [(row["path"], row["split"]) for row in found.samples] == [
        ("images/train2017/1.png", "train"),
        ("images/val2017/1.png", "val"),
    ]
    assert [row["sample_id"] for row in found.annotations] == [0, 1]
    assert found.codes == {"LABEL_FILE_UNUSED": 2}


def test_files_beside_their_images(tmp_path):
    for split in ("train", "valid"):
        write_image(tmp_path / split / "1.png")
        write_json(tmp_path / split / "_annotations.coco.json", coco([coco_image(1)], []))
    found = labels(tmp_path)
    assert [(row["path"], row["split"]) for row in found.samples] == [
        ("train/1.png", "train"),
        ("valid/1.png", "val"),
    ]


def test_one_file_named_as_source_and_images_apart(tmp_path):
    labels_file = write_json(
        tmp_path / "labels" / "my.json", coco([coco_image(1)], [coco_box(1, 1, [1, 2, 3, 4])])
    )
    write_image(tmp_path / "pictures" / "1.png")
    direct = labels(labels_file, images=str(tmp_path / "pictures"))
    apart = labels(tmp_path / "pictures", labels=str(labels_file))
    assert direct.boxes("1.png") == apart.boxes("1.png") == [(1, 2, 3, 4)]
    assert direct.roots == [{"name": "images", "location": str(tmp_path / "pictures")}]


def test_results_and_other_json_are_not_ground_truth(tmp_path):
    folder = write_coco(tmp_path, 1, [])
    write_json(folder / "annotations" / "results.json", [coco_box(1, 1, [1, 2, 3, 4], score=1)])
    write_json(folder / "annotations" / "expected.json", {"AP": 0.5})
    write_json(folder / "predictions" / "instances.json", coco([coco_image(1)], []))
    assert labels(folder).summary["label_files"]["found"] == 1


@pytest.mark.parametrize(
    "text", ['{"images": [{"id": 1, "file_name": "a"}', '{"images": [{"id": 1 "file_name": "a"}]}']
)
def test_a_broken_file_is_an_error_with_a_hint(tmp_path, text):
    write_text(tmp_path / "labels.json", text)
    with pytest.raises(VisionLensError) as error:
        labels(tmp_path)
    assert error.value.code == "LABELS_INVALID"
    assert "labels.json" in error.value.message
    assert error.value.hint


def test_a_file_that_breaks_off_in_its_annotations_is_an_error(tmp_path):
    folder = write_coco(tmp_path, 1, [coco_box(1, 1, [1, 2, 3, 4])] * 3)
    path = folder / "annotations/instances.json"
    content = json.loads(path.read_text())
    ordered = {key: content[key] for key in ("categories", "images", "licenses", "annotations")}
    path.write_text(json.dumps(ordered)[:-60])
    with pytest.raises(VisionLensError, match="LABELS_INVALID"):
        labels(folder)


finite = st.floats(-1e6, 1e6, allow_nan=False)
boxes = st.tuples(finite, finite, st.floats(0, 1e6), st.floats(0, 1e6)).map(list)
ids = st.integers(0, 6)


@st.composite
def datasets(draw):
    known = draw(st.lists(ids, unique=True, min_size=1))
    annotations = draw(
        st.lists(
            st.fixed_dictionaries(
                {"image_id": ids, "category_id": st.sampled_from([1, 18, 90]), "bbox": boxes},
                optional={
                    "note": st.text('ab"},{[]\\é'),
                    "area": finite,
                    "iscrowd": st.sampled_from([0, 1]),
                },
            ),
            max_size=12,
        )
    )
    return known, [{"id": number, **item} for number, item in enumerate(annotations)]


@given(dataset=datasets())
def test_every_value_arrives_exactly(tmp_path_factory, dataset):
    known, annotations = dataset
    folder = tmp_path_factory.mktemp("coco")
    content = coco([coco_image(number) for number in known], annotations)
    write_json(folder / "labels.json", content)
    found = labels(folder)
    expected = [item for item in annotations if item["image_id"] in known]
    paths = {row["sample_id"]: row["path"] for row in found.samples}
    assert [row["path"] for row in found.samples] == [f"{number}.png" for number in known]
    assert [
        (paths[row["sample_id"]], row["x"], row["y"], row["w"], row["h"])
        for row in found.annotations
    ] == [(f"{item['image_id']}.png", *item["bbox"]) for item in expected]
    assert [row["area"] for row in found.annotations if row["area"] is not None][
        : len(expected)
    ] == [item.get("area", item["bbox"][2] * item["bbox"][3]) for item in expected]
    assert found.summary["annotations"]["found"] == len(annotations)


def test_the_three_decoders_foresee_what_coco_publishes():
    assert coco_records.annotation_decoder().extras == {}
    block = json.dumps([coco_box(1, 1, [1, 2, 3, 4], segmentation=[], area=2.5)]).encode()
    decoder = coco_records.annotation_decoder()
    assert decoder.decode(block).records[0].bbox == (1, 2, 3, 4)
    assert decoder.extras == {}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (b"[[1, 2, 3, 4, 5, 6]]", True),
        (b"[[1,2,3,4,5,6],[-1.5,2,3,4,5,6,7,8]]", True),
        (b"[[1, 2, 3, 4, 5]]", False),
        (b"[[1, 2, 3, 4]]", False),
        (b"[[1, 2, 3, 4, 5, 6], [1, 2]]", False),
        (b"[[1, 2, 3, 4, 5, true]]", False),
        (b"[[1, 2, 3, 4, 5, 1e999]]", False),
        (b"[[[1, 2], [3, 4], [5, 6]]]", False),
        (b"[1, 2, 3, 4, 5, 6]", False),
        (b"[[1, 2, 3,\n4, 5, 6]]", False),
        (b"[[]]", False),
        (b"[]", False),
        (b'{"counts": [1, 2, 3, 4, 5, 6]}', False),
    ],
)
def test_well_formed_polygons_are_told_by_their_outline(text, plain):
    assert PlainPolygons()([text, b"[[0, 0, 1, 1, 2, 2]]"]) == [plain, True]
