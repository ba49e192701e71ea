"""Tools that read the dataset: its fields, counts, searches and images."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from visionlens_jlab.agents.statements.evidence import Unit
from visionlens_jlab.agents.tools.base import Desk, Found, Picture, Tool, short
from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.shapes import Facet, FacetsRequest, SearchSpec, ViewSpec
from visionlens_jlab.embeddings.shapes import EncodeRequest
from visionlens_jlab.embeddings.store.embeddings import Embeddings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.media.store.images import Images

_MOST_CLASSES = 100
_MOST_VALUES = 30


class Nothing(Model):
    """No arguments."""


class QueryArguments(Model):
    """Which rows to count."""

    where: str = Field("", description="A predicate; empty: all rows.")
    level: Level = "samples"


class FacetArguments(Model):
    """Which fields to count by value."""

    fields: list[str] = Field(min_length=1, max_length=8)
    where: str = Field("", description="Only rows that satisfy this predicate.")


class SearchArguments(Model):
    """What to search for: ids of the space's level, or a text."""

    like: list[int] = Field([], max_length=20)
    text: str | None = Field(None, max_length=300)
    space: str | None = Field(None, description="An embedding space; none: the newest.")
    where: str = ""
    k: int = Field(12, ge=1, le=50)


def describe(desk: Desk, _: Nothing) -> list[Found]:
    """What the dataset has."""
    detail = desk.store.detail()
    evaluations = desk.store.part(Evaluations).all()
    result: dict[str, Any] = {
        "name": detail.name,
        "units": {"samples": "images", "annotations": "objects"},
        "samples": detail.samples,
        "annotations": detail.annotations,
        "classes_in_all": len(detail.class_list),
        "classes": {
            item.name: {"annotations": item.annotations, "samples": item.samples}
            for item in detail.class_list[:_MOST_CLASSES]
        },
        "splits": {split.name or "": split.samples for split in detail.splits},
        "fields": [
            {"name": one.name, "level": one.level, "type": one.type, "label": one.label}
            for one in detail.fields
        ],
        "evaluations": [
            {"evaluation": one.evaluation, "run": one.run, "stale": one.stale}
            for one in evaluations
        ],
        "default_evaluation": desk.evaluation,
        "embedding_spaces": [
            {"space": one.space, "level": one.level} for one in desk.store.part(Embeddings).all()
        ],
    }
    text = (
        f"{detail.samples:,} images, {detail.annotations:,} labels, {len(evaluations)} evaluations"
    )
    return [Found(result, text)]


def query(desk: Desk, asked: QueryArguments) -> list[Found]:
    """How many rows satisfy a predicate."""
    spec = ViewSpec(level=asked.level, where=asked.where or None)
    view = desk.store.view(spec)
    count = len(view.ids)
    result = {
        "predicate": view.predicate,
        "level": asked.level,
        "metric": "count",
        "unit": _rows(asked.level),
        "count": count,
        "total": view.total,
        "share": short(count / view.total) if view.total else None,
    }
    return [Found(result, f"{count:,} of {view.total:,} {_rows(asked.level)}", spec)]


def facets(desk: Desk, asked: FacetArguments) -> list[Found]:
    """How often the values of fields are."""
    spec = ViewSpec(where=asked.where or None)
    found = desk.store.facets(FacetsRequest(view=spec, fields=asked.fields, limit=_MOST_VALUES))
    times = {one.name for one in desk.store.detail().fields if one.type == "timestamp"}
    result = {
        "predicate": desk.canonical(asked.where),
        "metric": "count",
        "unit": "images",
        "count": found.count,
        "total": found.total,
        "fields": {facet.field: _facet(facet, facet.field in times) for facet in found.facets},
    }
    names = ", ".join(facet.label for facet in found.facets)
    return [Found(result, f"Counts of {names} among {found.count:,} images", spec)]


def search(desk: Desk, asked: SearchArguments) -> list[Found]:
    """What looks like ids or a text."""
    spaces = desk.store.part(Embeddings).all()
    if not spaces:
        raise VisionLensError("SPACE_NOT_FOUND", "The dataset has no embedding space.")
    space = desk.store.part(Embeddings).read(asked.space) if asked.space else spaces[-1]
    queries = []
    if asked.text:
        if desk.encode is None:
            raise VisionLensError("TEXT_UNSUPPORTED", "Searches by text are not possible here.")
        queries = [desk.encode(EncodeRequest(space=space.space, text=asked.text)).query]
    elif not asked.like:
        raise VisionLensError("REQUEST_INVALID", "Give either ids or a text to search for.")
    spec = ViewSpec(
        level=space.level,
        where=asked.where or None,
        search=SearchSpec(space=space.space, like=asked.like, queries=queries, k=asked.k),
    )
    view = desk.store.view(spec)
    scores = [] if view.scores is None else [short(float(score)) for score in view.scores]
    result = {
        "predicate": view.predicate,
        "space": space.space,
        "level": space.level,
        "ids": view.ids.tolist(),
        "scores": scores,
    }
    return [Found(result, f"{len(view.ids)} {_rows(space.level)} found in {space.space}", spec)]


def _facet(facet: Facet, of_times: bool) -> dict[str, Any]:
    values: list[dict[str, Any]]
    unit: Unit = "images"
    if facet.type == "histogram":
        unit, edge = _rows(facet.level), _moment if of_times else short
        values = [
            {"from": edge(one.low), "to": edge(one.high), "count": one.count} for one in facet.bins
        ]
    else:
        values = [{"value": one.value, "count": one.samples} for one in facet.values]
    return {
        "level": facet.level,
        "unit": unit,
        "values": values,
        "missing": facet.missing,
        "distinct": facet.distinct,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _rows(level: Level) -> Unit:
    return "images" if level == "samples" else "objects"


_PREDICATES = (
    "Predicates: `class = 'car' and time_of_day in ('night', 'dusk')`, `not`, `or`, `< <= > >=`, "
    "`!=`, `between a and b`, `is null`, `any(..)`, `count(class = 'car') >= 3`; text stands in "
    "single quotes."
)
DATA_TOOLS = [
    Tool(
        "describe_dataset",
        "Classes, splits, fields with types, evaluations, embedding spaces. Call it first.",
        Nothing,
        describe,
    ),
    Tool(
        "query",
        f"Counts the images (level samples) or labelled objects (annotations) of a predicate. "
        f"{_PREDICATES} It gives counts only: for failure rates use test_slice.",
        QueryArguments,
        query,
    ),
    Tool(
        "facets",
        "Counts of images by value of some fields, also among those of a predicate.",
        FacetArguments,
        facets,
    ),
    Tool(
        "search",
        "Images (or objects) that look like given ids, or like a text, by embeddings.",
        SearchArguments,
        search,
    ),
]


_AT_ONCE = 8
_CROP_SIDE = 320
_QUALITY = 85


class LookArguments(Model):
    """Which images."""

    ids: list[int] = Field(min_length=1, max_length=_AT_ONCE)
    level: Level = Field("samples", description="annotations: the part around each object.")


def look(desk: Desk, asked: LookArguments) -> list[Found]:
    """Thumbnails of samples, crops of annotations. BUDGET_SPENT, ID_UNKNOWN."""
    if len(asked.ids) > desk.images_left:
        raise VisionLensError(
            "BUDGET_SPENT",
            f"Only {desk.images_left} more images may be looked at in this run.",
            "Ask for fewer, or answer with what is there.",
        )
    described, pictures = [], []
    for id_ in asked.ids:
        facts = _facts(desk, asked.level, id_)
        content = _picture(desk, asked.level, id_)
        facts["shown"] = content is not None
        described.append(facts)
        if content is not None:
            pictures.append(Picture(f"Image of {asked.level[:-1]} {id_}", content))
    desk.images_left -= len(pictures)
    result = {"level": asked.level, "images": described, "images_left": desk.images_left}
    listed = ", ".join(str(id_) for id_ in asked.ids)
    any_source = " and source is not null" if asked.level == "annotations" else ""
    where = f"{asked.level[:-1]}_id in ({listed}){any_source}"
    view = ViewSpec(level=asked.level, where=where)
    return [Found(result, f"Looked at {len(pictures)} images", view, pictures=pictures)]


def _facts(desk: Desk, level: Level, id_: int) -> dict[str, Any]:
    if level == "annotations":
        row = desk.store.tables.read("annotations", ids=[id_]).to_pylist()[0]
        kept = ("annotation_id", "sample_id", "class", "source", "confidence", "x", "y", "w", "h")
        return {name: row[name] for name in kept if row.get(name) is not None}
    sample = desk.store.sample(id_, ViewSpec())
    fields = {name: value for name, value in sample.fields.items() if _plain(value)}
    classes = sorted({one.class_ for one in sample.annotations if one.class_ is not None})
    return {"sample_id": id_, "filename": sample.filename, "classes": classes, "fields": fields}


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _picture(desk: Desk, level: Level, id_: int) -> bytes | None:
    """JPEG, which every provider reads; None: there is no picture."""
    from visionlens_jlab.media.headers import UnreadableImageError
    from visionlens_jlab.media.thumbnails import open_thumbnail

    raw = _thumbnail(desk, id_) if level == "samples" else _crop(desk, id_)
    if raw is None:
        return None
    try:
        image = open_thumbnail(raw)
    except UnreadableImageError:
        return None
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _thumbnail(desk: Desk, sample_id: int) -> bytes | None:
    try:
        return desk.store.part(Images).thumbnails.read(sample_id)[0]
    except VisionLensError:  # there is none
        return None


def _crop(desk: Desk, annotation_id: int) -> bytes | None:
    from visionlens_jlab.media.drawing import draw_crop

    source = desk.store.part(Images).crop_source(annotation_id)
    if source.box is None:
        return None
    try:
        with desk.store.part(Images).open(source.location, source.path) as file:
            return draw_crop(file, source.box, long_side=_CROP_SIDE, size=source.size)
    except VisionLensError:  # it is not where it was
        return None


LOOKING_TOOLS = [
    Tool(
        "look",
        f"Shows up to {_AT_ONCE} images, or the parts around objects, by id. What you see is a "
        "description, no statistic: never base a number or a comparison on it.",
        LookArguments,
        look,
    )
]
