"""Results of tools: their numbers, and what each of them is a number of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from visionlens_jlab.analysis.slices.terms import one_line, quoted, shown
from visionlens_jlab.core.predicates.normal import conjunction, field_names, leaves
from visionlens_jlab.core.predicates.parser import parse
from visionlens_jlab.core.predicates.renderer import literal, render
from visionlens_jlab.core.predicates.shapes import Between, Compare, Filter, In, Not, Null, Text
from visionlens_jlab.core.shapes import Scalar
from visionlens_jlab.errors import VisionLensError

Direction = Literal["more", "less", "unclear"]
Unit = Literal[
    "images",
    "objects",
    "predictions",
    "errors",
    "score",
    "share of objects",
    "share of predictions",
    "mean of images",
    "mean of objects",
    "mean of predictions",
]
"""What a number is in."""


@dataclass(frozen=True)
class Evidence:
    """One result of a tool."""

    id: str
    """Statements name it."""
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    """JSON."""


_WORD = re.compile(r"[^\W\d_]+")
_WORDS, _LONG = 3, 40
"""From so many words or characters on a text may say something."""


def canonical(text: str) -> str | None:
    """The one form of a predicate; empty: everything; None: it cannot be read."""
    try:
        found = parse(text) if text.strip() else None
        return "" if found is None else one_line(render(found))
    except VisionLensError:
        return None


def with_value(of: str, field: str, value: Scalar) -> str:
    """Those of a population that have a value."""
    term: Filter = (
        Null(field=field) if value is None else Compare(field=field, cmp="=", value=value)
    )
    return _joined(of, term)


def rest_of(of: str) -> str:
    """What a predicate does not hold for."""
    found = parse(of)
    return "" if found is None else one_line(render(Not(arg=found)))


def names_field(of: str, field: str) -> bool:
    """Whether a predicate speaks of a field."""
    found = parse(of) if of else None
    names = [] if found is None else list(field_names(found))
    return field.casefold() in {name.rpartition(".")[2].casefold() for name in names}


def long_texts(of: str) -> Iterator[str]:
    """Of each text of several words in a predicate, the predicate that it stands in the dataset.

    PREDICATE_INVALID.
    """
    found = parse(of) if of.strip() else None
    for leaf in [] if found is None else leaves(found):
        if isinstance(leaf, Text) and leaf.op != "matches":
            if _is_long(leaf.value):
                yield render(leaf)
        elif isinstance(leaf, Compare | In | Between | Text):
            for text in _texts(leaf):
                yield render(Compare(field=leaf.field, cmp="=", value=text))


def _texts(leaf: Filter) -> list[str]:
    """The long ones among the values of a condition."""
    values = list(leaf.model_dump(exclude={"op", "field"}).values())
    flat = [one for part in values for one in (part if isinstance(part, list) else [part])]
    return [one for one in flat if isinstance(one, str) and _is_long(one)]


def _is_long(text: str) -> bool:
    return len(_WORD.findall(text)) >= _WORDS or len(text) > _LONG


def _joined(of: str, term: Filter) -> str:
    found = parse(of) if of else None
    joined = conjunction([term] if found is None else [found, term])
    return "" if joined is None else one_line(render(joined))


@dataclass(frozen=True)
class Quantity:
    """One number."""

    metric: str
    unit: Unit
    """What it is, and what it is in."""
    of: str
    """Its population: a predicate in normal form; empty: everything."""
    value: float
    run: str | None = None
    """Whose figure it is."""
    scope: str = ""
    """Two figures compare only within one."""
    whole: int | None = None
    """How many there are of what it is a part, or rests on; `whole_of` is their population."""
    whole_of: str = ""
    field: str = ""
    """Whose values tell it from its like; `complete`: these are all there."""
    complete: bool = False
    note: str = ""


def quantities_of(evidence: Evidence) -> list[Quantity]:
    """Every number that can be stated; those that are not known are left out."""
    read = _BY_TOOL.get(evidence.tool)
    return [] if read is None else list(read(evidence.result))


@dataclass(frozen=True)
class Distribution:
    """How often the values of a field are, among a population of `whole`.

    `parts`: values as predicates write them, or ranges, with their counts; `more`: values that
    are not among them.
    """

    field: str
    unit: Unit
    of: str
    whole: int
    parts: tuple[tuple[str, int], ...]
    missing: int
    more: int = 0


def distributions_of(evidence: Evidence) -> list[Distribution]:
    """Those of every field that a result counts by its values."""
    result = evidence.result
    if evidence.tool == "describe_dataset":
        return _by_class_and_split(result)
    if evidence.tool != "facets":
        return []
    of = canonical(result["predicate"]) or ""
    # a facet counts under all conditions but its own
    return [
        _distribution(field, facet, of, result["count"])
        for field, facet in result["fields"].items()
        if not names_field(of, field)
    ]


def _by_class_and_split(result: dict[str, Any]) -> list[Distribution]:
    classes, samples = result["classes"], result["samples"]
    more = result["classes_in_all"] - len(classes)
    objects = tuple((literal(name), row["annotations"]) for name, row in classes.items())
    images = tuple((literal(name), row["samples"]) for name, row in classes.items())
    splits = tuple((literal(name), count) for name, count in result["splits"].items() if name)
    return [
        Distribution("class", "objects", "", result["annotations"], objects, 0, more),
        Distribution("class", "images", "", samples, images, 0, more),
        Distribution("split", "images", "", samples, splits, result["splits"].get("", 0)),
    ]


def _distribution(field: str, facet: dict[str, Any], of: str, whole: int) -> Distribution:
    rows, unit = facet["values"], facet["unit"]
    known = [row for row in rows if row.get("value", "") is not None]
    parts = tuple(
        (literal(row["value"]) if "value" in row else f"{row['from']} to {row['to']}", row["count"])
        for row in known
    )
    if unit != "images":
        whole = sum(count for _, count in parts) + facet["missing"]
    more = max(0, facet["distinct"] - len(rows))
    return Distribution(field, unit, of, whole, parts, facet["missing"], more)


def _of_dataset(result: dict[str, Any]) -> Iterator[Quantity]:
    samples, annotations, classes = result["samples"], result["annotations"], result["classes"]
    complete = len(classes) == result["classes_in_all"]
    yield Quantity("count", "images", "", samples)
    yield Quantity("count", "objects", "", annotations)
    for name, counts in classes.items():
        like = {"field": "class", "complete": complete}
        of = with_value("", "class", name)
        yield Quantity("count", "objects", of, counts["annotations"], whole=annotations, **like)
        yield Quantity("count", "images", of, counts["samples"], whole=samples, **like)
    for name, count in result["splits"].items():
        of = with_value("", "split", name or None)
        yield Quantity("count", "images", of, count, whole=samples, field="split", complete=True)


def _of_query(result: dict[str, Any]) -> Iterator[Quantity]:
    of = result["predicate"] or ""
    # of labels and predictions together there is no whole
    whole = None if names_field(of, "source") else result["total"]
    known = canonical(of)
    if known is not None:
        yield Quantity("count", result["unit"], known, result["count"], whole=whole)


def _of_facets(result: dict[str, Any]) -> Iterator[Quantity]:
    of, whole = canonical(result["predicate"]) or "", result["count"]
    yield Quantity("count", "images", of, whole)
    for field, facet in result["fields"].items():
        # a facet counts under all conditions but its own
        if names_field(of, field):
            continue
        given = [one for one in facet["values"] if "value" in one]
        like = {"field": field, "complete": len(given) >= facet["distinct"]}
        for one in given:
            part = with_value(of, field, one["value"])
            yield Quantity("count", "images", part, one["count"], whole=whole, whole_of=of, **like)


def _of_figures(result: dict[str, Any]) -> Iterator[Quantity]:
    units = result["units"]
    common = {
        "run": result["run"],
        "scope": f"{result['made_as']} {result['over'] or ''}",
        "note": note_of(result),
    }
    figures = [(units["metrics"], result["metrics"]), *_with_units(units, result["counts"])]
    for unit, named in figures:
        for metric, value in named.items():
            if value is not None:
                yield Quantity(metric, unit, "", value, **common)
    for name, row in result["per_class"].items():
        complete = len(result["per_class"]) == result["classes"]
        for metric, value in row.items():
            if value is None:
                continue
            rests_on = {"recall": row["support"], "precision": row["predictions"]}.get(metric)
            yield Quantity(
                metric,
                units[metric],
                with_value("", "class", name),
                value,
                whole=rests_on,
                field="class",
                complete=complete,
                **common,
            )
    for error, row in result["errors"].items():
        yield Quantity(f"{error} errors", units["errors"], "", row["count"], **common)


def _of_slice(result: dict[str, Any]) -> Iterator[Quantity]:
    """Rates in the half held out for confirmation; they compare as an effect only."""
    of = canonical(result["predicate"])
    effect = result["confirmation"]
    if not of:
        return
    rates = ((of, effect["rate"], effect["units"]), (rest_of(of), effect["rest"], None))
    for population, rate, units in rates:
        if rate is not None:
            yield Quantity(
                result["metric"],
                result["unit"],
                population,
                rate,
                run=result["run"],
                scope=HELD_OUT,
                whole=units,
                note=note_of(result),
            )


def _of_findings(result: dict[str, Any]) -> Iterator[Quantity]:
    if "finding" in result:
        yield from _of_slice(result)


def note_of(result: dict[str, Any]) -> str:
    """Of which evaluation, over what, and whether the data are still what they were."""
    name = result.get("evaluation")
    parts = [f"evaluation {quoted(name)}"] if name not in (None, result["run"]) else []
    if result.get("over"):
        parts.append(f"over images where {shown(canonical(result['over']) or '')}")
    if result.get("stale"):
        parts.append("before the data changed")
    return ", ".join(parts)


def _with_units(
    units: dict[str, Unit], named: dict[str, Any]
) -> Iterator[tuple[Unit, dict[str, Any]]]:
    for metric, value in named.items():
        yield units[metric], {metric: value}


HELD_OUT = "held out"
"""The scope of rates of a test."""
_BY_TOOL: dict[str, Callable[[dict[str, Any]], Iterator[Quantity]]] = {
    "describe_dataset": _of_dataset,
    "query": _of_query,
    "facets": _of_facets,
    "evaluation_figures": _of_figures,
    "test_slice": _of_slice,
    "findings": _of_findings,
}
