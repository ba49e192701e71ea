"""JSON shapes shared by the services, the REST API and (generated) the TypeScript client.

Coordinates are float pixels, origin at the top left of the upright (EXIF-rotated) image.
Times are ISO 8601 strings in UTC. Ids are uint32.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Level = Literal["samples", "annotations"]
Scalar = str | int | float | bool | None
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


class Model(BaseModel):
    """Base of every shape: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


# --- filter tree: the same thing as the text of `where("...")` -------------------------------


class Compare(Model):
    """`field cmp value`; a value may not be null (use `Null`)."""

    op: Literal["compare"] = "compare"
    field: str
    cmp: Comparison
    value: str | int | float | bool


class In(Model):
    """`field in (values)`; a null among the values matches missing ones."""

    op: Literal["in"] = "in"
    field: str
    values: list[Scalar]


class Between(Model):
    """`field between low and high`, both ends included."""

    op: Literal["between"] = "between"
    field: str
    low: str | int | float
    high: str | int | float


class Null(Model):
    """`field is null`."""

    op: Literal["null"] = "null"
    field: str


class Text(Model):
    """`like` (SQL wildcards), `matches` (RE2 regular expression), `contains` (case-insensitive)."""

    op: Literal["like", "matches", "contains"]
    field: str
    value: str


class Not(Model):
    """Negation of one node."""

    op: Literal["not"] = "not"
    arg: Filter


class Combine(Model):
    """`and` / `or` of any number of nodes; an empty `and` is true, an empty `or` false."""

    op: Literal["and", "or"]
    args: list[Filter]


class Quantified(Model):
    """`any(...)`, `none(...)`, `all(...)` over the annotations of a sample."""

    op: Literal["any", "none", "all"]
    arg: Filter


class Count(Model):
    """`count(...) cmp value`; without `arg` every ground-truth annotation counts."""

    op: Literal["count"] = "count"
    arg: Filter | None = None
    cmp: Comparison
    value: int


Filter = Annotated[
    Compare | In | Between | Null | Text | Not | Combine | Quantified | Count,
    Field(discriminator="op"),
]
for _node in (Not, Combine, Quantified, Count):
    _node.model_rebuild()


class SortKey(Model):
    """One sort key; missing values come last in either direction."""

    field: str
    descending: bool = False


class ViewSpec(Model):
    """What a view shows: level, filter, sort. `where` (text) is and-ed with `filter`."""

    level: Level = "samples"
    filter: Filter | None = None
    where: str | None = None
    sort: list[SortKey] = []
    all: bool = False
    """With level annotations: every annotation (all sources) of the matching samples."""


# --- datasets --------------------------------------------------------------------------------


class DatasetInfo(Model):
    """A dataset as a card shows it. `dataset` (the slug) is its key in every address."""

    dataset: str
    uuid: str
    name: str
    created_at: str
    modified_at: str
    version: int
    samples: int
    annotations: int
    classes: int
    format: str | None = None
    source: str | None = None
    state: Literal["ready", "ingesting", "incomplete", "busy", "damaged"] = "ready"
    preview: list[int] = []
    """Up to four sample ids whose thumbnails stand on the card."""
    owner: str | None = None
    """host and PID of another process that holds it, when state is busy."""


class ClassInfo(Model):
    """One class with its ground-truth counts."""

    class_id: int
    name: str
    samples: int
    annotations: int


class FieldInfo(Model):
    """A column that filters, sorts and facets know."""

    name: str
    level: Level
    type: Literal["string", "integer", "number", "boolean", "timestamp", "tags"]
    builtin: bool
    facet: Literal["values", "histogram", "none"]
    label: str


class SourceInfo(Model):
    """Ground truth or a prediction run, with its number of annotations."""

    name: str
    annotations: int


class SplitInfo(Model):
    """A split and its number of samples; name null: samples without one."""

    name: str | None
    samples: int


class DatasetDetail(DatasetInfo):
    """Everything the panels need once when a dataset opens."""

    class_list: list[ClassInfo]
    splits: list[SplitInfo]
    tags: list[SplitInfo]
    sources: list[SourceInfo]
    fields: list[FieldInfo]
    roots: dict[str, str]


class ReportItem(Model):
    """One odd thing found by an ingest."""

    code: str
    action: Literal["kept", "repaired", "skipped"]
    kind: Literal["image", "label_file", "annotation", "other"]
    item: str
    message: str
    sample_id: int | None = None


class ReportCount(Model):
    """found = imported + skipped holds for each kind."""

    found: int
    imported: int
    skipped: int


class IngestReport(Model):
    """Outcome of an ingest; `items` is a page of `items_total`."""

    job: str | None
    format: str
    source: str
    started_at: str
    finished_at: str | None
    images: ReportCount
    annotations: ReportCount
    label_files: ReportCount
    by_code: dict[str, int]
    items: list[ReportItem]
    items_total: int


# --- reading a view --------------------------------------------------------------------------


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
    tags: list[str]
    boxes: list[list[float]]
    """One row per annotation: x, y, w, h in pixels of the upright image."""
    annotation_ids: list[int]
    classes: list[str | None]
    sources: list[str]
    confidences: list[float | None]
    kinds: list[str]
    matching: list[bool]
    """Whether the view's annotation conditions hold for each annotation."""


class TilesRequest(Model):
    """Which tiles; ids are of the view's level, at most 500."""

    view: ViewSpec = ViewSpec()
    ids: list[int] = Field(max_length=500)


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


# --- workspaces ------------------------------------------------------------------------------


class SelectionInfo(Model):
    """The selection without its ids (those are binary)."""

    level: Level = "samples"
    count: int = 0
    version: int = 0
    """Workspace version that set it."""


class Workspace(Model):
    """One dataset, view and selection, stored by the server (invariant 4)."""

    workspace: str
    dataset: str
    notebook: str | None
    version: int
    dataset_version: int
    view: ViewSpec
    view_version: int
    """Workspace version that set the view."""
    predicate: str
    """The view's filter as text; empty: no filter."""
    count: int
    total: int
    selection: SelectionInfo
    origin: str | None = None
    """Who made the last change: a client id or `notebook`."""


class WorkspaceRequest(Model):
    """Find (dataset, notebook) or make a workspace; notebook null: always a new one."""

    notebook: str | None = None


class WorkspaceChange(Model):
    """A change based on a version; a part changed since then by another is a conflict (409)."""

    base_version: int
    origin: str
    view: ViewSpec | None = None
    selection: list[int] | None = None
    select_view: ViewSpec | None = None
    """Select everything a view holds, without sending ids."""
    selection_level: Level = "samples"


# --- jobs ------------------------------------------------------------------------------------

JobState = Literal["queued", "running", "cancelling", "done", "failed", "cancelled"]


class ErrorBody(Model):
    """The one error shape."""

    code: str
    message: str
    hint: str
    details: dict[str, Any] = {}
    request_id: str | None = None


class Job(Model):
    """A job; `eta_seconds` null until a rate is known."""

    job: str
    kind: str
    dataset: str | None
    state: JobState
    stage: str | None = None
    done: int = 0
    total: int | None = None
    rate: float | None = None
    """Items per second in the present stage."""
    eta_seconds: float | None = None
    message: str | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None
    attempt: int = 1
    error: ErrorBody | None = None


class IngestRequest(Model):
    """Parameters of an ingest job; `images` / `labels` where they lie apart from `source`."""

    source: str
    name: str | None = None
    format: str | None = None
    images: str | None = None
    labels: str | None = None
    incremental: bool = False
    labels_only: bool = False
    options: dict[str, Any] = {}


class JobRequest(Model):
    """A new job. For kind `ingest`, `ingest` holds its parameters."""

    kind: Literal["ingest"] = "ingest"
    ingest: IngestRequest


class DetectRequest(Model):
    """What would be ingested from here?"""

    source: str
    format: str | None = None
    images: str | None = None
    labels: str | None = None


class Detected(Model):
    """A format and where its parts were found."""

    format: str
    label: str
    source: str
    images: str | None
    labels: list[str]
    splits: list[str]
    reason: str
    suggested_name: str


class FormatInfo(Model):
    """A format that can be read."""

    name: str
    label: str
    description: str
