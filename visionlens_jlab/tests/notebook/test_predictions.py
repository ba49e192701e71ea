"""What a run of predictions is refused for, and what is told of one that fits only in part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError

DATA = Path(vl.__file__).parents[2] / "shared" / "data" / "coco_val2014_43"
pytest.importorskip("pandas")


def table(*rows: tuple[str, str]) -> Any:
    """Predictions of image names and classes."""
    import pyarrow as pa

    columns = {
        "filename": [name for name, _ in rows],
        "class": [label for _, label in rows],
        "confidence": [0.5] * len(rows),
        **{
            name: [float(size)] * len(rows)
            for name, size in zip("xywh", (1, 2, 10, 9), strict=True)
        },
    }
    return pa.table(columns)


@pytest.mark.own_dataset
def test_what_fits_nothing_is_refused_with_names_of_both_sides(ds: vl.Dataset) -> None:
    name = ds.to_pandas().filename[0]
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID") as caught:
        ds.add_predictions("run", table(*((f"strange_{n}.jpg", "car") for n in range(9))))
    assert "None of the 9 predictions" in caught.value.message
    assert "strange_0.jpg" in caught.value.message
    assert name in caught.value.message
    with pytest.raises(VisionLensError, match="PREDICTIONS_INVALID") as caught:
        ds.add_predictions("run", table((name, "zebra"), (name, "llama")))
    assert "zebra, llama" in caught.value.message
    assert ds.classes[0] in caught.value.message
    assert "categories=" in caught.value.hint
    assert ds.runs == []


@pytest.mark.own_dataset
def test_what_fits_in_part_is_told(ds: vl.Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    name = ds.to_pandas().filename[0]
    report = ds.add_predictions(
        "run", table((name, ds.classes[0]), (name, "zebra"), ("x.jpg", "a"))
    )
    assert report.by_code == {"CLASS_UNKNOWN": 1, "PREDICTIONS_WITHOUT_IMAGE": 1}
    told = capsys.readouterr().out
    assert "1 of 3 predictions were left out (x.jpg)" in told
    assert "1 classes of the predictions are not in the dataset" in told
    assert "zebra" in told


@pytest.fixture
def real(place: str, request: pytest.FixtureRequest) -> Iterator[vl.Dataset]:
    """Real images and labels, gone afterwards."""
    name = request.node.name
    yield vl.ingest(DATA, name=name, labels_only=True)
    vl.delete(name)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not there")
@pytest.mark.parametrize("member", ["annotations", "predictions"])
def test_the_figures_of_results_with_numbers_of_their_own(
    real: vl.Dataset, tmp_path: Path, member: str
) -> None:
    """Each number is that of another image or category in the label file."""
    results = json.loads((DATA / "predictions" / "yolov8n_bbox_results.json").read_text())
    stated = json.loads((DATA / "annotations" / "instances.json").read_text())
    for key, reference in (("images", "image_id"), ("categories", "category_id")):
        ids = [one["id"] for one in stated[key]]
        other = dict(zip(ids, [*ids[1:], ids[0]], strict=True))
        stated[key] = [{**one, "id": other[one["id"]]} for one in stated[key]]
        results = [{**one, reference: other[one[reference]]} for one in results]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({**stated, "annotations": [], member: results}))
    report = real.add_predictions("run", path)
    assert report.annotations.imported == len(results)
    assert report.by_code == {}
    expected = json.loads((DATA / "expected_yolov8n.json").read_text())["bbox"]
    found = real.evaluate("run", replicates=0).metrics
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=1e-4)
