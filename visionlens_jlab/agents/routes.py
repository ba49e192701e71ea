"""Runs of agents, what the server has been set up for, and outside assistants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from visionlens_jlab.agents.shapes import AgentRun, AgentRunList, StepsQuery
from visionlens_jlab.agents.store import AgentRuns
from visionlens_jlab.core.api.base import Resource
from visionlens_jlab.core.api.operations import DATASET, Binary, Operation, Route
from visionlens_jlab.core.api.services import Kind
from visionlens_jlab.core.api.wire import JSON
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import installed
from visionlens_jlab.language_models.shapes import AgentSettings

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library


class AgentsHandler(Resource):
    """`datasets/{dataset}/agents`."""

    @Operation("Runs of agents", response=AgentRunList, errors=DATASET)
    async def get(self, dataset: str) -> None:
        """Every run without its steps, newest first."""
        await self.answer_from(
            dataset, lambda store: AgentRunList(runs=store.part(AgentRuns).all())
        )


class AgentHandler(Resource):
    """`datasets/{dataset}/agents/{run}`."""

    @Operation(
        "One run of an agent",
        response=AgentRun,
        query=StepsQuery,
        errors=(*DATASET, "AGENT_NOT_FOUND"),
    )
    async def get(self, dataset: str, run: str) -> None:
        """One run with its steps after a number."""
        after = self.query(StepsQuery).after
        await self.answer_from(dataset, lambda store: store.part(AgentRuns).read(run, after))


class AgentSettingsHandler(Resource):
    """`agent-settings`."""

    @Operation("Models and budgets of agents", response=AgentSettings)
    async def get(self) -> None:
        """Models and budget; never a key."""
        await self.answer(self.services.settings["agents"].settings())


MOST_BYTES = 1 << 20
_SECRET = ("authorization", "cookie", "x-xsrftoken")

MESSAGE = Binary("application/json", "A message of the Model Context Protocol (JSON-RPC).")


class McpHandler(Resource):
    """`mcp`."""

    @Operation(
        "The tools for outside assistants (off by default)",
        MESSAGE,
        MESSAGE,
        errors=("AGENT_UNAVAILABLE",),
    )
    async def post(self) -> None:
        """Answer a message of the protocol; FORBIDDEN unless it is switched on."""
        if not self.services.settings["agents"].mcp:
            raise VisionLensError(
                "FORBIDDEN",
                "Outside assistants are not let in.",
                "Set c.VisionLens.mcp = True in the server's configuration.",
            )
        if not installed():
            raise VisionLensError("AGENT_UNAVAILABLE", "The extra `agents` is not installed.")
        if len(self.request.body) > MOST_BYTES:  # it is parsed on the loop
            raise VisionLensError("REQUEST_INVALID", f"A message has {MOST_BYTES} bytes at most.")
        answer = await self._exchange()
        self.set_status(answer.status)
        for name, value in answer.headers:
            if name not in ("content-length", "content-type"):
                self.set_header(name, value)
        self.finish(answer.body, set_content_type=answer.content_type)

    async def _exchange(self) -> Answer:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        from visionlens_jlab.agents.mcp_server import make_server

        # Nothing is kept from one request to the next, so each has a manager of its own.
        manager = StreamableHTTPSessionManager(
            make_server(self._called), json_response=True, stateless=True
        )
        answer = Answer()
        async with manager.run():
            await manager.handle_request(self._scope(), Body(self.request.body), answer)
        return answer

    async def _called(self, tool: str, use: Callable[[Library], Any]) -> Any:
        """The result of a tool, when it is its turn. LIMIT_REACHED."""
        kind: Kind = "picture" if tool == "look" else "query"
        return await self.limited(kind, lambda: use(self.services.library))

    def _scope(self) -> dict[str, Any]:
        """The request as ASGI has it, without what identifies the user."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1"))
            for name, value in self.request.headers.get_all()
            if name.lower() not in _SECRET
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": self.request.protocol,
            "path": self.request.path,
            "raw_path": self.request.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }


class Body:
    """A body that has arrived, as an ASGI application receives it."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content

    async def __call__(self) -> dict[str, Any]:
        """Give the body once; then wait, for the client stays until it is answered."""
        if self._content is None:
            await asyncio.Event().wait()
        content, self._content = self._content, None
        return {"type": "http.request", "body": content, "more_body": False}


class Answer:
    """What an ASGI application sends."""

    def __init__(self) -> None:
        self.status = 500
        self.headers: list[tuple[str, str]] = []
        self.body = b""

    async def __call__(self, message: Any) -> None:
        """Take a message: the start of an answer, or a part of its body."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode("latin-1").lower(), value.decode("latin-1"))
                for name, value in message.get("headers", [])
            ]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    @property
    def content_type(self) -> str:
        """Of the body."""
        return dict(self.headers).get("content-type", JSON)


ROUTES = [
    Route("datasets/{dataset}/agents", AgentsHandler),
    Route("datasets/{dataset}/agents/{run}", AgentHandler),
    Route("agent-settings", AgentSettingsHandler),
    Route("mcp", McpHandler),
]
