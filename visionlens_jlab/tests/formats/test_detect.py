from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.plugins import API_VERSION, PluginRegistry, hookimpl
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.formats.detect import detect, format_infos, formats
from visionlens_jlab.formats.plugin import RECORDS, DeferredFormat
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
    records = [name for name, *_ in RECORDS]
    assert names == ["dataframe", "coco", "voc", *records, "yolo", "class_folders", "images"]
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
    assert detect(DetectRequest(source=str(tmp_path)), registry).format == "images"


@pytest.mark.parametrize("form", [f for f in formats() if isinstance(f, DeferredFormat)])
def test_deferred_format_speaks_for_its_own(form):
    real = form.format
    assert (form.name, form.label, form.description) == (real.name, real.label, real.description)
