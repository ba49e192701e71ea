"""Runs of agents, as a part of the open dataset."""

from __future__ import annotations

import json
from typing import Any

from visionlens_jlab.agents.shapes import AgentRun
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.errors import VisionLensError


class AgentRuns(Part):
    """Runs of agents over one dataset; the steps of a run stand in its JSON."""

    def all(self) -> list[AgentRun]:
        """Every run without its steps, newest first."""
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT content FROM agent_run ORDER BY created_at DESC, run"
            )
        return [_read(content).model_copy(update={"steps": []}) for (content,) in rows]

    def read(self, run: str, after: int = 0) -> AgentRun:
        """One run with its steps after a number. AGENT_NOT_FOUND."""
        found = _read(self._row(run)[0])
        return found.model_copy(update={"steps": found.steps[after:]})

    def messages(self, run: str) -> str | None:
        """What a chat goes on from; None: no language model took part. AGENT_NOT_FOUND."""
        return self._row(run)[1]

    def keep(self, run: AgentRun, messages: str | None = None) -> None:
        """Keep a run as it is now; without messages those that are there stay.

        It is no change of the data. DATASET_READ_ONLY.
        """
        content = run.model_dump_json(by_alias=True)
        self.store.keep(
            lambda cursor: cursor.execute(
                "INSERT INTO agent_run (run, agent, content, messages, created_at) "
                "VALUES (?, ?, ?, ?, ?) ON CONFLICT (run) DO UPDATE SET "
                "content = excluded.content, messages = coalesce(excluded.messages, messages)",
                [run.run, run.agent, content, messages, utc_now()],
            )
        )

    def _row(self, run: str) -> tuple[str, str | None]:
        with self.store.snapshot() as snapshot:
            rows = snapshot.reader.rows(
                "SELECT content, messages FROM agent_run WHERE run = ?", [run]
            )
        if not rows:
            raise VisionLensError("AGENT_NOT_FOUND", f"There is no run {run!r} of an agent.")
        content, messages = rows[0]
        return content, messages


def _read(content: str) -> AgentRun:
    """Read a run as it was kept.

    Of one before sentences were worded from evidence the answer is the language model's own.
    """
    kept: dict[str, Any] = json.loads(content)
    answer = kept["answer"]
    if answer is not None and "ideas" not in answer:
        answer |= {"claims": [], "outdated": kept["model"] is not None}
    return AgentRun.model_validate(kept)
