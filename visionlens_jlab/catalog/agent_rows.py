"""Runs of agents as rows; the steps stand in the run's JSON."""

from __future__ import annotations

import duckdb

from visionlens_jlab.catalog.clock import utc_now
from visionlens_jlab.catalog.database import Reader
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.models import AgentRun


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
    runs = [AgentRun.model_validate_json(content) for (content,) in rows]
    return [run.model_copy(update={"steps": []}) for run in runs]


def read_agent_run(reader: Reader, run: str) -> tuple[AgentRun, str | None]:
    """One run with its steps, and the messages a chat goes on from. AGENT_NOT_FOUND."""
    rows = reader.rows("SELECT content, messages FROM agent_run WHERE run = ?", [run])
    if not rows:
        raise VisionLensError("AGENT_NOT_FOUND", f"There is no run {run!r} of an agent.")
    content, messages = rows[0]
    return AgentRun.model_validate_json(content), messages
