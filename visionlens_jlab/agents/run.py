"""A run of an agent from the question to the answer.

Statistics find: an analysis comes first where there is none. A language model, where one is
configured, chooses what to state and what to look into; what it states is worded from what its
tools gave. Whatever happens to the model, the statistics answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from visionlens_jlab.agents import record
from visionlens_jlab.agents.conversation import Conversation, Ended
from visionlens_jlab.agents.prompts import Fence, prompt
from visionlens_jlab.agents.record import Recorder
from visionlens_jlab.agents.shapes import AgentAnswer, AgentRun, AskRequest
from visionlens_jlab.agents.statements import sentences
from visionlens_jlab.agents.statements.claims import Checker
from visionlens_jlab.agents.statements.drafts import (
    MOST_IDEAS,
    ChatAnswer,
    ClaimDropped,
    Draft,
    ErrorPatterns,
    FindingDraft,
    IdeaFilter,
    PatternDraft,
    StatementDraft,
    ViewDraft,
    vocabulary,
)
from visionlens_jlab.agents.statements.evidence import Evidence
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.analysis.shapes import AnalyseRequest, Claim, Finding, SliceRequest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.views.shapes import OutcomeFilter, ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.providers import model_of

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage


@dataclass
class AnswerMaker:
    """Words what holds of a draft, and keeps the findings that statistics bear out."""

    desk: Desk
    recorder: Recorder

    def __post_init__(self) -> None:
        self._checker = Checker(self.recorder.run.run, self.recorder.evidence)
        self._dropped = 0
        self._claims: list[Claim] = []

    def finish(self, draft: Draft) -> AgentAnswer:
        """What is left of a draft."""
        stated = self._stated(draft.statements)
        kept: list[Finding] = []
        if isinstance(draft, ChatAnswer):
            views = [spec for one in draft.views if (spec := self._view(one)) is not None]
        else:
            drafts = draft.patterns if isinstance(draft, ErrorPatterns) else draft.findings
            kept = [found for one in drafts if (found := self._finding(one)) is not None]
            views = [one.view for one in kept]
        lines = [claim.text for claim in stated]
        if kept:
            lines.append(sentences.of_findings(kept))
        return AgentAnswer(
            text="\n".join(lines),
            claims=self._claims,
            ideas=self._ideas(draft.ideas),
            findings=[one.finding for one in kept],
            views=views,
            dropped=self._dropped,
        )

    def _stated(self, drafts: list[StatementDraft]) -> list[Claim]:
        """The claims that may be seen, in their order, each once."""
        stated: list[Claim] = []
        for draft in drafts:
            try:
                claim = self._checker.check(draft)
            except ClaimDropped as reason:
                self._drop(str(reason))
                continue
            if claim not in stated:
                stated.append(claim)
        self._claims += [claim for claim in stated if claim not in self._claims]
        return stated

    def _ideas(self, drafts: list[str]) -> list[str]:
        """Ideas that say nothing one could take for a result."""
        if not drafts:
            return []
        seen = [one.result for one in self.recorder.evidence.values()]
        allowed = IdeaFilter(vocabulary(self.desk.store), seen)
        ideas: list[str] = []
        for draft in drafts:
            try:
                idea = allowed.check(draft)
                if len(ideas) == MOST_IDEAS:
                    raise ClaimDropped(f"There are more than {MOST_IDEAS} ideas.")
            except ClaimDropped as reason:
                self._drop(str(reason))
                continue
            if idea not in ideas:
                ideas.append(idea)
        return ideas

    def _finding(self, draft: FindingDraft) -> Finding | None:
        """The finding of a confirmed test, or one that exists, with what is stated beside it."""
        evidence = self.recorder.evidence.get(draft.evidence)
        try:
            found = self._kept(draft, evidence, self._stated(draft.statements))
        except VisionLensError as error:
            self._drop(f"A finding could not be kept ({error.code}).")
            return None
        except ClaimDropped as reason:
            self._drop(str(reason))
            return None
        self.recorder.add("finding", found.title, finding=found.finding, view=found.view)
        return found

    def _kept(
        self, draft: FindingDraft, evidence: Evidence | None, explanation: list[Claim]
    ) -> Finding:
        if evidence is None:
            raise ClaimDropped("A finding names no result of a tool.")
        store, result = self.desk.store, evidence.result
        is_finding = evidence.tool == "findings" and "finding" in result
        if not is_finding and evidence.tool != "test_slice":
            raise ClaimDropped("A finding rests on neither a test nor a finding.")
        if isinstance(draft, PatternDraft) and draft.error not in (None, result["error"]):
            raise ClaimDropped(f"The error of a pattern is not that of {evidence.id}.")
        if is_finding:
            return store.part(Findings).explain(result["finding"], explanation)
        if not result["confirmed"] or result["direction"] != "more":
            raise ClaimDropped(f"The slice of {evidence.id} was not confirmed as failing more.")
        request = SliceRequest.model_validate(
            {
                **{name: result[name] for name in ("evaluation", "target", "error", "level")},
                "where": result["asked"],
                "asked_by": "agent",
            }
        )
        return store.part(Findings).keep_slice(request, explanation)

    def _view(self, draft: ViewDraft) -> ViewSpec | None:
        outcomes = None
        if (draft.outcome or draft.error) and self.desk.evaluation is not None:
            outcomes = OutcomeFilter(
                evaluation=self.desk.evaluation,
                outcomes=[draft.outcome] if draft.outcome else [],
                errors=[draft.error] if draft.error else [],
            )
        spec = ViewSpec(level=draft.level, where=draft.where or None, outcomes=outcomes)
        try:
            self.desk.check_words(draft.where)
            self.desk.store.view(spec)
        except VisionLensError as error:
            self._drop(f"A view cannot be shown ({error.code}).")
            return None
        return spec

    def _drop(self, reason: str) -> None:
        self._dropped += 1
        self.recorder.add("dropped", reason)


_NOTHING_HOLDS = "Nothing that the language model said could be borne out."
_NOTHING_STATED = "The language model stated nothing about the data."


@dataclass(frozen=True)
class AgentSession:
    """What a run works with."""

    request: AskRequest
    config: AgentConfig
    desk: Desk
    recorder: Recorder
    analyse: Callable[[AnalyseRequest], None]
    """Runs a slice discovery to its end; raises its error."""
    cancelled: Callable[[], bool]
    """Whether somebody wants the run to stop."""

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
        return record.dump(messages, fence, named, self.desk.store.version)

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
        parts = [why, sentences.of_findings(findings) if looked else sentences.NOBODY_LOOKED]
        if tests:
            parts.append(sentences.of_tests(tests))
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
        messages, fence = record.load(kept)
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
