"""Fields and tags set by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.shapes import TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError

pytestmark = pytest.mark.own_dataset


def _set(street: DatasetStore, name: str, ids: list[int], values: object, **kwargs: str) -> int:
    array = values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return street.set_field(name, np.array(ids), array, **kwargs).changed  # type: ignore[arg-type]


def _column(street: DatasetStore, name: str) -> list[object]:
    return street.tables.read("samples", columns=[name])[name].to_pylist()


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (pa.array([1, 2], pa.uint8()), "integer"),
        (pa.array([1.5, 2.5], pa.float32()), "number"),
        (pa.array(["a", "b"]), "string"),
        (pa.array(["a", "b"]).dictionary_encode(), "string"),
        (pa.array([True, False]), "boolean"),
        (pa.array([datetime(2026, 1, 1), datetime(2026, 1, 2)], pa.timestamp("ns")), "timestamp"),
        (pa.chunked_array([[1.0], [2.0]]), "number"),
    ],
)
def test_a_new_field(street: DatasetStore, values: pa.Array, type_: str) -> None:
    assert _set(street, "my field", [4, 1], values) == 2
    info = next(field for field in street.fields() if field.name == "my field")
    assert (info.type, info.level, info.builtin) == (type_, "samples", False)
    plain = values.to_pylist()
    if type_ == "timestamp":
        plain = [value.replace(tzinfo=UTC) for value in values.cast(pa.timestamp("us")).to_pylist()]
    assert _column(street, "my field") == [None, plain[1], None, None, plain[0], None]
    assert street.view(ViewSpec(where='"my field" is not null')).ids.tolist() == [1, 4]


def test_values_are_changed_and_others_kept(street: DatasetStore) -> None:
    _set(street, "speed", [0, 1], [11, None])
    assert _column(street, "speed") == [11, None, 30, 40, None, None]
    _set(street, "speed", [2, 2], [1, 5])
    assert _column(street, "speed")[2] == 5
    _set(street, "SPEED", [3], [0.5])
    assert _column(street, "speed") == [11.0, None, 5.0, 0.5, None, None]
    _set(street, "speed", [3], pa.nulls(1))
    assert _column(street, "speed")[3] is None


def test_nan_is_missing(street: DatasetStore) -> None:
    _set(street, "score", [0, 1], [float("nan"), 0.5])
    assert _column(street, "score")[:2] == [None, 0.5]


def test_annotation_fields(street: DatasetStore) -> None:
    assert _set(street, "quality", [6, 0], [0.1, 0.9], level="annotations") == 2
    assert street.view(ViewSpec(where="class = 'car' and quality > 0.5")).ids.tolist() == [0]
    rows = street.tables.read("annotations", ids=[0, 1], columns=["quality"])["quality"].to_pylist()
    assert rows == [0.9, None]


def test_some_built_ins_may_be_set(street: DatasetStore) -> None:
    _set(street, "split", [5], ["test"])
    _set(street, "captured_at", [0], ["2026-05-31T08:00:00"])
    assert _column(street, "split")[5] == "test"
    assert _column(street, "captured_at")[0] == datetime(2026, 5, 31, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "ids", "values", "code"),
    [
        ("width", [0], [1], "FIELD_TYPE"),
        ("Class", [0], ["x"], "FIELD_TYPE"),
        ("thumb_pack", [0], ["../x"], "FIELD_TYPE"),
        ("sample.x", [0], [1], "FIELD_TYPE"),
        (" ", [0], [1], "FIELD_TYPE"),
        ("weather", [0], [1], "FIELD_TYPE"),
        ("captured_at", [0], ["yesterday"], "FIELD_TYPE"),
        ("lists", [0], [[1]], "FIELD_TYPE"),
        ("speed", [0, 1], [1], "FIELD_TYPE"),
        ("new", [0, 99], [1, 2], "ID_UNKNOWN"),
        ("new", [-1], [1], "ID_UNKNOWN"),
    ],
)
def test_what_cannot_be_set_changes_nothing(
    street: DatasetStore, name: str, ids: list[int], values: list[object], code: str
) -> None:
    before = street.version, street.tables.read("samples"), street.fields()
    with pytest.raises(VisionLensError) as caught:
        _set(street, name, ids, values)
    assert caught.value.code == code
    assert (street.version, street.tables.read("samples"), street.fields()) == before


def test_names_are_quoted(street: DatasetStore) -> None:
    name = 'x"; DROP TABLE sample; --'
    _set(street, name, [0], ["it's"])
    assert _column(street, name)[0] == "it's"
    assert street.sample(0, ViewSpec()).fields[name] == "it's"


def test_tags(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError, match="ID_UNKNOWN"):
        street.tag(TagRequest(tag="it's", ids=[0, 1, 99]))
    assert street.tag(TagRequest(tag="it's", ids=[0, 1])).changed == 2
    assert street.tag(TagRequest(tag="it's", ids=[1, 2])).changed == 1
    assert street.tag(TagRequest(tag="b", view=ViewSpec(where="class = 'car'"))).changed == 2
    assert _column(street, "tags") == [["b", "it's"], ["b", "it's"], ["it's"], [], [], []]
    assert street.tag(TagRequest(tag="b", ids=[0, 5], remove=True)).changed == 1
    assert street.view(ViewSpec(where="tag = 'b'")).ids.tolist() == [1]
    assert street.view(ViewSpec(where="tag != 'b' and tag is not null")).ids.tolist() == [0, 2]


def test_annotation_tags_of_a_sample_view(street: DatasetStore) -> None:
    request = TagRequest(tag="check", level="annotations", view=ViewSpec(where="class = 'person'"))
    assert street.tag(request).changed == 2
    tagged = ViewSpec(level="annotations", where="annotation.tag = 'check'")
    assert street.view(tagged).ids.tolist() == [1, 5]


def test_a_tag_needs_ids_or_a_view(street: DatasetStore) -> None:
    for request in (TagRequest(tag="x"), TagRequest(tag="x", ids=[0], view=ViewSpec())):
        with pytest.raises(VisionLensError) as caught:
            street.tag(request)
        assert caught.value.code == "REQUEST_INVALID"


def test_each_write_is_recorded(street: DatasetStore) -> None:
    before = street.version
    changed = street.tag(TagRequest(tag="x", ids=[0]))
    assert changed.version == street.version == before + 1
    audit = street.sql("SELECT sequence, kind FROM audit").to_pylist()
    assert audit == [{"sequence": before + 1, "kind": "tag"}]


def test_write_rolls_back_as_a_whole(street: DatasetStore) -> None:
    before = street.version

    def work(cursor: object) -> None:
        cursor.execute("DELETE FROM sample")  # type: ignore[attr-defined]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        street.write(work, kind="broken", payload={})
    assert street.count("samples") == 6
    assert street.version == before
    result = street.write(lambda cursor: 5, kind="fine", payload={"a": 1})
    assert result == 5
    assert street.version == before + 1


def test_state(street: DatasetStore) -> None:
    street.set_state("ingesting")
    assert street.info().state == "ingesting"


def test_short_dictionaries_of_long_texts_are_not_written_out(
    street: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small upload would become gigabytes."""
    monkeypatch.setattr("visionlens_jlab.core.fields.user_fields._LARGEST_TEXT", 1000)
    ids = street.tables.read("samples")["sample_id"].to_numpy()
    places = pa.array([0] * len(ids), pa.int32())
    for length, fits in ((10, True), (1000, False)):
        values = pa.DictionaryArray.from_arrays(places, pa.array(["x" * length]))
        if fits:
            assert street.set_field("note", ids, values).changed == len(ids)
            continue
        with pytest.raises(VisionLensError, match="FIELD_TYPE"):
            street.set_field("note", ids, values)
