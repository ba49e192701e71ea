"""Workspaces: one authority, versions, conflicts."""

from __future__ import annotations

import threading

import duckdb
import numpy as np
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SortKey, ViewSpec
from visionlens_jlab.core.workspace import rows
from visionlens_jlab.core.workspace.service import WorkspaceService
from visionlens_jlab.core.workspace.shapes import WorkspaceChange
from visionlens_jlab.errors import VisionLensError

CARS = ViewSpec(where="class = 'car'")

pytestmark = pytest.mark.own_dataset


@pytest.fixture
def service(street: DatasetStore) -> WorkspaceService:
    return WorkspaceService(street)


def _change(base: int, origin: str = "tab", **parts: object) -> WorkspaceChange:
    return WorkspaceChange(base_version=base, origin=origin, **parts)  # type: ignore[arg-type]


def test_a_notebook_finds_its_workspace_again(service: WorkspaceService) -> None:
    made = service.find_or_create("a.ipynb")
    assert service.find_or_create("a.ipynb") == made
    assert service.find_or_create("b.ipynb").workspace != made.workspace
    assert service.find_or_create(None).workspace != service.find_or_create(None).workspace
    assert (made.dataset, made.count, made.total, made.predicate) == ("street-scenes", 6, 6, "")
    assert made.selection.count == 0


def test_many_threads_make_one_workspace(service: WorkspaceService) -> None:
    found: list[str] = []
    work = lambda: found.append(service.find_or_create("n.ipynb").workspace)  # noqa: E731
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_change_of_the_view(service: WorkspaceService, street: DatasetStore) -> None:
    workspace = service.find_or_create("a.ipynb")
    spec = CARS.model_copy(update={"sort": [SortKey(field="speed", descending=True)]})
    changed = service.change(workspace.workspace, _change(workspace.version, view=spec))
    assert changed.version == workspace.version + 1 == changed.view_version
    assert (changed.count, changed.predicate, changed.origin) == (2, "class = 'car'", "tab")
    assert service.ids(workspace.workspace).tolist() == [1, 0]
    assert service.get(workspace.workspace) == changed
    # A view is no change of the data.
    assert changed.dataset_version == street.version == 1


def test_the_selection_survives_a_narrower_view(service: WorkspaceService) -> None:
    workspace = service.find_or_create(None)
    selected = service.change(workspace.workspace, _change(1, selection=[5, 0, 5]))
    assert selected.selection.model_dump() == {
        "level": "samples",
        "count": 2,
        "version": selected.version,
    }
    narrowed = service.change(workspace.workspace, _change(selected.version, view=CARS))
    assert narrowed.selection == selected.selection
    ids = service.selection(workspace.workspace)
    assert ids.dtype == np.uint32
    assert ids.tolist() == [5, 0]


def test_selecting_a_view_without_sending_ids(service: WorkspaceService) -> None:
    workspace = service.find_or_create(None).workspace
    boxes = ViewSpec(level="annotations", where="class = 'person'")
    changed = service.change(workspace, _change(1, select_view=boxes))
    assert (changed.selection.level, changed.selection.count) == ("annotations", 2)
    assert service.selection(workspace).tolist() == [1, 5]


def test_a_part_changed_by_another_is_a_conflict(service: WorkspaceService) -> None:
    workspace = service.find_or_create(None).workspace
    current = service.change(workspace, _change(1, "notebook", view=CARS))
    with pytest.raises(VisionLensError) as caught:
        service.change(workspace, _change(1, "tab", view=ViewSpec(), selection=[1]))
    assert caught.value.code == "WORKSPACE_CONFLICT"
    assert caught.value.details["workspace"] == current.model_dump(mode="json")
    # All or nothing; the other part, and the same origin, may go on from there.
    assert service.selection(workspace).tolist() == []
    service.change(workspace, _change(1, "tab", selection=[1]))
    service.change(workspace, _change(1, "notebook", view=ViewSpec()))
    with pytest.raises(VisionLensError):
        service.set_selection(workspace, np.array([2]), 1, "notebook")
    newest = service.get(workspace).version
    service.set_selection(workspace, np.array([2]), newest, "notebook")
    assert service.selection(workspace).tolist() == [2]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"view": ViewSpec(where="colour = 1")}, "FIELD_UNKNOWN"),
        ({"selection": [99]}, "ID_UNKNOWN"),
        ({"selection": [-1]}, "ID_UNKNOWN"),
        ({"selection": [6], "selection_level": "samples"}, "ID_UNKNOWN"),
        ({"selection": [1], "select_view": ViewSpec()}, "REQUEST_INVALID"),
    ],
)
def test_what_cannot_be_is_refused(
    service: WorkspaceService, change: dict[str, object], code: str
) -> None:
    workspace = service.find_or_create(None)
    with pytest.raises(VisionLensError) as caught:
        service.change(workspace.workspace, _change(1, **change))
    assert caught.value.code == code
    assert service.get(workspace.workspace) == workspace


def test_an_unknown_workspace(service: WorkspaceService) -> None:
    for call in (service.get, service.ids, service.selection):
        with pytest.raises(VisionLensError) as caught:
            call("nothing")
        assert caught.value.code == "WORKSPACE_NOT_FOUND"


def test_it_is_stored_with_the_dataset(service: WorkspaceService, library: Library) -> None:
    workspace = service.find_or_create("a.ipynb").workspace
    service.change(workspace, _change(1, view=CARS, selection=[3]))
    before = service.get(workspace)
    library.close()
    again = WorkspaceService(library.open("street-scenes"))
    assert again.find_or_create("a.ipynb") == before
    assert again.selection(workspace).tolist() == [3]


# --- SQL views -------------------------------------------------------------------------------

BACKWARDS = "SELECT sample_id FROM samples ORDER BY sample_id DESC"


def test_a_view_of_sql(service: WorkspaceService) -> None:
    workspace = service.find_or_create("a.ipynb")
    spec = ViewSpec(sql=BACKWARDS, where="class = 'car'")
    changed = service.change(workspace.workspace, _change(1, view=spec, select_view=spec))
    assert (changed.count, changed.view, changed.selection.count) == (2, spec, 2)
    assert service.ids(workspace.workspace).tolist() == [1, 0]
    assert service.selection(workspace.workspace).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1", "SQL_REFUSED"),
        ("DROP TABLE sample", "SQL_REFUSED"),
        ("SELECT 1 AS sample_id FROM range(9999999) a, range(9999999) b", "SQL_TIMEOUT"),
    ],
)
def test_sql_that_cannot_be_shown_changes_nothing(
    service: WorkspaceService, monkeypatch: pytest.MonkeyPatch, sql: str, code: str
) -> None:
    monkeypatch.setattr("visionlens_jlab.core.views.restriction.VIEW_SECONDS", 0.2)
    workspace = service.find_or_create("a.ipynb")
    for part in ("view", "select_view"):
        with pytest.raises(VisionLensError) as caught:
            service.change(workspace.workspace, _change(1, **{part: ViewSpec(sql=sql)}))
        assert caught.value.code == code
    assert service.get(workspace.workspace) == workspace


def test_a_workspace_whose_view_broke_still_opens(
    service: WorkspaceService, street: DatasetStore
) -> None:
    workspace = service.find_or_create("a.ipynb").workspace
    service.change(
        workspace, _change(1, view=ViewSpec(sql="SELECT weather, sample_id FROM samples"))
    )

    def drop(cursor: duckdb.DuckDBPyConnection) -> None:
        for view in ("samples", "annotations"):  # they name the columns
            cursor.execute(f"DROP VIEW IF EXISTS {view}")
        cursor.execute("ALTER TABLE sample DROP COLUMN weather")
        cursor.execute("DELETE FROM field WHERE name = 'weather'")

    street.write(drop, kind="test", payload={})
    broken = service.find_or_create("a.ipynb")
    assert (broken.count, broken.total, broken.dataset_version) == (0, 6, street.version)
    with pytest.raises(VisionLensError) as caught:
        service.ids(workspace)
    assert caught.value.code == "SQL_REFUSED"
    assert service.change(workspace, _change(2, view=CARS)).count == 2


# --- datasets that may not be written --------------------------------------------------------


def test_workspaces_of_a_read_only_dataset(street: DatasetStore, library: Library) -> None:
    library.close()
    store = library.open("street-scenes", read_only=True)
    service = WorkspaceService(store)
    made = service.find_or_create("a.ipynb")
    assert WorkspaceService(store).find_or_create("a.ipynb") == made
    assert service.find_or_create(None).workspace != made.workspace
    changed = service.change(made.workspace, _change(1, view=CARS))
    assert (changed.version, changed.count) == (2, 2)
    service.set_selection(made.workspace, np.array([4, 4, 2]), 2, "notebook")
    # Another store of the same folder, as a later call of the server gets it.
    again = WorkspaceService(DatasetStore(store.database, read_only=True))
    assert again.selection(made.workspace).tolist() == [4, 2]
    with pytest.raises(VisionLensError) as caught:
        again.set_selection(made.workspace, np.array([0]), 2, "tab")
    assert caught.value.code == "WORKSPACE_CONFLICT"
    assert caught.value.details["workspace"]["version"] == 3
    with pytest.raises(VisionLensError) as caught:
        again.set_selection(made.workspace, np.array([77]), 3, "tab")
    assert caught.value.code == "ID_UNKNOWN"
    with pytest.raises(VisionLensError) as caught:
        again.get("nothing")
    assert caught.value.code == "WORKSPACE_NOT_FOUND"


def test_memory_keeps_a_limited_number(
    street: DatasetStore, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_KEPT_IN_MEMORY", 2)
    library.close()
    service = WorkspaceService(library.open("street-scenes", read_only=True))
    first, second, third = (service.find_or_create(None).workspace for _ in range(3))
    with pytest.raises(VisionLensError):
        service.get(first)
    assert service.get(second).workspace == second
    assert service.get(third).workspace == third
