"""Views whose rows one SELECT chooses: at both levels, narrowed, sorted, and everywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.core.views.restriction import read_restriction
from visionlens_jlab.core.views.shapes import FacetsRequest, SortKey, TagRequest, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.tests.catalog.builders import annotations_table, piece, samples_table

PREDICTIONS = "SELECT annotation_id FROM annotations WHERE source = 'a' ORDER BY confidence"


@pytest.mark.parametrize(
    ("sql", "level", "ids"),
    [
        # The rows give the order; an id counts where it comes first.
        ("SELECT sample_id FROM samples ORDER BY sample_id DESC", "samples", [5, 4, 3, 2, 1, 0]),
        ("SELECT unnest([3, 0, 3, 1, 0]) AS sample_id", "samples", [3, 0, 1]),
        # NULL and ids that do not exist are no rows.
        ("SELECT unnest([NULL, 2, 77, -1, 5000000000]) AS sample_id", "samples", [2]),
        ("SELECT NULL AS sample_id", "samples", []),
        ("SELECT sample_id FROM samples WHERE false", "samples", []),
        ("SELECT 'é;' AS a, SAMPLE_ID FROM sample LIMIT 2; -- ; two", "samples", [0, 1]),
        ("FROM samples SELECT sum(sample_id) AS sample_id", "samples", []),
        # Annotations: their samples, by their first annotation.
        (PREDICTIONS, "samples", [1]),
        ("SELECT unnest([6, 1, 0]) AS annotation_id", "samples", [3, 0]),
        ("SELECT * FROM annotations WHERE w > 40 ORDER BY w DESC", "samples", [0, 1]),
        # Level annotations: these annotations, or the ground truth of these samples.
        (PREDICTIONS, "annotations", [4, 3]),
        ("SELECT unnest([1, 0]) AS sample_id", "annotations", [2, 0, 1]),
    ],
)
def test_the_rows_are_the_view(
    street: DatasetStore, sql: str, level: Level, ids: list[int]
) -> None:
    view = street.view(ViewSpec(sql=sql, level=level))
    assert view.ids.tolist() == ids
    # Chosen annotations may be of any source: two predictions more.
    chosen = level == "annotations" and "annotation_id" in sql
    assert view.total == street.count(level) + (2 if chosen else 0)
    assert view.predicate == ""


def test_the_filter_narrows_and_the_sort_orders(street: DatasetStore) -> None:
    sql = "SELECT unnest([5, 3, 1, 0]) AS sample_id"

    def ids(**spec: object) -> list[int]:
        found: list[int] = street.view(ViewSpec(sql=sql, **spec)).ids.tolist()  # type: ignore[arg-type]
        return found

    assert ids(where="split = 'train'") == [1, 0]
    assert ids(where="class = 'car'", sort=[SortKey(field="sample_id")]) == [0, 1]
    assert ids(sort=[SortKey(field="speed", descending=True)]) == [3, 1, 0, 5]
    assert ids(level="annotations", where="class = 'car'") == [2, 0]
    assert ids(level="annotations", where="source = 'a'") == [3, 4]
    assert ids(level="annotations", all=True) == [6, 2, 3, 4, 0, 1]


@pytest.mark.own_dataset
def test_chosen_annotations_are_the_matching_ones(street: DatasetStore) -> None:
    spec = ViewSpec(sql="SELECT unnest([4, 3, 1]) AS annotation_id")
    assert street.view(spec).ids.tolist() == [1, 0]
    assert street.tiles(spec, [0, 1]).tiles[1].matching == [False, True, True]
    assert street.tiles(spec, [0, 1]).tiles[0].matching == [False, True]
    assert [a.matching for a in street.sample(1, spec).annotations] == [False, True, True]
    assert street.tables.read("annotations", spec=spec)["annotation_id"].to_pylist() == [3, 4, 1]
    # A condition on annotations speaks of one of them, of any source.
    cars = spec.model_copy(update={"where": "class = 'car'"})
    assert street.view(cars).ids.tolist() == [1]
    assert street.tables.read("annotations", spec=cars)["annotation_id"].to_pylist() == [3]
    by_width = spec.model_copy(update={"sort": [SortKey(field="w")]})
    assert street.view(by_width).ids.tolist() == [1, 0]
    assert street.tag(TagRequest(tag="x", level="annotations", view=spec)).changed == 3
    assert street.view(ViewSpec(where="annotation.tag = 'x' and source = 'a'")).ids.tolist() == [1]


def counts(store: DatasetStore, field: str, spec: ViewSpec) -> dict[object, tuple[int, int | None]]:
    facet = store.facets(FacetsRequest(view=spec, fields=[field])).facets[0]
    return {entry.value: (entry.samples, entry.annotations) for entry in facet.values}


def test_facets_count_under_the_sql_and_all_conditions_but_their_own(
    street: DatasetStore,
) -> None:
    some = ViewSpec(sql="SELECT unnest([0, 1, 2]) AS sample_id", where="weather = 'sun'")
    assert counts(street, "weather", some) == {"sun": (2, None), "rain": (1, None)}
    assert counts(street, "class", some) == {"person": (2, 2), "car": (1, 1)}
    boxes = ViewSpec(sql="SELECT unnest([3, 4, 1]) AS annotation_id", where="class = 'person'")
    assert counts(street, "class", boxes) == {"car": (1, 1), "person": (2, 2)}
    assert counts(street, "source", boxes) == {"a": (1, 1), "ground_truth": (1, 1)}
    assert counts(street, "weather", boxes) == {"rain": (1, None), "sun": (1, None)}
    objects = boxes.model_copy(update={"level": "annotations"})
    assert counts(street, "class", objects) == {"car": (1, 1), "person": (2, 2)}
    speed = street.facets(FacetsRequest(view=some, fields=["speed"])).facets[0]
    assert sum(entry.count for entry in speed.bins) == 2
    assert sum(entry.total for entry in speed.bins) == 4


@pytest.mark.own_dataset
def test_tags_by_view_and_tables(street: DatasetStore) -> None:
    spec = ViewSpec(sql="SELECT unnest([3, 1]) AS sample_id")
    assert street.tag(TagRequest(tag="x", view=spec)).changed == 2
    assert street.tables.read("samples", spec=spec, columns=["sample_id"])[
        "sample_id"
    ].to_pylist() == [
        3,
        1,
    ]
    assert street.view(ViewSpec(where="tag = 'x'")).ids.tolist() == [1, 3]


@pytest.mark.own_dataset
def test_the_sql_runs_once_for_a_version(
    street: DatasetStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []
    monkeypatch.setattr(
        "visionlens_jlab.core.catalog.snapshot.read_restriction",
        lambda reader, sql, run=read_restriction: runs.append(sql) or run(reader, sql),
    )
    spec = ViewSpec(sql="SELECT sample_id FROM samples WHERE split = 'train'")
    for where in ("class = 'car'", "speed > 10"):
        narrowed = spec.model_copy(update={"where": where})
        street.view(narrowed)
        street.facets(FacetsRequest(view=narrowed))
        street.tiles(narrowed, [0, 1])
    assert len(runs) == 1
    street.tag(TagRequest(tag="x", ids=[0]))
    street.view(spec)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT filename FROM samples", "no column that says"),
        ("SELECT filename AS sample_id FROM samples", "no whole numbers"),
        ("SELECT 0.5 AS sample_id", "no whole numbers"),
        ("SELECT nothing FROM samples", "nothing"),
        ("DELETE FROM sample", "DELETE"),
    ],
)
def test_what_cannot_be_a_view(street: DatasetStore, sql: str, said: str) -> None:
    for use in (street.view, lambda spec: street.save_view("x", spec)):
        with pytest.raises(VisionLensError) as caught:
            use(ViewSpec(sql=sql))
        assert caught.value.code == "SQL_REFUSED"
        assert said in caught.value.message
        assert caught.value.hint
    assert street.saved_views() == []


def test_an_endless_view_ends(street: DatasetStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visionlens_jlab.core.views.restriction.VIEW_SECONDS", 0.3)
    for sql in (
        "SELECT 1 AS sample_id FROM range(10000000) a, range(1000000) b",
        "SELECT sum(a.range * b.range)::BIGINT AS sample_id FROM range(9999999) a, range(999999) b",
    ):
        with pytest.raises(VisionLensError) as caught:
            street.view(ViewSpec(sql=sql))
        assert caught.value.code == "SQL_TIMEOUT"


def test_whitespace_is_no_sql(street: DatasetStore) -> None:
    spec = ViewSpec(sql="  \n")
    assert street.view(spec).ids.tolist() == [0, 1, 2, 3, 4, 5]
    assert counts(street, "weather", spec)["sun"] == (3, None)


# --- tiles with geometry ---------------------------------------------------------------------

TRIANGLE = [[10.5, 20.25, 40.5, 20.25, 40.5, 60.25]]


@pytest.fixture
def shapes(library: Library, tmp_path: Path) -> DatasetStore:
    """Sample 0 has a box, a polygon and a class without a place; sample 1 nothing."""
    store = library.create("shapes")
    annotations = annotations_table(
        [0, 0, 0],
        kind=["box", "polygon", "classification"],
        x=[1.0, 10.5, None],
        geometry=[None, b"[[10.5, 20.25, 40.5, 20.25, 40.5, 60.25]]", None],
    )
    store.results.apply(piece(tmp_path, sample=samples_table(0, 2), annotation=annotations))
    return store


def test_geometry_comes_when_asked_for(shapes: DatasetStore) -> None:
    with_shapes, empty = shapes.tiles(ViewSpec(), [0, 1], geometry=True).tiles
    assert with_shapes.geometries == [None, TRIANGLE, None]
    assert with_shapes.boxes[0] == [1.0, 20.25, 30.0, 40.0]
    assert with_shapes.boxes[2] == []
    assert empty.geometries == []
    assert shapes.tiles(ViewSpec(), [0]).tiles[0].geometries == []
    crop = shapes.tiles(ViewSpec(level="annotations"), [1], geometry=True).tiles[0]
    assert crop.geometries == [TRIANGLE]


@pytest.mark.parametrize("geometry", [False, True])
@pytest.mark.parametrize("sql", [None, PREDICTIONS])
@pytest.mark.parametrize("where", [None, "class = 'car' or split = 'val'"])
def test_tiles_take_two_statements(
    street: DatasetStore,
    monkeypatch: pytest.MonkeyPatch,
    sql: str | None,
    where: str | None,
    geometry: bool,
) -> None:
    spec = ViewSpec(sql=sql, where=where)
    street.tiles(spec, [0])
    statements: list[str] = []
    rows, arrow = Reader.rows, Reader.arrow
    monkeypatch.setattr(Reader, "rows", lambda *a: statements.append(a[1]) or rows(*a))
    monkeypatch.setattr(Reader, "arrow", lambda *a: statements.append(a[1]) or arrow(*a))
    assert len(street.tiles(spec, range(6), geometry=geometry).tiles) == 6
    assert len(statements) == 2
