"""Embedding spaces, encoded queries, projections and duplicates in the catalog."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.pieces import Piece
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.duplicates.store import DuplicateGroups
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.embeddings.store.space_reader import SpaceCaches
from visionlens_jlab.embeddings.vectors.segments import write_segment
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

pytestmark = pytest.mark.own_dataset


def space(name: str = "clip", level: Level = "samples", dimension: int = 4) -> EmbeddingSpace:
    """A space as whoever adds vectors describes it."""
    return EmbeddingSpace(
        space=name, level=level, model="matrix", version="1", dimension=dimension, created_at=""
    )


def matrix(count: int, dimension: int = 4, seed: int = 0) -> np.ndarray[Any, Any]:
    """Random rows of any length."""
    return np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)


def vectors_piece(folder: Path, sequence: int, ids: list[int], rows: Any, **given: Any) -> Piece:
    """A piece as an embedding job hands it over."""
    folder.mkdir(exist_ok=True)
    write_segment(folder / "vectors.arrow", np.array(ids), rows)
    (folder / "piece.json").write_text(
        f'{{"summary": {{"space": {space(**given).model_dump_json()}}}}}'
    )
    return Piece.load(folder, "embed-1", sequence)


def assert_code(code: str, call: Any, *args: Any, **given: Any) -> VisionLensError:
    """The error that a call raises, which has a code."""
    with pytest.raises(VisionLensError) as caught:
        call(*args, **given)
    assert caught.value.code == code, caught.value
    return caught.value


def test_vectors_are_added_and_read(street: DatasetStore) -> None:
    assert street.part(Embeddings).all() == []
    rows = matrix(4)
    version = street.version
    assert street.part(Embeddings).add(space(), [0, 2, 3, 5], rows) == 4
    assert street.version == version + 1
    (found,) = street.part(Embeddings).all()
    assert (found.space, found.level, found.dimension) == ("clip", "samples", 4)
    assert (found.vectors, found.missing, found.index) == (4, 2, "none")
    ids, vectors = street.part(Embeddings).segments("clip").read()
    assert ids.tolist() == [0, 2, 3, 5] and vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, rows / np.linalg.norm(rows, axis=1)[:, None], rtol=1e-6)
    assert not vectors.flags.owndata  # memory-mapped
    of = street.part(Embeddings).segments("clip").vectors_of(np.array([5, 1, 0]))
    assert np.isnan(of[1]).all()
    np.testing.assert_array_equal(of[[0, 2]], vectors[[3, 0]])
    rows = street.sql("SELECT kind, payload FROM outbox ORDER BY sequence DESC LIMIT 1").to_pylist()
    assert rows[0]["kind"] == "vectors" and '"space": "clip"' in rows[0]["payload"]


def test_the_last_row_of_an_id_counts(street: DatasetStore) -> None:
    street.part(Embeddings).add(space(), [0, 1, 2], np.eye(4)[:3])
    street.part(Embeddings).add(space(), [2, 4, 0], np.eye(4)[[3, 3, 1]] * 7)
    segments = street.part(Embeddings).segments("clip")
    assert segments.ids.tolist() == [0, 1, 2, 4]
    assert (segments.count, segments.rows) == (4, 6)
    ids, vectors = segments.read()
    by_id = {id_: row.argmax() for id_, row in zip(ids.tolist(), vectors, strict=True)}
    assert by_id == {0: 1, 1: 1, 2: 3, 4: 3}
    ids, scores = segments.scores(np.eye(4, dtype=np.float32)[3])
    assert dict(zip(ids.tolist(), scores.tolist(), strict=True)) == {0: 0, 1: 0, 2: 1, 4: 1}
    ids, scores = segments.scores(np.eye(4, dtype=np.float32)[3], np.array([2, 3], np.uint32))
    assert (ids.tolist(), scores.tolist()) == ([2], [1.0])


def test_ids_that_are_no_more_do_not_count(library: Library, tmp_path: Path) -> None:
    store = library.create("x")
    store.results.apply(
        piece(tmp_path, 0, sample=samples_table(0, 2), annotation=annotations_table([0, 1, 1]))
    )
    store.part(Embeddings).add(space(level="annotations"), [0, 1, 2], matrix(3))
    replaced = {"replace": True}
    store.results.apply(
        piece(tmp_path, 1, annotation=annotations_table([1]), summary=replaced),
    )
    assert store.part(Embeddings).segments("clip").ids.tolist() == [0]
    assert (
        store.part(Embeddings).read("clip").vectors,
        store.part(Embeddings).read("clip").missing,
    ) == (1, 1)
    assert_code(
        "ID_UNKNOWN", store.part(Embeddings).add, space(level="annotations"), [2], matrix(1)
    )


@pytest.mark.parametrize(
    ("ids", "rows", "message"),
    [
        ([0, 1], [[1, 0, 0, 0], [0, 0, 0, 0]], "Row 1 of the vectors is all zeros"),
        ([0], [[1, np.nan, 0, 0]], "Row 0 of the vectors holds NaN"),
        ([0], [1, 2, 3, 4], "shape (4,)"),
        ([0], [[1, 2, 3]], "3 numbers each; the space has 4"),
        ([0], [["a", "b", "c", "d"]], "no matrix of numbers"),
        ([0, 1], [[1, 0, 0, 0]], "2 ids for 1 vectors"),
        ([1, 1], np.ones((2, 4)), "An id comes twice"),
    ],
)
def test_wrong_vectors_are_refused(
    street: DatasetStore, ids: list[int], rows: Any, message: str
) -> None:
    version = street.version
    error = assert_code("VECTORS_INVALID", street.part(Embeddings).add, space(), ids, rows)
    assert message in error.message
    assert street.version == version and street.part(Embeddings).all() == []
    assert not list(street.folder.glob("vectors/*/*"))


def test_ids_must_exist(street: DatasetStore) -> None:
    error = assert_code(
        "ID_UNKNOWN", street.part(Embeddings).add, space(), [1, 6, 4000000000], matrix(3)
    )
    assert "6, 4000000000" in error.message


def test_another_model_needs_another_space(street: DatasetStore) -> None:
    street.part(Embeddings).add(space(), [0], matrix(1))
    other = space().model_copy(update={"version": "2"})
    error = assert_code("VECTORS_INVALID", street.part(Embeddings).add, other, [1], matrix(1))
    assert "version" in error.message
    street.part(Embeddings).add(space("other", dimension=0), [1], matrix(1, 7))
    assert [found.dimension for found in street.part(Embeddings).all()] == [4, 7]
    for name in ("", "a/b", "..", "x" * 201):
        assert_code("VECTORS_INVALID", street.part(Embeddings).add, space(name), [1], matrix(1))


def test_names_that_read_alike_are_different_spaces(street: DatasetStore) -> None:
    for name in ("a b", "a-b", "A b", "ä"):
        street.part(Embeddings).add(space(name), [0], matrix(1))
    assert len(list(street.folder.glob("vectors/*"))) == 4


def test_a_piece_brings_vectors(street: DatasetStore, tmp_path: Path) -> None:
    part = vectors_piece(tmp_path / "p0", 0, [0, 1], matrix(2))
    assert street.results.apply(part) is True
    assert street.results.apply(part) is False
    street.results.apply(vectors_piece(tmp_path / "p1", 1, [2], matrix(1)))
    assert street.part(Embeddings).segments("clip").ids.tolist() == [0, 1, 2]
    names = sorted(path.name for path in (street.folder / "vectors/clip").iterdir())
    assert names == ["embed-1-00000000.arrow", "embed-1-00000001.arrow"]
    assert street.sql("SELECT position, rows, sequence FROM vector_segment").to_pylist() == [
        {"position": 0, "rows": 2, "sequence": street.version - 1},
        {"position": 1, "rows": 1, "sequence": street.version},
    ]


def test_a_piece_with_wrong_vectors_is_refused_whole(street: DatasetStore, tmp_path: Path) -> None:
    version = street.version
    never = vectors_piece(tmp_path / "p0", 0, [99], matrix(1))
    assert_code("VECTORS_INVALID", street.results.apply, never)
    wide = vectors_piece(tmp_path / "p1", 0, [0], matrix(1, 5))
    assert_code("VECTORS_INVALID", street.results.apply, wide)
    assert street.version == version and street.part(Embeddings).all() == []


def test_a_space_is_deleted_with_its_files(street: DatasetStore, tmp_path: Path) -> None:
    street.part(Embeddings).add(space(), [0], matrix(1))
    key = street.part(Embeddings).put_query("clip", np.ones(4), kind="text", text="a car")
    street.part(Embeddings).delete("clip")
    assert street.part(Embeddings).all() == []
    assert not list(street.folder.glob("vectors/clip/*"))
    assert_code("SPACE_NOT_FOUND", street.part(Embeddings).segments, "clip")
    assert_code("SPACE_NOT_FOUND", street.part(Embeddings).delete, "clip")
    assert_code("QUERY_NOT_FOUND", street.part(Embeddings).query_vector, "clip", key)


def test_a_damaged_space_is_listed_and_can_be_deleted(street: DatasetStore) -> None:
    street.part(Embeddings).add(space(), [0], matrix(1))
    street.part(Embeddings).add(space("whole"), [0], matrix(1))
    street.release()
    street.caches.kept(SpaceCaches).forget()
    (file,) = street.folder.glob("vectors/clip/*")
    file.write_bytes(b"nonsense")
    assert [(s.space, s.vectors, s.index) for s in street.part(Embeddings).all()] == [
        ("clip", 0, "failed"),
        ("whole", 1, "none"),
    ]
    assert_code("DATASET_DAMAGED", street.part(Embeddings).segments, "clip")
    street.part(Embeddings).delete("clip")
    assert [found.space for found in street.part(Embeddings).all()] == ["whole"]


def test_queries_are_kept_without_a_new_version(street: DatasetStore) -> None:
    street.part(Embeddings).add(space(), [0], matrix(1))
    version = street.version
    vector = np.array([3, 0, 4, 0], np.float32)
    key = street.part(Embeddings).put_query("clip", vector, kind="text", text="a car")
    assert key == street.part(Embeddings).put_query("clip", vector, kind="text", text="a car")
    assert street.version == version
    np.testing.assert_array_equal(street.part(Embeddings).query_vector("clip", key), vector)
    assert_code("QUERY_NOT_FOUND", street.part(Embeddings).query_vector, "clip", "nothing")
    assert_code("SPACE_NOT_FOUND", street.part(Embeddings).put_query, "x", vector, kind="text")
    assert_code(
        "VECTORS_INVALID", street.part(Embeddings).put_query, "clip", np.ones(5), kind="text"
    )


def _projection_piece(folder: Path, sequence: int, name: str, ids: list[int]) -> Piece:
    folder.mkdir()
    points = np.arange(len(ids) * 2, dtype=np.float32).reshape(-1, 2)
    table = pa.table({"id": pa.array(ids, pa.uint32()), "x": points[:, 0], "y": points[:, 1]})
    with pa.ipc.new_file(folder / "coordinates.arrow", table.schema) as writer:
        writer.write_table(table)
    (folder / "model.bin").write_bytes(b"model")
    summary = {
        "projection": name,
        "space": "clip",
        "level": "samples",
        "method": "pca",
        "dimensions": 2,
        "parameters": {"seed": 42},
        "rows": len(ids),
        "created_at": "",
    }
    loaded = Piece.load(folder, "project-1", sequence)
    return Piece(loaded.job, sequence, folder, loaded.tables, loaded.files, {"projection": summary})


def test_a_piece_brings_a_projection(street: DatasetStore, tmp_path: Path) -> None:
    part = _projection_piece(tmp_path / "p", 0, "umap-1", [4, 1])
    assert_code("SPACE_NOT_FOUND", street.results.apply, part)
    street.part(Embeddings).add(space(), [1, 4], matrix(2))
    street.results.apply(_projection_piece(tmp_path / "q", 0, "umap-1", [4, 1]))
    (found,) = street.part(Projections).all()
    assert (found.projection, found.level, found.rows) == ("umap-1", "samples", 2)
    assert found.parameters == {"seed": 42} and not found.preview
    ids, points = street.part(Projections).coordinates("umap-1")
    assert (ids.tolist(), points.tolist()) == ([4, 1], [[0, 1], [2, 3]])
    model = street.part(Projections).model("umap-1")
    assert model is not None and model.read_bytes() == b"model"
    street.part(Projections).delete("umap-1")
    assert street.part(Projections).all() == [] and not list(street.folder.glob("projections/*"))
    assert_code("PROJECTION_NOT_FOUND", street.part(Projections).coordinates, "umap-1")


def _duplicates_piece(sequence: int, groups: list[list[int]], folder: Path) -> Piece:
    rows = [(group, id_, i == 0) for group, ids in enumerate(groups) for i, id_ in enumerate(ids)]
    table = pa.table(
        {
            "group_id": pa.array([row[0] for row in rows], pa.int32()),
            "sample_id": pa.array([row[1] for row in rows], pa.uint32()),
            "distance": pa.array([0.0 if row[2] else 0.1 for row in rows], pa.float32()),
            "confidence": pa.array([1.0 if row[2] else 0.9 for row in rows], pa.float32()),
            "transform": ["identical" if row[2] else "resized" for row in rows],
            "best": [row[2] for row in rows],
        }
    )
    run = {"kind": "near", "parameters": {}, "samples": 6}
    return piece(
        folder, sequence, "dup", summary={"duplicates": run}, **{"duplicate_member": table}
    )


def test_a_piece_brings_groups_of_duplicates(street: DatasetStore, tmp_path: Path) -> None:
    assert street.part(DuplicateGroups).read("near").created_at is None
    street.results.apply(_duplicates_piece(0, [[0, 1], [2, 3, 5]], tmp_path))
    found = street.part(DuplicateGroups).read("near")
    assert (found.total, found.samples, found.leaks) == (2, 5, 1)
    assert found.leak_pairs == {"train|val": 1}
    assert [[m.sample_id for m in group.members] for group in found.groups] == [[0, 1], [2, 3, 5]]
    assert [group.leak for group in found.groups] == [False, True]
    page = street.part(DuplicateGroups).read("near", offset=1, limit=1)
    assert [group.group for group in page.groups] == [1] and page.total == 2
    assert street.part(DuplicateGroups).read("exact").total == 0
    # The next run takes its place.
    street.results.apply(_duplicates_piece(1, [[4, 5]], tmp_path))
    assert [len(group.members) for group in street.part(DuplicateGroups).read("near").groups] == [2]
