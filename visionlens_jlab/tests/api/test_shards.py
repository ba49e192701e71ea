"""Images inside files over the REST API: thumbnails, whole images, crops, and what they refuse."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path

from PIL import Image

from visionlens_jlab.tests.api.servers import Api, code
from visionlens_jlab.tests.formats.containers.shards import (
    SIZE,
    image_value,
    picture,
    sample,
    write_parquet,
    write_tar,
)

BOX = {"annotations": [{"bbox": [4, 5, 20, 10], "category": "dog"}]}


async def make_shards(api: Api, jp_root_dir: Path) -> Path:
    """A dataset of each kind, made over REST."""
    files = [one for n in range(6) for one in sample(f"{n}", n, json=BOX)]
    write_tar(jp_root_dir / "w" / "train-0.tar", files)
    rows = [
        {"image": image_value(n), "objects": [{"bbox": [4, 5, 20, 10], "label": "dog"}]}
        for n in range(6)
    ]
    write_parquet(jp_root_dir / "p" / "a.parquet", rows)
    for name in "wp":
        body = {"kind": "ingest", "ingest": {"source": name, "name": name}}
        job = await api.json("jobs", "POST", body)
        while job["state"] not in ("done", "failed", "cancelled"):
            await asyncio.sleep(0.1)
            job = await api.json(f"jobs/{job['job']}")
        assert job["state"] == "done", job
    return jp_root_dir


async def test_an_image_in_a_file_is_shown_as_any_other(api: Api, jp_root_dir: Path) -> None:
    shards = await make_shards(api, jp_root_dir)
    found = await api.json("detect", "POST", {"source": "w"})
    assert (found["format"], found["splits"], found["unread"]) == ("webdataset", ["train"], [])
    for name, file in (("w", "w/train-0.tar"), ("p", "p/a.parquet")):
        assert (await api(f"datasets/{name}/samples/3/thumbnail")).code == 200
        image = await api(f"datasets/{name}/samples/3/image")
        assert (image.body, image.headers["Content-Type"]) == (picture(3), "image/jpeg")
        known = {"If-None-Match": image.headers["ETag"]}
        assert (await api(f"datasets/{name}/samples/3/image", headers=known)).code == 304
        crop = await api(f"datasets/{name}/annotations/3/crop?size=64")
        assert Image.open(io.BytesIO(crop.body)).size == (28, 18)
        os.utime(shards / file, ns=(1, 1))
        assert (await api(f"datasets/{name}/samples/3/image", headers=known)).code == 200
        (shards / file).write_bytes(b"something else")
        refused = await api(f"datasets/{name}/samples/3/image")
        assert code(refused) in ("IMAGE_MISSING", "IMAGE_UNREADABLE")
    assert SIZE == (64, 48)
