"""The libraries that made the formats read what we write, and we read what they write."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from visionlens_jlab.formats.writing.writer import Label
from visionlens_jlab.tests.formats.containers.shards import SIZE, picture
from visionlens_jlab.tests.formats.containers.test_writing import content_of, pictures, write
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

COUNT = 7


def written(folder: Path, name: str) -> Path:
    """Pictures with a box and a class each."""
    made = pictures(folder, COUNT, fields={"speed": 3}, built_in={"caption": "hello"})
    for one in made:
        one.labels = [
            Label("x", "car", "box", (4.0, 6.0, 8.0, 12.0), 96.0),
            Label("x", "rain", "classification", None),
        ]
    assert write(name, content_of(made), folder).issues() == []
    return folder / "out"


def read(folder: Path, name: str) -> Ingested:
    found = ingest_rows(folder)
    assert found.summary["format"] == name
    assert [row["thumb_length"] > 0 for row in found.media] == [True] * COUNT
    return found


def test_webdataset(tmp_path: Path) -> None:
    library = pytest.importorskip("webdataset")
    (shard,) = written(tmp_path, "webdataset").glob("*.tar")
    samples = list(library.WebDataset(str(shard), shardshuffle=False).decode("pil"))
    assert [one["__key__"] for one in samples] == [str(n) for n in range(COUNT)]
    assert all((one["jpg"].size, one["cls"], one["txt"]) == (SIZE, 1, "hello") for one in samples)
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    with library.ShardWriter(str(theirs / "train-%06d.tar"), maxcount=3, verbose=0) as writer:
        for number in range(COUNT):
            image = Image.open(io.BytesIO(picture(number)))
            said = {"boxes": [[1, 2, 30, 40]], "labels": ["dog"]}
            writer.write({"__key__": f"k{number}", "jpg": image, "cls": 1, "json": said})
    found = read(theirs, "webdataset")
    assert len(found.annotations) == 2 * COUNT
    assert (1, 2, 29, 38) in found.boxes(found.samples[0]["path"])


def test_tfrecord(tmp_path: Path) -> None:
    library = pytest.importorskip("tfrecord")
    (shard,) = written(tmp_path, "tfrecord").glob("*.tfrecord")
    samples = list(library.reader.tfrecord_loader(str(shard), None))
    assert len(samples) == COUNT
    for number, one in enumerate(samples):
        assert bytes(one["image/encoded"]) == picture(number)
        assert one["image/object/bbox/xmin"].tolist() == [4 / SIZE[0]]
        assert bytes(one["image/object/class/text"]) == b"car"
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    writer = library.TFRecordWriter(str(theirs / "a.tfrecord"))
    for number in range(COUNT):
        sides = {f"image/object/bbox/{side}": ([0.25, 0.5], "float") for side in ("xmin", "ymin")}
        ends = {f"image/object/bbox/{side}": ([0.5, 1.0], "float") for side in ("xmax", "ymax")}
        data = {"image/encoded": (picture(number), "byte"), "less": (-5, "int")}
        writer.write({**data, **sides, **ends, "image/object/class/label": ([1, 2], "int")})
    writer.close()
    found = read(theirs, "tfrecord")
    assert found.boxes(found.samples[0]["path"]) == [(16, 12, 16, 12), (32, 24, 32, 24)]
    assert found.samples[0]["less"] == -5


def test_datasets_of_hugging_face(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("datasets")
    ours = library.load_dataset(
        str(written(tmp_path, "parquet_images")), cache_dir=str(tmp_path / "c")
    )
    rows = ours["train"]
    assert rows.features["label"].names == ["car", "rain"]
    assert rows[2]["image"].size == SIZE and rows[2]["objects"]["bbox"] == [[4.0, 6.0, 8.0, 12.0]]
    features = library.Features(
        {
            "image": library.Image(),
            "label": library.ClassLabel(names=["cat", "dog"]),
            "objects": {
                "bbox": library.Sequence(library.Sequence(library.Value("float32"), length=4)),
                "category": library.Sequence(library.ClassLabel(names=["a", "b"])),
            },
        }
    )
    columns = {
        "image": [Image.open(io.BytesIO(picture(n))) for n in range(COUNT)],
        "label": [1] * COUNT,
        "objects": [{"bbox": [[1, 2, 3, 4]], "category": [1]}] * COUNT,
    }
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    made = library.Dataset.from_dict(columns, features=features)
    made.to_parquet(str(theirs / "train-00000-of-00001.parquet"))
    found = read(theirs, "parquet_images")
    assert {row["class"] for row in found.annotations} == {"dog", "b"}
    assert (1, 2, 3, 4) in found.boxes(found.samples[0]["path"])
