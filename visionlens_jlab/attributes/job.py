"""The job that asks a vision-language model about every image, or every object.

Rows go in pieces of `ROWS` in a fixed order, so that a later attempt asks nothing again that was
committed. One model at a time: what the worker kept for queries goes before this one is loaded,
and this one before the job ends, however it ends.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.attributes.capability import ANSWERS, ASKED, ASKED_FOLDER
from visionlens_jlab.attributes.models.base import Asker, Question
from visionlens_jlab.attributes.models.questions import majority, read, wordings
from visionlens_jlab.attributes.models.registry import default_model, make
from visionlens_jlab.attributes.shapes import Attribute, AttributeSpec
from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.core.shapes import Level
from visionlens_jlab.embeddings.job.input import Items, read_items
from visionlens_jlab.embeddings.models.files import FILES, staying
from visionlens_jlab.embeddings.queries.encode import QueryFiles, encode, unload
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import PicturesResult, PicturesTask

if TYPE_CHECKING:
    from visionlens_jlab.attributes.models.base import VisionModel


MARGIN = 0.2
"""Share of a box that is shown around it on each side: what hides an object lies beside it."""
_LEVELS: tuple[Level, ...] = ("samples", "annotations")

Rows = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Part:
    """Rows of one level to be asked about, and for each attribute which of them."""

    items: Items
    rows: Rows
    """(n,): of the items."""
    wanted: dict[str, Rows]
    """Name of an attribute -> bool (n,): whether it is asked about the row."""

    @property
    def ids(self) -> Rows:
        """Ids of the rows, uint32."""
        ids: Rows = self.items.ids[self.rows]
        return ids


def read_parts(folder: Path, asking: list[dict[str, Any]], size: int) -> list[Part]:
    """What is to be asked, in parts of at most `size` rows; the same at every attempt.

    Parameters
    ----------
    folder : Path
        The job's input.
    asking : list of dict
        `spec`, `model`, `prompts` and `quantize` of each attribute.
    """
    parts = []
    for level in _LEVELS:
        specs = [one for one in asking if one["spec"]["level"] == level]
        if not specs:
            continue
        items = read_items(folder / level, MARGIN if level == "annotations" else 0.0)
        wanted = {
            one["spec"]["name"]: ~np.isin(items.ids, _asked_before(folder, one)) for one in specs
        }
        rows = np.flatnonzero(np.any(list(wanted.values()), axis=0))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            parts.append(Part(items, some, {name: mask[some] for name, mask in wanted.items()}))
    return parts


def specs_of(asking: list[dict[str, Any]]) -> dict[str, AttributeSpec]:
    """Name -> question."""
    specs = [AttributeSpec.model_validate(one["spec"]) for one in asking]
    return {spec.name: spec for spec in specs}


def _asked_before(folder: Path, one: dict[str, Any]) -> Rows:
    """Ids that this very question was asked about, of this very model."""
    for content in json.loads((folder / ASKED).read_text(encoding="utf-8")):
        before = Attribute.model_validate(content)
        if before.spec.name == one["spec"]["name"] and before.is_of(one):
            ids: Rows = np.load(folder / ASKED_FOLDER / f"{before.spec.name}.npy")
            return ids
    return np.zeros(0, np.uint32)


SIDE = 1024
"""Most pixels of a picture's longer side; small models see 512 of them."""
IMAGES_PER_TASK = 8
MOST_PROBLEMS = 200
"""Lines of the log about images that cannot be shown."""


def pictures_of(part: Part, pool: ImagePool) -> tuple[list[bytes], list[str]]:
    """A JPEG for each row, empty where there is none; and why, of those."""
    pictures: list[bytes] = []
    problems: list[str] = []
    tasks = list(_tasks(part))
    for task, result in zip(tasks, pool.map(tasks), strict=True):
        assert isinstance(result, PicturesResult)
        pictures += result.pictures
        shown = [
            path
            for path, boxes in zip(task.paths, task.parts, strict=True)
            for _ in range(max(1, len(boxes)))
        ]
        problems += [
            f"{path}: {error}"
            for path, error in zip(shown, result.errors, strict=True)
            if error is not None
        ]
    return pictures, problems


def _tasks(part: Part) -> Iterator[PicturesTask]:
    """The parts of images in the order of the rows; an image is decoded once for its objects."""
    task: PicturesTask | None = None
    for row in map(int, part.rows):
        location, path = part.items.image(row)
        box = part.items.box(row)
        if task is not None and box is not None and _goes_on(task, location, path):
            task.parts[-1].append(box)
            continue
        if task is None or task.location != location or len(task.paths) == IMAGES_PER_TASK:
            if task is not None:
                yield task
            task = PicturesTask(location, [], [], [], SIDE)
        task.paths.append(path)
        task.parts.append([] if box is None else [box])
        task.sizes.append(part.items.size(row))
    if task is not None:
        yield task


def _goes_on(task: PicturesTask, location: str, path: str) -> bool:
    """Whether the last image of a task is this one, with objects cut out of it."""
    return (task.location, task.paths[-1]) == (location, path) and bool(task.parts[-1])


ROWS = 64
"""Rows of a piece."""


def run(context: JobContext) -> dict[str, Any]:
    """Ask; the result counts what was done."""
    params, config = context.params, AgentConfig.from_environment()
    name = params["model"] or default_model(config)
    unload()
    context.progress("model", 0, None, name)
    with staying(name, params.get(FILES)):
        model = make(
            name, config, quantize=params["quantize"], trust_remote_code=params["trust_remote_code"]
        )
    try:
        return _Run(context, model).run()
    except BaseException as error:
        # what was under way still refers to the weights
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        model.close()
        unload()


class _Run:
    """One run of the job."""

    def __init__(self, context: JobContext, model: VisionModel) -> None:
        self._context = context
        params = context.params
        self._questions = [
            {
                "spec": spec,
                "model": model.name,
                "prompts": params["prompts"],
                "quantize": params["quantize"],
            }
            for spec in params["attributes"]
        ]
        self._specs = specs_of(self._questions)
        self._wordings = {
            name: wordings(spec, params["prompts"], params["seed"])
            for name, spec in self._specs.items()
        }
        self._parts = read_parts(context.spool / "input", self._questions, ROWS)
        self._queries = QueryFiles(context.spool.parent.parent)
        self._asker = Asker(model, context.log, self._check)
        self._done = 0
        self._total = sum(self._count(part) for part in self._parts)
        self._problems: list[str] = []
        self._counts = dict.fromkeys(("answered", "unanswered", "unreadable"), 0)

    def run(self) -> dict[str, Any]:
        self._step(0)
        with ImagePool(self._check, readable=self._context.params[READABLE]) as pool:
            for sequence, part in enumerate(self._parts):
                if self._context.committed(sequence):
                    self._step(self._count(part))
                else:
                    self._emit(sequence, part, pool)
        for line in self._problems[:MOST_PROBLEMS]:
            self._context.log("warning", line)
        return {"attributes": list(self._specs), "model": self._asker.model.name, **self._counts}

    def _emit(self, sequence: int, part: Part, pool: ImagePool) -> None:
        """Ask about the rows of a part and hand over the answers."""
        pictures, problems = pictures_of(part, pool)
        self._problems += problems
        asked = [
            (name, int(row))
            for row in range(len(part.rows))
            for name, wanted in part.wanted.items()
            if wanted[row]
        ]
        shown = [(name, row) for name, row in asked if pictures[row]]
        self._counts["unreadable"] += len(asked) - len(shown)
        self._step((len(asked) - len(shown)) * self._context.params["prompts"])
        questions = [
            Question(pictures[row], wording.text)
            for name, row in shown
            for wording in self._wordings[name]
        ]
        said = iter(self._asker.ask(questions, self._step))
        voted = [
            majority([read(next(said), wording) for wording in self._wordings[name]])
            for name, _ in shown
        ]
        read_well = sum(answer is not None for answer, _ in voted)
        self._counts["answered"] += read_well
        self._counts["unanswered"] += len(voted) - read_well
        table = pa.table(
            {
                "attribute": pa.array([name for name, _ in shown], pa.string()),
                "id": pa.array(part.ids[np.array([row for _, row in shown], int)], pa.uint32()),
                "answer": pa.array([answer for answer, _ in voted], pa.string()),
                "agreement": pa.array([agreement for _, agreement in voted], pa.float64()),
            }
        )
        made = [one for one in self._questions if one["spec"]["name"] in part.wanted]
        self._context.emit(sequence, {ANSWERS: table}, summary={"attributes": made})

    def _count(self, part: Part) -> int:
        """Questions about the rows of a part."""
        wanted = sum(int(mask.sum()) for mask in part.wanted.values())
        return wanted * int(self._context.params["prompts"])

    def _step(self, done: int) -> None:
        self._done += done
        self._context.progress("questions", min(self._done, self._total), self._total)

    def _check(self) -> None:
        """Called several times a second: may raise JobCancelled; searches go first."""
        self._context.check_cancelled()
        self._queries.answer(lambda query: encode(query, device="cpu"))
