"""Hooks: which jobs run them, when, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from visionlens_jlab.core.jobs.dataset_setup import DatasetSetup
from visionlens_jlab.core.jobs.spool import Spool, write_stream
from visionlens_jlab.core.jobs.status import dataset_of
from visionlens_jlab.evaluation.store.evaluations import Evaluations
from visionlens_jlab.plugins.capability import ANNOTATIONS, SAMPLES
from visionlens_jlab.plugins.installed import Asked, InstalledPlugins
from visionlens_jlab.plugins.kinds import Hook
from visionlens_jlab.plugins.shapes import HookEvent, HooksRequest
from visionlens_jlab.plugins.store import hook_tables

if TYPE_CHECKING:
    import pyarrow as pa

    from visionlens_jlab.core.catalog.store import DatasetStore
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.queue import JobQueue
    from visionlens_jlab.core.jobs.shapes import Job

OF_EVENT: dict[HookEvent, tuple[Hook, ...]] = {
    "ingest": ("on_ingest", "post_ingest"),
    "evaluate": ("on_evaluate",),
    "view": ("on_view",),
    "selection": ("on_selection",),
}


def hooks_of(event: HookEvent, plugins: InstalledPlugins) -> list[Asked]:
    """The hooks of an event that are on, in the order in which they run."""
    hooks = plugins.active("hook")
    return [one for on in OF_EVENT[event] for one in hooks if one.contribution.on == on]


def follow(job: Job, settings: Mapping[str, Any]) -> list[HooksRequest]:
    """After an ingest and after an evaluation, where there are hooks for it."""
    plugins = InstalledPlugins.here()
    if job.kind == "ingest" and hooks_of("ingest", plugins):
        return [HooksRequest(dataset=dataset_of(job), event="ingest", after=job.job)]
    if job.kind == "evaluate" and hooks_of("evaluate", plugins):
        name = (job.result or {}).get("evaluation")
        return [HooksRequest(dataset=dataset_of(job), event="evaluate", evaluation=name)]
    return []


class HooksSetup(DatasetSetup[HooksRequest]):
    """The worker gets the samples of the event and the hooks as they are now."""

    reads_images = True

    def create(
        self,
        library: Library,
        queue: JobQueue,
        request: HooksRequest,
        rows: pa.Table | None = None,
        name: str | None = None,
    ) -> Job:
        """Queue the job; it notes which samples an ingest has added."""
        if request.after is not None:
            first = queue.params(request.after).get("next_sample_id", 0)
            request = request.model_copy(update={"first": first})
        return super().create(library, queue, request, rows, name)

    def prepare(self, store: DatasetStore, request: HooksRequest, spool: Spool) -> dict[str, Any]:
        """Write the tables; what each hook is told."""
        plugins = InstalledPlugins.here(Path(store.folder).parent.parent)
        samples, annotations = hook_tables(store, request)
        write_stream(spool.input / SAMPLES, samples)
        write_stream(spool.input / ANNOTATIONS, annotations)
        facts = _facts(store, request)
        return {
            "samples": len(samples),
            "hooks": [
                {
                    "plugin": asked.plugin.name,
                    "process": asked.request,
                    "facts": facts.get(asked.contribution.on or "", {}),
                    "log": str(asked.log),
                    "output": str(spool.folder / "hooks" / asked.plugin.name),
                }
                for asked in hooks_of(request.event, plugins)
            ],
        }


def _facts(store: DatasetStore, request: HooksRequest) -> dict[str, dict[str, Any]]:
    """What hooks are told besides the samples."""
    if request.event == "ingest":
        report = store.report(limit=0)
        counts = {} if report is None else report.model_dump(mode="json", exclude={"items"})
        return {"post_ingest": {"report": counts}}
    if request.evaluation is None:
        return {}
    detail = store.part(Evaluations).read(request.evaluation)
    return {
        "on_evaluate": {
            "evaluation": detail.evaluation,
            "run": detail.run,
            "metrics": {one.name: one.value for one in detail.metrics},
        }
    }
