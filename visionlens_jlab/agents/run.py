"""A run of an agent from the question to the answer.

Statistics find: an analysis comes first where there is none. A language model, where one is
configured, chooses what to state and what to look into; what it states is worded from what its
tools gave. Whatever happens to the model, the statistics answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visionlens_jlab.agents import history, template
from visionlens_jlab.agents.answer import AnswerMaker
from visionlens_jlab.agents.conversation import Conversation, Ended
from visionlens_jlab.agents.fencing import Fence
from visionlens_jlab.agents.prompts import prompt
from visionlens_jlab.agents.shapes import AgentAnswer, AgentRun, AskRequest
from visionlens_jlab.agents.steps import Recorder
from visionlens_jlab.agents.store.runs import AgentRuns
from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.analysis.shapes import AnalyseRequest, Finding
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.providers import model_of

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_NOTHING_HOLDS = "Nothing that the language model said could be borne out."
_NOTHING_STATED = "The language model stated nothing about the data."


@dataclass(frozen=True)
class Asking:
    """What a run works with.

    Attributes
    ----------
    request : AskRequest
    config : AgentConfig
    desk : Desk
    recorder : Recorder
    analyse : callable
        Runs a slice discovery to its end; raises its error.
    cancelled : callable
        Whether somebody wants the run to stop.
    """

    request: AskRequest
    config: AgentConfig
    desk: Desk
    recorder: Recorder
    analyse: Callable[[AnalyseRequest], None]
    cancelled: Callable[[], bool]

    def run(self) -> tuple[AgentRun, str | None]:
        """The run as it ended, and the messages that a chat goes on from."""
        if self.request.agent != "chat" or not self._has_model:
            self._ensure_analysis()
        if self.cancelled():
            return self._end("cancelled", self._statistics("The run was cancelled.")), None
        if not self._has_model:
            reason = self.config.settings().reason or ""
            return self._end("done", self._statistics(reason)), None
        try:
            model = model_of(self.config, self.request.model)
        except VisionLensError as error:
            self._tell(error)
            return self._end("failed", self._statistics(error.message)), None
        past, fence = self._past()
        conversation = Conversation(
            model=model,
            agent=self.request.agent,
            prompt=prompt(self.request, fence, self.desk.evaluation, self._predicate()),
            desk=self.desk,
            recorder=self.recorder,
            fence=fence,
            budget=self.config.allowed(self.request.budget),
            cancelled=self.cancelled,
            history=past,
        )
        ended = conversation.run()
        self.recorder.change(usage=ended.usage)
        messages = None if ended.messages is None else self._dumped(ended.messages, fence)
        return self._end(ended.stopped, self._answer(ended)), messages

    def _dumped(self, messages: list[ModelMessage], fence: Fence) -> str:
        named = self.recorder.evidence.values()
        return history.dump(messages, fence, named, self.desk.store.version)

    @property
    def _has_model(self) -> bool:
        return bool(self.request.model or self.config.model)

    def _answer(self, ended: Ended) -> AgentAnswer:
        if ended.draft is not None:
            answer = AnswerMaker(self.desk, self.recorder).finish(ended.draft)
            if answer.text or answer.views:
                return answer
            none = self._statistics(_NOTHING_HOLDS if answer.dropped else _NOTHING_STATED)
            return none.model_copy(update={"dropped": answer.dropped, "ideas": answer.ideas})
        if ended.error is not None:
            error = VisionLensError.from_json(ended.error.model_dump())
            self._tell(error)
            return self._statistics(f"{error.message} {error.hint}")
        return self._statistics("The run was cancelled.")

    def _statistics(self, why: str) -> AgentAnswer:
        """What the statistics say, and what tests of this run have confirmed."""
        tests = [
            one
            for one in self.recorder.evidence.values()
            if one.tool == "test_slice" and one.result.get("confirmed")
        ]
        findings = self._findings()
        looked = findings or self._is_analysed
        parts = [why, template.of_findings(findings) if looked else template.NOBODY_LOOKED]
        if tests:
            parts.append(template.of_tests(tests))
        return AgentAnswer(
            text="\n".join(part for part in parts if part),
            findings=[one.finding for one in findings],
            views=[one.view for one in findings[:5]],
        )

    def _findings(self) -> list[Finding]:
        if self.desk.evaluation is None:
            return []
        return self.desk.store.part(Findings).all(self.desk.evaluation)

    def _ensure_analysis(self) -> None:
        evaluation = self.desk.evaluation
        if evaluation is None or self._is_analysed:
            return
        self.recorder.add("thought", "Looks for slices that fail more, without a language model")
        try:
            self.analyse(
                AnalyseRequest(
                    dataset=self.request.dataset, evaluation=evaluation, view=self.request.view
                )
            )
        except VisionLensError as error:
            self._tell(error)

    @property
    def _is_analysed(self) -> bool:
        known = self.desk.store.part(Findings).analyses()
        return any(one.evaluation == self.desk.evaluation for one in known)

    def _past(self) -> tuple[list[ModelMessage] | None, Fence]:
        if self.request.conversation is None:
            return None, Fence()
        kept = self.desk.store.part(AgentRuns).messages(self.request.conversation)
        if kept is None:
            return None, Fence()
        messages, fence = history.load(kept)
        return messages, fence

    def _predicate(self) -> str | None:
        view = self.request.view
        if view is None:
            return None
        return self.desk.store.predicate(view.where, view.filter).text

    def _tell(self, error: VisionLensError) -> None:
        said = {"code": error.code, "message": error.message, "hint": error.hint}
        self.recorder.add("error", f"{error.message} {error.hint}".strip(), result=said)

    def _end(self, stopped: str, answer: AgentAnswer) -> AgentRun:
        self.recorder.add("answer", answer.text)
        return self.recorder.change(answer=answer, stopped=stopped)
