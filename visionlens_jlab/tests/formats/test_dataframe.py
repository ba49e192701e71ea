from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.tables.files import read_table
from visionlens_jlab.media.sources import LocalSource
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import MemoryContext, collect, ingest_rows


def write_arrow(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)
    return path


@pytest.fixture
def images(tmp_path):
    for name in "abc":
        write_image(tmp_path / f"{name}.png")
    return tmp_path


def test_one_row_for_each_image(images):
    table = pa.table({
        "filename": ["a.png", "b.png", "gone.png", None], "split": ["train", None, "val", None],
        "score": [0.5, float("nan"), None, 1.0], "camera": ["front", "", None, None],
        "bytes": [1, 2, 3, 4], "captured_at": ["2024-01-01", "yesterday", None, None],
        "__index_level_0__": [0, 1, 2, 3],
    })  # fmt: skip
    pa.parquet.write_table(table, images / "table.parquet")
    found = ingest_rows(images / "table.parquet", labels_only=True)
    assert [row["path"] for row in found.samples] == ["a.png", "b.png", "gone.png"]
    assert [row["split"] for row in found.samples] == ["train", None, "val"]
    assert [row["score"] for row in found.samples] == [0.5, None, None]
    assert [row["bytes_2"] for row in found.samples] == [1, 2, 3]
    assert found.samples[0]["camera"] == "front"
    assert found.codes == {"IMAGE_MISSING": 1, "FIELD_RENAMED": 1, "VALUE_INVALID": 2}
    assert not any(name.startswith("__") for name in found.samples[0])


def test_one_row_for_each_annotation(images):
    table = pa.table({
        "path": ["b.png", "a.png", "b.png", "c.png", "a.png"],
        "class": ["dog", "cat", "dog", None, "cat"],
        "x": [1.5, 2.0, 3.0, None, 1.0], "y": [1.0, 2.0, 3.0, None, 1.0],
        "w": [5.0, None, 7.25, None, 2.0], "h": [5.0, None, 7.0, None, 2.0],
        "confidence": [0.5, None, None, None, 1.0], "is_crowd": [True, None, False, None, None],
        "truncated": [None, True, False, None, None],
        "weather": ["fog", "sun", "fog", "sun", "sun"],
        "colour": ["red", "blue", None, None, "red"],
    })  # fmt: skip
    pa.csv.write_csv(table, images / "table.csv")
    found = ingest_rows(images / "table.csv", labels_only=True)
    assert [row["path"] for row in found.samples] == ["b.png", "a.png", "c.png"]
    assert [row["weather"] for row in found.samples] == ["fog", "sun", "sun"]
    assert found.boxes("b.png") == [(1.5, 1, 5, 5), (3, 3, 7.25, 7)]
    assert found.summary["annotations"] == {"found": 4, "imported": 3, "skipped": 1}
    assert found.codes == {"ANNOTATION_INVALID": 1}
    first = found.annotations[0]
    assert (first["confidence"], first["is_crowd"], first["truncated"]) == (0.5, True, None)
    assert json.loads(first["attributes"]) == {"colour": "red"}


def test_a_second_table_holds_annotations(images):
    pa.parquet.write_table(pa.table({"image": ["a.png", "b.png"]}), images / "images.parquet")
    objects = pa.table({
        "image": ["b.png", "b.png", "z.png"], "class": ["dog", "cat", "cat"],
        "x": [1, 2, 3], "y": [1, 2, 3], "w": [4, 5, 6], "h": [4, 5, 6], "note": ["n", None, None],
    })  # fmt: skip
    pa.parquet.write_table(objects, images / "objects.parquet")
    found = ingest_rows(
        images / "images.parquet",
        labels_only=True,
        options={"annotations": str(images / "objects.parquet")},
    )
    assert found.boxes("b.png") == [(1, 1, 4, 4), (2, 2, 5, 5)]
    assert found.codes == {"ANNOTATION_WITHOUT_IMAGE": 1}
    assert json.loads(found.annotations[0]["attributes"]) == {"note": "n"}


def test_rows_of_a_dataframe_in_the_spool(images, tmp_path_factory):
    spool = tmp_path_factory.mktemp("spool")
    names = [str(images / "a.png"), f"file://{images}/b.png"]
    write_arrow(spool / "input" / "table.arrow", pa.table({"uri": names}))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    context = MemoryContext(
        {"source": "DataFrame", "images": str(elsewhere), "labels_only": True}, spool
    )
    from visionlens_jlab.ingestion.job import job as ingest

    ingest.run(context)
    found = collect(context)
    assert found.roots == [{"name": "images", "location": str(images)}]
    assert [row["path"] for row in found.samples] == ["a.png", "b.png"]
    assert found.summary["source"] == "DataFrame"


def test_relative_names_lie_under_images(images, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    table = write_arrow(folder / "t.arrow", pa.table({"filename": ["a.png"]}))
    found = ingest_rows(table, images=str(images))
    assert found.roots == [{"name": "images", "location": str(images)}]
    assert (found.samples[0]["width"], len(found.media)) == (40, 1)


def test_tables_that_are_none(images):
    source = LocalSource(images)
    for name, text in (("t.parquet", "no"), ("t.arrow", "ARROW1no"), ("u.arrow", "no")):
        write_text(images / name, text)
        with pytest.raises(VisionLensError, match="LABELS_INVALID"):
            read_table(source, name)
    pa.parquet.write_table(pa.table({"x": [1]}), images / "x.parquet")
    with pytest.raises(VisionLensError, match="FORMAT_UNKNOWN"):
        ingest_rows(images / "x.parquet")
    pa.parquet.write_table(pa.table({"path": pa.array([None], pa.string())}), images / "y.parquet")
    with pytest.raises(VisionLensError, match="DIR_EMPTY"):
        ingest_rows(images / "y.parquet")


def test_file_format_of_arrow(images):
    table = pa.table({"path": ["a.png"]})
    with pa.ipc.new_file(images / "t.feather", table.schema) as writer:
        writer.write_table(table)
    assert read_table(LocalSource(images), "t.feather").equals(table)
