"""Thumbnails and images as a browser gets them."""

from __future__ import annotations

import io
import struct
from itertools import accumulate, pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from PIL import Image

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.media import hostile


@pytest.fixture
def thumbnail(dataset, extension, tmp_path) -> bytes:
    """The thumbnail of sample 2: the second of a pack."""
    first, second = io.BytesIO(), io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(first, "WEBP")
    Image.new("RGB", (8, 6), "blue").save(second, "WEBP")
    pack = tmp_path / "thumbnails.pack"
    pack.write_bytes(first.getvalue() + second.getvalue())
    sizes = [len(first.getvalue()), len(second.getvalue())]
    media = pa.table(
        {
            "sample_id": pa.array([1, 2], pa.uint32()),
            "content_hash": ["a", "b"],
            "thumb_offset": pa.array([0, sizes[0]], pa.int64()),
            "thumb_length": pa.array(sizes, pa.int32()),
            "thumb_width": pa.array([8, 8], pa.int32()),
            "thumb_height": pa.array([6, 6], pa.int32()),
            "dominant_color": pa.array([0xFF0000, 0x0000FF], pa.uint32()),
            "brightness": pa.array([1.0, 2.0], pa.float32()),
            "contrast": pa.array([1.0, 2.0], pa.float32()),
            "sharpness": pa.array([1.0, 2.0], pa.float32()),
        }
    )
    piece = Piece("test", 1, tmp_path, {"media": media}, {"thumbnails.pack": pack}, {})
    extension.services.library.open(dataset).results.apply(piece)
    return second.getvalue()


async def test_a_thumbnail_under_its_version_is_kept_for_ever(api, dataset, thumbnail):
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [2]})
    version = tiles["tiles"][0]["thumbnail"]
    path = f"datasets/{dataset}/samples/2/thumbnail"
    answer = await api(f"{path}?v={version}")
    assert answer.body == thumbnail
    assert answer.headers["Content-Type"] == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "immutable" not in (await api(path)).headers["Cache-Control"]
    again = await api(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.code == 304
    assert again.body == b""


async def test_a_sample_without_thumbnail(api, dataset):
    assert code(await api(f"datasets/{dataset}/samples/9/thumbnail")) == "IMAGE_MISSING"
    assert code(await api(f"datasets/{dataset}/samples/99999/thumbnail")) == "IMAGE_MISSING"


async def test_an_image_can_do_nothing_but_be_shown(api, dataset, jp_root_dir):
    answer = await api(f"datasets/{dataset}/samples/4/image")
    assert answer.body == (jp_root_dir / "street" / "image_00004.jpg").read_bytes()
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = await api(
        f"datasets/{dataset}/samples/4/image", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.code == 304


async def test_a_type_that_browsers_do_not_show_is_converted(api, dataset, jp_root_dir):
    Image.new("RGB", (64, 48), "green").save(jp_root_dir / "street" / "image_00004.jpg", "TIFF")
    answer = await api(f"datasets/{dataset}/samples/4/image")
    assert answer.headers["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.body)).size == (64, 48)


async def test_images_that_are_gone_or_damaged_or_none(api, dataset, jp_root_dir):
    folder = jp_root_dir / "street"
    (folder / "image_00001.jpg").unlink()
    (folder / "image_00002.jpg").write_bytes(b"<script>alert(1)</script>")
    assert code(await api(f"datasets/{dataset}/samples/1/image")) == "IMAGE_MISSING"
    assert code(await api(f"datasets/{dataset}/samples/2/image")) == "IMAGE_UNREADABLE"
    assert code(await api(f"datasets/{dataset}/samples/400/image")) == "ID_UNKNOWN"


def test_no_path_leads_out_of_the_root(extension, dataset, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.png")
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    store = extension.services.library.open(dataset)
    store.trust.choose([str(root)])
    for path in ("../secret.png", "link.png", str(tmp_path / "secret.png")):
        with pytest.raises(VisionLensError) as caught:
            store.part(Images).open(str(root), path)
        assert caught.value.code == "PATH_NOT_ALLOWED", path


async def test_a_root_or_folder_that_became_a_link_is_not_followed(
    api, dataset, jp_root_dir, tmp_path
):
    path = f"datasets/{dataset}/samples/4/image"
    folder, elsewhere = jp_root_dir / "street", tmp_path / "elsewhere"
    assert (await api(path)).code == 200
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    assert code(await api(path)) == "ROOT_NOT_TRUSTED"
    assert code(await api(f"datasets/{dataset}/annotations/4/crop")) == "ROOT_NOT_TRUSTED"
    folder.unlink()
    # A place that may be read anyway is as good as the one before.
    elsewhere.rename(jp_root_dir / "moved")
    folder.symlink_to(jp_root_dir / "moved")
    assert (await api(path)).code == 200


async def test_a_file_that_became_a_link_is_not_followed(api, dataset, jp_root_dir, tmp_path):
    path = f"datasets/{dataset}/samples/4/image"
    file = jp_root_dir / "street" / "image_00004.jpg"
    file.rename(tmp_path / "secret.jpg")
    for target in (tmp_path / "secret.jpg", tmp_path / "none.jpg"):
        file.symlink_to(target)
        assert code(await api(path)) == "PATH_NOT_ALLOWED"  # whether it is there or not
        file.unlink()
    (tmp_path / "secret.jpg").rename(jp_root_dir / "store.jpg")
    file.symlink_to(jp_root_dir / "store.jpg")
    assert (await api(path)).code == 200


async def test_thumbnails_of_tiles_take_no_statement(api, dataset, thumbnail, monkeypatch):
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [1, 2]})
    statements: list[str] = []
    rows = Reader.rows
    monkeypatch.setattr(Reader, "rows", lambda *a: statements.append(a[1]) or rows(*a))
    for _ in range(3):
        for tile in tiles["tiles"]:
            path = f"datasets/{dataset}/samples/{tile['sample_id']}/thumbnail"
            answer = await api(f"{path}?v={tile['thumbnail']}")
            assert answer.code == 200
            assert "immutable" in answer.headers["Cache-Control"]
    assert answer.body == thumbnail
    assert statements == []
    other = await api(f"datasets/{dataset}/samples/2/thumbnail?v=outdated")
    assert other.body == thumbnail
    assert "immutable" not in other.headers["Cache-Control"]
    assert statements != []


async def test_a_screenful_of_thumbnails_at_once(api, dataset, thumbnail, monkeypatch):
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [1, 2]})
    versions = [tile["thumbnail"] for tile in tiles["tiles"]]
    statements: list[str] = []
    rows = Reader.rows
    monkeypatch.setattr(Reader, "rows", lambda *a: statements.append(a[1]) or rows(*a))

    async def ask(samples: list[int], versions: list[str]) -> list[bytes]:
        body = {"samples": samples, "versions": versions}
        gzip = {"Accept-Encoding": "gzip"}
        answer = await api(f"datasets/{dataset}/thumbnails", "POST", body, headers=gzip)
        assert answer.code == 200
        assert answer.headers["Content-Type"] == "application/octet-stream"
        # images are compressed already
        assert "Content-Encoding" not in answer.headers
        lengths = struct.unpack_from(f"<{len(samples)}I", answer.body)
        ends = [4 * len(samples) + end for end in accumulate(lengths, initial=0)]
        assert ends[-1] == len(answer.body)
        return [answer.body[start:end] for start, end in pairwise(ends)]

    red, blue = await ask([1, 2], versions)
    assert blue == thumbnail
    assert Image.open(io.BytesIO(red)).size == (8, 6)
    assert statements == []
    # in the order asked for, whatever is known; nothing for what has none
    assert await ask([2, 9, 1, 99999], ["old", "x", "old", "x"]) == [blue, b"", red, b""]
    assert len(statements) == 1
    assert await ask([], []) == []


async def test_thumbnails_asked_for_wrongly(api, dataset):
    path = f"datasets/{dataset}/thumbnails"
    for body in (
        {"samples": [1], "versions": []},
        {"samples": [-1], "versions": ["x"]},
        {"samples": [2**32], "versions": ["x"]},
        {"samples": list(range(201)), "versions": ["x"] * 201},
        {},
    ):
        assert code(await api(path, "POST", body)) == "REQUEST_INVALID", body


async def test_a_thumbnail_whose_pack_is_gone(api, dataset, thumbnail, extension):
    store = extension.services.library.open(dataset)
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [2]})
    store.part(Images).thumbnail(2).pack.unlink()
    path = f"datasets/{dataset}/samples/2/thumbnail?v={tiles['tiles'][0]['thumbnail']}"
    assert (await api(path)).body.startswith(b"RIFF")
    # made again by what asked for it, unless the image is gone as well
    store.part(Images).thumbnail(2).pack.unlink()
    store.part(Images).thumbnails.close()
    location, name = store.part(Images).path(2)
    (Path(location) / name).unlink()
    assert code(await api(path)) == "IMAGE_MISSING"


async def test_a_thumbnail_that_cannot_be_made_says_what_to_do(api, dataset, thumbnail, extension):
    store = extension.services.library.open(dataset)
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [2]})
    store.part(Images).thumbnail(2).pack.unlink()
    location, name = store.part(Images).path(2)
    hostile.ppm(Path(location) / name)
    path = f"datasets/{dataset}/samples/2/thumbnail?v={tiles['tiles'][0]['thumbnail']}"
    answer = await api(path)
    assert code(answer) == "MEMORY_LIMIT" and b"smaller or as JPEG" in answer.body
    said = "The image cannot be shown: it takes too much; save it smaller."
    store.transaction(
        lambda cursor: cursor.execute(
            "INSERT INTO ingest_issue VALUES "
            "('job', 0, 0, 'IMAGE_UNREADABLE', 'kept', 'image', 'a.png', ?, 9)",
            [said],
        )
    )
    answer = await api(f"datasets/{dataset}/samples/9/thumbnail")
    assert code(answer) == "IMAGE_MISSING" and said.encode() in answer.body
