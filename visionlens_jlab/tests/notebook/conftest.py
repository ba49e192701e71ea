from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import visionlens_jlab as vl
from visionlens_jlab.tests.notebook import small_coco
from visionlens_jlab.tests.notebook.servers import Server
from visionlens_jlab.tests.notebook.servers import server as running_server


@pytest.fixture(scope="session")
def coco_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small COCO folder."""
    return small_coco.write(tmp_path_factory.mktemp("coco") / "small")


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Jupyter server for all tests that need one."""
    with running_server(tmp_path_factory.mktemp("jupyter")) as server:
        yield server


@pytest.fixture(scope="session")
def kernel_environ(jupyter: Server) -> dict[str, str]:
    """What the server's extension leaves in the environment of its kernels."""
    with jupyter.notebook("environ.ipynb") as front_end:
        values = front_end.run(
            "import os\n"
            "for name in ('VISIONLENS_SERVER', 'VISIONLENS_TOKEN'): print(os.environ[name])"
        ).split()
    return dict(zip(("VISIONLENS_SERVER", "VISIONLENS_TOKEN"), values, strict=True))


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the datasets opened here are kept that tests share which only read them."""
    return tmp_path_factory.mktemp("shared")


@pytest.fixture(params=["direct", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both places where datasets are kept: calls without data_dir go there."""
    if request.param == "server":
        for name, value in request.getfixturevalue("kernel_environ").items():
            monkeypatch.setenv(name, value)
    else:
        folder = request.getfixturevalue("shared") if _is_shared(request) else tmp_path / "data"
        monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
        monkeypatch.setenv("VISIONLENS_DATA_DIR", str(folder))
    return str(request.param)


@pytest.fixture
def ds(place: str, coco_folder: Path, request: pytest.FixtureRequest) -> Iterator[vl.Dataset]:
    """A dataset made of the small COCO folder; only tests marked `own_dataset` may change it."""
    name = "shared" if _is_shared(request) else request.node.name
    there = name in vl.list_datasets()
    dataset = vl.open(name) if there else vl.ingest(coco_folder, name=name)
    before = dataset._backend.detail().version
    yield dataset
    if _is_shared(request):
        after = dataset._backend.detail().version
        dataset.close()
        assert after == before, "a test that changes the dataset is to be marked own_dataset"
        return
    dataset.close()
    if name in vl.list_datasets():
        vl.delete(name)


def _is_shared(request: pytest.FixtureRequest) -> bool:
    own = request.node.get_closest_marker("own_dataset")
    return "ds" in request.fixturenames and own is None
