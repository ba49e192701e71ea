"""Random folders, edited at random: an incremental ingest gives what a fresh one would."""

from __future__ import annotations

import json
import shutil
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import FileContext, JobCancelled
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.views.shapes import TagRequest
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.formats.writers import write_image, write_json, write_text

NAMES = ("a", "b", "c", "d")
CLASSES = ("car", "dog", "tram")
COLORS = ("navy", "red", "white")

boxes = st.tuples(
    st.sampled_from([0, 1]),
    st.sampled_from([0.25, 0.5]),
    st.sampled_from([0.125, 0.25]),
)
"""Class, centre and size as fractions."""
photos = st.fixed_dictionaries(
    {
        "color": st.sampled_from(COLORS),
        "size": st.sampled_from([(40, 30), (32, 48)]),
        "camera": st.sampled_from([None, "One", "Two"]),
        "split": st.sampled_from(["train", "val"]),
        "weather": st.sampled_from([None, "rain", "sun"]),
        "caption": st.sampled_from([None, "A street.", "A park."]),
        "boxes": st.lists(boxes, max_size=3),
    }
)
folders = st.fixed_dictionaries(
    {
        "classes": st.permutations(CLASSES).map(lambda names: list(names[:2])),
        "photos": st.dictionaries(st.sampled_from(NAMES), photos, min_size=1),
    }
)


def write(form: str, folder: Path, content: dict[str, Any]) -> None:
    """Write what changed only: the times of the other files stay."""
    {"coco": write_coco, "yolo": write_yolo}[form](folder, content)


def write_photo(path: Path, photo: dict[str, Any]) -> None:
    from PIL import Image

    fresh = path.with_name("fresh-" + path.name)
    write_image(fresh, photo["size"], photo["color"])
    if photo["camera"]:
        exif = Image.Exif()
        exif[0x0110] = photo["camera"]
        Image.new("RGB", photo["size"], photo["color"]).save(fresh, exif=exif)
    if path.exists() and path.read_bytes() == fresh.read_bytes():
        fresh.unlink()
    else:
        fresh.replace(path)


def keep_only(folder: Path, wanted: set[Path]) -> None:
    for path in folder.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()


def write_coco(folder: Path, content: dict[str, Any]) -> None:
    images, wanted = folder / "images", set()
    files: dict[str, dict[str, Any]] = {}
    for split in ("train", "val"):
        categories = [{"id": n + 1, "name": name} for n, name in enumerate(content["classes"])]
        files[split] = {"images": [], "annotations": [], "categories": categories}
    for number, (name, photo) in enumerate(sorted(content["photos"].items())):
        wanted.add(images / f"{name}.jpg")
        write_photo(images / f"{name}.jpg", photo)
        width, height = photo["size"]
        listed = files[photo["split"]]
        extras = {key: photo[key] for key in ("weather", "caption") if photo[key]}
        listed["images"].append(
            {"id": number, "file_name": f"{name}.jpg", "width": width, "height": height, **extras}
        )
        listed["annotations"] += [
            {
                "id": 10 * number + part, "image_id": number, "category_id": kind + 1,
                "bbox": [center * width, center * height, size * width, size * height],
            }
            for part, (kind, center, size) in enumerate(photo["boxes"])
        ]  # fmt: skip
    keep_only(images, wanted)
    for split, listed in files.items():
        write_json(folder / "annotations" / f"instances_{split}.json", listed)


def write_yolo(folder: Path, content: dict[str, Any]) -> None:
    config = {"path": ".", "train": "images/train", "val": "images/val"}
    config["names"] = dict(enumerate(content["classes"]))  # type: ignore[assignment]
    write_text(folder / "data.yaml", json.dumps(config))
    wanted = {folder / "data.yaml"}
    for split in ("train", "val"):
        (folder / "images" / split).mkdir(parents=True, exist_ok=True)
    for name, photo in content["photos"].items():
        image = folder / "images" / photo["split"] / f"{name}.jpg"
        write_photo(image, photo)
        label = folder / "labels" / photo["split"] / f"{name}.txt"
        write_text(label, "".join(f"{k} {c} {c} {s} {s}\n" for k, c, s in photo["boxes"]))
        wanted |= {image, label}
    keep_only(folder, wanted)


def ingest(library: Library, folder: Path, name: str) -> tuple[DatasetStore, dict[str, int]]:
    request = IngestRequest(source=str(folder), name=name, incremental=True)
    store = run_inline(library, request, on_progress=lambda _: None)
    report = store.report()
    assert report is not None
    for kind in ("images", "annotations", "label_files"):
        count = getattr(report, kind)
        assert count.found == count.imported + count.skipped
    assert "COUNT_MISMATCH" not in report.by_code
    return store, report.by_code


def state(store: DatasetStore) -> dict[str, dict[str, Any]]:
    """Samples by path, without ids, times and places of thumbnails."""
    left_out = ("sample_id", "modified_ns", "thumb_pack", "thumb_offset")
    rows = store.sql(
        "SELECT s.*, list((c.name, a.x, a.y, a.w, a.h, a.area, a.kind) ORDER BY a.annotation_id) "
        "FILTER (a.annotation_id IS NOT NULL) AS labels FROM sample s "
        "LEFT JOIN annotation a USING (sample_id) LEFT JOIN class c USING (class_id) GROUP BY ALL"
    ).to_pylist()
    return {
        row["path"]: {k: v for k, v in row.items() if k not in left_out and v is not None}
        for row in rows
    }


def everything(store: DatasetStore) -> list[Any]:
    queries = (
        "SELECT * FROM sample ORDER BY sample_id",
        "SELECT * FROM annotation ORDER BY annotation_id",
        "SELECT * FROM class ORDER BY class_id",
    )
    return [store.sql(query).to_pylist() for query in queries]


@pytest.mark.parametrize("form", ["coco", "yolo"])
@given(before=folders, after=folders, stay=st.sets(st.sampled_from(NAMES)))
@settings(max_examples=5, deadline=None)
def test_an_edited_folder(form, before, after, stay):
    after["photos"] |= {k: v for k, v in deepcopy(before["photos"]).items() if k in stay}
    root = Path(tempfile.mkdtemp())
    library = Library(root / "data")
    try:
        folder = root / "town"
        write(form, folder, before)
        store, _ = ingest(library, folder, "old")
        ids = dict(store.sql("SELECT path, sample_id FROM sample").to_pandas().values.tolist())
        earlier, rows = state(store), everything(store)
        store, codes = ingest(library, folder, "old")
        assert (everything(store), codes.keys() & CHANGES) == (rows, set())
        every = np.array(sorted(ids.values()), dtype=np.uint32)
        store.set_field("rating", every, pa.array([int(one) for one in every]))
        store.tag(TagRequest(tag="mine", ids=every.tolist()))

        write(form, folder, after)
        store, codes = ingest(library, folder, "old")
        rated = store.sql("SELECT sample_id, rating FROM sample WHERE rating IS NOT NULL")
        assert sorted(map(tuple, map(dict.values, rated.to_pylist()))) == [(n, n) for n in every]
        assert store.sql("SELECT * FROM sample_tag WHERE tag = 'mine'").num_rows == len(every)
        found = state(store)
        for row in found.values():
            row.pop("rating", None)
        fresh = state(ingest(library, folder, "fresh")[0])
        gone = earlier.keys() - fresh.keys()
        assert found == fresh | {path: earlier[path] for path in gone}
        assert codes.get("IMAGE_VANISHED", 0) == len(gone)
        now = dict(store.sql("SELECT path, sample_id FROM sample").to_pandas().values.tolist())
        assert {path: now[path] for path in ids} == ids

        # The images come back as they were.
        write(form, folder, before)
        store, _ = ingest(library, folder, "old")
        found = state(store)
        assert {path: {k: v for k, v in found[path].items() if k != "rating"} for path in ids} == (
            earlier
        )
    finally:
        library.close()
        shutil.rmtree(root)


CHANGES = {"LABELS_UPDATED", "IMAGE_CHANGED", "IMAGE_VANISHED", "FIELDS_UPDATED"}


def test_fields_set_by_hand_stay_until_their_source_changes(tmp_path):
    photo = {
        "color": "navy", "size": (40, 30), "camera": "One", "split": "train",
        "weather": "rain", "caption": "A street.", "boxes": [(0, 0.5, 0.25)],
    }  # fmt: skip
    content = {"classes": list(CLASSES[:2]), "photos": {"a": photo, "b": deepcopy(photo)}}
    library = Library(tmp_path / "data")
    write("coco", tmp_path / "town", content)
    store, _ = ingest(library, tmp_path / "town", "town")
    both = np.array([0, 1], dtype=np.uint32)
    for name in ("caption", "split", "weather"):
        store.set_field(name, both, pa.array(["mine", "mine"]))
    content["photos"]["a"] |= {"weather": "sun", "caption": None, "boxes": []}
    write("coco", tmp_path / "town", content)
    store, codes = ingest(library, tmp_path / "town", "town")
    assert codes == {"FIELDS_UPDATED": 1, "LABELS_UPDATED": 1}
    query = "SELECT caption, split, weather, camera FROM sample ORDER BY sample_id"
    assert [tuple(row.values()) for row in store.sql(query).to_pylist()] == [
        (None, "mine", "sun", "One"),
        ("mine", "mine", "mine", "One"),
    ]
    library.close()


def test_an_update_that_is_cut_short_after_any_piece(tmp_path, monkeypatch):
    """What came in is whole, and the next update completes it."""
    photo = {
        "color": "navy", "size": (40, 30), "camera": "One", "split": "train",
        "weather": "rain", "caption": "A street.", "boxes": [(0, 0.5, 0.25)],
    }  # fmt: skip
    edited = photo | {"color": "red", "split": "val", "weather": None, "camera": None}
    edited |= {"boxes": [(1, 0.25, 0.25)] * 2}
    classes = list(CLASSES[:2])
    before = {"classes": classes, "photos": {"a": photo, "b": photo, "c": photo}}
    after = {"classes": classes, "photos": {"a": edited, "b": photo, "c": edited, "d": photo}}
    folder, library = tmp_path / "town", Library(tmp_path / "data")
    emit, pieces = FileContext.emit, []

    def counting(self: FileContext, *given: Any, **named: Any) -> None:
        pieces.append(given)
        emit(self, *given, **named)

    def cut(self: FileContext, sequence: int, *given: Any, **named: Any) -> None:
        if sequence == last:
            raise JobCancelled
        emit(self, sequence, *given, **named)

    write("coco", folder, after)
    with monkeypatch.context() as patch:
        wanted = state(ingest(library, folder, "fresh")[0])
        write("coco", folder, before)
        ingest(library, folder, "counted")
        write("coco", folder, after)
        patch.setattr(FileContext, "emit", counting)
        assert state(ingest(library, folder, "counted")[0]) == wanted
    for last in range(1, len(pieces)):
        write("coco", folder, before)
        ingest(library, folder, f"cut-{last}")
        write("coco", folder, after)
        with monkeypatch.context() as patch:
            patch.setattr(FileContext, "emit", cut)
            with pytest.raises(VisionLensError, match="cancelled"):
                ingest(library, folder, f"cut-{last}")
        half = state(library.open(f"cut-{last}"))
        assert all(row["labels"] for row in half.values() if "content_hash" in row)
        found = state(ingest(library, folder, f"cut-{last}")[0])
        for row in (*found.values(), *wanted.values()):
            # Cut before the last piece, EXIF is not read again and its digests are not known.
            row.pop("stated_digests", None)
        assert found == wanted, last
    library.close()
