"""Views kept under a name."""

from __future__ import annotations

import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.views.shapes import SortKey, ViewSpec
from visionlens_jlab.errors import VisionLensError

pytestmark = pytest.mark.own_dataset

RAIN = ViewSpec(where="weather = 'rain'")


def names(store: DatasetStore) -> list[str]:
    return [saved.name for saved in store.saved_views()]


def test_names_are_kept_as_they_are(street: DatasetStore) -> None:
    for name in ("Zebra", "apfel", "Ärger 100%", "夜の車", 'a/b \' "c"', " "):
        assert street.save_view(name, RAIN).name == name
    assert names(street) == [" ", 'a/b \' "c"', "apfel", "Zebra", "Ärger 100%", "夜の車"]


def test_saving_again_replaces(street: DatasetStore) -> None:
    version = street.version
    first = street.save_view("x", RAIN)
    spec = ViewSpec(
        level="annotations",
        sql="SELECT annotation_id FROM annotations",
        sort=[SortKey(field="w", descending=True)],
    )
    second = street.save_view("x", spec)
    assert street.saved_views() == [second]
    assert (second.view, second.predicate) == (spec, "")
    assert second.created_at == first.created_at
    assert second.modified_at >= first.modified_at
    assert first.predicate == "weather = 'rain'"
    # Saving is no change of the data.
    assert street.version == version


def test_forgetting(street: DatasetStore) -> None:
    street.save_view("x", RAIN)
    street.delete_view("x")
    assert names(street) == []
    with pytest.raises(VisionLensError) as caught:
        street.delete_view("x")
    assert caught.value.code == "VIEW_NOT_FOUND"


def test_only_what_can_be_shown_is_kept(street: DatasetStore) -> None:
    for spec, code in (
        (ViewSpec(where="nothing = 1"), "FIELD_UNKNOWN"),
        (ViewSpec(where="split ="), "PREDICATE_INVALID"),
        (ViewSpec(sort=[SortKey(field="nothing")]), "FIELD_UNKNOWN"),
        (ViewSpec(sql="SELECT 1"), "SQL_REFUSED"),
    ):
        with pytest.raises(VisionLensError) as caught:
            street.save_view("x", spec)
        assert caught.value.code == code
    assert names(street) == []


def test_views_that_broke_do_not_break_the_list(street: DatasetStore) -> None:
    street.save_view("field", ViewSpec(where="speed > 1"))
    street.save_view("text", RAIN)
    street.save_view("newer", RAIN)

    def spoil(cursor: object) -> None:
        run = cursor.execute  # type: ignore[attr-defined]
        run("DROP VIEW samples")
        run("ALTER TABLE sample DROP COLUMN speed")
        run("DELETE FROM field WHERE name = 'speed'")
        broken = ViewSpec(where="weather = = 'rain'").model_dump_json()
        run("UPDATE saved_view SET view = ? WHERE name = 'text'", [broken])
        run("""UPDATE saved_view SET view = '{"level": "videos"}' WHERE name = 'newer'""")

    street.write(spoil, kind="test", payload={})
    # What a later version wrote is left out, not lost.
    listed = {saved.name: saved.predicate for saved in street.saved_views()}
    assert listed == {"field": "speed > 1", "text": "weather = = 'rain'"}
    with pytest.raises(VisionLensError) as caught:
        street.view(street.saved_views()[0].view)
    assert caught.value.code == "FIELD_UNKNOWN"
    street.delete_view("newer")


def test_a_read_only_dataset_lists_and_keeps_none(street: DatasetStore, library: Library) -> None:
    street.save_view("x", RAIN)
    library.close()
    store = library.open("street-scenes", read_only=True)
    assert names(store) == ["x"]
    for change in (lambda: store.save_view("y", RAIN), lambda: store.delete_view("x")):
        with pytest.raises(VisionLensError) as caught:
            change()
        assert caught.value.code == "DATASET_READ_ONLY"
