"""The lens, on a folder opened here and through a real Jupyter server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.core.notebook import remote_dataset
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.core.workspace.shapes import WorkspaceChange
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.notebook.small_coco import IMAGES, PEOPLE


def elsewhere(lens: vl.Lens, ids: list[int]) -> None:
    """Another client of the same workspace selects."""
    backend, workspace = lens._backend, lens.workspace
    backend.change(
        workspace,
        WorkspaceChange(
            base_version=backend.workspace(workspace).version, origin="browser", selection=ids
        ),
    )


def test_a_new_lens_shows_everything_and_nothing_selected(ds: vl.Dataset) -> None:
    lens = ds.show()
    assert lens.view.ids.tolist() == list(range(IMAGES))
    assert lens.selection.ids.tolist() == []
    assert lens.selection.to_pandas().empty
    assert f"{IMAGES} of {IMAGES} samples, 0 selected" in repr(lens)


def test_select_takes_everything_that_names_rows(ds: vl.Dataset) -> None:
    lens = ds.show()
    frame = ds.to_pandas()
    for what, expected in (
        ([3, 1], {1, 3}),
        (np.array([4]), {4}),
        (frame[frame.brightness < 50], {0, 1, 2}),
        (frame.brightness < 50, {0, 1, 2}),
        ([number == 5 for number in range(IMAGES)], {5}),
        ("class = 'person'", set(PEOPLE)),
        (ds.where("sample_id > 9"), {10, 11}),
        (ds.where("sample_id > 5").sample(2, seed=1), None),
        ([], set()),
    ):
        selection = lens.select(what)
        wanted = expected if expected is not None else set(what.ids.tolist())
        assert set(selection.ids.tolist()) == wanted
        assert set(lens.selection.ids.tolist()) == wanted
        assert set(lens.selection.to_pandas().sample_id) == wanted
        assert lens.selection.count() == len(wanted)


def test_the_selection_at_the_level_of_annotations(ds: vl.Dataset) -> None:
    lens = ds.show()
    lens.select([0, 1])
    boxes = lens.selection.to_pandas(level="annotations")
    assert boxes.sample_id.tolist() == [0, 0, 1]
    assert lens.selection.where("class = 'person'").ids.tolist() == [0]


def test_annotations_are_selected_as_such(ds: vl.Dataset) -> None:
    lens = ds.show()
    people = ds.view("class = 'person'", level="annotations")
    assert lens.select(people, level="annotations").level == "annotations"
    assert sorted(lens.selection.ids.tolist()) == sorted(people.ids.tolist())
    frame = people.to_pandas()
    assert set(lens.select(frame).ids.tolist()) == set(PEOPLE)
    assert set(lens.select(frame, level="annotations").ids.tolist()) == set(frame.annotation_id)


def test_filter_changes_the_view_and_keeps_the_selection(ds: vl.Dataset) -> None:
    lens = ds.show()
    lens.select([0, 1, 2])
    assert lens.filter("class = 'person'").ids.tolist() == PEOPLE
    assert lens.view.ids.tolist() == PEOPLE
    assert lens.view.to_arrow().num_rows == len(PEOPLE)
    assert set(lens.selection.ids.tolist()) == {0, 1, 2}
    lens.filter(None)
    assert lens.view.count() == IMAGES


def test_a_wrong_predicate_changes_nothing(ds: vl.Dataset) -> None:
    lens = ds.show()
    lens.filter("class = 'person'")
    for wrong in (lens.filter, lens.select):
        with pytest.raises(VisionLensError) as caught:
            wrong("nothing = 1")
        assert caught.value.code == "FIELD_UNKNOWN"
    with pytest.raises(VisionLensError) as caught:
        lens.select([10_000])
    assert caught.value.code == "ID_UNKNOWN"
    assert lens.view.ids.tolist() == PEOPLE
    assert lens.selection.count() == 0


def test_another_clients_change_is_seen_at_once(ds: vl.Dataset) -> None:
    lens = ds.show()
    before = lens.selection
    elsewhere(lens, [2, 3])
    assert lens.selection.ids.tolist() == [2, 3]
    assert before.ids.tolist() == []


def test_a_conflict_is_repeated_on_what_the_other_left(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    lens = ds.show()
    backend = lens._backend
    read = backend.workspace
    late = [True]

    def read_then_lose(workspace: str) -> object:
        state = read(workspace)
        if late:
            late.pop()
            elsewhere(lens, [7])
        return state

    monkeypatch.setattr(backend, "workspace", read_then_lose)
    assert lens.select([1]).ids.tolist() == [1]
    assert not late


def test_who_loses_twice_is_told(ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    lens = ds.show()
    backend = lens._backend
    stale = backend.workspace(lens.workspace)
    elsewhere(lens, [7])
    monkeypatch.setattr(backend, "workspace", lambda _: stale)
    with pytest.raises(VisionLensError) as caught:
        lens.select([1])
    assert caught.value.code == "WORKSPACE_CONFLICT"


def test_callbacks_hear_of_their_own_part_only(
    ds: vl.Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    lens = ds.show()
    selections: list[list[int]] = []
    views: list[int] = []

    def fail(_: object) -> None:
        raise ValueError("oops")

    lens.on_selection(fail)
    stop = lens.on_selection(lambda selection: selections.append(selection.ids.tolist()))
    lens.on_view(lambda view: views.append(view.count()))
    lens.select([1])
    lens.filter("class = 'person'")
    lens.select([2])
    stop()
    lens.select([3])
    assert selections == [[1], [2]]
    assert views == [len(PEOPLE)]
    assert "ValueError: oops" in capsys.readouterr().err


def test_the_same_notebook_gets_the_same_workspace(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/tour.ipynb")
    first = ds.show()
    first.select([1])
    again = ds.show()
    assert again.workspace == first.workspace
    assert again.selection.ids.tolist() == [1]
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/other.ipynb")
    assert ds.show().workspace != first.workspace
    assert ds.show(workspace=first.workspace).selection.ids.tolist() == [1]
    with pytest.raises(VisionLensError) as caught:
        ds.show(workspace="00000000-0000-4000-8000-000000000000")
    assert caught.value.code == "WORKSPACE_NOT_FOUND"


def test_the_picture_shows_what_the_view_holds(ds: vl.Dataset) -> None:
    lens = ds.show()
    lens.filter("class = 'person'")
    lens.select([0])
    bundle = lens._repr_mimebundle_()
    assert f"{len(PEOPLE)} of {IMAGES} samples, 1 selected" in bundle["text/plain"]
    assert f"{len(PEOPLE)} of {IMAGES} samples, 1 selected" in bundle["text/html"]
    assert "data:image/webp;base64," in bundle["text/html"]
    assert "class = &#x27;person&#x27;" in bundle["text/html"]
    assert len(bundle["text/html"]) < 150_000


def test_a_view_of_annotations_has_a_picture_too(ds: vl.Dataset) -> None:
    lens = ds.show()
    state = lens._backend.workspace(lens.workspace)
    lens._backend.change(
        lens.workspace,
        WorkspaceChange(
            base_version=state.version, origin="browser", view=ViewSpec(level="annotations")
        ),
    )
    assert lens.view.level == "annotations"
    assert "annotations, 0 selected" in lens._repr_mimebundle_()["text/html"]


@contextmanager
def requests_of(lens: vl.Lens) -> Iterator[list[str]]:
    """What is asked of the server meanwhile."""
    asked: list[str] = []
    hooks = lens._backend._transport._client.event_hooks
    hooks["request"].append(lambda request: asked.append(f"{request.method} {request.url.path}"))
    lens._backend._transport._client.event_hooks = hooks
    try:
        yield asked
    finally:
        hooks["request"].clear()
        lens._backend._transport._client.event_hooks = hooks


@pytest.mark.parametrize("place", ["server"], indirect=True)
def test_a_frame_of_the_selection_is_one_request(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_dataset, "FRESH_SECONDS", 60)
    lens = ds.show()
    elsewhere(lens, [5, 2, 3])
    with requests_of(lens) as asked:
        frame = lens.selection.to_pandas()
    assert frame.sample_id.tolist() == [5, 2, 3]
    assert len(asked) == 1, asked
    assert frame.equals(ds.to_pandas().loc[[5, 2, 3]])


@pytest.mark.parametrize("place", ["server"], indirect=True)
@pytest.mark.own_dataset
def test_rows_that_came_with_a_selection_never_hide_a_change(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_dataset, "FRESH_SECONDS", 60)
    lens = ds.show()
    elsewhere(lens, [1, 2])
    selection = lens.selection
    ds.set_field("seen", {1: True, 2: False})
    assert selection.to_pandas().seen.tolist() == [True, False]


@pytest.mark.parametrize("place", ["server"], indirect=True)
@pytest.mark.own_dataset
def test_rows_of_a_moment_ago_are_asked_for_again(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_dataset, "FRESH_SECONDS", 0)
    lens = ds.show()
    elsewhere(lens, [1, 2])
    selection = lens.selection
    vl.open(ds.name).set_field("seen", {1: True, 2: False})
    assert selection.to_pandas().seen.tolist() == [True, False]


@pytest.mark.parametrize("place", ["server"], indirect=True)
def test_of_a_large_selection_the_ids_travel_as_bytes(
    ds: vl.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_dataset, "ROWS_AT_ONCE", 2)
    lens = ds.show()
    elsewhere(lens, [5, 2, 3])
    with requests_of(lens) as asked:
        rows = lens.selection.to_arrow(columns=["sample_id", "width"])
    assert rows.column_names == ["sample_id", "width"]
    assert rows["sample_id"].to_pylist() == [5, 2, 3]
    assert len(asked) == 2, asked


@pytest.mark.parametrize("place", ["server"], indirect=True)
def test_a_picture_asks_once_for_all_its_thumbnails(ds: vl.Dataset) -> None:
    lens = ds.show()
    with requests_of(lens) as asked:
        assert "data:image/webp" in lens._repr_mimebundle_()["text/html"]
    assert [one.rpartition("/")[2] for one in asked if "thumbnail" in one] == ["thumbnails"]
    assert len(asked) == 4, asked
