"""Fields that are worked out of a box and its image's size, wherever fields are read."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.database import FILE_NAME
from visionlens_jlab.core.catalog.migrations import migrate
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.fields.builtin import COMPUTED
from visionlens_jlab.core.views.shapes import FacetsRequest, SortKey, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.map.shapes import ColorsRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

NAMES = [field.name for field in COMPUTED]
SIZES = [(640, 480), (200, 100), (None, None)]
# sample, x, y, w, h: in the middle; at the border; beyond it; without a box; without a size
BOXES = [
    (0, 160.0, 120.0, 320.0, 240.0),
    (0, 0.0, 10.0, 64.0, 48.0),
    (1, -20.0, 10.0, 100.0, 100.0),
    (1, None, None, None, None),
    (2, 1.0, 2.0, 3.0, 4.0),
]


@pytest.fixture
def boxes(library: Library, tmp_path: Path) -> DatasetStore:
    store = library.create("Boxes")
    sample, *columns = (list(column) for column in zip(*BOXES, strict=True))
    widths, heights = (pa.array(column, pa.int32()) for column in zip(*SIZES, strict=True))
    store.results.apply(
        piece(
            tmp_path,
            sample=samples_table(0, 3, width=widths, height=heights),
            annotation=annotations_table(
                sample,
                kind=["box"] * 3 + ["classification", "box"],
                **{
                    name: pa.array(column, pa.float64())
                    for name, column in zip("xywh", columns, strict=True)
                },
            ),
        )
    )
    return store


def expected(row: int) -> dict[str, float | None]:
    sample, x, y, w, h = BOXES[row]
    width, height = SIZES[sample]
    if x is None or width is None:
        return dict.fromkeys(NAMES)
    edges = (x / width, y / height, (width - x - w) / width, (height - y - h) / height)
    return {
        "relative_area": w * h / (width * height),
        "center_x": (x + w / 2) / width,
        "center_y": (y + h / 2) / height,
        "edge_distance": max(0.0, min(edges)),
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_reader_gives_the_same_numbers(boxes: DatasetStore, name: str) -> None:
    want = [expected(row)[name] for row in range(len(BOXES))]
    there = [value for value in want if value is not None]
    read = boxes.tables.read("annotations", columns=[name]).column(name).to_pylist()
    assert read == [value if value is None else pytest.approx(value) for value in want]
    of_sql = boxes.sql(f"SELECT {name} FROM annotations ORDER BY annotation_id")
    assert of_sql.column(name).to_pylist() == read
    colors = boxes.part(Projections).colors(ColorsRequest(field=name, level="annotations"))
    assert colors.values[:3].tolist() == pytest.approx(there) and np.isnan(colors.values[3:]).all()
    of_samples = boxes.part(Projections).colors(ColorsRequest(field=name, level="samples"))
    assert of_samples.values[0] == pytest.approx(np.mean(there[:2]))
    facet = boxes.facets(FacetsRequest(view=ViewSpec(level="annotations"), fields=[name])).facets[0]
    assert (facet.type, facet.missing, sum(bin.count for bin in facet.bins)) == ("histogram", 2, 3)
    assert facet.low == pytest.approx(min(there)) and facet.high == pytest.approx(max(there))
    missing = boxes.view(ViewSpec(level="annotations", where=f"{name} is null"))
    assert missing.ids.tolist() == [3, 4]


def test_predicates_and_sorts_at_both_levels(boxes: DatasetStore) -> None:
    def ids(where: str, level: str = "annotations", *sort: SortKey) -> list[int]:
        return boxes.view(ViewSpec(level=level, where=where, sort=list(sort))).ids.tolist()

    assert ids("edge_distance = 0") == [1, 2]
    assert ids("edge_distance = 0", "samples") == [0, 1]
    assert ids("relative_area < 0.1 and center_x < 0.2") == [1]
    assert ids("count(relative_area > 0.2) >= 1", "samples") == [0, 1]
    assert ids("none(center_y > 0.4)", "samples") == [2]
    by_area = SortKey(field="relative_area", descending=True)
    assert ids("true", "annotations", by_area) == [2, 0, 1, 3, 4]
    assert ids("true", "samples", by_area) == [1, 0, 2]
    facet = boxes.facets(
        FacetsRequest(view=ViewSpec(where="relative_area > 0.2"), fields=["center_x"])
    ).facets[0]
    assert sum(bin.count for bin in facet.bins) == 2
    assert sum(bin.total for bin in facet.bins) == 3


def test_they_are_known_but_not_offered_and_not_set(boxes: DatasetStore) -> None:
    assert set(NAMES).isdisjoint(boxes.tables.read("annotations").column_names)
    offered = {facet.field for facet in boxes.facets(FacetsRequest()).facets}
    assert set(NAMES).isdisjoint(offered) and "area" in offered
    fields = {field.name: field for field in boxes.detail().fields}
    assert {(fields[name].type, fields[name].facet) for name in NAMES} == {("number", "histogram")}
    with pytest.raises(VisionLensError, match="built in"):
        boxes.set_field("center_x", np.array([0]), pa.array([0.5]), level="annotations")


def test_user_fields_of_these_names_give_way(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Library(home).close()
    folder = home / "datasets" / "old"
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / FILE_NAME)) as connection:
        migrate(connection, target=6)
        connection.execute(
            "INSERT INTO meta VALUES ('u-1', 'Old', '/data', '2025-01-01', '2025-01-02', 7, 1, 1, "
            "'ready', 'coco', '/data')"
        )
        connection.execute("INSERT INTO sample (sample_id, path, filename) VALUES (0, 'a', 'a')")
        connection.execute(
            "INSERT INTO annotation (annotation_id, sample_id, source, kind, is_crowd) "
            "VALUES (0, 0, 'ground_truth', 'box', FALSE)"
        )
        for position, (level, table) in enumerate(
            (("samples", "sample"), ("annotations", "annotation"))
        ):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN Center_X DOUBLE DEFAULT 9")
            connection.execute(
                "INSERT INTO field VALUES (?, 'Center_X', 'Center_X', 'number', ?)",
                [level, position],
            )
    library = Library(home)
    store = library.open("old")
    assert store.view(ViewSpec(where="sample.Center_X_ = 9")).ids.tolist() == [0]
    assert store.view(ViewSpec(where="annotation.Center_X_ = 9")).ids.tolist() == [0]
    assert store.view(ViewSpec(where="center_x is null")).ids.tolist() == [0]
    assert store.sql("SELECT center_x, Center_X_ FROM annotations").to_pylist() == [
        {"center_x": None, "Center_X_": 9.0}
    ]
    library.close()
