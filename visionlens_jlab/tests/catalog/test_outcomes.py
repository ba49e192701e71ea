"""Views of outcomes: every reader of the catalog shows the same annotations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.views.shapes import (
    Cell,
    FacetsRequest,
    OutcomeFilter,
    SearchSpec,
    SortKey,
    TagRequest,
    ViewSpec,
)
from visionlens_jlab.embeddings.shapes import EmbeddingSpace
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import CountsRequest, EvaluateRequest, PredictionsRequest
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.map.shapes import ColorsRequest
from visionlens_jlab.map.store.projections import Projections
from visionlens_jlab.tests.catalog.builders import annotations_table, final, piece, samples_table

COUNT = 12
CAR, PERSON = [10.0, 10.0, 20.0, 20.0], [60.0, 10.0, 10.0, 30.0]
PREDICTED = [  # sample, class, box, confidence
    (0, "car", CAR, 0.9),
    (0, "person", PERSON, 0.8),
    (1, "person", CAR, 0.7),
    (2, "car", [40.0, 40.0, 5.0, 5.0], 0.6),
    (3, "car", CAR, 0.3),
    (3, "car", CAR, 0.2),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatasetStore]:
    """Twelve samples with a car each and a person on each third, a run and its evaluation."""
    folder = tmp_path_factory.mktemp("outcomes")
    library = Library(folder / "home")
    yield fill(library, folder)
    library.close()


def fill(library: Library, folder: Path) -> DatasetStore:
    """The dataset of the fixture `made`."""
    store = library.create("outcomes")
    people = list(range(0, COUNT, 3))
    boxes = np.array([CAR] * COUNT + [PERSON] * len(people))
    labels = annotations_table(
        [*range(COUNT), *people],
        **{"class": ["car"] * COUNT + ["person"] * len(people)},
        **{side: boxes[:, column].tolist() for column, side in enumerate("xywh")},
    )
    store.results.apply(
        piece(
            folder,
            root=pa.table({"name": ["images"], "location": ["/data"]}),
            sample=samples_table(0, COUNT, split=["train", "val"] * (COUNT // 2)),
            annotation=labels,
            summary=final(),
        )
    )
    rows = pa.table(
        {
            "sample_id": [row[0] for row in PREDICTED],
            "class": [row[1] for row in PREDICTED],
            **{side: [row[2][column] for row in PREDICTED] for column, side in enumerate("xywh")},
            "confidence": [row[3] for row in PREDICTED],
        }
    )
    requests = (
        (PredictionsRequest(dataset="outcomes", run="m", source="table"), rows),
        (EvaluateRequest(dataset="outcomes", run="m", confidence=0.25, replicates=0), None),
    )
    for request, table in requests:
        run_job(library, request, on_progress=lambda job: None, table=table)
    return store


def spec(level: str = "samples", **wanted: object) -> ViewSpec:
    """A view of outcomes of the evaluation."""
    return ViewSpec.model_validate(
        {"level": level, "outcomes": OutcomeFilter.model_validate({"evaluation": "m", **wanted})}
    )


@pytest.mark.parametrize(
    ("wanted", "annotations", "samples"),
    [
        # labels have the ids 0 to 15 (cars, then people), predictions those from 16 on
        ({"outcomes": ["true_positive"]}, [0, 3, 12, 16, 17, 20], [0, 3]),
        ({"outcomes": ["false_positive"]}, [18, 19], [1, 2]),
        ({"outcomes": ["false_positive"], "confidence": 0.1}, [18, 19, 21], [1, 2, 3]),
        ({"cell": Cell(true="car", predicted="person")}, [1, 18], [1]),
        ({"cell": Cell(true=None, predicted="car")}, [19], [2]),
        ({"errors": ["classification"]}, [18], [1]),
        ({"outcomes": ["true_positive"], "classes": ["person"]}, [12, 17], [0]),
        ({"confidence_range": (0.65, 1.0)}, [0, 12, 16, 17, 18], [0, 1]),
    ],
)
def test_every_reader_shows_the_same(
    made: DatasetStore, wanted: dict[str, object], annotations: list[int], samples: list[int]
) -> None:
    by_sample, by_annotation = spec(**wanted), spec("annotations", **wanted)
    assert made.view(by_sample).ids.tolist() == samples
    assert made.view(by_annotation).ids.tolist() == annotations
    for view in (by_sample, by_annotation):
        table = made.tables.read("annotations", spec=view)
        assert sorted(table.column("annotation_id").to_pylist()) == annotations
        assert made.tables.read("samples", spec=view).column("sample_id").to_pylist() == samples
        tiles = made.first_tiles(view, 100).tiles
        matching = [
            id_
            for tile in tiles
            for id_, own in zip(tile.annotation_ids, tile.matching, strict=True)
            if own
        ]
        assert sorted(matching) == annotations
        facets = made.facets(FacetsRequest(view=view, fields=["class", "source", "split"]))
        assert facets.count == len(made.view(view).ids)
        for facet in facets.facets[:2]:
            assert sum(value.annotations or 0 for value in facet.values) == len(annotations)
        counted = [value.samples for value in facets.facets[2].values]
        assert sum(counted) == len(samples)
        detail = made.sample(samples[0], view)
        own = {one.annotation_id for one in detail.annotations if one.matching}
        assert own == set(annotations) & {one.annotation_id for one in detail.annotations}


def test_a_table_says_what_became_of_each_annotation(made: DatasetStore) -> None:
    table = made.tables.read("annotations", spec=spec("annotations"))
    rows = {row["annotation_id"]: row for row in table.to_pylist()}
    assert len(rows) == 16 + 5  # one prediction is below the threshold
    assert rows[0]["outcome"] == rows[16]["outcome"] == "true_positive"
    assert (rows[0]["partner_id"], rows[16]["partner_id"]) == (16, 0)
    assert rows[0]["iou"] == rows[16]["iou"] == 1
    assert (rows[18]["outcome"], rows[18]["error"]) == ("false_positive", "classification")
    assert (rows[5]["outcome"], rows[5]["error"]) == ("false_negative", "missed")
    assert rows[5]["partner_id"] is None
    some = made.tables.read("annotations", spec=spec("annotations"), columns=["outcome", "class"])
    assert some.column_names == ["outcome", "class"]
    only = made.tables.read("annotations", spec=spec("annotations"), columns=["outcome"])
    assert only.column("outcome").to_pylist() == table.column("outcome").to_pylist()
    tile = made.first_tiles(spec(), 1).tiles[0]
    assert dict(zip(tile.annotation_ids, tile.outcomes, strict=True))[16] == "true_positive"
    assert dict(zip(tile.annotation_ids, tile.partner_ids, strict=True))[16] == 0
    assert made.first_tiles(ViewSpec(), 1).tiles[0].outcomes == []
    annotation = made.sample(0, spec()).annotations[0]
    assert (annotation.outcome, annotation.partner_id) == ("true_positive", 16)


def test_filters_sql_and_searches_narrow_outcomes(made: DatasetStore) -> None:
    wrong = spec("annotations", outcomes=["false_positive", "false_negative"])
    everything = set(made.view(wrong).ids.tolist())
    owners = made.sql("SELECT annotation_id, sample_id FROM annotation").to_pylist()
    owner = {row["annotation_id"]: row["sample_id"] for row in owners}
    narrowed = wrong.model_copy(update={"where": "split = 'val'"})
    assert set(made.view(narrowed).ids.tolist()) == {i for i in everything if owner[i] % 2}
    by_class = wrong.model_copy(update={"where": "class = 'person'"})
    assert set(made.view(by_class).ids.tolist()) == {13, 14, 15, 18}
    for sql, chosen in (
        ("SELECT unnest([2, 1]) AS sample_id", {i for i in everything if owner[i] in (1, 2)}),
        ("SELECT unnest([19, 5, 0]) AS annotation_id", {19, 5}),
    ):
        for level in ("annotations", "samples"):
            view = wrong.model_copy(update={"sql": sql, "level": level})
            table = made.tables.read("annotations", spec=view)
            assert set(table.column("annotation_id").to_pylist()) == chosen
            assert set(made.tables.read("samples", spec=view).column("sample_id").to_pylist()) == {
                owner[i] for i in chosen
            }
    ordered = wrong.model_copy(update={"sql": "SELECT unnest([2, 1]) AS sample_id"})
    found = [owner[i] for i in made.view(ordered).ids.tolist()]
    assert found == sorted(found, reverse=True)
    sort = [SortKey(field="confidence", descending=True)]
    best = made.view(wrong.model_copy(update={"sort": sort})).ids.tolist()
    assert best[:2] == [18, 19]


def test_colours_by_outcome(made: DatasetStore) -> None:
    wanted = OutcomeFilter(evaluation="m")
    by_annotation = made.part(Projections).colors(
        ColorsRequest(field="outcome", level="annotations", outcomes=wanted)
    )
    names = [value.value for value in by_annotation.legend.values]
    shown = {id_: names[code] for id_, code in enumerate(by_annotation.values) if code < 65_000}
    table = made.tables.read("annotations", spec=spec("annotations"))
    ids, outcomes = (table.column(name).to_pylist() for name in ("annotation_id", "outcome"))
    assert shown == dict(zip(ids, outcomes, strict=True))
    assert by_annotation.legend.missing == 1
    by_sample = made.part(Projections).colors(ColorsRequest(field="outcome", outcomes=wanted))
    worst = [names[code] for code in by_sample.values]
    assert worst[0] == "true_positive"
    assert set(worst[1:3]) == {"false_negative"}  # worse than what is beside it
    with pytest.raises(VisionLensError, match="FIELD_UNKNOWN"):
        made.part(Projections).colors(ColorsRequest(field="outcome"))
    with pytest.raises(VisionLensError, match="EVALUATION_NOT_FOUND"):
        made.part(Projections).colors(
            ColorsRequest(field="outcome", outcomes=OutcomeFilter(evaluation="x"))
        )


def test_outcomes_with_a_search_and_a_tag(library: Library, tmp_path: Path) -> None:
    store = fill(library, tmp_path)
    angles = np.linspace(0, 1, COUNT)
    space = EmbeddingSpace(
        space="s", level="samples", model="matrix", version="1", dimension=0, created_at=""
    )
    matrix = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    store.part(Embeddings).add(space, np.arange(COUNT), matrix)
    search = SearchSpec(space="s", like=[3], k=2)
    wrong = spec(outcomes=["false_positive"]).model_copy(update={"search": search})
    assert store.view(wrong).ids.tolist() == [2, 1]
    table = store.tables.read("annotations", spec=wrong)
    assert table.column("annotation_id").to_pylist() == [19, 18]
    changed = store.tag(TagRequest(tag="wrong", level="annotations", view=spec(errors=["missed"])))
    assert changed.changed == 12
    store.delete_samples([0])
    # what is gone is shown no more, and the evaluation says that it is out of date
    assert store.view(spec(outcomes=["true_positive"])).ids.tolist() == [3]
    assert store.part(Evaluations).read("m").stale
    store.part(Evaluations).delete("m")
    with pytest.raises(VisionLensError, match="EVALUATION_NOT_FOUND"):
        store.view(spec())


def test_two_levels_and_sources_agree_in_counts(made: DatasetStore) -> None:
    for outcome, confidence in product(
        ("true_positive", "false_positive", "false_negative", "ignored"), (0.0, 0.25, 0.65, 1.0)
    ):
        wanted = {"outcomes": [outcome], "confidence": confidence}
        counts = made.part(Evaluations).counts("m", CountsRequest(confidence=confidence))
        ids = made.view(spec("annotations", **wanted)).ids
        number = {
            "true_positive": 2 * counts.true_positives,
            "false_positive": counts.false_positives,
            "false_negative": counts.false_negatives,
            "ignored": counts.ignored,
        }[outcome]
        assert len(ids) == number
