"""What agents, chats and outside assistants may do: read. Claims are held against the results."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from visionlens_jlab.agents.statements.evidence import long_texts
from visionlens_jlab.core.shapes import Model
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.embeddings.shapes import Encoded, EncodeRequest
from visionlens_jlab.errors import VisionLensError

if TYPE_CHECKING:
    from visionlens_jlab.core.catalog.store import DatasetStore

MOST_IMAGES = 24
"""Images that one run may look at."""


@dataclass(frozen=True)
class Picture:
    """An image to look at: JPEG."""

    caption: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Found:
    """One result of a tool.

    `result` is JSON with numbers at names of their own; `predicate` in it is canonical, and
    `direction` says how a slice differs from the rest.
    """

    result: dict[str, Any]
    text: str
    view: ViewSpec | None = None
    finding: str | None = None
    pictures: list[Picture] = field(default_factory=list, repr=False)


@dataclass
class Desk:
    """What tools work with."""

    store: DatasetStore
    """Only read; a tested slice is noted among the tests of its evaluation."""
    evaluation: str | None = None
    """Where a call names none."""
    encode: Callable[[EncodeRequest], Encoded] | None = None
    """Makes a query of a text; none: searches by text are refused."""
    images_left: int = MOST_IMAGES
    """That may still be looked at."""

    def canonical(self, predicate: str) -> str:
        """A predicate as every result writes it; empty: everything. PREDICATE_INVALID."""
        return self.store.predicate(predicate or None, None).text

    def check_words(self, predicate: str) -> None:
        """PREDICATE_INVALID where a text of several words in a predicate is not the dataset's.

        A language model's own would stand in every sentence about it.
        """
        for there in long_texts(predicate):
            if not len(self.store.view(ViewSpec(where=there)).ids):
                raise VisionLensError(
                    "PREDICATE_INVALID",
                    "A text that the predicate names stands nowhere in the dataset.",
                    "Name values as facets gives them.",
                )

    def evaluation_of(self, named: str | None) -> str:
        """The evaluation a call is about. ANALYSIS_INVALID where there is none."""
        wanted = named or self.evaluation
        if wanted is None:
            raise VisionLensError("ANALYSIS_INVALID", "The dataset has no evaluation.")
        return wanted


@dataclass(frozen=True)
class Tool:
    """A tool: `run` gets a Desk and the checked arguments."""

    name: str
    description: str
    arguments: type[Model]
    run: Callable[[Desk, Any], list[Found]]

    def call(self, desk: Desk, arguments: dict[str, Any]) -> list[Found]:
        """Run it. REQUEST_INVALID for arguments that do not fit; what the dataset raises."""
        try:
            checked = self.arguments.model_validate(arguments)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise VisionLensError(
                "REQUEST_INVALID", f"The argument {place!r} is wrong: {first['msg']}."
            ) from error
        desk.check_words(getattr(checked, "where", ""))
        return self.run(desk, checked)

    @property
    def schema(self) -> dict[str, Any]:
        """JSON schema of the arguments."""
        return self.arguments.model_json_schema()


def short(value: float | None) -> float | int | None:
    """Four significant digits; whole numbers stay."""
    if value is None or not math.isfinite(value):
        return None
    if float(value).is_integer() and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.4g}")
