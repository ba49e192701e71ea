"""Every way to the pixels of a dataset asks whether its roots may be read, in a script."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.agents.tools.data import _crop as looked_at
from visionlens_jlab.analysis.report import _crop as reported
from visionlens_jlab.attributes import job as attributes
from visionlens_jlab.attributes.shapes import AttributeRequest, AttributeSpec
from visionlens_jlab.cli import main
from visionlens_jlab.config import ENV_ALLOWED_ROOTS
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.notebook.direct import DirectDataset
from visionlens_jlab.core.shapes import JobParameters, Level
from visionlens_jlab.embeddings.shapes import EmbedRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.media.store.images import Images
from visionlens_jlab.notebook import Dataset
from visionlens_jlab.tests.agents.simulated_eyes import Eyes
from visionlens_jlab.tests.catalog.strangers import bring
from visionlens_jlab.tests.formats.test_confined import watched

NIGHT = AttributeSpec(name="night", question="Is it night?")
SMALL = AttributeSpec(name="small", question="Is it small?", level="annotations")


def job(library: Library, request: JobParameters) -> dict[str, Any]:
    return run_job(library, request, on_progress=lambda _: None).result


def ask(library: Library, store: DatasetStore, _: Path, spec: AttributeSpec) -> int:
    request = AttributeRequest(dataset=store.slug, attributes=[spec], model="eyes:1")
    return int(job(library, request)["answered"])


def embed(library: Library, store: DatasetStore, _: Path, level: Level) -> int:
    request = EmbedRequest(dataset=store.slug, model="classical", level=level)
    return int(job(library, request)["written"])


def export(library: Library, store: DatasetStore, out: Path, images: str) -> int:
    request = ExportRequest(dataset=store.slug, path=str(out), format="coco", images=images)
    return int(job(library, request)["images"])


def by_function(library: Library, store: DatasetStore, _: Path, level: Level) -> int:
    dataset = Dataset(DirectDataset(library, store))
    dataset.embed(lambda images: np.ones((len(images), 4)), level=level, space="mine")
    return store.part(Embeddings).read("mine").vectors


def image(_: Library, store: DatasetStore, __: Path) -> int:
    with store.part(Images).open(*store.part(Images).path(1)) as file:
        return len(file.read())


def crop(_: Library, store: DatasetStore, __: Path) -> int:
    source = store.part(Images).crop_source(1)
    with store.part(Images).open(source.location, source.path) as file:
        return len(file.read())


READERS: dict[str, Callable[[Library, DatasetStore, Path], int]] = {
    "image": image,
    "crop": crop,
    "embed images": partial(embed, level="samples"),
    "embed objects": partial(embed, level="annotations"),
    "embed images with a function": partial(by_function, level="samples"),
    "embed objects with a function": partial(by_function, level="annotations"),
    "ask about images": partial(ask, spec=NIGHT),
    "ask about objects": partial(ask, spec=SMALL),
    "export copies": partial(export, images="copy"),
    "export links": partial(export, images="link"),
}


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that a script may not read; its models are small."""
    monkeypatch.setenv(ENV_ALLOWED_ROOTS, str(tmp_path / "free"))
    monkeypatch.setattr(attributes, "make", lambda *_, **__: Eyes())
    monkeypatch.setattr("visionlens_jlab.media.image_processes.pool._processors", lambda: 1)
    return tmp_path / "secret"


@pytest.mark.parametrize("reader", READERS)
def test_no_way_leads_to_a_strangers_root_before_it_is_chosen(
    reader: str, secret: Path, tmp_path: Path
) -> None:
    slug = bring(tmp_path / "home", secret)
    library = Library(tmp_path / "home")
    store = library.open(slug)
    with watched() as read, pytest.raises(VisionLensError) as caught:
        READERS[reader](library, store, tmp_path / "out")
    assert caught.value.code == "ROOT_NOT_TRUSTED" and str(secret) in caught.value.message
    assert not [path for path in read if Path(path).is_relative_to(secret)]
    assert not (tmp_path / "out").exists()
    store.trust_roots()
    assert READERS[reader](library, store, tmp_path / "out")
    library.close()


def test_nor_do_agents_look_at_its_objects(secret: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    library.close()
    library = Library(tmp_path / "home")
    store = library.open(bring(tmp_path / "home", secret))

    class Desk:
        """What the tool reads of it."""

    desk: Any = Desk()
    desk.store = store
    with watched() as read:
        assert looked_at(desk, 1) is None and reported(store, 1) == b""
    assert not [path for path in read if Path(path).is_relative_to(secret)]
    store.trust_roots()
    for picture in (looked_at(desk, 1), reported(store, 1)):
        assert Image.open(io.BytesIO(picture or b"")).size
    library.close()


def test_lost_thumbnails_are_not_made_from_it(secret: Path, tmp_path: Path) -> None:
    library = Library(tmp_path / "home")
    store = library.open(bring(tmp_path / "home", secret))
    store.transaction(
        lambda cursor: cursor.execute(
            "UPDATE sample SET thumb_pack = 'lost.pack', thumb_offset = 0, thumb_length = 9"
        )
    )
    assert store.part(Images).mend() == 0
    store.trust_roots()
    assert store.part(Images).mend() == 3
    library.close()


def test_uploads_are_embedded_wherever_the_folder_lies(secret: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "datasets" / bring(tmp_path / "home", secret, root="./uploads")
    secret.rename(folder / "uploads")
    library = Library(tmp_path / "home")
    assert embed(library, library.open(folder.name), tmp_path, "samples") == 3
    library.close()


def test_a_notebook_and_the_command_line_say_so_and_choose(
    secret: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(tmp_path / "home")
    slug = bring(tmp_path / "home", secret)
    named = ["--data-dir", home]
    with pytest.warns(UserWarning, match="trust_roots"):
        vl.open(slug, data_dir=home).close()
    assert main(["trust", slug, *named]) == 2
    assert main(["trust", slug, "--yes", *named]) == 0
    assert str(secret) in capsys.readouterr().out
    assert main(["trust", slug, *named, "--yes"]) == 0
    assert "All images" in capsys.readouterr().out
    with vl.open(slug, data_dir=home) as dataset:
        assert dataset.trust_roots() == {"images": str(secret)}
