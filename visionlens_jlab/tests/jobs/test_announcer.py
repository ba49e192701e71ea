"""Events: valid against their schemas, and not too many."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import jupyter_events
import yaml

from visionlens_jlab.agents.job import CHANGED
from visionlens_jlab.core.jobs import announcer
from visionlens_jlab.core.jobs.announcer import (
    DATASET,
    JOB,
    SCHEMAS,
    WORKSPACE,
    Announcer,
    Throttle,
)
from visionlens_jlab.core.jobs.shapes import Job

RUNNING = Job(job="j", kind="ingest", dataset="d", state="running", created_at="2026-01-01")
INTERVAL = 0.5
"""Long enough for what is to happen within one of them, on a slow machine too."""


async def until(reached: Callable[[], bool]) -> None:
    """Let the loop run until something holds; at most a minute."""
    for _ in range(6000):
        if reached():
            return
        await asyncio.sleep(0.01)


class Heard:
    """A real event logger, and what it told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict]] = []
        self.logger = jupyter_events.EventLogger()
        self.announcer = Announcer(self.logger)
        for schema in (JOB, DATASET, WORKSPACE):
            self.logger.add_listener(schema_id=schema, listener=self._listen)

    async def _listen(self, logger, schema_id, data) -> None:
        self.events.append((schema_id, data))


def test_the_schemas_are_those_of_the_contract():
    ids = {yaml.safe_load(path.read_text())["$id"] for path in SCHEMAS.glob("*.yaml")}
    assert ids == {CHANGED, JOB, DATASET, WORKSPACE}


async def test_progress_is_told_five_times_a_second_at_most_and_its_end_at_once(monkeypatch):
    monkeypatch.setattr(announcer, "JOB_SECONDS", INTERVAL)
    heard = Heard()
    for done in range(50):
        heard.announcer.job(RUNNING.model_copy(update={"done": done}))
    await until(lambda: len(heard.events) >= 2)
    assert [data["job"]["done"] for _, data in heard.events] == [0, 49]
    await asyncio.sleep(1.2 * INTERVAL)
    assert len(heard.events) == 2
    heard.announcer.job(RUNNING.model_copy(update={"done": 50}))
    heard.announcer.job(RUNNING.model_copy(update={"done": 51}))
    heard.announcer.job(RUNNING.model_copy(update={"state": "done", "done": 52}))
    await until(lambda: len(heard.events) >= 4)
    await asyncio.sleep(1.2 * INTERVAL)
    assert [data["job"]["done"] for _, data in heard.events] == [0, 49, 50, 52]


async def test_a_listener_in_trouble_does_not_stop_the_change(caplog):
    heard = Heard()

    def broken(**_: object) -> None:
        raise RuntimeError("listener")

    heard.logger.emit = broken
    heard.announcer.dataset("d", 1, "created")
    assert "could not be emitted" in caplog.text


async def test_the_latest_of_what_was_held_back_is_sent():
    throttle, sent = Throttle(), []
    for number in range(3):
        throttle.submit("a", INTERVAL, lambda number=number: sent.append(number))
    throttle.submit("b", INTERVAL, lambda: sent.append("b"))
    assert sent == [0, "b"]
    await until(lambda: len(sent) >= 3)
    assert sent == [0, "b", 2]


def test_the_schemas_travel_with_the_package():
    assert Path(announcer.__file__).parent == SCHEMAS.parent
