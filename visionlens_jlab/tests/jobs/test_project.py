"""Projections of a dataset's vectors, as a job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import JobCancelled
from visionlens_jlab.core.jobs.inline import run_inline
from visionlens_jlab.core.jobs.shapes import Job
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map import job as project
from visionlens_jlab.map.shapes import ProjectRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.catalog.builders import piece, samples_table

GROUPS = 4


@pytest.fixture
def library(tmp_path: Path):
    library = Library(tmp_path / "data")
    yield library
    library.close()


@pytest.fixture
def store(library: Library, tmp_path: Path) -> DatasetStore:
    """A dataset of 80 samples; the first 60 have vectors in the space `clip`."""
    store = library.create("shop")
    store.results.apply(piece(tmp_path, 0, sample=samples_table(0, 80)))
    add(store, range(60))
    return store


def vectors(ids: Any, width: int = 16) -> np.ndarray:
    """One of a few groups for each id, the same at every call."""
    centres = np.random.default_rng(1).normal(size=(GROUPS, width)) * 3
    noise = np.random.default_rng(2).normal(size=(200, width))
    wanted = np.asarray(ids)
    return centres[wanted % GROUPS] + noise[wanted]


def add(store: DatasetStore, ids: Any, matrix: np.ndarray | None = None) -> None:
    """Add vectors to `clip`."""
    rows = vectors(ids) if matrix is None else matrix
    space = EmbeddingSpace(
        space="clip", level="samples", model="matrix", version="1", dimension=16, created_at=""
    )
    store.part(Embeddings).add(space, list(ids), rows)


def projected(library: Library, **given: Any) -> list[Job]:
    """Run a job; what it told."""
    told: list[Job] = []
    request = ProjectRequest(dataset="shop", space="clip", **({"method": "pca"} | given))
    run_inline(library, request, on_progress=told.append)
    return told


def test_each_vector_gets_a_place(library: Library, store: DatasetStore) -> None:
    projected(library, dimensions=3)
    (found,) = store.part(Projections).all()
    assert (found.method, found.dimensions, found.rows, found.preview) == ("pca", 3, 60, False)
    assert found.parameters == {"seed": 42} and found.level == "samples"
    ids, coordinates = store.part(Projections).coordinates(found.projection)
    assert ids.tolist() == list(range(60)) and coordinates.shape == (60, 3)
    assert np.isfinite(coordinates).all()
    model = store.part(Projections).model(found.projection)
    assert model is not None and model.stat().st_mode & 0o777 == 0o600


def test_clusters_become_a_field(library: Library, store: DatasetStore) -> None:
    pytest.importorskip("sklearn", reason="the extra umap is not installed")
    projected(library, clusters=False)
    assert "cluster" not in {field.name for field in store.fields()}
    projected(library, refit=True)
    found = store.tables.read("samples").column("cluster").to_pylist()
    assert set(found[:60]) - {None} == {f"cluster {n + 1}" for n in range(GROUPS)}
    assert found[60:] == [None] * 20
    for group in range(GROUPS):
        assert len(set(found[group:60:GROUPS]) - {None}) == 1


def test_the_same_again_is_not_computed(
    library: Library, store: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    projected(library)
    version, before = store.version, store.part(Projections).all()
    with monkeypatch.context() as patch:
        patch.setattr(project, "pca_preview", None)  # would fail
        assert projected(library) == []
    assert (store.version, store.part(Projections).all()) == (version, before)
    projected(library, dimensions=3)
    assert len(store.part(Projections).all()) == 2


def test_new_vectors_are_placed_where_the_model_says(library: Library, store: DatasetStore) -> None:
    projected(library)
    (first,) = store.part(Projections).all()
    _, coordinates = store.part(Projections).coordinates(first.projection)
    add(store, range(60, 70))
    projected(library)
    (second,) = store.part(Projections).all()
    assert second.projection != first.projection and second.rows == 70
    assert second.warning is None
    more, placed = store.part(Projections).coordinates(second.projection)
    assert more.tolist() == list(range(70))
    np.testing.assert_array_equal(placed[:60], coordinates)
    far = np.zeros((3, 16))
    far[:, 15] = [-9, -9.5, -10]
    add(store, range(70, 73), far)
    projected(library)
    (third,) = store.part(Projections).all()
    assert third.warning is not None and "3 of 3 new" in third.warning
    projected(library, refit=True)
    (fourth,) = store.part(Projections).all()
    assert fourth.warning is None and fourth.rows == 73
    assert not np.array_equal(
        store.part(Projections).coordinates(fourth.projection)[1][:60], coordinates
    )
    files = {path.suffix for path in (store.folder / "projections").iterdir()}
    assert len(list((store.folder / "projections").iterdir())) == 2 and files == {
        ".arrow",
        ".model",
    }


class Recorder:
    """A context that keeps pieces; `stop_in` names a stage that is cancelled."""

    def __init__(self, params: dict[str, Any], spool: Path, stop_in: str = "") -> None:
        self.job, self.params, self.spool, self.stop_in = "job", params, spool, stop_in
        self.pieces: list[tuple[int, dict[str, Any], pa.Table]] = []
        self.steps: list[tuple[str, int, int | None]] = []
        self.lines: list[str] = []

    def committed(self, sequence: int) -> bool:
        return False

    def emit(self, sequence, tables, files=None, summary=None) -> None:
        with pa.memory_map(str(files["coordinates.arrow"])) as source:
            table = pa.ipc.open_file(source).read_all()
        self.pieces.append((sequence, summary["projection"], table.combine_chunks()))

    def progress(self, stage, done, total, message=None) -> None:
        self.steps.append((stage, done, total))

    def log(self, level: str, message: str) -> None:
        self.lines.append(message)

    def check_cancelled(self) -> None:
        if self.steps and self.steps[-1][0] == self.stop_in:
            raise JobCancelled


def context(store: DatasetStore, spool: Path, **given: Any) -> Recorder:
    """What a worker gets for a UMAP of `clip`."""
    from visionlens_jlab.core.jobs.spool import Spool
    from visionlens_jlab.embeddings.setup import offer_space
    from visionlens_jlab.map.projections.parameters import resolved_parameters

    stop_in = given.pop("stop_in", "")
    (spool / "input").mkdir(parents=True)
    request = ProjectRequest(dataset="shop", space="clip", **given)
    params = request.model_dump(mode="json") | offer_space(store, "clip", Spool(spool))
    params["parameters"] = resolved_parameters(request.method, request.parameters)
    params |= {"projection": "p", "model": None, "compiled": str(spool / "numba")}
    return Recorder(params, spool, stop_in)


def test_principal_components_come_first(store: DatasetStore, tmp_path: Path) -> None:
    pytest.importorskip("umap")
    recorder = context(store, tmp_path / "spool", parameters={"n_epochs": 30})
    project.run(recorder)
    (first, preview, _), (second, real, table) = recorder.pieces
    assert (first, preview["preview"], preview["method"]) == (0, True, "pca")
    assert (second, real["preview"], real["method"]) == (1, False, "umap")
    assert preview["projection"] != real["projection"]
    assert table.column_names == ["id", "x", "y"] and table.num_rows == 60
    epochs = [done for stage, done, total in recorder.steps if stage == "layout" and total == 30]
    assert epochs[-1] == 30 and len(epochs) >= 30


def test_cancelled_between_two_epochs(store: DatasetStore, tmp_path: Path) -> None:
    pytest.importorskip("umap")
    recorder = context(store, tmp_path / "spool", stop_in="layout")
    with pytest.raises(JobCancelled):
        project.run(recorder)
    assert [preview["preview"] for _, preview, _ in recorder.pieces] == [True]
    assert recorder.steps[-1][0] == "layout" and recorder.steps[-1][1] < 5
    left = {path.relative_to(recorder.spool).parts[0] for path in recorder.spool.rglob("*")}
    assert left <= {"input", "numba"}  # nothing of what it was making


def test_without_the_package_it_is_principal_components_with_a_hint(
    library: Library, store: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "available", lambda method: method == "pca")
    projected(library, method="umap")
    (found,) = store.part(Projections).all()
    assert found.method == "pca" and found.parameters["requested"] == "umap"
    assert found.warning is not None and "pip install" in found.warning
    # Installed since: the same request is computed, and takes its place.
    monkeypatch.setattr(project, "available", lambda method: True)
    monkeypatch.setattr(
        project, "fit", lambda method, ids, rows, components, start, **given: _fake(ids, start)
    )
    projected(library, method="umap")
    (found,) = store.part(Projections).all()
    assert found.method == "umap" and found.warning is None


def _fake(ids: np.ndarray, start: np.ndarray) -> Any:
    from visionlens_jlab.map.projections.fitted import Fitted

    digests = np.zeros(len(ids), dtype=np.uint64)
    return Fitted("umap", {}, 42, ids, digests, start, 0.0, len(ids))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"space": "none"}, "SPACE_NOT_FOUND"),
        ({"method": "umap", "parameters": {"n_neighbors": 0}}, "REQUEST_INVALID"),
        ({"method": "pca", "parameters": {"perplexity": 3}}, "REQUEST_INVALID"),
    ],
)
def test_what_is_wrong_is_said_at_once(
    library: Library, store: DatasetStore, given: dict[str, Any], code: str
) -> None:
    with pytest.raises(VisionLensError) as caught:
        request = ProjectRequest.model_validate({"dataset": "shop", "space": "clip"} | given)
        run_inline(library, request, on_progress=lambda _: None)
    assert caught.value.code == code
