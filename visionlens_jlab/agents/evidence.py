"""What a tool gave, as claims are held against it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..models import AgentStep

Direction = Literal["more", "less", "unclear"]


@dataclass(frozen=True)
class Evidence:
    """One result of a tool.

    Attributes
    ----------
    id : str
        Claims name it.
    tool : str
    arguments, result : dict
        JSON; `result` may have `predicate`, and `direction` where it compares a slice with the
        rest.
    numbers : dict
        Every number of the result under its path: `confirmation.rate`.
    """

    id: str
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]
    numbers: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", dict(_numbers(self.result)))

    @property
    def predicate(self) -> str | None:
        """In canonical form; None: the result is about no slice; empty: about everything."""
        return self.result.get("predicate")

    @property
    def direction(self) -> Direction | None:
        """Whether the slice fails more or less than the rest; None: it compares nothing."""
        return self.result.get("direction")

    @classmethod
    def of_step(cls, step: AgentStep) -> Evidence | None:
        """That of an earlier run, so that a chat can go on from it."""
        if step.evidence is None or step.kind != "tool_result":
            return None
        return cls(step.evidence, step.tool or "", step.arguments, step.result)


def _numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, float(value)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _numbers(part, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from _numbers(part, f"{path}[{position}]")
