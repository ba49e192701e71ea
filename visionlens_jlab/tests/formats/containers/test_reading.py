"""Files of images are recognised, read and accounted for; an image in them is one like others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.tests.formats.containers.shards import (
    SIZE,
    detection,
    example,
    image_value,
    picture,
    sample,
    write_parquet,
    write_records,
    write_tar,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows


def recognised(folder: Path, name: str) -> Ingested:
    """What an ingest finds that is told nothing, every image with its pixels."""
    found = detect(DetectRequest(source=str(folder)))
    assert (found.format, found.unread) == (name, [])
    rows = ingest_rows(folder)
    assert rows.summary["format"] == name
    assert len(rows.media) == len(rows.samples)
    assert all(row["thumb_length"] for row in rows.media), rows.issues
    assert all((row["width"], row["height"]) == SIZE for row in rows.samples)
    return rows


def labels(rows: Ingested) -> list[tuple[str, str, str]]:
    paths = {row["sample_id"]: row["path"] for row in rows.samples}
    return sorted((paths[r["sample_id"]], r["kind"], r["class"]) for r in rows.annotations)


def test_webdataset_with_classes_captions_and_fields(tmp_path: Path) -> None:
    write_tar(
        tmp_path / "train-000000.tar",
        sample(
            "a/0001", 1, cls=1, txt="a dog", json={"url": "http://x/1", "width": 64, "height": 48}
        )
        + sample("a/0002", 2, cls=0)
        + [("a/0002.npy", b"\x93NUMPY")],
    )
    write_tar(tmp_path / "val-000000.tar", sample("0003", 3, cls=1, json={"caption": "hello"}))
    (tmp_path / "classes.txt").write_text("cat\ndog\n")
    rows = recognised(tmp_path, "webdataset")
    assert labels(rows) == [
        ("train-000000.tar/a/0001.jpg", "classification", "dog"),
        ("train-000000.tar/a/0002.jpg", "classification", "cat"),
        ("val-000000.tar/0003.jpg", "classification", "dog"),
    ]
    assert [row["split"] for row in rows.samples] == ["train", "train", "val"]
    assert [row["caption"] for row in rows.samples] == ["a dog", None, "hello"]
    assert rows.samples[0]["url"] == "http://x/1"
    assert rows.class_names == ["cat", "dog"]
    assert rows.codes == {"MEMBERS_UNUSED": 1}
    assert rows.summary["images"]["found"] == 3


BOX = {"x": 4, "y": 5, "w": 20, "h": 10}


@pytest.mark.parametrize(
    "stated",
    [
        {"annotations": [{"bbox": [4, 5, 20, 10], "category": "dog"}]},
        {"objects": {"bbox": [[4, 5, 20, 10]], "category": ["dog"]}},
        {"boxes": [[4, 5, 24, 15]], "labels": ["dog"]},
        {"bboxes": [[4, 5, 20, 10]], "labels": ["dog"]},
        [{"xmin": 4, "ymin": 5, "xmax": 24, "ymax": 15, "label": "dog"}],
        {"objects": [{"box": {"x": 4, "y": 5, "width": 20, "height": 10}, "name": "dog"}]},
        {"detections": [{"bbox": {"x1": 4, "y1": 5, "x2": 24, "y2": 15}, "class_id": 0}]},
    ],
)
def test_boxes_of_webdataset_in_usual_spellings(tmp_path: Path, stated: object) -> None:
    write_tar(tmp_path / "0.tar", sample("1", 1, json=stated))
    (tmp_path / "classes.json").write_text('["dog"]')
    rows = recognised(tmp_path, "webdataset")
    (box,) = rows.annotations
    assert {side: box[side] for side in "xywh"} == BOX
    assert (box["class"], box["kind"]) == ("dog", "box")
    assert rows.codes == {}


def test_corners_or_sides_as_the_user_says(tmp_path: Path) -> None:
    write_tar(
        tmp_path / "0.tar", sample("1", 1, json={"bbox": [[4, 5, 24, 15]], "labels": ["dog"]})
    )
    (box,) = ingest_rows(tmp_path, options={"boxes": "xyxy"}).annotations
    assert {side: box[side] for side in "xywh"} == BOX


def test_several_images_of_one_sample_are_a_group(tmp_path: Path) -> None:
    files = [
        ("1.left.jpg", picture(1)),
        ("1.right.png", picture(2, "PNG")),
        ("1.seg.png", picture(3, "PNG")),
    ]
    write_tar(tmp_path / "0.tar", [*files, *sample("2", 4)])
    rows = recognised(tmp_path, "webdataset")
    assert [row["group"] for row in rows.samples] == ["1", "1", None]
    assert rows.codes == {"MEMBERS_UNUSED": 1}


def test_tfrecord_of_object_detection(tmp_path: Path) -> None:
    boxes = [(0.25, 0.25, 0.5, 0.75), (0.0, 0.0, 1.0, 1.0)]
    write_records(
        tmp_path / "train.record-00000-of-00002",
        [
            detection(1, boxes, ["dog", "cat"], **{"image/object/is_crowd": [0, 1]}),
            detection(2, [], []),
        ],
    )
    write_records(
        tmp_path / "train.record-00001-of-00002",
        [detection(3, boxes[:1], [], **{"image/object/class/label": [2], "score": [0.5]})],
    )
    (tmp_path / "label_map.pbtxt").write_text(
        'item {\n  id: 1\n  name: \'cat\'\n}\nitem { name: "/m/1" id: 2 display_name: "dog" }\n'
    )
    rows = recognised(tmp_path, "tfrecord")
    assert [row["filename"] for row in rows.samples] == ["1.jpg", "2.jpg", "3.jpg"]
    assert rows.samples[0]["path"] == "train.record-00000-of-00002/0/1.jpg"
    assert rows.samples[2]["score"] == 0.5
    assert [row["split"] for row in rows.samples] == ["train"] * 3
    found = [(r["class"], r["x"], r["y"], r["w"], r["h"], r["is_crowd"]) for r in rows.annotations]
    assert found == [
        ("dog", 16, 12, 16, 24, False),
        ("cat", 0, 0, 64, 48, True),
        ("dog", 16, 12, 16, 24, False),
    ]
    assert rows.class_names == ["cat", "dog"]
    assert rows.codes == {}


def test_tfrecord_without_a_size_or_packing(tmp_path: Path) -> None:
    features = {
        "image_raw": [picture(1, "PNG")],
        "label": [7],
        "image/object/bbox/xmin": [0.5],
        "image/object/bbox/ymin": [0.5],
        "image/object/bbox/xmax": [0.75],
        "image/object/bbox/ymax": [1.0],
        "image/object/class/label": [-1],
        "embedding": [0.5, 1.5],
        "raw": [b"\xff\xfe\x00"],
    }
    write_records(tmp_path / "a.tfrecord", [example(features, packed=False)])
    rows = recognised(tmp_path, "tfrecord")
    box, whole = rows.annotations
    assert (whole["class"], whole["kind"]) == ("7", "classification")
    assert [box[side] for side in "xywh"] == [32, 24, 16, 24]
    assert json.loads(rows.samples[0]["embedding"]) == [0.5, 1.5]
    assert rows.samples[0]["path"] == "a.tfrecord/0.png"
    assert rows.codes == {"CLASS_UNKNOWN": 1, "CLASS_MISSING": 1, "MEMBERS_UNUSED": 1}


def test_a_broken_record_costs_itself(tmp_path: Path) -> None:
    path = write_records(tmp_path / "a.tfrecord", [detection(n, [], []) for n in range(5)])
    data = bytearray(path.read_bytes())
    each = len(data) // 5
    data[each + 100] ^= 1  # in the data of the second
    data[2 * each + 2] ^= 1  # in the length of the third, roughly
    path.write_bytes(data)
    rows = ingest_rows(tmp_path)
    assert rows.codes["RECORD_INVALID"] == 2
    assert [row["filename"] for row in rows.samples] == ["0.jpg", "3.jpg", "4.jpg"]
    assert len(rows.media) == 3


def features_of(**more: object) -> dict[str, object]:
    return {"image": {"_type": "Image"}, **more}


def test_parquet_of_hugging_face(tmp_path: Path) -> None:
    stated = features_of(label={"names": ["cat", "dog"], "_type": "ClassLabel"})
    for split, numbers in (("train", (1, 2)), ("test", (3,))):
        rows = [{"image": image_value(n), "label": n % 2, "text": f"no {n}"} for n in numbers]
        write_parquet(tmp_path / "data" / f"{split}-00000-of-00001.parquet", rows, stated)
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n")
    found = recognised(tmp_path, "parquet_images")
    assert labels(found) == [
        ("data/test-00000-of-00001.parquet/0/3.jpg", "classification", "dog"),
        ("data/train-00000-of-00001.parquet/0/1.jpg", "classification", "dog"),
        ("data/train-00000-of-00001.parquet/1/2.jpg", "classification", "cat"),
    ]
    assert [row["split"] for row in found.samples] == ["test", "train", "train"]
    assert [row["caption"] for row in found.samples] == ["no 3", "no 1", "no 2"]
    assert found.class_names == ["cat", "dog"]
    assert found.codes == {"FILES_UNUSED": 1}


@pytest.mark.parametrize("listed", [True, False])
def test_objects_of_parquet(tmp_path: Path, listed: bool) -> None:
    objects: object = {"bbox": [[4.0, 5.0, 20.0, 10.0]], "category": [1], "id": [9]}
    inner: object = {"category": {"names": ["cat", "dog"], "_type": "ClassLabel"}}
    if listed:
        objects = [{"bbox": [4.0, 5.0, 20.0, 10.0], "category": 1, "id": 9}]
        inner = [inner]
    rows = [{"image": image_value(1), "objects": objects, "width": 64, "height": 48}]
    write_parquet(tmp_path / "a.parquet", rows, features_of(objects=inner))
    found = recognised(tmp_path, "parquet_images")
    (box,) = found.annotations
    assert {side: box[side] for side in "xywh"} == BOX
    assert box["class"] == "dog" and json.loads(box["attributes"]) == {"id": 9}
    assert found.codes == {}


def test_parquet_with_two_columns_of_images_and_no_metadata(tmp_path: Path) -> None:
    rows = [
        {
            "left": picture(2 * n, "PNG"),
            "right": {"bytes": picture(2 * n + 1), "path": None},
            "hash": b"\xff\0",
        }
        for n in range(40)
    ]
    write_parquet(tmp_path / "a.parquet", rows, row_group_size=7)
    found = recognised(tmp_path / "a.parquet", "parquet_images")
    assert found.samples[2]["path"] == "a.parquet/1/left/1.png"
    assert found.samples[3]["path"] == "a.parquet/1/right/1.jpg"
    assert found.samples[2]["group"] == found.samples[3]["group"]
    assert len({row["content_hash"] for row in found.media}) == 80
    assert found.codes == {"MEMBERS_UNUSED": 1, "IMAGE_COLUMNS": 1}
    (told,) = [row["message"] for row in found.issues if row["code"] == "IMAGE_COLUMNS"]
    assert "left, right" in told


def test_links_devices_and_names_that_lead_out_are_reported(tmp_path: Path) -> None:
    import io
    import tarfile

    path = tmp_path / "0.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in (
            "../../etc/out.jpg",
            "/abs.jpg",
            "a/../b.jpg",
            "good.jpg",
            "good.jpg",
            "ü" * 120 + ".jpg",
        ):
            info = tarfile.TarInfo(name)
            info.size = len(picture(1))
            archive.addfile(info, io.BytesIO(picture(1)))
        for name, kind in (
            ("l.jpg", tarfile.SYMTYPE),
            ("h.jpg", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    rows = ingest_rows(tmp_path)
    assert [row["filename"] for row in rows.samples] == ["good.jpg", "ü" * 120 + ".jpg"]
    assert rows.codes == {"RECORD_INVALID": 5, "DUPLICATE_IMAGE": 1, "FILE_REFUSED": 1}


def test_a_folder_named_like_a_shard_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.tar").mkdir()
    (tmp_path / "a.tar" / "1.jpg").write_bytes(picture(1))
    rows = ingest_rows(tmp_path)
    assert rows.samples[0]["path"] == "a.tar/1.jpg" and rows.summary["format"] == "images"
    assert rows.media[0]["thumb_length"]


@pytest.mark.parametrize("name", ["train-0.tar.gz", "train-0.tgz", "a.tfrecord.gz"])
def test_compressed_files_are_named_with_what_to_do(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(gzip.compress(b"anything"))
    for source in (tmp_path, tmp_path / name):
        with pytest.raises(VisionLensError, match=name) as error:
            ingest_rows(source)
        assert "gunzip" in f"{error.value.message} {error.value.hint}"


def test_names_with_dots_stay_samples_of_their_own(tmp_path: Path) -> None:
    files = [*sample("a.0001", 1, cls="dog"), *sample("a.0002", 2, cls="cat"), *sample("b", 3)]
    write_tar(tmp_path / "0.tar", files)
    rows = recognised(tmp_path, "webdataset")
    assert labels(rows) == [
        ("0.tar/a.0001.jpg", "classification", "dog"),
        ("0.tar/a.0002.jpg", "classification", "cat"),
    ]
    assert {row["group"] for row in rows.samples} == {None} and rows.codes == {}


def test_columns_such_as_fine_label_are_class_and_field(tmp_path: Path) -> None:
    rows = [{"image": image_value(1), "fine_label": 2, "coarse_label": 1}]
    stated = {
        "fine_label": {"_type": "ClassLabel", "names": ["oak", "rose", "trout"]},
        "coarse_label": {"_type": "ClassLabel", "names": ["fish", "tree"]},
    }
    write_parquet(tmp_path / "a.parquet", rows, features_of(**stated))
    found = recognised(tmp_path, "parquet_images")
    assert [row["class"] for row in found.annotations] == ["trout"]
    assert found.samples[0]["coarse_label"] == "tree"
    assert found.codes == {"CLASS_COLUMN": 1}
