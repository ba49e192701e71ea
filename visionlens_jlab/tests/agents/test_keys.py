"""Which key arrives where: servers on this machine stand in for the providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from visionlens_jlab.attributes.models.registry import make, vision_models
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.language_models.config import AgentConfig
from visionlens_jlab.language_models.providers import model_of
from visionlens_jlab.tests.agents.provider import Provider, serving

KEY, OF_OPENAI, OF_OLLAMA = "sk-configured", "sk-openai", "sk-ollama"


@dataclass
class World:
    """Who answers: the operator's own server, OpenAI and Ollama."""

    own: Provider
    openai: Provider
    ollama: Provider

    @property
    def keys(self) -> dict[str, list[str]]:
        """What each was sent."""
        named = {"own": self.own, "openai": self.openai, "ollama": self.ollama}
        return {
            name: [key.removeprefix("Bearer ") for key in one.keys]
            for name, one in named.items()
            if one.keys
        }


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with ExitStack() as stack:
        made = World(*(stack.enter_context(serving(lambda _: 401)) for _ in range(3)))
        monkeypatch.setenv("OPENAI_BASE_URL", made.openai.url)
        monkeypatch.setenv("OPENAI_API_KEY", OF_OPENAI)
        monkeypatch.setenv("OLLAMA_BASE_URL", made.ollama.url)
        monkeypatch.setenv("OLLAMA_API_KEY", OF_OLLAMA)
        yield made


def ask(config: AgentConfig, name: str | None = None, *, vision: bool = False) -> str:
    """Ask a model; the code of what is said of it beforehand, if it is not asked."""
    from pydantic_ai import Agent
    from pydantic_ai.exceptions import AgentRunError

    try:
        agent = Agent(model_of(config, name, vision=vision))
    except VisionLensError as error:
        assert KEY not in str(error)
        return error.code
    with pytest.raises(AgentRunError):
        agent.run_sync("Hello?")
    return "asked"


CASES = [
    # configured, further settings, asked for, what each is sent
    ("openai-chat:a", {}, None, {"openai": [KEY]}),
    ("openai-chat:a", {}, "ollama:b", {"ollama": [OF_OLLAMA]}),
    ("ollama:a", {}, None, {"ollama": [KEY]}),
    ("ollama:a", {}, "openai-chat:b", {"openai": [OF_OPENAI]}),
    ("", {}, "openai-chat:b", {"openai": [KEY]}),
    ("", {}, "ollama:b", {"ollama": [OF_OLLAMA]}),
    ("", {"vision_model": "ollama:b"}, "ollama:b", {"ollama": [KEY]}),
    ("", {"vision_model": "transformers:b"}, "openai-chat:b", {"openai": [KEY]}),
    ("openai:a", {"url": True}, None, {"own": [KEY]}),
    ("openai:a", {"url": True}, "openai-chat:b", {"own": [KEY]}),
    ("openai:a", {"url": True, "key": ""}, None, {"own": ["none"]}),
    ("ollama:a", {"url": True}, None, {"own": [KEY]}),
    ("ollama:a", {"url": True, "key": ""}, None, {"own": ["none"]}),
    ("anthropic:a", {"url": True}, "openai:b", {}),
    ("ollama:a", {"url": True}, "openai:b", {}),
    ("openai:a", {"url": True}, "ollama:b", {}),
    ("openai:a", {"url": True}, "anthropic:b", {}),
    ("openai:a", {"url": True}, "gateway/openai:b", {}),
    ("", {"url": True}, "ollama:b", {}),
]


@pytest.mark.parametrize(("model", "more", "asked", "keys"), CASES)
def test_a_key_goes_to_its_own_provider_and_all_requests_to_the_address(
    world, model, more, asked, keys
):
    url = world.own.url if more.get("url") else ""
    config = AgentConfig(**{"model": model, "key": KEY, **more, "url": url})
    assert ask(config, asked) == ("asked" if keys else "AGENT_UNAVAILABLE")
    assert world.keys == keys


def test_the_vision_model_of_another_provider_gets_its_own_key(world):
    config = AgentConfig(model="openai-chat:a", vision_model="ollama:b", key=KEY)
    assert ask(config, vision=True) == "asked"
    assert world.keys == {"ollama": [OF_OLLAMA]}


def test_only_models_that_the_operator_allows_are_asked(world):
    config = AgentConfig(
        model="openai-chat:a", key=KEY, models=("openai-chat:mini-*", "transformers:org/*")
    )
    for name, expected in (
        (None, "asked"),
        ("openai-chat:a", "asked"),
        ("openai-chat:mini-2", "asked"),
        ("openai-chat:large", "MODEL_NOT_ALLOWED"),
        ("ollama:mini-2", "MODEL_NOT_ALLOWED"),
        ("OPENAI-CHAT:mini-2", "MODEL_NOT_ALLOWED"),
    ):
        assert ask(config, name) == expected, name
    assert set(world.keys) == {"openai"}
    with pytest.raises(VisionLensError, match="MODEL_NOT_ALLOWED"):
        make("transformers:elsewhere/small", config)
    listed = {one.model: one.available for one in vision_models(config, remote_code=False)}
    assert listed and not any(listed.values())


def test_what_is_allowed_reaches_the_workers(monkeypatch):
    config = AgentConfig(model="openai:a", key=KEY, models=("openai:b", "ollama:*"))
    for name, value in config.environment().items():
        monkeypatch.setenv(name, value)
    assert AgentConfig.from_environment().models == config.models
    assert KEY not in repr(config) and KEY not in config.settings().model_dump_json()
