"""One conversation with a language model: its tools, its limits, how it ends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from visionlens_jlab.agents.prompts import Fence, instructions
from visionlens_jlab.agents.record import Recorder
from visionlens_jlab.agents.shapes import AgentName, Usage
from visionlens_jlab.agents.statements.drafts import BlindSpots, ChatAnswer, Draft, ErrorPatterns
from visionlens_jlab.agents.tools import TOOLS
from visionlens_jlab.agents.tools.base import Desk, Tool
from visionlens_jlab.agents.tools.plugins import PluginTool, plugin_tools
from visionlens_jlab.core.shapes import ErrorBody
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.providers import TRIES, failure, readable
from visionlens_jlab.language_models.shapes import Budget

if TYPE_CHECKING:
    from pydantic_ai import CancellationToken
    from pydantic_ai.messages import ModelMessage, ToolReturn
    from pydantic_ai.models import Model
    from pydantic_ai.tools import Tool as AgentTool

DRAFTS: dict[AgentName, type[Draft]] = {
    "blind_spots": BlindSpots,
    "error_patterns": ErrorPatterns,
    "chat": ChatAnswer,
}
CANCEL_SECONDS = 0.2
"""How often it is asked whether somebody wants the run to stop."""
_LONGEST_ANSWER = 8192
"""Tokens of one response at most."""

Stopped = Literal["done", "budget", "cancelled", "failed"]


@dataclass(frozen=True)
class Conversation:
    """What a language model is to do, with what, and how far it may go."""

    model: Model
    agent: AgentName
    prompt: str
    desk: Desk
    recorder: Recorder
    fence: Fence
    budget: Budget
    cancelled: Callable[[], bool]
    history: list[ModelMessage] | None = None

    def run(self) -> Ended:
        """Converse to the end; an interrupt of this thread cancels it and is raised again."""
        talk = _Talk(self)
        # A notebook's thread has an event loop already, which cannot run another.
        with ThreadPoolExecutor(1, thread_name_prefix="visionlens-agent") as pool:
            ending = pool.submit(asyncio.run, talk.run())
            try:
                return ending.result()
            except KeyboardInterrupt:
                talk.interrupted.set()
                raise


@dataclass(frozen=True)
class Ended:
    """How a conversation ended; `draft` None: it handed nothing in."""

    stopped: Stopped
    usage: Usage
    draft: Draft | None = None
    messages: list[ModelMessage] | None = None
    error: ErrorBody | None = None


class _Talk:
    """A conversation while it runs."""

    def __init__(self, asked: Conversation) -> None:
        from pydantic_ai.usage import RunUsage

        self._asked = asked
        self._usage = RunUsage()
        self._began = time.monotonic()
        self.interrupted = threading.Event()
        self._over = threading.Event()

    async def run(self) -> Ended:
        from pydantic_ai import CancellationToken
        from pydantic_ai.exceptions import (
            AgentRunError,
            RunCancelled,
            RunTimedOut,
            UsageLimitExceeded,
            UserError,
        )

        token = CancellationToken()
        watching = asyncio.create_task(self._watch(token))
        try:
            draft, messages = await self._talk(token)
            return Ended("done", self.usage, draft, messages)
        except RunTimedOut:
            spent = f"The time of {self._asked.budget.seconds:g} s is spent."
            return self._ended("budget", VisionLensError("BUDGET_SPENT", spent))
        except RunCancelled:
            return Ended("cancelled", self.usage)
        except UsageLimitExceeded:
            return self._ended("budget", VisionLensError("BUDGET_SPENT", self._spent()))
        except (AgentRunError, UserError, OSError) as error:
            return self._ended("failed", failure(error))
        finally:
            self._over.set()
            await watching

    async def _talk(self, token: CancellationToken) -> tuple[Draft, list[ModelMessage]]:
        from pydantic_ai import Agent

        asked = self._asked
        tools: list[Tool | PluginTool] = [*TOOLS.values(), *plugin_tools(asked.desk.store)]
        agent: Agent[Desk, Draft] = Agent(
            readable(asked.model),
            output_type=DRAFTS[asked.agent],
            instructions=instructions(asked.agent, asked.fence),
            tools=[self._tool(tool) for tool in tools],
            deps_type=Desk,
            name=asked.agent,
            retries=TRIES - 1,
            model_settings={"max_tokens": min(_LONGEST_ANSWER, asked.budget.tokens or 10**9)},
        )
        async with (
            agent,
            agent.iter(
                asked.prompt,
                deps=asked.desk,
                message_history=asked.history,
                usage=self._usage,
                usage_limits=_limits(asked.budget),
                timeout=asked.budget.seconds,
                cancellation_token=token,
            ) as run,
        ):
            async for node in run:
                if Agent.is_model_request_node(node):
                    self._tell_thinking()
        if run.result is None:
            raise RuntimeError("The conversation ended without a result.")
        return run.result.output, run.result.all_messages()

    def _tell_thinking(self) -> None:
        usage = self.usage
        tokens = usage.input_tokens + usage.output_tokens
        self._asked.recorder.change(usage=usage)
        self._asked.recorder.add(
            "thought", f"Asks the model (request {usage.requests + 1}, {tokens:,} tokens so far)"
        )

    def _tool(self, tool: Tool | PluginTool) -> AgentTool[Desk]:
        from pydantic_ai.tools import Tool as AgentTool

        async def call(**arguments: Any) -> ToolReturn:
            return await asyncio.to_thread(self._call, tool, arguments)

        return AgentTool.from_schema(
            call, tool.name, tool.description, tool.schema, sequential=True
        )

    def _call(self, tool: Tool | PluginTool, arguments: dict[str, Any]) -> ToolReturn:
        """Run a tool; what goes wrong is told to the model, which may do better."""
        from pydantic_ai.messages import BinaryContent, ToolReturn

        recorder, fence = self._asked.recorder, self._asked.fence
        recorder.add("tool_call", tool.name, tool=tool.name, arguments=arguments)
        try:
            found = tool.call(self._asked.desk, arguments)
        except VisionLensError as error:
            recorder.add("error", f"{tool.name}: {error.message}", tool=tool.name)
            said = {"error": error.code, "message": error.message, "hint": error.hint}
            return ToolReturn(fence(said))
        texts: list[str] = []
        images: list[str | BinaryContent] = []
        for one in found:
            evidence = recorder.found(tool.name, arguments, one)
            texts.append(f"{evidence.id}:\n{fence(one.result)}")
            for picture in one.pictures:
                images += [picture.caption, BinaryContent(picture.content, media_type="image/jpeg")]
        return ToolReturn("\n".join(texts), content=images or None)

    async def _watch(self, token: CancellationToken) -> None:
        def wait() -> None:
            while not self._over.is_set():
                if self._asked.cancelled() or self.interrupted.wait(CANCEL_SECONDS):
                    token.cancel()
                    return

        await asyncio.to_thread(wait)

    def _spent(self) -> str:
        used, budget = self.usage, self._asked.budget
        tokens = used.input_tokens + used.output_tokens
        cost = "" if used.cost is None else f" and {used.cost:.4f} dollars"
        return (
            f"The budget is spent: {used.requests} of {budget.requests} requests, {tokens:,} "
            f"tokens of {budget.tokens if budget.tokens is not None else 'any number'}{cost}."
        )

    def _ended(self, stopped: Stopped, error: VisionLensError) -> Ended:
        return Ended(stopped, self.usage, error=ErrorBody.model_validate(error.to_json()))

    @property
    def usage(self) -> Usage:
        """What it took so far; the cost is null where the provider's prices are not known."""
        used = self._usage
        return Usage(
            requests=used.requests,
            input_tokens=used.input_tokens,
            output_tokens=used.output_tokens,
            seconds=round(time.monotonic() - self._began, 3),
            cost=None if used.cost is None else float(used.cost),
        )


def _limits(budget: Budget) -> Any:
    from pydantic_ai.usage import UsageLimits

    return UsageLimits(
        request_limit=budget.requests,
        total_tokens_limit=budget.tokens,
        cost_limit=None if budget.cost is None else Decimal(str(budget.cost)),
    )
