"""Runs of agents that end early: hanging and failing providers, budgets, cancellation, no model."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.messages import (
    ModelResponse,
    TextPart,
)
from pydantic_ai.models.function import FunctionModel
from pydantic_ai.models.test import TestModel

from visionlens_jlab.agents.tools import TOOLS
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.shapes import Budget
from visionlens_jlab.tests.agents.asked import NIGHT, scripted
from visionlens_jlab.tests.agents.runs import TEST_NIGHT, Run, kinds


def test_every_agent_runs_with_the_test_model(run):
    for agent in ("blind_spots", "error_patterns", "chat"):
        ended = run(TestModel(), agent=agent)
        assert ended.stopped == "done" and ended.answer is not None
        assert kinds(ended).count("tool_call") == len(TOOLS)
        assert ended.usage.requests >= 2 and ended.usage.cost is None


def test_a_hanging_provider_is_stopped_when_its_time_is_spent(run):
    async def hang(messages, info):
        await asyncio.sleep(60)

    began = time.monotonic()
    ended = run(FunctionModel(hang), budget=Budget(seconds=0.3))
    assert time.monotonic() - began < 20
    assert ended.stopped == "budget"
    assert ended.steps[-2].result["code"] == "BUDGET_SPENT"
    assert "statistics" in ended.answer.text


def test_a_failing_provider_leaves_the_statistics(run):
    def fail(messages, info):
        raise ModelHTTPError(401, "scripted", {"error": "key sk-secret is wrong"})

    ended = run(FunctionModel(fail))
    assert ended.stopped == "failed"
    error = ended.steps[-2]
    assert error.kind == "error" and error.result["code"] == "PROVIDER_FAILED"
    assert "HTTP 401" in error.text
    assert "key" in error.text and "sk-secret" not in ended.model_dump_json()
    assert "The statistics" in ended.answer.text


def test_an_over_spending_provider_is_stopped_with_what_was_found(run):
    ended = run(scripted(TEST_NIGHT, [("query", {"where": NIGHT})]), budget=Budget(requests=3))
    assert ended.stopped == "budget" and ended.usage.requests == 3
    assert "3 of 3 requests" in ended.answer.text
    assert NIGHT in ended.answer.text  # the test that was confirmed until then


def test_tokens_are_limited(run):
    def chatty(messages, info):
        return ModelResponse([TextPart("word " * 4000)])

    ended = run(FunctionModel(chatty), budget=Budget(tokens=1000))
    assert ended.stopped == "budget" and ended.usage.requests == 1


def test_what_is_configured_is_the_most(run):
    config = AgentConfig(model="function", budget=Budget(requests=2, tokens=None, seconds=None))
    ended = run(scripted([("query", {})]), config=config, budget=Budget(requests=30))
    assert ended.stopped == "budget" and ended.usage.requests == 2


def test_a_run_is_cancelled_in_the_middle_of_a_request(run):
    asked = threading.Event()

    async def hang(messages, info):
        asked.set()
        await asyncio.sleep(60)

    ended = run(FunctionModel(hang), cancelled=asked.is_set)
    assert ended.stopped == "cancelled" and "cancelled" in ended.answer.text


def test_a_run_cancelled_before_it_begins_asks_nobody(run):
    ended = run(scripted([("final", {})]), cancelled=lambda: True)
    assert ended.stopped == "cancelled" and ended.usage.requests == 0


@pytest.mark.parametrize("agent", ["blind_spots", "chat"])
def test_without_a_model_the_statistics_answer(run, agent):
    ended = run(agent=agent, config=AgentConfig())
    assert ended.stopped == "done" and run.analyses == 1
    assert "No language model is configured" in ended.answer.text
    assert "confirmed no slice" in ended.answer.text


def test_a_model_that_cannot_be_used_leaves_the_statistics(town, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    run = Run(town[1], monkeypatch)
    ended = run(model=None, config=AgentConfig(model="openai:gpt-5"))
    assert ended.stopped == "failed" and "OPENAI_API_KEY" in ended.answer.text
