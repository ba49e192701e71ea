"""Compiled predicates give what the plain Python reading of them gives."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from visionlens_jlab.core.predicates.normal import conjuncts, field_names, normalize
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.renderer import render
from visionlens_jlab.core.predicates.shapes import Combine, Compare, Filter, In, Null
from visionlens_jlab.core.views.facets import read_facets
from visionlens_jlab.core.views.shapes import FacetsRequest, ViewSpec
from visionlens_jlab.core.views.tables import ids_at_level
from visionlens_jlab.tests.catalog.predicates.database import WorldDatabase
from visionlens_jlab.tests.catalog.predicates.reference import World
from visionlens_jlab.tests.catalog.predicates.strategies import TEXT_FIELDS, filters, worlds

_relaxed = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


DOMAINS: dict[str, list[object]] = {
    "class": TEXT_FIELDS["class"],
    "source": TEXT_FIELDS["source"],
    "split": TEXT_FIELDS["split"],
    "night": [True, False],
    "is_crowd": [True, False],
    "tag": ["car", "a_b"],
    "annotation.tag": ["car", "a_b"],
}


@pytest.fixture(scope="module")
def database() -> WorldDatabase:
    return WorldDatabase()


@given(filters())
@_relaxed
def test_text_reads_back_as_the_same_filter(filter: Filter) -> None:
    assert parse(render(filter)) == normalize(filter)


@given(filters())
@_relaxed
def test_normal_form_is_stable(filter: Filter) -> None:
    assert normalize(normalize(filter)) == normalize(filter)


@given(world=worlds(), filter=filters())
@_relaxed
def test_sample_views(database: WorldDatabase, world: World, filter: Filter) -> None:
    snapshot = database.fill(world)
    view = snapshot.view(ViewSpec(filter=filter))
    assert view.ids.tolist() == world.sample_ids(normalize(filter))
    again = snapshot.view(ViewSpec(where=render(filter)))
    assert again.ids.tolist() == view.ids.tolist()


@given(world=worlds(), filter=filters())
@_relaxed
def test_annotation_views(database: WorldDatabase, world: World, filter: Filter) -> None:
    view = database.fill(world).view(ViewSpec(level="annotations", filter=filter))
    assert view.ids.tolist() == world.annotation_ids(normalize(filter))


@given(world=worlds(), filter=filters())
@_relaxed
def test_matching_annotations(database: WorldDatabase, world: World, filter: Filter) -> None:
    snapshot = database.fill(world)
    view = snapshot.view(ViewSpec(filter=filter))
    found = ids_at_level(snapshot.reader, snapshot.fields, view, "annotations")
    assert sorted(found.tolist()) == world.matching_ids(normalize(filter))


@given(world=worlds(), filter=filters())
@_relaxed
def test_a_facet_value_counts_what_its_click_shows(
    database: WorldDatabase, world: World, filter: Filter
) -> None:
    snapshot = database.fill(world)
    for name, domain in DOMAINS.items():
        field = snapshot.fields.resolve(name)
        rest = [
            part
            for part in conjuncts(normalize(filter))
            if {snapshot.fields.resolve(n) for n in field_names(part)} != {field}
        ]
        request = FacetsRequest(view=ViewSpec(filter=filter), fields=[name])
        facet = read_facets(snapshot, request).facets[0]
        for value in facet.values:
            click: Filter = (
                Null(field=name)
                if value.value is None
                else Compare(field=name, cmp="=", value=value.value)
            )
            clicked = Combine(op="and", args=[*rest, click])
            assert value.samples == len(snapshot.view(ViewSpec(filter=clicked)).ids), value
        assert sum(v.samples for v in facet.values if v.value is None) == facet.missing
        listed = {value.value for value in facet.values}
        for other in {*domain, None} - listed:
            clicked = Combine(op="and", args=[*rest, In(field=name, values=[other])])
            assert len(snapshot.view(ViewSpec(filter=clicked)).ids) == 0, other


@given(world=worlds(), filter=filters())
@_relaxed
def test_histograms_count_every_row_of_the_other_conditions(
    database: WorldDatabase, world: World, filter: Filter
) -> None:
    snapshot = database.fill(world)
    for name in ("speed", "width"):
        field = snapshot.fields.resolve(name)
        rest = Combine(
            op="and",
            args=[
                part
                for part in conjuncts(normalize(filter))
                if {snapshot.fields.resolve(n) for n in field_names(part)} != {field}
            ],
        )
        request = FacetsRequest(view=ViewSpec(filter=filter), fields=[name])
        facet = read_facets(snapshot, request).facets[0]
        if not facet.bins:
            continue
        shown = len(snapshot.view(ViewSpec(filter=rest)).ids)
        assert sum(bin_.count for bin_ in facet.bins) + facet.missing == shown
        for number, bin_ in enumerate(facet.bins):
            last = number == len(facet.bins) - 1
            low = Compare(field=name, cmp=">=", value=bin_.low)
            high = Compare(field=name, cmp="<=" if last else "<", value=bin_.high)
            clicked = Combine(op="and", args=[rest, low, high])
            assert bin_.count == len(snapshot.view(ViewSpec(filter=clicked)).ids)


@given(world=worlds(), filter=filters())
@_relaxed
def test_annotation_level_facets(database: WorldDatabase, world: World, filter: Filter) -> None:
    snapshot = database.fill(world)
    for name in ("class", "source", "weather"):
        field = snapshot.fields.resolve(name)
        rest = [
            part
            for part in conjuncts(normalize(filter))
            if {snapshot.fields.resolve(n) for n in field_names(part)} != {field}
        ]
        view = ViewSpec(level="annotations", filter=filter)
        facet = read_facets(snapshot, FacetsRequest(view=view, fields=[name])).facets[0]
        for value in facet.values:
            click = In(field=name, values=[value.value])
            clicked = world.annotation_ids(normalize(Combine(op="and", args=[*rest, click])))
            assert value.annotations == len(clicked)
            owners = {world.annotations[i]["sample_id"] for i in clicked}
            assert value.samples == len(owners)
        listed = {value.value for value in facet.values}
        for other in {*TEXT_FIELDS[name], None} - listed:
            clicked = Combine(op="and", args=[*rest, In(field=name, values=[other])])
            assert world.annotation_ids(normalize(clicked)) == []
