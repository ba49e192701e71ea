"""A run of an agent, in the process that owns the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.shapes import AgentRun, AskRequest
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.analysis.shapes import AnalyseRequest
from visionlens_jlab.core.jobs.context import JobCancelled
from visionlens_jlab.core.jobs.host import HostContext
from visionlens_jlab.language_models.config import AgentConfig

if TYPE_CHECKING:
    from visionlens_jlab.agents.statements.evidence import Evidence
    from visionlens_jlab.core.catalog.store import DatasetStore


CHANGED = "https://visionlens-jlab.dev/events/agent/v1"
"""Event: a run has a further step, or is over."""


def run(context: HostContext) -> dict[str, Any]:
    """Ask; the result names the run and what came of it."""
    from visionlens_jlab.agents.record import Recorder
    from visionlens_jlab.agents.run import AgentSession
    from visionlens_jlab.agents.tools.base import Desk
    from visionlens_jlab.embeddings.queries.queries import encode_for

    host = context.host
    request = AskRequest.model_validate(context.params)
    store = host.library.open(request.dataset)

    def keep(changed: AgentRun) -> None:
        store.part(AgentRuns).keep(changed)
        event = {"dataset": request.dataset, "run": changed.run, "step": len(changed.steps)}
        host.tell(CHANGED, {**event, "over": changed.stopped is not None})
        last = changed.steps[-1].text if changed.steps else None
        context.progress("asking", len(changed.steps), None, last)

    def analyse(wanted: AnalyseRequest) -> None:
        host.run_job(wanted, context.job, context.is_over)

    earlier, still = _earlier(store, request.conversation)
    begun = store.part(AgentRuns).read(context.job)
    config = AgentConfig.of(host.settings)
    model = request.model or config.model or None
    session = AgentSession(
        request=request,
        config=config,
        desk=Desk(store, request.evaluation, lambda query: encode_for(host, store, query)),
        recorder=Recorder(begun.model_copy(update={"model": model}), keep, earlier, still),
        analyse=analyse,
        cancelled=context.is_over,
    )
    ended, messages = session.run()
    if messages is not None:
        store.part(AgentRuns).keep(ended, messages)
    _log(context, store, ended)
    if ended.stopped == "cancelled":
        raise JobCancelled
    findings = [] if ended.answer is None else ended.answer.findings
    return {"run": ended.run, "stopped": ended.stopped, "findings": len(findings)}


def _earlier(store: DatasetStore, conversation: str | None) -> tuple[list[Evidence], bool]:
    """What a chat that goes on may name, and whether it is so now."""
    from visionlens_jlab.agents.record import evidence_in

    messages = None if conversation is None else store.part(AgentRuns).messages(conversation)
    known, version = evidence_in(messages)
    return known, version == store.version


def _log(context: HostContext, store: DatasetStore, run: AgentRun) -> None:
    """How it ended and what it took; never what was said."""
    usage = run.usage
    cost = "" if usage.cost is None else f", {usage.cost:.4f} dollars"
    context.log(
        "info",
        f"{run.agent} over {store.slug}: {run.stopped}; {usage.requests} requests, "
        f"{usage.input_tokens + usage.output_tokens:,} tokens, {usage.seconds:.1f} s{cost}.",
    )
