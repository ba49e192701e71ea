"""The real HTTP path to an OpenAI-compatible server, as jobs of scripts and of a server take it."""

from __future__ import annotations

import base64
import io
import json
import re
from typing import Any

import pytest
from PIL import Image

from visionlens_jlab.agents.shapes import AskRequest
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.providers import model_of
from visionlens_jlab.tests.agents.asked import NIGHT, REQUEST
from visionlens_jlab.tests.agents.provider import Raw, serving

KEY = "sk-do-not-tell"
COUNT = {"kind": "figure", "evidence": "e1", "metric": "count", "of": NIGHT, "unit": "images"}


@pytest.fixture
def ask(town, monkeypatch):
    """Runs a job of an agent in this process; the run."""
    library, store = town

    def run(provider, **given):
        monkeypatch.setenv("VISIONLENS_AGENT_MODEL", "openai:vision-1")
        monkeypatch.setenv("VISIONLENS_AGENT_URL", provider.url)
        monkeypatch.setenv("VISIONLENS_AGENT_KEY", KEY)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
        request = AskRequest(dataset=store.slug, **given)
        job = run_job(library, request, on_progress=lambda job: None)
        assert job.result["run"] == job.job
        return store.part(AgentRuns).read(job.job)

    return run


def test_images_and_answers_go_over_http(town, ask):
    first = int(town[1].view(ViewSpec(where=NIGHT)).ids[0])
    turns = [
        [("query", {"where": NIGHT}), ("look", {"ids": [first]})],
        [("final", {"statements": [COUNT], "views": [{"where": NIGHT}]})],
    ]
    with serving(lambda requests: turns[len(requests) - 1]) as provider:
        run = ask(provider, agent="chat", question="How many by night?")
        assert run.answer is not None and run.answer.text.startswith("80 images")
        assert run.stopped == "done" and run.model == "openai:vision-1"
        assert (run.usage.requests, run.usage.input_tokens) == (2, 2000)
        (image,) = provider.images()
        content = base64.b64decode(image.partition("base64,")[2])
        assert Image.open(io.BytesIO(content)).format == "JPEG"
        assert provider.keys == [f"Bearer {KEY}"] * 2
        text = json.dumps(provider.requests[0])
        assert "How many by night?" in text and "<data-" in text
    assert KEY not in run.model_dump_json()
    assert KEY not in (town[1].part(AgentRuns).messages(run.run) or "")
    listed = town[1].part(AgentRuns).all()
    assert listed[0].run == run.run and listed[0].steps == []


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_failing_provider_is_told_and_the_statistics_answer(ask, status):
    with serving(lambda requests: status) as provider:
        run = ask(provider, agent="chat", question="?")
    assert run.stopped == "failed" and run.answer is not None
    (error,) = [step for step in run.steps if step.kind == "error"]
    assert error.result["code"] == "PROVIDER_FAILED" and str(status) in error.text
    assert "statistics" in run.answer.text.lower()
    assert KEY not in run.model_dump_json()


def completion(*choices, **members):
    """A chat completion with whatever choices."""
    head = {"id": "x", "object": "chat.completion", "created": 1, "model": "m"}
    return Raw(json.dumps({**head, "choices": list(choices), **members}).encode())


def choice(message, reason="stop"):
    """One of them."""
    return {"index": 0, "finish_reason": reason, "message": message}


def calling(arguments):
    """A message that hands in an answer."""
    function = {"name": "final_result", "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c", "type": "function", "function": function}],
    }


SECRET = "sk-what-a-provider-wrote"
ODD = {
    "no choices": (completion(), "holds no choices"),
    "choices null": (Raw(b'{"id": "x", "choices": null}'), "choices is missing or wrong"),
    "nothing known": (Raw(json.dumps({"error": SECRET}).encode()), "missing or wrong"),
    "no message": (completion({"index": 0, "finish_reason": "stop"}), "message is missing"),
    "null content": (completion(choice({"role": "assistant", "content": None})), "another form"),
    "empty content": (completion(choice({"role": "assistant", "content": ""})), "another form"),
    "prose": (completion(choice({"role": "assistant", "content": SECRET})), "another form"),
    "arguments cut": (completion(choice(calling('{"statements": ['))), "another form"),
    "no arguments": (completion(choice(calling(None))), "is missing or wrong"),
    "unknown statement": (
        completion(choice(calling('{"statements": [{"kind": "verdict"}]}'))),
        "another form",
    ),
    "cut off": (completion(choice({"role": "assistant", "content": None}, "length")), "cut off"),
    "held back": (
        completion(choice({"role": "assistant", "refusal": SECRET}, "content_filter")),
        "content filter",
    ),
    "odd usage": (
        completion(choice({"role": "assistant", "content": "x"}), usage={"prompt_tokens": "m"}),
        "is missing or wrong",
    ),
    "truncated": (Raw(b'{"id": "x", "choices": [{"ind'), "no JSON"),
    "a page": (Raw(b"<html>Sign in</html>", "text/html"), "no JSON"),
    "a page as JSON": (Raw(b"<html>Sign in</html>"), "no JSON"),
    "empty": (Raw(b""), "no JSON"),
    "a list": (Raw(b"[]"), "no JSON object"),
    "null": (Raw(b"null"), "no JSON object"),
    "bytes": (Raw(b"\xff\xfe\x00"), "no JSON"),
    "badly packed": (Raw(b"abcd", packed="gzip"), "cannot be unpacked"),
}


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_is_told_for_what_it_is(ask, odd):
    """The statistics answer; nobody is sent to look for a wrong address or key."""
    reply, said = ODD[odd]
    with serving(lambda requests: reply) as provider:
        run = ask(provider, agent="chat", question="?")
    assert run.stopped == "failed" and run.answer is not None
    (error,) = [step for step in run.steps if step.kind == "error"]
    assert error.result["code"] == "PROVIDER_FAILED" and said in error.text
    assert "statistics" in run.answer.text.lower() and said in run.answer.text
    assert "address" not in error.text and "key" not in error.text
    assert SECRET not in run.model_dump_json()


def test_a_provider_that_is_not_there(ask):
    with serving(lambda requests: 500) as provider:
        pass
    run = ask(provider, agent="chat")
    assert run.stopped == "failed" and "could not be reached" in run.answer.text
    assert "address" in run.answer.text


def test_a_hanging_provider_costs_no_more_than_its_time(ask):
    with serving(lambda requests: 500, held=True) as provider:
        run = ask(provider, agent="chat", budget={"seconds": 1})
    assert run.stopped == "budget" and len(provider.requests) == 1


def test_an_analysis_comes_first_and_a_model_explains_what_it_found(town, ask):
    """The whole way: a real analysis, findings as evidence, an explanation that is kept."""
    store = town[1]
    kept = store.part(Findings).keep_slice(REQUEST)

    def explain(requests):
        if len(requests) == 1:
            return [("findings", {"limit": 1})]
        text = str(requests[-1]["messages"][-1]["content"])
        said = {
            name: re.search(rf'"{name}": "([^"]+)"', text)[1]
            for name in ("predicate", "metric", "unit", "run", "direction")
        }
        effect = {
            "kind": "effect",
            "evidence": "e1",
            "of": said.pop("predicate"),
            "rate": "confirmation.rate",
            "rest": "confirmation.rest",
            **said,
        }
        found = {"evidence": "e1", "statements": [effect]}
        return [("final", {"statements": [effect], "findings": [found]})]

    with serving(explain) as provider:
        run = ask(provider, agent="blind_spots")
    assert store.part(Findings).analyses("model") and run.stopped == "done", run.steps
    found = store.part(Findings).read(kept.finding)
    assert run.answer.findings == [kept.finding]
    assert found.explanation[0].run == run.run and run.answer.dropped == 0
    for one in store.part(Findings).all():
        store.part(Findings).delete(one.finding)


def test_a_run_without_an_answer_is_refused_before_it_is_queued(town):
    library, store = town
    for request, code in (
        (AskRequest(dataset=store.slug, evaluation="none"), "EVALUATION_NOT_FOUND"),
        (AskRequest(dataset=store.slug, conversation="none"), "AGENT_NOT_FOUND"),
        (AskRequest(dataset=store.slug, view={"where": "x ="}), "PREDICATE_INVALID"),
    ):
        with pytest.raises(VisionLensError) as refused:
            run_job(library, request, on_progress=lambda job: None)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("config", "name", "said"),
    [
        (AgentConfig(), None, "configured"),
        (AgentConfig(model="nonsense"), None, "Unknown model"),
        (AgentConfig(model="nobody:x"), None, "nobody"),
        (AgentConfig(model="openai:x", key=KEY), "groq:x", "groq"),
    ],
)
def test_a_model_that_cannot_be_used_is_told(config, name, said, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(VisionLensError) as told:
        model_of(config, name)
    assert told.value.code == "AGENT_UNAVAILABLE" and said in told.value.message
    assert KEY not in str(told.value)


def test_a_key_is_for_its_own_provider_and_never_shown(monkeypatch):
    config = AgentConfig(model="openai:a", key=KEY, url="http://127.0.0.1:1/v1")
    model: Any = model_of(config)
    assert model.client.api_key == KEY and str(model.client.base_url).startswith(config.url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    keyless: Any = model_of(AgentConfig(model="openai:a", url=config.url))
    assert keyless.client.api_key == "none"
    own: Any = model_of(AgentConfig(model="openai:a", key=KEY))
    assert own.client.api_key == KEY
    assert KEY not in repr(config) and KEY not in config.settings().model_dump_json()
    assert AgentConfig.from_environment().settings().mcp is False
