"""One user of a JupyterHub: everything works under the prefix, and for nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx
import pytest

from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.hub.conftest import CHECKOUT, PASSWORD, READY_SECONDS, USER, Hub

SERVER = f"user/{USER}/"
ASSETS = CHECKOUT / "visionlens_jlab" / "labextension"


@pytest.fixture(scope="module")
def browser(hub: Hub) -> Iterator[httpx.Client]:
    """A browser in which the user has logged in and the server has started; knows cookies only."""
    with httpx.Client(base_url=hub.url, follow_redirects=True, timeout=60) as client:
        client.get("hub/login")
        form = {"username": USER, "password": PASSWORD, "_xsrf": client.cookies["_xsrf"]}
        assert client.post("hub/login", data=form).is_success
        client.get(f"hub/spawn/{USER}")
        deadline = time.monotonic() + READY_SECONDS
        while not _json(client.get(f"{SERVER}api/status")):
            assert time.monotonic() < deadline, "the user's server does not start"
            time.sleep(0.3)
            client.get(f"{SERVER}lab")  # a page: it logs in to the server by way of the hub
        yield client


def _json(answer: httpx.Response) -> bool:
    return answer.is_success and "json" in answer.headers.get("Content-Type", "")


def xsrf(browser: httpx.Client) -> dict[str, str]:
    """The header a page of the user's server sends with each change."""
    for cookie in browser.cookies.jar:
        if cookie.name == "_xsrf" and cookie.path.rstrip("/").endswith(SERVER.rstrip("/")):
            return {"X-XSRFToken": str(cookie.value)}
    raise AssertionError("the user's server set no _xsrf cookie")


def api(path: str) -> str:
    return f"{SERVER}{API_PREFIX}/{path}"


def test_the_api_answers_under_the_prefix(browser):
    assert browser.get(api("about")).json()["name"] == "visionlens-jlab"
    assert browser.get(api("datasets")).status_code == 200
    assert browser.get(api("nothing")).json()["code"] == "NOT_FOUND"


def test_strangers_are_refused(hub, browser):
    with httpx.Client(base_url=hub.url) as stranger:
        for path in ("about", "datasets", "jobs"):
            answer = stranger.get(api(path))
            assert answer.status_code == 403, path
            assert answer.json()["code"] == "NOT_AUTHENTICATED"
        assert stranger.post(api("jobs"), json={"ingest": {"source": "x"}}).status_code == 403


def test_an_ingest_from_a_page_to_an_image(hub, browser):
    make_coco(hub.home / "town", 6)
    request = {"ingest": {"source": "town", "format": "coco"}}
    assert browser.post(api("jobs"), json=request).status_code == 403, "without XSRF"
    started = browser.post(api("jobs"), json=request, headers=xsrf(browser))
    assert started.status_code == 202, started.text
    job = started.json()
    while job["finished_at"] is None:
        time.sleep(0.1)
        job = browser.get(api(f"jobs/{job['job']}")).json()
    assert job["state"] == "done", job
    view = browser.post(
        api("datasets/town/view"), json={"where": "class = 'car'"}, headers=xsrf(browser)
    )
    assert view.headers["VisionLens-Count"] == "6"
    image = browser.get(api("datasets/town/samples/3/image"))
    assert image.headers["Content-Type"] == "image/jpeg"
    assert browser.get(api("datasets/town/samples/3/thumbnail")).content.startswith(b"RIFF")


def test_the_extension_of_the_page_is_served(browser):
    if not (ASSETS / "package.json").exists():
        pytest.skip("the labextension is not built")
    page = browser.get(f"{SERVER}lab/extensions/visionlens-jlab/package.json")
    if page.status_code == 404:
        pytest.skip("the labextension is built but not installed")
    assert page.json()["name"] == "visionlens-jlab"
