"""What tools give that no run above asks for, and predicates as SQL."""

from __future__ import annotations

import json

import numpy as np
import pytest

from visionlens_jlab.agents.statements.evidence import Evidence, distributions_of, quantities_of
from visionlens_jlab.agents.tools import TOOLS
from visionlens_jlab.agents.tools.base import Desk, short
from visionlens_jlab.core.sql.views import literal, select_text
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Encoded
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.tests.agents.asked import NIGHT


@pytest.fixture(scope="module")
def desk(town):
    """With an embedding space, whose model finds what looks like the first image."""
    store = town[1]
    ids = store.view(ViewSpec()).ids
    vectors = np.random.default_rng(0).normal(size=(len(ids), 8)).astype(np.float32)
    space = EmbeddingSpace(
        space="s", level="samples", model="m", version="1", dimension=8, created_at=""
    )
    store.part(Embeddings).add(space, ids, vectors)

    def encode(request):
        return Encoded(
            query=store.part(Embeddings).put_query("s", vectors[0], kind="text"), seconds=0
        )

    yield Desk(store, "model", encode)
    store.part(Embeddings).delete("s")


def test_searches_by_ids_and_by_text(desk):
    first = int(desk.store.view(ViewSpec()).ids[0])
    for asked in ({"like": [first]}, {"text": "something"}, {"like": [first], "space": "s"}):
        (found,) = TOOLS["search"].call(desk, {**asked, "k": 5})
        assert found.result["ids"][0] == first and len(found.result["ids"]) == 5
        assert found.result["scores"][0] == pytest.approx(1, abs=1e-3)
    (among,) = TOOLS["search"].call(desk, {"like": [first], "where": NIGHT, "k": 50})
    assert among.result["predicate"] == NIGHT
    assert set(among.result["ids"]) <= set(desk.store.view(ViewSpec(where=NIGHT)).ids.tolist())


def test_searches_that_cannot_be(desk):
    mute = Desk(desk.store, "model")
    for used, asked, code in (
        (desk, {}, "REQUEST_INVALID"),
        (desk, {"like": [1], "space": "other"}, "SPACE_NOT_FOUND"),
        (mute, {"text": "x"}, "TEXT_UNSUPPORTED"),
    ):
        with pytest.raises(VisionLensError) as refused:
            TOOLS["search"].call(used, asked)
        assert refused.value.code == code


def test_numbers_are_counted_in_bins(desk):
    (found,) = TOOLS["facets"].call(desk, {"fields": ["brightness"]})
    values = found.result["fields"]["brightness"]["values"]
    assert sum(one["count"] for one in values) == found.result["count"]


def test_without_an_evaluation_there_are_no_figures(desk):
    for name in ("findings", "evaluation_figures"):
        with pytest.raises(VisionLensError) as refused:
            TOOLS[name].call(Desk(desk.store), {})
        assert refused.value.code == "ANALYSIS_INVALID"


@pytest.mark.parametrize("level", ["samples", "annotations"])
@pytest.mark.parametrize(
    "where",
    [
        f"class in ('car', 'person') and {NIGHT}",
        "filename like '%1%' or width between 1 and 70",
        "any(class = 'car' and w > 3)",
        "tag is null",
        "note contains 'a?b''c'",
        "captured_at < '2020-01-01'",
        "count(class = 'car') >= 1",
    ],
)
def test_sql_gives_the_rows_of_its_predicate(desk, where, level):
    spec = ViewSpec(where=where, level=level)
    with desk.store.snapshot() as snapshot:
        sql = select_text(spec, snapshot.fields)
    ids = desk.store.sql(sql).column(f"{level[:-1]}_id").to_numpy()
    assert np.array_equal(np.sort(ids), np.sort(desk.store.view(spec).ids))


def test_literals():
    assert literal([None, True, 1.5, "it's"]) == "[NULL, true, 1.5, 'it''s']"


def named(desk, tool, **asked):
    """The numbers of a tool's result by what they are."""
    (found,) = TOOLS[tool].call(desk, asked)
    evidence = Evidence("e1", tool, asked, json.loads(json.dumps(found.result)))
    return {
        (one.metric, one.unit, one.of, one.run): one.value for one in quantities_of(evidence)
    }, evidence


def test_numbers_of_a_result_are_those_of_their_population(desk):
    """Whatever a result counts is what its predicate gives."""
    for tool, asked in (
        ("describe_dataset", {}),
        ("query", {"where": NIGHT, "level": "annotations"}),
        ("facets", {"fields": ["class", "time_of_day", "note"], "where": "class = 'car'"}),
    ):
        numbers, _ = named(desk, tool, **asked)
        counted = 0
        for (metric, unit, of, run), value in numbers.items():
            level = "samples" if unit == "images" else "annotations"
            assert metric == "count" and run is None
            assert value == len(desk.store.view(ViewSpec(level=level, where=of or None)).ids)
            counted += 1
        assert counted > 0
        # a facet counts under all conditions but its own
        assert tool != "facets" or not any("class = 'person'" in of for _, _, of, _ in numbers)


def test_numbers_of_an_evaluation_are_those_of_its_tables(desk):
    numbers, _ = named(desk, "evaluation_figures")
    detail = desk.store.part(Evaluations).read("model")
    for row in detail.per_class:
        of = f"class = '{row.name}'"
        assert numbers["recall", "score", of, "model"] == short(row.recall)
        assert numbers["support", "objects", of, "model"] == row.support
    for metric in detail.metrics:
        if metric.value is not None:
            assert numbers[metric.name, "score", "", "model"] == short(metric.value)
    for error in detail.errors:
        assert numbers[f"{error.type} errors", "errors", "", "model"] == error.count


def test_fields_are_told_with_all_of_their_values(desk):
    _, evidence = named(desk, "facets", fields=["brightness", "time_of_day"], where=NIGHT)
    (found,) = distributions_of(evidence)
    assert (found.field, found.of, found.whole) == ("brightness", NIGHT, 80)
    assert sum(count for _, count in found.parts) + found.missing == 80


def test_a_slice_too_small_is_said_to_be(desk):
    """In the result, which statements are worded from, and in the line that a chat shows."""
    first = int(desk.store.view(ViewSpec()).ids[0])
    tool = TOOLS["test_slice"]
    (found,) = tool.call(desk, {"where": f"sample_id <= {first + 4}"})
    assert found.result["too_few"] and not found.result["confirmed"]
    assert found.result["too_few"] in found.text
    (large,) = tool.call(desk, {"where": NIGHT})
    assert large.result["too_few"] is None and "too small" not in large.text
