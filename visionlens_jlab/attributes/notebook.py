"""Visual attributes, as a notebook asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from visionlens_jlab.attributes.models.questions import BUILT_IN
from visionlens_jlab.attributes.shapes import (
    Attribute,
    AttributeList,
    AttributeRequest,
    AttributeSpec,
    CalibrationLabels,
    CalibrationTask,
    VisionModelInfo,
    VisionModelList,
)
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, Remote
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View
from visionlens_jlab.errors import VisionLensError


class AttributesBackend(Protocol):
    """Visual attributes of one dataset."""

    def all(self) -> list[Attribute]:
        """Oldest first."""

    def delete(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""

    def calibrate(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""

    def models(self) -> list[VisionModelInfo]:
        """What can be asked; the configured one first."""


class RemoteAttributes(Remote):
    """Visual attributes over the REST API."""

    def all(self) -> list[Attribute]:
        """Oldest first."""
        return self.get(AttributeList, "attributes").attributes

    def delete(self, name: str) -> None:
        """ATTRIBUTE_NOT_FOUND."""
        self.remove("attributes", name)

    def calibration_task(self, name: str, answer: str, count: int) -> CalibrationTask:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID."""
        path = ("attributes", name, "calibration")
        return self.get(CalibrationTask, *path, answer=answer, count=count)

    def calibrate(self, name: str, given: CalibrationLabels) -> Attribute:
        """ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN."""
        return self.send("POST", Attribute, given, "attributes", name, "calibration")

    def models(self) -> list[VisionModelInfo]:
        """What can be asked; the configured one first."""
        return self._transport.read(VisionModelList, "GET", "vision-models").models


ATTRIBUTES: BackendPart[AttributesBackend] = BackendPart(
    "visionlens_jlab.attributes.store.attributes:Attributes", RemoteAttributes
)


YES = "yes"


class VisualAttributes(Dataset[V, S]):
    """The part of a Dataset that asks a vision-language model about images."""

    def add_attributes(
        self,
        questions: Sequence[str | Mapping[str, Any] | AttributeSpec],
        model: str | None = None,
        *,
        view: View | None = None,
        limit: int | None = None,
        prompts: int = 3,
        quantize: Literal["none", "4bit"] = "none",
        trust_remote_code: bool = False,
        seed: int = 0,
    ) -> list[Attribute]:
        """Have a model answer questions about every image; waits, with a progress bar.

        Answers become the fields `visual_<name>` and `visual_<name>_agreement` (the share of
        wordings that gave the answer). Images that were asked about in the same way are not asked
        about again. Analyses use an attribute only once it is calibrated: see `calibrate`.

        Parameters
        ----------
        questions : sequence of str or dict
            Built-in ones by name: `lighting`, `weather`, `occlusion` (of objects), `blur`,
            `viewpoint`. Your own as a dict: `name`, `question`, for a choice `options` (else yes
            or no), and perhaps `paraphrases` and `level` ("samples" or "annotations").
        model : str, optional
            `transformers:<hub id or folder>` runs on this machine; a provider's as pydantic-ai
            names it, such as `openai:gpt-5-mini`, is sent every picture. By default the
            configured one, else a small local one.
        view : View, optional
            Only its samples.
        limit : int, optional
            Samples at most, drawn at random with `seed`.
        prompts : int
            Wordings of each question, 8 at most; the answer is their majority.
        quantize : {"none", "4bit"}
            4-bit weights need a GPU and bitsandbytes.
        trust_remote_code : bool
            For models that bring code, such as Moondream; the server's setting must allow it.

        Returns
        -------
        list of Attribute
            Those that were asked for: `answered`, `unanswered`, `agreement`, `calibrations`.

        Raises
        ------
        VisionLensError
            ATTRIBUTE_INVALID, MODEL_UNAVAILABLE, AGENT_UNAVAILABLE, PROVIDER_FAILED,
            DATASET_READ_ONLY.
        """
        specs = [_spec(one) for one in questions]
        given = {
            "dataset": self._backend.dataset,
            "attributes": specs,
            "model": _absolute(model),
            "view": None if view is None else view.spec,
            "limit": limit,
            "prompts": prompts,
            "quantize": quantize,
            "trust_remote_code": trust_remote_code,
            "seed": seed,
        }
        request = shaped(AttributeRequest, given)
        run_shown(self._backend, request, "Asking about images")
        names = {spec.name for spec in specs}
        return [one for one in self.attributes() if one.spec.name in names]

    def attributes(self) -> list[Attribute]:
        """Every visual attribute with the calibration of its answers, oldest first."""
        return self._backend.part(ATTRIBUTES).all()

    def delete_attribute(self, name: str) -> None:
        """Remove an attribute with its answers and labels.

        Raises
        ------
        VisionLensError
            ATTRIBUTE_NOT_FOUND, DATASET_READ_ONLY.
        """
        self._backend.part(ATTRIBUTES).delete(name)

    def calibration_task(self, name: str, answer: str = YES, count: int = 20) -> CalibrationTask:
        """Which images (or objects) to label next; their `ids` are drawn at random.

        They are drawn among those that the model gave the answer and the others apart, where they
        tell most.

        Parameters
        ----------
        name : str
            Of the attribute.
        answer : str
            Of a choice, the option in question.
        count : int
            At most 200.

        Raises
        ------
        VisionLensError
            ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID.
        """
        return self._backend.part(ATTRIBUTES).calibration_task(name, answer, count)

    def calibrate(
        self,
        name: str,
        labels: Mapping[int, bool | None] | None = None,
        *,
        field: str | None = None,
        answer: str | None = None,
    ) -> Attribute:
        """Say of images whether an answer is true of them, or name a field that says it.

        Parameters
        ----------
        name : str
            Of the attribute.
        labels : mapping or pandas Series, optional
            id -> whether it is true; None takes a label back. Label what `calibration_task` draws:
            precision and recall follow only from a random draw.
        field : str, optional
            A field of true and false or of words, instead. Its images count as drawn at random.
        answer : str, optional
            Of a choice, the option that labels speak of; with a field, by default every option.

        Returns
        -------
        Attribute
            `usable` once both lower limits of each answer reach .8 on 100 labels or more of which
            30 or more are positive; else the `reason` of a calibration says what is missing.

        Raises
        ------
        VisionLensError
            ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, ID_UNKNOWN, FIELD_UNKNOWN, REQUEST_INVALID,
            DATASET_READ_ONLY.
        """
        if (labels is None) == (field is None):
            raise VisionLensError("REQUEST_INVALID", "Give either labels or a field.")
        given: dict[str, Any] = {"field": field}
        if labels is not None:
            given["labels"] = {int(one): _truth(labels[one]) for one in labels.keys()}  # noqa: SIM118
        found: Attribute | None = None
        for each in [answer or YES] if answer or labels is not None else self._options(name):
            request = shaped(CalibrationLabels, {**given, "answer": each})
            found = self._backend.part(ATTRIBUTES).calibrate(name, request)
        assert found is not None
        return found

    def vision_models(self) -> list[VisionModelInfo]:
        """The vision-language models that can be named, with what each still needs."""
        return self._backend.part(ATTRIBUTES).models()

    def _options(self, name: str) -> list[str]:
        spec = next((one.spec for one in self.attributes() if one.spec.name == name), None)
        return spec.options if spec is not None and spec.kind == "choice" else [YES]


def _spec(given: str | Mapping[str, Any] | AttributeSpec) -> AttributeSpec:
    """A question. ATTRIBUTE_INVALID."""
    if isinstance(given, AttributeSpec):
        return given
    if isinstance(given, str):
        built_in = {spec.name: spec for spec in BUILT_IN}
        if given not in built_in:
            raise VisionLensError(
                "ATTRIBUTE_INVALID",
                f"There is no built-in question {given!r}.",
                f"Use one of {', '.join(built_in)}, or a dict with name and question.",
            )
        return built_in[given]
    kind = "choice" if given.get("options") else "yes_no"
    return shaped(AttributeSpec, {"kind": kind, **given}, code="ATTRIBUTE_INVALID")


def _truth(value: Any) -> bool | None:
    """A label; what pandas has for missing values takes one back."""
    return None if value is None or value != value else bool(value)  # noqa: PLR0124


def _absolute(model: str | None) -> str | None:
    """A model whose folder is named as seen from here: the server has another one."""
    kind, _, name = (model or "").partition(":")
    if not name.startswith((".", "~")):
        return model
    return f"{kind}:{Path(name).expanduser().absolute()}"
