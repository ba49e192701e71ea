"""Buckets over the REST API: browsed, ingested, shown where the operator allows an address."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from visionlens_jlab.tests.api.servers import Api, code
from visionlens_jlab.tests.buckets.conftest import _own_connections, bucket, coco  # noqa: F401
from visionlens_jlab.tests.buckets.fault_server import Bucket, Faults

ALLOWED = "gs://photos/open"


@pytest.fixture
def jp_server_config(jp_server_config: Any) -> Any:
    """One part of one bucket may be read."""
    jp_server_config.setdefault("VisionLens", {})["allowed_roots"] = ["/tmp", ALLOWED]
    return jp_server_config


@pytest.fixture
def filled(bucket: Bucket) -> Bucket:  # noqa: F811
    for folder in ("open/", "closed/"):
        for key, data in coco(10, folder).items():
            bucket.put(key, data)
    return bucket


def ingest(name: str, **more: Any) -> dict[str, Any]:
    """The body of a request."""
    return {"kind": "ingest", "ingest": {"source": ALLOWED, "name": name, **more}}


async def job_of(api: Api, body: dict[str, Any]) -> dict[str, Any]:
    """A job that is over."""
    job = await api.json("jobs", "POST", body)
    while job["state"] not in ("done", "failed", "cancelled"):
        await asyncio.sleep(0.2)
        job = await api.json(f"jobs/{job['job']}")
    return dict(job)


async def test_a_bucket_is_browsed_where_it_is_allowed(api: Api, filled: Bucket) -> None:
    top = await api.json(f"folders?path={ALLOWED}")
    assert top["path"] == ALLOWED and top["parent"] is None
    assert ALLOWED in top["places"]
    assert [(entry["name"], entry["kind"]) for entry in top["entries"]] == [
        ("annotations", "folder"),
        ("photos", "folder"),
    ]
    inner = await api.json(f"folders?path={ALLOWED}/photos")
    assert inner["images"] == 10 and inner["parent"] == ALLOWED
    labels = await api.json(f"folders?path={ALLOWED}/annotations")
    assert [entry["path"] for entry in labels["entries"]] == [
        f"{ALLOWED}/annotations/instances.json"
    ]
    for above, name in {"gs://": "photos", "gs://photos": "open"}.items():
        way = await api.json(f"folders?path={above}")
        assert [entry["name"] for entry in way["entries"]] == [name] and way["parent"] is None
        asked = {"source": above}
        assert code(await api("detect", "POST", asked)) == "PATH_NOT_ALLOWED", above
    for closed in (
        "gs://photos/closed",
        f"{ALLOWED}/../closed",
        "gs://photos/openx",
    ):
        assert code(await api(f"folders?path={closed}")) == "PATH_NOT_ALLOWED", closed
        asked = {"source": closed}
        assert code(await api("detect", "POST", asked)) == "PATH_NOT_ALLOWED", closed
        asked = {"kind": "ingest", "ingest": {"source": closed, "name": "x"}}
        assert code(await api("jobs", "POST", asked)) == "PATH_NOT_ALLOWED", closed


async def test_a_long_listing_comes_in_parts(api: Api, filled: Bucket) -> None:
    filled.page_size = 3
    for number in range(40):
        filled.put(f"open/{number:02}/a.jpg", b"")
    names: list[str] = []
    asked = f"folders?path={ALLOWED}"
    parts = [await api.json(asked)]
    while parts[-1]["next"]:
        assert parts[-1]["truncated"]
        parts.append(await api.json(f"{asked}&page={quote(parts[-1]['next'], safe='')}"))
    names = [entry["name"] for part in parts for entry in part["entries"]]
    assert len(parts) > 2 and len(set(names)) == len(names) == 42


async def test_a_bucket_is_ingested_and_shown_and_credentials_that_end_are_a_state(
    api: Api, filled: Bucket
) -> None:
    found = await api.json("detect", "POST", {"source": ALLOWED})
    assert (found["format"], found["images"]) == ("coco", ALLOWED)
    job = await job_of(api, ingest("cars"))
    assert job["state"] == "done", job
    detail = await api.json("datasets/cars")
    assert (detail["samples"], detail["annotations"]) == (10, 20)
    image = await api("datasets/cars/samples/3/image")
    assert image.body == filled.objects["open/photos/0003.jpg"]
    asked = len(filled.requests)
    again = await api(
        "datasets/cars/samples/3/image", headers={"If-None-Match": image.headers["ETag"]}
    )
    assert again.code == 304 and len(filled.requests) == asked  # from the cache
    filled.fail_as(Faults(expires_after=0))
    refused = await api("datasets/cars/samples/4/image")
    assert refused.code == 424 and code(refused) == "SIGN_IN_NEEDED"
    assert json.loads(refused.body)["details"]["command"].startswith("gcloud auth")
    job = await job_of(api, ingest("cars", incremental=True))
    assert job["state"] == "failed" and job["error"]["code"] == "SIGN_IN_NEEDED"
    filled.sign_in()
    assert (await api("datasets/cars/samples/4/image")).code == 200
