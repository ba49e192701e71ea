"""Duplicates of a dataset as a job: groups, the best of each, leaks between splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.duplicates.shapes import DuplicatesRequest
from visionlens_jlab.duplicates.store import DuplicateGroups
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.duplicates.gallery import COPIES, jpeg
from visionlens_jlab.tests.duplicates.test_near import scene


@pytest.fixture
def library(tmp_path: Path):
    library = Library(tmp_path / "data")
    yield library
    library.close()


@pytest.fixture
def store(library: Library, tmp_path: Path) -> DatasetStore:
    """a and b in train, their copies in val; an identical one of c beside it."""
    files = {
        "train/a.jpg": jpeg(scene(1), 95),
        "train/b.jpg": jpeg(scene(2), 95),
        "train/c.jpg": jpeg(scene(3), 95),
        "train/c2.jpg": jpeg(scene(3), 95),
        "val/a-small.jpg": COPIES["resized"](scene(1)),
        "val/b-flipped.jpg": COPIES["flipped"](scene(2)),
        "val/d.jpg": jpeg(scene(4), 95),
    }
    for name, data in files.items():
        path = tmp_path / "town" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    request = IngestRequest(source=str(tmp_path / "town"), name="town", format="images")
    store = run_inline(library, request, on_progress=lambda _: None)
    rows = store.sql("SELECT sample_id, uri FROM samples")
    splits = [Path(uri).parent.name for uri in rows["uri"].to_pylist()]
    store.set_field("split", rows["sample_id"].to_numpy(), pa.array(splits))
    return store


def looked_for(library: Library, **given) -> list[str]:
    """Run the job; its stages."""
    stages: list[str] = []
    request = DuplicatesRequest.model_validate({"dataset": "town"} | given)
    run_inline(library, request, on_progress=lambda job: stages.append(job.stage or ""))
    return stages


def names(store: DatasetStore) -> dict[int, str]:
    """File name of each sample."""
    rows = store.sql("SELECT sample_id, filename FROM samples").to_pylist()
    return {row["sample_id"]: row["filename"] for row in rows}


def test_exact_and_near_are_kept_side_by_side(library: Library, store: DatasetStore) -> None:
    looked_for(library, kind="exact")
    assert {"hashes", "pairs"} <= set(looked_for(library, kind="near"))
    name = names(store)
    exact, near = (
        store.part(DuplicateGroups).read("exact"),
        store.part(DuplicateGroups).read("near"),
    )
    assert [[name[m.sample_id] for m in group.members] for group in exact.groups] == [
        ["c.jpg", "c2.jpg"]
    ]
    assert (exact.total, exact.samples, exact.leaks) == (1, 2, 0)
    found = {
        tuple((name[m.sample_id], m.transform, m.best) for m in group.members): group.leak
        for group in near.groups
    }
    assert found == {
        (("a.jpg", "identical", True), ("a-small.jpg", "resized", False)): True,
        (("b.jpg", "identical", True), ("b-flipped.jpg", "flipped", False)): True,
        (("c.jpg", "identical", True), ("c2.jpg", "identical", False)): False,
    }
    assert (near.leaks, near.leak_pairs) == (2, {"train|val": 2})
    looked_for(library, kind="near", threshold=1.0)
    assert all(
        member.confidence >= 1
        for g in store.part(DuplicateGroups).read("near").groups
        for member in g.members
    )


def test_vectors_of_the_samples_are_used(library: Library, store: DatasetStore) -> None:
    space = EmbeddingSpace(
        space="v", level="samples", model="matrix", version="1", dimension=8, created_at=""
    )
    store.part(Embeddings).add(space, [0, 2, 3], np.random.default_rng(0).normal(size=(3, 8)))
    assert "vectors" in looked_for(library)
    assert store.part(DuplicateGroups).read("near").total == 3
    objects = space.model_copy(update={"space": "objects", "level": "annotations"})
    store.part(Embeddings).add(objects, [], np.empty((0, 8)))
    with pytest.raises(VisionLensError) as caught:
        looked_for(library, space="objects")
    assert caught.value.code == "REQUEST_INVALID"
    with pytest.raises(VisionLensError) as caught:
        looked_for(library, space="none")
    assert caught.value.code == "SPACE_NOT_FOUND"


def test_small_pictures_are_said_to_be_too_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pandas")
    monkeypatch.delenv("VISIONLENS_SERVER", raising=False)
    (tmp_path / "icons").mkdir()
    for number in range(3):
        size = (40 if number else 64, 30)
        scene(number).resize(size).save(tmp_path / "icons" / f"{number}.png")
    with vl.ingest(tmp_path / "icons", format="images", data_dir=tmp_path / "data") as ds:
        ds.duplicates(kind="exact")
        assert "pixels" not in capsys.readouterr().out
        ds.duplicates()
        assert "2 of 3 samples have fewer than 64 pixels" in capsys.readouterr().out
    library = Library(tmp_path / "data")
    found = library.open("icons")
    assert (
        found.part(DuplicateGroups).read("near").small,
        found.part(DuplicateGroups).read("exact").small,
    ) == (
        2,
        0,
    )
    library.close()


def test_a_dataset_of_distinct_images_has_none(library: Library, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for number in range(6):
        scene(20 + number).save(tmp_path / "other" / f"{number}.png")
    Image.new("RGB", (50, 50)).save(tmp_path / "other" / "black.png")
    request = IngestRequest(source=str(tmp_path / "other"), name="town", format="images")
    store = run_inline(library, request, on_progress=lambda _: None)
    looked_for(library)
    found = store.part(DuplicateGroups).read("near")
    assert found.created_at is not None and (found.total, found.groups) == (0, [])
