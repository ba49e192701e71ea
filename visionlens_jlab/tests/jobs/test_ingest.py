from __future__ import annotations

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from blake3 import blake3
from PIL import Image, ImageOps

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.core.jobs.context import JobCancelled
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.issues import ISSUES
from visionlens_jlab.ingestion.job import job as ingest
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    voc_object,
    voc_xml,
    write_coco,
    write_image,
    write_json,
    write_text,
)
from visionlens_jlab.tests.jobs.ingest_context import MemoryContext, collect, ingest_rows


@pytest.fixture
def small_pieces(monkeypatch):
    monkeypatch.setattr(ingest, "IMAGES_PER_PIECE", 3)


def test_pixels_become_thumbnails_and_measures(tmp_path):
    write_image(tmp_path / "wide.png", (800, 400), "#336699")
    write_image(tmp_path / "turned.jpg", (800, 400), "white", orientation=6)
    found = ingest_rows(tmp_path)
    by_path = {row["path"]: row for row in found.samples}
    assert (by_path["turned.jpg"]["width"], by_path["turned.jpg"]["height"]) == (400, 800)
    assert by_path["turned.jpg"]["orientation"] == 6
    media = {row["sample_id"]: row for row in found.media}
    wide = media[by_path["wide.png"]["sample_id"]]
    turned = media[by_path["turned.jpg"]["sample_id"]]
    assert wide["dominant_color"] == 0x336699
    assert wide["content_hash"] == blake3((tmp_path / "wide.png").read_bytes()).hexdigest()
    assert (wide["thumb_width"], wide["thumb_height"]) == (256, 128)
    assert (turned["thumb_width"], turned["thumb_height"]) == (128, 256)
    assert turned["brightness"] > 250 > wide["brightness"]
    (pack,) = found.context.packs.values()
    for row in media.values():
        data = pack[row["thumb_offset"] : row["thumb_offset"] + row["thumb_length"]]
        with Image.open(io.BytesIO(data)) as image:
            assert image.size == (row["thumb_width"], row["thumb_height"])


def test_stages_and_pieces_come_in_order(tmp_path, small_pieces):
    found = ingest_rows(write_coco(tmp_path, 7, [coco_box(1, 3, [1, 2, 3, 4])]))
    context = found.context
    assert context.stages == ["scan", "headers", "labels", "images"]
    assert ("images", 7, 7) in context.steps
    kinds = [set(tables) - {"class", "root", "issue"} for tables in context.tables.values()]
    order = [kind for kind in kinds if kind]
    media = [{"media"}] * 3
    assert order == [{"sample"}, {"annotation"}, *media, {"label_digest"}]
    assert [row["sample_id"] for row in found.samples] == list(range(7))
    assert [row["sample_id"] for row in found.media] == list(range(7))
    assert found.roots == [{"name": "source", "location": str(tmp_path)}]


def test_another_attempt_gives_the_same_pieces_and_repeats_no_pixels(tmp_path, small_pieces):
    folder = write_coco(tmp_path, 7, [coco_box(1, 3, [1, 2, 3, 4])])
    (folder / "images" / "2.png").write_bytes(b"broken")
    first, second = ingest_rows(folder), ingest_rows(folder)
    assert first.context.tables == second.context.tables
    assert first.context.packs == second.context.packs
    media = [n for n, tables in first.context.tables.items() if "media" in tables]
    spool = tmp_path / "spool"
    spool.mkdir()
    done = set(range(media[1] + 1))
    context = MemoryContext({"source": str(folder)}, spool, done)
    ingest.run(context)
    assert set(context.packs) == set(media) - done
    left = {number: tables for number, tables in context.tables.items() if number not in done}
    assert left == {n: tables for n, tables in first.context.tables.items() if n not in done}
    assert context.summaries[max(context.summaries)]["images"] == first.summary["images"]


def test_images_that_cannot_be_read(tmp_path):
    folder = write_coco(tmp_path, 3, [coco_box(n, n, [1, 2, 3, 4]) for n in (1, 2, 3)])
    (folder / "images" / "1.png").write_bytes(b"broken")
    (folder / "images" / "2.png").unlink()
    pixels = np.random.default_rng(1).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(folder / "images" / "cut.jpg")
    data = (folder / "images" / "cut.jpg").read_bytes()
    (folder / "images" / "cut.jpg").write_bytes(data[: len(data) // 2])
    (folder / "images" / "bad.png").write_bytes(b"broken")
    Image.new("1", (20_000, 10_000)).save(folder / "images" / "huge.png")
    found = ingest_rows(folder)
    assert found.codes["IMAGE_UNREADABLE"] == 3
    assert found.codes["IMAGE_MISSING"] == found.codes["IMAGE_TRUNCATED"] == 1
    assert found.summary["images"] == {"found": 6, "imported": 5, "skipped": 1}
    assert len(found.annotations) == 3
    by_path = {row["path"].removeprefix("images/"): row for row in found.samples}
    assert (by_path["1.png"]["width"], by_path["2.png"]["width"]) == (40, 40)
    assert (by_path["huge.png"]["width"], by_path["huge.png"]["height"]) == (20_000, 10_000)
    media = {row["sample_id"]: row for row in found.media}
    readable = ("3.png", "cut.jpg", "huge.png")
    assert set(media) == {by_path[name]["sample_id"] for name in readable}
    huge = media[by_path["huge.png"]["sample_id"]]
    assert huge["thumb_offset"] is huge["brightness"] is huge["dominant_color"] is None
    assert huge["content_hash"]
    assert set(found.codes) <= set(ISSUES)


def test_labels_only_opens_no_image(tmp_path, monkeypatch):
    folder = write_coco(tmp_path, 2, [coco_box(1, 1, [1, 2, 3, 4])])
    for path in (folder / "images").iterdir():
        path.write_bytes(b"not an image")
    found = ingest_rows(folder, labels_only=True)
    assert not found.media
    assert not found.issues
    assert [(row["width"], row["bytes"]) for row in found.samples] == [(40, 12)] * 2


@pytest.mark.parametrize("orientation", range(2, 9))
def test_labels_of_the_stored_frame_turn_with_the_image(tmp_path, orientation):
    """The part of the picture under a box stays the same after rotation."""
    pixels = np.zeros((30, 40), dtype=np.uint8)
    pixels[4:10, 5:25] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    (tmp_path / "images").mkdir()
    Image.fromarray(pixels).save(tmp_path / "images" / "1.png", exif=exif)
    polygon = [[5, 4, 25, 4, 25, 10, 5, 10]]
    mask = rle.from_pixels(pixels > 0)
    small = {"counts": [0, 4], "size": [2, 2]}
    annotations = [
        coco_box(1, 1, [5, 4, 20, 6], segmentation=polygon),
        coco_box(2, 1, [5, 4, 20, 6], segmentation=json.loads(rle.to_json(mask))),
        coco_box(
            3,
            1,
            [5, 4, 20, 6],
            segmentation={"counts": mask.lengths.tolist(), "size": [30, 40]},
            keypoints=[5, 4, 2, 0, 0, 0, 25, 10, 1],
        ),
        coco_box(4, 1, [5, 4, 20, 6], segmentation=small),
    ]
    write_json(tmp_path / "labels.json", coco([coco_image(1, width=40, height=30)], annotations))
    found = ingest_rows(tmp_path)
    if orientation < 5:
        assert found.codes == {"ORIENTATION_AMBIGUOUS": 1, "MASK_SIZE": 1}
        assert found.boxes("images/1.png")[0] == (5, 4, 20, 6)
        return
    assert found.codes == {"ORIENTATION_REPAIRED": 1, "MASK_SIZE": 1, "MASK_NOT_ROTATED": 1}
    repaired = next(issue for issue in found.issues if issue["code"] == "ORIENTATION_REPAIRED")
    assert (repaired["action"], repaired["sample_id"]) == ("repaired", 0)
    x, y, w, h = map(int, found.boxes("images/1.png")[0])
    with Image.open(tmp_path / "images" / "1.png") as image:
        upright = np.asarray(ImageOps.exif_transpose(image))
    assert upright[y : y + h, x : x + w].min() == 255
    assert (upright > 0).sum() == w * h
    shapes = [json.loads(row["geometry"]) for row in found.annotations]
    points = np.array(shapes[0][0]).reshape(-1, 2)
    assert points.min(axis=0).tolist() == [x, y]
    assert points.max(axis=0).tolist() == [x + w, y + h]
    outline = json.loads(found.annotations[2]["attributes"])["segmentation"]
    for shape in (shapes[1], outline):
        turned, complaint = rle.parse(json.dumps(shape).encode())
        assert complaint is None
        assert ((upright > 0) == rle.to_pixels(turned)).all()
    first, hidden, last = np.array(shapes[2]).reshape(3, 3).tolist()
    assert sorted([first[0], last[0]]) == [x, x + w]
    assert sorted([first[1], last[1]]) == [y, y + h]
    assert (hidden, first[2], last[2]) == ([0, 0, 0], 2, 1)
    assert shapes[3] == small
    assert (found.samples[0]["width"], found.samples[0]["height"]) == (30, 40)


def test_labels_of_the_upright_frame_stay(tmp_path):
    write_image(tmp_path / "images" / "1.png", (40, 30), orientation=6)
    content = coco([coco_image(1, width=30, height=40)], [coco_box(1, 1, [1, 2, 3, 30])])
    write_json(tmp_path / "labels.json", content)
    found = ingest_rows(tmp_path)
    assert found.boxes("images/1.png") == [(1, 2, 3, 30)]
    assert not found.issues


def test_other_sizes_are_listed(tmp_path):
    write_image(tmp_path / "JPEGImages" / "a.png", (40, 30))
    text = voc_xml("a.png", voc_object("dog", (1, 2, 3, 4)), size=(80, 60))
    write_text(tmp_path / "Annotations" / "a.xml", text)
    found = ingest_rows(tmp_path)
    assert found.codes == {"SIZE_MISMATCH": 1}
    assert (found.samples[0]["width"], found.samples[0]["height"]) == (40, 30)


def test_incremental_adds_and_keeps(tmp_path):
    boxes = [coco_box(n, n, [n, 2, 3, 4]) for n in (1, 2, 3)]
    folder = write_coco(tmp_path / "data", 3, boxes)
    existing = pa.table({
        "sample_id": [0, 1, 2], "root": ["source"] * 3,
        "path": ["images/1.png", "images/2.png", "images/gone.png"],
        "bytes": [(folder / "images/1.png").stat().st_size, 1, 5],
    })  # fmt: skip
    spool = tmp_path / "spool"
    (spool / "input").mkdir(parents=True)
    with pa.ipc.new_stream(spool / "input" / "existing.arrow", existing.schema) as writer:
        writer.write_table(existing)
    params = {"source": str(folder), "incremental": True, "next_sample_id": 3}
    context = MemoryContext(params, spool)
    ingest.run(context)
    found = collect(context)
    assert [(row["sample_id"], row["path"]) for row in found.samples] == [(3, "images/3.png")]
    assert found.boxes("images/3.png") == [(3, 2, 3, 4)]
    assert found.summary["images"] == {"found": 1, "imported": 1, "skipped": 0}
    assert found.summary["annotations"] == {"found": 1, "imported": 1, "skipped": 0}
    assert found.codes == {"IMAGE_CHANGED": 1, "IMAGE_VANISHED": 1}
    again = ingest_rows(folder, incremental=True, existing=existing, next_sample_id=3)
    assert [row["path"] for row in again.samples] == ["images/3.png"]


def test_another_folder_added_gets_a_root_of_its_own(tmp_path):
    for name in ("one", "two"):
        write_image(tmp_path / name / "a.png")
    existing = pa.table({
        "sample_id": [0, 1], "root": ["source", "source"], "path": ["a.png", "gone.png"],
        "bytes": [1, 1],
        "location": [str(tmp_path / "one")] * 2,
    })  # fmt: skip
    other = ingest_rows(tmp_path / "two", incremental=True, existing=existing)
    assert other.roots == [{"name": "source_2", "location": str(tmp_path / "two")}]
    assert [(row["root"], row["path"]) for row in other.samples] == [("source_2", "a.png")]
    assert not other.issues
    same = ingest_rows(tmp_path / "one", incremental=True, existing=existing)
    assert not same.samples
    assert same.codes == {"IMAGE_CHANGED": 1, "IMAGE_VANISHED": 1}


def test_without_a_snapshot_incremental_is_a_first_ingest(tmp_path):
    write_image(tmp_path / "a.png")
    assert len(ingest_rows(tmp_path, incremental=True, next_sample_id=5).samples) == 1


def test_cancelling_stops_at_once_and_leaves_nothing(tmp_path, small_pieces):
    folder = write_coco(tmp_path, 12, [])
    spool = tmp_path / "spool"
    spool.mkdir()
    context = MemoryContext({"source": str(folder)}, spool)
    emit = context.emit

    def cancel_after_first_pixels(sequence, tables, files=None, summary=None):
        emit(sequence, tables, files, summary)
        if files:
            context.cancelled = JobCancelled

    context.emit = cancel_after_first_pixels
    with pytest.raises(JobCancelled):
        ingest.run(context)
    assert len(context.packs) == 1
    assert not any(spool.iterdir())


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"source": "/no/such/folder"}, "DIR_NOT_FOUND"),
        ({"format": "nonsense"}, "FORMAT_UNKNOWN"),
        ({"format": "class_folders"}, "LABELS_INVALID"),
        ({"images": "/no/such/folder"}, "DIR_NOT_FOUND"),
        ({}, "DIR_EMPTY"),
    ],
)
def test_errors(tmp_path, params, code):
    (tmp_path / "data").mkdir()
    with pytest.raises(VisionLensError) as error:
        ingest_rows(**{"source": str(tmp_path / "data"), **params})
    assert (error.value.code, bool(error.value.hint)) == (code, True)
