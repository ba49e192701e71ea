"""Random mixtures of odd and well-formed things: nothing is lost, what is well formed is exact."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.geometry import rle
from visionlens_jlab.formats.folder_names import is_class_name
from visionlens_jlab.formats.mask_images import mask_images
from visionlens_jlab.tests.formats.writers import write_image, write_text
from visionlens_jlab.tests.jobs.ingest_context import ingest_rows

finite = st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: number or 0.0)
lengths = st.floats(0, 1e6, allow_nan=False)
boxes = st.tuples(finite, finite, lengths, lengths).map(list)
junk = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=5,
)
triangles = st.lists(finite, min_size=6, max_size=12).map(lambda part: part[: len(part) & ~1])
polygons = st.lists(triangles, min_size=1, max_size=3)
masks = st.lists(st.booleans(), min_size=12, max_size=12).map(
    lambda bits: json.loads(rle.to_json(rle.from_pixels(np.array(bits).reshape(3, 4))))
)
MEMBERS = ("id", "image_id", "category_id", "bbox", "area", "iscrowd", "score", "segmentation")
MEMBERS += ("keypoints", "attributes", "occluded", "note")
IMAGES = 4
"""Images 0 to 3 are listed, 4 and 5 are not."""

well_formed = st.fixed_dictionaries(
    {
        "image_id": st.integers(0, IMAGES + 1),
        "category_id": st.sampled_from([1, 2]),
        "bbox": boxes,
    },
    optional={
        "area": finite,
        "score": st.floats(0, 1),
        "segmentation": polygons | masks,
        "keypoints": st.lists(finite, min_size=6, max_size=6),
        "attributes": st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
    },
)
odd = st.dictionaries(st.sampled_from(MEMBERS), junk, max_size=6) | well_formed.flatmap(
    lambda good: st.tuples(st.sampled_from(MEMBERS), junk).map(
        lambda change: {**good, change[0]: change[1]}
    )
)


@st.composite
def coco_datasets(draw: Any) -> tuple[dict[str, Any], dict[int, dict[str, Any]]]:
    """A COCO object, and its well-formed annotations by their id."""
    annotations: list[Any] = []
    good: dict[int, dict[str, Any]] = {}
    for number, is_odd in enumerate(draw(st.lists(st.booleans(), max_size=14)), start=1000):
        if is_odd:
            annotations.append(draw(odd | junk))
        else:
            good[number] = {"id": number, **draw(well_formed)}
            annotations.append(good[number])
    images: list[Any] = [
        {
            "id": n,
            "file_name": f"{n}.png",
            **draw(st.fixed_dictionaries({}, optional={"width": junk, "x": junk})),
        }
        for n in range(IMAGES)
    ]
    images += draw(st.lists(junk, max_size=2))
    categories: list[Any] = [
        {"id": 1, "name": "car"},
        {"id": 2, "name": "dog", "keypoints": ["a", "b"]},
    ]
    categories += draw(
        st.lists(
            junk
            | st.fixed_dictionaries(
                {"id": st.integers(3, 5)},
                optional={"name": junk, "skeleton": junk, "keypoints": junk},
            ),
            max_size=2,
        )
    )
    sections = [
        ("images", images),
        ("annotations", annotations),
        ("categories", categories),
        ("info", draw(junk)),
    ]
    return dict(draw(st.permutations(sections))), good


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dataset=coco_datasets())
def test_coco(tmp_path_factory: Any, dataset: Any) -> None:
    content, good = dataset
    folder = tmp_path_factory.mktemp("coco")
    for number in range(3):
        write_image(folder / f"{number}.png", (4, 3))
    (folder / "labels.json").write_text(json.dumps(content), encoding="utf-8")
    found = ingest_rows(folder, labels_only=True, format="coco")  # checks that counts add up
    assert found.summary["annotations"]["found"] == len(content["annotations"])
    assert found.summary["images"]["found"] >= len(content["images"]) - 1
    paths = {row["sample_id"]: row["path"] for row in found.samples}
    rows = [
        (paths[row["sample_id"]], row["class"], row["x"], row["y"], row["w"], row["h"])
        for row in found.annotations
    ]
    names = {1: "car", 2: "dog"}
    expected = [
        (f"{one['image_id']}.png", names[one["category_id"]], *one["bbox"])
        for one in good.values()
        if one["image_id"] < IMAGES
    ]
    left = list(rows)
    for row in expected:
        left.remove(row)
    stated = {one["area"] for one in good.values() if "area" in one and one["image_id"] < IMAGES}
    assert stated <= {row["area"] for row in found.annotations}


names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="/."), min_size=1, max_size=6
)
folders = st.lists(names, min_size=2, max_size=4, unique_by=str.casefold)
SPLITS = ("train", "val", "test")
RESERVED = {*SPLITS, "valid", "images", "data", "imgs", "dataset", "labels", "annotations"}


def _is_layout(name: str) -> bool:
    """Names that stand for a layout, or for masks of others: `test_account` has those."""
    masks = mask_images(["other/0.png", f"{name}/0.png"])
    return name.casefold() in RESERVED or not is_class_name(name) or bool(masks)


@st.composite
def class_folder_datasets(draw: Any) -> tuple[list[tuple[str | None, str, str, bool]], int]:
    """(split, class, name, readable) of images, and the number of other files."""
    classes = [name for name in draw(folders) if not _is_layout(name) and name.strip() == name]
    splits = draw(st.sampled_from([(None,), SPLITS]))
    images = [
        (split, name, f"{number}.png", True)
        for name in ["a class", "another", *classes]
        for split in splits
        for number in range(draw(st.integers(1, 2)))
    ]
    images += [
        (splits[0], name, f"broken {number}.png", False)
        for number, name in enumerate(
            draw(st.lists(st.sampled_from(["a class", "another"]), max_size=2))
        )
    ]
    return images, draw(st.integers(0, 3))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(dataset=class_folder_datasets())
def test_class_folders(tmp_path_factory: Any, dataset: Any) -> None:
    images, others = dataset
    folder: Path = tmp_path_factory.mktemp("classes")
    expected = {}
    for split, name, file, readable in images:
        path = "/".join(part for part in (split, name, file) if part)
        if readable:
            write_image(folder / path, (4, 3))
            expected[path] = (split, name)
        else:
            write_text(folder / path, "no image")
    for number in range(others):
        write_text(folder / f"notes {number}.txt", "")
    found = ingest_rows(folder)
    assert found.summary["format"] == "class_folders"
    assert found.summary["images"]["found"] == len(images)
    labels = {row["sample_id"]: row["class"] for row in found.annotations}
    assert {
        row["path"]: (row["split"], labels[row["sample_id"]]) for row in found.samples
    } == expected
    assert found.codes["IMAGE_UNREADABLE"] == len(images) - len(expected)
