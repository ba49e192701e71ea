"""Odd COCO files: what they hold beside annotations."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from visionlens_jlab.tests.formats.odd.cases import Cases
from visionlens_jlab.tests.formats.writers import (
    coco,
    coco_box,
    coco_image,
    write_coco,
    write_image,
    write_json,
    write_text,
)
from visionlens_jlab.tests.jobs.ingest_context import Ingested

CASES = Cases("coco", format="coco")
BOX = [1.5, 2.25, 3.125, 4.0]


def one_image(folder: Path, content: dict[str, Any] | None = None, **changes: Any) -> Path:
    """`images/1.png` and a file with one image and one box; `changes` replace its members."""
    write_image(folder / "images" / "1.png")
    whole = {**(content or coco([coco_image(1)], [coco_box(1, 1, BOX)])), **changes}
    return write_json(folder / "annotations" / "instances.json", whole)


def has(found: Any, expected: Any) -> None:
    assert found == expected


def paths(found: Ingested) -> list[str]:
    return [row["path"] for row in found.samples]


def classes(found: Ingested) -> list[str | None]:
    return [row["class"] for row in found.annotations]


# Bytes and structure


@CASES.add("utf-8 with byte order mark", images=1, annotations=1, boxes=[tuple(BOX)])
def _(folder: Path) -> None:
    path = one_image(folder)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


for encoding in ("utf-16", "utf-16-be", "utf-32"):

    @CASES.add(
        encoding,
        images=1,
        annotations=1,
        boxes=[tuple(BOX)],
        check=lambda found: has(classes(found), ["caf\u00e9"]),
    )
    def _(folder: Path, encoding: str = encoding) -> None:
        path = one_image(folder, categories=[{"id": 1, "name": "caf\u00e9"}])
        text = json.dumps(json.loads(path.read_text()), ensure_ascii=False)
        path.write_bytes(text.encode(encoding))


@CASES.add(
    "windows-1252",
    images=1,
    annotations=1,
    codes={"ENCODING_REPAIRED": 1},
    check=lambda found: has(classes(found), ["caf\u00e9"]),
)
def _(folder: Path) -> None:
    path = one_image(folder, categories=[{"id": 1, "name": "caf\u00e9"}])
    path.write_bytes(path.read_text().replace("\\u00e9", "\u00e9").encode("cp1252"))


@CASES.add("half a surrogate in a name", images=1, annotations=1)
def _(folder: Path) -> None:
    one_image(folder, categories=[{"id": 1, "name": "\ud800"}])


@CASES.add("broken off in the middle", error="LABELS_INVALID")
def _(folder: Path) -> None:
    path = one_image(folder)
    path.write_bytes(path.read_bytes()[:-150])


@CASES.add("broken off after the last list", error="LABELS_INVALID")
def _(folder: Path) -> None:
    path = one_image(folder)
    path.write_bytes(path.read_bytes().rstrip()[:-1])


@CASES.add("more after the end", error="LABELS_INVALID")
def _(folder: Path) -> None:
    path = one_image(folder)
    path.write_bytes(path.read_bytes() + b"} trailing")


@CASES.add("more after the end, annotations first", error="LABELS_INVALID")
def _(folder: Path) -> None:
    path = one_image(folder)
    content = json.loads(path.read_text())
    content = {"annotations": content.pop("annotations"), **content}
    path.write_text(json.dumps(content) + "{}")


@CASES.add("nulls and blanks after the end", images=1, annotations=1)
def _(folder: Path) -> None:
    path = one_image(folder)
    path.write_bytes(path.read_bytes() + b"\r\n\0\0\x1a\n")


@CASES.add("an empty file", error="LABELS_INVALID")
def _(folder: Path) -> None:
    write_text(folder / "labels.json", "")


@CASES.add("a list, as results are", error="LABELS_INVALID")
def _(folder: Path) -> None:
    write_json(folder / "labels.json", [coco_box(1, 1, BOX)])


@CASES.add("images null", error="LABELS_INVALID")
def _(folder: Path) -> None:
    one_image(folder, images=None)


@CASES.add("annotations, info and licences null", images=1)
def _(folder: Path) -> None:
    one_image(folder, annotations=None, info=None, licenses=None)


@CASES.add("only images", images=1)
def _(folder: Path) -> None:
    write_image(folder / "1.png")
    write_json(folder / "labels.json", {"images": [coco_image(1)]})


@CASES.add("empty lists", images=2, codes={"IMAGE_WITHOUT_LABELS": 2})
def _(folder: Path) -> None:
    write_image(folder / "images" / "1.png")
    write_image(folder / "more" / "2.png")
    write_json(folder / "labels.json", {"images": [], "annotations": [], "categories": []})


@CASES.add("empty lists and no images", error="DIR_EMPTY")
def _(folder: Path) -> None:
    write_json(folder / "labels.json", {"images": [], "annotations": [], "categories": []})


@CASES.add(
    "elements null or of another kind",
    images=1,
    annotations=1,
    codes={"IMAGE_ENTRY_INVALID": 2, "ANNOTATION_INVALID": 3, "VALUE_INVALID": 2},
    boxes=[tuple(BOX)],
)
def _(folder: Path) -> None:
    whole = coco([coco_image(1), None, 5], [None, coco_box(1, 1, BOX), [], "x"])  # type: ignore[list-item]
    one_image(folder, {**whole, "categories": [*whole["categories"], None, "cat"]})


@CASES.add(
    "lists as objects by id",
    images=1,
    annotations=1,
    check=lambda found: has(classes(found), ["bus"]),
    boxes=[tuple(BOX)],
)
def _(folder: Path) -> None:
    image, box = coco_image(1), coco_box(1, 1, BOX)
    del image["id"], box["id"]
    one_image(folder, images={"1": image}, annotations={"1": box}, categories={"1": "bus"})


@CASES.add(
    "categories as object only",
    images=1,
    annotations=1,
    check=lambda found: has(classes(found), ["bus"]),
)
def _(folder: Path) -> None:
    one_image(folder, categories={"1": {"name": "bus"}})


@CASES.add("broken off in a nested file", error="LABELS_INVALID")
def _(folder: Path) -> None:
    content = coco([coco_image(1)], [coco_box(1, 1, BOX)])
    content = {"dataset": {"categories": content["categories"], **content}}
    text = json.dumps(content)
    write_text(folder / "labels.json", text[: text.index("iscrowd")])


# Ids, categories


@CASES.add(
    "ids are numbers here and text there",
    images=2,
    annotations=3,
    check=lambda found: has(classes(found), ["car", "dog", "car"]),
    boxes=[tuple(BOX)] * 3,
)
def _(folder: Path) -> None:
    annotations = [
        coco_box(1, 1, BOX, image_id="1", category_id="1"),
        coco_box(2, 2, BOX, image_id=2.0, category_id=18.0),
        coco_box(3, 2, BOX, image_id="0002", category_id=" 1"),
    ]
    write_coco(folder, 2, annotations)


@CASES.add(
    "ids are text, zero and below",
    images=3,
    annotations=3,
    check=lambda found: has([row["sample_id"] for row in found.annotations], [0, 1, 2]),
)
def _(folder: Path) -> None:
    names = ["000a", 0, -1]
    for number in range(3):
        write_image(folder / f"{number}.png")
    images = [coco_image(n, id=name, file_name=f"{n}.png") for n, name in enumerate(names)]
    annotations = [coco_box(0, 0, BOX, image_id=name) for name in names]
    annotations = [{**box, "id": name} for box, name in zip(annotations, names, strict=True)]
    write_json(folder / "labels.json", coco(images, annotations))


@CASES.add(
    "ids of annotations twice or absent",
    images=1,
    annotations=5,
    codes={"DUPLICATE_ID": 1},
    boxes=[tuple(BOX)] * 5,
)
def _(folder: Path) -> None:
    boxes = [coco_box(number, 1, BOX) for number in (7, 7, 7, 8, 9)]
    del boxes[3]["id"]
    write_coco(folder, 1, boxes)


@CASES.add(
    "an image without id and one without name",
    images=1,
    codes={"VALUE_INVALID": 1, "IMAGE_ENTRY_INVALID": 2, "ANNOTATION_WITHOUT_IMAGE": 1},
)
def _(folder: Path) -> None:
    image = coco_image(1)
    del image["id"]
    one_image(folder, coco([image, {"id": 2}, coco_image(3, file_name=" ")], [coco_box(1, 3, BOX)]))


@CASES.add(
    "categories without name or with gaps, missing or twice",
    images=1,
    annotations=5,
    codes={"CLASS_UNNAMED": 2, "CLASS_UNKNOWN": 1, "CLASS_DUPLICATE": 1, "DUPLICATE_ID": 1},
    check=lambda found: has(classes(found), ["7", "0", "99", "99", "bus"]),
)
def _(folder: Path) -> None:
    categories = [
        {"id": 7},
        {"id": 0, "name": None},
        {"id": 90, "name": "bus"},
        {"id": 91, "name": "bus"},
        {"id": 90, "name": "train"},
    ]
    ids = [7, 0, 99, 99, 90]
    boxes = [coco_box(n, 1, BOX, category_id=identity) for n, identity in enumerate(ids)]
    one_image(folder, coco([coco_image(1)], boxes), categories=categories)


@CASES.add(
    "no categories at all",
    images=1,
    annotations=2,
    codes={"CLASS_UNKNOWN": 1, "CLASS_MISSING": 1},
    check=lambda found: has(classes(found), ["1", None]),
)
def _(folder: Path) -> None:
    boxes = [coco_box(1, 1, BOX), coco_box(2, 1, BOX, category_id=None)]
    content = coco([coco_image(1)], boxes)
    del content["categories"], content["info"], content["licenses"]
    one_image(folder, content)


def has_skeletons(found: Ingested) -> None:
    rows = {row["name"]: row for row in found.classes}
    assert rows["person"]["keypoints"] == ["nose", "eye", "ear"]
    assert rows["person"]["skeleton"] == [[0, 1], [1, 2]]
    assert rows["cat"]["skeleton"] == [[0, 1]]
    assert rows["dog"]["skeleton"] == [[0, 2]]
    assert rows["bus"]["keypoints"] is None


@CASES.add(
    "keypoint names and skeletons",
    images=1,
    codes={"VALUE_REPAIRED": 1, "VALUE_INVALID": 2},
    check=has_skeletons,
)
def _(folder: Path) -> None:
    points = ["nose", "eye", "ear"]
    categories = [
        {"id": 1, "name": "person", "keypoints": points, "skeleton": [[1, 2], [2, 3]]},
        {"id": 2, "name": "cat", "keypoints": points, "skeleton": [[0, 1]]},
        {"id": 3, "name": "dog", "keypoints": points, "skeleton": [[1, 3], [1, 9], [2]]},
        {"id": 4, "name": "bus", "keypoints": "none", "skeleton": []},
    ]
    one_image(folder, coco([coco_image(1)], []), categories=categories)
