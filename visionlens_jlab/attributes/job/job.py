"""The job that asks a vision-language model about every image, or every object.

Rows go in pieces of `ROWS` in a fixed order, so that a later attempt asks nothing again that was
committed. One model at a time: what the worker kept for queries goes before this one is loaded,
and this one before the job ends, however it ends.
"""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from visionlens_jlab.attributes.capability import ANSWERS
from visionlens_jlab.attributes.job.input import Part, read_parts, specs_of
from visionlens_jlab.attributes.job.pictures import MOST_PROBLEMS, pictures_of
from visionlens_jlab.attributes.models.answers import majority, read
from visionlens_jlab.attributes.models.base import Question
from visionlens_jlab.attributes.models.batches import Asker
from visionlens_jlab.attributes.models.prompts import wordings
from visionlens_jlab.attributes.models.registry import default_model, make
from visionlens_jlab.core.jobs.context import READABLE, JobContext
from visionlens_jlab.embeddings.models.files import FILES, staying
from visionlens_jlab.embeddings.queries.encode import encode, unload
from visionlens_jlab.embeddings.queries.files import QueryFiles
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.media.image_processes.pool import ImagePool

if TYPE_CHECKING:
    from visionlens_jlab.attributes.models.base import VisionModel

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
            name,
            config,
            quantize=params["quantize"],
            trust_remote_code=params["trust_remote_code"],
        )
    try:
        return _Asking(context, model).run()
    except BaseException as error:
        # what was under way still refers to the weights
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        model.close()
        unload()


class _Asking:
    """One run of the job."""

    def __init__(self, context: JobContext, model: VisionModel) -> None:
        self._context = context
        params = context.params
        self._asking = [
            {
                "spec": spec,
                "model": model.name,
                "prompts": params["prompts"],
                "quantize": params["quantize"],
            }
            for spec in params["attributes"]
        ]
        self._specs = specs_of(self._asking)
        self._wordings = {
            name: wordings(spec, params["prompts"], params["seed"])
            for name, spec in self._specs.items()
        }
        self._parts = read_parts(context.spool / "input", self._asking, ROWS)
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
        return {
            "attributes": list(self._specs),
            "model": self._asker.model.name,
            **self._counts,
        }

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
        made = [one for one in self._asking if one["spec"]["name"] in part.wanted]
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
