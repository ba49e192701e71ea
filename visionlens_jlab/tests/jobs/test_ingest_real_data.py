"""Known answers on real data sets; skipped where they are not there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from visionlens_jlab.formats.detect import detect
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.tests.jobs.accounting import assert_all_accounted
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data sets are not here")


def items(found, code):
    return {row["item"].split(":")[0] for row in found.issues if row["code"] == code}


def media(found):
    """What was read of each image; hashes of the first screen come after its thumbnails."""
    merged = {}
    for row in found.media:
        merged.setdefault(row["sample_id"], {}).update(row)
    assert all(row["content_hash"] for row in merged.values())
    return list(merged.values())


def splits(found):
    return Counter(row["split"] for row in found.samples)


def test_voc_bccd():
    found = ingest_rows(DATA / "voc_bccd")
    assert found.summary["format"] == "voc"
    assert len(found.samples) == len(media(found)) == 364
    assert len(found.annotations) == 4888
    assert Counter(row["class"] for row in found.annotations) == {
        "RBC": 4155,
        "WBC": 372,
        "Platelets": 361,
    }
    assert splits(found) == {"train": 205, "val": 87, "test": 72}
    assert found.codes == {"BOX_EMPTY": 2, "LABELS_UNREAD": 1, "FILES_UNUSED": 4}
    assert items(found, "BOX_EMPTY") == {
        "Annotations/BloodImage_00338.xml",
        "Annotations/BloodImage_00343.xml",
    }
    assert items(found, "LABELS_UNREAD") == {"derived/instances_test.json"}
    assert found.summary["label_files"] == {"found": 365, "imported": 364, "skipped": 1}
    assert sum(row["truncated"] for row in found.annotations) == 1131
    assert all(row["thumb_width"] == 256 for row in media(found))


def test_yolo_coco128():
    found = ingest_rows(DATA / "yolo_coco128")
    assert found.summary["format"] == "yolo"
    assert len(found.samples) == 160
    assert splits(found) == {"train": 128, "val": 32}
    # 12 of the 1,168 lines are in the two label files that have no image.
    assert found.summary["annotations"] == {"found": 1168, "imported": 1156, "skipped": 12}
    assert found.summary["label_files"] == {"found": 160, "imported": 158, "skipped": 2}
    assert found.codes == {
        "IMAGE_WITHOUT_LABELS": 2,
        "LABEL_WITHOUT_IMAGE": 2,
        "ANNOTATION_WITHOUT_IMAGE": 12,
        "FILES_UNUSED": 4,
    }
    listed = {(issue["code"], Path(issue["item"]).name) for issue in found.issues}
    assert listed >= {
        ("IMAGE_WITHOUT_LABELS", "000000000250.jpg"),
        ("IMAGE_WITHOUT_LABELS", "000000000508.jpg"),
        ("LABEL_WITHOUT_IMAGE", "000000000656.txt"),
        ("LABEL_WITHOUT_IMAGE", "000000000659.txt"),
    }
    assert len(found.class_names) == 80
    assert found.class_names[0] == "person"


def test_coco_val2014_43():
    found = ingest_rows(DATA / "coco_val2014_43")
    assert found.summary["format"] == "coco"
    assert (len(found.samples), len(found.annotations)) == (43, 374)
    assert sum(row["is_crowd"] for row in found.annotations) == 4
    assert Counter(row["kind"] for row in found.annotations) == {"polygon": 370, "mask": 4}
    assert {row["source"] for row in found.annotations} == {"ground_truth"}
    assert len({row["class"] for row in found.annotations}) == 53
    assert len(found.class_names) == 80
    assert found.summary["label_files"] == {"found": 1, "imported": 1, "skipped": 0}
    assert found.codes == {"FILES_UNUSED": 4}


def test_cls_clothing_val():
    found = ingest_rows(DATA / "cls_clothing_val")
    assert found.summary["format"] == "class_folders"
    assert len(found.samples) == len(found.annotations) == len(media(found)) == 341
    counts = Counter(row["class"] for row in found.annotations)
    assert (len(counts), counts["dress"], counts["t-shirt"]) == (10, 32, 81)
    assert [issue["item"] for issue in found.issues] == ["LICENSE"]


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*") if path.is_dir()))
def test_every_file_is_read_or_named(name):
    found = ingest_rows(DATA / name, labels_only=True)
    assert_all_accounted(DATA / name, found)


def test_images_in_both_sets_have_the_same_boxes():
    coco = ingest_rows(DATA / "coco_val2014_43", labels_only=True)
    yolo = ingest_rows(DATA / "yolo_coco128", labels_only=True)

    def boxes(found):
        numbers = {row["sample_id"]: row["filename"][-16:-4] for row in found.samples}
        kept = [row for row in found.annotations if not row["is_crowd"]]
        return [
            (numbers[row["sample_id"]], row["class"], *(row[key] for key in "xywh")) for row in kept
        ]

    one = sorted(boxes(coco))
    shared = {box[0] for box in one}
    other = sorted(box for box in boxes(yolo) if box[0] in shared)
    assert (len(shared), len(one), len(other)) == (43, 370, 370)
    for number, name in {box[:2] for box in one}:
        a = [box[2:] for box in one if box[:2] == (number, name)]
        b = [box[2:] for box in other if box[:2] == (number, name)]
        assert len(a) == len(b)
        for box in a:
            nearest = min(
                b, key=lambda other: max(abs(p - q) for p, q in zip(box, other, strict=True))
            )
            assert nearest == pytest.approx(box, abs=0.01)
            b.remove(nearest)


@pytest.mark.parametrize(
    ("name", "label"),
    [("coco_val2014_43", "annotations/instances.json"), ("voc_bccd", "Annotations")],
)
def test_predictions_and_derived_files_are_not_ground_truth(name, label):
    assert detect(DetectRequest(source=str(DATA / name))).labels == [label]
