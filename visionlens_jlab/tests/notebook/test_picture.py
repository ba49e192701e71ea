from __future__ import annotations

import io

import numpy as np
from PIL import Image

from visionlens_jlab.core.notebook.lens import header, to_html
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.workspace.shapes import SelectionInfo, Workspace
from visionlens_jlab.media.notebook import LARGEST, TILE, contact_sheet


def noise(seed: int) -> bytes:
    """The kind of image that compresses worst."""
    pixels = np.random.default_rng(seed).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "WEBP", quality=95)
    return buffer.getvalue()


def flat(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(buffer, "WEBP")
    return buffer.getvalue()


def workspace(**changes: object) -> Workspace:
    return Workspace(
        workspace="w",
        dataset="street",
        notebook=None,
        version=3,
        dataset_version=1,
        view=ViewSpec(),
        view_version=2,
        predicate="class = '<script>'",
        count=347,
        total=1000,
        selection=SelectionInfo(count=12),
    ).model_copy(update=changes)


def test_even_noise_stays_small() -> None:
    sheet = contact_sheet([noise(seed) for seed in range(30)])
    assert sheet is not None
    assert len(sheet) < LARGEST
    with Image.open(io.BytesIO(sheet)) as image:
        assert image.format == "WEBP"
        assert image.width > 8 * TILE[0]
        assert image.height > 3 * TILE[1]


def test_tiles_stand_in_order_and_a_broken_one_is_empty() -> None:
    sheet = contact_sheet([flat((255, 0, 0)), b"not an image", None, flat((0, 0, 255))])
    assert sheet is not None
    with Image.open(io.BytesIO(sheet)) as image:
        middle = image.height // 2
        colours = [
            np.array(image.getpixel(((2 * place + 1) * image.width // 8, middle)))[:3]
            for place in range(4)
        ]
    assert np.abs(colours[0] - [255, 0, 0]).max() < 30
    assert np.abs(colours[1] - [224, 224, 224]).max() < 10
    assert np.abs(colours[2] - [224, 224, 224]).max() < 10
    assert np.abs(colours[3] - [0, 0, 255]).max() < 30


def test_an_empty_view_has_no_sheet() -> None:
    assert contact_sheet([]) is None
    assert "<img" not in to_html("street", workspace(count=0), None)


def test_the_header_reads_as_in_the_panels() -> None:
    assert header(workspace()) == "347 of 1,000 samples, 12 selected"


def test_what_users_typed_is_escaped() -> None:
    html = to_html("<img src=x onerror=alert(1)>", workspace(), None)
    assert "<img" not in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
