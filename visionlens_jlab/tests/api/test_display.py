"""Pages, bands and stretch, chosen for a dataset; camera RAW, developed when asked for."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.media.cameras import write_dng

tifffile = pytest.importorskip("tifffile")
SIZE = (60, 40)


@pytest.fixture
def deep(dataset: str, jp_root_dir: Any) -> str:
    """Path of sample 4: two pages of four bands, 16 bits; band b is b + 1 thousand at the right."""
    row = np.linspace(0, 1000, SIZE[0])
    bands = np.stack([np.tile(row * (band + 1), (SIZE[1], 1)) for band in range(4)], axis=-1)
    with tifffile.TiffWriter(jp_root_dir / "street" / "image_00004.jpg") as file:
        for page in (bands, bands[:, ::-1]):
            more = {"photometric": "minisblack", "planarconfig": "contig", "metadata": None}
            file.write(page.astype(np.uint16), **more)
    return f"datasets/{dataset}/samples/4"


async def shown(api: Any, path: str) -> np.ndarray[Any, Any]:
    answer = await api(f"{path}/image")
    assert answer.code == 200, answer.body
    return np.asarray(Image.open(io.BytesIO(answer.body)).convert("RGB"), float)


async def test_what_an_image_holds_is_told(api, deep, dataset, jp_root_dir):
    info = await api.json(f"{deep}/picture")
    assert info == {
        **{"kind": "deep", "pages": 2, "bands": 4, "dtype": "uint16"},
        **{"low": 0.0, "high": 4000.0},
    }
    plain = await api.json(f"datasets/{dataset}/samples/5/picture")
    assert plain["kind"] == "plain" and plain["low"] is None
    grey = np.arange(2400, dtype=np.uint16).reshape(40, 60) * 10
    Image.fromarray(grey).save(jp_root_dir / "street" / "image_00005.jpg", "PNG")
    info = await api.json(f"datasets/{dataset}/samples/5/picture")
    assert (info["kind"], info["dtype"], info["high"]) == ("deep", "uint16", 23990.0)
    (jp_root_dir / "street" / "image_00006.jpg").write_bytes(b"II*\0none")
    assert code(await api(f"datasets/{dataset}/samples/6/picture")) == "IMAGE_UNREADABLE"


async def test_a_choice_is_kept_and_shown_and_forgotten(api, deep, dataset, extension):
    path = f"datasets/{dataset}/display"
    assert await api.json(path) == {"display": None}
    before = await api(f"{deep}/image")
    tiles = (await api.json(f"{deep}/tiles"))["version"]
    display = {"page": 1, "bands": [3], "stretch": "range", "gamma": 1.0}
    assert await api.json(path, "PUT", {"display": display}) == {"display": display}
    assert await api.json(path) == {"display": display}
    row = (await shown(api, deep))[20, :, 0]
    wanted = np.linspace(255, 0, SIZE[0])
    assert np.abs(row - wanted).max() <= 8  # WebP
    assert (await api.json(f"{deep}/tiles"))["version"] != tiles
    after = await api(f"{deep}/image", headers={"If-None-Match": before.headers["ETag"]})
    assert after.code == 200
    await api.json(path, "PUT", {"display": {**display, "gamma": 3.0}})
    assert (await shown(api, deep))[20, :, 0].mean() > row.mean() + 30
    # an image that has no such page or band is shown as ever
    other = f"datasets/{dataset}/samples/7/image"
    assert (await api(other)).headers["Content-Type"] == "image/jpeg"
    file = extension.services.data_dir / "datasets" / dataset / "display.json"
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("damaged")
    assert await api.json(path) == {"display": None}
    await api.json(path, "PUT", {})
    assert not file.exists()
    again = await api(f"{deep}/image", headers={"If-None-Match": before.headers["ETag"]})
    assert again.code == 304


async def test_choices_that_mean_nothing_are_refused(api, dataset):
    path = f"datasets/{dataset}/display"
    for wrong in ({"page": -1}, {"bands": [1, 2]}, {"stretch": "x"}, {"gamma": 0}, {"more": 1}):
        assert code(await api(path, "PUT", {"display": wrong})) == "REQUEST_INVALID", wrong


async def test_camera_raw_is_developed_when_asked_for(api, dataset, jp_root_dir):
    pytest.importorskip("rawpy")
    write_dng(jp_root_dir / "street" / "image_00004.jpg", 400, 300)
    path = f"datasets/{dataset}/samples/4"
    assert (await api.json(f"{path}/picture"))["kind"] == "raw"
    quick, whole = await api(f"{path}/image"), await api(f"{path}/image?developed=true")
    assert Image.open(io.BytesIO(quick.body)).size == (200, 150)
    assert Image.open(io.BytesIO(whole.body)).size == (400, 300)
    assert quick.headers["ETag"] != whole.headers["ETag"]
