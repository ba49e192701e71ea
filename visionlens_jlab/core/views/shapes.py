"""What a view is, and what is read of one: tiles, facets, samples, tables."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, Json, model_validator

from visionlens_jlab.core.predicates.shapes import Filter
from visionlens_jlab.core.shapes import Level, Model

Outcome = Literal["true_positive", "false_positive", "false_negative", "ignored"]
ErrorType = Literal["classification", "localisation", "both", "duplicate", "background", "missed"]
"""After TIDE (Bolya et al., ECCV 2020)."""


class Cell(Model):
    """A cell of the confusion matrix; null: background."""

    true: str | None
    predicted: str | None


class OutcomeFilter(Model):
    """Of a view: annotations that an evaluation gave an outcome, and-ed; both ends of a match."""

    evaluation: str
    confidence: float | None = None
    """The threshold; null: the evaluation's own."""
    outcomes: list[Outcome] = []
    classes: list[str] = []
    """Under which an outcome is counted: the label's, or a false positive's own."""
    cell: Cell | None = None
    errors: list[ErrorType] = []
    confidence_range: tuple[float, float] | None = None
    """[low, high) of predictions; 1 is included."""
    iou_range: tuple[float, float] | None = None
    area_range: tuple[float, float] | None = None
    against: str | None = None
    """Another evaluation: with `change`, the samples on which it does better or worse."""
    change: Literal["better", "worse", "equal"] | None = None


class SearchSpec(Model):
    """What a view looks for in a space; its ids come by descending score.

    The score is the cosine of the angle to `sum(weight * positive) - sum(weight * negative)`, each
    vector of unit length.
    """

    space: str
    like: list[int] = Field([], max_length=1000)
    """Ids of the space's level that what is searched looks like."""
    unlike: list[int] = Field([], max_length=1000)
    queries: list[str] = Field([], max_length=20)
    """Keys of encoded texts and images (see `EncodeRequest`)."""
    weights: list[float] = Field([], max_length=20)
    """One for each of `queries`; missing: 1. Negative: away from it."""
    mode: Literal["similar", "diverse", "outliers"] = "similar"
    """`diverse`: farthest-point sample of the view; `outliers`: by mean distance to neighbours."""
    k: int | None = Field(100, ge=1)
    """At most so many; null: all, or those from `threshold` on."""
    threshold: float | None = Field(None, ge=-1, le=1)


class SortKey(Model):
    """One sort key; missing values come last in either direction."""

    field: str
    descending: bool = False


class ViewSpec(Model):
    """What a view shows: level, filter, sort. `where` (text) is and-ed with `filter`."""

    level: Level = "samples"
    filter: Filter | None = None
    where: str | None = None
    sql: str | None = None
    """One SELECT whose column `sample_id` or `annotation_id` says what is shown; the filter narrows
    it further. Without a sort its rows give the order."""
    search: SearchSpec | None = None
    """A search in an embedding space among what the filter lets through; without a sort its scores
    give the order. Of a space of the other level, the owners (or the objects) of what is found."""
    outcomes: OutcomeFilter | None = None
    """Only annotations with these outcomes of an evaluation (of any source), or their samples."""
    sort: list[SortKey] = []
    all: bool = False
    """With level annotations: every annotation (all sources) of the matching samples."""


class Tile(Model):
    """What the grid draws for one sample. `sample_id` names the thumbnail."""

    id: int
    sample_id: int
    filename: str
    split: str | None
    width: int | None
    height: int | None
    color: str | None
    """Dominant colour, `#rrggbb`."""
    thumbnail: str | None
    """Version key for the immutable thumbnail address; null: none yet."""
    crop: str | None = None
    """Version key for the immutable address of the annotation's picture; null: there is none."""
    tags: list[str]
    boxes: list[list[float]]
    """One row per annotation: x, y, w, h in pixels of the upright image."""
    annotation_ids: list[int]
    classes: list[str | None]
    sources: list[str]
    confidences: list[float | None]
    kinds: list[str]
    crowds: list[bool] = []
    """Whether each annotation is of a crowd."""
    matching: list[bool]
    """Whether the view's annotation conditions hold for each annotation."""
    outcomes: list[Outcome | None] = []
    """One entry per annotation where the view asks for outcomes; null: it took no part."""
    partner_ids: list[int | None] = []
    """Likewise, what each annotation was matched with."""
    geometries: list[Any] = []
    """One entry per annotation, as in `Annotation.geometry`; empty unless asked for."""


class TilesRequest(Model):
    """Which tiles: either `ids`, of the view's level, or the `first` of the view; at most 500."""

    view: ViewSpec = ViewSpec()
    ids: list[int] | None = Field(None, max_length=500)
    first: int | None = Field(None, ge=1, le=500)
    """So many from the beginning of the view: nobody has to know their ids before."""
    geometry: bool = False
    """Whether `Tile.geometries` is filled: only worth it where there is more than boxes."""

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.ids is None) == (self.first is None):
            raise ValueError("Give either ids or first.")
        return self


class Tiles(Model):
    """Tiles in the order of the ids asked for; unknown ids are left out."""

    version: int
    tiles: list[Tile]


class FacetValue(Model):
    """One bar. `samples` is what a click shows; `annotations` where the field is theirs."""

    value: str | int | float | bool | None
    samples: int
    annotations: int | None = None
    selected: bool = False


class Bin(Model):
    """One histogram bin [low, high), the last one closed."""

    low: float
    high: float
    count: int
    """Under all conditions but the field's own."""
    total: int
    """In the whole dataset."""


class Facet(Model):
    """Counts of one field under all conditions but its own (invariant 3)."""

    field: str
    level: Level
    type: Literal["values", "histogram"]
    label: str
    values: list[FacetValue] = []
    distinct: int = 0
    """Number of distinct values; more than len(values) when cut."""
    bins: list[Bin] = []
    missing: int = 0
    low: float | None = None
    high: float | None = None


class FacetsRequest(Model):
    """Which facets; `fields` null: all that the dataset offers."""

    view: ViewSpec = ViewSpec()
    fields: list[str] | None = None
    limit: int = Field(20, ge=1, le=1000)
    search: str | None = None


class Facets(Model):
    """Facets with the counts of the same view at the same version."""

    version: int
    count: int
    total: int
    facets: list[Facet]


class Annotation(Model):
    """One annotation with its geometry; polygons are lists of flat x,y lists."""

    annotation_id: int
    sample_id: int
    source: str
    class_: str | None = Field(alias="class")
    kind: str
    x: float | None
    y: float | None
    w: float | None
    h: float | None
    confidence: float | None
    area: float | None
    is_crowd: bool
    difficult: bool | None = None
    truncated: bool | None = None
    occluded: bool | None = None
    geometry: Any = None
    attributes: dict[str, Any] = {}
    tags: list[str] = []
    matching: bool = True
    outcome: Outcome | None = None
    """Of the evaluation that the view asks for, as are the next three."""
    partner_id: int | None = None
    iou: float | None = None
    error: ErrorType | None = None


class SampleDetail(Model):
    """Everything the sample panel shows; `fields` holds every column with a value."""

    sample_id: int
    filename: str
    uri: str
    width: int | None
    height: int | None
    split: str | None
    tags: list[str]
    thumbnail: str | None
    color: str | None
    fields: dict[str, Any]
    annotations: list[Annotation]


class SampleRequest(Model):
    """A sample as seen through a view (for `matching`)."""

    view: ViewSpec = ViewSpec()


class TableRequest(Model):
    """A table of a view, or of explicit ids, at a level; the answer is an Arrow stream."""

    view: ViewSpec = ViewSpec()
    ids: list[int] | None = None
    level: Level = "samples"
    columns: list[str] | None = Field(None, min_length=1)


class RowsQuery(Model):
    """Which rows are meant where ids are sent as uint32."""

    level: Level = "samples"
    columns: Json[list[str]] | None = None
    """Names as a JSON list."""


class SqlRequest(Model):
    """One read-only SELECT."""

    query: str
    timeout: float = Field(30.0, gt=0, le=600)


class PredicateRequest(Model):
    """Text or tree to check against a dataset's fields."""

    text: str | None = None
    filter: Filter | None = None


class Predicate(Model):
    """Both forms of a checked predicate."""

    text: str
    filter: Filter | None
    warnings: list[str] = []
    """Sentences about values that nothing in the dataset has."""


class TagRequest(Model):
    """Add or remove a tag on ids or on everything in a view."""

    tag: str = Field(min_length=1, max_length=200)
    level: Level = "samples"
    ids: list[int] | None = None
    view: ViewSpec | None = None
    remove: bool = False


class Changed(Model):
    """Answer to a write: the dataset's new version and the number of rows changed."""

    version: int
    changed: int


class SavedView(Model):
    """A view kept under a name with its dataset."""

    name: str
    view: ViewSpec
    predicate: str
    """The filter as text; empty: none."""
    created_at: str
    modified_at: str


class SavedViewList(Model):
    """Saved views by name."""

    views: list[SavedView]
