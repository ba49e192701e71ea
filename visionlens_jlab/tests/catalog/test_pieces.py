"""Committing what jobs bring: whole, once, and without losing anything."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.catalog.builders import annotations_table, final, piece, samples_table


def _media(ids: list[int], offsets: list[int | None]) -> pa.Table:
    count = len(ids)
    present = [None if offset is None else 8 for offset in offsets]
    return pa.table(
        {
            "sample_id": pa.array(ids, pa.uint32()),
            "content_hash": [f"hash{i}" for i in ids],
            "thumb_offset": pa.array(offsets, pa.int64()),
            "thumb_length": pa.array(present, pa.int32()),
            "thumb_width": pa.array(present, pa.int32()),
            "thumb_height": pa.array(present, pa.int32()),
            "dominant_color": pa.array([0x00FF1E] * count, pa.uint32()),
            "brightness": pa.array([0.5] * count, pa.float32()),
            "contrast": pa.array([0.25] * count, pa.float32()),
            "sharpness": pa.array([None] * count, pa.float32()),
        }
    )


def test_a_piece_is_committed_once(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    part = piece(tmp_path, 3, sample=samples_table(0, 2), annotation=annotations_table([0, 1]))
    assert store.results.apply(part) is True
    version = store.version
    assert store.results.apply(part) is False
    assert store.version == version == 1
    assert (store.count("samples"), store.count("annotations")) == (2, 2)
    assert store.results.committed("job") == {3}
    assert store.results.committed("other") == set()
    assert store.sql("SELECT kind, payload FROM outbox").to_pylist() == [
        {"kind": "piece", "payload": json.dumps({"job": "job", "sequence": 3})}
    ]


def test_a_failing_piece_leaves_nothing(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    lost = piece(tmp_path, sample=samples_table(0, 2), annotation=annotations_table([0, 77]))
    with pytest.raises(ValueError, match="annotations belong to 1 samples that do not exist"):
        store.results.apply(lost)
    assert store.count("samples") == 0
    assert store.version == 0
    assert store.report() is None
    with pytest.raises(ValueError, match="unknown tables"):
        store.results.apply(piece(tmp_path, nonsense=samples_table(0, 1)))


def test_ids_are_never_used_again(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    store.results.apply(
        piece(tmp_path, 0, sample=samples_table(0, 3), annotation=annotations_table([0, 1, 2]))
    )
    assert store.results.next_sample_id() == 3
    store.results.apply(
        piece(
            tmp_path,
            1,
            sample=samples_table(2, 1),
            annotation=annotations_table([2, 2]),
            summary={"replace": True},
        )
    )
    assert store.tables.read("annotations")["annotation_id"].to_pylist() == [0, 1, 3, 4]
    assert store.results.next_sample_id() == 3


@pytest.mark.own_dataset
def test_replacing_keeps_predictions(street: DatasetStore, tmp_path: Path) -> None:
    street.results.apply(
        piece(
            tmp_path,
            job="again",
            sample=samples_table(1, 1, split=["test"]),
            annotation=annotations_table([1], **{"class": ["dog"]}),
            summary={"replace": True},
        )
    )
    rows = street.tables.read("annotations", columns=["sample_id", "source", "class"]).to_pylist()
    of_one = [(row["source"], row["class"]) for row in rows if row["sample_id"] == 1]
    assert of_one == [("a", "car"), ("a", "person"), ("ground_truth", "dog")]
    sample = street.sample(1, ViewSpec())
    assert sample.split == "test"
    assert sample.fields["speed"] == 20
    assert street.count("samples") == 6


def test_classes_keep_their_order_and_are_added_when_new(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    names = pa.table({"name": ["zebra", "ant", "zebra"], "supercategory": ["a", "b", "c"]})
    store.results.apply(piece(tmp_path, 0, **{"class": names}))
    boxes = annotations_table([0, 0], **{"class": ["ant", "bee"]})
    store.results.apply(piece(tmp_path, 1, sample=samples_table(0, 1), annotation=boxes))
    listed = store.detail().class_list
    assert [(c.class_id, c.name, c.annotations) for c in listed] == [
        (0, "zebra", 0),
        (1, "ant", 1),
        (2, "bee", 1),
    ]


def test_float_pixels_are_kept_exactly(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    x = [0.1 + 0.2, 1e-9, 12345.678901234567]
    boxes = annotations_table([0, 0, 0], x=x)
    store.results.apply(piece(tmp_path, sample=samples_table(0, 1), annotation=boxes))
    assert store.tables.read("annotations", columns=["x"])["x"].to_pylist() == x


def test_geometry_and_attributes_come_back(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    polygon = [[0.5, 1.0, 2.0, 3.0, 4.0, "ü"]]
    boxes = annotations_table(
        [0],
        kind=["polygon"],
        geometry=pa.array([json.dumps(polygon, ensure_ascii=False).encode()], pa.binary()),
        attributes=['{"note": "x"}'],
        occluded=[True],
    )
    store.results.apply(piece(tmp_path, sample=samples_table(0, 1), annotation=boxes))
    annotation = store.sample(0, ViewSpec()).annotations[0]
    assert annotation.geometry == polygon
    assert annotation.attributes == {"note": "x"}
    assert (annotation.occluded, annotation.difficult) == (True, None)
    text = store.tables.read("annotations", columns=["geometry"])["geometry"].to_pylist()[0]
    assert json.loads(text) == polygon


def test_times_are_utc(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    moment = datetime(2026, 5, 31, 8, 0, 0, 123456, UTC)
    taken = pa.array([moment, None], pa.timestamp("us", "UTC"))
    store.results.apply(piece(tmp_path, sample=samples_table(0, 2, captured_at=taken)))
    column = store.tables.read("samples")["captured_at"]
    assert column.type == pa.timestamp("us", "UTC")
    assert column.to_pylist() == [moment, None]
    shown = ViewSpec(where="captured_at between '2026-05-31T10:00:00+02:00' and '2026-06-01'")
    assert store.view(shown).ids.tolist() == [0]


def test_thumbnails_move_into_the_dataset(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    folder = tmp_path / "piece"
    folder.mkdir()
    pack = folder / "thumbnails.pack"
    pack.write_bytes(b"WEBP----webp----")
    part = piece(
        folder,
        job="a/../b",
        files={"thumbnails.pack": pack},
        sample=samples_table(0, 3),
        media=_media([0, 1, 2], [0, 8, None]),
    )
    assert store.results.apply(part)
    assert not pack.exists()
    thumbnail = store.part(Images).thumbnail(1)
    assert thumbnail is not None
    assert thumbnail.pack.parent == store.folder / "thumbnails"
    stored = thumbnail.pack.read_bytes()
    assert stored[thumbnail.offset : thumbnail.offset + thumbnail.length] == b"webp----"
    assert store.part(Images).thumbnail(2) is None
    assert store.part(Images).thumbnail(99) is None
    tiles = store.tiles(ViewSpec(), [0, 1, 2]).tiles
    assert [tile.color for tile in tiles] == ["#00ff1e"] * 3
    assert tiles[1].thumbnail == thumbnail.version
    assert tiles[0].thumbnail not in (None, tiles[1].thumbnail)
    assert tiles[2].thumbnail is None
    assert sorted(store.info().preview) == [0, 1]
    assert store.sample(0, ViewSpec()).fields["brightness"] == 0.5


def test_a_retry_after_the_pack_was_moved_still_commits(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    pack = tmp_path / "thumbnails.pack"
    pack.write_bytes(b"abcdefgh")
    files = {"thumbnails.pack": pack}
    broken = piece(tmp_path, files=files, annotation=annotations_table([5]))
    with pytest.raises(ValueError, match="do not exist"):
        store.results.apply(broken)
    assert not pack.exists()
    whole = piece(tmp_path, files=files, sample=samples_table(0, 1), media=_media([0], [0]))
    assert store.results.apply(whole)
    thumbnail = store.part(Images).thumbnail(0)
    assert thumbnail is not None
    assert thumbnail.pack.read_bytes() == b"abcdefgh"


def test_user_fields_become_columns(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    table = samples_table(
        0,
        2,
        Width=["wide", None],
        night=[True, None],
        mood=pa.array(["a", "b"]).dictionary_encode(),
        nested=[{"a": 1}, None],
        nothing=pa.nulls(2),
        level=pa.array([float("nan"), 1.5]),
    )
    boxes = annotations_table([0], quality=[0.75])
    store.results.apply(piece(tmp_path, 0, sample=table, annotation=boxes, summary=final()))
    rows = store.tables.read("samples").to_pylist()
    assert rows[0]["Width_"] == "wide"
    assert rows[0]["width"] == 640
    assert [row["night"] for row in rows] == [True, None]
    assert [row["mood"] for row in rows] == ["a", "b"]
    assert json.loads(rows[0]["nested"]) == {"a": 1}
    assert [row["level"] for row in rows] == [None, 1.5]
    assert "nothing" not in rows[0]
    assert store.tables.read("annotations")["quality"].to_pylist() == [0.75]
    report = store.report()
    assert report is not None
    assert [(item.code, item.item) for item in report.items] == [("FIELD_RENAMED", "Width")]
    assert report.by_code == {"FIELD_RENAMED": 1}
    kinds = {field.name: (field.type, field.level) for field in store.fields() if not field.builtin}
    assert kinds == {
        "Width_": ("string", "samples"),
        "night": ("boolean", "samples"),
        "mood": ("string", "samples"),
        "nested": ("string", "samples"),
        "level": ("number", "samples"),
        "quality": ("number", "annotations"),
    }


def test_a_field_widens_when_a_later_piece_needs_it(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    for sequence, values in enumerate(([1], [2.5], ["three"], [4])):
        table = samples_table(sequence, 1, grade=values)
        store.results.apply(piece(tmp_path, sequence, sample=table))
    grades = store.tables.read("samples")["grade"].to_pylist()
    assert grades == ["1.0", "2.5", "three", "4"]
    assert store.sql("SELECT grade FROM samples WHERE sample_id = 2").to_pylist() == [
        {"grade": "three"}
    ]


def test_the_report_has_every_item(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    issues = pa.table(
        {
            "code": ["BOX_EMPTY", "IMAGE_MISSING", "BOX_EMPTY"],
            "action": ["kept", "skipped", "kept"],
            "kind": ["annotation", "image", "annotation"],
            "item": ["a.json#1", "b.jpg", "a.json#2"],
            "message": ["zero width", "not there", "zero height"],
            "sample_id": pa.array([0, None, 0], pa.uint32()),
        }
    )
    store.results.apply(piece(tmp_path, 0, sample=samples_table(0, 1), issue=issues))
    begun = store.report()
    assert begun is not None and begun.finished_at is None
    counts = {"found": 2, "imported": 1, "skipped": 1}
    store.results.apply(piece(tmp_path, 1, summary=final(images=counts)))
    report = store.report(offset=1, limit=1)
    assert report is not None
    assert report.finished_at is not None
    assert report.images.model_dump() == counts
    assert report.items_total == 3
    assert [(item.item, item.sample_id) for item in report.items] == [("b.jpg", None)]
    assert report.by_code == {"BOX_EMPTY": 2, "IMAGE_MISSING": 1}
    assert (store.info().format, store.info().state) == ("coco", "ready")


@pytest.mark.parametrize("stream", [True, False])
def test_a_piece_is_read_from_its_folder(tmp_path: Path, stream: bool) -> None:
    table = samples_table(0, 2)
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(str(tmp_path / "sample.arrow"), table.schema) as writer:
        writer.write_table(table)
    (tmp_path / "piece.json").write_text(json.dumps({"summary": {"final": True}}))
    (tmp_path / "thumbnails.pack").write_bytes(b"x")
    loaded = Piece.load(tmp_path, "job", 4)
    assert loaded.tables["sample"].equals(table)
    assert loaded.files == {"thumbnails.pack": tmp_path / "thumbnails.pack"}
    assert loaded.summary == {"final": True}
    assert (loaded.job, loaded.sequence) == ("job", 4)


_APPLIER = """
import sys
from pathlib import Path
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table
library = Library(Path(sys.argv[1]))
store = library.open("kill")
for sequence in range(1000):
    if sequence in store.results.committed("job"):
        continue
    first = sequence * 50
    store.results.apply(piece(
        Path(sys.argv[1]), sequence,
        sample=samples_table(first, 50, **{f"f{sequence % 7}": [1] * 50}),
        annotation=annotations_table([first] * 20),
    ))
    print(sequence, flush=True)
"""


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_kill_at_any_moment_leaves_whole_pieces(library: Library, rounds: int) -> None:
    store = library.create("kill")
    library.close()
    randomly = random.Random(7)
    announced: set[int] = set()
    for _ in range(rounds):
        process = subprocess.Popen(
            [sys.executable, "-c", _APPLIER, str(library.data_dir)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        announced.add(int(process.stdout.readline()))
        time.sleep(randomly.uniform(0, 0.25))
        process.send_signal(signal.SIGKILL)
        announced |= {int(line) for line in process.stdout.read().split("\n")[:-1] if line}
        process.wait()
        store = library.open("kill")
        committed = store.results.committed("job")
        assert announced <= committed
        samples = store.view(ViewSpec()).ids
        expected = [np.arange(s * 50, s * 50 + 50) for s in sorted(committed)]
        assert np.array_equal(samples, np.concatenate(expected))
        assert store.count("annotations") == 20 * len(committed)
        assert store.version == len(committed)
        ids = store.tables.read("annotations")["annotation_id"].to_numpy()
        assert len(np.unique(ids)) == len(ids)
        library.close()
