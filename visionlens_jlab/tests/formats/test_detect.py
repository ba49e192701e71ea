from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.plugins import API_VERSION, PluginRegistry, hookimpl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect, format_infos, formats
from visionlens_jlab.formats.plugin import CONTAINERS, RECORDS, DeferredFormat
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.media.registry import source_kinds
from visionlens_jlab.tests.formats.writers import write_coco, write_image, write_text


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
