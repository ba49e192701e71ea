"""Runs of agents as rows; the steps stand in the run's JSON."""

from __future__ import annotations

import json
from typing import Any

import duckdb

from visionlens_jlab.agents.shapes import AgentRun
from visionlens_jlab.core.catalog.clock import utc_now
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.errors import VisionLensError


def write_agent_run(cursor: duckdb.DuckDBPyConnection, run: AgentRun, messages: str | None) -> None:
    """Keep a run as it is now; without messages those that are there stay."""
    cursor.execute(
        "INSERT INTO agent_run (run, agent, content, messages, created_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (run) DO UPDATE SET content = excluded.content, "
        "messages = coalesce(excluded.messages, messages)",
        [run.run, run.agent, run.model_dump_json(by_alias=True), messages, utc_now()],
    )


def read_agent_runs(reader: Reader) -> list[AgentRun]:
    """Every run without its steps, newest first."""
    rows = reader.rows("SELECT content FROM agent_run ORDER BY created_at DESC, run")
    runs = [_read(content) for (content,) in rows]
    return [run.model_copy(update={"steps": []}) for run in runs]


def read_agent_run(reader: Reader, run: str) -> tuple[AgentRun, str | None]:
    """One run with its steps, and the messages a chat goes on from. AGENT_NOT_FOUND."""
    rows = reader.rows("SELECT content, messages FROM agent_run WHERE run = ?", [run])
    if not rows:
        raise VisionLensError("AGENT_NOT_FOUND", f"There is no run {run!r} of an agent.")
    content, messages = rows[0]
    return _read(content), messages


def _read(content: str) -> AgentRun:
    """A run as it was kept; of one before sentences were worded from evidence the answer is the
    language model's own."""
    kept: dict[str, Any] = json.loads(content)
    answer = kept["answer"]
    if answer is not None and "ideas" not in answer:
        answer |= {"claims": [], "outdated": kept["model"] is not None}
    return AgentRun.model_validate(kept)
