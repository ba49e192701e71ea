"""Labels changed by hand: one transaction each, taken back and done again exactly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.labels.shapes import AnnotationEdit, EditDone, EditRequest
from visionlens_jlab.labels.store.edits import Edits
from visionlens_jlab.tests.catalog.builders import annotations_table, fill_street, piece

ROWS = (
    "SELECT a.*, c.name AS class, t.tags FROM annotation a LEFT JOIN class c USING (class_id) "
    "LEFT JOIN (SELECT annotation_id, list(tag ORDER BY tag) AS tags FROM annotation_tag "
    "GROUP BY 1) t USING (annotation_id) ORDER BY annotation_id"
)
PREDICTIONS = (3, 4)


@pytest.fixture
def street(library: Library, tmp_path: Path) -> DatasetStore:
    store = library.create("street")
    fill_street(store, tmp_path)
    store.tag(TagRequest(tag="odd", level="annotations", ids=[0, 5]))
    return store


def rows(store: DatasetStore) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name != "class_id"}
        for row in store.sql(ROWS).to_pylist()
    ]


def edit(store: DatasetStore, *edits: dict[str, Any], **bulk: Any) -> EditDone:
    listed = [AnnotationEdit.model_validate(one) for one in edits]
    return store.part(Edits).edit(EditRequest(edits=listed, **bulk))


def row(store: DatasetStore, number: int) -> dict[str, Any]:
    return next(one for one in rows(store) if one["annotation_id"] == number)


def test_a_box_is_moved(street: DatasetStore) -> None:
    done = edit(street, {"annotation_id": 0, "box": (1, 2, 100, 40)})
    assert (done.changed, done.description, done.can_undo) == (1, "Moved 1 annotation", True)
    moved = row(street, 0)
    assert [moved[key] for key in "xywh"] == [1, 2, 100, 40]
    assert moved["area"] == 4000
    assert moved["tags"] == ["odd"]


def test_new_labels_have_new_ids(street: DatasetStore) -> None:
    done = edit(
        street,
        {"sample_id": 5, "box": (1, 2, 3, 4), "class_name": "bus"},
        {"sample_id": 5, "class_name": "night"},
    )
    assert done.added == [7, 8]
    assert row(street, 7)["class"] == "bus" and row(street, 7)["kind"] == "box"
    assert row(street, 8)["kind"] == "classification"
    assert street.part(Edits).undo().added == []
    assert edit(street, {"sample_id": 4, "box": (1, 2, 3, 4)}).added == [9]


def test_undo_and_redo_are_exact(street: DatasetStore) -> None:
    before = rows(street)
    edit(street, {"annotation_id": 0, "delete": True}, {"sample_id": 2, "box": (0, 0, 5, 5)})
    after = rows(street)
    done = street.part(Edits).undo()
    assert rows(street) == before
    assert (done.can_undo, done.can_redo, done.added) == (False, True, [0])
    done = street.part(Edits).redo()
    assert rows(street) == after
    assert (done.can_undo, done.can_redo, done.added) == (True, False, [7])


def test_what_others_set_meanwhile_stays(street: DatasetStore) -> None:
    edit(street, {"annotation_id": 0, "class_name": "bus"})
    street.set_field("worth", np.array([0]), pa.array([7]), level="annotations")
    street.part(Edits).undo()
    assert (row(street, 0)["class"], row(street, 0)["worth"]) == ("car", 7)
    edit(street, {"annotation_id": 0, "delete": True})
    street.part(Edits).undo()
    assert row(street, 0)["worth"] == 7


def test_a_view_is_relabelled_without_its_predictions(street: DatasetStore) -> None:
    view = ViewSpec(where="class = 'car' and source in ('ground_truth', 'a')")
    done = street.part(Edits).edit(EditRequest(view=view, relabel="bus"))
    assert (done.changed, done.description) == (2, "Relabelled 2 annotations to bus")
    classes = [one["class"] for one in rows(street)]
    assert classes == ["bus", "person", "bus", "car", "person", "person", None]
    assert street.part(Edits).edit(EditRequest(ids=[0, 1], relabel="bus")).changed == 1
    assert street.part(Edits).edit(EditRequest(ids=[0, 1], relabel="bus")).changed == 0
    assert [entry.description for entry in street.part(Edits).history()] == [
        "Relabelled 1 annotation to bus",
        "Relabelled 2 annotations to bus",
    ]


def test_bulk_delete_and_the_record(street: DatasetStore) -> None:
    version = street.version
    done = street.part(Edits).edit(EditRequest(ids=[0, 1, 5], delete=True))
    assert done.version == version + 1 and done.changed == 3
    for table in ("outbox", "audit"):
        kind, payload = (
            street.sql(f"SELECT kind, payload FROM {table} ORDER BY sequence DESC LIMIT 1")
            .to_pylist()[0]
            .values()
        )
        assert kind == "edit"
        assert json.loads(payload)["removed"] == {"annotations": [[0, 1], [5, 5]]}
    assert street.sql("SELECT count(*) AS n FROM annotation_tag").to_pylist() == [{"n": 0}]
    street.part(Edits).undo()
    assert row(street, 5)["tags"] == ["odd"]


def test_the_search_index_is_told(street: DatasetStore) -> None:
    described = EmbeddingSpace(
        space="boxes", level="annotations", model="m", version="1", dimension=0, created_at=""
    )
    street.part(Embeddings).add(described, np.array([0, 1]), np.eye(2, dtype=np.float32))
    start = street.version
    street.part(Edits).edit(EditRequest(ids=[0], delete=True))
    changes = street.part(Embeddings).changes("boxes", start)
    assert (changes.removed.tolist(), changes.changed.tolist()) == ([0], [])
    after = street.version
    street.part(Edits).undo()
    for since in (start, after):
        changes = street.part(Embeddings).changes("boxes", since)
        assert (changes.removed.tolist(), changes.changed.tolist()) == ([], [0])


def test_the_history_of_one_annotation(street: DatasetStore) -> None:
    edit(street, {"annotation_id": 0, "class_name": "bus"})
    edit(street, {"annotation_id": 1, "box": (1, 1, 2, 2)})
    street.part(Edits).undo()
    assert [(entry.description, entry.undone) for entry in street.part(Edits).history()] == [
        ("Resized 1 annotation", True),
        ("Relabelled 1 annotation to bus", False),
    ]
    assert [entry.description for entry in street.part(Edits).history(0)] == [
        "Relabelled 1 annotation to bus"
    ]
    assert street.part(Edits).history(2) == []
    assert len(street.part(Edits).history(None, 1, 1)) == 1


def test_a_new_edit_ends_what_can_be_redone(street: DatasetStore) -> None:
    edit(street, {"annotation_id": 0, "class_name": "bus"})
    edit(street, {"annotation_id": 1, "class_name": "bus"})
    street.part(Edits).undo()
    street.part(Edits).undo()
    assert street.part(Edits).redo().can_redo
    assert not edit(street, {"annotation_id": 2, "class_name": "tram"}).can_redo
    with pytest.raises(VisionLensError, match="NOTHING_TO_UNDO"):
        street.part(Edits).redo()
    street.part(Edits).undo()
    assert not street.part(Edits).undo().can_undo
    with pytest.raises(VisionLensError, match="NOTHING_TO_UNDO"):
        street.part(Edits).undo()


def test_labels_that_an_ingest_replaced_are_not_brought_back(
    street: DatasetStore, tmp_path: Path
) -> None:
    edit(street, {"annotation_id": 0, "class_name": "bus"})
    new = piece(tmp_path, 1, annotation=annotations_table([0]), summary={"replace": True})
    street.results.apply(new)
    before = rows(street)
    with pytest.raises(VisionLensError, match="replaced or removed since"):
        street.part(Edits).undo()
    assert rows(street) == before


def test_shapes_move_with_their_boxes(street: DatasetStore, tmp_path: Path) -> None:
    store = street
    shapes = pa.table(
        {
            "sample_id": pa.array([5, 5, 5], pa.uint32()),
            "class": ["a", "b", "c"],
            "kind": ["polygon", "keypoints", "mask"],
            **{name: [10.0, 10.0, 0.0] for name in "xy"},
            **{name: [20.0, 20.0, 1.0] for name in "wh"},
            "area": [200.0, 400.0, 1.0],
            "geometry": pa.array(
                [
                    b"[[10,10,30,10,30,30]]",
                    b"[10,10,2,0,0,0,30,30,1]",
                    b'{"counts":[0,1],"size":[1,1]}',
                ],
                pa.binary(),
            ),
        }
    )
    store.results.apply(piece(tmp_path, 1, annotation=shapes))
    edit(
        store,
        {"annotation_id": 7, "box": (0, 0, 40, 10)},
        {"annotation_id": 8, "box": (5, 6, 10, 20)},
    )
    assert json.loads(row(store, 7)["geometry"]) == [[0, 0, 40, 0, 40, 10]]
    assert row(store, 7)["area"] == 200
    assert json.loads(row(store, 8)["geometry"]) == [5, 6, 2, 0, 0, 0, 15, 26, 1]
    with pytest.raises(VisionLensError, match="is a mask"):
        edit(store, {"annotation_id": 9, "box": (0, 0, 40, 10)})


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({}, "REQUEST_INVALID"),
        ({"ids": [0]}, "REQUEST_INVALID"),
        ({"ids": [0], "relabel": "x", "delete": True}, "REQUEST_INVALID"),
        ({"ids": [0], "view": {}, "delete": True}, "REQUEST_INVALID"),
        ({"ids": [99], "delete": True}, "ID_UNKNOWN"),
        ({"ids": list(PREDICTIONS), "delete": True}, "REQUEST_INVALID"),
        ({"ids": [0], "relabel": " "}, "REQUEST_INVALID"),
        ({"edits": [{"annotation_id": 3, "class_name": "x"}]}, "REQUEST_INVALID"),
        ({"edits": [{"annotation_id": 99, "delete": True}]}, "ID_UNKNOWN"),
        ({"edits": [{"annotation_id": 0}]}, "REQUEST_INVALID"),
        ({"edits": [{"annotation_id": 0, "box": [0, 0, 0, 1]}]}, "REQUEST_INVALID"),
        ({"edits": [{"annotation_id": 0, "box": [0, float("nan"), 1, 1]}]}, "REQUEST_INVALID"),
        ({"edits": [{"sample_id": 99, "box": [0, 0, 1, 1]}]}, "ID_UNKNOWN"),
        ({"edits": [{"sample_id": 0}]}, "REQUEST_INVALID"),
        (
            {
                "edits": [
                    {"annotation_id": 1, "delete": True},
                    {"annotation_id": 99, "delete": True},
                ]
            },
            "ID_UNKNOWN",
        ),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    street: DatasetStore, request_: dict[str, Any], code: str
) -> None:
    before, version = rows(street), street.version
    with pytest.raises(VisionLensError) as caught:
        street.part(Edits).edit(EditRequest.model_validate(request_))
    assert caught.value.code == code
    assert (rows(street), street.version, street.part(Edits).history()) == (before, version, [])


box = st.tuples(*[st.floats(0, 50)] * 2, *[st.floats(1, 50)] * 2)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("undo"), st.none(), st.none()),
        st.tuples(st.just("redo"), st.none(), st.none()),
        st.tuples(st.sampled_from(["delete", "relabel"]), st.integers(0, 8), st.none()),
        st.tuples(st.sampled_from(["move", "add"]), st.integers(0, 5), box),
        st.tuples(st.sampled_from(["bulk delete", "bulk relabel"]), st.integers(0, 5), st.none()),
    ),
    max_size=12,
)


def do(store: DatasetStore, step: str, number: int, shape: Any) -> None:
    bulk = [number, number + 1, number + 2]
    match step:
        case "delete":
            edit(store, {"annotation_id": number, "delete": True})
        case "relabel":
            edit(store, {"annotation_id": number, "class_name": "bus"})
        case "move":
            edit(store, {"annotation_id": number, "box": shape})
        case "add":
            edit(store, {"sample_id": number, "box": shape, "class_name": "tram"})
        case "bulk delete":
            edit(store, ids=bulk, delete=True)
        case _:
            edit(store, ids=bulk, relabel="bus")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_history_is_a_list_of_states(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, Any, Any]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    library = Library(folder)
    store = library.create("street")
    fill_street(store, folder)
    states, position = [rows(store)], 0
    for step, number, shape in steps:
        if step in ("undo", "redo"):
            there = position + (1 if step == "redo" else -1)
            if not 0 <= there < len(states):
                with pytest.raises(VisionLensError, match="NOTHING_TO_UNDO"):
                    getattr(store.part(Edits), step)()
                continue
            getattr(store.part(Edits), step)()
            position = there
        else:
            version = store.version
            try:
                do(store, step, number, shape)
            except VisionLensError:
                assert store.version == version
            if store.version == version:
                continue
            del states[position + 1 :]
            states.append(rows(store))
            position += 1
        assert rows(store) == states[position]
    library.close()
