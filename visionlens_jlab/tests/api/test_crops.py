"""Pictures of single annotations as a browser gets them."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from visionlens_jlab.tests.api.servers import Api, code
from visionlens_jlab.tests.api.test_images import thumbnail

__all__ = ["thumbnail"]


@pytest.fixture
def path(dataset, thumbnail) -> str:
    """Where the crop of the annotation of sample 2 is."""
    return f"datasets/{dataset}/annotations/2/crop"


async def version_of(api: Api, dataset: str) -> str | None:
    """Its version key."""
    body = {"ids": [2], "view": {"level": "annotations"}}
    tiles = await api.json(f"datasets/{dataset}/tiles", "POST", body)
    assert tiles["tiles"][0]["sample_id"] == 2
    found: str | None = tiles["tiles"][0]["crop"]
    return found


async def test_a_crop_under_its_version_is_kept_for_ever(api, dataset, path):
    version = await version_of(api, dataset)
    answer = await api(f"{path}?v={version}&size=64")
    assert answer.code == 200
    assert answer.headers["Content-Type"] == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    # a box of 10 x 10 at (10, 10) with the least surroundings
    assert Image.open(io.BytesIO(answer.body)).size == (24, 24)
    headers = {"If-None-Match": answer.headers["ETag"]}
    assert (await api(f"{path}?v={version}&size=64", headers=headers)).code == 304
    assert (await api(f"{path}?v={version}&size=32", headers=headers)).code == 200


async def test_a_crop_without_its_version_is_not_kept(api, path):
    for query in ("", "?v=outdated"):
        answer = await api(f"{path}{query}")
        assert answer.code == 200
        assert "immutable" not in answer.headers["Cache-Control"]


async def test_a_crop_has_the_aspect_of_its_tile(api, dataset, path):
    version = await version_of(api, dataset)
    answer = await api(f"{path}?v={version}&size=64&aspect=1.25")
    assert Image.open(io.BytesIO(answer.body)).size == (30, 24)


async def test_what_cannot_be_cropped(api, dataset, path, jp_root_dir, extension):
    assert code(await api(f"datasets/{dataset}/annotations/99999/crop")) == "ID_UNKNOWN"
    assert code(await api(f"{path}?size=100000")) == "REQUEST_INVALID"
    assert code(await api(f"{path}?aspect=nan")) == "REQUEST_INVALID"
    store = extension.services.library.open(dataset)
    for sides in ("NULL", "'nan'::DOUBLE", "1e300", "-5000"):
        store.write(
            lambda cursor, x=sides: (
                cursor.execute(f"UPDATE annotation SET x = {x} WHERE annotation_id = 2") and None
            ),
            kind="test",
            payload={},
        )
        assert code(await api(path)) == "IMAGE_MISSING", sides
    (jp_root_dir / "street" / "image_00003.jpg").write_bytes(b"<script>alert(1)</script>")
    other = f"datasets/{dataset}/annotations/3/crop"
    assert code(await api(other)) == "IMAGE_UNREADABLE"
    (jp_root_dir / "street" / "image_00003.jpg").unlink()
    assert code(await api(other)) == "IMAGE_MISSING"


async def test_a_new_box_has_a_new_version(api, dataset, thumbnail, extension):
    version = await version_of(api, dataset)
    store = extension.services.library.open(dataset)
    store.write(
        lambda cursor: (
            cursor.execute("UPDATE annotation SET w = 12 WHERE annotation_id = 2") and None
        ),
        kind="test",
        payload={},
    )
    assert await version_of(api, dataset) not in (None, version)
    samples = await api.json(f"datasets/{dataset}/tiles", "POST", {"ids": [2]})
    assert samples["tiles"][0]["crop"] is None
