"""Slices, findings with their evidence, and what an analysis was asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Level, Model
from visionlens_jlab.core.views.shapes import ErrorType, ViewSpec

Target = Literal["miss_rate", "false_positive_rate", "error_type", "confidence_gap", "label_error"]
"""What an analysis looks for more of. Units at level annotations: labels (miss_rate, label_error;
error_type: the missed and the wrongly found), predictions at the operating point
(false_positive_rate, confidence_gap). At level samples: images, by their mean count or value."""
ActionKind = Literal["collect", "augment", "relabel", "threshold", "inspect"]
FindingStatus = Literal["hypothesis", "verified", "rejected"]
Author = Literal["statistics", "agent", "user"]
LEAST_OBJECTS, LEAST_GROUPS = 20, 8
"""Of a slice in each half, where a request names no others."""
ClaimKind = Literal[
    "figure", "comparison", "extreme", "distribution", "confusion", "effect", "finding", "nothing"
]
"""What a sentence states: one number; two of them; the greatest or least of its like; the values
of a field; classes taken for each other; a slice against the rest; whether a finding holds; that
there is nothing."""


class AnalyseRequest(DatasetRequest):
    """Parameters of a slice discovery."""

    evaluation: str | None = None
    """Null: the newest of the dataset."""
    target: Target | None = None
    """Null: all that the evaluation has."""
    error: ErrorType | None = None
    """Of target error_type; null: each."""
    level: Level | None = None
    """Units; null: objects, and images too where that says more (false positives an image)."""
    view: ViewSpec | None = None
    depth: int = Field(2, ge=1, le=3)
    fields: list[str] | None = None
    """Only these; null: every field that can say something."""
    exclude: list[str] = []
    space: str | None = None
    """Embedding space whose clusters are fields too; null: the newest there is; empty: none."""
    min_objects: int = Field(LEAST_OBJECTS, ge=1)
    """Units in each half."""
    min_groups: int = Field(LEAST_GROUPS, ge=2)
    """Groups in each half."""
    alpha: float = Field(0.05, gt=0, lt=1)
    """Of Benjamini-Hochberg in discovery, and of Holm in confirmation."""
    limit: int = Field(20, ge=1, le=100)
    """Findings at most."""
    seed: int = 0


class RecheckRequest(DatasetRequest):
    """Parameters of the job that asks whether findings still hold."""

    evaluation: str | None = None
    """Null: of all evaluations."""
    findings: list[str] | None = None


class Effect(Model):
    """What one half says: the slice against the rest; rates are means of the target."""

    units: int
    """In the slice and this half."""
    groups: int
    events: float
    """Failures among the units; of a continuous target, its sum."""
    rate: float | None
    rest: float | None
    """Rate of the units outside the slice."""
    difference: float | None
    low: float | None
    """95% interval of the difference."""
    high: float | None
    p: float | None
    p_adjusted: float | None = None
    """Benjamini-Hochberg in the discovery half, Holm in the confirmation half."""
    method: str
    """How interval and p were made: `cluster-robust`, `group bootstrap`, `Wilson`."""


class Condition(Model):
    """One term of a slice's predicate."""

    field: str
    """As predicates name it."""
    text: str
    """As predicates write it: `time_of_day = 'night'`."""
    label: str
    """As people say it: `time of day is night`."""


class Inseparable(Model):
    """A correlate with no effect of its own once the finding's conditions are given."""

    predicate: str
    label: str
    overlap: float
    """Jaccard index of its units and the finding's."""


class Action(Model):
    """What to do about a finding, and why this."""

    kind: ActionKind
    text: str
    reason: str


class Claim(Model):
    """A sentence about the data, worded from the tool result that it rests on.

    A language model chose what to state; no word of the sentence is its own.
    """

    kind: ClaimKind
    text: str
    evidence: str
    """Id of a tool call among the steps of the agent's run."""
    against: str | None = None
    """Of a comparison across two tool calls: the second."""
    run: str | None = None
    """That run of the agent."""


class Finding(Model):
    """A hypothesis with its evidence: where the model fails more, as a predicate.

    `count` is what `predicate` gives at `level`; `units` those of them that take part.
    """

    finding: str
    analysis: str | None
    evaluation: str
    run: str
    target: Target
    error: ErrorType | None = None
    level: Level
    title: str
    description: str
    predicate: str
    sql: str
    """One SELECT with the column `annotation_id` or `sample_id` of the same rows."""
    conditions: list[Condition]
    view: ViewSpec
    """The slice's units."""
    failures: ViewSpec
    """Those of them that fail."""
    count: int
    members: str | None = None
    """Digest of the ids of these; null: not known."""
    units: int
    groups: int
    discovery: Effect
    confirmation: Effect
    """The one that is shown."""
    inseparable: list[Inseparable] = []
    examples: list[int] = []
    """Up to 20 ids of failing units, from different groups."""
    action: Action
    attributes: list[str] = []
    """Names of visual attributes that the predicate uses; their calibrations stand beside it."""
    explanation: list[Claim] = []
    """What a language model chose to state beside it, worded from what its tools gave."""
    author: Author = "statistics"
    status: FindingStatus = "hypothesis"
    notes: str = ""
    renamed: bool = False
    """Whether a user gave it its title."""
    verdicts: dict[int, bool] = {}
    """Of a user who looked: id of a unit -> whether the finding is true of it."""
    suggested: FindingStatus | None = None
    """What ten or more verdicts speak for; the user decides. Null: nothing, or what it is."""
    holds: bool | None = None
    """Of the last check after a change of the data; null: none was needed."""
    now: Effect | None = None
    """What that check gave, over both halves."""
    stale: bool = False
    """Whether the evaluation has changed since, and no check has been made."""
    created_at: str
    checked_at: str | None = None


class Unconfirmed(Model):
    """A slice of the discovery half that is no finding, and why."""

    predicate: str
    label: str
    target: Target
    error: ErrorType | None = None
    level: Level
    view: ViewSpec
    """Its units."""
    reason: Literal["not confirmed", "explained", "covered", "repeated", "weak"]
    """Explained: nothing of it is left once the finding is given. Covered: part of the finding.
    Repeated: the finding says it already, of another target. Weak: what it has beyond the findings
    is too little among so many tests."""
    discovery: Effect
    confirmation: Effect | None = None
    covered_by: str | None = None
    """The finding that it belongs to."""


class Untested(Model):
    """A slice that looks worse but has too few units or groups to be tested; a hint, no finding."""

    predicate: str
    label: str
    target: Target
    error: ErrorType | None = None
    level: Level
    view: ViewSpec
    """Its units."""
    effect: Effect
    """Over both halves; nothing confirms it."""
    reason: str
    """What there is too little of, and how much is needed."""


class LeftOut(Model):
    """A field that took no part, and why."""

    field: str
    reason: str


class AnalysisInfo(Model):
    """One slice discovery: what was asked, tested and left out."""

    analysis: str
    evaluation: str
    request: AnalyseRequest
    tested: int
    """Slices tested, in all targets; the tests asked by hand or by agents among them."""
    units: int
    groups: int
    findings: list[str]
    unconfirmed: list[Unconfirmed]
    left_out: list[LeftOut]
    untested: list[Untested] = []
    warnings: list[str] = []
    seconds: float
    digest: str
    """Of the data it was made from: the same with the same seed gives the same findings."""
    created_at: str


class AnalysisResult(Model):
    """What the job of an analysis hands over."""

    analysis: AnalysisInfo
    findings: list[Finding]


class SliceRequest(Model):
    """One slice to test; it counts among the tests of its evaluation."""

    evaluation: str
    target: Target
    error: ErrorType | None = None
    level: Level = "annotations"
    where: str
    asked_by: Author = "user"


class SliceTest(Model):
    """What a slice's test gave, adjusted for all tests of the evaluation so far."""

    request: SliceRequest
    discovery: Effect
    confirmation: Effect
    tests: int
    """Of this evaluation so far, this one included."""
    confirmed: bool
    too_few: str | None = None
    """Of what a half has too little for the slice to be confirmed; null: of nothing."""
    count: int
    view: ViewSpec


class FindingChange(Model):
    """What a user says of a finding; `verdicts` are added to those there are (null removes)."""

    status: FindingStatus | None = None
    notes: str | None = None
    title: str | None = None
    verdicts: dict[int, bool | None] | None = None


class FindingReport(Model):
    """Which findings a report holds; an archive of Markdown with pictures, or one HTML file."""

    format: Literal["html", "markdown"] = "html"
    findings: list[str] | None = None
    """Null: all of the evaluation, but those a user rejected."""
    evaluation: str | None = None
    """Null: every evaluation."""
    pictures: int = Field(8, ge=0, le=20)
    """Of each finding, at most."""


class FindingsQuery(Model):
    """Of which evaluation; null: of all."""

    evaluation: str | None = None


class FindingList(Model):
    """Findings: those of the newest analysis first, as it ranks them."""

    findings: list[Finding]


class AnalysisList(Model):
    """Analyses, newest first."""

    analyses: list[AnalysisInfo]
