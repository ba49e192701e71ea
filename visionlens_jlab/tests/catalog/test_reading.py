"""Tables, tiles, sample details, dataset details, and the user's own SQL."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.views.shapes import SortKey, TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images

CARS = ViewSpec(where="class = 'car'")


# --- tables ----------------------------------------------------------------------------------


_SAMPLE_COLUMNS = """
sample_id filename path uri split width height tags group bytes content_hash captured_at camera
latitude longitude caption brightness contrast sharpness dominant_color speed weather
"""
_ANNOTATION_COLUMNS = """
annotation_id sample_id source class x y w h confidence area is_crowd difficult truncated
occluded kind tags
"""


def test_columns_are_those_of_the_contract(street: DatasetStore) -> None:
    assert street.tables.read("samples").column_names == _SAMPLE_COLUMNS.split()
    table = street.tables.read("annotations")
    assert table.column_names == _ANNOTATION_COLUMNS.split()
    assert table.num_rows == 7
    assert table.schema.field("annotation_id").type == pa.uint32()
    assert table.schema.field("tags").type.equals(pa.list_(pa.string()))


def test_where_an_image_lies(street: DatasetStore) -> None:
    uri = street.tables.read("samples", columns=["uri"])["uri"].to_pylist()[0]
    assert uri == "/data/street/train/000000.jpg"
    assert street.part(Images).path(0) == ("/data/street/", "train/000000.jpg")
    with pytest.raises(VisionLensError):
        street.part(Images).path(77)


def test_rows_come_in_view_order(street: DatasetStore) -> None:
    spec = ViewSpec(sort=[SortKey(field="speed", descending=True)])
    table = street.tables.read("samples", spec=spec, columns=["speed", "sample_id"])
    assert table.column_names == ["speed", "sample_id"]
    assert table["sample_id"].to_pylist() == [3, 2, 1, 0, 4, 5]


def test_rows_come_in_the_order_of_ids(street: DatasetStore) -> None:
    for ids in ([3, 0, 3], np.array([3, 0, 3])):
        assert street.tables.read("samples", ids=ids)["sample_id"].to_pylist() == [3, 0, 3]
    assert street.tables.read("samples", ids=[]).num_rows == 0
    for bad in ([99], [-1], [2**40], [0.5], [[1]]):
        with pytest.raises(VisionLensError) as caught:
            street.tables.read("samples", ids=bad)  # type: ignore[arg-type]
        assert caught.value.code == "ID_UNKNOWN"


def test_a_sample_views_annotations_are_the_matching_ones(street: DatasetStore) -> None:
    def ids(spec: ViewSpec) -> list[int]:
        return street.tables.read("annotations", spec=spec)["annotation_id"].to_pylist()

    assert ids(CARS) == [0, 2]
    assert ids(ViewSpec(where="split = 'train'")) == [0, 1, 2, 5]
    assert ids(CARS.model_copy(update={"all": True})) == [0, 1, 2, 3, 4]
    backwards = [SortKey(field="sample_id", descending=True)]
    assert ids(CARS.model_copy(update={"sort": backwards})) == [2, 0]


def test_an_annotation_views_samples(street: DatasetStore) -> None:
    spec = ViewSpec(level="annotations", sort=[SortKey(field="w", descending=True)])
    assert street.tables.read("samples", spec=spec)["sample_id"].to_pylist() == [0, 1, 3, 2]


def test_an_unknown_column(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.tables.read("samples", columns=["class"])
    assert caught.value.code == "FIELD_UNKNOWN"


def test_a_table_without_columns(street: DatasetStore) -> None:
    with pytest.raises(VisionLensError) as caught:
        street.tables.read("samples", columns=[])
    assert caught.value.code == "REQUEST_INVALID"


# --- tiles and details -----------------------------------------------------------------------


def test_tiles_come_in_order_with_their_matching_annotations(street: DatasetStore) -> None:
    tiles = street.tiles(CARS, [1, 0, 99, 4])
    assert tiles.version == street.version
    assert [tile.id for tile in tiles.tiles] == [1, 0, 4]
    tile = tiles.tiles[0]
    assert tile.annotation_ids == [2, 3, 4]
    assert tile.sources == ["ground_truth", "a", "a"]
    assert tile.classes == ["car", "car", "person"]
    assert tile.confidences == [None, 0.9, 0.2]
    assert tile.matching == [True, False, False]
    assert tile.boxes[0] == [10.5, 20.25, 50.0, 40.0]
    assert (tile.width, tile.height, tile.split) == (640, 480, "train")
    assert tiles.tiles[2].boxes == []


@pytest.mark.own_dataset
def test_annotation_tiles(street: DatasetStore) -> None:
    street.tag(TagRequest(tag="x", ids=[1]))
    tiles = street.tiles(ViewSpec(level="annotations"), [4, 0]).tiles
    assert [(tile.id, tile.sample_id, tile.annotation_ids) for tile in tiles] == [
        (4, 1, [4]),
        (0, 0, [0]),
    ]
    assert tiles[0].tags == ["x"]


@pytest.mark.parametrize("level", ["samples", "annotations"])
@pytest.mark.parametrize("count", [1, 6])
def test_tiles_take_two_statements(
    street: DatasetStore, monkeypatch: pytest.MonkeyPatch, level: str, count: int
) -> None:
    spec = ViewSpec(level=level, where="class = 'car' or split = 'val'")
    statements: list[str] = []
    rows, sql = Reader.rows, Reader.arrow
    street.tiles(spec, [0])  # what it derives from the data's version is there from now on
    monkeypatch.setattr(Reader, "rows", lambda *a: statements.append(a[1]) or rows(*a))
    monkeypatch.setattr(Reader, "arrow", lambda *a: statements.append(a[1]) or sql(*a))
    tiles = street.tiles(spec, np.arange(count, dtype=np.uint32), geometry=True)
    assert len(tiles.tiles) == count
    assert len(statements) == 2


@pytest.mark.own_dataset
def test_sample_detail(street: DatasetStore) -> None:
    street.tag(TagRequest(tag="odd", ids=[2], level="annotations"))
    detail = street.sample(1, CARS)
    assert (detail.filename, detail.split) == ("000001.jpg", "train")
    assert detail.fields["weather"] == "rain"
    assert "camera" not in detail.fields
    assert [a.matching for a in detail.annotations] == [True, False, False]
    assert detail.annotations[0].tags == ["odd"]
    crop = street.sample(1, ViewSpec(level="annotations", where="source = 'a'"))
    assert [a.matching for a in crop.annotations] == [False, True, True]
    with pytest.raises(VisionLensError) as caught:
        street.sample(99, CARS)
    assert caught.value.code == "ID_UNKNOWN"


@pytest.mark.own_dataset
def test_dataset_detail(street: DatasetStore) -> None:
    street.tag(TagRequest(tag="x", ids=[0, 1]))
    detail = street.detail()
    assert [(c.name, c.samples, c.annotations) for c in detail.class_list] == [
        ("car", 2, 2),
        ("person", 2, 2),
    ]
    assert {split.name: split.samples for split in detail.splits} == {
        "train": 3,
        "val": 2,
        None: 1,
    }
    assert [(tag.name, tag.samples) for tag in detail.tags] == [("x", 2)]
    assert [(s.name, s.annotations) for s in detail.sources] == [("ground_truth", 5), ("a", 2)]
    assert detail.roots == {"images": "/data/street/"}
    facets = {field.name: field.facet for field in detail.fields}
    assert facets["speed"] == "histogram"
    assert facets["camera"] == "none"
    assert facets["annotation.tag"] == "none"


# --- SQL -------------------------------------------------------------------------------------


def test_sql(street: DatasetStore) -> None:
    query = "SELECT class, count(*) AS n FROM annotations WHERE source = 'a' GROUP BY 1 ORDER BY 1;"
    assert street.sql(query).to_pylist() == [{"class": "car", "n": 1}, {"class": "person", "n": 1}]
    weather = street.sql("SELECT weather FROM samples WHERE sample_id = 1").to_pylist()
    assert weather == [{"weather": "rain"}]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SELEC 1",
        "SELECT nothing FROM samples",
        "SELECT 1; SELECT 2",
        "DROP TABLE sample",
        "INSERT INTO class VALUES (9, 'x', NULL, NULL)",
        "WITH x AS (INSERT INTO class VALUES (9, 'x', NULL, NULL) RETURNING 1) SELECT * FROM x",
        "CREATE TEMP TABLE x AS SELECT 1",
        "COPY sample TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "INSTALL httpfs",
        "SET threads = 1",
        "PRAGMA database_list",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM outsider",
        "SELECT ?",
    ],
)
def test_sql_refuses_everything_but_one_select(street: DatasetStore, query: str) -> None:
    outsider = pa.table({"secret": [1]})
    with pytest.raises(VisionLensError) as caught:
        street.sql(query)
    assert caught.value.code == "SQL_REFUSED"
    assert street.count("samples") == 6
    assert len(street.detail().class_list) == 2
    assert outsider.num_rows == 1


def test_sql_stops_at_its_limit(street: DatasetStore) -> None:
    endless = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(1000000) b"
    with pytest.raises(VisionLensError) as caught:
        street.sql(endless, timeout=0.2)
    assert caught.value.code == "SQL_TIMEOUT"
    assert street.sql("SELECT 1 AS one").to_pylist() == [{"one": 1}]
