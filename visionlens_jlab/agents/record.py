"""What is kept of a run: its steps, the evidence among them, and its messages without images."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.prompts import Fence
from visionlens_jlab.agents.shapes import AgentRun, AgentStep, StepKind
from visionlens_jlab.agents.statements.evidence import Evidence
from visionlens_jlab.agents.tools.base import Found

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage


class Recorder:
    """Adds steps to a run; from any thread.

    Parameters
    ----------
    run : AgentRun
        As it begins.
    keep : callable
        Stores the run as it is now, and tells who follows it.
    earlier : list of Evidence
        Of the runs that a chat goes on from.
    still : bool
        Whether it can be named: the dataset is what it was.
    """

    def __init__(
        self,
        run: AgentRun,
        keep: Callable[[AgentRun], None],
        earlier: Sequence[Evidence] = (),
        still: bool = True,
    ) -> None:
        self.run = run
        self.evidence: dict[str, Evidence] = {}
        self._keep = keep
        self._lock = threading.Lock()
        # names go on, for the model has the earlier ones before it
        self._named = max((int(one.id[1:]) for one in earlier), default=0)
        if still:
            self.evidence |= {one.id: one for one in earlier}

    def add(self, kind: StepKind, text: str, **members: Any) -> AgentStep:
        """A further step."""
        with self._lock:
            step = AgentStep(
                step=len(self.run.steps) + 1,
                kind=kind,
                text=text,
                at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                **members,
            )
            self._store(self.run.model_copy(update={"steps": [*self.run.steps, step]}))
        return step

    def found(self, tool: str, arguments: dict[str, Any], found: Found) -> Evidence:
        """A tool's result as a step that claims can name."""
        with self._lock:
            self._named += 1
            evidence = Evidence(f"e{self._named}", tool, arguments, found.result)
            self.evidence[evidence.id] = evidence
        self.add(
            "tool_result",
            found.text,
            tool=tool,
            evidence=evidence.id,
            arguments=arguments,
            result=found.result,
            view=found.view,
            finding=found.finding,
        )
        return evidence

    def change(self, **members: Any) -> AgentRun:
        """Set members of the run: usage, answer, how it ended."""
        with self._lock:
            self._store(self.run.model_copy(update=members))
            return self.run

    def _store(self, run: AgentRun) -> None:
        self.run = run
        self._keep(run)


def dump(
    messages: list[ModelMessage], fence: Fence, evidence: Iterable[Evidence], version: int
) -> str:
    """JSON; the fence belongs to it, since earlier results stand in it.

    `evidence`: what statements could name; `version`: of the dataset then.
    """
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    kept = ModelMessagesTypeAdapter.dump_python(
        [_without_images(message) for message in messages], mode="json"
    )
    named = [asdict(one) for one in evidence]
    return json.dumps(
        {"fence": fence.token, "version": version, "evidence": named, "messages": kept}
    )


def load(text: str) -> tuple[list[ModelMessage], Fence]:
    """What `dump` wrote."""
    from pydantic_ai.messages import ModelMessagesTypeAdapter

    stored = json.loads(text)
    messages = ModelMessagesTypeAdapter.validate_python(stored["messages"])
    return messages, Fence(stored["fence"])


def evidence_in(text: str | None) -> tuple[list[Evidence], int | None]:
    """What a conversation could name at its end, and the version of the dataset then."""
    stored = {} if text is None else json.loads(text)
    known = [Evidence(**one) for one in stored.get("evidence", [])]
    return known, stored.get("version")


def _without_images(message: ModelMessage) -> ModelMessage:
    from pydantic_ai.messages import ModelRequest, UserPromptPart

    if not isinstance(message, ModelRequest):
        return message
    parts: list[Any] = [
        replace(part, content=_texts(part.content)) if isinstance(part, UserPromptPart) else part
        for part in message.parts
    ]
    return replace(message, parts=parts)


def _texts(content: Any) -> Any:
    if isinstance(content, str):
        return content
    return [part if isinstance(part, str) else "(an image that was shown)" for part in content]
