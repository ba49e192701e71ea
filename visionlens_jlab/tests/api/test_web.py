"""Addresses of the web over the REST API: ingested and shown where the operator allows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from visionlens_jlab.tests.api.servers import Api, code
from visionlens_jlab.tests.api.test_buckets import job_of
from visionlens_jlab.tests.buckets.conftest import _own_connections, coco  # noqa: F401
from visionlens_jlab.tests.buckets.web_server import Site, served_site

COUNT = 6
LABELS = "annotations/instances.json"


@pytest.fixture
def site() -> Site:
    made = Site()
    for folder in ("open/", "closed/"):
        for path, data in coco(COUNT, folder).items():
            made.put(path, data)
    return made


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with served_site(site) as made:
        yield made


@pytest.fixture
def jp_server_config(jp_server_config: Any, address: str) -> Any:
    """One folder of one host may be read."""
    jp_server_config.setdefault("VisionLens", {})["allowed_roots"] = ["/tmp", f"{address}/open"]
    return jp_server_config


async def test_an_address_that_is_allowed_is_ingested_and_shown(
    api: Api, site: Site, address: str
) -> None:
    source = f"{address}/open/{LABELS}"
    found = await api.json("detect", "POST", {"source": source, "images": f"{address}/open/photos"})
    assert (found["format"], found["images"]) == ("coco", f"{address}/open/photos")
    named = {"source": source, "images": f"{address}/open/photos", "name": "cars"}
    job = await job_of(api, {"kind": "ingest", "ingest": named})
    assert job["state"] == "done", job
    detail = await api.json("datasets/cars")
    assert (detail["samples"], detail["annotations"]) == (COUNT, 2 * COUNT)
    image = await api("datasets/cars/samples/3/image")
    assert image.body == site.files["open/photos/0003.jpg"]
    thumbnail = await api("datasets/cars/samples/3/thumbnail")
    assert thumbnail.code == 200 and thumbnail.body.startswith(b"RIFF")
    site.statuses["open/photos/0004.jpg"] = 403
    refused = await api("datasets/cars/samples/4/image")
    assert code(refused) == "PERMISSION_DENIED" and address in refused.body.decode()


async def test_others_are_refused_before_anybody_is_asked(
    api: Api, site: Site, address: str
) -> None:
    for closed in (
        f"{address}/closed/{LABELS}",
        f"{address}/open/../closed/{LABELS}",
        f"{address}/open/%2e%2e/closed/{LABELS}",
        f"{address}/openx/{LABELS}",
        "http://169.254.169.254/latest/a.json",
        "http://metadata.google.internal/a.json",
    ):
        for path, asked in (
            ("detect", {"source": closed}),
            ("jobs", {"kind": "ingest", "ingest": {"source": closed, "name": "x"}}),
        ):
            assert code(await api(path, "POST", asked)) == "PATH_NOT_ALLOWED", closed
    place = quote(f"{address}/open", safe="")
    assert code(await api(f"folders?path={place}")) == "REQUEST_INVALID"
    assert code(await api("detect", "POST", {"source": f"{address}/open"})) == "REQUEST_INVALID"
    assert not site.requests
