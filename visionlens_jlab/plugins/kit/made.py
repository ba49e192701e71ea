"""A small dataset that is made for trying plugins, and contexts that note what they do with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from visionlens_jlab.plugin_api import Annotation, Match, Sample

WIDTH, HEIGHT = 64, 48
_CLASSES = ("face", "car", "person")
RUN = "model"

Tell = Callable[[str, str], None]
"""Takes what is wrong, and how to mend it."""


def samples() -> list[Sample]:
    """Six: one without labels, each other with labels of two classes and a prediction."""
    return [
        Sample(
            id=10 + number,
            name=f"image_{number}.png",
            width=WIDTH,
            height=HEIGHT,
            split="train" if number % 3 else "val",
            tags=("seen",) if number == 1 else (),
            annotations=_annotations(number),
        )
        for number in range(6)
    ]


def _annotations(number: int) -> tuple[Annotation, ...]:
    if number == 5:
        return ()
    boxes = [(4.0, 6.0, 20.0, 16.0), (30.5, 10.0, 24.0, 30.25)]
    labels = [_CLASSES[number % 3], _CLASSES[(number + 1) % 3]]
    made = [
        Annotation(
            id=100 * number + place,
            label=label,
            kind="box",
            box=box,
            confidence=None,
            source="ground_truth",
        )
        for place, (label, box) in enumerate(zip(labels, boxes, strict=True))
    ]
    prediction = Annotation(
        id=100 * number + 50,
        label=labels[0],
        kind="box",
        box=boxes[0],
        confidence=0.9,
        source=RUN,
    )
    return (*made, prediction)


def image(sample: Sample) -> Image.Image:
    """Noise, brighter from one to the next; the last is black."""
    number = sample.id - 10
    noise = np.random.default_rng(number).integers(0, 1 + 50 * (5 - number), (HEIGHT, WIDTH, 3))
    return Image.fromarray(noise.astype(np.uint8))


class Made:
    """Every context in one; what is done without a permission is told and refused."""

    def __init__(self, api: str, folder: Path, permissions: Sequence[str], tell: Tell) -> None:
        self.api = api
        self.folder = folder
        self.dataset = "street"
        self.evaluation, self.run, self.iou, self.confidence = "e1", RUN, 0.5, 0.25
        self.all = samples()
        self.count: Any = len(self.all)
        self.progressed = 0
        self.label_files: dict[str, bytes] = {}
        self._permissions = permissions
        self._tell = tell

    def samples(self) -> Iterator[Sample]:
        return iter(self.all)

    def ids(self) -> list[int]:
        return [one.id for one in self.all]

    def matches(self) -> Iterator[Match]:
        for sample in self.all:
            truths = [one for one in sample.annotations if one.confidence is None]
            predicted = [one for one in sample.annotations if one.confidence is not None]
            for place, truth in enumerate(truths):
                prediction = predicted[0] if predicted and place == 0 else None
                yield Match(
                    sample=sample.id,
                    truth=truth,
                    prediction=prediction,
                    iou=1.0 if prediction else None,
                )

    def image(self, sample: Sample) -> Image.Image:
        self._needs("images", "reads images")
        return image(sample)

    def progress(self, done: int, message: str = "") -> None:
        self.progressed += 1
        if int(done) < 0 or not isinstance(message, str):
            self._tell("It says a progress that is no number and no text.", "context.progress(3)")

    def tag(self, sample: Sample, tag: str) -> None:
        self._needs("tags", "sets tags")
        self._known(sample)
        self._named(tag, "tag")

    def set_field(self, sample: Sample, name: str, value: Any) -> None:
        self._needs("fields", "sets fields")
        self._known(sample)
        self._named(name, "field")
        value = getattr(value, "item", lambda: value)()
        if not (value is None or isinstance(value, bool | int | float | str)):
            self._tell(
                f"It sets {name} to {type(value).__name__}.", "Set text, number, truth or None."
            )

    def files(self, pattern: str = "*") -> Iterator[str]:
        return iter(sorted(path for path in self.label_files if fnmatch(path, pattern)))

    def open(self, path: str) -> BinaryIO:
        if path not in self.label_files:
            raise FileNotFoundError(path)
        return io.BytesIO(self.label_files[path])

    def rows(
        self, where: str = "", columns: Sequence[str] = (), level: str = "samples", limit: int = 100
    ) -> list[dict[str, Any]]:
        known = {
            "samples": [
                {"sample_id": one.id, "filename": one.name, "split": one.split} for one in self.all
            ],
            "annotations": [
                {"annotation_id": box.id, "sample_id": one.id, "class": box.label}
                for one in self.all
                for box in one.annotations
            ],
        }[level][:limit]
        return [{name: row.get(name) for name in columns or row} for row in known]

    def _needs(self, permission: str, does: str) -> None:
        if permission not in self._permissions:
            sentence = f"It {does} without the permission {permission}."
            self._tell(sentence, f'Add "{permission}" to the permissions of its manifest.')
            raise PermissionError(sentence)

    def _known(self, sample: Any) -> None:
        if getattr(sample, "id", None) not in self.ids():
            self._tell(
                f"It names a sample that it was not given: {sample!r:.80}.",
                "Give a sample of context.samples().",
            )

    def _named(self, name: Any, what: str) -> None:
        if not isinstance(name, str) or not name.strip() or len(name) > 100:
            self._tell(f"It names a {what} {name!r:.80}.", "Give 1 to 100 characters.")
