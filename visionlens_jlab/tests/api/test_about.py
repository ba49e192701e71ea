"""Version, contract, settings of the extension."""

from __future__ import annotations

import os

import pytest

from visionlens_jlab import __version__
from visionlens_jlab.config import ENV_SERVER, ENV_TOKEN
from visionlens_jlab.extension import local_address
from visionlens_jlab.tests.api.servers import code


async def test_about_names_version_and_limits(api):
    body = await api.json("about")
    assert body["version"] == __version__
    assert body["limits"]["tile_ids"] == 500


async def test_every_answer_has_an_id_and_is_not_cached(api):
    first, second = await api("about"), await api("about")
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["VisionLens-Request-Id"] != second.headers["VisionLens-Request-Id"]


async def test_what_does_not_exist_has_the_error_shape(api):
    for path in ("nothing", "datasets/a/b/c/d", "datasets/x/samples/not-a-number"):
        answer = await api(path)
        assert answer.code == 404
        assert code(answer) == "NOT_FOUND"


async def test_a_verb_that_is_not_served_has_the_error_shape(api):
    answer = await api("about", "DELETE")
    assert answer.code == 405
    assert code(answer) == "REQUEST_INVALID"


async def test_local_kernels_learn_the_address_and_a_token_of_their_own(
    api, extension, jp_auth_header, jp_base_url
):
    await api("about")
    assert os.environ[ENV_SERVER].startswith("http://")
    assert os.environ[ENV_SERVER].endswith(jp_base_url)
    assert os.environ[ENV_TOKEN] == extension.services.kernel_token
    assert os.environ[ENV_TOKEN] not in jp_auth_header["Authorization"]
    await extension.stop_extension()
    assert ENV_SERVER not in os.environ
    assert ENV_TOKEN not in os.environ


@pytest.mark.parametrize(
    ("url", "ip", "expected"),
    [
        ("http://box:8888/lab/", "0.0.0.0", "http://127.0.0.1:8888/lab/"),
        ("http://box:8888/", "", "http://127.0.0.1:8888/"),
        ("https://box:443/user/ann", "::", "https://[::1]:443/user/ann/"),
        ("http://10.0.0.3:80/", "10.0.0.3", "http://10.0.0.3:80/"),
    ],
)
def test_an_address_to_bind_to_becomes_one_to_connect_to(url, ip, expected):
    assert local_address(url, ip) == expected


async def test_the_server_starts_without_touching_the_data_directory(api, data_dir):
    await api("about")
    assert not data_dir.exists()
