"""Depth, bands, pages and colours: what is shown against what a reference makes of the numbers."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from visionlens_jlab.media import header_reader
from visionlens_jlab.media.decode import open_upright
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.headers import UnreadableImageError
from visionlens_jlab.media.tiff import Layers, depth_of

tifffile = pytest.importorskip("tifffile")
HEIGHT, WIDTH = 40, 60


def ramp(top: float, dtype: str, bands: int = 1) -> np.ndarray:
    """Band b grows from left to right to `top` / (b + 1): shape (height, width, bands)."""
    row = np.linspace(0, top, WIDTH)
    stack = np.stack([np.tile(row / (band + 1), (HEIGHT, 1)) for band in range(bands)], axis=-1)
    return stack.astype(dtype)


def shown(path: Path, layers: Layers | None = None) -> np.ndarray:
    with path.open("rb") as file:
        return np.asarray(open_upright(file, layers=layers)[0]).astype(float)


def written(path: Path, values: np.ndarray, **more: object) -> Path:
    tifffile.imwrite(path, values, metadata=None, **more)
    return path


def stretched(values: np.ndarray, *, jointly: bool) -> np.ndarray:
    axis = None if jointly else (0, 1)
    low, high = np.percentile(values.astype(float), (0.5, 99.5), axis=axis)
    return np.clip((values - low) / (high - low) * 255, 0, 255)


@pytest.mark.parametrize("dtype, top", [("uint16", 65535), ("uint16", 4095), ("float32", 1.0)])
@pytest.mark.parametrize("compression", [None, "lzw", "zlib"])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colours_of_more_than_8_bits_keep_their_depth(tmp_path, dtype, top, compression, planar):
    values = ramp(top, dtype, 3)
    stored = values if planar == "contig" else np.moveaxis(values, -1, 0)
    path = written(
        *(tmp_path / "a.tif", stored),
        photometric="rgb",
        planarconfig=planar,
        compression=compression,
    )
    found = shown(path)
    assert found.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(found - stretched(values, jointly=True)).max() <= 1


@pytest.mark.parametrize("dtype, top", [("uint16", 900), ("float64", 2e-3), ("uint32", 1e9)])
def test_single_bands_of_any_type_are_stretched(tmp_path, dtype, top):
    values = ramp(top, dtype)
    found = shown(written(tmp_path / "a.tif", values[..., 0], photometric="minisblack"))
    assert np.abs(found - stretched(values, jointly=True)).max() <= 1.5


def test_bands_page_and_stretch_are_chosen(tmp_path):
    pages = [ramp(1000 * (page + 1), "uint16", 6) for page in range(3)]
    path = tmp_path / "a.tif"
    with tifffile.TiffWriter(path) as file:
        for page in pages:
            file.write(page, photometric="minisblack", planarconfig="contig", metadata=None)
    with path.open("rb") as file:
        assert depth_of(file) == (3, 6, "uint16")
    assert np.abs(shown(path) - stretched(pages[0][..., :3], jointly=False)).max() <= 1
    found = shown(path, Layers(1, (4, 2, 0), "range"))
    chosen = pages[1][..., [4, 2, 0]].astype(float)
    assert np.abs(found - chosen / chosen.max(axis=(0, 1)) * 255).max() <= 1
    found = shown(path, Layers(2, (5,), "none"))
    assert np.abs(found[..., 0] - pages[2][..., 5] / 65535 * 255).max() <= 1
    # What an image has not is left out: it is chosen for many.
    assert (shown(path, Layers(3)) == shown(path, Layers(0))).all()
    assert (shown(path, Layers(0, (6,))) == shown(path, Layers(0))).all()
    plain = shown(path, Layers(2, (5,), "range"))
    brighter = shown(path, Layers(2, (5,), "range", 2.0))
    assert np.abs(brighter - 255 * (plain / 255) ** 0.5).max() <= 8
    assert brighter.mean() > plain.mean() + 20


def test_a_stretch_is_chosen_for_png_of_16_bits_too(tmp_path):
    values = np.tile(np.linspace(0, 4095, WIDTH), (HEIGHT, 1)).astype(np.uint16)
    path = tmp_path / "a.png"
    Image.fromarray(values).save(path)
    whole = shown(path, Layers(stretch="none"))[..., 0]
    assert np.abs(whole - values / 65535 * 255).max() <= 1
    assert np.abs(shown(path, Layers(stretch="range"))[..., 0] - values / 4095 * 255).max() <= 1


def test_what_gdal_calls_nothing_is_black_and_does_not_count(tmp_path):
    values = ramp(1.0, "float32")[..., 0]
    values[:5] = -9999
    tag = (42113, "s", 0, "-9999", True)
    path = written(tmp_path / "a.tif", values, photometric="minisblack", extratags=[tag])
    found = shown(path, Layers())
    assert found[:5].max() == 0
    assert np.abs(found[5:, :, 0] - stretched(values[5:], jointly=True)).max() <= 1


def test_transparency_of_16_bits_stays(tmp_path):
    values = ramp(65535, "uint16", 4)
    path = written(tmp_path / "a.tif", values, photometric="rgb", extrasamples=["unassalpha"])
    found = shown(path)
    assert found.shape == (HEIGHT, WIDTH, 4)
    assert np.abs(found[..., 3] - values[..., 3] / 65535 * 255).max() <= 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_tiffs_are_upright(tmp_path, orientation):
    values = ramp(65535, "uint16", 3)
    values[:10] //= 2
    tag = (274, "H", 1, orientation, True)
    path = written(tmp_path / "a.tif", values, photometric="rgb", extratags=[tag])
    plain = tmp_path / "b.tif"
    Image.fromarray((values // 257).astype(np.uint8)).save(plain, tiffinfo={274: orientation})
    assert np.abs(shown(path, Layers(stretch="none")) - shown(plain)).max() <= 1
    with path.open("rb") as deep, plain.open("rb") as other:
        assert read_header(deep) == read_header(other)


def test_without_tifffile_halved_depth_is_said_and_the_rest_named(tmp_path, monkeypatch):
    path = written(tmp_path / "a.tif", ramp(65535, "uint16", 3), photometric="rgb")
    monkeypatch.setattr(header_reader, "can_be_read", lambda: False)
    with path.open("rb") as file:
        header = read_header(file)
    assert header.odd is not None and 'pip install "visionlens-jlab[tiff]"' in header.odd


def test_damaged_tiffs_are_unreadable(tmp_path):
    values = ramp(65535, "uint16", 6)
    path = written(tmp_path / "a.tif", values, photometric="minisblack", planarconfig="contig")
    whole = path.read_bytes()
    for length in (7, 20, 200, len(whole) // 2):
        with pytest.raises(UnreadableImageError):
            open_upright(io.BytesIO(whole[:length]))


def wide_gamut() -> bytes:
    """Pillow makes no other profile than sRGB's: that, with a red that is twice as bright."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "wide".encode("utf-16-be"))
    entry = profile.index(b"rXYZ")
    offset = int.from_bytes(profile[entry + 4 : entry + 8], "big") + 8
    red = int.from_bytes(profile[offset : offset + 4], "big") * 2
    return profile[:offset] + red.to_bytes(4, "big") + profile[offset + 4 :]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_follow_the_profile(tmp_path, mode):
    profile = wide_gamut()
    image = Image.new(mode, (8, 8), (120, 60, 200, 90)[: len(mode)])
    path = tmp_path / "a.png"
    image.save(path, icc_profile=profile)
    reference = ImageCms.profileToProfile(
        image.convert("RGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
    )
    assert reference is not None
    found = shown(path)
    assert np.abs(found[..., :3] - np.asarray(reference)).max() <= 1
    assert np.abs(found[..., :3] - np.asarray(image)[..., :3]).max() > 5
    if mode == "RGBA":
        assert (found[..., 3] == 90).all()


def test_srgb_and_broken_profiles_change_nothing(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"nonsense"):
        path = tmp_path / "a.png"
        Image.new("RGB", (8, 8), (120, 60, 200)).save(path, icc_profile=profile)
        assert (shown(path)[0, 0] == (120, 60, 200)).all()


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_png_of_every_depth_is_its_own_numbers(tmp_path, bits):
    top = 2**bits - 1
    values = (np.arange(WIDTH) * top // (WIDTH - 1)).astype(np.uint16)
    picture = np.tile(values, (HEIGHT, 1))
    path = tmp_path / "a.png"
    Image.fromarray(picture if bits == 16 else (picture * (255 // top)).astype(np.uint8)).save(path)
    expected = picture / top * 255
    wanted = stretched(picture, jointly=True) if bits == 16 else expected
    assert np.abs(shown(path)[..., 0] - wanted).max() <= 1
