"""A run of an agent, in the process that owns the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ...models import AgentRun, AgentStep, AnalyseRequest, AskRequest
from ..context import JobCancelled, JobContext
from ..host import HostContext

if TYPE_CHECKING:
    from ...catalog.store import DatasetStore


def run(context: JobContext) -> dict[str, Any]:
    """Ask; the result names the run and what came of it."""
    return _run(cast(HostContext, context))


def _run(context: HostContext) -> dict[str, Any]:
    from ...agents.asking import Asking
    from ...agents.recording import Recorder
    from ...agents.tools import Desk

    host = context.host
    request = AskRequest.model_validate(context.params)
    store = host.library.open(request.dataset)

    def keep(changed: AgentRun) -> None:
        store.keep_agent_run(changed)
        host.tell(request.dataset, changed)
        last = changed.steps[-1].text if changed.steps else None
        context.progress("asking", len(changed.steps), None, last)

    def analyse(wanted: AnalyseRequest) -> None:
        host.run_job(wanted, context.is_over)

    earlier = [] if request.conversation is None else _steps(store.agent_run(request.conversation))
    begun = store.agent_run(context.job)
    model = request.model or host.config.model or None
    asking = Asking(
        request=request,
        config=host.config,
        desk=Desk(store, request.evaluation, lambda query: host.encode(store, query)),
        recorder=Recorder(begun.model_copy(update={"model": model}), keep, earlier),
        analyse=analyse,
        cancelled=context.is_over,
    )
    ended, messages = asking.run()
    if messages is not None:
        store.keep_agent_run(ended, messages)
    _log(context, store, ended)
    if ended.stopped == "cancelled":
        raise JobCancelled
    findings = [] if ended.answer is None else ended.answer.findings
    return {"run": ended.run, "stopped": ended.stopped, "findings": len(findings)}


def _steps(run: AgentRun) -> list[AgentStep]:
    """Those whose evidence can be named; results of outdated runs have another shape."""
    return [] if run.answer is not None and run.answer.outdated else run.steps


def _log(context: HostContext, store: DatasetStore, run: AgentRun) -> None:
    """How it ended and what it took; never what was said."""
    usage = run.usage
    cost = "" if usage.cost is None else f", {usage.cost:.4f} dollars"
    context.log(
        "info",
        f"{run.agent} over {store.slug}: {run.stopped}; {usage.requests} requests, "
        f"{usage.input_tokens + usage.output_tokens:,} tokens, {usage.seconds:.1f} s{cost}.",
    )
