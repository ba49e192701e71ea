"""Projections of arrays: structure kept, seeds, cancelling, placing what is new, stored models."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.projections import layouts, methods, neighbours
from visionlens_jlab.map.projections import neighbours as neighbours_module
from visionlens_jlab.map.projections.fitted import Fitted
from visionlens_jlab.map.projections.methods import fit, pca_preview, place
from visionlens_jlab.map.projections.neighbours import nearest_among, neighbour_graph
from visionlens_jlab.map.projections.parameters import METHODS, available, resolved_parameters
from visionlens_jlab.map.projections.pca import principal_components
from visionlens_jlab.tests.embedding import small_umap

GROUPS = 6
QUICK = {
    "pca": {},
    "umap": {"n_epochs": 60},
    "tsne": {"n_iter": 100, "early_exaggeration_iter": 100},
    "pacmap": {},
}


def groups(count: int, width: int = 32, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors in well-separated groups, and the group of each."""
    centres = np.random.default_rng(99).normal(size=(GROUPS, width))
    rng = np.random.default_rng(seed)
    label = rng.integers(0, GROUPS, count)
    rows = centres[label] + 0.5 * rng.normal(size=(count, width))
    return unit(rows), label


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1, float32."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def quiet(stage: str, done: int, total: int | None) -> None:
    """Nobody watches."""


def fitted(
    method: str,
    vectors: np.ndarray,
    dimensions: int = 2,
    *,
    seed: int | None = 42,
    watch: Any = quiet,
    **parameters: Any,
) -> Fitted:
    """A projection of vectors whose ids are their rows, twice over."""
    if not available(method):
        pytest.skip(f"the package of {method} is not installed")
    components, start = pca_preview(vectors, dimensions, watch)
    ids = np.arange(len(vectors), dtype=np.uint32) * 2
    wanted = resolved_parameters(method, QUICK[method] | parameters)
    return fit(method, ids, vectors, components, start, seed=seed, parameters=wanted, watch=watch)


def purity(points: np.ndarray, among: np.ndarray, label: np.ndarray, own: np.ndarray) -> float:
    """Share of the five nearest that are of a point's own group."""
    distance = ((points[:, None] - among[None]) ** 2).sum(axis=2)
    nearest = np.argsort(distance, axis=1)[:, 1:6]
    return float((label[nearest] == own[:, None]).mean())


@pytest.mark.parametrize(
    ("method", "dimensions"), [("pca", 2), ("umap", 2), ("umap", 3), ("tsne", 2), ("pacmap", 3)]
)
def test_what_is_alike_stays_together(method: str, dimensions: int) -> None:
    vectors, label = groups(400)
    found = fitted(method, vectors, dimensions)
    assert found.coordinates.shape == (400, dimensions) and found.dimensions == dimensions
    assert found.coordinates.dtype == np.float32 and np.isfinite(found.coordinates).all()
    least = 0.6 if method == "pca" else 0.97
    assert purity(found.coordinates, found.coordinates, label, label) > least


@pytest.mark.parametrize("method", list(METHODS))
def test_new_ones_are_placed_and_nothing_else_moves(method: str) -> None:
    vectors, label = groups(400)
    model = fitted(method, vectors)
    new, new_label = groups(40, seed=5)
    strangers = unit(np.random.default_rng(3).normal(size=(20, 32)))
    ids = np.r_[model.ids, model.ids.max() + 1 + np.arange(60)].astype(np.uint32)
    placed = place(model, ids, np.concatenate([vectors, new, strangers]), watch=quiet)
    assert placed is not None
    np.testing.assert_array_equal(placed.coordinates[:400], model.coordinates)
    assert placed.new.tolist() == [False] * 400 + [True] * 60
    assert placed.outside[440:].all() and placed.outside[400:440].sum() <= 2
    assert placed.warning is not None and "of 60 new" in placed.warning
    if method != "pca":
        spots = placed.coordinates[400:440]
        assert purity(spots, model.coordinates, label, new_label) > 0.95
    # What was placed once is known from then on, what lies outside is not.
    known = np.flatnonzero(~placed.outside)
    assert placed.fitted.ids.tolist() == ids[known].tolist()
    again = place(placed.fitted, ids[known], np.concatenate([vectors, new, strangers])[known],
                  watch=quiet)  # fmt: skip
    assert again is not None and not again.new.any() and again.warning is None
    np.testing.assert_array_equal(again.coordinates, placed.coordinates[known])


def test_what_changed_is_placed_anew_and_too_much_change_is_refused() -> None:
    vectors, _ = groups(200)
    model = fitted("pca", vectors)
    changed = vectors.copy()
    changed[7] = vectors[8]
    found = place(model, model.ids, changed, watch=quiet)
    assert found is not None and np.flatnonzero(found.new).tolist() == [7]
    np.testing.assert_allclose(found.coordinates[7], found.coordinates[8], atol=1e-6)
    half, _ = groups(120, seed=8)
    assert place(model, model.ids, np.concatenate([half, vectors[120:]]), watch=quiet) is None
    many, _ = groups(500, seed=9)
    ids = np.arange(500, dtype=np.uint32)
    assert place(model, ids, many, watch=quiet) is None


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_seed_gives_the_same_again(method: str) -> None:
    vectors, _ = groups(150)
    one, two = fitted(method, vectors), fitted(method, vectors)
    np.testing.assert_array_equal(one.coordinates, two.coordinates)
    other = fitted(method, vectors, seed=7)
    assert method == "tsne" or not np.array_equal(one.coordinates, other.coordinates)


def test_without_a_seed_all_processors_may_work() -> None:
    vectors, label = groups(300)
    found = fitted("umap", vectors, seed=None)
    assert purity(found.coordinates, found.coordinates, label, label) > 0.97


@pytest.mark.parametrize("method", ["umap", "tsne", "pacmap"])
def test_every_step_is_told_and_may_end_it(method: str) -> None:
    class StopError(Exception):
        pass

    steps: list[int] = []

    def watch(stage: str, done: int, total: int | None) -> None:
        if stage == "layout":
            steps.append(done)
            assert total is not None and done <= total
            if done >= 40:
                raise StopError

    with pytest.raises(StopError):
        fitted(method, groups(150)[0], watch=watch)
    assert steps == sorted(steps) and steps[-1] == 40
    if method != "pacmap":  # tells of every tenth
        assert len(steps) >= 40


@pytest.mark.parametrize("count", [1, 2, 3, 11, 20])
@pytest.mark.parametrize("method", list(METHODS))
def test_a_handful_of_vectors(method: str, count: int) -> None:
    vectors, _ = groups(count)
    found = fitted(method, vectors)
    assert found.coordinates.shape == (count, 2) and np.isfinite(found.coordinates).all()


@pytest.mark.parametrize("method", list(METHODS))
def test_vectors_all_the_same(method: str) -> None:
    vectors = np.tile(groups(1)[0], (50, 1))
    assert np.isfinite(fitted(method, vectors).coordinates).all()


def test_compiled_code_is_kept_for_the_next_process() -> None:
    if not available("umap"):
        pytest.skip("umap-learn is not installed")
    folder = Path(os.environ["NUMBA_CACHE_DIR"])

    def compiled() -> int:
        command = [sys.executable, str(Path(small_umap.__file__))]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=250)
        return int(done.stdout.split()[-1])

    if compiled():  # not kept from an earlier run of the tests
        assert compiled() == 0
    assert len(list(folder.rglob("*.nbi"))) > 30


def test_compiled_code_lies_where_the_job_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numba = pytest.importorskip("numba")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(layouts, "_folder", None)
    layouts.keep_compiled_code_in(tmp_path / "compiled")
    before = numba.config.CACHE_DIR
    with layouts._cached_compilation():

        @numba.njit
        def twice(value: float) -> float:
            return 2 * value

        assert twice(4) == 8
    assert (tmp_path / "compiled").stat().st_mode & 0o777 == 0o700
    assert len(list((tmp_path / "compiled").rglob("*.nbi"))) == 1
    assert before == numba.config.CACHE_DIR


def test_low_memory_gives_the_same_picture() -> None:
    vectors, label = groups(400, width=100)
    found = fitted("umap", vectors, low_memory=True)
    assert purity(found.coordinates, found.coordinates, label, label) > 0.97


def test_what_is_large_is_compared_along_fewer_axes(monkeypatch: pytest.MonkeyPatch) -> None:
    widths: list[int] = []

    def graph(vectors: np.ndarray, *given: Any, **named: Any) -> Any:
        widths.append(vectors.shape[1])
        return neighbour_graph(vectors, *given, **named)

    monkeypatch.setattr(methods, "neighbour_graph", graph)
    vectors, _ = groups(200, width=100)
    fitted("umap", vectors)
    monkeypatch.setattr(methods, "LOW_MEMORY_BYTES", vectors.nbytes - 1)
    fitted("umap", vectors)
    fitted("umap", vectors, low_memory=False)
    assert widths == [100, methods.LOW_MEMORY_DIMENSIONS, 100]


def test_principal_components_are_those_of_the_decomposition() -> None:
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(500, 40)) * np.linspace(5, 0.1, 40)).astype(np.float32)
    centred = rows - rows.mean(axis=0)
    _, _, expected = np.linalg.svd(centred, full_matrices=False)
    components = principal_components(rows, 3)
    for axis in range(3):
        assert abs(components.axes[axis] @ expected[axis]) == pytest.approx(1, abs=1e-4)
        assert components.axes[axis][np.abs(components.axes[axis]).argmax()] > 0
    np.testing.assert_allclose(
        np.abs(components.apply(rows)), np.abs(centred @ expected[:3].T), atol=1e-2
    )


def test_randomised_components_agree_with_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    from visionlens_jlab.map.projections import pca

    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(3000, 60)) * np.linspace(5, 0.1, 60) ** 2).astype(np.float32)
    monkeypatch.setattr(pca, "BLOCK_ROWS", 700)
    exact = principal_components(rows, 3)
    monkeypatch.setattr(pca, "_EXACT_OPERATIONS", 0)
    found = principal_components(rows, 3)
    for axis in range(3):
        assert exact.axes[axis] @ found.axes[axis] == pytest.approx(1, abs=0.01)


def test_the_graph_has_each_one_first_and_its_nearest_behind() -> None:
    vectors, _ = groups(200)
    vectors[10] = vectors[20] = vectors[30]
    rows, distances = neighbour_graph(vectors, 8, seed=1)
    assert rows[:, 0].tolist() == list(range(200)) and not distances[:, 0].any()
    assert set(rows[10, 1:3].tolist()) == {20, 30}
    assert (np.diff(distances, axis=1) >= -1e-6).all()
    assert all(len(set(row)) == 8 for row in rows.tolist())
    similar = vectors @ vectors.T
    np.fill_diagonal(similar, 2)
    expected = 1 - np.sort(similar, axis=1)[:, ::-1][:, 1:8]
    np.testing.assert_allclose(distances[:, 1:], expected, atol=1e-5)


def test_the_approximate_graph_is_close_to_the_exact_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, _ = groups(3000)
    vectors[100:200] = vectors[0]
    exact, _ = nearest_among(vectors, vectors, 10)
    monkeypatch.setattr(neighbours_module, "EXACT_ROWS", 0)
    told: list[int] = []
    rows, distances = neighbour_graph(vectors, 10, seed=1, tick=told.append)
    assert rows[:, 0].tolist() == list(range(3000)) and told == sorted(told)
    assert told[-1] == 3000 and len(told) > 20
    other = np.r_[0:100, 200:3000]
    shared = [len(set(exact[row].tolist()) & set(rows[row].tolist())) / 10 for row in other]
    assert np.mean(shared) > 0.95
    np.testing.assert_allclose(distances[100:200], 0, atol=1e-6)
    again, _ = neighbour_graph(vectors, 10, seed=1)
    np.testing.assert_array_equal(again, rows)


@pytest.mark.parametrize(("count", "k"), [(1, 1), (2, 2), (5, 5), (40, 40), (300, 200)])
def test_cells_are_enough_for_every_neighbour(count: int, k: int) -> None:
    vectors, _ = groups(count)
    rows, distances = neighbours.Cells(vectors, 0).nearest(vectors, k)
    assert all(len(set(row)) == k for row in rows.tolist())
    assert (np.diff(distances, axis=1) >= 0).all() and np.isfinite(distances).all()


def test_equal_vectors_do_not_make_one_large_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.tile(groups(1)[0], (4000, 1))
    most = 0
    plain = neighbours.nearest

    def nearest(queries: np.ndarray, vectors: np.ndarray, k: int) -> Any:
        nonlocal most
        most = max(most, len(vectors))
        return plain(queries, vectors, k)

    monkeypatch.setattr(neighbours, "nearest", nearest)
    rows, distances = neighbours.Cells(vectors, 0).nearest(vectors, 15)
    assert most < 4000 and distances.max() < 1e-6 and len(set(rows[0].tolist())) == 15


def test_a_stored_model_is_plain_arrays(tmp_path: Path) -> None:
    vectors, _ = groups(50)
    model = fitted("pca", vectors)
    model.save(tmp_path / "model.bin")
    assert (tmp_path / "model.bin").stat().st_mode & 0o777 == 0o600
    loaded = Fitted.load(tmp_path / "model.bin")
    for name in ("ids", "digests", "coordinates", "mean", "axes"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name))
    assert (loaded.method, loaded.seed, loaded.first) == ("pca", 42, 50)


class _Trap:
    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("sprung"),))


@pytest.mark.parametrize("content", ["pickle", "object", "cut", "empty", "foreign"])
def test_a_foreign_model_runs_no_code(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.bin"
    if content == "pickle":
        path.write_bytes(pickle.dumps(_Trap()))
    elif content == "object":
        with path.open("wb") as file:
            np.savez(file, facts=np.array([_Trap()], dtype=object))
    elif content == "foreign":
        with path.open("wb") as file:
            np.savez(file, facts=np.frombuffer(b'{"format": 9}', dtype=np.uint8))
    else:
        fitted("pca", groups(20)[0]).save(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if content == "cut" else b"")
    with pytest.raises(VisionLensError) as caught:
        Fitted.load(path)
    assert caught.value.code == "DATASET_DAMAGED"
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("umap", {"n_neighbours": 5}),
        ("umap", {"n_neighbors": 1}),
        ("umap", {"n_neighbors": 2.5}),
        ("umap", {"min_dist": "0.1"}),
        ("umap", {"low_memory": 1}),
        ("tsne", {"perplexity": True}),
        ("pca", {"n_neighbors": 15}),
        ("umap", {"spread": float("nan")}),
    ],
)
def test_parameters_that_are_wrong(method: str, given: dict[str, Any]) -> None:
    with pytest.raises(VisionLensError) as caught:
        resolved_parameters(method, given)
    assert caught.value.code == "REQUEST_INVALID"
    assert next(iter(given)) in caught.value.message


def test_parameters_left_open_have_their_defaults() -> None:
    found = resolved_parameters("umap", {"n_neighbors": 30.0, "min_dist": 0})
    assert found["n_neighbors"] == 30 and isinstance(found["n_neighbors"], int)
    assert (found["min_dist"], found["spread"], found["low_memory"]) == (0.0, 1.0, None)
