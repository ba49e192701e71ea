"""What an ingest left, in a form in which two of them can be compared."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.media.store.images import Images

BOXES = 20
"""Of each image."""


def make_source(folder: Path, count: int) -> Path:
    """A COCO folder in which some things are odd: every stage has work and something to report."""
    images = folder / "images"
    images.mkdir(parents=True)
    random = np.random.default_rng(7)
    for number in range(count):
        pixels = random.integers(0, 256, (6, 8, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((160, 120))
        image.save(images / f"{number:05d}.jpg", quality=80)
    whole = (images / "00003.jpg").read_bytes()
    (images / "00003.jpg").write_bytes(whole[: len(whole) // 2])
    (images / "00005.jpg").write_bytes(b"no image at all")
    (images / "00007.jpg").unlink()
    labels = {
        "images": [
            {"id": number, "file_name": f"{number:05d}.jpg", "width": 160, "height": 120}
            for number in range(count)
        ],
        "categories": [{"id": 1, "name": "car"}, {"id": 5, "name": "person"}],
        "annotations": [
            {
                "id": BOXES * number + part,
                "image_id": number,
                # the last box of every tenth image has a category that does not exist
                "category_id": 9 if part == BOXES - 1 and not number % 10 else 1 + 4 * (part % 2),
                "bbox": [part * 3.5, 2 + number % 7, 10, 12.25],
                "area": 122.5,
                "iscrowd": 0,
                "weight": part / 4,
            }
            for number in range(count)
            for part in range(BOXES)
        ],
    }
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances.json").write_text(json.dumps(labels))
    return folder


def end_state(data_dir: Path, slug: str) -> dict[str, Any]:
    """Every row of a dataset that nobody holds, but for times, job names and pack names."""
    library = Library(data_dir)
    try:
        return _state_of(library.open(slug))
    finally:
        library.close()


def _state_of(store: DatasetStore) -> dict[str, Any]:
    def rows(query: str) -> list[tuple[Any, ...]]:
        with store.database.read() as reader:
            return reader.rows(query)

    report = store.report(0, 1)
    assert report is not None
    samples = rows("SELECT * EXCLUDE (thumb_pack) FROM sample ORDER BY sample_id")
    return {
        "state": store.info().state,
        "samples": samples,
        "annotations": rows("SELECT * FROM annotation ORDER BY annotation_id"),
        "order": rows("SELECT sample_id FROM sample"),
        "classes": rows("SELECT * FROM class ORDER BY class_id"),
        "roots": rows("SELECT * FROM source_root ORDER BY name"),
        "fields": rows("SELECT * FROM field ORDER BY level, position"),
        "tags": rows("SELECT * FROM sample_tag ORDER BY ALL"),
        "next": rows("SELECT next_sample_id, next_annotation_id FROM meta"),
        "counts": [report.images, report.annotations, report.label_files, report.by_code],
        "about": [report.format, report.source, report.finished_at is not None],
        "issues": rows("SELECT * EXCLUDE (job) FROM ingest_issue ORDER BY sequence, position"),
        "reports": rows("SELECT count(*) FROM ingest_report"),
        "pieces": rows("SELECT sequence FROM job_piece ORDER BY sequence"),
        "thumbnails": [_thumbnail(store, row[0]) for row in samples],
        "packs": sorted(_packs(store)),
    }


def _thumbnail(store: DatasetStore, sample_id: int) -> str | None:
    place = store.part(Images).thumbnail(sample_id)
    if place is None:
        return None
    with place.pack.open("rb") as pack:
        pack.seek(place.offset)
        return hashlib.blake2s(pack.read(place.length)).hexdigest()


def _packs(store: DatasetStore) -> list[tuple[str, int]]:
    """(number, bytes) of each pack file."""
    folder = store.folder / "thumbnails"
    return [(path.stem.rpartition("-")[2], path.stat().st_size) for path in folder.iterdir()]


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """Names of the parts that differ."""
    return [name for name in wanted if found[name] != wanted[name]]
