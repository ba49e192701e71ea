from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media import render
from visionlens_jlab.media.browser import browser_type
from visionlens_jlab.media.render import encode_image


def saved(path, mode="RGB", size=(20, 10), orientation=1, **options):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new(mode, size, **options).save(path, **({"exif": exif} if orientation > 1 else {}))
    return path


def shown(path):
    """What is sent: the file's path where that goes out as it is."""
    with path.open("rb") as file:
        mime = browser_type(file)
        if mime is not None:
            return path, mime
        file.seek(0)
        return encode_image(file)


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.webp", "image/webp"),
        ("a.gif", "image/gif"),
    ],
)
def test_what_browsers_show_goes_out_as_it_is(tmp_path, name, mime):
    path = saved(tmp_path / name)
    assert shown(path) == (path, mime)


def test_the_type_comes_from_the_content(tmp_path):
    path = saved(tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert shown(path)[1] == "image/png"


@pytest.mark.parametrize("name", ["a.bmp", "a.tiff", "a.ppm"])
def test_everything_else_is_made_anew(tmp_path, name):
    content, mime = shown(saved(tmp_path / name, color="red"))
    assert mime == "image/webp"
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (20, 10)
        assert image.convert("RGB").getpixel((5, 5))[0] > 200


def test_orientation_is_left_to_browsers_in_jpegs_only(tmp_path):
    path = saved(tmp_path / "a.jpg", orientation=6)
    assert shown(path)[0] == path
    content, _ = shown(saved(tmp_path / "a.png", orientation=6))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (10, 20)
        assert image.getexif().get(0x0112, 1) == 1


def test_16_bits_and_transparency(tmp_path):
    Image.fromarray(np.arange(200, dtype=np.uint16).reshape(10, 20)).save(tmp_path / "a.tiff")
    assert shown(tmp_path / "a.tiff")[1] == "image/webp"
    assert shown(saved(tmp_path / "b.tiff", "RGBA"))[1] == "image/png"


def test_beyond_the_size_of_webp(tmp_path, monkeypatch):
    monkeypatch.setattr(render, "WEBP_LIMIT", 15)
    assert shown(saved(tmp_path / "a.bmp"))[1] == "image/png"


def test_files_that_cannot_be_shown(tmp_path):
    (tmp_path / "a.jpg").write_text("<script>")
    data = saved(tmp_path / "b.bmp").read_bytes()
    (tmp_path / "b.bmp").write_bytes(data[:20])
    for name in ("a.jpg", "b.bmp"):
        with pytest.raises(VisionLensError) as error:
            shown(tmp_path / name)
        assert error.value.code == "IMAGE_UNREADABLE"
