"""Masks that claim much more than they hold are refused, or read in bounded memory."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from visionlens_jlab.formats import mask_reading
from visionlens_jlab.tests.formats.test_coco_kinds import panoptic, segment
from visionlens_jlab.tests.formats.writers import write_image
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows
from visionlens_jlab.tests.media.hostile import large_png

MEGABYTES, SIDE = 256, 4_000


@pytest.fixture(autouse=True)
def bounded(monkeypatch: pytest.MonkeyPatch):
    """With less memory than usual, so that files are small."""
    mask_reading.PROCESSES.release_idle()
    monkeypatch.setattr(mask_reading.PROCESSES, "megabytes", MEGABYTES)
    yield
    mask_reading.PROCESSES.release_idle()


def resident() -> int:
    """Bytes that this process and those that it started have in memory."""
    here, total = psutil.Process(), 0
    for one in [here, *here.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.Error:
            continue
    return total


def ingest(folder: Path, form: str) -> Ingested:
    """Ingest within bounds."""
    before, peak, over = resident(), 0, threading.Event()

    def look() -> None:
        nonlocal peak
        while not over.wait(0.01):
            peak = max(peak, resident())

    watch = threading.Thread(target=look)
    watch.start()
    try:
        return ingest_rows(folder, labels_only=True, format=form)
    finally:
        over.set()
        watch.join()
        assert peak - before < 2 * MEGABYTES << 20


def chessboard() -> Image.Image:
    """As many runs as pixels."""
    fields = np.indices((SIDE, SIDE), np.uint8).sum(axis=0, dtype=np.uint8) & 1
    image = Image.fromarray(fields, "P")
    image.putpalette([0, 0, 0, 128, 0, 0])
    return image


def test_masks_of_pascal_voc(tmp_path: Path) -> None:
    names = ("large", "huge", "runs", "good")
    for name in names:
        write_image(tmp_path / "JPEGImages" / f"{name}.jpg")
    masks = tmp_path / "SegmentationClass"
    masks.mkdir()
    colours = Image.new("RGB", (SIDE, SIDE), (128, 0, 0))
    colours.paste((0, 128, 0), (0, 0, 10, 10))
    colours.save(masks / "large.png")
    large_png(masks / "huge.png", 13_000)
    chessboard().save(masks / "runs.png")
    Image.new("L", (40, 30), 3).save(masks / "good.png")
    found = ingest(tmp_path, "voc")
    names = {row["sample_id"]: row["filename"] for row in found.samples}
    areas = {(names[row["sample_id"]], row["class"], row["area"]) for row in found.annotations}
    assert areas == {
        ("good.jpg", "bird", 1200),
        ("large.jpg", "aeroplane", SIDE * SIDE - 100),
        ("large.jpg", "bicycle", 100),
    }
    said = {row["item"]: row["message"] for row in found.issues}
    assert "13000 x 13000 pixels are too many" in said["SegmentationClass/huge.png"]
    assert "more than the 256 MiB" in said["SegmentationClass/runs.png"]


def test_segments_of_panoptic_coco(tmp_path: Path) -> None:
    panoptic(tmp_path, [segment(128, [1, 2, 3, 3])])
    place = tmp_path / "annotations" / "panoptic_val" / "1.png"
    place.parent.mkdir()
    for write, said in (
        (lambda: large_png(place, 13_000), "13000 x 13000 pixels are too many"),
        (lambda: chessboard().save(place), "more than the 256 MiB"),
    ):
        write()
        found = ingest(tmp_path, "coco")
        assert [said in one["message"] for one in found.issues].count(True) == 1
        assert found.codes["SEGMENTS_MISSING"] == 1
        assert found.boxes("val/1.jpg") == [(1, 2, 3, 3)]
