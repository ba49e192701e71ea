"""From what a language model handed in to what the user sees."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import VisionLensError
from ..models import AgentAnswer, Claim, Finding, OutcomeFilter, SliceRequest, ViewSpec
from . import template
from .claims import Checker, ClaimDropped
from .drafts import (
    ChatAnswer,
    ClaimDraft,
    Draft,
    ErrorPatterns,
    FindingDraft,
    PatternDraft,
    ViewDraft,
)
from .evidence import Evidence
from .recording import Recorder
from .tools import Desk
from .vocabulary import field_phrases, vocabulary


@dataclass
class Finisher:
    """Checks a draft sentence by sentence, and keeps the findings that statistics bear out."""

    desk: Desk
    recorder: Recorder

    def __post_init__(self) -> None:
        store = self.desk.store
        self._checker = Checker(
            run=self.recorder.run.run,
            evidence=self.recorder.evidence,
            canonical=self.desk.canonical,
            vocabulary=vocabulary(store),
            fields=field_phrases(store),
        )
        self._dropped = 0
        self._claims: list[Claim] = []

    def finish(self, draft: Draft) -> AgentAnswer:
        """What is left of a draft."""
        if isinstance(draft, ChatAnswer):
            sentences = self._sentences(draft.sentences)
            views = [spec for one in draft.views if (spec := self._view(one)) is not None]
            return self._answer(" ".join(sentences), [], views)
        drafts = draft.patterns if isinstance(draft, ErrorPatterns) else draft.findings
        sentences = self._sentences(draft.summary)
        kept = [found for one in drafts if (found := self._finding(one)) is not None]
        parts = [" ".join(sentences), template.of_findings(kept) if kept else ""]
        text = "\n".join(part for part in parts if part)
        return self._answer(text, kept, [one.view for one in kept])

    def _answer(self, text: str, findings: list[Finding], views: list[ViewSpec]) -> AgentAnswer:
        return AgentAnswer(
            text=text,
            claims=self._claims,
            findings=[one.finding for one in findings],
            views=views,
            dropped=self._dropped,
        )

    def _sentences(self, drafts: list[ClaimDraft]) -> list[str]:
        """The texts that may be seen, in their order."""
        texts = []
        for draft in drafts:
            try:
                claim = self._checker.check(draft)
            except ClaimDropped as reason:
                self._drop(str(reason), draft.evidence)
                continue
            if claim is None:
                texts.append(self._checker.idle_text(draft))
            else:
                self._claims.append(claim)
                texts.append(claim.text)
        return texts

    def _finding(self, draft: FindingDraft) -> Finding | None:
        """The finding of a confirmed test, or one that exists, with its explanation."""
        evidence = self.recorder.evidence.get(draft.evidence)
        explanation = self._explanation(draft.claims)
        try:
            found = self._kept(draft, evidence, explanation)
        except VisionLensError as error:
            self._drop(f"A finding could not be kept: {error.message}", draft.evidence)
            return None
        except ClaimDropped as reason:
            self._drop(str(reason), draft.evidence)
            return None
        self.recorder.add("finding", found.title, finding=found.finding, view=found.view)
        return found

    def _kept(
        self, draft: FindingDraft, evidence: Evidence | None, explanation: list[Claim]
    ) -> Finding:
        if evidence is None:
            raise ClaimDropped("A finding names no result of a tool.")
        if isinstance(draft, PatternDraft) and draft.error not in (None, evidence.result["error"]):
            raise ClaimDropped(f"The error of a pattern is not that of {evidence.id}.")
        store = self.desk.store
        if evidence.tool == "findings" and "finding" in evidence.result:
            return store.explain_finding(evidence.result["finding"], explanation)
        if evidence.tool != "test_slice":
            raise ClaimDropped("A finding rests on neither a test nor a finding.")
        if not evidence.result["confirmed"] or evidence.direction != "more":
            raise ClaimDropped(f"The slice of {evidence.id} was not confirmed as failing more.")
        request = SliceRequest.model_validate(
            {
                "evaluation": evidence.result["evaluation"],
                "target": evidence.result["target"],
                "error": evidence.result["error"],
                "level": evidence.result["level"],
                "where": evidence.result["asked"],
                "asked_by": "agent",
            }
        )
        return store.keep_slice(request, explanation)

    def _explanation(self, drafts: list[ClaimDraft]) -> list[Claim]:
        """The claims among them; sentences that claim nothing explain nothing."""
        before = len(self._claims)
        self._sentences(drafts)
        return self._claims[before:]

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
            self.desk.store.view(spec)
        except VisionLensError as error:
            self._drop(f"A view cannot be shown: {error.message}", None)
            return None
        return spec

    def _drop(self, reason: str, evidence: str | None) -> None:
        self._dropped += 1
        known = evidence if evidence in self.recorder.evidence else None
        self.recorder.add("dropped", reason, evidence=known)
