"""What a tool gave, as statements are held against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Direction = Literal["more", "less", "unclear"]
Unit = Literal[
    "images",
    "objects",
    "predictions",
    "errors",
    "score",
    "share of objects",
    "share of predictions",
    "mean of images",
    "mean of objects",
    "mean of predictions",
]
"""What a number is in."""


@dataclass(frozen=True)
class Evidence:
    """One result of a tool.

    Attributes
    ----------
    id : str
        Statements name it.
    tool : str
    arguments, result : dict
        JSON.
    """

    id: str
    tool: str
    arguments: dict[str, Any]
    result: dict[str, Any]
