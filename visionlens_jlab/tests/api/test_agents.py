"""Agents of a running server: asked over REST, followed, cancelled; the key stays inside."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from traitlets.config import Config

from visionlens_jlab.agents.job import CHANGED
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.tests.agents.provider import Provider, serving
from visionlens_jlab.tests.api.servers import code, evaluate

KEY = "sk-do-not-tell"
COUNT = {"kind": "figure", "evidence": "e1", "metric": "count", "unit": "images"}
FINAL = {
    "statements": [{**COUNT, "of": "class = 'car'"}, {**COUNT, "of": "class = 'bus'"}],
    "views": [{"where": "class = 'car'"}],
    "ideas": ["Perhaps these look alike."],
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """Counts the cars, then answers; waits until it may go on."""
    turns = [[("query", {"where": "class = 'car'"})], [("final", FINAL)]]
    with serving(lambda requests: turns[len(requests) - 1], held=True) as found:
        yield found


@pytest.fixture
def jp_server_config(jp_server_config: Config, provider: Provider) -> Config:
    """With a language model."""
    jp_server_config.VisionLens |= {
        "agent_model": "openai:vision-1",
        "agent_url": provider.url,
        "agent_key": KEY,
        "agent_requests": 7,
        "allowed_models": ["openai:vision-*"],
    }
    return jp_server_config


async def start(api, dataset):
    """Ask; the job."""
    request = {"dataset": dataset, "agent": "chat", "question": "How many cars?"}
    return await api.json("jobs", "POST", {"kind": "agent", "agent": request})


async def end(api, job):
    """Follow a job to its end."""
    while job["state"] not in ("done", "failed", "cancelled"):
        await asyncio.sleep(0.05)
        job = await api.json(f"jobs/{job['job']}")
    return job


async def test_a_question_is_answered_step_by_step(api, dataset, provider, jp_serverapp):
    heard = []

    async def listen(logger, schema_id, data):
        heard.append(data)

    jp_serverapp.event_logger.add_listener(schema_id=CHANGED, listener=listen)
    job = await start(api, dataset)
    path = f"datasets/{dataset}/agents/{job['job']}"
    assert (await api.json(path))["stopped"] is None  # it stands there at once
    assert await asyncio.to_thread(provider.asked.wait, 60)
    running = await api.json(path)
    assert [step["kind"] for step in running["steps"]] == ["thought"]
    provider.go_on.set()
    assert (await end(api, job))["state"] == "done"
    run = await api.json(path)
    answer = run["answer"]
    (claim,) = answer["claims"]
    assert answer["text"] == claim["text"] and claim["text"].startswith("15 images where class")
    assert (claim["kind"], claim["evidence"], claim["run"]) == ("figure", "e1", run["run"])
    assert (answer["ideas"], answer["dropped"]) == (["Perhaps these look alike."], 1)
    assert run["stopped"] == "done" and not answer["outdated"]
    assert run["answer"]["views"][0]["where"] == "class = 'car'"
    kinds = [step["kind"] for step in run["steps"]]
    assert kinds == ["thought", "tool_call", "tool_result", "thought", "dropped", "answer"]
    later = await api.json(f"{path}?after=3")
    assert [step["step"] for step in later["steps"]] == [4, 5, 6]
    (listed,) = (await api.json(f"datasets/{dataset}/agents"))["runs"]
    assert listed["run"] == job["job"] and listed["steps"] == []
    assert heard[-1] == {"dataset": dataset, "run": job["job"], "step": 6, "over": True}
    assert KEY not in json.dumps(await api.json(f"jobs/{job['job']}/log"))


async def test_a_run_is_cancelled_in_the_middle_of_a_request(api, dataset, provider):
    job = await start(api, dataset)
    assert await asyncio.to_thread(provider.asked.wait, 60)
    await api.json(f"jobs/{job['job']}", "DELETE")
    assert (await end(api, job))["state"] == "cancelled"
    run = await api.json(f"datasets/{dataset}/agents/{job['job']}")
    assert run["stopped"] == "cancelled" and len(provider.requests) == 1


async def test_a_server_that_stops_ends_the_run(api, dataset, provider, extension, data_dir):
    job = await start(api, dataset)
    assert await asyncio.to_thread(provider.asked.wait, 60)
    runner = await extension.services.runner()
    await runner.stop()
    left = runner.job(job["job"])
    assert left.state == "running"  # the next server says what became of it
    store = extension.services.library.open(dataset)
    assert store.part(AgentRuns).read(job["job"]).stopped == "cancelled"
    await runner.start()
    runner.lanes["agent"].wake()
    taken = await end(api, await api.json(f"jobs/{job['job']}"))
    assert taken["state"] == "failed" and taken["error"]["code"] == "WORKER_LOST"


async def test_an_analysis_that_a_run_needs_is_a_job_of_its_own(api, dataset, extension, provider):
    evaluate(extension.services.library, dataset)
    provider.reply = lambda requests: [("final", {"statements": []})]
    provider.go_on.set()
    asked = {"kind": "agent", "agent": {"dataset": dataset, "agent": "error_patterns"}}
    job = await end(api, await api.json("jobs", "POST", asked))
    assert job["state"] == "done"
    kinds = {one["kind"]: one["state"] for one in (await api.json("jobs"))["jobs"]}
    assert kinds["analyse"] in ("done", "failed")  # 30 images may say nothing
    rows = {row["kind"]: row for row in extension.services.library.state.list_jobs()}
    assert rows["analyse"]["user"] == rows["agent"]["user"] != ""
    run = await api.json(f"datasets/{dataset}/agents/{job['job']}")
    assert run["steps"][0]["text"].startswith("Looks for slices")
    assert run["stopped"] == "done" and len(provider.requests) == 1


async def test_settings_tell_no_key(api):
    answer = await api("agent-settings")
    settings = json.loads(answer.body)
    assert settings["model"] == "openai:vision-1" and settings["reason"] is None
    assert settings["budget"]["requests"] == 7 and settings["installed"] and not settings["mcp"]
    assert KEY not in answer.body.decode()


async def test_refusals(api, dataset):
    assert code(await api(f"datasets/{dataset}/agents/none")) == "AGENT_NOT_FOUND"
    request = {"kind": "agent", "agent": {"dataset": dataset}}
    assert code(await api("jobs", "POST", request)) == "ANALYSIS_INVALID"
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert code(await api("mcp", "POST", message)) == "FORBIDDEN"


def test_secrets_do_not_reach_the_data_directory(data_dir: Path):
    assert not any(
        KEY.encode() in path.read_bytes() for path in data_dir.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize("from_kernel", [True, False])
async def test_no_other_model_is_started(api, dataset, provider, extension, from_kernel):
    headers = {"Authorization": f"visionlens {extension.services.kernel_token}"}
    headers = headers if from_kernel else {}
    spec = {"name": "night", "question": "Is it night?"}
    for kind, request in (
        ("agent", {"agent": "chat", "question": "?"}),
        ("attributes", {"attributes": [spec]}),
    ):
        for model in ("openai:large", "anthropic:vision-1", "transformers:org/model"):
            body = {"kind": kind, kind: {"dataset": dataset, "model": model, **request}}
            answer = await api("jobs", "POST", body, headers=dict(headers))
            assert (answer.code, code(answer)) == (403, "MODEL_NOT_ALLOWED"), (kind, model)
    assert not (await api.json("jobs"))["jobs"] and not provider.requests
