"""What a language model is told: its task, the rules of evidence, what fences mean."""

from __future__ import annotations

from ..models import AgentName, AskRequest
from .fencing import Fence
from .tools import MOST_IMAGES

_RULES = f"""\
You work inside VisionLens, over one dataset of images and the predictions of a model.
Statistics find, you explain, the user verifies. Answer in English.

Rules of evidence. Each sentence of your answer is checked by a program before the user sees it,
and is dropped where it fails:
- It names in `evidence` the id (such as e3) of one tool result that it rests on.
- `predicate` is the predicate of that result, copied; null where the result has none.
- Every number of the sentence stands in `numbers` with its path in that result
  (`confirmation.rate`) and its exact value there. In the sentence it may be rounded, or be a
  percentage. Write numbers in digits.
- `direction` is `more` or `less` as the result says, where the sentence compares. Compare a slice
  only on a result that has a direction; with `unclear` there is nothing to compare.
- Values and classes in the sentence are those of the predicate or of the names of its numbers.
- Speak of association, never of causes. No always, never, most.
- A sentence without evidence may not state anything about the data.
Prefer few true sentences. Tests of slices are counted against you: test only what the findings,
the figures or the user suggest. You may look at {MOST_IMAGES} images at most."""

_TASKS: dict[AgentName, str] = {
    "blind_spots": """\
Task: say where the model fails more. Read the findings and the evaluation's figures first. For the
findings that matter, look at a few examples, and explain each in one to three sentences. You may
test further slices that these suggest; hand in those that were confirmed.""",
    "error_patterns": """\
Task: say which sorts of errors (missed, background, classification, localisation, duplicate) the
model makes, and in which slices. Read the evaluation's figures first, then the findings. Test
slices with target error_type where a pattern suggests itself, and hand in those confirmed.""",
    "chat": """\
Task: answer the user's question in a few sentences, and with views where rows answer better than
words: a view is a predicate with a level, perhaps with an outcome or an error type.""",
}


def instructions(agent: AgentName, fence: Fence) -> str:
    """The system prompt."""
    return "\n\n".join([_RULES, _TASKS[agent], fence.meaning])


def prompt(request: AskRequest, fence: Fence, evaluation: str | None, view: str | None) -> str:
    """The user's turn; names of the dataset's own stand in a fence."""
    given = {"evaluation": evaluation, "rows_the_user_looks_at": view or None}
    known = {name: value for name, value in given.items() if value is not None}
    question = request.question.strip() or "Do your task."
    return f"{question}\n{fence(known)}" if known else question
