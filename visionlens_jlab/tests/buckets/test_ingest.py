"""Datasets in buckets, from the ingest to the export."""

from __future__ import annotations

from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats import base
from visionlens_jlab.ingestion.job import pixels as pixels_module
from visionlens_jlab.tests.buckets.conftest import Put, coco
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults
from visionlens_jlab.tests.formats.containers.shards import picture, sample, write_tar

COUNT = 40


@pytest.fixture
def filled(bucket: Bucket) -> Bucket:
    for key, data in coco(COUNT).items():
        bucket.put(key, data)
    return bucket


def counts(dataset: vl.Dataset) -> tuple[int, int, int]:
    """Samples, annotations, thumbnails."""
    table = dataset.to_arrow(columns=["sample_id", "content_hash"])
    hashes = [one for one in table["content_hash"].to_pylist() if one]
    return dataset.count(), dataset.view(level="annotations").count(), len(set(hashes))


def test_a_bucket_becomes_a_dataset_that_is_embedded_searched_and_exported(
    filled: Bucket, tmp_path: Path
) -> None:
    filled.fail_as(Faults(errors=0.02, torn=0.02, resets=0.02))
    dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path / "data")
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT)
    assert dataset.report.items == []
    frame = dataset.to_pandas(columns=["uri", "width", "bytes"])
    assert frame["uri"].tolist()[0] == "gs://photos/photos/0000.jpg"
    asked = len(filled.requests)
    dataset.embed("classical")
    assert len(filled.requests) - asked <= 1.2 * COUNT + 20
    out = tmp_path / "out"
    dataset.export(out, format="coco", images="copy")
    copied = sorted(out.rglob("*.jpg"))
    assert [path.read_bytes() for path in copied] == [
        data for key, data in sorted(filled.objects.items()) if key.endswith(".jpg")
    ]
    for place in (tmp_path / "data" / "datasets").rglob("dataset.json"):
        assert "secret" not in place.read_text()


def test_credentials_that_end_stop_the_job_and_the_next_ingest_goes_on(
    filled: Bucket, tmp_path: Path
) -> None:
    filled.fail_as(Faults(expires_after=COUNT + 20))
    with pytest.raises(VisionLensError) as raised:
        vl.ingest("gs://photos", name="cars", data_dir=tmp_path)
    assert raised.value.code == "SIGN_IN_NEEDED"
    filled.sign_in()
    dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path, incremental=True)
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT)
    assert [item for item in dataset.report.items if item["code"] == "IMAGE_UNREADABLE"] == []


YOLO = {f"labels/{n:04}.txt": f"0 0.5 0.5 0.{n % 9 + 1} 0.5\n".encode() for n in range(24)}


@pytest.mark.parametrize("labels", ["coco", "yolo"])
@pytest.mark.parametrize("after", [0, 4, 11, 19, 30, 44, 55, 63, 80])
def test_wherever_credentials_end_nothing_is_lost_or_counted_twice(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, labels: str, after: int
) -> None:
    for module in (base, pixels_module):
        monkeypatch.setattr(module, "FIRST_IMAGES", 8)
    monkeypatch.setattr(base, "BATCH_IMAGES", 6)
    files = coco(24)
    if labels == "yolo":
        pictures = {k.replace("photos/", "images/"): v for k, v in files.items() if "photos" in k}
        files = pictures | YOLO
    for key, data in files.items():
        bucket.put(key, data)
    bucket.fail_as(Faults(expires_after=after, errors=0.02, torn=0.02, seed=after))
    try:
        dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path)
    except VisionLensError as error:
        assert error.code == "SIGN_IN_NEEDED"
        bucket.sign_in()
        dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path, incremental=True)
    expected = 48 if labels == "coco" else 24
    assert counts(dataset) == (24, expected, 24)
    assert [item for item in dataset.report.items if item["action"] == "skipped"] == []
    table = dataset.to_arrow(columns=["sample_id", "path"])
    assert table["path"].to_pylist() == sorted(key for key in files if key.endswith("jpg"))


def test_labels_here_and_images_there(filled: Bucket, tmp_path: Path) -> None:
    labels = tmp_path / "instances.json"
    labels.write_bytes(filled.objects["annotations/instances.json"])
    dataset = vl.ingest(labels, name="a", images="gs://photos/photos", data_dir=tmp_path / "data")
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT)
    named = vl.ingest(
        "gs://photos/annotations/instances.json", name="b", data_dir=tmp_path / "data"
    )
    assert counts(named) == (COUNT, 2 * COUNT, COUNT)


def test_objects_that_changed_are_read_again_those_that_went_are_told(
    filled: Bucket, tmp_path: Path
) -> None:
    vl.ingest("gs://photos", name="cars", data_dir=tmp_path)
    filled.put("photos/0001.jpg", filled.objects["photos/0002.jpg"])
    del filled.objects["photos/0003.jpg"]
    filled.fail_as(Faults())
    dataset = vl.ingest("gs://photos", name="cars", data_dir=tmp_path, incremental=True)
    assert counts(dataset) == (COUNT, 2 * COUNT, COUNT - 1)
    codes = {item["item"]: item["code"] for item in dataset.report.items}
    assert codes["photos/0003.jpg"] == "IMAGE_VANISHED"
    pictures = [path for path in filled.requests if "photos%2F" in path and "alt=media" in path]
    assert all("0001.jpg" in path for path in pictures)


def test_s3_becomes_a_dataset(moto: Put, tmp_path: Path) -> None:
    for key, data in coco(12, "set/").items():
        moto(key, data)
    dataset = vl.ingest("s3://photos/set", name="cars", data_dir=tmp_path)
    assert counts(dataset) == (12, 24, 12)
    assert "a-secret-of-the-tests" not in "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*.json*")
    )


def test_images_inside_files_of_a_bucket(bucket: Bucket, tmp_path: Path) -> None:
    write_tar(tmp_path / "a.tar", [sample(f"{n}", n)[0] for n in range(8)])
    bucket.put("set/train-0.tar", (tmp_path / "a.tar").read_bytes())
    dataset = vl.ingest("gs://photos/set", name="shards", data_dir=tmp_path / "data")
    assert counts(dataset) == (8, 0, 8)
    assert dataset.to_pandas(columns=["uri"])["uri"][3] == "gs://photos/set/train-0.tar/3.jpg"
    dataset.export(tmp_path / "out", "coco")
    assert (tmp_path / "out" / "images" / "3.jpg").read_bytes() == picture(3)
    fetched = [one for one in bucket.requests if "train-0.tar" in one and "alt=media" in one]
    assert len(fetched) <= 3  # whole, by each process at most once
