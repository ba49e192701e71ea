"""Figures of evaluations through the public API, as the tools of each format give them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import visionlens_jlab as vl

DATA = Path(vl.__file__).parents[2] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")
pytest.importorskip("pandas")


def close(found: dict[str, float], expected: dict[str, Any]) -> None:
    """Each figure to 1e-4."""
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-4)


@pytest.fixture
def opened(place: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """Ingest a folder of real data, gone afterwards."""
    names: list[str] = []

    def make(folder: str, **options: Any) -> vl.Dataset:
        names.append(f"{request.node.name}-{len(names)}")
        return vl.ingest(DATA / folder, name=names[-1], labels_only=True, **options)

    yield make
    for name in names:
        vl.delete(name)


@needs_data
def test_the_figures_of_coco_boxes_masks_and_real_detections(opened: Any) -> None:
    folder = DATA / "coco_val2014_43"
    expected = json.loads((folder / "expected.json").read_text())
    ds = opened("coco_val2014_43")
    report = ds.add_predictions("fake", folder / "predictions" / "bbox_results.json")
    assert (report.annotations.found, report.annotations.imported) == (328, 328)
    assert report.images.found == report.images.imported
    ds.add_predictions("masks", folder / "predictions" / "segm_results.json", format="coco")
    ds.add_predictions("yolov8n", folder / "predictions" / "yolov8n_bbox_results.json")
    assert ds.runs == ["fake", "masks", "yolov8n"]

    boxes = ds.evaluate("fake", replicates=0)
    close(boxes.metrics, expected["bbox"])
    per_class = boxes.per_class
    for name, figures in expected["bbox_per_class"].items():
        close(per_class.loc[name].to_dict(), figures)
    masks = ds.evaluate("masks", geometry="mask", replicates=0)
    close(masks.metrics, {"AP": expected["segm"]["AP"]})
    real = ds.evaluate("yolov8n", replicates=0)
    close(real.metrics, json.loads((folder / "expected_yolov8n.json").read_text())["bbox"])
    assert [one.name for one in ds.evaluations()] == ["fake", "masks mask", "yolov8n"]
    ds.close()


@needs_data
def test_the_figures_of_yolo_text_on_the_images_that_have_predictions(opened: Any) -> None:
    folder = DATA / "yolo_coco128"
    expected = json.loads((folder / "expected.json").read_text())
    ds = opened("yolo_coco128")
    report = ds.add_predictions("fake", folder / "predictions" / "labels")
    assert report.annotations.imported == expected["predictions"]
    assert report.images.imported == len(expected["evaluated_images"])
    names = ", ".join(f"'{number:012}.jpg'" for number in expected["evaluated_images"])
    view = ds.where(f"filename in ({names})")
    evaluation = view.evaluate("fake", replicates=0)
    close(evaluation.metrics, expected["coco_bbox_pycocotools"])
    assert evaluation.detail.samples == 43
    assert len(evaluation.matches.query("source == 'ground_truth'")) == expected["gt_boxes"]
    # COCO ids are in the file names: the same detections as COCO results
    coco = DATA / "coco_val2014_43" / "predictions" / "yolov8n_bbox_results.json"
    stated = json.loads((coco.parents[1] / "annotations" / "instances.json").read_text())
    categories = {one["id"]: one["name"] for one in stated["categories"]}
    report = ds.add_predictions("results", coco, categories=categories)
    assert report.images.skipped == 0
    assert report.by_code == {}
    assert view.evaluate("results", replicates=0).metrics["AP50"] == pytest.approx(0.58, abs=0.01)
    ds.close()


@needs_data
def test_the_figures_of_voc_text(opened: Any) -> None:
    expected = json.loads((DATA / "voc_bccd" / "derived" / "expected.json").read_text())
    ds = opened("voc_bccd")
    report = ds.add_predictions("made", DATA / "voc_bccd" / "derived", format="voc")
    assert report.annotations.imported == expected["predictions"]
    test = ds.where("split = 'test'")
    close(test.evaluate("made", replicates=0).metrics, expected["coco_bbox_pycocotools"])
    for key, options in (
        ("iou0.5_continuous", {}),
        ("iou0.75_continuous", {"iou": 0.75, "operating_iou": 0.75}),
        ("iou0.5_inclusive_plus1", {"inclusive": True}),
    ):
        for interpolation, name in (("11", "ap11"), ("all", "apall")):
            found = test.evaluate(
                "made", protocol="voc", interpolation=interpolation, replicates=0, **options
            )
            table = found.per_class
            for label, figures in expected["voc_ap"][key].items():
                assert table.loc[label, "AP"] == pytest.approx(figures[name], abs=1e-4)
    everything = found.at(0.0).per_class.loc["RBC"]
    assert (everything.true_positives, everything.support) == (606, 805)
    ds.close()


@pytest.mark.own_dataset
def test_class_probabilities(opened: Any, tmp_path: Path) -> None:
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not there")
    import pandas as pd

    ds = opened("cls_clothing_val")
    rng = np.random.default_rng(5)
    labels = ds.to_pandas("annotations").set_index("sample_id")["class"]
    samples = ds.to_pandas()
    scores = rng.dirichlet(np.ones(len(ds.classes)), len(samples))
    truth = [ds.classes.index(labels[sample]) for sample in samples.sample_id]
    scores[np.arange(len(truth)), truth] += 0.3
    scores /= scores.sum(axis=1, keepdims=True)
    frame = pd.DataFrame(scores, columns=ds.classes).assign(filename=samples.filename.to_numpy())
    path = tmp_path / "probabilities.csv"
    frame.to_csv(path, index=False)
    report = ds.add_predictions("classifier", path)
    assert report.annotations.imported == len(samples)
    found = ds.evaluate("classifier", protocol="classification", top_k=3, replicates=0)
    order = np.argsort(-scores, axis=1)
    assert found.metrics["accuracy"] == pytest.approx((order[:, 0] == truth).mean())
    within = (order[:, :3] == np.array(truth)[:, None]).any(axis=1)
    assert found.metrics["top3"] == pytest.approx(within.mean())
    ds.close()


@pytest.mark.parametrize("seed", [701, 703])
def test_labels_without_keypoints_absorb_detections(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in COCO: crowds, and whoever has no labelled keypoint, are neither missed nor wrong."""
    from PIL import Image

    from visionlens_jlab.tests.evaluation.generated import HEIGHT, WIDTH, dataset
    from visionlens_jlab.tests.evaluation.oracle import figures, run

    monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
    truth, results = dataset(seed, keypoints=3)
    for entry in truth["annotations"]:
        if entry["iscrowd"]:
            entry.update(keypoints=[0] * 9, num_keypoints=0)
    assert any(not entry["num_keypoints"] for entry in truth["annotations"])
    folder = tmp_path / "points"
    folder.mkdir()
    for image in truth["images"]:
        Image.new("1", (WIDTH, HEIGHT)).save(folder / image["file_name"])
    (folder / "labels.json").write_text(json.dumps(truth))
    (tmp_path / "results.json").write_text(json.dumps(results))
    sigmas = [0.05, 0.1, 0.08]
    with vl.ingest(folder, data_dir=tmp_path / "data", labels_only=True) as ds:
        ds.add_predictions("model", tmp_path / "results.json")
        found = ds.evaluate("model", geometry="keypoints", sigmas=sigmas, replicates=0)
        wanted = figures(run(truth, results, "keypoints", sigmas), "keypoints")
        close(found.metrics, {name: value for name, value in wanted.items() if value is not None})
