"""Pictures are made in processes of bounded memory, whatever a file claims."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from PIL import Image

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media import drawing
from visionlens_jlab.media.image_processes.preparing import prepared
from visionlens_jlab.media.preparation import Preparation
from visionlens_jlab.tests.media.hostile import FILES, jpeg, pgm, ppm, tags


@contextmanager
def peak_of_pictures() -> Iterator[list[int]]:
    """The most that all processes for pictures hold meanwhile, bytes."""
    found, over = [0], threading.Event()

    def look() -> None:
        while not over.wait(0.005):
            total = 0
            for pid in drawing.PROCESSES.pids:
                try:
                    total += psutil.Process(pid).memory_info().rss
                except psutil.Error:
                    continue
            found[0] = max(found[0], total)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


def test_ten_hostile_files_at_once(tmp_path: Path) -> None:
    for name, write in FILES.items():
        write(tmp_path / name)
    paths = [tmp_path / name for name in FILES]
    box = (10.0, 10.0, 100.0, 100.0)

    def code(number: int) -> str:
        try:
            with paths[number % len(paths)].open("rb") as file:
                if number % 2:
                    drawing.draw_crop(file, box, long_side=128)
                else:
                    drawing.draw_image(file)[0].close()
        except VisionLensError as error:
            return error.code
        return "drawn"

    before = psutil.Process().memory_info().rss
    with peak_of_pictures() as peak, ThreadPoolExecutor(10) as pool:
        codes = set(pool.map(code, range(10)))
    assert codes <= {"drawn", "MEMORY_LIMIT", "IMAGE_UNREADABLE", "IMAGE_MISSING"}
    assert "MEMORY_LIMIT" in codes
    assert 0 < peak[0] < 2 * drawing.PROCESSES.megabytes << 20
    assert psutil.Process().memory_info().rss - before < 100 << 20
    Image.new("RGB", (8, 6), "green").save(tmp_path / "plain.tif")
    with (tmp_path / "plain.tif").open("rb") as file:
        content, mime = drawing.draw_image(file)
    assert mime == "image/webp"
    assert Image.open(io.BytesIO(content.read())).size == (8, 6)


def test_more_pixels_than_a_screen_shows_are_sent_as_fewer(tmp_path: Path) -> None:
    pgm(tmp_path / "a.pgm")
    with (tmp_path / "a.pgm").open("rb") as file:
        content, _ = drawing.draw_image(file)
    with content:
        assert Image.open(content).size == (4_334, 4_334)


def test_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "text.tif").write_text("no image")
    with (tmp_path / "text.tif").open("rb") as file, pytest.raises(VisionLensError) as caught:
        drawing.draw_image(file)
    assert caught.value.code == "IMAGE_UNREADABLE"


def test_only_the_file_that_was_checked_is_read(tmp_path: Path) -> None:
    for name in ("shown", "secret"):
        Image.new("RGB", (8, 6)).save(tmp_path / f"{name}.tif")
    with (tmp_path / "shown.tif").open("rb") as file:
        (tmp_path / "shown.tif").unlink()
        with pytest.raises(VisionLensError) as caught:
            drawing.draw_image(file)
        assert caught.value.code == "IMAGE_MISSING"
        (tmp_path / "shown.tif").symlink_to(tmp_path / "secret.tif")
        with pytest.raises(VisionLensError) as caught:
            drawing.draw_image(file)
        assert caught.value.code == "IMAGE_MISSING"


def test_a_large_jpeg_is_shown_in_part_of_its_pixels(tmp_path: Path) -> None:
    jpeg(tmp_path / "a.jpg")
    with (tmp_path / "a.jpg").open("rb") as file:
        content, _ = drawing.draw_image(file)
        crop = drawing.draw_crop(file, (10.0, 10.0, 100.0, 100.0), long_side=128)
    with content:
        assert Image.open(content).size == (3_250, 3_250)
    assert Image.open(io.BytesIO(crop)).size == (128, 128)


def test_a_header_is_read_there_too(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    tags(tmp_path / "a.tif")
    with (tmp_path / "a.tif").open("rb") as file, pytest.raises(VisionLensError) as caught:
        drawing.check_image(file)
    assert caught.value.code in ("MEMORY_LIMIT", "IMAGE_UNREADABLE")
    assert psutil.Process().memory_info().rss - before < 50 << 20
    Image.new("RGB", (8, 6)).save(tmp_path / "b.tif")
    with (tmp_path / "b.tif").open("rb") as file:
        drawing.check_image(file)


def test_a_models_input_is_made_there_too(tmp_path: Path) -> None:
    preparation = Preparation(size=8, resize=8)
    Image.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    with (tmp_path / "a.png").open("rb") as file:
        made = drawing.prepare_image(file, preparation)
        file.seek(0)
        assert (made == prepared(file, preparation)).all() and made.flags.writeable
    ppm(tmp_path / "b.ppm")
    with (tmp_path / "b.ppm").open("rb") as file, pytest.raises(VisionLensError) as caught:
        drawing.prepare_image(file, preparation)
    assert caught.value.code == "MEMORY_LIMIT"
    assert "13,000 x 13,000 pixels" in caught.value.message
    assert "decode_memory_mb" in caught.value.hint and "JPEG" in caught.value.hint
