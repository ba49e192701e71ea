"""From what a language model handed in to what the user sees."""

from __future__ import annotations

from dataclasses import dataclass

from visionlens_jlab.agents import template
from visionlens_jlab.agents.shapes import AgentAnswer
from visionlens_jlab.agents.statements.claims import Checker, ClaimDropped
from visionlens_jlab.agents.statements.drafts import (
    ChatAnswer,
    Draft,
    ErrorPatterns,
    FindingDraft,
    PatternDraft,
    StatementDraft,
    ViewDraft,
)
from visionlens_jlab.agents.statements.evidence import Evidence
from visionlens_jlab.agents.statements.ideas import MOST_IDEAS, IdeaFilter
from visionlens_jlab.agents.statements.vocabulary import vocabulary
from visionlens_jlab.agents.steps import Recorder
from visionlens_jlab.agents.tools.base import Desk
from visionlens_jlab.analysis.shapes import Claim, Finding, SliceRequest
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.views.outcome_shapes import OutcomeFilter
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError


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
            lines.append(template.of_findings(kept))
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
