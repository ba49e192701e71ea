"""Buckets in servers of three kinds, and datasets to put into them."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from visionlens_jlab.buckets import connecting, google_cloud, retries
from visionlens_jlab.tests.buckets.fault_server import Bucket, served


@pytest.fixture(autouse=True)
def _own_connections(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Each test has its own clients and cache, and waits for nobody."""
    monkeypatch.setenv("VISIONLENS_OBJECT_FOLDER", str(tmp_path / "objects"))
    monkeypatch.setattr(retries, "FIRST", 0.001)
    for cached in (connecting.connected, connecting._cache, google_cloud._client):
        cached.cache_clear()
    yield
    for cached in (connecting.connected, connecting._cache, google_cloud._client):
        cached.cache_clear()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket of our own fault server; every `gs://` address leads to it."""
    made = Bucket()
    with served(made) as address:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        yield made


def jpeg(seed: int, size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture of noise."""
    file = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", quality=95)
    return file.getvalue()


def coco(count: int, folder: str = "") -> dict[str, bytes]:
    """A small dataset by key: pictures, and two boxes on each."""
    names = [f"{number:04}.jpg" for number in range(count)]
    images = [
        {"id": number, "file_name": name, "width": 60, "height": 40}
        for number, name in enumerate(names)
    ]
    boxes = [
        {"id": 2 * number + part, "image_id": number, "category_id": 1, "bbox": [1, 2, 9 + part, 9]}
        for number in range(count)
        for part in (0, 1)
    ]
    labels: Any = {
        "images": images,
        "annotations": boxes,
        "categories": [{"id": 1, "name": "car"}],
    }
    files = {f"{folder}photos/{name}": jpeg(number) for number, name in enumerate(names)}
    return files | {f"{folder}annotations/instances.json": json.dumps(labels).encode()}


Put = Callable[[str, bytes], None]


@pytest.fixture
def gcs_emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """gcp-storage-emulator with a bucket called photos."""
    server_module = pytest.importorskip("gcp_storage_emulator.server")
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import storage

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = server_module.create_server("127.0.0.1", port, in_memory=True, default_bucket="photos")
    server.start()
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://127.0.0.1:{port}")
    client = storage.Client(project="emulated", credentials=AnonymousCredentials())
    yield lambda key, data: client.bucket("photos").blob(key).upload_from_string(data)
    server.stop()


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """moto's S3 with a bucket called photos."""
    moto_server = pytest.importorskip("moto.server")
    from obstore.store import S3Store

    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-tests",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    import requests

    requests.put(f"http://{host}:{port}/photos", timeout=10).raise_for_status()
    store = S3Store("photos", client_options={"allow_http": True})
    yield store.put
    requests.post(f"http://{host}:{port}/moto-api/reset", timeout=10)  # it is one for all tests
    server.stop()
