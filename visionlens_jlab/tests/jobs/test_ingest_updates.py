"""An incremental ingest of a folder whose images and labels have changed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.labels.shapes import EditRequest
from visionlens_jlab.labels.store.edits import Edits
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.formats.writers import write_image

SAMPLES = """
    SELECT s.path, s.sample_id, s.content_hash, s.width, s.modified_ns, s.labels_digest,
           list((a.annotation_id, a.x, c.name) ORDER BY a.annotation_id) AS labels
    FROM sample s LEFT JOIN annotation a USING (sample_id) LEFT JOIN class c USING (class_id)
    GROUP BY ALL ORDER BY s.path
"""


def ingest(library: Library, folder: Path, name: str = "town") -> tuple[list[dict], dict]:
    """Rows of the samples and the report's codes."""
    request = IngestRequest(source=str(folder), name=name, incremental=True)
    store = run_inline(library, request, on_progress=lambda _: None)
    report = store.report()
    assert report is not None
    return store.sql(SAMPLES).to_pylist(), report.by_code


def write_yolo(folder: Path, labels: dict[str, str]) -> Path:
    for name, text in labels.items():
        write_image(folder / "images" / f"{name}.png", (40, 30))
        (folder / "labels").mkdir(exist_ok=True)
        (folder / "labels" / f"{name}.txt").write_text(text)
    (folder / "data.yaml").write_text("train: images\nnames: [car]\n")
    return folder


def edit_labels(folder: Path, edit: Any) -> None:
    path = folder / "annotations" / "instances.json"
    labels = json.loads(path.read_text())
    edit(labels)
    path.write_text(json.dumps(labels))


def plain(rows: list[dict]) -> list[tuple]:
    """Without ids and times."""
    return [
        (
            row["path"],
            row["content_hash"],
            row["width"],
            row["labels_digest"],
            [(label[1], label[2]) for label in map(tuple, map(dict.values, row["labels"]))],
        )
        for row in rows
    ]


def test_an_unchanged_folder_changes_nothing(library, tmp_path):
    folder = make_coco(tmp_path / "town", 4)
    before, _ = ingest(library, folder)
    again, codes = ingest(library, folder)
    assert again == before
    assert codes == {}


def test_a_touched_image_is_no_change(library, tmp_path):
    folder = make_coco(tmp_path / "town", 3)
    before, _ = ingest(library, folder)
    image = next((folder / "images").iterdir())
    os.utime(image, ns=(1, 10**18))
    again, codes = ingest(library, folder)
    assert plain(again) == plain(before)
    assert codes == {}


def test_what_changed_is_updated_under_the_same_ids(library, tmp_path):
    folder = make_coco(tmp_path / "town", 5)
    before, _ = ingest(library, folder)

    def edit(labels: dict) -> None:
        labels["annotations"][0]["bbox"][0] = 7.5
        del labels["annotations"][2:4]

    edit_labels(folder, edit)
    changed = folder / sorted(row["path"] for row in before)[3]
    changed.unlink()
    write_image(changed, (40, 30))
    after, codes = ingest(library, folder)
    assert codes["LABELS_UPDATED"] == 2
    assert codes["IMAGE_CHANGED"] == 1
    assert [row["sample_id"] for row in after] == [row["sample_id"] for row in before]
    fresh, _ = ingest(library, folder, "fresh")
    assert plain(after) == plain(fresh)
    same = [n for n in range(5) if plain(after)[n] == plain(before)[n]]
    assert [after[n]["labels"] for n in same] == [before[n]["labels"] for n in same]
    assert len(same) == 2


def test_edits_by_hand_survive_where_the_source_did_not_change(library, tmp_path):
    folder = make_coco(tmp_path / "town", 3)
    ingest(library, folder)
    store = library.open("town")
    store.write(
        lambda cursor: cursor.execute("UPDATE annotation SET x = 99 WHERE sample_id = 1") and None,
        kind="edit",
        payload={},
    )
    edit_labels(folder, lambda labels: labels["annotations"].pop(0))
    after, codes = ingest(library, folder)
    assert codes == {"LABELS_UPDATED": 1}
    edited = next(row for row in after if row["sample_id"] == 1)
    assert {label[1] for label in map(tuple, map(dict.values, edited["labels"]))} == {99}


def test_labels_stay_when_every_label_file_is_gone(library, tmp_path):
    """One file less is an image without labels; none at all may be a folder not mounted."""
    folder = write_yolo(tmp_path / "town", {"a": "0 .5 .5 .2 .2", "b": "0 .4 .4 .1 .1", "c": ""})
    before, _ = ingest(library, folder)
    assert [len(row["labels"]) for row in before] == [1, 1, 1]  # c: one that is none
    labels = folder / "labels"
    labels.rename(tmp_path / "away")
    gone, codes = ingest(library, folder)
    assert gone == before
    assert codes == {"LABELS_VANISHED": 2}
    (tmp_path / "away").rename(labels)
    back, codes = ingest(library, folder)
    assert (back, codes) == (before, {})
    (labels / "a.txt").unlink()
    after, codes = ingest(library, folder)
    assert codes["LABELS_UPDATED"] == 1
    assert after[0]["labels_digest"] == 0
    assert after[1:] == before[1:]


def test_images_alone_say_nothing_of_labels(library, tmp_path):
    folder = make_coco(tmp_path / "town", 3)
    before, _ = ingest(library, folder)
    request = IngestRequest(source=str(folder), name="town", incremental=True, format="images")
    store = run_inline(library, request, on_progress=lambda _: None)
    assert store.report().by_code == {"LABELS_UNREAD": 1}
    assert ingest(library, folder) == (before, {})


def test_labels_changed_by_hand_stay_until_their_source_changes(library, tmp_path):
    folder = make_coco(tmp_path / "town", 4)
    before, _ = ingest(library, folder)
    store = library.open("town")
    ids = [next(iter(label.values())) for sample in before for label in sample["labels"]]
    store.part(Edits).edit(EditRequest(ids=ids, relabel="by hand"))
    by_hand, codes = ingest(library, folder)
    names = {list(label.values())[2] for sample in by_hand for label in sample["labels"]}
    assert names == {"by hand"}
    assert codes == {}

    def move_first(labels: dict[str, Any]) -> None:
        labels["annotations"][0]["bbox"][0] += 1

    edit_labels(folder, move_first)
    after, codes = ingest(library, folder)
    assert codes == {"LABELS_UPDATED": 1}
    kept = [sample for sample in after if sample in by_hand]
    assert len(kept) == len(by_hand) - 1
    with pytest.raises(VisionLensError, match="NOTHING_TO_UNDO"):
        store.part(Edits).undo()
