"""An OpenAI-compatible server over real HTTP that answers as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler


@dataclass(frozen=True)
class Raw:
    """An answer as it is, whatever it is."""

    body: bytes
    content_type: str = "application/json"
    packed: str | None = None


Reply = list[tuple[str, dict[str, Any]]] | int | Raw
"""Tools to call, `final` for the one that hands in the answer; an HTTP status to fail with."""


@dataclass
class Provider:
    """What it was asked, and what it answers.

    `reply` gets the requests so far, the newest last; it runs in the server's thread.
    """

    reply: Callable[[list[dict[str, Any]]], Reply]
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)
    """Answers wait for it."""
    url: str = ""

    def images(self) -> list[str]:
        """Addresses (data:) of the images in the newest request."""
        return [
            part["image_url"]["url"]
            for message in self.requests[-1]["messages"]
            if isinstance(message.get("content"), list)
            for part in message["content"]
            if part["type"] == "image_url"
        ]


class Completions(RequestHandler):
    """`/v1/chat/completions`"""

    def initialize(self, provider: Provider) -> None:
        self.provider = provider

    async def post(self) -> None:
        asked = json.loads(self.request.body)
        self.provider.requests.append(asked)
        self.provider.keys.append(self.request.headers.get("Authorization", ""))
        self.provider.asked.set()
        await asyncio.to_thread(self.provider.go_on.wait, 60)
        reply = self.provider.reply(self.provider.requests)
        if isinstance(reply, int):
            self.set_status(reply)
            self.finish({"error": {"message": "no", "type": "invalid", "code": "no"}})
            return
        if isinstance(reply, Raw):
            self.set_header("Content-Type", reply.content_type)
            if reply.packed is not None:
                self.set_header("Content-Encoding", reply.packed)
            self.finish(reply.body)
            return
        own = {"describe_dataset", "look", "query", "test_slice", "facets", "findings"}
        own |= {"search", "evaluation_figures"}
        names = [tool["function"]["name"] for tool in asked["tools"]]
        final = next(name for name in names if name not in own)
        calls = [
            {
                "id": f"call{len(self.provider.requests)}x{number}",
                "type": "function",
                "function": {
                    "name": final if name == "final" else name,
                    "arguments": json.dumps(given),
                },
            }
            for number, (name, given) in enumerate(reply)
        ]
        message = {"role": "assistant", "content": None, "tool_calls": calls}
        self.finish(
            {
                "id": "x",
                "object": "chat.completion",
                "created": 1,
                "model": asked["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
                "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
            }
        )


@contextmanager
def serving(
    reply: Callable[[list[dict[str, Any]]], Reply], *, held: bool = False
) -> Iterator[Provider]:
    """A provider on a port of this machine; `held`: it hangs until `go_on` is set."""
    provider = Provider(reply)
    if not held:
        provider.go_on.set()
    ready = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        (socket,) = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(
            Application([(r"/v1/chat/completions", Completions, {"provider": provider})])
        )
        server.add_socket(socket)
        provider.url = f"http://127.0.0.1:{socket.getsockname()[1]}/v1"
        loops.append(asyncio.get_running_loop())
        over = asyncio.Event()
        stops.append(over)
        ready.set()
        await over.wait()
        server.stop()

    stops: list[asyncio.Event] = []
    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    ready.wait(30)
    try:
        yield provider
    finally:
        provider.go_on.set()
        loops[0].call_soon_threadsafe(stops[0].set)
        thread.join(30)
