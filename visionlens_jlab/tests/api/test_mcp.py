"""Outside assistants: the protocol's own client against a running server."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from traitlets.config import Config

from visionlens_jlab.agents import mcp_server
from visionlens_jlab.agents.routes import MOST_BYTES
from visionlens_jlab.agents.tools import TOOLS
from visionlens_jlab.config import API_PREFIX
from visionlens_jlab.tests.api.servers import code, evaluate
from visionlens_jlab.tests.notebook import small_coco


@pytest.fixture
def jp_server_config(jp_server_config: Config) -> Config:
    """With outside assistants let in."""
    jp_server_config.VisionLens |= {"mcp": True}
    return jp_server_config


@pytest.fixture
def connect(jp_fetch: Any, jp_http_port: int, jp_base_url: str):
    """Makes a client with a token."""

    def make(token: str, mode: str) -> Client:
        http = httpx2.AsyncClient(headers={"Authorization": f"token {token}"}, timeout=60)
        url = f"http://127.0.0.1:{jp_http_port}{jp_base_url}{API_PREFIX}/mcp"
        return Client(streamable_http_client(url, http_client=http), mode=mode)

    return make


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_assistant_reads(connect, jp_serverapp, extension, dataset, mode):
    evaluate(extension.services.library, dataset)
    store = extension.services.library.open(dataset)
    version = store.version
    async with connect(jp_serverapp.identity_provider.token, mode) as client:
        listed = await client.list_tools()
        assert {tool.name for tool in listed.tools} == {"list_datasets", *TOOLS}
        datasets = await client.call_tool("list_datasets", {})
        assert dataset in datasets.content[0].text
        found = await client.call_tool("query", {"dataset": dataset, "where": "class = 'car'"})
        assert not found.is_error and '"count": 15' in found.content[0].text
        assert found.content[0].text.startswith("<data-")
        figures = await client.call_tool("evaluation_figures", {"dataset": dataset})
        assert '"run": "model"' in figures.content[0].text
        for name, arguments, said in (
            ("query", {"where": "class = 'car'"}, "Name the dataset"),
            ("query", {"dataset": "other"}, "DATASET_NOT_FOUND"),
            ("query", {"dataset": dataset, "where": "x ="}, "PREDICATE_INVALID"),
            ("tag", {"dataset": dataset}, "NOT_FOUND"),
            ("look", {"dataset": dataset, "ids": [1], "level": "annotations"}, "thumbnails"),
        ):
            refused = await client.call_tool(name, arguments)
            assert refused.is_error and said in refused.content[0].text
    assert store.version == version


async def test_thumbnails_are_shown(connect, jp_serverapp, extension, tmp_path: Path):
    from visionlens_jlab.core.jobs.inline import run_inline
    from visionlens_jlab.ingestion.shapes import IngestRequest

    source = small_coco.write(tmp_path / "small")
    library = extension.services.library
    store = run_inline(library, IngestRequest(source=str(source)), on_progress=lambda job: None)
    first = int(store.tables.read("samples").column("sample_id")[0].as_py())
    async with connect(jp_serverapp.identity_provider.token, "auto") as client:
        seen = await client.call_tool("look", {"dataset": store.slug, "ids": [first]})
    image = next(part for part in seen.content if part.type == "image")
    assert base64.b64decode(image.data).startswith(b"\xff\xd8")


async def test_calls_wait_their_turn_as_other_requests_do(
    connect, jp_serverapp, extension, dataset, monkeypatch
):
    def slow(*arguments: Any) -> Any:
        time.sleep(0.5)
        return call(*arguments)

    call = mcp_server.call
    monkeypatch.setattr(mcp_server, "call", slow)
    monkeypatch.setattr(extension.services.gates["query"], "requests", 1)
    async with connect(jp_serverapp.identity_provider.token, "auto") as client:
        asked = (client.call_tool("query", {"dataset": dataset}) for _ in range(6))
        answers = await asyncio.gather(*asked)
    refused = [answer.content[0].text for answer in answers if answer.is_error]
    # With a token alone one may be a new user each time.
    assert len(refused) in (4, 5) and all("LIMIT_REACHED" in text for text in refused)


async def test_strangers_are_kept_out(api, connect, dataset):
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    refused = await api("mcp", "POST", message, headers={"Authorization": "token wrong"})
    assert refused.code == 403
    with pytest.raises(BaseException):  # noqa: B017  a group of what its tasks raised
        async with connect("wrong", "legacy") as client:
            await client.list_tools()


async def test_what_is_no_message_is_refused(api):
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = await api("mcp", "POST", b"nonsense", headers=headers)
    assert answer.code >= 400
    assert "error" in json.loads(answer.body)
    answer = await api("mcp", "POST", b"[" + b" " * MOST_BYTES + b"]", headers=headers)
    assert code(answer) == "REQUEST_INVALID"
