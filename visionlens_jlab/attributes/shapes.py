"""Visual attributes that a vision-language model answers, and how far it can be trusted."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.core.shapes import DatasetRequest, Level, Model
from visionlens_jlab.core.views.shapes import ViewSpec


class AttributeSpec(Model):
    """A question about an image (or the crop of an object) with a closed set of answers."""

    name: str = Field(min_length=1, max_length=60)
    """The field its answers go to: `visual_<name>`, and `visual_<name>_agreement`."""
    question: str = Field(min_length=3, max_length=500)
    kind: Literal["yes_no", "choice"] = "yes_no"
    options: list[str] = []
    """Of a choice, 2 to 12."""
    paraphrases: list[str] = []
    """Further wordings; none: the built-in frames around the question."""
    level: Level = "samples"


class AttributeRequest(DatasetRequest):
    """Parameters of the job that asks a model about images."""

    attributes: list[AttributeSpec] = Field(min_length=1, max_length=50)
    model: str | None = None
    """`transformers:<hub id or folder>` on this machine, or a provider's as pydantic-ai names it
    (`openai:...`); null: the configured one, else the local default."""
    view: ViewSpec | None = None
    limit: int | None = Field(None, ge=1)
    """Samples at most, drawn at random with `seed`."""
    prompts: int = Field(3, ge=1, le=8)
    """Wordings (with permuted options) asked about each image; the answer is their majority."""
    quantize: Literal["none", "4bit"] = "none"
    trust_remote_code: bool = False
    """Only models that need it, and only where the server's settings allow it."""
    seed: int = 0


class Proportion(Model):
    """A share with its 95% Wilson interval, reweighted to the dataset's prevalence."""

    value: float | None
    low: float | None
    high: float | None
    hits: float
    of: float


class Calibration(Model):
    """How far an attribute agrees with what the user says, for one answer."""

    attribute: str
    answer: str
    labels: int
    positive: int
    precision: Proportion
    """Of the images with this answer, those of which it is true."""
    missed: Proportion
    """Of the images with another answer, those of which this one is true."""
    recall: Proportion
    """Of the images of which it is true, those that got it, at the sizes of both."""
    prevalence: float | None
    """Of the answer in the dataset, as the labels say."""
    usable: bool
    """Both lower limits .8 or more, on 100 labels or more of which 30 or more are positive."""
    reason: str
    """Why it is not (yet) usable; what to do next."""


class Attribute(Model):
    """An attribute that was asked, with the calibration of each of its answers."""

    spec: AttributeSpec
    field: str
    model: str
    prompts: int
    quantize: Literal["none", "4bit"] = "none"
    answered: int
    unanswered: int
    """Images whose answer could not be read."""
    agreement: float | None
    """Mean share of wordings that gave the majority's answer."""
    calibrations: list[Calibration] = []
    usable: bool = False
    """Whether analyses may use it: every answer that was given is usable."""
    created_at: str

    def is_of(self, asked: dict[str, Any]) -> bool:
        """Whether its answers are to this question, of this model (`spec`, `model` ...)."""
        mine = self.model_dump(mode="json", include={"spec", "model", "prompts", "quantize"})
        return all(asked[name] == value for name, value in mine.items())


class CalibrationTask(Model):
    """What a user is asked next: images drawn among hits and misses apart."""

    attribute: str
    answer: str
    question: str
    ids: list[int]
    labelled: int
    wanted: int


class CalibrationLabels(Model):
    """A user's answers: id of a unit -> whether `answer` is true of it; null takes it back."""

    answer: str = "yes"
    labels: dict[int, bool | None] = {}
    field: str | None = None
    """Instead: a field that says it already."""


class VisionModelInfo(Model):
    """A vision-language model that can be asked."""

    model: str
    label: str
    available: bool
    reason: str | None = None
    """Why it is not, and what to do."""
    local: bool
    remote_code: bool = False


class AttributeList(Model):
    """Visual attributes, oldest first."""

    attributes: list[Attribute]


class CalibrationQuery(Model):
    """Which images to label next."""

    answer: str = "yes"
    count: int = Field(20, ge=1, le=200)


class VisionModelList(Model):
    """Models that answer questions about images, and the questions that come with the product."""

    models: list[VisionModelInfo]
    questions: list[AttributeSpec]
