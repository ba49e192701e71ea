"""Settings that make no sense: every route names them, the log has one line, nothing is started."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from traitlets.config import Config

from visionlens_jlab.core.api.services import describe
from visionlens_jlab.options import VisionLens, read_settings
from visionlens_jlab.tests.api.servers import code

KEY = "sk-do-not-tell\n"
WRONG = [
    *({name: -1} for name in ("idle_seconds", "worker_warm_seconds", "agent_seconds")),
    *({name: 1e300} for name in ("idle_seconds", "worker_warm_seconds", "agent_cost")),
    *({name: float("nan")} for name in ("idle_seconds", "agent_cost")),
    *({name: "many"} for name in ("idle_seconds", "memory_limit_mb", "agent_tokens", "mcp")),
    *({name: 10**18} for name in ("memory_limit_mb", "vector_cache_mb", "agent_requests")),
    {"memory_limit_mb": 5},
    {"vector_cache_mb": -5},
    *({name: 0} for name in ("read_threads", "query_requests", "open_datasets", "user_jobs")),
    *({name: 10_000} for name in ("read_threads", "query_threads", "picture_threads")),
    {"picture_requests": "many"},
    {"agent_tokens": 0},
    {"agent_requests": 0},
    {"project_after_embed": "magic"},
    {"worker_manager_class": "no.such.class"},
    {"worker_kernel_name": ""},
    {"worker_kernel_name": "../kernel"},
    {"gpu_kernel_name": "a\0b"},
    {"data_dir": __file__},
    {"data_dir": f"{__file__}/below"},
    {"data_dir": "a\0b"},
    {"data_dir": "x" * 300},
    {"data_dir": "~nobody-of-this-name/x"},
    {"data_dir": ""},
    {"allowed_roots": [__file__]},
    {"allowed_roots": 7},
    {"allowed_roots": [""]},
    {"agent_url": "localhost:8000"},
    {"agent_url": "http://"},
    {"qdrant_url": "http://host:99999999"},
    {"agent_key": KEY},
    {"agent_key": 5},
    {"agent_model": "transformers:org/model"},
    {"agent_model": ["openai:a"]},
]


def read(**given: Any) -> dict[str, str]:
    return read_settings(VisionLens, Config({"VisionLens": given}))[1]


@pytest.mark.parametrize("given", WRONG, ids=lambda given: f"{given}"[:50])
def test_each_fault_is_said_by_the_name_of_its_setting(given):
    (name,) = given
    faults = read(**given, mcp=True) if name != "mcp" else read(**given)
    assert list(faults) == [name]
    line = describe("VisionLens", faults)
    assert line.startswith(f"VisionLens.{name} ") and "\n" not in line and len(line) < 600
    assert KEY.strip() not in line


def test_settings_that_contradict_each_other():
    given = {
        "agent_model": "openai:a",
        "agent_url": "http://host/v1",
        "vision_model": "anthropic:b",
    }
    assert list(read(**given)) == ["vision_model"]
    assert not read(**{**given, "vision_model": "openai-chat:b"})
    assert not read(**{**given, "vision_model": "transformers:org/b"})
    assert not read(**{**given, "agent_url": ""})


def test_good_ones_are_taken_and_all_bad_ones_told(tmp_path):
    section = {"idle_seconds": "x", "agent_requests": -2, "mcp": True, "data_dir": str(tmp_path)}
    settings, faults = read_settings(VisionLens, Config({"VisionLens": section}))
    assert settings.mcp and settings.data_dir == str(tmp_path)
    assert set(faults) == {"idle_seconds", "agent_requests"}
    assert not read(data_dir=str(tmp_path / "new" / "one"), allowed_roots=["/no/such/folder"])
    assert not read()


class TestLimits:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Config) -> Config:
        jp_server_config.VisionLens |= {
            "read_threads": 3,
            "query_requests": 2,
            "open_datasets": 5,
            "user_jobs": 1,
        }
        return jp_server_config

    async def test_the_server_keeps_those_it_was_given(self, api, extension, dataset):
        gates = extension.services.gates
        assert gates["read"].slots == 3 and gates["query"].requests == 2
        assert gates["query"].slots == 6 and gates["picture"].requests == 256
        assert extension.services.library.most_open == 5
        runner = await extension.services.runner()
        assert runner.user_jobs == 1

    async def test_a_user_has_so_many_jobs(self, api, extension, dataset):
        runner = await extension.services.runner()
        for task in runner._tasks:  # what is queued stays so
            task.cancel()
        token = f"visionlens {extension.services.kernel_token}"
        asked = [
            {"kind": "duplicates", "duplicates": {"dataset": dataset, "kind": kind}}
            for kind in ("exact", "near")
        ]
        first = await api.json("jobs", "POST", asked[0], headers={"Authorization": token})
        assert (await api.json("jobs", "POST", asked[0], headers={"Authorization": token}))[
            "job"
        ] == first["job"]
        refused = await api("jobs", "POST", asked[1], headers={"Authorization": token})
        assert code(refused) == "LIMIT_REACHED" and int(refused.headers["Retry-After"]) > 0
        assert (await api("jobs", "POST", asked[1])).code == 202


class TestServer:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: Config, data_dir: Path) -> Config:
        jp_server_config.VisionLens |= {"idle_seconds": "soon", "agent_requests": -1}
        return jp_server_config

    async def test_every_route_says_what_is_wrong(self, api, data_dir):
        for path, verb in (("about", "GET"), ("datasets", "GET"), ("jobs", "POST"), ("x/y", "GET")):
            answer = await api(path, verb, None if verb == "GET" else {})
            assert (answer.code, code(answer)) == (503, "SETTING_INVALID"), path
            body = json.loads(answer.body)
            assert set(body["details"]) == {"idle_seconds", "agent_requests"}
            assert "VisionLens.idle_seconds" in body["message"]
        stranger = await api("datasets", headers={"Authorization": ""})
        assert code(stranger) == "NOT_AUTHENTICATED" and b"idle_seconds" not in stranger.body
        assert not data_dir.exists()

    def test_the_log_has_one_line(self, request, monkeypatch):
        said: list[str] = []
        monkeypatch.setattr(
            logging.Logger, "error", lambda self, text, *parts, **more: said.append(text % parts)
        )
        request.getfixturevalue("jp_serverapp")
        (line,) = said
        assert "VisionLens.idle_seconds" in line and "VisionLens.agent_requests" in line
