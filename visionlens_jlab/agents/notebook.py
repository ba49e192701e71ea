"""Asking an agent about a dataset, as a notebook does it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Generic, Protocol

from visionlens_jlab.agents.shapes import AgentName, AgentRun, AskRequest
from visionlens_jlab.analysis.notebook.backend import FINDINGS
from visionlens_jlab.analysis.notebook.finding import Finding
from visionlens_jlab.core.notebook.arguments import shaped
from visionlens_jlab.core.notebook.backend import BackendPart, DatasetBackend, Remote
from visionlens_jlab.core.notebook.dataset import Dataset
from visionlens_jlab.core.notebook.progress import run_shown
from visionlens_jlab.core.notebook.view import S, V, View, Viewing
from visionlens_jlab.evaluation.notebook.evaluation import Evaluation
from visionlens_jlab.language_models.shapes import Budget

if TYPE_CHECKING:
    from visionlens_jlab.agents.shapes import AgentStep, Usage
    from visionlens_jlab.analysis.shapes import Claim


class AgentRunsBackend(Protocol):
    """Runs of agents over one dataset."""

    def read(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""


class RemoteAgentRuns(Remote):
    """Runs of agents over the REST API."""

    def read(self, run: str) -> AgentRun:
        """With its steps; AGENT_NOT_FOUND."""
        return self.get(AgentRun, "agents", run)


AGENT_RUNS: BackendPart[AgentRunsBackend] = BackendPart(
    "visionlens_jlab.agents.store:AgentRuns", RemoteAgentRuns
)


IDEA = "Idea, not checked"


class Answer(Viewing[V], Generic[V]):
    """What an agent answered; each claim is worded from the tool result that it rests on."""

    def __init__(self, backend: DatasetBackend, run: AgentRun) -> None:
        self._backend = backend
        self.run = run

    @property
    def text(self) -> str:
        """The claims, and what statistics say where no language model took part or was believed.

        Of a run of an earlier version that is `outdated` it is the language model's own, and not
        checked.
        """
        return "" if self.run.answer is None else self.run.answer.text

    @property
    def claims(self) -> list[Claim]:
        """Its statements about the data; `evidence` is the id of a step's tool result."""
        return [] if self.run.answer is None else self.run.answer.claims

    @property
    def ideas(self) -> list[str]:
        """What the language model thinks of, in its own words; nobody has checked it."""
        return [] if self.run.answer is None else self.run.answer.ideas

    @property
    def outdated(self) -> bool:
        """Whether `text` is a language model's own, of a run before claims were worded here."""
        return self.run.answer is not None and self.run.answer.outdated

    @property
    def dropped(self) -> int:
        """How many statements without evidence, and ideas that say too much, were left out."""
        return 0 if self.run.answer is None else self.run.answer.dropped

    @property
    def views(self) -> list[V]:
        """Answers that are rows rather than words."""
        specs = [] if self.run.answer is None else self.run.answer.views
        return [self._view(spec) for spec in specs]

    @property
    def findings(self) -> list[Finding[V]]:
        """The findings it rests on or has made."""
        names = [] if self.run.answer is None else self.run.answer.findings
        known = self._backend.part(FINDINGS)
        return [Finding(self._backend, known.read(name)) for name in names]

    @property
    def steps(self) -> list[AgentStep]:
        """What the agent did, in order."""
        return self.run.steps

    @property
    def usage(self) -> Usage:
        """Requests, tokens, seconds and, where prices are known, US dollars."""
        return self.run.usage

    @property
    def stopped(self) -> str | None:
        """`done`, `budget`, `cancelled` or `failed`: why there is no more."""
        return self.run.stopped

    def __repr__(self) -> str:
        label = "Not checked: " if self.outdated else ""
        return "\n".join([f"{label}{self.text}", *(f"{IDEA}: {idea}" for idea in self.ideas)])

    def _repr_html_(self) -> str:
        lines = "<br>".join(html.escape(line) for line in self.text.splitlines())
        if self.outdated:
            lines = f"<em>Not checked:</em> {lines}"
        ideas = "".join(
            f'<p style="opacity:.7"><em>{IDEA}:</em> {html.escape(idea)}</p>' for idea in self.ideas
        )
        model = html.escape(self.run.model or "statistics alone")
        left_out = f", {self.dropped} left out" if self.dropped else ""
        return f"<div><p>{lines}</p>{ideas}<small>{model}{left_out}</small></div>"


class AskingAgents(Dataset[V, S]):
    """The part of a Dataset that asks agents."""

    def ask(
        self,
        question: str = "",
        *,
        agent: AgentName = "chat",
        evaluation: str | Evaluation | None = None,
        view: View | None = None,
        after: Answer | None = None,
        model: str | None = None,
        budget: Budget | dict[str, Any] | None = None,
    ) -> Answer[V]:
        """Ask an agent; waits, with a progress bar.

        The agent works with tools that only read, and chooses what to state; each statement is
        worded from what they gave. What a language model writes freely stands apart in `ideas`.
        Without a language model the statistics answer.

        Parameters
        ----------
        question : str
            A question or a goal; empty: what the agent is for.
        agent : {"chat", "blind_spots", "error_patterns"}
            Who is asked: one for any question, one for where the model fails more, one for which
            errors it makes.
        evaluation : Evaluation or str, optional
            By default the newest.
        view : View, optional
            The rows the question is about.
        after : Answer, optional
            Go on from this answer.
        model : str, optional
            As pydantic-ai names it (`openai:gpt-5-mini`); by default the configured one.
        budget : dict, optional
            `tokens`, `seconds`, `requests`, `cost` (US dollars); at most what is configured.

        Raises
        ------
        VisionLensError
            ANALYSIS_INVALID without an evaluation (but for a chat), EVALUATION_NOT_FOUND,
            AGENT_NOT_FOUND, REQUEST_INVALID, DATASET_READ_ONLY. What a provider refuses is told
            in the answer.
        """
        name = evaluation if evaluation is None or isinstance(evaluation, str) else evaluation.name
        request = shaped(
            AskRequest,
            dataset=self._backend.dataset,
            agent=agent,
            question=question,
            evaluation=name,
            view=None if view is None else view.spec,
            conversation=None if after is None else after.run.run,
            model=model,
            budget=budget,
        )
        job = run_shown(self._backend, request, f"Asking about {self._backend.dataset}")
        return Answer(self._backend, self._backend.part(AGENT_RUNS).read(job.job))
