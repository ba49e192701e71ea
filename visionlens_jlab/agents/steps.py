"""The steps of a run as it makes them: kept, told, and the evidence among them by id."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from visionlens_jlab.agents.shapes import AgentRun, AgentStep, StepKind
from visionlens_jlab.agents.statements.evidence import Evidence
from visionlens_jlab.agents.tools.base import Found


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
