"""Large images by tiles, as a browser gets them."""

from __future__ import annotations

import asyncio
import io
import os
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from visionlens_jlab.core.system.confined_processes import Confined
from visionlens_jlab.media.capability import TILES
from visionlens_jlab.media.pyramids import builds
from visionlens_jlab.tests.api.servers import code

SIZE = (1400, 900)


@pytest.fixture
def large(dataset: str, jp_root_dir: Path) -> str:
    """Path of the tiles of sample 4, which is larger than a tile."""
    picture = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    picture.save(jp_root_dir / "street" / "image_00004.jpg", quality=95)
    return f"datasets/{dataset}/samples/4/tiles"


async def made(api: Any, path: str) -> dict[str, Any]:
    """What the image's tiles are, once they are there."""
    for _ in range(600):
        info = await api.json(path)
        if info["ready"]:
            return dict(info)
        await asyncio.sleep(0.05)
    raise AssertionError("the tiles are not made")


async def test_tiles_are_made_by_who_asks_and_kept(api, large, extension):
    first = await api.json(large)
    assert not first["ready"] and first["tile"] == 512
    info = await made(api, large)
    assert (info["width"], info["height"], info["levels"]) == (*SIZE, 3)
    assert info["version"] == first["version"] and info["slower"] is None
    for level, column, row, size in (
        (0, 0, 0, (512, 512)),
        (0, 2, 1, (376, 388)),
        (2, 0, 0, (350, 225)),
    ):
        answer = await api(f"{large}/{level}/{column}/{row}?v={info['version']}")
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert Image.open(io.BytesIO(answer.body)).size == size
    assert "immutable" not in (await api(f"{large}/0/0/0?v=old")).headers["Cache-Control"]
    etag = {"If-None-Match": answer.headers["ETag"]}
    assert (await api(f"{large}/2/0/0?v={info['version']}", headers=etag)).code == 304
    for wrong in ("0/3/0", "0/0/2", "3/0/0", "99/0/0"):
        assert code(await api(f"{large}/{wrong}")) == "IMAGE_MISSING"
    files = list((extension.services.data_dir / TILES).glob("*/*"))
    assert len(files) == 1 and files[0].stat().st_mode & 0o077 == 0
    assert (extension.services.data_dir / TILES).stat().st_mode & 0o077 == 0


async def test_two_viewers_make_them_once(api, large, monkeypatch):
    begun: list[str] = []
    write = builds.Pyramids._write
    monkeypatch.setattr(
        builds.Pyramids,
        "_write",
        lambda self, build, known: begun.append(build.path) or write(self, build, known),
    )
    await asyncio.gather(*(made(api, large) for _ in range(4)))
    await made(api, large)
    assert len(begun) == 1


async def test_an_image_that_was_changed_gets_other_tiles(api, large, jp_root_dir):
    before = await made(api, large)
    Image.new("RGB", (600, 300), "red").save(jp_root_dir / "street" / "image_00004.jpg")
    after = await made(api, large)
    assert after["version"] != before["version"] and after["width"] == 600
    assert code(await api(f"{large}/0/2/1?v={before['version']}")) == "IMAGE_MISSING"


async def test_what_is_damaged_in_the_cache_is_made_again(api, large, extension):
    info = await made(api, large)
    (file,) = (extension.services.data_dir / TILES).glob("*/*")
    file.write_bytes(file.read_bytes()[:-5])
    assert code(await api(f"{large}/0/0/0?v={info['version']}")) == "IMAGE_MISSING"
    assert (await made(api, large))["levels"] == 3
    assert (await api(f"{large}/0/0/0?v={info['version']}")).code == 200


async def test_a_killed_process_leaves_nothing_and_is_said(api, large, extension, monkeypatch):
    monkeypatch.setattr(builds, "FAILED_SECONDS", 0.2)
    receive = Confined.receive

    def killed(self: Any) -> bytes:
        os.kill(self.pid, 9)
        return receive(self)

    with monkeypatch.context() as patch:
        patch.setattr(Confined, "receive", killed)
        answer = None
        for _ in range(200):
            answer = await api(large)
            if answer.code != 200:
                break
            await asyncio.sleep(0.05)
        assert code(answer) == "MEMORY_LIMIT"
    assert not list((extension.services.data_dir / TILES).glob("*/*"))
    await asyncio.sleep(0.3)
    assert (await made(api, large))["ready"]


async def test_what_nobody_waits_for_is_given_up(api, large, extension, monkeypatch):
    monkeypatch.setattr(builds, "WANTED_SECONDS", 0.0)
    services = extension.services
    pyramids = builds.pyramids_in(services.data_dir / TILES, services.settings["media"])
    assert not (await api.json(large))["ready"]
    until = time.monotonic() + 60
    while pyramids._coming and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert not pyramids._coming and not list((services.data_dir / TILES).glob("*/*"))
    monkeypatch.undo()
    assert (await made(api, large))["ready"]


async def test_what_cannot_be_shown_says_why(api, dataset, jp_root_dir):
    path = f"datasets/{dataset}/samples/5/tiles"
    (jp_root_dir / "street" / "image_00005.jpg").write_bytes(b"no image")
    for _ in range(200):
        answer = await api(path)
        if answer.code != 200:
            break
        await asyncio.sleep(0.05)
    assert code(answer) == "IMAGE_UNREADABLE"
    (jp_root_dir / "street" / "image_00005.jpg").unlink()
    assert code(await api(path)) == "IMAGE_MISSING"
    assert code(await api(f"{path}/0/0/0")) == "IMAGE_MISSING"
    assert code(await api(f"datasets/{dataset}/samples/999/tiles")) == "ID_UNKNOWN"


async def test_tiles_are_confined_as_images_are(api, large, jp_root_dir, tmp_path):
    await made(api, large)
    file = jp_root_dir / "street" / "image_00004.jpg"
    file.rename(tmp_path / "secret.jpg")
    file.symlink_to(tmp_path / "secret.jpg")
    assert code(await api(large)) == "PATH_NOT_ALLOWED"
    assert code(await api(f"{large}/0/0/0")) == "PATH_NOT_ALLOWED"
