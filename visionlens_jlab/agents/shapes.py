"""Agents: what they are asked, the steps they take, what they may cost, what they say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from visionlens_jlab.analysis.shapes import Claim
from visionlens_jlab.core.shapes import DatasetRequest, Model
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.language_models.shapes import Budget

AgentName = Literal["blind_spots", "error_patterns", "chat"]
StepKind = Literal["thought", "tool_call", "tool_result", "finding", "dropped", "answer", "error"]


class AskRequest(DatasetRequest):
    """Parameters of an agent's run."""

    agent: AgentName = "blind_spots"
    question: str = ""
    """A question or a goal; empty: what the agent is for."""
    evaluation: str | None = None
    view: ViewSpec | None = None
    conversation: str | None = None
    """Of a chat: the run that it goes on from."""
    model: str | None = None
    """Null: the configured one; without any, statistics and template wording answer."""
    budget: Budget | None = None
    """Null: what is configured, which is also the most of each."""


class AgentStep(Model):
    """One thing that an agent did; streamed while it runs."""

    step: int
    kind: StepKind
    text: str
    """As people read it."""
    tool: str | None = None
    evidence: str | None = None
    """Id of a tool call; claims name it."""
    arguments: dict[str, Any] = {}
    result: dict[str, Any] = {}
    """Of a tool, shortened to what the panel shows."""
    finding: str | None = None
    view: ViewSpec | None = None
    at: str


class Usage(Model):
    """What a run took."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0
    cost: float | None = None


class AgentAnswer(Model):
    """What can be borne out, and apart from it what a language model thinks of."""

    text: str
    """The claims and what the statistics say, a line each; no word of it is a language model's."""
    claims: list[Claim] = []
    """Those lines of it that rest on the result of a tool."""
    ideas: list[str] = []
    """What a language model wrote freely, to be shown as an idea that nobody has checked."""
    findings: list[str] = []
    views: list[ViewSpec] = []
    """Answers that are views: the panel shows each as a door."""
    dropped: int = 0
    """Statements that their evidence does not bear out, and ideas that say what they may not."""
    outdated: bool = False
    """Of a run before sentences were worded from evidence: `text` is a language model's own, and
    is to be shown as not checked."""


class AgentRun(Model):
    """A run of an agent; its `job` has state, cancel and log."""

    run: str
    """The same id as its job's: it can be read as soon as the job is queued."""
    job: str | None
    agent: AgentName
    question: str
    evaluation: str | None
    model: str | None
    """Null: no language model took part."""
    steps: list[AgentStep]
    answer: AgentAnswer | None
    usage: Usage
    stopped: Literal["done", "budget", "cancelled", "failed"] | None
    """Null: it runs."""
    created_at: str


class AgentRunList(Model):
    """Runs of agents without their steps, newest first."""

    runs: list[AgentRun]


class StepsQuery(Model):
    """Which steps of a run: those after a number."""

    after: int = Field(0, ge=0, le=1 << 31)
