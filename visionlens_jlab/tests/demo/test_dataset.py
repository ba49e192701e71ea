"""The folder as a COCO dataset: valid, repeatable, silent about what was planted."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from PIL import Image

from visionlens_demo.__main__ import main
from visionlens_demo.generate import WORLDS, generate
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.demo.reading import Written, read

PRODUCT = Path(__file__).resolve().parents[2]


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_annotations_are_valid_coco(large: Written) -> None:
    image_ids = [row["id"] for row in large.coco["images"]]
    assert image_ids == list(range(1, 2001))
    assert len({row["file_name"] for row in large.coco["images"]}) == 2000
    assert [row["id"] for row in large.annotations] == list(range(1, len(large.annotations) + 1))
    assert len(large.classes) == 8
    for row in large.annotations:
        image = large.images[row["image_id"]]
        x, y, width, height = row["bbox"]
        assert width > 0 and height > 0
        assert x >= -0.01 and y >= -0.01
        assert x + width <= image["width"] + 0.02
        assert y + height <= image["height"] + 0.02
        assert row["category_id"] in large.classes
        assert row["area"] == pytest.approx(width * height, abs=0.01)
    assert any(value != round(value) for row in large.annotations for value in row["bbox"])


def test_results_refer_to_images_and_classes(large: Written) -> None:
    assert set(large.runs) == {"run_a", "run_b"}
    for rows in large.runs.values():
        assert all(row["image_id"] in large.images for row in rows)
        assert all(row["category_id"] in large.classes for row in rows)
        assert all(0 < row["score"] <= 1 for row in rows)
        assert all(row["bbox"][2] > 0 and row["bbox"][3] > 0 for row in rows)


def test_all_promised_fields_are_recorded(large: Written) -> None:
    world = WORLDS[large.manifest["world"]]
    categories = (world.light, world.weather, *world.categories, *world.burst_fields)
    always = {
        *(category.name for category in categories),
        *("split", "group", "date_captured", "latitude", "longitude"),
        *(world.place_field, world.area_field, world.camera_field, world.blur_field),
        world.decoys.many_field,
    }
    assert all(always <= set(row) for row in large.coco["images"])
    assert {row["split"] for row in large.coco["images"]} == {"train", "val"}


def test_a_group_lies_in_one_split(large: Written) -> None:
    splits: dict[str, set[str]] = {}
    for row in large.coco["images"]:
        splits.setdefault(row["group"], set()).add(row["split"])
    assert all(len(values) == 1 for values in splits.values())


def test_copies_have_the_labels_of_their_originals(large: Written) -> None:
    boxes: dict[int, list[list[float]]] = {}
    for row in large.annotations:
        boxes.setdefault(row["image_id"], []).append(row["bbox"])
    crossing = 0
    for kind in ("exact", "resized", "recompressed", "cropped", "flipped"):
        pairs = large.entries[f"copies_{kind}"]["pairs"]
        assert len(pairs) == 12
        for original, copy in pairs:
            first, second = large.images[original], large.images[copy]
            assert first["group"] != second["group"]
            assert first["date_captured"] == second["date_captured"]
            crossing += first["split"] != second["split"]
            if kind == "exact":
                assert boxes.get(original) == boxes.get(copy)
            if kind == "flipped":
                for a, b in zip(boxes.get(original, []), boxes.get(copy, []), strict=True):
                    assert b[0] == pytest.approx(first["width"] - a[0] - a[2], abs=0.011)
                    assert b[1:] == a[1:]
            if kind == "resized":
                scale = second["width"] / first["width"]
                assert scale < 1
                for a, b in zip(boxes.get(original, []), boxes.get(copy, []), strict=True):
                    assert b == pytest.approx([value * scale for value in a], abs=0.011)
            if kind == "cropped":
                assert second["width"] == first["width"] - 2 * round(0.05 * first["width"])
                assert len(boxes.get(copy, [])) <= len(boxes.get(original, []))
    assert crossing == len(large.entries["leaks"]["pairs"]) > 20


def test_images_have_the_sizes_that_are_written(small: Path) -> None:
    written = read(small, small.with_name(f"{small.name}.manifest.json"))
    files = {path.name for path in (small / "images").iterdir()}
    assert files == {row["file_name"] for row in written.coco["images"]}
    for row in written.coco["images"]:
        with Image.open(small / "images" / row["file_name"]) as image:
            image.load()
            assert image.format == "JPEG"
            assert image.size == (row["width"], row["height"])


def test_exact_copies_are_the_same_bytes_and_no_other_file_is(small: Path) -> None:
    written = read(small, small.with_name(f"{small.name}.manifest.json"))
    digests = _digests(small / "images")
    name = {row["id"]: row["file_name"] for row in written.coco["images"]}
    pairs = written.entries["copies_exact"]["pairs"]
    assert pairs
    for original, copy in pairs:
        assert digests[name[original]] == digests[name[copy]]
    assert len(set(digests.values())) == len(digests) - len(pairs)


def test_the_same_seed_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    generate(again, 48, 20, small.name, size=(320, 200), workers=1)
    assert _digests(again) == _digests(small)
    manifest = small.with_name(f"{small.name}.manifest.json").read_bytes()
    assert (tmp_path / "again.manifest.json").read_bytes() == manifest


def test_another_seed_gives_another_dataset(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), 60, seed, render=False)
    first, second = (_digests(tmp_path / str(seed)) for seed in (1, 2))
    changed = {name for name in first if first[name] != second[name]}
    assert {"annotations/instances.json", "predictions/run_a.json"} <= changed


def test_a_small_dataset_says_what_it_cannot_hold(tmp_path: Path) -> None:
    manifest = generate(tmp_path / "few", 200, 5, render=False)
    entries = {entry["id"]: entry for entry in manifest["entries"]}
    assert entries["doomed"]["status"] == "omitted"
    assert entries["doomed"]["note"]
    assert entries["doomed"]["annotation_ids"] == []
    assert entries["deep"]["status"] in ("omitted", "scaled")
    assert entries["deep"]["note"]
    assert entries["copies_exact"]["status"] == "planted"


def test_the_folder_tells_nothing_of_the_plants(small: Path) -> None:
    names = {path.name for path in small.rglob("*") if path.is_file()}
    assert not {name for name in names if "manifest" in name}
    assert {path.name for path in small.iterdir()} == {
        "images", "annotations", "predictions", "README.txt", "LICENSE.txt",
    }  # fmt: skip
    telling = re.compile(
        r"plant|decoy|manifest|glare|droplet|hidden|duplicate|exact|swapped|misplaced", re.I
    )
    for path in small.rglob("*"):
        if path.suffix in (".json", ".txt"):
            assert not telling.search(path.read_text("utf-8")), path.name
    coco = json.loads((small / "annotations" / "instances.json").read_text("utf-8"))
    assert {key for row in coco["annotations"] for key in row} == {
        "id", "image_id", "category_id", "bbox", "area", "iscrowd", "occluded", "truncated",
    }  # fmt: skip


def test_the_product_neither_imports_the_demo_nor_reads_a_manifest() -> None:
    inspected = 0
    for path in PRODUCT.rglob("*.py"):
        inside = path.relative_to(PRODUCT).parts[0]
        if inside in ("demo", "tests", "labextension") or path == PRODUCT / "cli" / "demo.py":
            continue  # the command that renders it
        text = path.read_text("utf-8")
        inspected += 1
        assert "visionlens_demo" not in text, path
        assert not re.search(r"from \.+demo|import demo\b", text), path
        assert "manifest.json" not in text, path
    assert inspected > 3


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ({"n": 10}, "10 images"),
        ({"n": 100_001}, "100001 images"),
        ({"world": "moon"}, "moon"),
        ({"size": (20, 20)}, "20x20"),
        ({"manifest": "out/manifest.json"}, "outside"),
    ],
)
def test_wrong_requests_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: dict[str, object], part: str
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = {"out": "out", "n": 60, "seed": 1, **arguments}
    with pytest.raises(VisionLensError) as caught:
        generate(**wanted)  # type: ignore[arg-type]
    assert caught.value.code == "REQUEST_INVALID"
    assert part in caught.value.message
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", "utf-8")
    with pytest.raises(VisionLensError, match="is not empty"):
        generate(tmp_path, 60, 1, render=False)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_command_writes_a_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, manifest = tmp_path / "set", tmp_path / "elsewhere" / "truth.json"
    arguments = ["--out", str(out), "--n", "40", "--seed", "3", "--size", "160x160"]
    arguments += ["--world", "harbour", "--workers", "1", "--manifest", str(manifest)]
    assert main(arguments) == 0
    assert len(list((out / "images").glob("*.jpg"))) == 40
    assert json.loads(manifest.read_text("utf-8"))["world"] == "harbour"
    assert "40 of 40 images" in capsys.readouterr().err
    assert main(arguments) == 2
    assert "is not empty" in capsys.readouterr().err
