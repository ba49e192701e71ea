"""A server reads no image where only a dataset's folder says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.system.confinement import NOWHERE, Confinement
from visionlens_jlab.extension import VisionLensApp
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.tests.api.servers import Api, code, fill
from visionlens_jlab.tests.catalog.strangers import bring
from visionlens_jlab.tests.jobs.conftest import Jobs

IMAGE = "datasets/{}/samples/1/image"
CROP = "datasets/{}/annotations/1/crop"


@pytest.fixture
def stranger(data_dir: Path, tmp_path: Path) -> str:
    """Slug of a dataset whose images lie outside of what the server may read."""
    return bring(data_dir, tmp_path / "secret")


async def test_a_strangers_root_is_read_when_a_kernel_of_the_user_says_so(
    api: Api, extension: VisionLensApp, stranger: str, tmp_path: Path
) -> None:
    for path in (IMAGE, CROP):
        assert code(await api(path.format(stranger))) == "ROOT_NOT_TRUSTED"
    card = await api.json(f"datasets/{stranger}")
    assert card["samples"] == 3
    [damage] = card["damages"]
    assert damage["kind"] == "roots" and str(tmp_path / "secret") in damage["message"]
    place = f"datasets/{stranger}/roots"
    assert (await api.json(place))["refused"] == ["images"]
    assert code(await api(place, "POST")) == "FORBIDDEN"
    assert code(await api(IMAGE.format(stranger))) == "ROOT_NOT_TRUSTED"
    token = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    assert (await api.json(place, "POST", headers=token))["refused"] == []
    for path in (IMAGE, CROP):
        assert (await api(path.format(stranger))).code == 200
    assert (await api.json(f"datasets/{stranger}"))["damages"] == []


@pytest.mark.parametrize(
    "request_",
    [
        {"embed": {"model": "classical"}},
        {"export": {"path": "out", "format": "coco"}},
        {"export": {"path": "out", "format": "yolo", "images": "link"}},
    ],
)
async def test_nor_do_its_workers(
    api: Api, jobs: Jobs, stranger: str, jp_root_dir: Path, request_: dict[str, Any]
) -> None:
    [(kind, given)] = request_.items()
    body = {"kind": kind, kind: {"dataset": stranger, **given}}
    error = (await jobs.end(await api.json("jobs", "POST", body)))["error"]
    assert error["code"] == "ROOT_NOT_TRUSTED", error
    assert not (jp_root_dir / "out").exists()


async def test_what_a_script_ingested_is_served_and_the_other_way_round(
    api: Api, extension: VisionLensApp, data_dir: Path, tmp_path: Path
) -> None:
    script = Library(data_dir, allowed=Confinement([tmp_path]))
    slug = fill(script, tmp_path / "mine", 3)
    script.close()
    assert (await api(IMAGE.format(slug))).code == 200
    store = extension.services.library.open(slug)
    store.close()
    script = Library(data_dir, allowed=NOWHERE)
    store = script.open(slug)
    store.part(Images).open(*store.part(Images).path(1)).close()
    script.close()
