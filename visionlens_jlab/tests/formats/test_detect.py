from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.plugins import API_VERSION, PluginRegistry, hookimpl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect, format_infos, formats
from visionlens_jlab.formats.plugin import CONTAINERS, RECORDS, DeferredFormat
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.tests.formats.writers import write_coco, write_image, write_json, write_text


def find(source: Path, **more):
    return detect(DetectRequest(source=str(source), **more))


def test_tells_where_the_parts_are_and_why(tmp_path):
    folder = write_coco(tmp_path / "street", 1, [])
    found = find(folder)
    assert (found.format, found.label) == ("coco", "COCO JSON")
    assert found.labels == ["annotations/instances.json"]
    assert found.images == found.source == str(folder)
    assert found.suggested_name == "street"
    assert "annotations/instances.json" in found.reason
    assert find(folder / "annotations/instances.json").suggested_name == "street"
    assert find(folder, images=str(folder / "images")).images == str(folder / "images")


def test_every_format_is_told_with_why_it_fits_or_not(tmp_path):
    folder = write_coco(tmp_path / "street", 1, [])
    write_text(folder / "images" / "1.txt", "0 0.5 0.5 0.25 0.25\n")
    found = find(folder)
    told = {one.format: one for one in found.candidates}
    assert list(told) != [form.name for form in formats()]
    assert sorted(told) == sorted(form.name for form in formats())
    assert [one.format for one in found.candidates if one.fits] == ["coco", "yolo", "images"]
    assert found.candidates[0].reason == found.reason
    assert "in ImageSets/Main" in told["voc"].reason and not told["voc"].fits
    assert "without the label files" in told["images"].reason
    lines = str(found).splitlines()
    assert lines[0].startswith("COCO JSON: ")
    assert any(line.startswith("  also YOLO: ") for line in lines)
    assert any(line.startswith("  not Pascal VOC: ") for line in lines)
    assert find(folder, format="yolo").format == "yolo"
    labels = find(folder, labels=str(folder / "annotations"))
    images = next(one for one in labels.candidates if one.format == "images")
    assert not images.fits and "labels were named" in images.reason


def test_what_no_format_reads_is_named_with_what_reads_it(tmp_path):
    write_image(tmp_path / "1.png")
    (tmp_path / "scan.dcm").write_bytes(bytes(128) + b"DICM" + bytes(100))
    (told,) = find(tmp_path).unread
    assert "DICOM" in told and "plugin" in told


@pytest.mark.parametrize(
    ("source", "more", "code"),
    [
        ("absent", {}, "DIR_NOT_FOUND"),
        ("", {"labels": "/no/such/place"}, "DIR_NOT_FOUND"),
        ("empty", {}, "DIR_EMPTY"),
        ("notes.txt", {}, "FORMAT_UNKNOWN"),
        ("", {"format": "nonsense"}, "FORMAT_UNKNOWN"),
        ("", {"format": "voc"}, "LABELS_INVALID"),
    ],
)
def test_errors_say_what_to_do(tmp_path, source, more, code):
    (tmp_path / "empty").mkdir()
    write_text(tmp_path / "notes.txt", "hello")
    write_image(tmp_path / "1.png")
    with pytest.raises(VisionLensError) as error:
        find(tmp_path / source, **more)
    assert error.value.code == code
    assert error.value.hint


@pytest.mark.parametrize("text", ["image_id,bbox\n1,x\n", "a.jpg,1,2,3,4,cat\n"])
def test_a_table_that_was_named_is_not_to_be_named_again(tmp_path, text):
    write_text(tmp_path / "train.csv", text)
    with pytest.raises(VisionLensError, match="FORMAT_UNKNOWN") as error:
        find(tmp_path / "train.csv")
    assert "that of the images is one of" in error.value.hint


def test_an_image_that_was_named_is_no_mask(tmp_path):
    with pytest.raises(VisionLensError, match="seems to be an image") as error:
        find(write_image(tmp_path / "1.png"))
    assert "folder" in error.value.hint


def test_unknown_addresses_are_refused():
    with pytest.raises(VisionLensError, match="xyz://"):
        detect(DetectRequest(source="xyz://bucket/data"))


def test_formats_that_can_be_read():
    names = [info.name for info in format_infos()]
    inside, records = ([name for name, *_ in listed] for listed in (CONTAINERS, RECORDS))
    last = ["yolo", "imagefolder", "croissant", "tables", "masks", "class_folders", "images"]
    assert names == [*inside, "dataframe", "coco", "voc", *records, *last]
    assert all(info.label and info.description for info in format_infos())


class _Format:
    name, label, description = "mine", "Mine", "Everything is mine."

    def detect(self, request):
        raise RuntimeError("broken")

    def read(self, request):
        yield from ()


class _Plugin:
    visionlens_api_version = API_VERSION

    @hookimpl
    def visionlens_formats(self, context):
        return [_Format()]


def test_a_format_that_crashes_does_not_keep_others_from_being_asked(tmp_path):
    from visionlens_jlab.formats import plugin
    from visionlens_jlab.media import plugin as media_plugin

    registry = PluginRegistry()
    for name, part in (("media", media_plugin), ("formats", plugin), ("mine", _Plugin())):
        assert registry.register(part, name)
    assert next(form.name for form in formats(registry)) == "mine"
    assert [kind.scheme for kind in source_kinds(registry)] == ["file"]
    write_image(tmp_path / "1.png")
    found = detect(DetectRequest(source=str(tmp_path)), registry)
    assert found.format == "images"
    assert {one.reason for one in found.candidates if one.format == "mine"} == {
        "The format failed to look here; see the server's log."
    }


@pytest.mark.parametrize("form", [f for f in formats() if isinstance(f, DeferredFormat)])
def test_deferred_format_speaks_for_its_own(form):
    real = form.format
    assert (form.name, form.label, form.description) == (real.name, real.label, real.description)


EMPTY = {
    "coco.json": '{"images": [], "annotations": [], "categories": []}',
    "annotations.xml": "<annotations><version>1.1</version><meta></meta></annotations>",
    "boxes.csv": "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax\n",
    "metadata.csv": "file_name,label\n",
}


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_a_file_that_lists_nothing_comes_after_those_that_do(tmp_path, name):
    write_image(tmp_path / "a.png", (80, 60))
    write_text(tmp_path / name, EMPTY[name])
    assert find(tmp_path).format != "images"
    box = {"label": "x", "coordinates": {"x": 5, "y": 5, "width": 4, "height": 4}}
    write_json(tmp_path / "labels.json", [{"image": "a.png", "annotations": [box]}])
    found = find(tmp_path)
    fitting = [one.format for one in found.candidates if one.fits]
    assert found.format == fitting[0] == "createml"
    assert len(fitting) == 3


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("data-00000-of-00001.arrow", b"\xff\xff\xff\xff" + bytes(60), "to_parquet"),
        ("images.zip", b"PK\x03\x04" + bytes(60), "Unpack it"),
        ("train-000000.tar.gz", b"\x1f\x8b" + bytes(60), "gunzip"),
        ("scans.h5", b"\x89HDF\r\n\x1a\n" + bytes(60), "HDF5"),
    ],
)
def test_files_that_may_hold_images_are_named_where_there_are_none(tmp_path, name, content, told):
    write_text(tmp_path / "dataset_info.json", '{"features": {"image": {"_type": "Image"}}}')
    write_text(tmp_path / "state.json", '{"_data_files": [{"filename": "data.arrow"}]}')
    (tmp_path / name).write_bytes(content)
    with pytest.raises(VisionLensError, match="DIR_EMPTY") as caught:
        find(tmp_path)
    assert name in caught.value.message and told in caught.value.message


def test_what_is_read_is_not_called_unread(tmp_path):
    row = "Car 0.00 0 -1.57 1 2 30 20 1.5 1.6 3.7 1.0 1.5 8.4 -1.56\n"
    for number, text in enumerate((row, "", "")):
        write_image(tmp_path / "kitti" / "image_2" / f"{number}.png", (80, 60))
        write_text(tmp_path / "kitti" / "label_2" / f"{number}.txt", text)
    found = find(tmp_path / "kitti")
    assert (found.format, found.unread) == ("kitti", [])
    folder = tmp_path / "fiftyone"
    write_image(folder / "data" / "a.png", (80, 60))
    write_json(folder / "samples.json", {"samples": [{"filepath": "data/a.png", "tags": []}]})
    about = {"name": "t", "media_type": "image", "classes": {}, "default_classes": None}
    write_json(folder / "metadata.json", about)
    found = find(folder)
    assert (found.format, found.unread) == ("fiftyone", [])


def test_a_project_of_via_3_is_named_with_what_to_do(tmp_path):
    write_image(tmp_path / "a.png", (80, 60))
    project = {
        "project": {"pid": "x", "data_format_version": "3.1.1"},
        "config": {},
        "attribute": {"1": {"aname": "label", "options": {"0": "car"}}},
        "file": {"1": {"fid": 1, "fname": "a.png", "type": 2, "src": "a.png"}},
        "view": {"1": {"fid_list": [1]}},
        "metadata": {"1_a": {"vid": "1", "xy": [2, 1, 2, 3, 4], "av": {"1": "0"}}},
    }
    write_json(tmp_path / "via3.json", project)
    (told,) = find(tmp_path).unread
    assert "VIA 3 JSON" in told and "COCO" in told
