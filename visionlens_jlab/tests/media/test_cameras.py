"""Camera RAW and HEIC: sizes, orientation, colours, and what is said where a decoder is missing."""

from __future__ import annotations

import builtins
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.media import camera_files
from visionlens_jlab.media.decode import open_upright
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.headers import UnreadableImageError, is_image
from visionlens_jlab.media.render import encode_image

rawpy = pytest.importorskip("rawpy")
pytest.importorskip("tifffile")
from visionlens_jlab.tests.media.cameras import heic, write_dng  # noqa: E402


def pixels(path: Path, long_side: int | None = None) -> np.ndarray:
    with path.open("rb") as file:
        return np.asarray(open_upright(file, long_side)[0]).astype(float)


def test_a_raw_file_is_an_image_of_its_full_size_as_libraw_develops_it(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    write_dng(path, 320, 200)
    assert is_image(str(path))
    with path.open("rb") as file:
        header = read_header(file)
    assert header.upright_size == (320, 200) and header.odd is None
    with rawpy.imread(str(path)) as raw:
        wanted = raw.postprocess(use_camera_wb=True, output_bps=8)
    found = pixels(path)
    assert found.shape == (200, 320, 3)
    assert np.abs(found - wanted).max() == 0


def test_what_is_shown_small_has_the_colours_of_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    write_dng(path, 640, 400)
    small = pixels(path, 160)
    assert small.shape == (100, 160, 3)
    with path.open("rb") as file:
        whole = open_upright(file)[0].resize((160, 100), Image.Resampling.BOX)
    assert np.abs(small - np.asarray(whole).astype(float)).mean() < 3  # of 255


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_raw_files_are_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.dng"
    write_dng(path, 240, 160, orientation=orientation)
    found = pixels(path)
    assert found.shape[:2] == ((160, 240) if orientation in (1, 3) else (240, 160))
    plain = pixels_of_plain(tmp_path)
    turned = {1: plain, 3: plain[::-1, ::-1], 6: np.rot90(plain, -1), 8: np.rot90(plain)}
    assert np.abs(found - turned[orientation])[4:-4, 4:-4].mean() < 2
    with path.open("rb") as file:
        header = read_header(file)
    assert header.upright_size == (found.shape[1], found.shape[0])


def pixels_of_plain(folder: Path) -> np.ndarray:
    write_dng(folder / "plain.dng", 240, 160)
    return pixels(folder / "plain.dng")


def test_a_raw_file_is_drawn_for_the_browser(tmp_path: Path) -> None:
    write_dng(tmp_path / "a.dng", 320, 200)
    with (tmp_path / "a.dng").open("rb") as file:
        data, kind = encode_image(file)
    assert kind == "image/webp"
    assert Image.open(io.BytesIO(data)).size == (320, 200)


def test_a_broken_raw_file_is_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "a.dng"
    write_dng(path, 320, 200)
    path.write_bytes(path.read_bytes()[:3000])
    with path.open("rb") as file, pytest.raises(UnreadableImageError):
        open_upright(file)


def test_heic_is_an_image(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    path.write_bytes(heic(320, 200))
    with path.open("rb") as file:
        assert read_header(file).upright_size == (320, 200)
    found = pixels(path)
    assert found.shape == (200, 320, 3)
    assert abs(found[100, 160, 0] - 127) < 6 and abs(found[100, 160, 1] - 127) < 6


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def leave_out(name: str) -> None:
        real = builtins.__import__

        def refuse(module: str, *args: Any, **more: Any) -> Any:
            if module == name:
                raise ImportError(module)
            return real(module, *args, **more)

        monkeypatch.setattr(builtins, "__import__", refuse)
        camera_files.read_heic.cache_clear()

    return leave_out


def test_a_missing_decoder_is_named_with_the_command_that_installs_it(
    tmp_path: Path, without: Callable[[str], None]
) -> None:
    write_dng(tmp_path / "a.dng", 320, 200)
    content = heic(32, 20)
    without("rawpy")
    with (
        (tmp_path / "a.dng").open("rb") as file,
        pytest.raises(UnreadableImageError, match=r'pip install "visionlens-jlab\[raw\]"'),
    ):
        read_header(file)
    without("pillow_heif")
    with pytest.raises(UnreadableImageError, match=r'pip install "visionlens-jlab\[heic\]"'):
        read_header(io.BytesIO(content))
