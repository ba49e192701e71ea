from __future__ import annotations

import pytest

from visionlens_jlab.core.notebook.address import Address, find_address


def test_no_server_started_this_process() -> None:
    assert find_address({}) is None
    assert find_address({"JUPYTERHUB_SERVICE_URL": "http://h:1/user/a/"}) is None


def test_the_extension_left_its_address_and_token() -> None:
    address = find_address(
        {
            "VISIONLENS_SERVER": "http://127.0.0.1:8888/lab/",
            "VISIONLENS_TOKEN": "abc",
            "JUPYTERHUB_SERVICE_URL": "http://other:1/",
            "JUPYTERHUB_API_TOKEN": "hub",
        }
    )
    assert address == Address("http://127.0.0.1:8888/lab", "visionlens abc")
    assert "abc" not in repr(address)


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("http://10.0.0.4:8888/user/a/", "http://10.0.0.4:8888/user/a"),
        ("http://0.0.0.0:8888/user/a/", "http://127.0.0.1:8888/user/a"),
        ("http://[::]:8888/user/a/", "http://[::1]:8888/user/a"),
    ],
)
def test_on_jupyterhub_the_users_token_opens_the_users_server(service: str, url: str) -> None:
    environ = {"JUPYTERHUB_SERVICE_URL": service, "JUPYTERHUB_API_TOKEN": "hub"}
    assert find_address(environ) == Address(url, "token hub")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("https://127.0.0.1:1/x", True),
        ("https://localhost:1", True),
        ("https://[::1]:1", True),
        ("https://10.0.0.4:1", False),
        ("https://lab.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(url: str, loopback: bool) -> None:
    assert Address(url, "").loopback is loopback
