from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.yolo.lines import Layout, parse_line
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

NAMES = "names: [cat, dog]\n"


def labels(folder, **params):
    return ingest_rows(folder, labels_only=True, **params)


def make(folder, texts: dict[str, str | None], yaml: str | None = NAMES + "train: images\n"):
    """images/<name>.png with labels/<name>.txt; None: no label file."""
    if yaml is not None:
        write_text(folder / "data.yaml", yaml)
    for name, text in texts.items():
        write_image(folder / "images" / f"{name}.png", (40, 30))
        if text is not None:
            write_text(folder / "labels" / f"{name}.txt", text)
    return folder


def test_fractions_become_pixels(tmp_path):
    found = labels(make(tmp_path, {"a": "1 0.5 0.5 0.25 0.2\n0 0.1 0.1 0.1 0.1 0.75\n", "b": ""}))
    first, second = found.annotations
    assert (first["class"], second["class"]) == ("dog", "cat")
    assert found.boxes("images/a.png")[0] == (0.375 * 40, 0.4 * 30, 10.0, 0.2 * 30)
    assert (first["confidence"], second["confidence"]) == (None, 0.75)
    assert [row["split"] for row in found.samples] == ["train", "train"]
    assert found.class_names == ["cat", "dog"]
    assert not found.issues


def test_byte_order_mark_line_ends_and_blank_lines(tmp_path):
    text = "\ufeff0 0.5 0.5 0.5 0.5\r\n\r\n   \r\n1 0.5 0.5 0.5 0.5"
    found = labels(make(tmp_path, {"a": text}))
    assert [row["class"] for row in found.annotations] == ["cat", "dog"]


def test_odd_things_are_listed(tmp_path):
    lines = "0 0.5 0.5 0.2\n0 0.5 0.5 x 0.2\n9 0.5 0.5 0.5 0.5\n0 nan 0.5 0.1 0.1\n"
    lines += "1.5 0.5 0.5 0.1 0.1\n0 1.5 0.5 0.5 0.5\n-1 0.5 0.5 0.1 0.1\n0 0.5 0.5 0 0.1\n"
    folder = make(tmp_path, {"a": "0 0.5 0.5 0.5 0.5", "b": lines, "c": None})
    write_text(folder / "labels" / "lost.txt", "0 0.5 0.5 0.5 0.5\n1 0.5 0.5 0.5 0.5\n")
    (folder / "images" / "d.png").write_bytes(b"no image")
    write_text(folder / "labels" / "d.txt", "0 0.5 0.5 0.5 0.5\n")
    (folder / "images" / "e.png").write_bytes(b"no image")
    found = labels(folder)
    assert found.codes == {
        "LABEL_LINE_INVALID": 4, "CLASS_UNKNOWN": 2, "BOX_OUTSIDE": 1, "BOX_EMPTY": 1,
        "IMAGE_WITHOUT_LABELS": 1, "LABEL_WITHOUT_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 2,
        "IMAGE_UNREADABLE": 2, "BOX_WITHOUT_SIZE": 1,
    }  # fmt: skip
    assert found.summary["images"] == {"found": 5, "imported": 4, "skipped": 1}
    assert found.summary["annotations"] == {"found": 12, "imported": 5, "skipped": 7}
    assert found.summary["label_files"] == {"found": 4, "imported": 3, "skipped": 1}
    assert "9" in [row["class"] for row in found.annotations]


def test_polygons_oriented_boxes_and_keypoints(tmp_path):
    polygon = "0 0.25 0.1 0.75 0.1 0.5 0.9\n"
    found = labels(make(tmp_path / "p", {"a": polygon}))
    assert found.annotations[0]["kind"] == "polygon"
    assert json.loads(found.annotations[0]["geometry"]) == [[10.0, 3.0, 30.0, 3.0, 20.0, 27.0]]
    corners = "0 0.5 0.1 0.9 0.5 0.5 0.9 0.1 0.5\n"
    assert labels(make(tmp_path / "o", {"a": corners})).annotations[0]["kind"] == "oriented_box"
    mixed = labels(make(tmp_path / "m", {"a": corners + polygon}))
    assert {row["kind"] for row in mixed.annotations} == {"polygon"}
    pose = NAMES + "train: images\nkpt_shape: [2, 3]\n"
    points = "0 0.5 0.5 0.5 0.5 0.25 0.5 2 0 0 0\n"
    row = labels(make(tmp_path / "k", {"a": points}, pose)).annotations[0]
    assert row["kind"] == "keypoints"
    assert json.loads(row["geometry"]) == [10.0, 15.0, 2.0, 0.0, 0.0, 0.0]
    assert row["w"] == 20.0


@pytest.mark.parametrize(
    ("yaml", "places"),
    [
        ("path: .\ntrain: images/train\nval: images/val\nnames: {0: cat, 1: dog}\n", "images/{}"),
        ("path: /home/other/data\ntrain: images/train\nval: [images/val]\n" + NAMES, "images/{}"),
        ("train: ../train/images\nval: ../val/images\nnc: 2\n" + NAMES, "{}/images"),
        (None, "images/{}"),
        (None, "{}/images"),
        (None, "{}"),
    ],
)
def test_splits(tmp_path, yaml, places):
    if yaml:
        write_text(tmp_path / "data.yaml", yaml)
    for split in ("train", "val"):
        folder = places.format(split)
        write_image(tmp_path / folder / f"{split}1.png")
        text = "1 0.5 0.5 0.5 0.5\n"
        write_text(tmp_path / folder.replace("images", "labels") / f"{split}1.txt", text)
    found = labels(tmp_path)
    assert [(row["filename"], row["split"]) for row in found.samples] == [
        ("train1.png", "train"),
        ("val1.png", "val"),
    ]
    assert len(found.annotations) == 2
    assert found.annotations[0]["class"] == ("dog" if yaml else "1")


def test_lists_of_images_and_a_missing_split(tmp_path):
    folder = make(tmp_path, {"a": "0 0.5 0.5 0.5 0.5", "b": ""}, None)
    write_text(folder / "data.yaml", NAMES + "train: train.txt\nval: images/val\n")
    write_text(folder / "train.txt", "./images/a.png\nimages/gone.png\n\n")
    found = labels(folder)
    assert [row["path"] for row in found.samples] == ["images/a.png"]
    assert found.codes == {
        "SPLIT_MISSING": 1,
        "IMAGE_MISSING": 1,
        "IMAGE_UNLISTED": 1,
        "LABELS_UNREAD": 1,
    }
    assert found.summary["images"] == {"found": 3, "imported": 1, "skipped": 2}


def test_an_image_in_two_splits_is_one_sample(tmp_path):
    folder = make(tmp_path, {"a": "0 0.5 0.5 0.5 0.5"}, NAMES + "train: images\nval: images\n")
    assert [row["split"] for row in labels(folder).samples] == ["train"]


def test_labels_apart_and_names_in_a_text_file(tmp_path):
    write_image(tmp_path / "pictures" / "a.png")
    write_text(tmp_path / "marks" / "a.txt", "1 0.5 0.5 0.5 0.5\n")
    write_text(tmp_path / "marks" / "lost.txt", "1 0.5 0.5 0.5 0.5\n")
    write_text(tmp_path / "pictures" / "classes.txt", "cat\ndog\n")
    found = labels(tmp_path / "pictures", labels=str(tmp_path / "marks"))
    assert found.boxes("a.png") == [(10.0, 7.5, 20.0, 15.0)]
    assert found.annotations[0]["class"] == "dog"
    assert found.codes == {"LABEL_WITHOUT_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 1}


def test_a_yaml_file_named_as_source(tmp_path):
    folder = make(tmp_path, {"a": "1 0.5 0.5 0.5 0.5"})
    assert labels(folder / "data.yaml").annotations[0]["class"] == "dog"
    write_text(folder / "other.yaml", "hello: there\n")
    with pytest.raises(VisionLensError, match="LABELS_INVALID"):
        labels(folder / "other.yaml")


def test_without_images_it_is_an_error(tmp_path):
    write_text(tmp_path / "data.yaml", NAMES + "train: images\n")
    write_text(tmp_path / "labels" / "a.txt", "1 0.5 0.5 0.5 0.5\n")
    with pytest.raises(VisionLensError, match="DIR_EMPTY"):
        labels(tmp_path)


fraction = st.floats(0, 1)
line = st.tuples(st.integers(0, 1), fraction, fraction, fraction, fraction)


@given(lines=st.lists(st.one_of(line, st.sampled_from(["", "x y", "0 1"])), max_size=8))
def test_every_box_arrives_exactly(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("yolo")
    texts = [text if isinstance(text, str) else " ".join(map(repr, text)) for text in lines]
    good = [item for item in lines if not isinstance(item, str)]
    make(folder, {"first": "0 0.5 0.5 0.1 0.1", "a": "\n".join(texts)})
    found = labels(folder)
    assert found.boxes("images/a.png") == [
        ((cx - w / 2) * 40, (cy - h / 2) * 30, w * 40, h * 30) for _, cx, cy, w, h in good
    ]
    assert found.summary["annotations"]["found"] == 1 + sum(bool(text) for text in texts)


@pytest.mark.parametrize("text", ["a 1 1 1 1", "0", "0 1 2 3", "0 1 1 1 inf", "1e400 1 1 1 1"])
def test_lines_that_are_none(text):
    with pytest.raises((ValueError, OverflowError)):
        parse_line(text.split(), Layout())


@pytest.mark.parametrize("whole", [False, True])
def test_images_behind_links_have_the_labels_of_the_dataset(tmp_path, whole):
    home, store = tmp_path / "home", tmp_path / "store"
    for split, number in (("train", 3), ("val", 2)):
        for index in range(number):
            write_image(store / split / f"{index}.png")
            write_text(home / "labels" / split / f"{index}.txt", "0 .5 .5 .5 .5\n" * 2)
    write_image(store / "val" / "2.png")  # its name is that of a label file of the other split
    write_text(home / "labels" / "val" / "lost.txt", "0 .5 .5 .5 .5\n" * 3)
    write_text(home / "data.yaml", NAMES + "train: images/train\nval: images/val\n")
    if whole:
        (home / "images").symlink_to(store)
    else:
        (home / "images").mkdir()
        for split in ("train", "val"):
            (home / "images" / split).symlink_to(store / split)
    found = labels(home)
    assert found.summary["images"] == {"found": 6, "imported": 6, "skipped": 0}
    assert found.summary["annotations"] == {"found": 13, "imported": 10, "skipped": 3}
    assert found.summary["label_files"] == {"found": 6, "imported": 5, "skipped": 1}
    assert found.codes == {
        "IMAGE_WITHOUT_LABELS": 1, "LABEL_WITHOUT_IMAGE": 1, "ANNOTATION_WITHOUT_IMAGE": 3,
        **({"FILE_REFUSED": 1} if whole else {}),
    }  # fmt: skip


@pytest.mark.parametrize("base", ["", "data/", "export/v3/"])
@pytest.mark.parametrize("place", ["", "cfg/", "train/"])
@pytest.mark.parametrize("path", [None, ".", "..", "../other", "/content/ds", "train"])
@pytest.mark.parametrize(
    "stated", ["../{}/images", "{}/images", "../../{}/images", "/content/ds/{}/images"]
)
def test_splits_one_level_off_are_found(tmp_path, base, place, path, stated):
    for split in ("train", "valid"):
        write_image(tmp_path / base / split / "images" / f"{split}.png")
        write_text(tmp_path / base / split / "labels" / f"{split}.txt", "0 .5 .5 .5 .5\n")
    head = "" if path is None else f"path: {path}\n"
    lines = f"train: {stated.format('train')}\nval: {stated.format('val')}\n"
    write_text(tmp_path / place / "data.yaml", head + lines + NAMES)
    found = labels(tmp_path)
    assert {row["filename"]: row["split"] for row in found.samples} == {
        "train.png": "train",
        "valid.png": "val",
    }
    assert len(found.annotations) == 2
    assert not found.codes


def test_a_split_that_is_not_there_is_not_taken_from_another(tmp_path):
    folder = make(tmp_path, {"a": "0 .5 .5 .5 .5"}, NAMES + "train: images\nval: ../valid/images\n")
    write_image(folder / "elsewhere" / "b.png")
    found = labels(folder)
    assert [(row["filename"], row["split"]) for row in found.samples] == [("a.png", "train")]
    assert found.codes == {"SPLIT_MISSING": 1, "IMAGE_UNLISTED": 1}
    assert found.summary["images"] == {"found": 2, "imported": 1, "skipped": 1}


def test_many_lines_come_in_bounded_batches(tmp_path, monkeypatch):
    from visionlens_jlab.formats.request import make_request
    from visionlens_jlab.formats.yolo import format as yolo
    from visionlens_jlab.formats.yolo import labels as yolo_labels
    from visionlens_jlab.media.registry import source_kinds

    for module in (yolo, yolo_labels):
        monkeypatch.setattr(module, "BATCH_LINES", 50)
    text = "0 .5 .5 .5 .5\nx\n" * 500
    folder = make(tmp_path, {"a": text, "b": text})
    write_text(folder / "labels" / "lost.txt", text)
    batches = list(yolo.YoloFormat().read(make_request(str(folder), source_kinds())))
    assert sum(batch.found.annotations for batch in batches) == 3000
    sizes = [0 if b.annotations is None else len(b.annotations.classes) for b in batches]
    assert sum(sizes) == 1000
    assert max(s + len(b.issues) for s, b in zip(sizes, batches, strict=True)) <= 50
    found = labels(folder)
    assert found.summary["annotations"] == {"found": 3000, "imported": 1000, "skipped": 2000}


@pytest.mark.soak
def test_millions_of_lines_need_little_memory(tmp_path):
    folder = make(tmp_path, {"a": "0 0.5 0.5 0.25 0.25\n" * 3_000_000})
    code = f"""
import resource, tempfile
from pathlib import Path
from visionlens_jlab.ingestion.job import job
from visionlens_jlab.tests.jobs.ingest_context import MemoryContext
class Dropping(MemoryContext):
    def emit(self, sequence, tables, files=None, summary=None):
        self.last = summary
context = Dropping({{"source": {str(folder)!r}, "labels_only": True}}, Path(tempfile.mkdtemp()))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
job.run(context)
assert context.last["annotations"]["imported"] == 3_000_000
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 400  # MB


def test_a_dataset_file_is_looked_at_a_bounded_number_of_times(tmp_path, monkeypatch):
    from visionlens_jlab.formats.yolo import config as yolo_config
    from visionlens_jlab.formats.yolo import layout as yolo_layout

    asked = []
    is_file = yolo_config.is_file
    monkeypatch.setattr(
        yolo_config, "is_file", lambda *place: asked.append(place) or is_file(*place)
    )
    places = ", ".join(f"gone{n}/images/train" for n in range(yolo_config.MAX_PLACES + 5))
    yaml = f"train: [images, images, ./images, {places}]\nnames: {'a/' * 2000}\n"
    folder = make(tmp_path, {"a": "0 .5 .5 .5 .5"}, yaml)
    located = []
    locate = yolo_layout.YoloImages._locate
    monkeypatch.setattr(
        yolo_layout.YoloImages,
        "_locate",
        lambda self, one: located.append(one) or locate(self, one),
    )
    found = labels(folder)
    assert len(found.samples) == 1
    assert len(asked) <= 3 * yolo_config.DEEPEST_PATH
    assert len(located) <= yolo_config.MAX_PLACES
    assert found.codes["CONFIG_INVALID"] == 1
    assert not found.codes["DUPLICATE_IMAGE"]
