"""Known answers on real data sets; skipped where they are not there."""

from __future__ import annotations

import json

import pytest

from visionlens_jlab.evaluation.evaluating import evaluate

from .readers import DATA, read_coco, values

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
