"""Known answers on real data sets; skipped where they are not there."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.evaluation.counts import recount
from visionlens_jlab.evaluation.evaluate import evaluate
from visionlens_jlab.evaluation.matching.objects import ImageInfo, make_objects
from visionlens_jlab.evaluation.settings import Settings
from visionlens_jlab.tests.evaluation.readers import DATA, read_coco, values

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real data sets are not here")
COCO = DATA / "coco_val2014_43"


def expected(path):
    return json.loads(path.read_text())


def coco_case(name):
    return read_coco(COCO / "annotations" / "instances.json", COCO / "predictions" / name)


def check(found, wanted):
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value, abs=1e-4), name


def test_coco_boxes():
    wanted = expected(COCO / "expected.json")
    found = evaluate(*coco_case("bbox_results.json").parts)
    check(values(found), wanted["bbox"])
    assert values(found)["AP"] == pytest.approx(0.54848, abs=1e-5)
    table = dict(zip(found.classes, found.table.values, strict=True))
    for name, figures in wanted["bbox_per_class"].items():
        own = dict(zip(found.table.names, table[name], strict=True))
        check(own, figures)


def test_coco_boxes_of_a_real_detector():
    wanted = expected(COCO / "expected_yolov8n.json")
    found = evaluate(*coco_case("yolov8n_bbox_results.json").parts)
    assert len(found.predictions.ids) == wanted["detections"]
    check(values(found), wanted["bbox"])


def test_voc_boxes_under_coco():
    derived = DATA / "voc_bccd" / "derived"
    case = read_coco(derived / "instances_test.json", derived / "predictions_test_SYNTHETIC.json")
    wanted = expected(derived / "expected.json")
    check(values(evaluate(*case.parts)), wanted["coco_bbox_pycocotools"])


def test_coco_masks():
    wanted = expected(COCO / "expected.json")
    found = evaluate(*coco_case("segm_results.json").parts, Settings(geometry="mask"))
    check(values(found), wanted["segm"])
    assert values(found)["AP"] == pytest.approx(0.36281, abs=1e-5)


@pytest.mark.parametrize("iou", [0.5, 0.75])
@pytest.mark.parametrize("inclusive", [False, True])
@pytest.mark.parametrize("interpolation", ["11", "all"])
def test_voc(iou, inclusive, interpolation):
    derived = DATA / "voc_bccd" / "derived"
    case = read_coco(derived / "instances_test.json", derived / "predictions_test_SYNTHETIC.json")
    kind = "inclusive_plus1" if inclusive else "continuous"
    wanted = expected(derived / "expected.json")["voc_ap"][f"iou{iou}_{kind}"]
    options = {"interpolation": interpolation, "inclusive": inclusive}
    settings = Settings("voc", iou=(iou,), operating_iou=iou, confidence=0.0, options=options)
    found = evaluate(*case.parts, settings)
    names = {"11": "ap11", "all": "apall"}
    rows = {row.name: row for row in recount(found).per_class}
    for name, figures in wanted.items():
        row = rows[name]
        assert row.metrics["AP"] == pytest.approx(figures[names[interpolation]], abs=1e-6)
        counts = (row.true_positives, row.false_positives, row.support)
        assert counts == (figures["tp"], figures["fp"], figures["gt"])
    mean = sum(figures[names[interpolation]] for figures in wanted.values()) / 3
    assert values(found) == {"mAP": pytest.approx(mean, abs=1e-6)}


def yolo_objects(folder, stems, sizes, scored):
    rows = []
    for place, stem in enumerate(stems):
        path = folder / f"{stem}.txt"
        for line in path.read_text().splitlines() if path.is_file() else ():
            kind, *numbers = map(float, line.split())
            width, height = sizes[place]
            x, y, w, h = np.array(numbers[:4]) * (width, height, width, height)
            rows.append((place, kind, x - w / 2, y - h / 2, w, h, numbers[4] if scored else np.nan))
    table = np.array(rows)
    return make_objects(
        np.arange(len(table)), table[:, 0], table[:, 1], table[:, 2:6], scores=table[:, 6]
    )


def test_yolo_coco128():
    folder = DATA / "yolo_coco128"
    wanted = expected(folder / "expected.json")
    stems = [f"{number:012d}" for number in wanted["evaluated_images"]]
    files = [folder / "images" / "train2017" / f"{stem}.jpg" for stem in stems]
    sizes = [Image.open(file).size for file in files]
    labels = yolo_objects(folder / "labels" / "train2017", stems, sizes, False)
    seen = yolo_objects(folder / "predictions" / "labels" / "train2017", stems, sizes, True)
    assert (len(labels), len(seen)) == (wanted["gt_boxes"], wanted["predictions"])
    images = ImageInfo(np.arange(len(stems)), np.arange(len(stems)), np.array(sizes))
    classes = [str(number) for number in range(80)]
    found = values(evaluate(labels, seen, images, classes))
    check(found, wanted["coco_bbox_pycocotools"])
    assert found["AP"] == pytest.approx(0.54709, abs=1e-5)
