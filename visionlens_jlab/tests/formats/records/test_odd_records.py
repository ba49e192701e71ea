"""Layouts and values as they occur: each label goes to its picture, or the report names it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.tests.formats.records.wild import MAKERS, NAMES, SIZE, make_images
from visionlens_jlab.tests.formats.writers import write_image, write_json
from visionlens_jlab.tests.jobs.ingest_context import Ingested, ingest_rows

KITTI = "Car 0.00 0 -1.57 1 2 30 20 1.5 1.6 3.7 1.0 1.5 8.4 -1.56\n"


def labelled(found: Ingested) -> dict[str, list[str]]:
    """Class names by the path of their image."""
    paths = {row["sample_id"]: row["path"] for row in found.samples}
    names: dict[str, list[str]] = {}
    for row in found.annotations:
        names.setdefault(paths[row["sample_id"]], []).append(row["class"])
    return names


def assert_accounted(found: Ingested) -> None:
    found.assert_adds_up()
    for count in (found.summary[name] for name in ("images", "annotations", "label_files")):
        assert count["imported"] >= 0


def test_labels_of_a_pair_of_cameras_go_to_the_folder_of_their_number(tmp_path: Path) -> None:
    for camera in ("image_2", "image_3"):
        write_image(tmp_path / "training" / camera / "000000.png")
    (tmp_path / "training" / "label_2").mkdir()
    (tmp_path / "training" / "label_2" / "000000.txt").write_text(KITTI)
    found = ingest_rows(tmp_path)
    assert labelled(found) == {"training/image_2/000000.png": ["Car"]}
    assert_accounted(found)


def test_a_label_file_is_no_image_when_it_may_be_of_several(tmp_path: Path) -> None:
    for camera in ("left", "right"):
        write_image(tmp_path / camera / "000000.png")
    (tmp_path / "label_2").mkdir()
    (tmp_path / "label_2" / "000000.txt").write_text(KITTI)
    found = ingest_rows(tmp_path)
    assert sorted(row["path"] for row in found.samples) == ["left/000000.png", "right/000000.png"]
    assert found.codes["LABEL_WITHOUT_IMAGE"] == found.codes["ANNOTATION_WITHOUT_IMAGE"] == 1
    assert_accounted(found)


def test_two_versions_of_the_labels_of_an_image_are_not_added_up(tmp_path: Path) -> None:
    write_image(tmp_path / "images" / "P1.png")
    for version in ("labelTxt-v1.0", "labelTxt-v1.5"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "P1.txt").write_text("2 2 20 2 20 12 2 12 ship 0\n")
    found = ingest_rows(tmp_path)
    assert labelled(found) == {"images/P1.png": ["ship"]}
    (unused,) = [one for one in found.issues if one["code"] == "LABEL_FILE_UNUSED"]
    assert unused["item"] == "labelTxt-v1.5/P1.txt"
    assert_accounted(found)


def test_the_image_beside_the_label_file_is_meant_before_one_below(tmp_path: Path) -> None:
    MAKERS["labelme"](tmp_path)
    write_image(tmp_path / "copies" / NAMES[0], SIZE)
    path = tmp_path / "a one.json"
    path.write_text(path.read_text().replace(f'"{NAMES[0]}"', f'"..\\\\old\\\\{NAMES[0]}"'))
    found = ingest_rows(tmp_path)
    assert len(labelled(found)[NAMES[0]]) == 3
    assert_accounted(found)


def task(image: Any, annotations: Any = None) -> dict[str, Any]:
    return {"id": 1, "data": image, "annotations": annotations or []}


BOX = {"label": "car", "coordinates": {"x": 5, "y": 5, "width": 4, "height": 4}}
RESULT = {
    "type": "rectanglelabels", "original_width": SIZE[0], "original_height": SIZE[1],
    "value": {"x": 1, "y": 1, "width": 9, "height": 9, "rectanglelabels": ["car"]},
}  # fmt: skip
LISTS = {
    "_annotations.createml.json": [
        {"image": NAMES[0], "annotations": [BOX]},
        {"image": None, "annotations": [BOX]},
        5,
        {"image": NAMES[2], "annotations": [BOX]},
    ],
    "tasks.json": [
        task({"image": NAMES[0]}, [{"result": [RESULT]}]),
        task(None, [{"result": [RESULT]}]),
        task({"image": None}, 7),
        task({"image": NAMES[2]}, [{"result": [RESULT]}]),
    ],
}


@pytest.mark.parametrize("name", list(LISTS))
def test_an_entry_without_an_image_costs_only_itself(tmp_path: Path, name: str) -> None:
    make_images(tmp_path)
    write_json(tmp_path / name, LISTS[name])
    found = ingest_rows(tmp_path)
    assert labelled(found) == {NAMES[0]: ["car"], NAMES[2]: ["car"]}
    assert found.codes["IMAGE_ENTRY_INVALID"] == 2
    assert found.codes["ANNOTATION_WITHOUT_IMAGE"] == 1
    assert "LABELS_UNREAD" not in found.codes
    assert_accounted(found)


@pytest.mark.parametrize("field", ["x" * 200_000, 'x"y', ""], ids=["long", "quote", "none"])
def test_odd_values_of_a_table_are_no_failure(tmp_path: Path, field: str) -> None:
    meant = MAKERS["openimages"](tmp_path)
    (path,) = tmp_path.glob("*-bbox.csv")
    path.write_text(
        path.read_text() + f"{Path(NAMES[0]).stem},{field},/m/0k4j,1,0,1,0,1,0,0,0,0,0\n"
    )
    found = ingest_rows(tmp_path)
    assert len(found.annotations) == len(meant) + 1 - found.codes["LABEL_LINE_INVALID"]
    assert_accounted(found)


@pytest.mark.parametrize("ends", ["\r", "\r\n"])
def test_lines_of_a_table_end_as_any_computer_ends_them(tmp_path: Path, ends: str) -> None:
    meant = MAKERS["openimages"](tmp_path)
    for path in tmp_path.glob("*.csv"):
        path.write_bytes(path.read_bytes().replace(b"\n", ends.encode()))
        path.rename(path.with_suffix(".CSV"))
    found = ingest_rows(tmp_path)
    assert sorted(found.class_names) == sorted({one.class_name for one in meant})
    assert len(found.annotations) == len(meant)


def test_values_of_other_kinds_and_half_letters(tmp_path: Path) -> None:
    MAKERS["via"](tmp_path)
    path = tmp_path / "via_region_data.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    entries = list(content.values())
    entries[0]["regions"][0]["region_attributes"]["class"] = "\ud83d"
    entries[1]["regions"] = True
    path.write_text(json.dumps(content))
    found = ingest_rows(tmp_path)
    assert "?" in found.class_names
    assert found.codes["ANNOTATION_INVALID"] == 1
    assert_accounted(found)


def test_fields_of_fiftyone_may_hold_anything(tmp_path: Path) -> None:
    meant = MAKERS["fiftyone"](tmp_path)
    path = tmp_path / "samples.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["samples"][0]["odd"] = {"_cls": {}}
    content["samples"][1]["odd"] = "\ud83d"
    path.write_text(json.dumps(content))
    found = ingest_rows(tmp_path)
    assert len(found.annotations) == len(meant)
    assert_accounted(found)


def test_what_cvat_holds_besides_is_reported(tmp_path: Path) -> None:
    MAKERS["cvat"](tmp_path)
    path = tmp_path / "annotations.xml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("</image>", '<hexagon label="x"/></image>', 1)
    track = '<track id="0" label="car"><box frame="0" xtl="1" ytl="2" xbr="9" ybr="8"/></track>'
    path.write_text(text.replace("</annotations>", f"{track}</annotations>"), encoding="utf-8")
    found = ingest_rows(tmp_path)
    assert found.codes["ANNOTATION_INVALID"] == found.codes["LABEL_FILE_INVALID"] == 1
    assert len(found.annotations) == 6


@pytest.mark.parametrize("ends", [b"\r\n", b"\r", b"\n"])
def test_the_readme_of_a_folder_names_classes_however_it_is_written(
    tmp_path: Path, ends: bytes
) -> None:
    meant = MAKERS["imagefolder"](tmp_path / "below")
    path = tmp_path / "below" / "README.md"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", ends))
    found = ingest_rows(tmp_path)
    assert set(found.class_names) == {one.class_name for one in meant}


def test_rows_of_blanks_are_none(tmp_path: Path) -> None:
    meant = MAKERS["tables"](tmp_path)
    (path,) = tmp_path.rglob("_annotations.csv")
    path.write_bytes(path.read_bytes() + b"\n   \n\x1a")
    found = ingest_rows(tmp_path)
    assert len(found.annotations) == len(meant)
    assert_accounted(found)


def test_a_huge_field_costs_its_own_line_only(tmp_path: Path) -> None:
    write_image(tmp_path / "a.png", (80, 60))
    header = "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\n"
    lines = [f"a,{source},cat,1,.1,.5,.1,.5\n" for source in ("x", "x" * 200_000, "y")]
    (tmp_path / "boxes.csv").write_text(header + "".join(lines))
    found = ingest_rows(tmp_path)
    assert len(found.annotations) == 2
    assert found.codes == {"LABEL_LINE_INVALID": 1}
    assert "after line 2" in found.issues[0]["item"]
    assert found.summary["annotations"] == {"found": 3, "imported": 2, "skipped": 1}
