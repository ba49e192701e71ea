"""Formats of records: recognised, read, and accounted for, however broken they are."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.account import Account
from visionlens_jlab.formats.base import Batch
from visionlens_jlab.formats.detect import detect, pick
from visionlens_jlab.formats.issues import ISSUES
from visionlens_jlab.formats.request import make_request
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.media.headers import is_image
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.tests.formats.records.wild import MAKERS, NAMES, SIZE, Meant


def read(folder: Path, name: str | None = None, **places: str) -> list[Batch]:
    """Every batch, with what no batch spoke of."""
    request = make_request(str(folder), source_kinds(), **places)
    picked = pick(request, name)
    account = Account(request, picked.format.name)
    return [*account.follow(picked.format.read(request)), *account.rest()]


def arrived(batches: list[Batch]) -> list[Meant]:
    """The annotations as they are handed over, boxes in pixels."""
    images = [path for batch in batches if batch.images for path in batch.images.paths]
    found = []
    for rows in (batch.annotations for batch in batches if batch.annotations):
        scale = np.array([*SIZE, *SIZE]) if rows.normalised else np.ones(4)
        for index, image in enumerate(rows.images.tolist()):
            box = rows.boxes[index] * scale
            whole = None if np.isnan(box).any() else tuple(round(float(v), 6) for v in box)
            found.append(
                Meant(Path(images[image]).name, str(rows.classes[index]), rows.kinds[index], whole)  # type: ignore[arg-type]
            )
    return found


@pytest.mark.parametrize("name", list(MAKERS))
def test_it_is_recognised_without_being_told_and_means_what_was_written(
    tmp_path: Path, name: str
) -> None:
    meant = MAKERS[name](tmp_path / "set")
    found = detect(DetectRequest(source=str(tmp_path / "set")))
    assert found.format == name, found.reason
    assert found.unread == [] and found.labels
    batches = read(tmp_path / "set")
    assert sorted(arrived(batches)) == sorted(meant)
    images = [path for batch in batches if batch.images for path in batch.images.paths]
    assert sorted(Path(path).name for path in images) == sorted(NAMES)
    codes = {issue.code for batch in batches for issue in batch.issues}
    assert codes <= {"IMAGE_WITHOUT_LABELS", "FILES_UNUSED", "RUN_FOUND"}


def test_what_a_shape_says_besides_is_kept(tmp_path: Path) -> None:
    MAKERS["cvat"](tmp_path)
    (rows,) = [batch.annotations for batch in read(tmp_path) if batch.annotations]
    assert rows.attributes is not None and rows.occluded is not None and rows.geometry is not None
    assert json.loads(rows.attributes[0] or "") == {"colour": "red"}
    assert rows.occluded[rows.classes.index("roof")] is True
    mask = json.loads(rows.geometry[rows.classes.index("puddle")] or "")
    assert mask["size"] == [SIZE[1], SIZE[0]]
    splits = [batch.images.splits for batch in read(tmp_path) if batch.images]
    assert splits == [["Train"] * 3]


def test_labels_here_and_images_there_and_one_file_alone(tmp_path: Path) -> None:
    meant = MAKERS["via"](tmp_path / "set")
    (tmp_path / "labels").mkdir()
    (tmp_path / "set" / "via_region_data.json").rename(tmp_path / "labels" / "v.json")
    batches = read(tmp_path / "set", labels=str(tmp_path / "labels"))
    assert sorted(arrived(batches)) == sorted(meant)
    batches = read(tmp_path / "labels" / "v.json", images=str(tmp_path / "set"))
    assert sorted(arrived(batches)) == sorted(meant)


def test_a_name_that_several_images_have_is_decided_by_nobody(tmp_path: Path) -> None:
    MAKERS["via"](tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / NAMES[0]).write_bytes((tmp_path / NAMES[0]).read_bytes())
    (tmp_path / NAMES[0]).unlink()
    batches = read(tmp_path)
    codes = [issue.code for batch in batches for issue in batch.issues]
    assert codes.count("IMAGE_AMBIGUOUS") == 1
    rows = [batch.images for batch in batches if batch.images]
    sizes = {path: size for row in rows for path, size in zip(row.paths, row.bytes, strict=True)}
    assert sizes[NAMES[0]] is None and sizes[f"one/{NAMES[0]}"] is not None


def mutated(data: bytes, seed: int) -> bytes:
    """A broken variant of a file."""
    chance = random.Random(seed)
    kinds = ("cut", "bytes", "numbers", "keys", "nested", "latin", "empty", "doubled", "huge")
    kind = kinds[seed % len(kinds)]
    text = data.decode()
    if kind == "cut":
        return data[: chance.randrange(len(data))]
    if kind == "bytes":
        spoilt = bytearray(data)
        for _ in range(chance.randrange(1, 20)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        return bytes(spoilt)
    if kind == "numbers":
        digits = [at for at, letter in enumerate(text) if letter.isdigit()]
        at = chance.choice(digits or [0])
        return (
            text[:at] + chance.choice(("null", "NaN", '"x"', "-1e999", "[]")) + text[at + 1 :]
        ).encode()
    if kind == "keys":
        word = chance.choice(
            ("points", "regions", "label", "image", "value", "XMin", "xtl", "shapes")
        )
        return text.replace(word, "unknown").encode()
    if kind == "nested":
        return b"[" * 100_000 if text[0] in "[{" else b"<annotations>" * 10_000
    if kind == "latin":
        return text.encode("latin-1", "replace")
    if kind == "doubled":
        return data + data
    if kind == "huge":
        return text.replace("1", "1" * 400).encode()
    return b""


def _ends_with_a_row(data: bytes, whole: bytes) -> bool:
    return whole.startswith(data) and b"\n" in (data[-1:], whole[len(data) :][:1])


@pytest.mark.parametrize("name", list(MAKERS))
def test_broken_files_are_reported_whatever_is_wrong_with_them(tmp_path: Path, name: str) -> None:
    MAKERS[name](tmp_path)
    labels = [
        path for path in sorted(tmp_path.rglob("*")) if path.is_file() and not is_image(str(path))
    ]
    labels.sort(key=lambda path: -path.stat().st_size)  # what describes classes is small
    good = labels[0].read_bytes()
    whole = sum(len(b.annotations.classes) for b in read(tmp_path) if b.annotations)
    for seed in range(36):
        labels[0].write_bytes(mutated(good, seed))
        try:
            batches = read(tmp_path)
        except VisionLensError as error:
            assert error.code in ("LABELS_INVALID", "FORMAT_UNKNOWN"), error
            continue
        issues = [issue for batch in batches for issue in batch.issues]
        assert {issue.code for issue in issues} <= set(ISSUES)
        kept = sum(len(batch.annotations.classes) for batch in batches if batch.annotations)
        found = sum(batch.found.annotations for batch in batches)
        invalid = sum(i.kind == "annotation" and i.action == "skipped" for i in issues)
        assert found == kept + invalid
        if name in ("kitti", "dota") and not labels[0].read_bytes():
            continue  # an image without objects
        data = labels[0].read_bytes()
        if name == "imagefolder" and b'"label": 1' not in data:
            continue  # any column may be a field, and any value missing
        if labels[0].suffix == ".csv" and _ends_with_a_row(labels[0].read_bytes(), good):
            continue  # nothing tells that there were more
        named = {i.item.split(": ")[0] for i in issues if i.code != "IMAGE_WITHOUT_LABELS"}
        path = labels[0].relative_to(tmp_path).as_posix()
        assert kept >= whole or path in named or any(path in i.message for i in issues), (
            seed, kept, issues,
        )  # fmt: skip


@pytest.mark.parametrize("name", ["kitti", "dota"])
def test_a_label_file_without_image_is_no_image(tmp_path: Path, name: str) -> None:
    meant = MAKERS[name](tmp_path)
    (gone,) = [path for path in tmp_path.rglob("*") if path.name == NAMES[0]]
    gone.unlink()
    batches = read(tmp_path)
    assert sorted(arrived(batches)) == sorted(one for one in meant if one.image != NAMES[0])
    codes = [issue.code for batch in batches for issue in batch.issues]
    assert codes.count("LABEL_WITHOUT_IMAGE") == 1
    assert codes.count("ANNOTATION_WITHOUT_IMAGE") == 2
