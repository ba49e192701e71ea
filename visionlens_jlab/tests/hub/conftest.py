"""A real JupyterHub behind configurable-http-proxy, under a prefix."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

CHECKOUT = Path(__file__).parents[3]
PROGRAMS = CHECKOUT / "node_modules" / ".bin"
PREFIX = "/hub-prefix/"
PASSWORD = "for-tests-only"
USER = "ann"
READY_SECONDS = 90

CONFIG = """
import sys

c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{public}{prefix}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = "{folder}/cookie_secret"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.pid_file = "{folder}/proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{folder}/home/{{username}}"
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args = [
    "--allow-root",
    "--VisionLens.data_dir={folder}/data",
    "--ServerApp.jpserver_extensions={{'visionlens_jlab': True}}",
]
c.Spawner.environment = {{"PYTHONPATH": "{checkout}"}}
c.Spawner.start_timeout = 60
"""


@dataclass(frozen=True)
class Hub:
    """A running hub; `url` ends with the prefix."""

    url: str
    home: Path


def find_proxy() -> Path:
    """configurable-http-proxy of the front-end packages, or from PATH; skips without."""
    places = os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", "")])
    found = shutil.which("configurable-http-proxy", path=places)
    if found is None:
        pytest.skip("no configurable-http-proxy is here to test JupyterHub with: jlpm install")
    return Path(found)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """The hub, answering."""
    if importlib.util.find_spec("jupyterhub") is None:
        pytest.skip("jupyterhub is not installed")
    proxy = find_proxy()
    folder = tmp_path_factory.mktemp("hub")
    (folder / "home" / USER).mkdir(parents=True)
    public, hub_port, api = free_ports(3)
    config = folder / "jupyterhub_config.py"
    config.write_text(
        CONFIG.format(
            public=public,
            hub=hub_port,
            api=api,
            prefix=PREFIX,
            folder=folder,
            proxy=proxy,
            password=PASSWORD,
            checkout=CHECKOUT,
        )
    )
    log = folder / "hub.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", config],
            cwd=folder,
            env={**os.environ, "CONFIGPROXY_AUTH_TOKEN": os.urandom(16).hex()},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{public}{PREFIX}"
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(f"{url}hub/health"):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)
        yield Hub(url, folder / "home" / USER)
    finally:
        process.terminate()
        process.wait(30)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False
